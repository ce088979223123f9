"""Shows a backfill's progress: one changing line on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console

from wicked_pipeline import reporting
from wicked_pipeline.progress import Progress
from wicked_pipeline.transform import Step, each_room

_PLAIN_SECONDS = 10.0
_LIVE_SECONDS = 0.25


class Terminal:
    """Writes to `output`, standard error by default."""

    def __init__(self, output: TextIO = sys.stderr) -> None:
        self._console = Console(file=output, highlight=False, soft_wrap=True)

    def say(self, line: str) -> None:
        """Writes one line that stays."""
        self._console.print(line, markup=False)

    @contextmanager
    def steps(self, *, verbose: bool = False) -> Iterator[Callable[[Step], None]]:
        """A function for dbt's lines. It shows the room of models that dbt builds, or with `verbose` each line."""
        if verbose:
            yield lambda step: self.say(step.line)
        elif not self._console.is_terminal:
            yield each_room(self.say)
        else:
            with self._console.status("Building models") as status:
                yield each_room(status.update)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A run's progress, shown during a `with` block. Its last state stays."""
        if not self._console.is_terminal:
            with reporting.reported(self.say, _PLAIN_SECONDS) as progress:
                yield progress
        else:
            with (
                self._console.status("asking the API") as status,
                reporting.reported(status.update, _LIVE_SECONDS) as progress,
            ):
                yield progress
        windows, records = reporting.counted(progress.windows, "window"), reporting.counted(progress.records, "record")
        self.say(f"Read {windows}, {records}, {reporting.counted(progress.requests, 'request')}")

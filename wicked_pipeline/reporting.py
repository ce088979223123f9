"""Figures in words: counts, durations, and a run's progress, reported at intervals while it runs.

The caller decides where the words go.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wicked_pipeline.progress import Progress


def sentence(progress: Progress, elapsed_seconds: float) -> str:
    """The run's progress in one line: counts, the time left, and the current wait."""
    if not progress.requests:
        return "asking the API" + _waits(progress)
    parts = [
        counted(progress.windows, "window"),
        counted(progress.records, "record"),
        f"{progress.requests:,} of about {counted(max(progress.expected_requests, progress.requests), 'request')}",
    ]
    to_come = progress.expected_requests - progress.requests
    if to_come > 0:
        parts.append(f"about {duration(elapsed_seconds * to_come / progress.requests)} left")
    return ", ".join(parts) + _waits(progress)


def _waits(progress: Progress) -> str:
    if progress.waiting_seconds >= 1:
        return f", waiting {progress.waiting_seconds:.0f} s for the request budget"
    return f", waiting: {progress.waiting_for}" if progress.waiting_for else ""


def counted(number: float, noun: str) -> str:
    """A whole number with its noun: `1 window`, `12,345 windows`."""
    number = round(number)
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def changes(endpoint: str, counts: tuple[int, int, int]) -> str:
    """What a run changed of a list: `orders: 30 added, 2 changed, 0 deleted`."""
    added, changed, deleted = counts
    return f"{endpoint}: {added:,} added, {changed:,} changed, {deleted:,} deleted"


def duration(seconds: float) -> str:
    """A duration in words: `40 s`, `12 min`, `1 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


def first_only(report: Callable[[str], None]) -> Callable[[str], None]:
    """A function for lines about a wait. `report` gets only the first, since the others are much the same."""
    said: list[str] = []

    def pass_on(what: str) -> None:
        if what and not said:
            said.append(what)
            report(what)

    return pass_on


@contextmanager
def reported(report: Callable[[str], None], every_seconds: float) -> Iterator[Progress]:
    """A `Progress` for a `with` block. A thread passes its sentence to `report` every `every_seconds`."""
    progress, started, ended = Progress(), time.monotonic(), threading.Event()

    def keep_reporting() -> None:
        while not ended.wait(every_seconds):
            report(sentence(progress, time.monotonic() - started))

    reporter = threading.Thread(target=keep_reporting, name="progress", daemon=True)
    reporter.start()
    try:
        yield progress
    finally:
        ended.set()
        reporter.join(5)

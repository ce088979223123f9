"""Figures in words: counts, lengths of time, and a run's progress, reported again and again while it runs.

Where the words go is the caller's.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wicked_pipeline.progress import Progress


def sentence(progress: Progress, elapsed_seconds: float) -> str:
    """How far the run has come, in one line: counts, the time left, and what it waits for."""
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
    """So many of them, in whole numbers: `1 window`, `12,345 windows`."""
    number = round(number)
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def duration(seconds: float) -> str:
    """A length of time as one says it: `40 s`, `12 min`, `1 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


def first_only(report: Callable[[str], None]) -> Callable[[str], None]:
    """What to call with each line about a wait: `report` gets the first, which those after it are like."""
    said: list[str] = []

    def pass_on(what: str) -> None:
        if what and not said:
            said.append(what)
            report(what)

    return pass_on


@contextmanager
def reported(report: Callable[[str], None], every_seconds: float) -> Iterator[Progress]:
    """A `Progress` for the length of a `with` block, whose sentence a thread gives `report` every so many seconds."""
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

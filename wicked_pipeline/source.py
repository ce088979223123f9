"""The port to the API: it asks for windows and yields batches of records, whatever the API's paging is like.

Extraction knows only a `Source`. `api/paging.py` has the Outbound API's; another edition of the API needs another one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec

from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.windows import Effort, Window


class Refused(ExpectedError):
    """The source refuses these days, or one of their pages. Fewer days may work, or the same days from page 1."""


class TooSlow(ExpectedError):
    """The source did not answer in time. Fewer days may work."""


class Unreadable(ExpectedError):
    """These days can't be read now. Other days may be readable."""


@dataclass(frozen=True)
class Batch:
    """A page's records, and what the source knows of the window so far."""

    number: int  # its place in the window, from 1
    body: bytes = field(repr=False)  # the answer as it came, for `replay`; empty: no page followed the one before
    records: Sequence[msgspec.Raw] = field(repr=False)  # each record's own bytes, in order
    damaged: bool  # whether some record isn't a JSON object in UTF-8
    requested_at: datetime  # when the answered request was sent (UTC)
    effort: Effort  # the effort for this page
    is_last: bool  # whether no batch follows
    moved: bool  # whether the pages so far show different states of the data, or the list ended before its total
    is_sound: bool  # whether the pages so far are complete up to their end, so that the rest can be left out
    copies: tuple[int, ...]  # for each page so far: how many of its first records repeat the page before it
    total: int | None = None  # how many records the window holds; None if the source doesn't say
    missing: int | None = None  # how many of them are likely still to come; None if the source doesn't say


class Source(Protocol):
    """Reads lists by window. Any number of threads may use it at once."""

    def read(self, window: Window) -> Iterator[Batch]:
        """The window's batches from its first page on, until the last or until the caller stops.

        Of the waiting threads, the one whose window has most `requests_left` goes first. `Refused`, `TooSlow` and
        `Unreadable` concern this window alone; any other error means that no window can be read.
        """

    def replay(self, window: Window, bodies: Iterable[bytes]) -> Iterator[Batch]:
        """The batches of an earlier reading, as `read` gave them, from its bodies. Raises `Unreadable`."""

    def close(self) -> None:
        """Closes the source: calls that wait and later calls fail."""

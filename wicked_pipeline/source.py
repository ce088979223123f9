"""The port to the API: how windows are asked for, and what comes, whatever the API's paging is like.

Extraction knows a `Source` and no more. `api/paging.py` is the Outbound API's; another edition of it is another one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec

from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.windows import Effort, Window


class Refused(ExpectedError):
    """The source won't give these days, or a page of theirs. Fewer days may do, or the same from their first page."""


class TooSlow(ExpectedError):
    """The source did not answer in time. Fewer days may do."""


class Unreadable(ExpectedError):
    """These days can't be read now. Others may be."""


@dataclass(frozen=True)
class Batch:
    """A page's records, and what its source knows of the window with them."""

    number: int  # its place in the window, from 1
    body: bytes = field(repr=False)  # the answer as it came, for `replay`; empty: there is no more than came before
    records: Sequence[msgspec.Raw] = field(repr=False)  # each record's own bytes, in order
    damaged: bool  # whether some record isn't a JSON object in UTF-8
    requested_at: datetime  # when the request that was answered was sent (UTC)
    effort: Effort  # what it took to get it
    is_last: bool  # whether nothing follows
    moved: bool  # whether the pages so far are not one state of the data, or the last one shows that they aren't all
    is_sound: bool  # whether the pages so far hold, once, all that the list has up to their end: the rest may be left
    copies: tuple[int, ...]  # how many of each page's first records, up to this one's, repeat the page before it
    total: int | None = None  # how many records the window holds; None where the source doesn't say
    missing: int | None = None  # how many of them have likely still to come; None where the source doesn't say


class Source(Protocol):
    """Lists that are read by window. Any number of threads may use it at once."""

    def read(self, window: Window) -> Iterator[Batch]:
        """The window's batches from its first page on, to the last or as long as they are wanted.

        Of the threads that wait the one whose window has most `requests_left` goes first. Raises `Refused`, `TooSlow`
        or `Unreadable` for this window, any other error for all.
        """

    def replay(self, window: Window, bodies: Iterable[bytes]) -> Iterator[Batch]:
        """The batches of an earlier reading from its bodies, as `read` gave them. Raises `Unreadable`."""

    def close(self) -> None:
        """Gives no batch any more: calls that wait, and those to come, fail."""

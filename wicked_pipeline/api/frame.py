"""Splits an answer's body into its frame and the bytes of each record. No I/O; records are not decoded here.

Only the frame is decoded (`status`, `page`, `totalPages`, `total`, `next`). A record keeps its own bytes: 79.10 must
not become 79.1. `records.py` finds mistakes inside a record.
"""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_RESULTS = re.compile(rb'"results"\s*:\s*\[')
_RESULT = re.compile(rb'"result"\s*:\s*(?=\{)')


class NotWholeError(ValueError):
    """The body isn't a whole answer. The text says why, without quoting the body."""


@dataclass(frozen=True)
class Page:
    """One page of a list.

    `body` is the answer as it came, `records` each record's own bytes, in order. `number`, `total_pages` and `total`
    are the API's own figures. `next_token` requests the next page (the last page may have one too). `requested_at`
    (UTC) is when the answered request was sent, `requests` how many requests the page took, and `throttled_seconds`
    how long 429s delayed it. `damaged` says that some record isn't a JSON object in UTF-8.
    """

    body: bytes = field(repr=False)  # people's data
    number: int
    total_pages: int
    total: int
    next_token: str | None
    records: tuple[msgspec.Raw, ...] = field(repr=False)
    requested_at: datetime
    requests: int = 1
    throttled_seconds: float = 0.0
    damaged: bool = False

    def ends_list(self, seen: Container[str | None], *, may_go_on: bool = False) -> bool:
        """Whether no page follows: this one is the last by its number, is empty, or has no new `next`.

        `seen` holds the tokens of the pages before. `may_go_on` says that `totalPages` may be too low. Assumed: none
        of these signs suffices alone, since the specification's samples have `next` on the last page too.
        """
        is_last = self.number >= self.total_pages and not may_go_on
        return is_last or not self.records or self.next_token is None or self.next_token in seen


@dataclass(frozen=True)
class Single:
    """The answer about one contact: `record` holds the bytes of its `result`. The rest is as in `Page`."""

    body: bytes = field(repr=False)  # people's data
    record: msgspec.Raw = field(repr=False)
    requested_at: datetime
    requests: int = 1
    throttled_seconds: float = 0.0
    damaged: bool = False


class _ListFrame(msgspec.Struct):
    status: str
    results: list[msgspec.Raw]
    page: float  # a "number" in the specification's schema, so 1.0 is valid too
    totalPages: float  # noqa: N815 - the API's own name
    total: float
    next: str | None = None


class _SingleFrame(msgspec.Struct):
    status: str
    result: msgspec.Raw


class _ErrorFrame(msgspec.Struct):
    status: str = ""
    message: Any = ""


_Frame = TypeVar("_Frame", _ListFrame, _SingleFrame)


def read_page(body: bytes, requested_at: datetime) -> Page:
    """The page in `body`, a list's answer with status 200. Raises `NotWholeError`."""
    frame, damaged = _decode(body, _ListFrame)
    damaged = damaged or not all(map(_is_object, frame.results))
    number, total_pages, total = (_whole(n) for n in (frame.page, frame.totalPages, frame.total))
    return Page(
        body, number, total_pages, total, frame.next or None, tuple(frame.results), requested_at, damaged=damaged
    )


def read_single(body: bytes, requested_at: datetime) -> Single:
    """The contact in `body`, a single contact's answer with status 200. Raises `NotWholeError`."""
    frame, damaged = _decode(body, _SingleFrame)
    if not _is_object(frame.result):
        raise NotWholeError("its result is not an object")
    return Single(body, frame.result, requested_at, damaged=damaged)


def read_error(body: bytes) -> str | None:
    """The vendor's message if `body` says `"status": "error"`; else None."""
    try:
        frame = msgspec.json.decode(body, type=_ErrorFrame)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if frame.status != "error":
        return None
    return frame.message if isinstance(frame.message, str) else ""


def _decode(body: bytes, frame_type: type[_Frame]) -> tuple[_Frame, bool]:
    """The frame, and whether a record in it is damaged. msgspec checks a skipped record's JSON, but not its UTF-8."""
    try:
        frame = msgspec.json.decode(body, type=frame_type)
        damaged = not _is_utf8(body)
    except msgspec.ValidationError as error:
        raise NotWholeError(f"it is no page: {str(error).replace('`', '')}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        frame, damaged = _split(body, frame_type), True
    if frame.status != "success":
        raise NotWholeError("its status is neither success nor error")
    return frame, damaged


def _split(body: bytes, frame_type: type[_Frame]) -> _Frame:
    """The frame of a body that isn't JSON because of a broken record (with a lone surrogate, for example).

    The records are cut out at the brackets and commas outside strings. The split counts only if the remaining frame is
    valid JSON of the right type.
    """
    start = (_RESULTS if frame_type is _ListFrame else _RESULT).search(body)
    if start is None:
        raise NotWholeError("it is not JSON")
    opening = start.end() - 1 if frame_type is _ListFrame else start.end()
    pieces, end = _pieces(body, opening)
    try:
        frame = msgspec.json.decode(
            body[:opening] + (b"[]" if frame_type is _ListFrame else b"{}") + body[end:], type=frame_type
        )
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotWholeError("it is not JSON") from None
    if isinstance(frame, _ListFrame):
        frame.results = pieces
    else:
        frame.result = msgspec.Raw(body[opening:end])
    return frame


def _pieces(body: bytes, opening: int) -> tuple[list[msgspec.Raw], int]:
    """The texts between the commas of the array (or object) that opens at `opening`, and the place of its end."""
    pieces: list[msgspec.Raw] = []
    depth, begin = 0, opening + 1
    for token in _TOKEN.finditer(body, opening):
        mark = token[0]
        if mark in b"[{":
            depth += 1
        elif mark in b"]}":
            depth -= 1
        if depth == 0 or (depth == 1 and mark == b","):
            piece = body[begin : token.start()].strip()
            pieces += [msgspec.Raw(piece)] if piece or pieces or mark == b"," else []
            begin = token.end()
        if depth == 0:
            return pieces, token.end()
    raise NotWholeError("it breaks off")


def _whole(number: float) -> int:
    if not number.is_integer() or number < 0:
        raise NotWholeError("a page number in it is not a whole number")
    return int(number)


def _is_object(record: msgspec.Raw) -> bool:
    return bytes(memoryview(record)[:1]) == b"{"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True

"""Another edition of the API, as a server and as the source that reads it: pages by offset, and it tells no totals.

`GET /v2/orders?since=2024-03-01&before=2024-03-09&offset=40&count=20` gives `{"data": [...]}` with the records of
these UTC days by date. Only one request a second is allowed.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import requests

from wicked_pipeline.api import Budget, Rate, errors
from wicked_pipeline.api.budget import boot_clock
from wicked_pipeline.api.retries import patiently
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.source import Batch
from wicked_pipeline.windows import Effort, Window

PAGE_SIZE = 20
SPEED = 20
"""How many seconds of this edition pass in one of ours."""

LISTS = [
    Endpoint("orders", "/v2/orders", "id", unique=True, date_field="date", dated=True, page_size=PAGE_SIZE),
    Endpoint("contacts", "/v2/contacts", "id", unique=True, date_field="createDate", dated=False, page_size=PAGE_SIZE),
]
Record = dict[str, Any]


def clock() -> float:
    return boot_clock() * SPEED


@dataclass
class Edition:
    """The server: records by list, what is to befall its next requests, and what was asked."""

    records: dict[str, list[Record]]
    faults: dict[int, Callable[["Edition", str, list[Record]], int | None]] = field(default_factory=dict)
    """By request (from 0): may change the records, of which it gets those before the page; returns a status or None."""
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    too_fast: int = 0
    latest: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, url: str) -> tuple[int, bytes]:
        with self._turn:
            parts = urlsplit(url)
            name, query = parts.path.split("/")[-1], {key: value for key, (value,) in parse_qs(parts.query).items()}
            now, before = clock(), self.latest
            self.latest = now
            if now < before + 1:
                self.too_fast += 1
                return 429, b"{}"
            offset, count = int(query["offset"]), int(query["count"])
            self.asked.append((name, query["since"], offset))
            fault = self.faults.get(len(self.asked) - 1)
            status = fault and fault(self, name, self._found(name, query)[:offset])
            page = self._found(name, query)[offset : offset + count]
            return status or 200, json.dumps({"data": page}).encode()

    def _found(self, name: str, query: dict[str, str]) -> list[Record]:
        found = [record for record in self.records[name] if query["since"] <= when(record)[:10] < query["before"]]
        return sorted(found, key=when)

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Its URL while it listens."""
        edition = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = edition.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_address[1]}"
            server.shutdown()


def when(record: Record) -> str:
    """The date by which it is filed."""
    return str(record.get("date") or record["createDate"])


class OffsetSource:
    """A `source.Source` of this edition. A page begins with the last record of the page before it, or data moved."""

    def __init__(self, url: str, directory: Path) -> None:
        self._url = url
        self._closed = threading.Event()
        self._budget = Budget(
            url,
            "no key",
            ceilings=(Rate(1, seconds=1.0),),
            directory=directory,
            clock=clock,
            wait=lambda turn, seconds: turn.wait(seconds / SPEED),
        )

    def read(self, window: Window) -> Iterator[Batch]:
        before: list[msgspec.Raw] = []
        number = 1
        while True:
            body, tries = self._ask(window, offset=(number - 1) * (PAGE_SIZE - 1))
            batch = _batch(number, body, before, Effort(tries, tries - 1))
            yield batch
            if batch.is_last:
                return
            number, before = number + 1, list(batch.records)

    def replay(self, window: Window, bodies: Iterable[bytes]) -> Iterator[Batch]:  # noqa: ARG002 - all windows alike
        before: list[msgspec.Raw] = []
        for number, body in enumerate(bodies, start=1):
            yield _batch(number, body, before, Effort())
            before = _records(body)

    def close(self) -> None:
        self._closed.set()

    def _ask(self, window: Window, offset: int) -> tuple[bytes, int]:
        params: dict[str, str | int] = {"since": str(window.days.first), "before": str(window.to)}
        params |= {"offset": offset, "count": PAGE_SIZE}
        tries = 0

        def attempt() -> bytes:
            nonlocal tries
            tries += 1
            with self._budget.request(window.requests_left, self._check_open):
                response = requests.get(self._url + window.endpoint.path, params=params, timeout=10)
            self._check_open()
            if response.status_code != 200:
                raise errors.from_status(response.status_code, "", "the other edition")
            return response.content

        return patiently(lambda _: None, attempt), tries

    def _check_open(self, _: float = 0) -> None:
        if self._closed.is_set():
            raise errors.Closed("the source was closed")


def _records(body: bytes) -> list[msgspec.Raw]:
    return msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])["data"]


def _batch(number: int, body: bytes, before: Sequence[msgspec.Raw], effort: Effort) -> Batch:
    records = _records(body)
    moved = number > 1 and records[:1] != list(before[-1:])
    return Batch(
        number=number,
        body=body,
        records=records,
        damaged=False,
        requested_at=datetime.now(UTC),
        effort=effort,
        is_last=len(records) < PAGE_SIZE,
        moved=moved,
        is_sound=not moved,
        copies=(0, *[1] * (number - 1)),
    )

"""A sandbox over a world and the warehouse that runs fill from it, without Dagster; and raw compared with the world."""

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from wicked_pipeline.api import Budget, Client, PagedSource
from wicked_pipeline.endpoints import LISTS, Endpoint
from wicked_pipeline.ingest import fetch_and_land, spool_root
from wicked_pipeline.landing import Load
from wicked_pipeline.progress import Progress
from wicked_pipeline.sandbox import Server, World, running, shown
from wicked_pipeline.settings import load_settings
from wicked_pipeline.windows import DAY, DayRange

Record = dict[str, Any]
ALL = tuple(LISTS.values())


def no_sleep(_: float) -> None:
    """A pause between tries that takes no time."""


class Shop:
    """An account: its API and its warehouse."""

    def __init__(self, server: Server, folder: Path, **settings: Any) -> None:
        self.server = server
        self.folder = folder
        self.settings = load_settings(
            **{"api_url": server.url, "api_key": server.key, "duckdb_path": folder / "wicked.duckdb"} | settings
        )
        self.account = self.settings.account

    @property
    def world(self) -> World:
        return self.server.world

    def client(self, *, sleep: Callable[[float], None] = no_sleep, read_timeout: float = 60.0) -> Client:
        """A client with a budget of its own; between tries it pauses by `sleep`."""
        budget = Budget(self.server.url, self.server.key, directory=self.folder / "budget")
        return Client(self.server.url, self.server.key, budget=budget, sleep=sleep, read_timeout=read_timeout)

    def run(
        self,
        first: date,
        last: date,
        *,
        refetch: bool = True,
        endpoints: Sequence[Endpoint] = ALL,
        run_id: str = "run",
        resumes: Collection[str] | None = None,
        client: Client | None = None,
        on_load: Callable[[Load], None] = lambda _: None,
    ) -> list[Load]:
        """Fetches and lands these days as a run of the pipeline does."""
        return fetch_and_land(
            PagedSource(client or self.client()),
            self.account,
            self.settings.duckdb_path,
            endpoints,
            DayRange(first, last),
            run_id,
            today=self.settings.current_date(),
            refetch=refetch,
            resumes=resumes,
            progress=Progress(),
            on_load=on_load,
        )

    def asked(self) -> Counter[tuple[str, str]]:
        """How often each window was asked for, by path and first day; forgets them."""
        asked = Counter((request.path, request.params["from"]) for request in self.server.requests)
        self.server.requests.clear()
        return asked

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of `sql` on the warehouse."""
        with self._reading() as connection:
            return connection.execute(sql, parameters).fetchall()

    def raw(self, endpoint: str, first: date = date.min, last: date = date.max) -> list[Record]:
        """The landed records of these days, each parsed from its own bytes; undated ones count as of their window."""
        rows = self.query(
            f"select record::varchar from raw.{endpoint} where partition_date between ? and ?", first, last
        )
        return [json.loads(text) for (text,) in rows]

    def day_of(self, endpoint: str, record: Record) -> date:
        """The account's day by which the API files the record."""
        filed_at = datetime.fromisoformat(self.world.filed_at(endpoint, record))
        return filed_at.astimezone(self.account.zone).date()

    def spooled(self) -> list[Path]:
        """What is left in the spool."""
        root = spool_root(self.settings.duckdb_path)
        return list(root.glob("*/*")) if root.exists() else []

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that only reads; waits for a writer."""
        for _ in range(100):
            try:
                connection = duckdb.connect(str(self.settings.duckdb_path), read_only=True)
                break
            except duckdb.IOException:
                time.sleep(0.05)
        with connection:
            yield connection


@contextmanager
def open_shop(world: World, folder: Path, *, settings: dict[str, Any] | None = None, **switches: Any) -> Iterator[Shop]:
    """A sandbox over `world` without a limit, and an empty warehouse in `folder`."""
    with running(world, **{"requests_per_minute": 0} | switches) as server:
        yield Shop(server, folder, **(settings or {}))


def differences(shop: Shop, first: date, last: date, *, within: bool = False) -> list[str]:
    """Where raw isn't what the world holds of these days of the account, a line each.

    All of raw is looked at, or `within` only what lies on these days: the rest may be older than the world is. Records
    that show no date may come from the days beside, since nobody but the API can tell; `within` leaves them out.
    """
    return [line for endpoint in LISTS for line in _differences(shop, endpoint, first, last, within)]


def _differences(shop: Shop, endpoint: str, first: date, last: date, within: bool) -> Iterator[str]:
    field = LISTS[endpoint].date_field
    landed = shop.raw(endpoint, first, last) if within else shop.raw(endpoint)
    world = [shown(endpoint, record, shop.server.switches.reading) for record in shop.world.records(endpoint)]
    filed = [shop.day_of(endpoint, record) for record in shop.world.records(endpoint)]
    inside = [record for record, day in zip(world, filed, strict=True) if first <= day <= last]
    if within:
        landed, inside = ([r for r in records if r.get(field)] for records in (landed, inside))
    have, due = _counted(landed), _counted(inside)
    extra, lost = have - due, due - have
    beside = [
        record
        for record, day in zip(world, filed, strict=True)
        if first - 3 * DAY <= day <= last + 3 * DAY and not record.get(field)
    ]
    extra -= _counted(beside) - due
    for name, texts in (("extra", extra), ("lost", lost)):
        if texts:
            dates = sorted(str(json.loads(text).get(field)) for text in texts)
            yield f"{endpoint}: {texts.total()} {name} of {len(inside)}, dated {', '.join(dates[:5])}"


def _counted(records: Sequence[Record]) -> Counter[str]:
    return Counter(json.dumps(record, sort_keys=True) for record in records)


def unaccounted(shop: Shop) -> list[tuple[Any, ...]]:
    """Loads that don't hold together: not settled, or read whole and yet not what the API's total says."""
    return shop.query(
        """
        select endpoint, window_from, window_to, records, outside, rejected, total from raw.loads
        where not settled or (not cut and records + outside - copies + rejected <> total) or outside < copies
        """
    )


def inner_days(world: World, margin: int = 3) -> tuple[date, date]:
    """The world's days but for some at each end, so that there is something beyond them."""
    return world.first_day + timedelta(days=margin), world.last_day - timedelta(days=margin)

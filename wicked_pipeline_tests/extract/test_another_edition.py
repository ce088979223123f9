"""Another edition of the API needs its own source and endpoints, and nothing else: raw is what it holds."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from wicked_pipeline.account import Account
from wicked_pipeline.ingest import fetch_and_land
from wicked_pipeline.landing import Load
from wicked_pipeline.landing.audit import audit
from wicked_pipeline.progress import Progress
from wicked_pipeline.warehouse import read_warehouse
from wicked_pipeline.windows import DayRange
from wicked_pipeline_tests.extract.another_edition import LISTS, PAGE_SIZE, Edition, OffsetSource, Record, when

FIRST = date(2024, 3, 2)
DAYS = DayRange(FIRST, FIRST + timedelta(days=49))
EMPTY = {FIRST, FIRST + timedelta(days=20), FIRST + timedelta(days=21), DAYS.last}


def records(per_day: int, field: str) -> list[Record]:
    """Records at random instants, on these days and the two beside, but for the empty ones."""
    rng = Random(7)
    made = []
    for k in range(-1, DAYS.days + 1):
        day = FIRST + timedelta(days=k)
        for n in range(0 if day in EMPTY else per_day):
            instant = datetime.combine(day, datetime.min.time()) + timedelta(seconds=rng.randrange(86_400))
            made.append({"id": f"{field}-{k}-{n}", field: f"{instant.isoformat()}Z", "amount": 79.1})
    return made


def an_edition() -> Edition:
    return Edition({"orders": records(16, "date"), "contacts": records(3, "createDate")})


def trouble(*_: Any) -> int:
    return 503


def inserts(edition: Edition, name: str, before: list[Record]) -> None:
    """A record comes in on a page that has been read, in mid-window."""
    place = before[len(before) // 2]
    edition.records[name].append({**place, "id": f"{place['id']}-late"})


def deletes(edition: Edition, name: str, before: list[Record]) -> None:
    edition.records[name].remove(before[len(before) // 2])


class Shop:
    """An account of that edition, and its warehouse."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.account = Account(api_url=url, timezone="UTC")
        self.warehouse = folder / "other.duckdb"

    def run(self, on_load: Callable[[Load], None] = lambda _: None) -> list[Load]:
        source = OffsetSource(self.url, self.folder)
        return fetch_and_land(
            source,
            self.account,
            self.warehouse,
            LISTS,
            DAYS,
            "run",
            today=DAYS.last + timedelta(days=30),
            refetch=False,
            progress=Progress(),
            on_load=on_load,
        )

    def raw(self, name: str) -> Counter[str]:
        with read_warehouse(self.warehouse) as connection:
            rows = connection.execute(f"select record::varchar from raw.{name}").fetchall()
        return Counter(text for (text,) in rows)


def held(edition: Edition, name: str) -> Counter[str]:
    """The edition's records of the days asked for."""
    inside = [record for record in edition.records[name] if str(DAYS.first) <= when(record)[:10] <= str(DAYS.last)]
    return Counter(json.dumps(record) for record in inside)


def assert_all_is_there(shop: Shop, edition: Edition) -> None:
    for endpoint in LISTS:
        assert shop.raw(endpoint.name) == held(edition, endpoint.name)
        with read_warehouse(shop.warehouse) as connection:
            found = audit(connection, shop.account.name, endpoint.name)
        assert (found.off_total, found.unsettled) == ((), ())
    edition.asked.clear()
    assert shop.run() == []
    assert edition.asked == []


def test_it_is_landed_exactly_and_within_its_rate(tmp_path: Path) -> None:
    edition = an_edition()
    with edition.listening() as url:
        shop = Shop(url, tmp_path)
        loads = shop.run()
        assert sum(load.requests for load in loads) == len(edition.asked)
        assert (edition.too_fast, {load.total for load in loads}) == (0, {None})
        pages = sum(map(len, edition.records.values())) / (PAGE_SIZE - 1)
        assert len(edition.asked) <= 1.1 * pages + 4
        assert max(load.pages for load in loads) == 30, "a window of unknown length is cut"
        assert_all_is_there(shop, edition)


@pytest.mark.parametrize("fault", [trouble, inserts, deletes])
def test_it_is_landed_exactly_whatever_befalls_some_requests(tmp_path: Path, fault: Callable[..., int | None]) -> None:
    edition = an_edition()
    with edition.listening() as url:
        edition.faults = dict.fromkeys((9, 25), fault)
        shop = Shop(url, tmp_path)
        loads = shop.run()
        assert sum(load.retries for load in loads) == (2 if fault is trouble else 0)
        assert (max(load.reads for load in loads) > 1) == (fault is not trouble)
        assert_all_is_there(shop, edition)


def test_what_a_run_has_read_that_broke_off_is_not_asked_for_again(tmp_path: Path) -> None:
    edition = an_edition()

    def break_off(_: Load) -> None:
        raise KeyboardInterrupt

    with edition.listening() as url:
        shop = Shop(url, tmp_path)
        with pytest.raises(KeyboardInterrupt):
            shop.run(break_off)
        read = len(edition.asked)
        shop.run()
        pages = sum(map(len, edition.records.values())) / (PAGE_SIZE - 1)
        assert read > 2
        assert len(edition.asked) <= 1.1 * pages + 8
        assert_all_is_there(shop, edition)

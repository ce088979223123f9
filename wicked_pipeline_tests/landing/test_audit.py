"""What the ledger says of the data's health, and what the checks make of it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
import duckdb
import pytest

from wicked_pipeline.defs.checks import results
from wicked_pipeline.landing import audit
from wicked_pipeline.warehouse import empty_warehouse

FIRST = date(2024, 3, 1)


class Ledger:
    """Loads of clicks of five days, written by hand."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.loads = 0

    def load(self, first: int, last: int, *, account: str = "shop", landed: int = 10, **columns: Any) -> None:
        """A load of the days from number `first` to `last`, later than those before it."""
        self.loads += 1
        row = {
            "load_id": str(self.loads),
            "account": account,
            "endpoint": "clicks",
            "window_from": FIRST + timedelta(first),
            "window_to": FIRST + timedelta(last),
            "total": 10,
            "records": landed,
            "outside": 0,
            "rejected": 0,
            "settled": True,
            "fetched_at": datetime(2024, 6, 1, self.loads, tzinfo=UTC).replace(tzinfo=None),
        } | columns
        names, places = ", ".join(row), ", ".join(f"${name}" for name in row)
        self.connection.execute(f"insert into raw.loads ({names}) values ({places})", row)
        self.connection.execute(
            "insert into raw.clicks (account, load_id) select ?, ? from range(?)", [account, str(self.loads), landed]
        )

    def failing(self, account: str = "shop") -> dict[str, str]:
        """The checks that don't pass, and the windows or records that they name."""
        found = results(audit(self.connection, account, "clicks"))
        return {check: str(list(figures.values())[-1]) for check, (passed, _, figures) in found.items() if not passed}


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with empty_warehouse() as connection:
        yield Ledger(connection)


def test_whole_windows_pass_every_check(ledger: Ledger) -> None:
    ledger.load(0, 2)
    ledger.load(3, 4, landed=7, outside=2, rejected=1)
    assert ledger.failing() == {}


def test_where_nothing_has_landed_nothing_passes(ledger: Ledger) -> None:
    """Green would be taken for whole windows."""
    assert ledger.failing() == dict.fromkeys(
        ["equals_the_total", "has_no_rejects", "held_still"], "no window has landed"
    )
    _, severity, _ = results(audit(ledger.connection, "shop", "clicks"))["equals_the_total"]
    assert severity == dg.AssetCheckSeverity.WARN


def test_a_window_of_fewer_records_than_the_total_is_named_as_an_error(ledger: Ledger) -> None:
    ledger.load(0, 2, landed=7)
    assert ledger.failing() == {"equals_the_total": "2024-03-01 to 2024-03-03"}
    _, severity, _ = results(audit(ledger.connection, "shop", "clicks"))["equals_the_total"]
    assert severity == dg.AssetCheckSeverity.ERROR


def test_a_window_cut_on_purpose_is_not_held_against_its_total(ledger: Ledger) -> None:
    ledger.load(0, 2, landed=7, cut=True)
    assert ledger.failing() == {}


def test_an_older_load_that_newer_ones_replace_counts_no_more(ledger: Ledger) -> None:
    ledger.load(0, 2, landed=7)
    ledger.load(0, 1)
    assert "equals_the_total" in ledger.failing()
    ledger.load(2, 2)
    assert ledger.failing() == {}


def test_a_window_in_which_data_moved_warns_and_is_not_compared(ledger: Ledger) -> None:
    ledger.load(0, 2, landed=7, settled=False)
    assert ledger.failing() == {"held_still": "2024-03-01 to 2024-03-03"}


def test_rejects_are_counted(ledger: Ledger) -> None:
    ledger.load(0, 2, landed=8, rejected=2)
    ledger.connection.execute("insert into raw.rejects (account, endpoint) select 'shop', 'clicks' from range(2)")
    assert ledger.failing() == {"has_no_rejects": "2"}


def test_accounts_are_judged_each_on_its_own(ledger: Ledger) -> None:
    ledger.load(0, 2, landed=7)
    ledger.load(0, 2, account="other")
    assert ledger.failing("other") == {}
    assert list(ledger.failing()) == ["equals_the_total"]


def test_records_are_those_in_raw_however_often_a_window_was_read(ledger: Ledger) -> None:
    ledger.load(0, 2)
    ledger.connection.execute("delete from raw.clicks")
    ledger.load(0, 1)
    found = audit(ledger.connection, "shop", "clicks")
    assert (found.windows, found.records) == (2, 10)

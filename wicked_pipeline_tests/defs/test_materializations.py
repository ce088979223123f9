"""What a partition shows after a run: the day's own records, also after a run that found nothing to do, or failed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from wicked_pipeline.api import errors
from wicked_pipeline.definitions import definitions
from wicked_pipeline.defs import landing
from wicked_pipeline.defs.runs import SKIP_LANDED
from wicked_pipeline.ingest import fetch_and_land
from wicked_pipeline.sandbox import Server, build_world, running
from wicked_pipeline.settings import load_settings

DAYS = ["2024-03-06", "2024-03-07", "2024-03-08"]
LISTS = ["contacts", "clicks", "orders"]


class Shop:
    """A shop of three days, an instance, and its raw assets."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.warehouse = server, folder / "wicked.duckdb"
        settings = load_settings(
            api_url=server.url, api_key=server.key, duckdb_path=self.warehouse, start_date=DAYS[0], today="2024-06-01"
        )
        self.job = definitions(settings).resolve_job_def("raw")
        self.instance = dg.DagsterInstance.ephemeral()

    def run(self, **tags: str) -> dg.ExecuteInProcessResult:
        ranged = {"dagster/asset_partition_range_start": DAYS[0], "dagster/asset_partition_range_end": DAYS[-1]}
        return self.job.execute_in_process(instance=self.instance, tags=ranged | tags, raise_on_error=False)

    def shown(self, endpoint: str, day: str) -> dict[str, Any]:
        """The newest metadata of a partition; empty where it isn't green."""
        wanted = dg.AssetRecordsFilter(dg.AssetKey(["wicked", endpoint]), asset_partitions=[day])
        events = self.instance.fetch_materializations(wanted, limit=1).records
        return {name: value.value for event in events for name, value in event.asset_materialization.metadata.items()}

    def counts(self) -> dict[tuple[str, str], int]:
        """The records in raw, by endpoint and day."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            query = "select count(*) from raw.{} where partition_date = ?"
            return {
                (endpoint, day): connection.execute(query.format(endpoint), [day]).fetchall()[0][0]
                for endpoint in LISTS
                for day in DAYS
            }


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running(build_world(date(2024, 3, 6), 3, contacts=9, clicks=30, orders=6), requests_per_minute=0) as server:
        yield Shop(server, tmp_path)


def test_each_day_shows_its_own_records_also_after_a_run_with_nothing_to_do(shop: Shop) -> None:
    assert shop.run().success
    counts = shop.counts()
    first = {partition: shop.shown(*partition) for partition in counts}
    assert {partition: figures["records"] for partition, figures in first.items()} == counts
    assert len(set(counts.values())) > 3
    assert all(figures["requests"] > 0 and figures["settled"] == "yes" for figures in first.values())
    asked = len(shop.server.requests)
    assert shop.run(**{SKIP_LANDED: "true"}).success
    assert len(shop.server.requests) == asked
    assert {partition: shop.shown(*partition) for partition in counts} == first
    changes = ("added", "changed", "deleted")
    assert all(figures["added"] > 0 and figures["changed"] == figures["deleted"] == 0 for figures in first.values())
    assert shop.run().success
    assert {shop.shown(*partition)[change] for partition in counts for change in changes} == {0}


def test_a_run_that_fails_shows_what_it_landed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_off(source: Any, account: Any, warehouse: Any, endpoints: Any, *rest: Any, **named: Any) -> None:
        fetch_and_land(source, account, warehouse, [e for e in endpoints if e.name != "orders"], *rest, **named)
        raise errors.ApiError("the orders can't be had")

    monkeypatch.setattr(landing, "fetch_and_land", breaks_off)
    assert not shop.run().success
    for (endpoint, day), records in shop.counts().items():
        assert shop.shown(endpoint, day).get("records") == (None if endpoint == "orders" else records)

"""One run's work, without Dagster: what has to be asked for, fetched, and landed as it comes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from wicked_pipeline import landing
from wicked_pipeline.api import Client
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.extract import fetch
from wicked_pipeline.landing import Load
from wicked_pipeline.progress import Progress
from wicked_pipeline.settings import Settings
from wicked_pipeline.spool import Header, Spool
from wicked_pipeline.warehouse import Connection, write_warehouse
from wicked_pipeline.windows import INSTANT, LATEST_ZONE, DayRange, day_of, is_final, joined, midnight

Work = Mapping[Endpoint, Sequence[DayRange]]


def work_for(
    connection: Connection,
    settings: Settings,
    endpoints: Sequence[Endpoint],
    days: DayRange,
    *,
    refetch: bool,
    resumes: Collection[str] | None = None,
) -> Work:
    """The days to ask for by endpoint: all of `days`, or without `refetch` those that are not landed for good.

    With `resumes`, those that these runs have not landed, of whose work this run is the rest.
    """
    if refetch:
        return {endpoint: [days] for endpoint in endpoints}
    return {
        endpoint: joined(
            landing.missing_days(
                connection, endpoint, settings.account, days, settings.zone, settings.lookback_days, resumes
            )
        )
        for endpoint in endpoints
    }


def fetch_and_land(
    client: Client,
    settings: Settings,
    endpoints: Sequence[Endpoint],
    days: DayRange,
    run_id: str,
    *,
    refetch: bool,
    resumes: Collection[str] | None = None,
    progress: Progress,
    on_load: Callable[[Load], None] = lambda _: None,
) -> list[Load]:
    """Fetches what is to be asked for of `days` and lands each window as it comes; returns the ledger's new rows.

    `refetch` and `resumes` are described at `work_for`. `on_load` is called with each window that is landed. Raises
    `WindowsFailed` or `ApiError` for what could not be fetched, after all that could be is landed; `WarehouseError`
    where the warehouse can't be used.
    """
    loads: list[Load] = []
    with write_warehouse(settings.duckdb_path, on_wait=progress.waits_for) as connection:
        landing.note_account(connection, settings.account, settings.account_timezone)
        work = work_for(connection, settings, endpoints, days, refetch=refetch, resumes=resumes)
        per_day = landing.densities(connection, settings.account)
    with Spool(spool_root(settings.duckdb_path), settings.account, settings.current_date()) as spool:
        left_behind = [] if refetch else [w for w in spool.left_behind() if _is_of_use(w.header, settings)]
        for windows in fetch(
            client, work, spool, zone=settings.zone, per_day=per_day, left_behind=left_behind, progress=progress
        ):
            # Opened anew each time: while it is open, nobody else can even read the warehouse.
            with write_warehouse(settings.duckdb_path, on_wait=progress.waits_for) as connection:
                for window in windows:
                    load = landing.land(connection, window, settings.account, run_id)
                    loads.append(load)
                    on_load(load)
    return loads


def _is_of_use(header: Header, settings: Settings) -> bool:
    """Whether a window that an ended run left can still be landed: read today, or so late that it changes no more."""
    last_day = day_of(midnight(header.until) + LATEST_ZONE - INSTANT, settings.zone)  # that it can hold
    return header.fetched_on >= settings.current_date() or is_final(last_day, header.fetched_on, settings.lookback_days)


def spool_root(warehouse: Path) -> Path:
    """Where windows wait to be landed: a folder beside the warehouse."""
    return warehouse.with_name(f"{warehouse.name}.spool")

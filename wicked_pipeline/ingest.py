"""One run's work, without Dagster: chooses the days to request, fetches them, and lands each window as it comes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from wicked_pipeline import landing
from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.extract import fetch
from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.landing import Load
from wicked_pipeline.progress import Progress
from wicked_pipeline.source import Source
from wicked_pipeline.spool import Spool, SpooledWindow
from wicked_pipeline.warehouse import Connection, write_warehouse
from wicked_pipeline.windows import DAY, INSTANT, LATEST_ZONE, DayRange, begins, day_of, is_final, joined, midnight

Work = Mapping[Endpoint, Sequence[DayRange]]


def work_for(
    connection: Connection,
    account: Account,
    endpoints: Sequence[Endpoint],
    days: DayRange,
    *,
    refetch: bool,
    resumes: Collection[str] | None = None,
) -> Work:
    """The days to request, by endpoint: all of `days`, or without `refetch` those that are not landed for good.

    `resumes` are the runs whose work this run finishes: then the days that none of them has landed.
    """
    if refetch:
        return {endpoint: [days] for endpoint in endpoints}
    return {
        endpoint: joined(landing.missing_days(connection, endpoint, account, days, resumes)) for endpoint in endpoints
    }


def fetch_and_land(
    source: Source,
    account: Account,
    warehouse: Path,
    endpoints: Sequence[Endpoint],
    days: DayRange,
    run_id: str,
    *,
    today: date,
    refetch: bool,
    resumes: Collection[str] | None = None,
    progress: Progress,
    on_load: Callable[[Load], None] = lambda _: None,
) -> list[Load]:
    """Fetches the days that `work_for` chooses and lands each window as it comes. Returns the ledger's new rows.

    `today` is the account's date. `refetch` and `resumes` are as in `work_for`. `on_load` gets each landed window.
    Raises `WindowsFailed` or `ApiError` if days could not be fetched, after all others are landed, and
    `WarehouseError` if the warehouse can't be used. An error of `on_load` or an interrupt ends it within two seconds
    and closes `source`; the next run lands the windows already read.
    """
    loads: list[Load] = []
    with write_warehouse(warehouse, on_wait=progress.waits_for) as connection:
        landing.note_account(connection, account)
        if account.history_days is not None:
            landing.forget_versions(connection, account.name, begins(today - account.history_days * DAY, account.zone))
        work = work_for(connection, account, endpoints, days, refetch=refetch, resumes=resumes)
        per_day = landing.densities(connection, account.name)

    def land(windows: list[FetchedWindow]) -> None:
        # Opened anew each time: while it is open, no other process can even read the warehouse.
        with write_warehouse(warehouse, on_wait=progress.waits_for) as connection:
            for window in windows:
                load = landing.land(connection, window, account.name, run_id)
                loads.append(load)
                on_load(load)

    with Spool(spool_root(warehouse), account.name, today) as spool:
        left_behind = (
            [] if refetch else [window for window in spool.left_behind() if _is_of_use(window, account, today)]
        )
        fetch(source, work, spool, land, zone=account.zone, per_day=per_day, left_behind=left_behind, progress=progress)
    return loads


def _is_of_use(spooled: SpooledWindow, account: Account, today: date) -> bool:
    """Whether a window of an ended run can still be landed: it was read today, or its days are final."""
    past = midnight(spooled.window.until) + LATEST_ZONE  # the latest end of its days
    last_day, read_on = day_of(past - INSTANT, account.zone), spooled.fetched_on
    return read_on >= today or is_final(last_day, read_on, account.lookback_days)


def spool_root(warehouse: Path) -> Path:
    """The folder beside the warehouse in which windows wait to be landed."""
    return warehouse.with_name(f"{warehouse.name}.spool")

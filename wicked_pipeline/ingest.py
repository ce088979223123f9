"""One run's work, without Dagster: chooses the days to request, fetches them, and lands each window as it comes."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from wicked_pipeline import landing, refresh
from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import CONTACTS, Endpoint
from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.extract import expected_requests, fetch
from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.landing import Load, SingleContact
from wicked_pipeline.progress import Progress
from wicked_pipeline.refresh import Plan
from wicked_pipeline.source import Source
from wicked_pipeline.spool import Spool, SpooledWindow
from wicked_pipeline.warehouse import Connection, WarehouseError, write_warehouse
from wicked_pipeline.windows import DAY, INSTANT, LATEST_ZONE, DayRange, begins, day_of, is_final, joined, midnight

_SINGLE_CONTACTS = 50
"""Contacts that were read singly land together, so many at a time."""

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


def plan_today(
    connection: Connection, account: Account, endpoints: Sequence[Endpoint], today: date, *, full: bool
) -> Plan:
    """What a sync reads on the account's date `today`; `full`: everything, without regard to the allowance.

    It leaves out what was read today, so a sync that was interrupted goes on where it ended.
    """
    recent = refresh.look_back(account, today)
    days = DayRange(account.start_date, recent.last)
    facts = (
        [landing.facts(connection, account, endpoint, days, today) for endpoint in endpoints] if days.days > 0 else []
    )
    per_day = {of_list.endpoint: of_list.per_day or 0.0 for of_list in facts}
    return refresh.plan(
        facts,
        recent,
        today=today,
        allowance=None if full else account.daily_requests,
        spent=landing.requests_sent(connection, account, today),
        cost=lambda endpoint, ranges: expected_requests(endpoint, ranges, account.zone, per_day[endpoint]),
    )


def sync(
    source: Source,
    account: Account,
    warehouse: Path,
    endpoints: Sequence[Endpoint],
    run_id: str,
    *,
    today: date,
    full: bool,
    progress: Progress,
    read_contact: Callable[[str], SingleContact | None] = lambda _: None,
    on_plan: Callable[[Plan], None] = lambda _: None,
    on_load: Callable[[Load], None] = lambda _: None,
) -> list[Load]:
    """Plans what is read today, tells `on_plan`, and reads and lands it. If the plan could not say what some days cost,
    it plans again after that. At last it reads singly, by `read_contact`, the contacts that clicks or orders name and
    no window returns, once every window of contacts has landed. The rest is as in `fetch_and_land`.
    """
    plans: list[Plan] = []

    def choose(connection: Connection) -> Work:
        plan = plan_today(connection, account, endpoints, today, full=full)
        plans.append(plan)
        on_plan(plan)
        return plan.work()

    def is_of_use(spooled: SpooledWindow) -> bool:
        return spooled.fetched_on >= today

    loads: list[Load] = []
    while not plans or (len(plans) == 1 and plans[0].is_blind):
        loads += _fetch_and_land(
            source, account, warehouse, choose, is_of_use, run_id, today=today, progress=progress, on_load=on_load
        )
    if CONTACTS in endpoints and not plans[-1].awaits(CONTACTS):
        with write_warehouse(warehouse, on_wait=progress.waits_for) as connection:
            named = landing.contacts_to_read(connection, account, today, full=full)
            room = account.daily_requests - landing.requests_sent(connection, account, today)
        wanted = named if full else named[: max(0, room)]
        for start in range(0, len(wanted), _SINGLE_CONTACTS):
            some = wanted[start : start + _SINGLE_CONTACTS]
            known = [contact for name in some if (contact := read_contact(name))]
            progress.page(len(known), len(some))
            with write_warehouse(warehouse, on_wait=progress.waits_for) as connection:
                for contact in known:
                    loads.append(landing.land_contact(connection, account, contact, run_id, today))
    return loads


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

    def choose(connection: Connection) -> Work:
        return work_for(connection, account, endpoints, days, refetch=refetch, resumes=resumes)

    def is_of_use(spooled: SpooledWindow) -> bool:
        return _is_of_use(spooled, account, today)

    of_use = None if refetch else is_of_use
    return _fetch_and_land(
        source, account, warehouse, choose, of_use, run_id, today=today, progress=progress, on_load=on_load
    )


def _fetch_and_land(
    source: Source,
    account: Account,
    warehouse: Path,
    choose: Callable[[Connection], Work],
    is_of_use: Callable[[SpooledWindow], bool] | None,
    run_id: str,
    *,
    today: date,
    progress: Progress,
    on_load: Callable[[Load], None],
) -> list[Load]:
    """Fetches and lands what `choose` chooses. Takes over those windows of ended runs that `is_of_use` accepts;
    without it, none."""
    loads: list[Load] = []
    with write_warehouse(warehouse, on_wait=progress.waits_for) as connection:
        landing.note_account(connection, account)
        if account.history_days is not None:
            landing.forget_versions(connection, account.name, begins(today - account.history_days * DAY, account.zone))
        work = choose(connection)
        per_day = landing.densities(connection, account.name)

    def land(windows: list[FetchedWindow]) -> None:
        # Opened anew each time: while it is open, no other process can even read the warehouse.
        with write_warehouse(warehouse, on_wait=progress.waits_for) as connection:
            for window in windows:
                load = landing.land(connection, window, account.name, run_id)
                loads.append(load)
                on_load(load)

    with (
        _failures_noted(account, warehouse, work, run_id, today, progress),
        Spool(spool_root(warehouse), account.name, today) as spool,
    ):
        left_behind = [window for window in spool.left_behind() if is_of_use(window)] if is_of_use else []
        fetch(source, work, spool, land, zone=account.zone, per_day=per_day, left_behind=left_behind, progress=progress)
    return loads


@contextmanager
def _failures_noted(
    account: Account, warehouse: Path, work: Work, run_id: str, today: date, progress: Progress
) -> Iterator[None]:
    """Keeps the days of `work` that could not be fetched, and why. The error goes on."""
    try:
        yield
    except WarehouseError:
        raise
    except ExpectedError as error:
        with suppress(WarehouseError), write_warehouse(warehouse, on_wait=progress.waits_for) as connection:
            landing.note_failure(connection, account, work, run_id, today, str(error))
        raise


def _is_of_use(spooled: SpooledWindow, account: Account, today: date) -> bool:
    """Whether a window of an ended run can still be landed: it was read today, or its days are final."""
    past = midnight(spooled.window.until) + LATEST_ZONE  # the latest end of its days
    last_day, read_on = day_of(past - INSTANT, account.zone), spooled.fetched_on
    return read_on >= today or is_final(last_day, read_on, account.lookback_days)


def spool_root(warehouse: Path) -> Path:
    """The folder beside the warehouse in which windows wait to be landed."""
    return warehouse.with_name(f"{warehouse.name}.spool")

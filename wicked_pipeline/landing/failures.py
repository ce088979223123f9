"""The days that a run failed to read, kept so that models can tell them from days that nobody asked for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.landing.ledger import missing_days
from wicked_pipeline.warehouse import Connection
from wicked_pipeline.windows import DayRange

_ENTER = """
    insert into raw.failures (account, endpoint, first_day, last_day, reason, failed_at, failed_on, run_id)
    with days as (
        select day, row_number() over (order by day) as number from (select unnest($days::date[]) as day)
    )
    select $account, $endpoint, min(day), max(day), $reason, $failed_at, $failed_on, $run_id
    from days
    group by day - number::integer  -- consecutive days
"""


def note_failure(
    connection: Connection,
    account: Account,
    work: Mapping[Endpoint, Sequence[DayRange]],
    run_id: str,
    today: date,
    reason: str,
) -> None:
    """Enters the days of `work` that the run has not landed. `reason` is one line without personal data.

    `today` is the account's date.
    """
    for endpoint, ranges in work.items():
        days = [day for asked in ranges for day in missing_days(connection, endpoint, account, asked, [run_id])]
        connection.execute(
            _ENTER,
            {
                "account": account.name,
                "endpoint": endpoint.name,
                "days": days,
                "reason": reason,
                "failed_at": datetime.now(UTC).replace(tzinfo=None),
                "failed_on": today,
                "run_id": run_id,
            },
        )

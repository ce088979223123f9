"""The facts by which a sync is planned: each day's last reading, and how often readings found changes."""

from datetime import date

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import CLICKS, CONTACTS, ORDERS, Endpoint
from wicked_pipeline.landing.ledger import densities, missing_days, not_read_since
from wicked_pipeline.refresh import AGES, Changes, LandedFacts, ListFacts
from wicked_pipeline.warehouse import Connection
from wicked_pipeline.windows import DAY, DayRange

_LEARNT_DAYS = 90
"""Readings of so many last days say how often records change."""

_OPTIN_SHARE = 0.1  # Assumed: one click in ten is an opt-in, which moves its contact's re-opt-in


def facts(connection: Connection, account: Account, endpoint: Endpoint, days: DayRange, today: date) -> ListFacts:
    """What is known of those `days` of the endpoint that were not read today."""
    unread = not_read_since(connection, endpoint, account, days, today)
    not_landed = set(missing_days(connection, endpoint, account, days))
    last_read = _last_read(connection, account, endpoint)
    records = _records(connection, account, endpoint)
    stale = _stale(connection, account) if endpoint is CONTACTS else {}
    return ListFacts(
        endpoint,
        densities(connection, account.name).get(endpoint.name),
        not_landed=[day for day in unread if day in not_landed],
        landed=[
            LandedFacts(day, last_read.get(day, days.first), records.get(day, 0), stale.get(day, 0.0))
            for day in unread
            if day not in not_landed
        ],
        changes=_changes(connection, account, endpoint, today),
    )


def requests_sent(connection: Connection, account: Account, today: date) -> int:
    """The requests of the windows that landed today."""
    rows = connection.execute(
        "select coalesce(sum(requests), 0) from raw.loads where account = ? and fetched_on = ?", [account.name, today]
    ).fetchall()
    return int(rows[0][0])


def _last_read(connection: Connection, account: Account, endpoint: Endpoint) -> dict[date, date]:
    rows = connection.execute(
        """
        with days as (
            select coalesce(fetched_on, fetched_at::date) as read_on,
                unnest(generate_series(window_from, window_to, interval 1 day))::date as day
            from raw.loads
            where account = ? and endpoint = ? and coalesce(settled, true)
        )
        select day, max(read_on) from days group by day
        """,
        [account.name, endpoint.name],
    ).fetchall()
    return dict(rows)


def _records(connection: Connection, account: Account, endpoint: Endpoint) -> dict[date, int]:
    rows = connection.execute(
        f"select partition_date, count(*) from raw.{endpoint.name} where account = ? group by partition_date",
        [account.name],
    ).fetchall()
    return dict(rows)


def _stale(connection: Connection, account: Account) -> dict[date, float]:
    """How many contacts of each day have changed since they were read: those with an order that landed later,
    and some of those with such a click. Dates of loads are compared: within a run, orders land after their contacts.
    """
    news = " union all ".join(
        f"""
        select landed.record ->> '$.{endpoint.contact_field}' as contact_id, loads.fetched_on as landed_on,
            {chance} as chance
        from raw.{endpoint.name} as landed
        inner join loads on landed.load_id = loads.load_id
        where loads.fetched_on > (select min(read_on) from contacts)
        """
        for endpoint, chance in ((ORDERS, 1.0), (CLICKS, _OPTIN_SHARE))
    )
    rows = connection.execute(
        f"""
        with loads as (
            select load_id, coalesce(fetched_on, fetched_at::date) as fetched_on from raw.loads where account = $account
        ), contacts as (
            select landed.record_id, landed.partition_date, max(loads.fetched_on) as read_on
            from raw.{CONTACTS.name} as landed
            inner join loads on coalesce(landed.confirmed_load_id, landed.load_id) = loads.load_id
            group by landed.record_id, landed.partition_date
        ), news as ({news}), changed as (
            select contacts.record_id, contacts.partition_date, max(news.chance) as chance
            from contacts
            inner join news on contacts.record_id = news.contact_id and news.landed_on > contacts.read_on
            group by contacts.record_id, contacts.partition_date
        )
        select partition_date, sum(chance)::double from changed group by partition_date
        """,
        {"account": account.name},
    ).fetchall()
    return dict(rows)


def _changes(connection: Connection, account: Account, endpoint: Endpoint, today: date) -> dict[int, Changes]:
    """By age group: the changes that re-readings found, and the records times days since their last reading.

    A load's records and changes count in equal parts for each of its days.
    """
    group = " + ".join(f"(age >= {limit})::int" for limit in AGES)
    rows = connection.execute(
        f"""
        with days as (
            select fetched_at, records, coalesce(changed, 0) + coalesce(deleted, 0) as found,
                window_to - window_from + 1 as days, fetched_on,
                unnest(generate_series(window_from, window_to, interval 1 day))::date as day
            from raw.loads
            where account = $account and endpoint = $endpoint and fetched_on >= $since
        ), readings as (
            select *, fetched_on - day as age,
                fetched_on - lag(fetched_on) over (partition by day order by fetched_at) as elapsed
            from days
        )
        select {group} as age_group, sum(found / days)::double, sum(elapsed * records / days)::double
        from readings
        where elapsed > 0
        group by age_group
        """,
        {"account": account.name, "endpoint": endpoint.name, "since": today - _LEARNT_DAYS * DAY},
    ).fetchall()
    return {int(number): Changes(found, record_days) for number, found, record_days in rows}

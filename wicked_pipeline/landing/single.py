"""Contacts that are read singly: those that clicks and orders name and no window returned, and those of a command."""

from datetime import date, datetime
from typing import Protocol
from uuid import uuid4

import msgspec

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import CLICKS, CONTACTS, ORDERS
from wicked_pipeline.landing import versions
from wicked_pipeline.landing.ledger import Claim, Load, enter
from wicked_pipeline.records import describe
from wicked_pipeline.warehouse import Connection, in_one_transaction
from wicked_pipeline.windows import day_of


class SingleContact(Protocol):
    """One contact as the API returned it: its own bytes, when it was requested (UTC), and the requests that took."""

    @property
    def record(self) -> msgspec.Raw: ...
    @property
    def requested_at(self) -> datetime: ...
    @property
    def requests(self) -> int: ...


def contacts_to_read(connection: Connection, account: Account, today: date, *, full: bool) -> list[str]:
    """The ids of contacts that clicks or orders name and that no window returns: unknown ones, and those from before
    the account's first day. Only what landed today counts, or with `full` all of raw, so a contact that the API doesn't
    know is asked for once, not each day.
    """
    todays = "(select load_id from raw.loads where account = $account and fetched_on = $today)"
    named = " union ".join(
        f"select trim(record ->> '$.{endpoint.contact_field}') as id from raw.{endpoint.name}"
        f" where account = $account and ($full or load_id in {todays})"
        for endpoint in (CLICKS, ORDERS)
    )
    rows = connection.execute(
        f"""
        with named as ({named}),
        read as (
            select record_id as id from raw.{CONTACTS.name}
            where account = $account
                and (partition_date >= $first or coalesce(confirmed_load_id, load_id) in {todays})
        )
        select named.id from named
        anti join read on named.id = read.id
        where named.id not in ('', 'null')
        order by named.id
        """,
        {"account": account.name, "today": today, "full": full, "first": account.start_date},
    ).fetchall()
    return [contact for (contact,) in rows]


def land_contact(connection: Connection, account: Account, contact: SingleContact, run_id: str, today: date) -> Load:
    """Lands the contact by difference, in one transaction. Its row in the ledger covers no day."""
    requested_at = contact.requested_at.replace(tzinfo=None)
    claim = Claim(
        load_id=uuid4().hex,
        account=account.name,
        endpoint=CONTACTS.name,
        fetched_at=requested_at,
        covers_from=requested_at,
        covers_to=requested_at,
    )
    return in_one_transaction(connection, lambda: _land(connection, account, contact, claim, run_id, today))


def _land(
    connection: Connection, account: Account, contact: SingleContact, claim: Claim, run_id: str, today: date
) -> Load:
    (said,) = describe(CONTACTS, [contact.record], account.zone)
    connection.execute(
        """
        create or replace temp table incoming as
        select 1 as page, 1 as position, $day::date as partition_date, $instant::timestamp as placed_at,
            try_cast($content as json) as record, $problem::varchar as reason, $record_id::varchar as record_id,
            $content::varchar as content
        """,
        {
            "day": day_of(said.instant, account.zone) if said.instant else today,
            "instant": said.instant,
            "content": bytes(contact.record).decode(errors="backslashreplace"),
            "problem": said.problem,
            "record_id": said.id,
        },
    )
    difference = versions.replace(connection, CONTACTS, claim, outlived=[])
    landed = said.problem is None
    load = Load(
        **vars(claim),
        window_from=None,
        window_to=None,
        pages=1,
        total=None,
        records=int(landed),
        outside=0,
        requests=contact.requests,
        retries=contact.requests - 1,
        reads=1,
        throttled_seconds=0.0,
        settled=True,
        run_id=run_id,
        rejected=int(not landed),
        copies=0,
        cut=False,
        fetched_on=today,
        **vars(difference),
    )
    enter(connection, load)
    return load

"""A case as a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wicked_pipeline_tests.cases.records import Record


@dataclass(frozen=True)
class Case:
    """Records, the days of their backfill, and what is right.

    `name` is the account's. `right` has a query and its rows, in any order where the query doesn't say; `$account`
    in it is the name. `named_by` are the dbt tests that have to name this account, `not_named_by` those that must not.
    `settings` are the fields of `Variables` (`timezone`, `today` …), `switches` the sandbox's. `spend` are the
    contents of CSV files that are loaded one after the other. `overrides` are lines of the seed `channel_overrides`
    (source, medium, campaign, channel), which hold for every case's words. `variables` are dbt variables.
    """

    name: str
    right: Mapping[str, Sequence[tuple[Any, ...]]]
    contacts: Sequence[Record] = ()
    clicks: Sequence[Record] = ()
    orders: Sequence[Record] = ()
    first: date = date(2024, 1, 1)
    last: date = date(2024, 3, 31)
    today: date = date(2024, 4, 15)
    named_by: Sequence[str] = ()
    not_named_by: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    switches: Mapping[str, Any] = field(default_factory=dict)
    spend: Sequence[str | bytes] = ()
    overrides: Sequence[tuple[str, str, str, str]] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)

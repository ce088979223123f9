"""An account of Wicked Reports as a value: how to reach its API, how its days are cut, and its facts.

Its values are checked when it is created, wherever they come from.
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from wicked_pipeline.errors import SettingsError

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
"""The range of dates in the settings: near the calendar's ends sums of days fail."""


def _one_word(key: SecretStr) -> SecretStr:
    text = key.get_secret_value()
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise ValueError("the key must be one word without spaces or line breaks; copy it again")
    return key


def _http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:  # .port raises, out of range
        raise ValueError("must be an http:// or https:// address")
    if parts.query or parts.fragment:
        raise ValueError("must not have a ? or # part")
    if parts.username or parts.password:
        raise ValueError("must not contain a user name or a password")
    return url.rstrip("/")


def _iana(zone: str) -> str:
    # "localtime" is this machine's own zone, which DuckDB doesn't know.
    if zone == "localtime" or zone not in available_timezones():
        raise ValueError(f"{zone!r} is not an IANA time zone such as America/New_York")
    return zone


def _written_as_instant(value: Any) -> Any:
    pattern = r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d{1,6})?)?"
    if not isinstance(value, date) and not re.fullmatch(pattern, str(value)):
        raise ValueError("must be a date such as 2024-01-31, or with a time (UTC) such as 2024-01-31 12:00:00")
    return value


def _has_come(instant: datetime) -> datetime:
    if instant > datetime.now(UTC).replace(tzinfo=None):
        raise ValueError("must not be in the future")
    return instant


PastInstant = Annotated[datetime, BeforeValidator(_written_as_instant), AfterValidator(_has_come)]
"""An instant, naive and in UTC."""

FACTS = ("refund_semantics", "tracking_began", "vendor_last_click_lookback_days", "subscription_grace_days")
"""The account's facts, which dbt reads from `raw.accounts`. If one is null, dbt's variable of that name applies."""


DUES = ("start_date", "lookback_days")
"""The settings that say which days are due, which `marts.data_health` reads from `raw.accounts`."""


class Account(BaseModel):
    """One account. Its values are checked, and the error's text never quotes a wrong one."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str = Field("default", min_length=1, description="A label for the account, in every row.")
    api_key: Annotated[SecretStr, AfterValidator(_one_word)] | None = Field(
        None, description="The Outbound API's key; nothing can be fetched without it."
    )
    api_url: Annotated[str, AfterValidator(_http)] = Field(
        "https://api.wickedreports.com", description="The address of the Outbound API."
    )
    timezone: Annotated[str, AfterValidator(_iana)] = Field(
        "America/New_York", description="The time zone that the account's days are cut in, from partitions to marts."
    )
    start_date: date = Field(
        date(2020, 1, 1), ge=EARLIEST, le=LATEST, description="The first day that has a partition."
    )
    lookback_days: int = Field(3, ge=0, le=365, description="Days before today that still change and are read again.")
    daily_requests: int = Field(
        2400, ge=1, description="The requests that a sync may send in a day; the look-back goes beyond it if it must."
    )
    history_days: int | None = Field(
        None, ge=0, le=36500, description="Days for which versions of records that hold no longer are kept; unset: all."
    )
    requests_per_minute: int | None = Field(
        None, ge=1, description="A ceiling for the request budget; unset: 120 until the API's header says otherwise."
    )
    requests_per_second: int | None = Field(None, ge=1, description="A second ceiling, for each second; unset: none.")
    ad_spend_path: Path | None = Field(None, description="A folder of advertising spend, CSV or Parquet files.")
    refund_semantics: Literal["auto", "status", "entry"] | None = Field(
        None, description="How the account's payments record a refund."
    )
    tracking_began: PastInstant | None = Field(None, description="When tracking of its clicks began, in UTC.")
    vendor_last_click_lookback_days: int | None = Field(
        None,
        ge=0,
        le=3650,
        description="Wicked Reports' own look-back for the account's last clicks, in days.",
    )
    subscription_grace_days: int | None = Field(
        None, ge=0, le=3650, description="How many days after its due date a subscription is late and not yet churned."
    )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its days are cut."""
        return ZoneInfo(self.timezone)

    def date_now(self) -> date:
        """The current date in its time zone."""
        return datetime.now(UTC).astimezone(self.zone).date()

    def require_key(self) -> str:
        """The API key in the clear. Raises `SettingsError` if there is none."""
        if self.api_key is None:
            raise SettingsError("WICKED_API_KEY is not set: put your Outbound API key into .env or the environment")
        return self.api_key.get_secret_value()


def first_mistake(error: ValidationError) -> tuple[str, str]:
    """The name of the first wrong value and the reason, without the value."""
    first = error.errors(include_url=False, include_input=False)[0]
    return str(first["loc"][0]), first["msg"].removeprefix("Value error, ")

"""Every `WICKED_*` setting, typed, with its default; read from the environment and from `.env` in the project's root.

A setting that is wrong or missing raises `SettingsError`, whose text is one line that names it and never its value
where that is secret. Nothing else in the package reads `WICKED_*` variables.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from wicked_pipeline.errors import ExpectedError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
"""Where `pyproject.toml` and `dbt/` are; relative paths in settings count from here, wherever a command is called."""


class SettingsError(ExpectedError):
    """A `WICKED_*` setting is missing or wrong. Its text is one line that names the setting."""

    status = 2


def _from_root(path: Path) -> Path:
    if "'" in str(path):
        raise ValueError("a path must not contain an apostrophe: dbt's adapter can't open it")
    return PROJECT_ROOT / path.expanduser()


RootedPath = Annotated[Path, AfterValidator(_from_root)]

TAKEN_NAMES = ("raw", "staging", "intermediate", "marts", "main", "system", "temp", "information_schema", "pg_catalog")
"""What DuckDB can't tell from a schema, or keeps for itself; `dbt/macros/generate_schema_name.sql` has them, too."""


def _names_a_database(path: Path) -> Path:
    # DuckDB calls a database by its file's name up to the first dot.
    name = path.name.lstrip(".").split(".")[0]
    if name.lower() in TAKEN_NAMES:
        raise ValueError(f"a warehouse can't be called {name}, which DuckDB takes for a schema; rename the file")
    if '"' in name:
        raise ValueError("the file's name must not contain a quote: dbt's adapter can't open it")
    return path


EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
"""What a date in the settings may be: near the calendar's ends sums of days fail."""


class Settings(BaseSettings):
    """What the pipeline runs with. Field `x` is the environment variable `WICKED_X`."""

    model_config = SettingsConfigDict(
        env_prefix="WICKED_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    api_key: SecretStr | None = Field(None, description="The Outbound API's key; without it nothing can be fetched.")
    api_url: str = Field("https://api.wickedreports.com", description="Where the Outbound API answers.")
    account: str = Field("default", min_length=1, description="A label for the account, in every row.")
    account_timezone: str = Field(
        "America/New_York", description="The account's time zone: a day is a day there, from partitions to marts."
    )
    start_date: date = Field(
        date(2020, 1, 1), ge=EARLIEST, le=LATEST, description="The first day that has a partition."
    )
    duckdb_path: Annotated[RootedPath, AfterValidator(_names_a_database)] = Field(
        Path("data/wicked.duckdb"), validate_default=True, description="The warehouse."
    )
    ad_spend_path: RootedPath | None = Field(None, description="A folder of advertising spend, CSV or Parquet files.")
    requests_per_minute: int | None = Field(
        None, ge=1, description="A ceiling for the request budget; unset: 120 until the API's header says otherwise."
    )
    requests_per_second: int | None = Field(None, ge=1, description="A second ceiling, for each second; unset: none.")
    lookback_days: int = Field(3, ge=0, le=365, description="Days before today that go on changing and are read again.")
    today: date | None = Field(
        None, ge=EARLIEST, le=LATEST, description="The date taken for today, for simulations; unset: the account's."
    )

    @field_validator("api_key")
    @classmethod
    def _key_is_a_header_value(cls, key: SecretStr | None) -> SecretStr | None:
        text = key.get_secret_value() if key else "x"
        if not (text.isascii() and text.isprintable() and " " not in text):
            raise ValueError("the key must be one word without spaces or line breaks; copy it again")
        return key

    @field_validator("api_url")
    @classmethod
    def _url_is_http(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:  # .port raises, out of range
            raise ValueError("must be an http:// or https:// address")
        if parts.query or parts.fragment:
            raise ValueError("must end with its path, without ? or #")
        if parts.username or parts.password:
            raise ValueError("must not carry a user name or a password")
        return url.rstrip("/")

    @field_validator("account_timezone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        # "localtime" is what this machine calls its own zone; DuckDB doesn't know it.
        if zone == "localtime" or zone not in available_timezones():
            raise ValueError(f"{zone!r} is not an IANA time zone such as America/New_York")
        return zone

    @property
    def zone(self) -> ZoneInfo:
        """The account's time zone, in which its days are cut."""
        return ZoneInfo(self.account_timezone)

    def current_date(self) -> date:
        """The date that counts as today in the account's time zone (`WICKED_TODAY` where set)."""
        return self.today or datetime.now(UTC).astimezone(self.zone).date()

    def require_key(self) -> str:
        """The API key in the clear; raises `SettingsError` where there is none."""
        if self.api_key is None:
            raise SettingsError("WICKED_API_KEY is not set: put your Outbound API key into .env or the environment")
        return self.api_key.get_secret_value()


def load_settings(**overrides: Any) -> Settings:
    """The settings from the environment and `.env`; `overrides` (by field name) win.

    `WICKED_ENV_FILE` names another file than `.env`; empty: none is read, as the demo wants it.
    Raises `SettingsError` with one line that names the first setting that is wrong.
    """
    env_file = os.environ.get("WICKED_ENV_FILE", str(PROJECT_ROOT / ".env"))
    try:
        return Settings(_env_file=env_file or None, **overrides)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "WICKED_" + str(first["loc"][0]).upper()
        raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None

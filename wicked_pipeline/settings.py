"""Every `WICKED_*` variable, typed, with its default; read from the environment and from `.env` in the project's root.

They are read once, where a command or Dagster's definitions begin, and handed in from there; nothing else in the
package reads them. One that is wrong raises `SettingsError`, whose text is one line that names it and never its value
where that is secret. `docs/settings.md` has them all.
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from wicked_pipeline.account import EARLIEST, LATEST, Account, first_mistake
from wicked_pipeline.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
"""Where `pyproject.toml` and `dbt/` are; relative paths in settings count from here, wherever a command is called."""


@dataclass(frozen=True)
class Settings:
    """What the project runs with: its account, the warehouse's path, and the date taken for today, if one is."""

    account: Account
    duckdb_path: Path
    today: date | None = None

    def current_date(self) -> date:
        """The date that counts as today in the account's time zone."""
        return self.today or self.account.date_now()


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
        raise ValueError(f"a warehouse can't be called {name}: DuckDB would take it for a schema; rename the file")
    if '"' in name:
        raise ValueError("the file's name must not contain a quote: dbt's adapter can't open it")
    return path


def _variable(field: str) -> str:
    """The environment variable of a field."""
    return "WICKED_" + {"name": "account", "timezone": "account_timezone"}.get(field, field).upper()


class Variables(Account, BaseSettings):
    """The environment: an account's values, and the project's."""

    model_config = SettingsConfigDict(
        alias_generator=_variable, populate_by_name=True, env_ignore_empty=True, extra="ignore"
    )

    ad_spend_path: RootedPath | None = None
    duckdb_path: Annotated[RootedPath, AfterValidator(_names_a_database)] = Field(
        Path("data/wicked.duckdb"), validate_default=True, description="The warehouse."
    )
    today: date | None = Field(
        None, ge=EARLIEST, le=LATEST, description="The date used as today, for simulations; unset: the account's date."
    )


def load_settings(**overrides: Any) -> Settings:
    """The settings from the environment and `.env`; `overrides` (by the fields of `Variables`) win.

    `WICKED_ENV_FILE` names another file than `.env`; empty: none is read, as the demo wants it.
    Raises `SettingsError` with one line that names the first setting that is wrong.
    """
    env_file = os.environ.get("WICKED_ENV_FILE", str(PROJECT_ROOT / ".env"))
    try:
        told = Variables(_env_file=env_file or None, **overrides)
    except ValidationError as error:
        name, message = first_mistake(error)
        raise SettingsError(f"{name if name.startswith('WICKED_') else _variable(name)}: {message}") from None
    account = Account(**{field: getattr(told, field) for field in Account.model_fields})
    return Settings(account, told.duckdb_path, told.today)

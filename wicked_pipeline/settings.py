"""All `WICKED_*` variables with types and defaults, read from the environment and from `.env` in the project's root.

A command or Dagster's definitions read them once, at their start, and pass them on. No other code of the package reads
them. A wrong one raises `SettingsError`, whose one line names the setting but not a secret value. `docs/settings.md`
describes all of them.
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
"""The folder of `pyproject.toml` and `dbt/`. Relative paths in settings count from here, wherever a command runs."""


@dataclass(frozen=True)
class Settings:
    """The project's settings: its account, the warehouse's path, and the simulated date of today, if one is set."""

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

TAKEN_NAMES = (
    *("raw", "staging", "intermediate", "marts", "checks"),
    *("main", "system", "temp", "information_schema", "pg_catalog"),
)
"""Our schemas, from which DuckDB can't tell a database of the same name, and its own names.
`dbt/macros/generate_schema_name.sql` has the same list."""


def _names_a_database(path: Path) -> Path:
    # DuckDB names a database by its file's name up to the first dot.
    name = path.name.lstrip(".").split(".")[0]
    if name.lower() in TAKEN_NAMES:
        raise ValueError(f"a warehouse can't be called {name}: DuckDB would take it for a schema; rename the file")
    if '"' in name:
        raise ValueError("the file's name must not contain a quote: dbt's adapter can't open it")
    return path


def _variable(field: str) -> str:
    """The environment variable of a field of `Variables`."""
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

    `WICKED_ENV_FILE` names another file than `.env`; if it is empty, no file is read, as in the demo.
    Raises `SettingsError`, whose one line names the first wrong setting.
    """
    env_file = os.environ.get("WICKED_ENV_FILE", str(PROJECT_ROOT / ".env"))
    try:
        told = Variables(_env_file=env_file or None, **overrides)
    except ValidationError as error:
        name, message = first_mistake(error)
        raise SettingsError(f"{name if name.startswith('WICKED_') else _variable(name)}: {message}") from None
    account = Account(**{field: getattr(told, field) for field in Account.model_fields})
    return Settings(account, told.duckdb_path, told.today)

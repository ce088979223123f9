"""The resources that all assets share: the account, the warehouse, progress.

None of them holds the key: definitions load without one, and a run that needs it fails with its one line.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_duckdb import DuckDBResource
from pydantic import Field, SecretStr, ValidationError, create_model

from wicked_pipeline import reporting, transform
from wicked_pipeline.account import Account, first_mistake
from wicked_pipeline.errors import SettingsError
from wicked_pipeline.progress import Progress
from wicked_pipeline.settings import Settings
from wicked_pipeline.transform import Step
from wicked_pipeline.warehouse import Connection, read_warehouse, write_warehouse


def _as_set(field: str) -> Any:
    return Field(description=Account.model_fields[field].description)


class AccountSettings(dg.ConfigurableResource["AccountSettings"]):
    """The account's settings without its key. The UI shows them, and a run can be launched with other values."""

    name: str = _as_set("name")
    api_url: str = _as_set("api_url")
    timezone: str = _as_set("timezone")
    start_date: str = _as_set("start_date")
    lookback_days: int = _as_set("lookback_days")
    daily_requests: int = _as_set("daily_requests")
    history_days: int | None = _as_set("history_days")
    requests_per_minute: int | None = _as_set("requests_per_minute")
    requests_per_second: int | None = _as_set("requests_per_second")
    ad_spend_path: str | None = _as_set("ad_spend_path")
    refund_semantics: str | None = _as_set("refund_semantics")
    tracking_began: str | None = _as_set("tracking_began")
    vendor_last_click_lookback_days: int | None = _as_set("vendor_last_click_lookback_days")
    subscription_grace_days: int | None = _as_set("subscription_grace_days")

    @classmethod
    def of(cls, account: Account) -> "AccountSettings":
        """The account's settings. They also become the fields' defaults, so that a run can set only one of them."""
        values = account.model_dump(mode="json", exclude={"api_key"})
        fields: dict[str, Any] = {
            name: (field.annotation, Field(values[name], description=field.description))
            for name, field in cls.model_fields.items()
        }
        return create_model(cls.__name__, __base__=cls, __doc__=cls.__doc__, **fields)(**values)

    def value(self, api_key: SecretStr | None = None) -> Account:
        """The account with these settings and the key, if one is given. Raises `SettingsError`."""
        try:
            return Account(api_key=api_key, **{field: getattr(self, field) for field in type(self).model_fields})
        except ValidationError as error:
            name, message = first_mistake(error)
            raise SettingsError(f"the resource account's {name}: {message}") from None


class Warehouse(DuckDBResource):
    """The warehouse's file. Connections wait while another process holds it."""

    @contextmanager
    def get_connection(self) -> Iterator[Connection]:
        """A connection that may write, for a `with` block; raises `WarehouseError`."""
        with write_warehouse(Path(self.database)) as connection:
            yield connection

    @contextmanager
    def get_reader(self) -> Iterator[Connection]:
        """A connection that only reads, beside any number of others, for a `with` block; raises `WarehouseError`."""
        with read_warehouse(Path(self.database)) as connection:
            yield connection


class ProgressReport:
    """Reports a run's progress to its own log. The command line replaces this resource by its terminal."""

    def of(self, log: Callable[[str], None]) -> AbstractContextManager[Progress]:
        """The progress of one run, written to `log` while a `with` block lasts."""
        return reporting.reported(log, every_seconds=30.0)

    def tell(self, log: Callable[[str], None], text: str) -> None:
        """Writes the text to `log`."""
        log(text)

    @contextmanager
    def of_build(self, log: Callable[[str], None]) -> Iterator[Callable[[Step], None]]:
        """A function for dbt's lines: `log` gets one line for each room, and the step's standard output gets all."""
        say_room = transform.each_room(log)

        def take(step: Step) -> None:
            say_room(step)
            print(step.line, flush=True)  # noqa: T201  # the UI shows it as the step's output

        yield take


def resources(settings: Settings) -> dict[str, Any]:
    """The resources, by the names that assets use."""
    return {
        "account": AccountSettings.of(settings.account),
        "warehouse": Warehouse(database=str(settings.duckdb_path)),
        "progress": ProgressReport(),
    }

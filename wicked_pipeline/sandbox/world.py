"""The sandbox's world: the records of its API, as plain lists of JSON-able dicts that a test may read and change.

`generate.py` creates a world, `changes.py` changes it, and `pages.py` selects the records of a call.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import RLock
from typing import TypeVar, cast

from wicked_pipeline.sandbox.instants import instant_text, midnight, utc_text
from wicked_pipeline.sandbox.reading import zone_of
from wicked_pipeline.sandbox.touchpoints import Record, settle

T = TypeVar("T")
DATE_FIELDS = {"contacts": "createDate", "clicks": "date", "orders": "date"}


@dataclass
class World:
    """An account's contacts, clicks and orders, each record as the API returns it.

    Clicks of one advertisement share their `utms`, those of one contact their `links`: replace these, don't edit them.
    `created` holds the filing instants of contacts without `createDate`. Call `changed()` after you change a record's
    date, or replace records one for one; added or removed records are noticed by their number. Hold `lock` during a
    change that no page may see half done.
    """

    contacts: list[Record] = field(default_factory=list)
    clicks: list[Record] = field(default_factory=list)
    orders: list[Record] = field(default_factory=list)
    zone: str = "America/New_York"
    first_day: date = date(2024, 1, 1)
    days: int = 90
    created: dict[str, str] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock, repr=False, compare=False)
    _version: int = field(default=0, repr=False, compare=False)
    _indexes: dict[tuple[str, str], tuple[object, object]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def last_day(self) -> date:
        """The last day of the account that the world covers."""
        return self.first_day + timedelta(days=self.days - 1)

    def records(self, endpoint: str) -> list[Record]:
        """The list `contacts`, `clicks` or `orders`."""
        return {"contacts": self.contacts, "clicks": self.clicks, "orders": self.orders}[endpoint]

    def changed(self) -> None:
        """Tells the world that dates or identities of records have changed."""
        self._version += 1

    def filed_at(self, endpoint: str, record: Record) -> str:
        """The instant (UTC text) by which the API files a record: its own date, or else the hidden date."""
        own = instant_text(record.get(DATE_FIELDS[endpoint]))
        if own is not None:
            return own
        return self.created.get(str(record.get("id")), f"{self.first_day}T12:00:00.000Z")

    def between(self, endpoint: str, first: date, until: date, zone: str = "UTC") -> list[Record]:
        """The records filed from day `first` to the day before `until`, days cut in `zone`, in order of time."""
        keys, records = self.timeline(endpoint)
        low, high = (bisect_left(keys, utc_text(midnight(day, zone_of(zone)))) for day in (first, until))
        return records[low:high]

    def timeline(self, endpoint: str) -> tuple[list[str], list[Record]]:
        """The filing instants (UTC texts) of an endpoint's records, in order, and the records in the same order."""

        def build() -> tuple[list[str], list[Record]]:
            records = self.records(endpoint)
            keys = [self.filed_at(endpoint, record) for record in records]
            order = sorted(range(len(keys)), key=keys.__getitem__)
            return [keys[index] for index in order], [records[index] for index in order]

        return self._index("timeline", endpoint, build)

    def of_contact(self, endpoint: str, contact_id: str) -> list[Record]:
        """A contact's clicks or orders, in order of time."""

        def build() -> dict[str, list[Record]]:
            index: dict[str, list[Record]] = defaultdict(list)
            for record in self.timeline(endpoint)[1]:
                index[owner(endpoint, record)].append(record)
            return index

        return self._index("owners", endpoint, build).get(contact_id, [])

    def contact(self, name: str) -> Record | None:
        """The contact with this id, sourceId or e-mail (compared without regard to case), or None."""

        def build() -> dict[str, Record]:
            index = {str(contact.get("email")).lower(): contact for contact in self.contacts}
            index |= {str(contact.get("sourceId")): contact for contact in self.contacts}
            return index | {str(contact.get("id")): contact for contact in self.contacts}

        index = self._index("names", "contacts", build)
        return index.get(name) or index.get(name.lower())

    def _index(self, name: str, endpoint: str, build: Callable[[], T]) -> T:
        """An index over an endpoint's records, rebuilt when they have changed."""
        with self.lock:
            state = (self._version, len(self.records(endpoint)))
            cached = self._indexes.get((name, endpoint))
            if cached is None or cached[0] != state:
                cached = self._indexes[name, endpoint] = (state, build())
            return cast(T, cached[1])

    def settle(self, *contact_ids: str) -> None:
        """Derives flags, touchpoints and LTV of these contacts again, as the API does after a change."""
        with self.lock:
            self.changed()
            for contact_id in contact_ids:
                contact = self.contact(contact_id)
                clicks, orders = (list(self.of_contact(kind, contact_id)) for kind in ("clicks", "orders"))
                settle(contact, clicks, orders, zone_of(self.zone))


def owner(endpoint: str, record: Record) -> str:
    """The id of a click's or order's contact; empty for an order without one."""
    return str(record.get("contactId")) if endpoint == "clicks" else str((record.get("contact") or {}).get("id", ""))

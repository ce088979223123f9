"""The Outbound API's endpoints as values: the one table that client, extraction, landing and assets derive from.

A new endpoint is a new value here. How one is called lives in `api/`, what its records become in `dbt/`.
"""

from dataclasses import dataclass

PAGE_SIZE = 1000
"""Records a page holds at most: the API's largest `limit` (specification, every list's parameters)."""


@dataclass(frozen=True)
class Rate:
    """At most so many requests in any so many seconds."""

    requests: int
    seconds: float = 60.0


@dataclass(frozen=True)
class Endpoint:
    """One list of the API that is read by window.

    `path` is relative to the API's URL. `id_field` says which contact or order a record is, or whose click; without it
    a record can't be landed. `unique` says that within its source system, `system_field`, the id says so alone: two
    shops may both have an order 1001. `owner_fields` say whose the record is, for two shops of one system.
    `date_field` is the record's own date, by which it belongs to a day; `dated` says that the specification's schema
    requires it. `longest_window_days` is the largest difference of `from` and `to` that the specification allows
    (None: it states none). `rate` is what the API allows this list alone, in a minute at most (None: it states none).
    `page_size` is how many records one of its pages holds at most.
    """

    name: str
    path: str
    id_field: str
    unique: bool
    date_field: str
    dated: bool
    longest_window_days: int | None = None
    system_field: str = "sourceSystem"
    owner_fields: tuple[str, ...] = ()
    rate: Rate | None = None
    page_size: int = PAGE_SIZE


CONTACTS = Endpoint("contacts", "/contacts", id_field="id", unique=True, date_field="createDate", dated=False)
CLICKS = Endpoint(
    "clicks", "/clicks", id_field="contactId", unique=False, date_field="date", dated=True, longest_window_days=30
)
ORDERS = Endpoint(
    "orders",
    "/orders",
    id_field="id",
    unique=True,
    date_field="date",
    dated=True,
    owner_fields=("contact.id", "contact.email"),
)

LISTS = {endpoint.name: endpoint for endpoint in (CONTACTS, CLICKS, ORDERS)}
"""The endpoints that are landed, by name. The name is also the raw table's and the asset's."""


CONTACT_PATH = "/contacts/{contact}"
"""One contact, named by id, by sourceId or by e-mail (URL-encoded); so in the two paths below."""
CONTACT_CLICKS_PATH = "/contacts/{contact}/clicks"
CONTACT_ORDERS_PATH = "/contacts/{contact}/orders"

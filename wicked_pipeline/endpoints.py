"""The Outbound API's endpoints as values. Client, extraction, landing and assets derive from this one table.

A new endpoint is a new value here. `api/` calls endpoints, and `dbt/` models their records.
"""

from dataclasses import dataclass

PAGE_SIZE = 1000
"""The most records of a page: the API's largest `limit` (specification, every list's parameters)."""


@dataclass(frozen=True)
class Rate:
    """At most `requests` requests in any `seconds` seconds."""

    requests: int
    seconds: float = 60.0


@dataclass(frozen=True)
class Endpoint:
    """One list of the API that is read by window.

    `path` is relative to the API's URL. `id_field` holds the id of the contact or order, or of a click's contact; a
    record without it can't be landed. `unique` says that the id is unique within its source system, `system_field`: two
    shops may both have an order 1001. `owner_fields` name the record's owner, to tell two shops of one system apart.
    `contact_field` holds the id of the contact that a record belongs to. `changing_fields` are the fields of a record
    without an id of its own that may change while it stays the same record.
    `date_field` is the record's own date, which gives its day; `dated` says that the specification's schema requires
    it. `longest_window_days` is the largest difference of `from` and `to` that the specification allows (None: it
    states none). `rate` is the API's rate for this list alone, over at most a minute (None: it states none).
    `page_size` is the most records of one page.
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
    contact_field: str | None = None
    changing_fields: tuple[str, ...] = ()
    rate: Rate | None = None
    page_size: int = PAGE_SIZE


CONTACTS = Endpoint("contacts", "/contacts", id_field="id", unique=True, date_field="createDate", dated=False)
CLICKS = Endpoint(
    "clicks",
    "/clicks",
    id_field="contactId",
    unique=False,
    date_field="date",
    dated=True,
    longest_window_days=30,
    contact_field="contactId",
    changing_fields=(
        *("isFirstClick", "isFirstOptin", "isLastClick", "isReOptin"),
        *("contactId", "contactSourceId", "email", "links"),
    ),
)
ORDERS = Endpoint(
    "orders",
    "/orders",
    id_field="id",
    unique=True,
    date_field="date",
    dated=True,
    owner_fields=("contact.id", "contact.email"),
    contact_field="contact.id",
)

LISTS = {endpoint.name: endpoint for endpoint in (CONTACTS, CLICKS, ORDERS)}
"""The endpoints that are landed, by name. The raw table and the asset have the same name."""


CONTACT_PATH = "/contacts/{contact}"
"""One contact, named by id, sourceId or e-mail address (URL-encoded), as in the two paths below."""
CONTACT_CLICKS_PATH = "/contacts/{contact}/clicks"
CONTACT_ORDERS_PATH = "/contacts/{contact}/orders"

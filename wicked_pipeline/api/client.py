"""The six calls of the Outbound API. Only this module opens sockets, and every request goes through the budget.

The caller chooses days and windows, and how many calls run at once. `frame.py` reads the answers' bodies.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar
from urllib.parse import quote, urlsplit

import requests

from wicked_pipeline.account import Account
from wicked_pipeline.api import errors, frame
from wicked_pipeline.api.budget import Budget, OnWait
from wicked_pipeline.api.frame import Page, Single
from wicked_pipeline.api.headers import read_rate_limit
from wicked_pipeline.api.retries import KeyProof, OnRetry, patiently
from wicked_pipeline.endpoints import (
    CLICKS,
    CONTACT_CLICKS_PATH,
    CONTACT_ORDERS_PATH,
    CONTACT_PATH,
    CONTACTS,
    ORDERS,
    PAGE_SIZE,
    Endpoint,
    Rate,
)

Answer = TypeVar("Answer", Page, Single)

_LOG = logging.getLogger(__name__)


class Client:
    """Sends requests to the API at `url` with `key`, from any number of threads.

    `budget` None: the budget that all processes with this URL and key share. While a call waits for the budget,
    `on_wait` gets the remaining seconds about once a second. `on_retry` gets each failure that is retried. Time-outs
    are in seconds; `sleep` pauses between tries. Every call raises `errors.ApiError`: a transient one once patience has
    run out, any other at once.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        budget: Budget | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 60.0,
        on_wait: OnWait | None = None,
        on_retry: OnRetry | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        if not (key.isascii() and key.isprintable() and key and " " not in key):
            raise errors.KeyRefused("the API key must be one word without spaces or line breaks; copy it again")
        self.url = url.rstrip("/")
        self.host = urlsplit(self.url).netloc.rpartition("@")[2] or self.url
        self.budget = budget or Budget.shared(self.url, key)
        self._key = key
        self._timeout = (connect_timeout, read_timeout)
        self._on_wait = on_wait
        self._on_retry = on_retry
        self._sleep = sleep
        self._closed = threading.Event()
        self._told_of_budget = -60.0
        self._proof = KeyProof()
        self._threads = threading.local()
        self._sessions: list[requests.Session] = []

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def close(self) -> None:
        """Makes new calls fail with `errors.Closed`. Calls that wait for the budget or for their next try fail within
        a second. A call that waits for its answer fails when the answer comes."""
        self._closed.set()
        for session in self._sessions:
            session.close()

    def page(
        self,
        endpoint: Endpoint,
        first: date | None,
        until: date | None,
        *,
        next_token: str | None = None,
        limit: int = PAGE_SIZE,
        priority: float = 0.0,
    ) -> Page:
        """One page of a list, for the window `from=first`, `to=until`.

        Among the calls that wait for the budget, the one with the highest `priority` goes first.
        """
        return self._page(endpoint.path, first, until, next_token, limit, priority, endpoint.rate)

    def contacts(self, first: date, until: date) -> Iterator[Page]:
        """All pages of a window's contacts."""
        return self._pages(CONTACTS.path, first, until)

    def clicks(self, first: date, until: date) -> Iterator[Page]:
        """All pages of a window's clicks. The API allows 30 days."""
        return self._pages(CLICKS.path, first, until)

    def orders(self, first: date, until: date) -> Iterator[Page]:
        """All pages of a window's orders."""
        return self._pages(ORDERS.path, first, until)

    def contact(self, name: str) -> Single:
        """One contact, named by id, sourceId or e-mail address. Raises `errors.NotFound`."""
        return self._ask(_contact_path(CONTACT_PATH, name), {}, frame.read_single, "one contact")

    def contact_clicks(self, name: str, first: date | None = None, until: date | None = None) -> Iterator[Page]:
        """All pages of one contact's clicks in a window of up to 180 days; without days, the first 10,000 clicks."""
        return self._pages(_contact_path(CONTACT_CLICKS_PATH, name), first, until)

    def contact_orders(self, name: str, first: date, until: date) -> Iterator[Page]:
        """All pages of one contact's orders in a window."""
        return self._pages(_contact_path(CONTACT_ORDERS_PATH, name), first, until)

    def _pages(self, path: str, first: date | None, until: date | None) -> Iterator[Page]:
        """Pages to the end of the list."""
        token, seen = None, set[str | None]()
        while True:
            page = self._page(path, first, until, token, PAGE_SIZE, 0.0)
            yield page
            if page.ends_list(seen):
                return
            token = page.next_token
            seen.add(token)

    def _page(
        self,
        path: str,
        first: date | None,
        until: date | None,
        token: str | None,
        limit: int,
        priority: float,
        rate: Rate | None = None,
    ) -> Page:
        asked = {"from": _day(first), "to": _day(until), "limit": limit, "next": token}
        params = {name: str(value) for name, value in asked.items() if value is not None}
        of = path.split("/")[-1]  # a contact's path holds the contact's name
        return self._ask(path, params, frame.read_page, f"{of} {asked['from']} to {asked['to']}", priority, rate)

    def _ask(
        self,
        path: str,
        params: dict[str, str],
        read: Callable[[bytes, datetime], Answer],
        what: str,
        priority: float = 0.0,
        rate: Rate | None = None,
    ) -> Answer:
        """The answer, after as many tries as patience allows. `what` names the request in the log."""
        tries, throttled_seconds = 0, 0.0

        def attempt() -> Answer:
            nonlocal tries
            tries += 1
            self._check_open()
            answer = self._attempt(path, params, read, priority, rate)
            self._check_open()
            return answer

        def report(failure: errors.Transient, seconds: float) -> None:
            nonlocal throttled_seconds
            if isinstance(failure, errors.Throttled):
                throttled_seconds += failure.wait
            _LOG.warning("%s: %s; the next try is in %.0f s", what, failure, max(seconds, failure.wait))
            if self._on_retry:
                self._on_retry(failure, seconds)

        try:
            answer = patiently(self._pause, lambda: self._proof.guard(attempt), report)
        except errors.DamagedPage as damaged:  # each try brought the same page: use its whole records
            answer = damaged.page  # type: ignore[assignment]  # of the type that `read` gives
        return replace(answer, requests=tries, throttled_seconds=throttled_seconds)

    def _attempt(
        self,
        path: str,
        params: dict[str, str],
        read: Callable[[bytes, datetime], Answer],
        priority: float,
        rate: Rate | None,
    ) -> Answer:
        """Sends one request. Returns its answer or raises its error, after the slot was given back."""
        with self.budget.request(priority, self._while_waiting, endpoint=path, own=rate) as slot:
            requested_at = datetime.now(UTC)
            response = self._send(path, params)
            if isinstance(response, errors.ApiError):
                raise response
            limit = read_rate_limit(response.headers, datetime.now(UTC))
            wait = slot.answered(limit, throttled=response.status_code == 429)
        if response.status_code != 200:
            failure = errors.from_status(response.status_code, self._message(response.content) or "", self.host)
            if isinstance(failure, errors.Transient):
                failure.wait = wait if isinstance(failure, errors.Throttled) else limit.retry_after or 0.0
            raise failure
        return self._read(response.content, read, requested_at)

    def _read(self, body: bytes, read: Callable[[bytes, datetime], Answer], requested_at: datetime) -> Answer:
        try:
            answer = read(body, requested_at)
        except frame.NotWholeError as broken:
            message = self._message(body)
            if message is not None:
                raise errors.VendorError(f"{self.host} reports an error with status 200: {message}") from None
            raise errors.BrokenPage(f"{self.host} sent a page that isn't whole: {broken}") from None
        if answer.damaged:
            raise errors.DamagedPage(f"{self.host} sent a page with records that aren't JSON objects", answer)
        return answer

    def _message(self, body: bytes) -> str | None:
        """The vendor's message, fit to be shown; None where `body` isn't the vendor's error."""
        message = frame.read_error(body)
        return None if message is None else errors.clean(message, self._key)

    def _send(self, path: str, params: dict[str, str]) -> requests.Response | errors.ApiError:
        """The response with its body, or why there is none: returned, so that no context with the URL hangs on it."""
        try:
            return self._session().get(self.url + path, params=params, timeout=self._timeout, allow_redirects=False)
        except requests.RequestException as failure:
            return errors.from_transport(failure, self.host)

    def _session(self) -> requests.Session:
        """This thread's own session: `requests` does not promise that one may be shared."""
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            self._sessions.append(session)
            session.headers.update({"apikey": self._key, "Accept": "application/json", "User-Agent": "wicked-pipeline"})
        return session

    def _while_waiting(self, seconds: float) -> None:
        self._check_open()
        if time.monotonic() >= self._told_of_budget + 60:  # at most one line a minute: such waits are normal
            self._told_of_budget = time.monotonic()
            _LOG.info("the request budget is used up; the next request can go in %.0f s", seconds)
        if self._on_wait:
            self._on_wait(seconds)

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise errors.Closed("the client was closed")

    def _pause(self, seconds: float) -> None:
        if self._sleep:
            self._sleep(seconds)
        else:
            self._closed.wait(seconds)


@contextmanager
def open_client(
    account: Account, *, on_wait: OnWait | None = None, on_retry: OnRetry | None = None
) -> Iterator[Client]:
    """A client of the account's API, closed at the end of the `with` block.

    It uses the shared request budget of this URL and key and keeps to the account's ceilings. `on_wait` and `on_retry`
    are as in `Client`. Raises `SettingsError` if the account has no key.
    """
    key = account.require_key()
    told = ((account.requests_per_minute, 60.0), (account.requests_per_second, 1.0))
    ceilings = tuple(Rate(requests, seconds) for requests, seconds in told if requests is not None)
    budget = Budget.shared(account.api_url, key, ceilings=ceilings)
    with closing(Client(account.api_url, key, budget=budget, on_wait=on_wait, on_retry=on_retry)) as client:
        yield client


def _day(day: date | str | None) -> str | None:
    """The day as the API writes it. Notebooks also pass instants and text."""
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            raise errors.BadRequest(f"{day!r} is not a date like 2024-01-31") from None
    return None if day is None else day.isoformat()[:10]


def _contact_path(path: str, name: str) -> str:
    """`path` with the contact's name, URL-encoded (also +, ', / and all that isn't ASCII)."""
    if name in ("", ".", ".."):  # each would make another path
        raise errors.BadRequest("a contact is named by an id, a source id or an e-mail address")
    return path.format(contact=quote(name, safe="", errors="surrogateescape"))

"""The API's errors, and the one place that maps HTTP answers to them.

    ApiError
    ├── KeyRefused          401, 403: the API does not accept the key
    │   └── NotEnabled      401 with the vendor's sentence: the account lacks the API
    ├── BadRequest          400 and any other status that a retry can't mend; a redirect, which we never follow
    ├── NotFound            404
    ├── BudgetUnusable      the request budget's file can't be used
    ├── Closed              the client was closed while the call waited
    └── Transient           may pass: the call is retried, and the error is raised when patience runs out
        ├── Unreachable     no connection: refused, reset, unknown host, no answer to the attempt
        │   └── TimedOut    connected, but no answer in time
        ├── Throttled       429
        ├── ServerTrouble   5xx, 408, 425
        ├── VendorError     status 200 with a body that says `"status": "error"`
        └── BrokenPage      a body that isn't a whole page: cut off, HTML, not JSON, `results` not an array
            └── DamagedPage a whole page, in `page`, with records that aren't JSON objects

Each text is one line that names the host, without the key and without e-mail addresses. An error's second base, from
`source.py`, tells extraction how to go on.
"""

import re
from typing import TYPE_CHECKING, ClassVar

import requests
import urllib3

from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.source import Refused, TooSlow, Unreadable

if TYPE_CHECKING:
    from wicked_pipeline.api.frame import Page, Single

LONGEST_MESSAGE = 200
"""Characters of the vendor's own message that an error's text quotes."""

_EMAIL = re.compile(r"[^\s\"<>,;:()/]+(?:@|%40)[^\s\"'<>,;:()/]+", re.IGNORECASE)


class ApiError(ExpectedError):
    """The API could not be asked, or its answer could not be used."""


class KeyRefused(ApiError):
    """The API doesn't accept the key (401, 403)."""


class NotEnabled(KeyRefused):
    """The key's account lacks the Outbound API; only the vendor can mend that."""


class BadRequest(ApiError, Refused):
    """The API refuses the request as it stands (400, another 4xx, a redirect)."""


class NotFound(ApiError, Unreadable):
    """The API has no such record or path (404)."""


class BudgetUnusable(ApiError):
    """The request budget's file can't be read or written."""


class Closed(ApiError):
    """The client was closed while this call waited."""


class Transient(ApiError):
    """A failure that may pass. `cost` is how much of a call's patience it uses up (see `retries.py`)."""

    cost: ClassVar[int] = 1
    wait: float = 0.0
    """Seconds that the server asks us to wait (`Throttled`: for which the budget allows no request)."""


class Unreachable(Transient):
    """No connection to the API."""


class TimedOut(Unreachable, TooSlow):
    """The API did not answer in time. The cost is high: two such failures mean that the request asks for too much."""

    cost = 4


class Throttled(Transient):
    """Too many requests (429)."""


class ServerTrouble(Transient, Unreadable):
    """The server failed (5xx, 408, 425)."""


class VendorError(Transient, Unreadable):
    """The API answered with status 200 and an error in the body."""


class BrokenPage(Transient, Unreadable):
    """The body isn't a whole page."""


class DamagedPage(BrokenPage):
    """A whole page with a record that isn't a JSON object. The cost is high: the record is likely broken for good."""

    cost = 3

    def __init__(self, text: str, page: "Page | Single") -> None:
        super().__init__(text)
        self.page = page


def clean(message: str, key: str) -> str:
    """The vendor's message as one short line without the key and without e-mail addresses."""
    line = " ".join(_EMAIL.sub("(e-mail)", message.replace(key, "(key)")).split())
    return line if len(line) <= LONGEST_MESSAGE else line[:LONGEST_MESSAGE] + "…"


def from_status(status: int, message: str, host: str) -> ApiError:
    """The error for an HTTP status other than 200. `message` is the vendor's, cleaned, or empty."""
    said = f"{status}: {message}" if message else f"{status}"
    if status in (401, 403):
        if "not enabled" in message.lower():
            return NotEnabled(
                f"{host} says: {message} Check that the API key is this account's; if it is, "
                "ask Wicked Reports to enable the Outbound API for the account"
            )
        return KeyRefused(
            f"{host} refuses the API key ({said}); copy it again from the dashboard's Authorizations page"
        )
    if status == 404:
        return NotFound(f"{host} has no such record or path ({said})")
    if status == 429:
        return Throttled(f"{host} throttles ({said})")
    if status >= 500 or status in (408, 425):
        return ServerTrouble(f"{host} has a server error ({said})")
    if status < 300:
        return BrokenPage(f"{host} answers {status} instead of a page")
    if status < 400:
        return BadRequest(f"{host} redirects ({said}); redirects are not followed, to protect the key; check the URL")
    return BadRequest(f"{host} refuses the request ({said})")


def from_transport(error: requests.RequestException, host: str) -> ApiError:
    """The error for a failed exchange. It leaves out the library's own text, which holds the whole URL."""
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.ConnectTimeout):
        return Unreachable(f"{host} can't be reached: the connection timed out")
    if isinstance(error, requests.Timeout) or isinstance(cause, urllib3.exceptions.ReadTimeoutError):
        return TimedOut(f"{host} does not answer in time")
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return BrokenPage(f"{host} sent a body that breaks off or can't be decompressed")
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable(f"{host} can't be reached: no trusted TLS connection")
    if isinstance(error, requests.ConnectionError):
        return Unreachable(f"{host} can't be reached: {_reason(cause)}")
    return BadRequest(f"the request to {host} can't be sent ({type(error).__name__}); check the URL")


def _reason(cause: object) -> str:
    """The reason why a connection failed, in a few words without an address."""
    if isinstance(cause, urllib3.exceptions.MaxRetryError):
        cause = cause.reason
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        return "its name is unknown"
    if isinstance(cause, urllib3.exceptions.ProxyError):
        return "the proxy failed"
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        return "the connection was refused"
    return "the connection broke"

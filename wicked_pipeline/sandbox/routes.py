"""The six calls of the Outbound API over a world, as a Starlette application without key, throttling or faults.

It is written from the specification and shares no code with the client.
"""

import time
from collections.abc import Awaitable, Callable

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wicked_pipeline.sandbox.pages import ApiError, Tokens, page, parse_query, shown
from wicked_pipeline.sandbox.switches import Switches
from wicked_pipeline.sandbox.touchpoints import Record
from wicked_pipeline.sandbox.world import World

_ENCODER = msgspec.json.Encoder(decimal_format="number")  # amounts from files are decimals
LONGEST_CLICK_WINDOW, LONGEST_CONTACT_CLICK_WINDOW = 30, 180


def json_answer(body: Record, status: int = 200) -> Response:
    """An answer in the API's format."""
    return Response(_ENCODER.encode(body), status, media_type="application/json")


def error_answer(status: int, message: str) -> Response:
    """An error as the specification documents it."""
    return json_answer({"status": "error", "message": message}, status)


class Calls:
    """The six calls. Each takes a request and returns its answer, or raises `ApiError`."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world, self._switches, self._tokens = world, switches, Tokens()

    def contacts(self, request: Request) -> Response:
        """`GET /contacts`"""
        return self._page(request, "contacts")

    def clicks(self, request: Request) -> Response:
        """`GET /clicks`"""
        return self._page(request, "clicks", longest=LONGEST_CLICK_WINDOW)

    def orders(self, request: Request) -> Response:
        """`GET /orders`"""
        return self._page(request, "orders")

    def contact(self, request: Request) -> Response:
        """`GET /contacts/{contactId}`"""
        with self._world.lock:
            found = shown("contacts", self._named(request), self._switches.reading)
            return json_answer({"status": "success", "result": found})

    def contact_clicks(self, request: Request) -> Response:
        """`GET /contacts/{contactId}/clicks`"""
        contact_id = self._named(request)["id"]
        return self._page(request, "clicks", contact_id, required=False, longest=LONGEST_CONTACT_CLICK_WINDOW)

    def contact_orders(self, request: Request) -> Response:
        """`GET /contacts/{contactId}/orders`"""
        return self._page(request, "orders", self._named(request)["id"])

    def _page(
        self,
        request: Request,
        endpoint: str,
        contact_id: str | None = None,
        *,
        required: bool = True,
        longest: int | None = None,
    ) -> Response:
        params = request.query_params
        query = parse_query(params, endpoint, contact_id, required=required, longest=longest)
        with self._world.lock:
            found = page(self._world, query, params.get("next"), self._tokens, self._switches.reading, time.time())
            return json_answer(found)

    def _named(self, request: Request) -> Record:
        name = request.path_params["contact"]
        found = self._world.contact(name)
        if found is None:
            raise ApiError(404, f"Contact with id {name} not found.")
        return found


def build_routes(world: World, switches: Switches) -> Starlette:
    """The application that answers the six calls from `world`, under the current `switches.reading`."""
    calls = Calls(world, switches)
    paths = {
        "/contacts": calls.contacts,
        "/clicks": calls.clicks,
        "/orders": calls.orders,
        "/contacts/{contact:path}/clicks": calls.contact_clicks,
        "/contacts/{contact:path}/orders": calls.contact_orders,
        "/contacts/{contact:path}": calls.contact,
    }
    return Starlette(
        routes=[Route(path, _awaitable(call), methods=["GET"]) for path, call in paths.items()],
        exception_handlers={ApiError: _api_error, HTTPException: _http_error},
    )


def _awaitable(call: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:  # on the event loop: a thread costs more than the call
        return call(request)

    return endpoint


async def _api_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error_answer(error.status, error.message)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_answer(error.status_code, "There is no such call.")

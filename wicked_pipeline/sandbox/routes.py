"""The six calls of the Outbound API over a world, as a Starlette application without key, throttling or faults.

Written from the specification; shares nothing with the client that reads it.
"""

import time
from collections.abc import Callable

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wicked_pipeline.sandbox.pages import ApiError, Query, Tokens, page, parse_query, shown
from wicked_pipeline.sandbox.switches import Switches
from wicked_pipeline.sandbox.touchpoints import Record
from wicked_pipeline.sandbox.world import World

LONGEST_CLICK_WINDOW, LONGEST_CONTACT_CLICK_WINDOW = 30, 180


def json_answer(body: Record, status: int = 200) -> Response:
    """An answer in the API's format."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def error_answer(status: int, message: str) -> Response:
    """An error as the specification documents it."""
    return json_answer({"status": "error", "message": message}, status)


def build_routes(world: World, switches: Switches) -> Starlette:
    """The application that answers the six calls from `world`, read as `switches.reading` says at each call."""
    tokens = Tokens()

    def answer(request: Request, query: Query) -> Response:
        token = request.query_params.get("next")
        with world.lock:
            return json_answer(page(world, query, token, tokens, switches.reading, time.time()))

    def listing(endpoint: str, longest: int | None = None) -> Callable[[Request], Response]:
        return lambda request: answer(request, parse_query(request.query_params, endpoint, longest=longest))

    def of_contact(
        endpoint: str, longest: int | None = None, *, required: bool = True
    ) -> Callable[[Request], Response]:
        def call(request: Request) -> Response:
            contact_id = str(_contact(world, request)["id"])
            query = parse_query(request.query_params, endpoint, contact_id, required=required, longest=longest)
            return answer(request, query)

        return call

    def contact(request: Request) -> Response:
        with world.lock:
            return json_answer(
                {"status": "success", "result": shown("contacts", _contact(world, request), switches.reading)}
            )

    calls = {
        "/contacts": listing("contacts"),
        "/clicks": listing("clicks", LONGEST_CLICK_WINDOW),
        "/orders": listing("orders"),
        "/contacts/{contact:path}/clicks": of_contact("clicks", LONGEST_CONTACT_CLICK_WINDOW, required=False),
        "/contacts/{contact:path}/orders": of_contact("orders"),
        "/contacts/{contact:path}": contact,
    }
    return Starlette(
        routes=[Route(path, _awaitable(call), methods=["GET"]) for path, call in calls.items()],
        exception_handlers={ApiError: _api_error, HTTPException: _http_error},
    )


def _contact(world: World, request: Request) -> Record:
    name = request.path_params["contact"]
    found = world.contact(name)
    if found is None:
        raise ApiError(404, f"Contact with id {name} not found.")
    return found


def _awaitable(call: Callable[[Request], Response]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:  # on the event loop: a thread a call would cost more than it does
        return call(request)

    return endpoint


async def _api_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error_answer(error.status, error.message)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_answer(error.status_code, "There is no such call.")

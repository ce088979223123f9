"""What stands before the six calls: the log of requests, the key, throttling, and how long an answer takes."""

import asyncio
import time
from dataclasses import dataclass
from secrets import compare_digest
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wicked_pipeline.sandbox import throttle
from wicked_pipeline.sandbox.routes import build_routes, error_answer
from wicked_pipeline.sandbox.switches import Switches
from wicked_pipeline.sandbox.throttle import Throttle
from wicked_pipeline.sandbox.world import World


@dataclass
class Logged:
    """A request that came: when (epoch seconds), for what, whether its key was right, and what it got.

    `status` is None as long as there was no answer; `answered` is when the answer had been written.
    """

    at: float
    path: str
    params: dict[str, str]
    key_ok: bool
    status: int | None = None
    answered: float | None = None


class Gate:
    """The whole sandbox as an ASGI application; `requests` is its log."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.switches = switches
        self.requests: list[Logged] = []
        self._throttle = Throttle()
        self._routes = build_routes(world, switches)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        key_ok = compare_digest(request.headers.get("apikey", "").encode(), self.switches.key.encode())
        logged = Logged(time.time(), request.url.path, dict(request.query_params), key_ok)
        self.requests.append(logged)
        answer = await self._answer(request, receive, logged)
        logged.status = answer.status_code
        await answer(scope, receive, send)
        logged.answered = time.time()

    async def _answer(self, request: Request, receive: Receive, logged: Logged) -> Response:
        switches, limit = self.switches, self.switches.requests_per_minute
        if not logged.key_ok:
            return error_answer(401, "The API key is not valid.")
        if not switches.enabled:
            return error_answer(401, "Outbound API not enabled for client.")
        verdict = self._throttle.ask(logged.at, limit, switches.reading)
        if switches.latency:
            await asyncio.sleep(switches.latency)
        if verdict.allowed:
            answer = await called(self._routes, request.scope, receive)
        else:
            answer = error_answer(429, "Too many requests.")
        answer.headers.update(throttle.headers(verdict, time.time(), switches.reading))
        return answer


async def called(app: ASGIApp, scope: Scope, receive: Receive) -> Response:
    """What an application answers, held back so that headers and faults can still be added."""
    messages: list[dict[str, Any]] = []

    async def keep(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    start, *bodies = messages
    answer = Response(b"".join(message.get("body", b"") for message in bodies), start["status"])
    answer.raw_headers = list(start["headers"])
    return answer

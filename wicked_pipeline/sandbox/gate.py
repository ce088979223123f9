"""The layers before the six calls: outages, the log of requests, the key, throttling, latency and faults."""

import asyncio
import time
from dataclasses import dataclass
from secrets import compare_digest
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wicked_pipeline.sandbox import throttle
from wicked_pipeline.sandbox.broken import broken
from wicked_pipeline.sandbox.changes import twin
from wicked_pipeline.sandbox.delivery import deliver
from wicked_pipeline.sandbox.faults import CHANGES, UNANSWERED, Fault, Schedule
from wicked_pipeline.sandbox.routes import build_routes, error_answer
from wicked_pipeline.sandbox.switches import Switches
from wicked_pipeline.sandbox.throttle import Throttle
from wicked_pipeline.sandbox.world import World


@dataclass
class Logged:
    """A request in the log: its time (epoch seconds), call, whether its key was right, and its answer.

    `status` is None until an answer is sent. `fault` is the kind of the fault that broke the answer. `answered` is when
    the answer was written.
    """

    at: float
    path: str
    params: dict[str, str]
    key_ok: bool
    status: int | None = None
    fault: str | None = None
    answered: float | None = None


class Gate:
    """The whole sandbox as an ASGI application; `requests` is its log."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.world, self.switches = world, switches
        self.requests: list[Logged] = []
        self._began = time.monotonic()
        self._refusing_until = 0.0
        self._throttle, self._schedule = Throttle(), Schedule()
        self._routes = build_routes(world, switches)

    @property
    def elapsed(self) -> float:
        """Seconds since the start, the clock of outages."""
        return time.monotonic() - self._began

    def outage(self) -> str | None:
        """The kind of the current outage, if any."""
        now = self.elapsed
        if now < self._refusing_until:
            return "refused"
        kinds = [one.kind for one in self.switches.outages if one.after <= now < one.after + one.seconds]
        return kinds[0] if kinds else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope)
        key_ok = compare_digest(request.headers.get("apikey", "").encode(), self.switches.key.encode())
        logged = Logged(time.time(), request.url.path, dict(request.query_params), key_ok)
        self.requests.append(logged)
        answer, fault = await self._answer(request, receive, logged)
        if fault:
            logged.fault = fault.kind
            answer = broken(fault, answer)
            if fault.kind in CHANGES:
                self._change(fault.kind, answer, logged.path)
            if fault.kind == "refused":
                self._refusing_until = self.elapsed + fault.seconds
        logged.status = None if fault and fault.kind in UNANSWERED else answer.status_code
        await deliver(answer, fault, scope, receive, send)
        logged.answered = time.time()

    async def _answer(self, request: Request, receive: Receive, logged: Logged) -> tuple[Response, Fault | None]:
        """The whole answer, and the fault to apply. Answers to wrong keys and throttled answers have no faults."""
        switches = self.switches
        outage = self.outage()
        if outage:
            return error_answer(503, "Out of service."), Fault("503" if outage == "503" else "drop")
        if not logged.key_ok:
            return error_answer(401, "The API key is not valid."), None
        if not switches.enabled:
            return error_answer(401, "Outbound API not enabled for client."), None
        verdict = self._throttle.ask(logged.at, switches.requests_per_minute, switches.reading)
        if switches.latency:
            await asyncio.sleep(switches.latency)
        fault = None
        if verdict.allowed:
            answer = await called(self._routes, request.scope, receive)
            fault = self._schedule.next_fault(switches.faults, logged.path)
        else:
            answer = error_answer(429, "Too many requests.")
        answer.headers.update(throttle.headers(verdict, time.time(), switches.reading))
        return answer, fault

    def _change(self, kind: str, answer: Response, path: str) -> None:
        """Inserts or deletes a record in the part already read of a window that has pages left.

        Derived values stay as they are: the world must differ in this one record only.
        """
        endpoint = path.rpartition("/")[2]
        frame = msgspec.json.decode(bytes(answer.body))
        if frame.get("page", 1) >= frame.get("totalPages", 1) or not frame["results"]:
            return
        first = frame["results"][0]
        with self.world.lock:
            keys = ("contactId", "date", "trackingUrl") if endpoint == "clicks" else ("id",)
            records = self.world.records(endpoint)
            found = next(one for one in records if all(one.get(key) == first.get(key) for key in keys))
            if kind == "insert":
                records.append(twin(endpoint, found))
            else:
                records[:] = [one for one in records if one is not found]


async def called(app: ASGIApp, scope: Scope, receive: Receive) -> Response:
    """An application's answer, held back so that headers and faults can be added."""
    messages: list[dict[str, Any]] = []

    async def keep(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    start, *bodies = messages
    answer = Response(b"".join(message.get("body", b"") for message in bodies), start["status"])
    answer.raw_headers = list(start["headers"])
    return answer

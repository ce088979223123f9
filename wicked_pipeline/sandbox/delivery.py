"""Sends answers, also with faults of the connection: cut off, reset, slow, or never sent."""

import asyncio
import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wicked_pipeline.sandbox.faults import UNANSWERED, Fault


async def deliver(answer: Response, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends an answer with its fault."""
    kind = fault.kind if fault else None
    if kind == "never":
        await _gone(receive)
    elif kind in UNANSWERED:
        await reset(receive, send)
    elif kind in ("reset", "cut-length"):
        body = bytes(answer.body)
        await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        if kind == "reset":  # otherwise uvicorn closes the connection of an unfinished answer
            await asyncio.sleep(0.01)  # first the half answer is sent
            await reset(receive, send)
    else:
        await asyncio.sleep(fault.seconds if fault and kind == "slow" else 0)
        await answer(scope, receive, send)


async def reset(receive: Receive, send: Any) -> None:
    """Resets the connection (TCP RST), whatever was sent on it."""
    transport = send.__self__.transport  # ASGI has no message for this; `send` is a method of uvicorn's cycle
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

"""The sandbox as a running server: in a thread of a test, or as the command's whole process. Sockets live here."""

import asyncio
import contextlib
import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from wicked_pipeline.sandbox.faults import Outage, OutageKind
from wicked_pipeline.sandbox.gate import Gate, Logged
from wicked_pipeline.sandbox.switches import Switches
from wicked_pipeline.sandbox.world import World


class Server(uvicorn.Server):
    """A sandbox over a world, listening on a socket of its own from the start (port 0: a free one)."""

    def __init__(
        self,
        world: World,
        switches: Switches,
        host: str = "127.0.0.1",
        port: int = 0,
        ready: Callable[[str], None] | None = None,
    ) -> None:
        """Calls `ready` with the URL once it answers requests. Raises `OSError` if the port is not available."""
        self.world, self.switches = world, switches
        self.gate = Gate(world, switches)
        self._socket = _listening(host, port)
        self.host, self.port = host, self._socket.getsockname()[1]
        config = uvicorn.Config(
            self.gate, http=H11Protocol, ws="none", lifespan="off", log_level="critical", access_log=False,
            proxy_headers=False, server_header=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        super().__init__(config)
        self._ready = ready

    @property
    def url(self) -> str:
        """Its URL."""
        return f"http://{self.host}:{self.port}"

    @property
    def key(self) -> str:
        """The API key that it accepts."""
        return self.switches.key

    @property
    def requests(self) -> list[Logged]:
        """Every request so far, in order of arrival."""
        return self.gate.requests

    def begin_outage(self, seconds: float, kind: OutageKind = "503") -> None:
        """Starts an outage now."""
        self.switches.outages.append(Outage(self.gate.elapsed, seconds, kind))

    async def answer(self) -> None:
        """Answers requests until it is stopped."""
        await self.serve(sockets=[self._socket])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to answer requests."""
        await super().startup(sockets)
        if self._ready:
            self._ready(self.url)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: stops listening while an outage refuses connections, and listens again after it."""
        refusing = self.gate.outage() == "refused"
        if refusing and self.servers:
            for server in self.servers:
                server.close()
            self.servers = []
            for connection in list(self.server_state.connections):
                connection.transport.abort()
        elif not refusing and not self.servers:
            loop, listener = asyncio.get_running_loop(), _listening(self.host, self.port)
            self.servers = [await loop.create_server(self._protocol, sock=listener)]
        return await super().on_tick(counter)

    def _protocol(self) -> H11Protocol:
        """The protocol that uvicorn itself creates for a connection."""
        return H11Protocol(self.config, self.server_state, self.lifespan.state)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ends on SIGINT and SIGTERM with status 0. uvicorn alone would end by the signal."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def _listening(host: str, port: int) -> socket.socket:
    # asyncio sends without delay only if TCP is named; otherwise each answer on a kept connection takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def running(world: World, **switches: Any) -> Iterator[Server]:
    """A sandbox in a thread of this process, for a `with` block; `switches` are `Switches`' fields.

    While it runs, you may read `server.url`, `.key`, `.world`, `.requests` and `.switches`, and change the last.
    """
    server = Server(world, Switches(**switches))
    thread = threading.Thread(target=lambda: asyncio.run(server.answer()), name="sandbox", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def serve(
    world: World,
    port: int = 0,
    host: str = "127.0.0.1",
    switches: Switches | None = None,
    ready: Callable[[str], None] = print,
) -> None:
    """Answers until SIGINT or SIGTERM. Calls `ready` with the URL once it answers requests. Raises `OSError`."""
    server = Server(world, switches or Switches(), host, port, ready)
    gc.freeze()  # millions of permanent records, which the collector need not search again
    asyncio.run(server.answer())

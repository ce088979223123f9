"""A real HTTP server on the standard library whose answers a test writes out, and which remembers what it was asked."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """What goes over the wire; a `content-length` among `headers` replaces the true one."""

    body: bytes = b'{"status":"success","results":[],"page":1,"totalPages":1,"total":0}'
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Scripted:
    """The server: `answer(n)` gives the n-th answer (from 1); `paths` and `headers` are what was asked."""

    def __init__(self, answer: Callable[[int], Answer]) -> None:
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._answer = answer
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        script = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                script.paths.append(self.path)
                script.headers.append({name.lower(): value for name, value in self.headers.items()})
                answer = script._answer(len(script.paths))
                self.send_response(answer.status)
                for name, value in ({"content-length": str(len(answer.body))} | answer.headers).items():
                    self.send_header(name, value)
                self.send_header("connection", "close")  # else the client may send the next request into its closing
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = True

            def log_message(self, *_: object) -> None: ...

        return Handler

    @contextmanager
    def running(self) -> Iterator["Scripted"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def scripted(*answers: Answer) -> Scripted:
    """A server that gives these answers in turn, and the last one for ever."""
    return Scripted(lambda n: answers[min(n, len(answers)) - 1])

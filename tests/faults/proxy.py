"""A proxy before a real server that breaks the answer after the server has accepted, or the request before it has."""

from __future__ import annotations

import os
import socket
import struct
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSED_ON = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})
DELAY_MAX_S = 30


class Break(StrEnum):
    """What becomes of a call. All but `REFUSE` happen after the server has answered: it has done what was asked."""

    CLOSE = "the connection is closed without an answer"
    RESET = "the connection is reset"
    TRUNCATE = "half the answer comes, then the connection is closed"
    HANG = "no answer comes until the proxy stops"
    ERROR = "a gateway says 503"
    GARBAGE = "a page says 200"
    REFUSE = "the connection is closed before the server hears of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """One call that went through; `status` is the server's, None where it was never asked."""

    method: str
    path: str
    status: int | None
    broken: Break | Instead | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """An answer that is given without asking the server."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Order:
    what: Break | Instead
    method: str
    path: str
    left_alone: int
    times: int


class FaultProxy:
    """Use as a context manager; `url` stands for the server's. `log` tells what the server really answered."""

    def __init__(self, upstream: str):
        self.log: list[Passed] = []
        self.upstream = urlsplit(upstream)
        self.stopped = threading.Event()
        self._orders: list[_Order] = []
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def will(self, what: Break | Instead, *, path: str, method: str = "POST", after: int = 0, times: int = 1) -> None:
        """Of the calls of this kind, `after` are left alone, and the next `times` break in this way."""
        with self._lock:
            self._orders.append(_Order(what, method, path, after, times))

    def ordered(self, method: str, path: str) -> Break | Instead | None:
        """What this call is to suffer; counted once."""
        with self._lock:
            waiting = (one for one in self._orders if (one.method, one.path) == (method, path) and one.times > 0)
            order = next(waiting, None)
            if order is None:
                return None
            if order.left_alone > 0:
                order.left_alone -= 1
                return None
            order.times -= 1
            return order.what

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, proxy: FaultProxy):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what this proxy is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _pass_on(self) -> None:
        proxy, path = self.server.proxy, urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        broken = proxy.ordered(self.command, path)
        unasked = broken is Break.REFUSE or isinstance(broken, Instead)
        status, headers, content = (None, {}, b"") if unasked else self._asked(body)
        proxy.log.append(Passed(method=self.command, path=path, status=status, broken=broken))
        match broken:
            case Break.CLOSE | Break.REFUSE:
                self.close_connection = True
            case Break.HANG:
                proxy.stopped.wait(DELAY_MAX_S)
                self.close_connection = True
            case Break.RESET:
                self._reset()
            case Break.ERROR:
                self._answer(503, {}, b"upstream connect error")
            case Break.GARBAGE:
                self._answer(200, {"Content-Type": "text/html"}, b"<html><body>It works!</body></html>")
            case Break.TRUNCATE:
                self._answer(status or 200, headers, content, cut_to=len(content) // 2)
            case Instead():
                self._answer(broken.status, {"content-type": "application/json", **broken.headers}, broken.content)
            case None:
                self._answer(status or 502, headers, content)

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - the names that the base class looks for

    def _asked(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        upstream = self.server.proxy.upstream
        connection = HTTPConnection(upstream.hostname or "", upstream.port, timeout=DELAY_MAX_S)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in PASSED_ON}
            connection.request(self.command, self.path, body or None, kept)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes, cut_to: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in {"date": self.date_time_string(), **headers}.items():
            if name.lower() not in PASSED_ON:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:cut_to])
        self.close_connection = cut_to is not None

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())  # a socket that is closed politely says goodbye first
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing: the calls are kept instead."""

"""A local server that answers as a platform would, and fails on request in the ways in which platforms fail."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

HANG_MAX_S = 60
KEPT_BYTES_MAX = 300_000


class Mishap(StrEnum):
    """What goes wrong after the server has taken a request and done what it asked."""

    CLOSE = "accept_then_close"
    HANG = "accept_then_hang"
    GARBAGE = "garbage"
    TRUNCATE = "truncate"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """One file of a multipart form, as it was sent."""

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked; the names in `headers` are lower case, `path` is without the query.

    `raw_query`: the query as it came, for platforms to which it matters what was encoded.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    raw_query: str = field(default="", repr=False)

    def json(self) -> dict[str, Any]:
        """The body's JSON object; empty where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def form(self) -> tuple[dict[str, str], dict[str, FilePart]]:
        """The fields and the files of a multipart body; a part that is cut off is none."""
        fields: dict[str, str] = {}
        files: dict[str, FilePart] = {}
        boundary = self.headers.get("content-type", "").partition("boundary=")[2].strip('"')
        for piece in self.body.split(f"--{boundary}".encode())[1:-1] if boundary else []:
            head, _, content = piece.partition(b"\r\n\r\n")
            described = message_from_bytes(head.strip())
            name = str(described.get_param("name", header="content-disposition"))
            content = content.removesuffix(b"\r\n")
            if filename := described.get_filename():
                files[name] = FilePart(name=filename, mime=described.get_content_type(), content=content)
            else:
                fields[name] = content.decode("utf-8")
        return fields, files

    def without_bulk(self) -> Request:
        """The same without a body that is too large to be kept."""
        return replace(self, body=b"") if len(self.body) > KEPT_BYTES_MAX else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def reply_json(value: object, status: int = 200) -> Reply:
    """The value as a JSON answer."""
    return Reply(status=status, body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})


@dataclass(slots=True, kw_only=True)
class Fault:
    """The next `times` requests of `method` to `path` go wrong; `path` empty means any.

    A Mishap strikes after the request was carried out; a Reply is given instead of carrying it out.
    """

    what: Mishap | Reply
    method: str = "POST"
    path: str = ""
    times: int = 1

    def meets(self, request: Request) -> bool:
        """Whether this request is one of those."""
        return self.times > 0 and request.method == self.method and self.path in {"", request.path}


class ScriptedServer(ABC):
    """One platform on a loopback port of its own; use it as a context manager, or `start` and `stop`.

    `carry_out` runs under one lock, so that what it sees and changes is never half done. `requests` holds what came,
    without the bodies of films. `slow_s`: how long it thinks over each request before it answers.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.slow_s = 0.0
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @abstractmethod
    def carry_out(self, request: Request) -> Reply:
        """What the platform does with a request, and answers."""

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Self:
        """It answers."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """It answers no more, and lets go of what hangs."""
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def will_fail(self, what: Mishap | Reply, *, method: str = "POST", path: str = "", times: int = 1) -> None:
        """The next `times` such requests go wrong in this way."""
        with self._lock:
            self._faults.append(Fault(what=what, method=method, path=path, times=times))

    def meet(self, request: Request) -> tuple[Reply, Mishap | None]:
        """The answer to a request, and what is to go wrong with it on its way back."""
        with self._lock:
            self.requests.append(request.without_bulk())
            fault = next((one for one in self._faults if one.meets(request)), None)
            if fault:
                fault.times -= 1
            if fault and isinstance(fault.what, Reply):
                return fault.what, None
            reply = self.carry_out(request)
            return reply, fault.what if fault and isinstance(fault.what, Mishap) else None

    def think(self) -> None:
        """Returns after as long as it is slow, or when the server stops."""
        self._stopped.wait(self.slow_s)

    def hang(self) -> None:
        """Returns when the server stops, or after a minute."""
        self._stopped.wait(HANG_MAX_S)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, platform: ScriptedServer):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.platform = platform

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the one before to be confirmed
    server: _Server

    def _serve(self) -> None:
        reply, mishap = self.server.platform.meet(self._request())
        self.server.platform.think()
        match mishap:
            case Mishap.CLOSE:
                self.close_connection = True
            case Mishap.HANG:
                self.server.platform.hang()
                self.close_connection = True
            case Mishap.GARBAGE:
                self._send(Reply(body=b"<html><body>It works!</body></html>", headers={"Content-Type": "text/html"}))
            case Mishap.TRUNCATE:
                self._send(reply, cut_to=len(reply.body) // 2)
            case None:
                self._send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the names that the base class looks for

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            raw_query=parts.query,
        )

    def _send(self, reply: Reply, cut_to: int | None = None) -> None:
        self.send_response_only(reply.status)
        for name, value in {"Date": self.date_time_string(), **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[:cut_to])
        self.close_connection = cut_to is not None

    def log_message(self, *_: object) -> None:
        """Nothing: the requests are kept instead."""

"""A platform at the end of a line that breaks at one call: where and how is told beforehand, alike for all of them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

from adapters.http import Http
from adapters.scripted.server import Reply, Request
from tests.adapters.raw_server import read_request, reset

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.http import Answer, Call
    from adapters.scripted.server import ScriptedServer

SHORT_S = 0.05
BYTES_MAX = 100_000
DATE = "Fri, 30 Jul 2027 05:00:00 GMT"  # of every answer: what a platform says of waiting is relative to it


class Unheard(StrEnum):
    """The call never reaches the platform."""

    REFUSED = "nobody listens"
    STALLED = "the connection does not come about"


@dataclass(slots=True, kw_only=True)
class Line:
    """One call under way, for whoever breaks it."""

    connection: socket.socket
    platform: ScriptedServer
    stopped: threading.Event
    held: list[socket.socket]

    def read(self) -> Request:
        """The whole request, which nobody has carried out."""
        return _parsed(*read_request(self.connection))

    def carry_out(self) -> Reply:
        """The platform has done what was asked; its answer, which nobody has seen yet."""
        return self.platform.meet(self.read())[0]

    def send(self, reply: Reply) -> None:
        """The answer is on its way, whole."""
        named = {"Date": DATE, **reply.headers, "Content-Length": str(len(reply.body)), "Connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        status = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
        self.connection.sendall((status + head + "\r\n").encode() + reply.body)

    def hold(self) -> None:
        """The connection stays open, and nothing more comes."""
        self.held.append(self.connection.dup())


Strike: TypeAlias = "Callable[[Line], None] | Unheard"


class Front:
    """Use as a context manager; `watch` is shown every request with its answer."""

    def __init__(
        self, platform: ScriptedServer, watch: Callable[[Request, Reply], object] = lambda _request, _reply: None
    ):
        self._watch = watch
        self._platform = platform
        self._strike: Strike | None = None
        self._at, self._sticks, self._number = 0, False, 0
        self._deaf = False
        self._stopped = threading.Event()
        self._held: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=0)
        self._place = self._listening.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._place[1]}"

    @property
    def strikes_next(self) -> bool:
        """Whether the next call is one that breaks."""
        reached = self._number == self._at or (self._sticks and self._number > self._at)
        return self._strike is not None and reached

    @property
    def answers_no_more(self) -> bool:
        """Whether whoever makes the next call waits in vain."""
        return self.strikes_next and self._strike in {silent, Unheard.STALLED}

    def arm(self, strike: Strike | None, at: int = 0, *, sticks: bool = False) -> None:
        """From here on call `at`, the first being 0, breaks; where it `sticks`, so do all that follow."""
        self._strike, self._at, self._sticks, self._number = strike, at, sticks, 0
        self._fall_silent_in_time()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listening.close()
        for one in self._held:
            one.close()

    def _serve(self) -> None:
        while not self._deaf:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                if not self._deaf:
                    self._meet(connection)

    def _meet(self, connection: socket.socket) -> None:
        line = Line(connection=connection, platform=self._platform, stopped=self._stopped, held=self._held)
        strike = self._strike if self.strikes_next else None
        if strike is not None and not isinstance(strike, Unheard):
            self._number += 1
            strike(line)
            return
        request = line.read()
        reply = self._platform.meet(request)[0]
        self._watch(request, reply)
        self._number += 1
        self._fall_silent_in_time()
        line.send(reply)

    def _fall_silent_in_time(self) -> None:
        """Before the answer goes that leads to the call: whoever calls next finds nobody."""
        if not self.strikes_next or not isinstance(self._strike, Unheard):
            return
        self._deaf = True
        if threading.current_thread() is not self._thread:
            socket.create_connection(self._place).close()  # wakes it, so that it sees
            self._thread.join(10)
        if self._strike is Unheard.REFUSED:
            self._listening.shutdown(socket.SHUT_RDWR)
            return
        for _ in range(2):  # one waits to be let in, and for another there is no room
            knocking = socket.socket()
            self._held.append(knocking)
            knocking.setblocking(False)
            knocking.connect_ex(self._place)


class Impatient(Http):
    """Has patience with every call but the one that no answer will come to."""

    def __init__(self, front: Front):
        super().__init__(front.url, bytes_max=BYTES_MAX, pool=1)
        self._front = front
        self._short = Http(front.url, connect_timeout_s=SHORT_S, read_timeout_s=SHORT_S, pool=1)

    def prepare(self, call: Call) -> Answer:
        """As ever."""
        return self._short.prepare(_hurried(call)) if self._front.answers_no_more else super().prepare(call)

    def post_once(self, call: Call) -> Answer:
        """As ever."""
        return self._short.post_once(_hurried(call)) if self._front.answers_no_more else super().post_once(call)


def _hurried(call: Call) -> Call:
    return replace(call, patience_s=None)


def instead(reply: Reply) -> Strike:
    """The platform answers so, and has done nothing."""

    def strike(line: Line) -> None:
        line.read()
        line.send(reply)

    return strike


def after(behave: Callable[[socket.socket, threading.Event], None]) -> Strike:
    """The platform has done what was asked; then the line behaves so."""

    def strike(line: Line) -> None:
        line.carry_out()
        behave(line.connection, line.stopped)

    return strike


def changed(change: Callable[[Reply], Reply]) -> Strike:
    """The platform has done what was asked; its answer is changed on the way."""
    return lambda line: line.send(change(line.carry_out()))


def unread(line: Line) -> None:
    """The connection is reset when the request begins to come, and nothing of it has been read."""
    line.connection.recv(1, socket.MSG_PEEK)
    reset(line.connection, line.stopped)


def half_read(line: Line) -> None:
    """The connection is reset with the request half read."""
    line.connection.recv(100)
    reset(line.connection, line.stopped)


def silent(line: Line) -> None:
    """The platform has done what was asked, and no answer comes."""
    line.carry_out()
    line.hold()


def _parsed(head: bytes, body: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    parts = urlsplit(target)
    named = (line.partition(":") for line in lines)
    return Request(
        method=method,
        path=parts.path,
        query=parse_qs(parts.query, keep_blank_values=True),
        headers={name.strip().lower(): value.strip() for name, _, value in named},
        body=body,
        raw_query=parts.query,
    )

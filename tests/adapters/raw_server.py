"""A socket that reads one request at a time and then behaves as badly as told: no HTTP server would do that."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class RawServer:
    """Use as a context manager; `bodies` are the request bodies that arrived, the judge of what left us.

    `pause_s`: how long it rests between two pieces of a body, as behind a slow line.
    """

    def __init__(self, behave: Callable[[socket.socket, threading.Event], None], *, pause_s: float = 0):
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self._behave = behave
        self._pause_s = pause_s
        self._stopped = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listening.close()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                head, body = read_request(connection, lambda: self._stopped.wait(self._pause_s))
                self.heads.append(head)
                self.bodies.append(body)
                self._behave(connection, self._stopped)


def read_request(connection: socket.socket, pause: Callable[[], object] = bool) -> tuple[bytes, bytes]:
    """The head and the whole body of one request; `pause` is called between two pieces of it."""
    read = b""
    while b"\r\n\r\n" not in read and (piece := connection.recv(65_536)):
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length and (piece := connection.recv(262_144)):
        body += piece
        pause()
    return head, body


def close(connection: socket.socket, _: threading.Event) -> None:
    """Takes the request and says nothing."""


def reset(connection: socket.socket, _: threading.Event) -> None:
    """Takes the request and resets the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(_: socket.socket, stopped: threading.Event) -> None:
    """Takes the request and never answers."""
    stopped.wait(20)


def late(connection: socket.socket, stopped: threading.Event) -> None:
    """Answers after a second and a half."""
    stopped.wait(1.5)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def truncate(connection: socket.socket, _: threading.Event) -> None:
    """Promises more than it sends."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id"')


def truncate_chunks(connection: socket.socket, _: threading.Event) -> None:
    """Breaks off between two chunks."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n')


def drip(connection: socket.socket, stopped: threading.Event) -> None:
    """Sends a byte now and then, so that no read ever times out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not stopped.wait(0.02):
        connection.sendall(b" ")


def drip_headers(connection: socket.socket, stopped: threading.Event) -> None:
    """Sends a header that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not stopped.wait(0.02):
        connection.sendall(b"a")


def flood(connection: socket.socket, stopped: threading.Event) -> None:
    """Sends without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not stopped.is_set():
        connection.sendall(b" " * 65_536)


def nonsense(connection: socket.socket, _: threading.Event) -> None:
    """Speaks no HTTP at all."""
    connection.sendall(b"220 mail.example ESMTP\r\n")


def answering(content: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Sends exactly these bytes."""
    return lambda connection, _: connection.sendall(content)

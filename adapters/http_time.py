"""Sending and reading that end in time as a whole: a timeout alone starts again with every byte."""

from __future__ import annotations

import io
from http.client import HTTPResponse
from time import monotonic
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import socket

WHOLE_ANSWER = 1.25  # times the read timeout: 15 s at 12 s


class Pieces(io.BytesIO):
    """A body that is given out piece by piece until its time is over: each piece has a timeout, their sum has not."""

    def __init__(self, body: bytes, within_s: float):
        super().__init__(body)
        self._ends_at = monotonic() + within_s

    def read(self, size: int | None = -1) -> bytes:
        """The next piece. Raises TimeoutError once the time is over."""
        if monotonic() > self._ends_at:
            raise TimeoutError("sending took too long as a whole")
        return super().read(size)


class _Hurried(io.RawIOBase):
    """Reads from a socket until the whole answer has had its time: a timeout alone starts again with every byte."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket):
        self._raw = raw
        self._connection = connection
        self._patience_s = connection.gettimeout() or 0.0
        self._ends_at = monotonic() + self._patience_s * WHOLE_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._ends_at - monotonic()
        if left_s <= 0:
            raise TimeoutError("the answer took too long as a whole")
        self._connection.settimeout(min(left_s, self._patience_s))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _HurriedAnswer(HTTPResponse):
    def __init__(self, sock: socket.socket, *given: Any, **named: Any):
        super().__init__(sock, *given, **named)
        self.fp = io.BufferedReader(_Hurried(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _HurriedAnswer


class _SecureConnection(HTTPSConnection):
    response_class = _HurriedAnswer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Transport(HTTPAdapter):
    """Connections whose answers end in time; used without a Session, which follows redirects and keeps cookies."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        """The pools are such as make these connections."""
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

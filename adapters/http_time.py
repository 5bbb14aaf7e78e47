"""Sending and reading that end in time as a whole: a timeout alone starts again with every byte."""

from __future__ import annotations

import io
from http.client import HTTPResponse
from time import monotonic
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from adapters.http_calls import Stretch

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence
    from typing import BinaryIO

WHOLE_ANSWER = 1.25  # times the read timeout: 15 s at 12 s


class Pieces:
    """A body that is given out piece by piece until its time is over: each piece has a timeout, their sum has not.

    The body is one after the other of `sources`, each bytes or part of a file, which is read as it is sent: memory
    stays flat however large it is. Whoever was sending and goes away closes it.
    """

    def __init__(self, sources: Sequence[bytes | Stretch], within_s: float):
        self._sources = list(sources)
        self._open: BinaryIO | None = None
        self._left_of_open = 0
        self._ends_at = monotonic() + within_s
        self.size_bytes = sum(one.size_bytes if isinstance(one, Stretch) else len(one) for one in sources)
        self._left = self.size_bytes

    @property
    def all_given_out(self) -> bool:
        """Whether the last byte was asked for: before that no server can have the whole body."""
        return not self._left

    def give(self, more_s: float) -> None:
        """Its time ends so much later."""
        self._ends_at += more_s

    def read(self, size: int = -1) -> bytes:
        """The next piece, b"" at the end. Raises TimeoutError once the time is over, OSError for a file cut off."""
        if monotonic() > self._ends_at:
            raise TimeoutError("sending took too long as a whole")
        while self._open is None and self._sources:
            self._open_next()
        if self._open is None:
            return b""
        wanted = self._left_of_open if size < 0 else min(size, self._left_of_open)
        piece = self._open.read(wanted)
        self._left_of_open -= len(piece)
        self._left -= len(piece)
        if not piece:
            raise OSError("the file became shorter while it was sent")
        if not self._left_of_open:
            self.close()
        return piece

    def close(self) -> None:
        """No file is held open."""
        if self._open:
            self._open.close()
        self._open = None

    def _open_next(self) -> None:
        source = self._sources.pop(0)
        if isinstance(source, Stretch):
            file: BinaryIO = source.path.open("rb")
            file.seek(source.start)
            self._left_of_open = source.size_bytes
        else:
            file, self._left_of_open = io.BytesIO(source), len(source)
        self._open = file
        if not self._left_of_open:
            self.close()


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

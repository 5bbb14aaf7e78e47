"""The dead man's switch: somebody outside hears that a whole cycle went well, and rings when that stops."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

from structlog import get_logger

from adapters.contract import Failure
from adapters.http import Call, Http
from scheduler.secrets import reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

log = get_logger()
EVERY_S = 60.0
PASS_HOLDS_S = 60.0
SAY_AGAIN_AFTER_S = 3600.0
ENDS_WITHIN_S = 0.5
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 2.5, 6.0  # a whole answer may take a quarter more: 10 s together


class DeadMan:
    """Asks for `[alerts] dead_man_ping` about once a minute, after complete cycles only: a pass over what is due, a
    heartbeat on disk, and no standstill. Its own thread does it, and it delays nothing.

    The address is a secret, or a reference to where it is kept; empty where there is none.
    """

    def __init__(
        self,
        written: str,
        folder: Path,
        environment: Mapping[str, str],
        *,
        every_s: float = EVERY_S,
        clock: Callable[[], float] = monotonic,
    ):
        self._written = written
        self._folder = folder
        self._environment = environment
        self._every_s = every_s
        self._clock = clock
        self._passed_at: float | None = None
        self._failing_said_at: float | None = None
        self._complete = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dead-man", daemon=True)

    def start(self) -> None:
        """Complete cycles are told from now on, if there is an address."""
        if self._written:
            self._thread.start()

    def end(self) -> None:
        """Nothing more is told; a call under way is left to itself."""
        self._stop.set()
        self._complete.set()
        if self._written:
            self._thread.join(ENDS_WITHIN_S)

    def passed(self) -> None:
        """The daemon has gone through what is due, and found the database there."""
        self._passed_at = self._clock()

    def beaten(self, standstill: str | None) -> None:
        """The heartbeat is on disk; that ends a cycle, if there was a pass within the minute and it may send."""
        fresh = self._passed_at is not None and self._clock() - self._passed_at < PASS_HOLDS_S
        if fresh and standstill is None:
            self._complete.set()

    def ping(self) -> str:
        """The address was asked for once; "" where it answered well, else why not, without the address."""
        try:
            address = reveal(self._written, self._folder, self._environment)
            answer = _server(address).prepare(Call(what="ping", method="GET", path="/" if address[-1:] == "/" else ""))
        except Failure as failure:
            return str(failure) if "error" not in failure.evidence else f"no answer ({failure.evidence['error']})"
        return "" if answer.ok else f"it answers {answer.status}"

    def _run(self) -> None:
        while self._complete.wait() and not self._stop.is_set():
            self._complete.clear()
            self._say(self.ping())
            self._stop.wait(self._every_s)

    def _say(self, why: str) -> None:
        now, said_at = self._clock(), self._failing_said_at
        if not why:
            self._failing_said_at = None
        elif said_at is None or now - said_at >= SAY_AGAIN_AFTER_S:
            self._failing_said_at = now
            log.warning("the dead man's switch could not be told that all is well", why=why)


def _server(address: str) -> Http:
    return Http(address, connect_timeout_s=CONNECT_TIMEOUT_S, read_timeout_s=READ_TIMEOUT_S, pool=1)

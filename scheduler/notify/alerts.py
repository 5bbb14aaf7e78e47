"""Telling people: every address by a thread of its own, within a time, and none of them by name."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from structlog import get_logger

from adapters.contract import Failure
from scheduler.notify.faults import trace_of
from scheduler.secrets import reveal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scheduler.alarm.notice import Notice

log = get_logger()
WITHIN_S = 20.0
LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whether the address of this number (the first in the configuration is 1) took the message; if not, why."""

    number: int
    ok: bool
    why: str = ""


@dataclass(slots=True)
class _Call:
    done: threading.Event = field(default_factory=threading.Event)
    told: Told | None = None


class Bell:
    """Rings at the addresses of the configuration: Apprise's, or references to where one is kept.

    An address is a secret: it stands in no answer, no error and no log. One that hangs delays neither the others nor
    the caller for longer than `within_s`, and is not called again before its last call has ended.
    """

    def __init__(
        self, addresses: Sequence[str], folder: Path, environment: Mapping[str, str], *, within_s: float = WITHIN_S
    ):
        self._addresses = dict(enumerate(addresses, start=1))
        self._folder = folder
        self._environment = environment
        self._within_s = within_s
        self._calls: dict[int, _Call] = {}

    @property
    def numbers(self) -> tuple[int, ...]:
        """The addresses there are."""
        return tuple(self._addresses)

    def ring(self, messages: Mapping[int, Notice], stop: threading.Event | None = None) -> list[Told]:
        """Each of these addresses was given its message, or has failed, or took too long; it may then still arrive.

        Returns early once `stop` is set.
        """
        calls = {number: self._begin(number, message) for number, message in messages.items()}
        ends = time.monotonic() + self._within_s
        while any(one and not one.done.is_set() for one in calls.values()):
            left = ends - time.monotonic()
            if left <= 0 or (stop is not None and stop.is_set()):
                break
            next(one for one in calls.values() if one and not one.done.is_set()).done.wait(min(left, LOOK_EVERY_S))
        return [self._told(number, call) for number, call in calls.items()]

    def examine(self) -> list[Told]:
        """Whether each address can be read and means anything to Apprise; nothing is sent."""
        found = [(number, self._mouth(number)) for number in self.numbers]
        return [one if isinstance(one, Told) else Told(number=number, ok=True) for number, one in found]

    def _begin(self, number: int, message: Notice) -> _Call | None:
        """The call under way; None where the one before has not ended."""
        before = self._calls.get(number)
        if before is not None and not before.done.is_set():
            return None
        call = self._calls[number] = _Call()
        threading.Thread(target=self._run, args=(number, message, call), name=f"alert-{number}", daemon=True).start()
        return call

    def _run(self, number: int, message: Notice, call: _Call) -> None:
        try:
            call.told = self._try(number, message)
        except Exception as fault:  # noqa: BLE001 - a stranger's code: its words may hold the address
            log.warning("alert not given", address=number, exception=type(fault).__name__, trace=trace_of(fault))
            call.told = Told(number=number, ok=False, why=f"the sending broke off ({type(fault).__name__})")
        finally:
            call.done.set()

    def _try(self, number: int, message: Notice) -> Told:
        mouth = self._mouth(number)
        if isinstance(mouth, Told):
            return mouth
        ok = bool(mouth.notify(title=message.title, body=message.body))
        return Told(number=number, ok=ok, why="" if ok else "it was not taken: not reached, or refused")

    def _mouth(self, number: int) -> Any | Told:
        """Apprise's sender for the address, or why there is none."""
        try:
            address = reveal(self._addresses[number], self._folder, self._environment)
        except Failure as failure:
            return Told(number=number, ok=False, why=str(failure))
        return _mouth(address) or Told(number=number, ok=False, why="it is no address that Apprise knows")

    def _told(self, number: int, call: _Call | None) -> Told:
        if call is None:
            return Told(number=number, ok=False, why="the call before has not ended yet")
        return call.told or Told(number=number, ok=False, why=f"no answer within {self._within_s:g} s")


def _mouth(address: str) -> Any:
    """Apprise's sender for the address; None where it knows none. It follows no redirects: they lose the message."""
    from apprise import Apprise, AppriseAsset

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its lines may show parts of an address
    return Apprise.instantiate(address, asset=AppriseAsset(http_redirects=False))

"""When a server or an account is left alone, and when it is asked again. Pure: the clock and the dice are handed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.contract import Ambiguous, Failure, NeedsHand, NotReady, Receipt, Retryable
from scheduler.clocks import JUMP_MAX
from scheduler.retry import AFTER_CAP, TOO_MANY

if TYPE_CHECKING:
    from datetime import datetime

FAILURES_MAX = 5
REST_BASE = timedelta(seconds=30)
REST_CAP = timedelta(minutes=5)
TIMES_OUT = frozenset({408, 425})


class Sign(StrEnum):
    """What a call's result says about the server that was called."""

    WORKS = "works"
    FAILS = "fails"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """`failures` in a row; `rests` in a row; `until` is None while calls go through as they come.

    Once `until` has passed one call goes through, the probe, and its result decides.
    """

    failures: int = 0
    rests: int = 0
    until: datetime | None = None
    probing: bool = False
    why: str = ""

    def room(self, now: datetime) -> int | None:
        """How many calls may be begun now; None for as many as there are."""
        if self.until is None:
            return None
        over = not timedelta() < self.until - now <= AFTER_CAP + JUMP_MAX  # or the clock was put back meanwhile
        return int(over and not self.probing)


def sign_of(result: object) -> Sign:
    """What the result of a call says about its server: nothing where the fault, or the refusal, is our own."""
    match result:
        case Receipt() | NotReady() | NeedsHand():
            return Sign.WORKS
        case Ambiguous():
            return Sign.FAILS
        case Retryable(http_status=None):
            return Sign.FAILS if result.after is None else Sign.WORKS
        case Failure(http_status=int(status)):
            return Sign.FAILS if status >= 500 or status in TIMES_OUT else Sign.WORKS
        case _:
            return Sign.NOTHING


def wait_of(result: object) -> timedelta | None:
    """How long the account must not call again: what the platform asked for, zero where it did not say how long.

    None where it asked for nothing.
    """
    if not isinstance(result, Retryable):
        return None
    if result.after is not None:
        return min(max(result.after, timedelta()), AFTER_CAP)
    return timedelta() if result.http_status == TOO_MANY else None


def heard(breaker: Breaker, sign: Sign, *, probe: bool, now: datetime, jitter: float) -> Breaker:
    """The breaker after one more result. While it rests only its probe counts: the others were begun before."""
    if breaker.until is not None and not probe:
        return breaker
    match sign:
        case Sign.WORKS:
            return Breaker()
        case Sign.FAILS if probe or breaker.failures + 1 >= FAILURES_MAX:
            failures = breaker.failures + 1
            return _resting(breaker, now + cool_down(breaker.rests, jitter), f"{failures} failures in a row", failures)
        case Sign.FAILS:
            return replace(breaker, failures=breaker.failures + 1)
        case Sign.NOTHING:
            return replace(breaker, probing=False)


def asked_to_rest(breaker: Breaker, wait: timedelta, *, probe: bool, now: datetime, jitter: float) -> Breaker:
    """The breaker rests as long as was asked for, and never less than it did already."""
    if breaker.until is not None and not probe:
        return replace(breaker, until=max(breaker.until, now + wait))
    until = now + max(wait, cool_down(breaker.rests, jitter))
    return _resting(breaker, until, "the platform asked to wait", breaker.failures)


def cool_down(rests: int, jitter: float) -> timedelta:
    """How long the rest is after so many before it: it doubles up to its cap, and the dice take away up to half."""
    return min(REST_CAP, REST_BASE * (1 << min(rests, 16))) * (0.5 + jitter / 2)


def _resting(breaker: Breaker, until: datetime, why: str, failures: int) -> Breaker:
    return Breaker(failures=failures, rests=breaker.rests + 1, until=until, why=why)

"""Whether the wall clock can be believed: against the steady clock, and against what platforms say the time is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

JUMP_MAX = timedelta(minutes=2)
OFF_MAX = timedelta(minutes=5)
STABLE = timedelta(minutes=2)
KEPT = timedelta(hours=1)
JUMPED = (
    "The clock jumped by {by} at {at:%H:%M} UTC: nothing is sent until a platform confirms the time, or it has been"
    " steady for two minutes; if it is wrong, whoever looks after this machine must set it."
)
OFF = (
    "The clock of this machine is off by {by}, says {hosts}: whoever looks after this machine must set it; sending then"
    " goes on by itself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """How far ahead of us a server's clock was, at this second of the steady clock."""

    ahead: timedelta
    at_s: float


class Clocks:
    """`look` often: it says what is wrong with the clock, None while it can be believed. Safe to use from any thread.

    `steady` gives seconds that no setting of the clock changes.
    """

    def __init__(self, now: Callable[[], datetime], steady: Callable[[], float]):
        self._now = now
        self._steady = steady
        self._skews: dict[str, Skew] = {}
        self._last: tuple[datetime, float] | None = None
        self._jumped: tuple[timedelta, datetime, float] | None = None

    def heard(self, host: str, theirs: datetime) -> None:
        """A server has just said what time it is there."""
        self._skews[host] = Skew(ahead=theirs - self._now(), at_s=self._steady())

    def look(self) -> str | None:
        """What is wrong and who must act, or None."""
        now, steady = self._now(), self._steady()
        self._notice_a_jump(now, steady)
        skews = self._recent(steady)
        off = {host: one.ahead for host, one in skews.items() if abs(one.ahead) > OFF_MAX}
        if len(off) > 1 or (off and len(skews) == 1):
            return OFF.format(by=_spoken(max(off.values(), key=abs)), hosts=" and ".join(sorted(off)))
        if self._jumped is None:
            return None
        by, at, since_s = self._jumped
        confirmed = len(off) < len(skews)  # what was heard before the jump is forgotten
        if confirmed or steady - since_s >= STABLE.total_seconds():
            self._jumped = None
            return None
        return JUMPED.format(by=_spoken(by), at=at)

    def confirmed(self) -> bool:
        """Whether a platform has said within the last hour that our clock is right, and none that it is wrong."""
        recent = self._recent(self._steady()).values()
        return bool(recent) and all(abs(one.ahead) <= OFF_MAX for one in recent)

    def _recent(self, steady: float) -> dict[str, Skew]:
        return {host: one for host, one in self._skews.copy().items() if steady - one.at_s <= KEPT.total_seconds()}

    def _notice_a_jump(self, now: datetime, steady: float) -> None:
        before, self._last = self._last, (now, steady)
        if before is None:
            return
        by = (now - before[0]) - timedelta(seconds=steady - before[1])
        if abs(by) > JUMP_MAX:
            self._jumped = (by, now, steady)
            self._skews.clear()


def _spoken(by: timedelta) -> str:
    seconds = abs(by.total_seconds())
    size = f"{seconds / 86400:.0f} days" if seconds >= 172_800 else f"{seconds / 60:.0f} minutes"
    return f"{size} {'ahead' if by > timedelta() else 'back'}"

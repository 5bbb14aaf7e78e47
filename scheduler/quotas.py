"""Whether what an account is to make fits into what its platform takes in a stretch of time. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from datetime import datetime

    from posts.limits import Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What goes out at one moment, or went: so many posts one after the other. `made`: it is spent already."""

    at: datetime
    parts: int = 1
    made: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A stretch of time, both ends in it, in which more goes than fits.

    `count`: the most within one window there. `first_over`: the moment of the first that would be refused.
    """

    begin: datetime
    end: datetime
    count: int
    first_over: datetime


class Agenda:
    """What one account makes, by when; things are known by their keys, and each is there once."""

    def __init__(self, those: Mapping[Hashable, Going]):
        self._those = dict(those)
        self._crowds: dict[Quota, list[Crowd]] = {}

    def put(self, key: Hashable, going: Going) -> None:
        """That is what is known of it now."""
        if self._those.get(key) != going:
            self._those[key] = going
            self._crowds.clear()

    def crowd_at(self, quota: Quota, at: datetime) -> Crowd | None:
        """The crowd that a post of that moment is in; None where all fits."""
        if quota not in self._crowds:
            self._crowds[quota] = crowds(self._those.values(), quota)
        return next((one for one in self._crowds[quota] if one.begin <= at <= one.end), None)

    def to_make_in_month(self, at: datetime) -> list[Going]:
        """What is still to be made in the calendar month of that moment, by UTC, in its order."""
        month = (at.year, at.month)
        open_ones = [one for one in self._those.values() if not one.made and (one.at.year, one.at.month) == month]
        return sorted(open_ones, key=lambda one: one.at)


def crowds(those: Iterable[Going], quota: Quota) -> list[Crowd]:
    """Every crowd, in their order; windows that overlap are one."""
    window: deque[Going] = deque()
    found: list[Crowd] = []
    count = 0
    for one in sorted(those, key=lambda going: going.at):
        window.append(one)
        count += quota.cost(one.parts)
        while window[0].at <= one.at - quota.within:
            count -= quota.cost(window.popleft().parts)
        if count <= quota.most:
            continue
        if found and window[0].at <= found[-1].end:
            found[-1] = replace(found[-1], end=one.at, count=max(count, found[-1].count))
        else:
            found.append(Crowd(begin=window[0].at, end=one.at, count=count, first_over=one.at))
    return found

"""Whether accounts can make all that is planned on them: what their platforms take in a time, what a month may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.contract import Failure, Metered
from adapters.parts import parts_of
from posts.compose import compose
from posts.limits import Counted
from posts.model import Level, Problem
from scheduler.budgets import made_this_month
from scheduler.model import State
from scheduler.quotas import Agenda, Going
from scheduler.store import planned, posts

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence
    from datetime import datetime, timedelta

    from posts.limits import Limits, Quota
    from posts.model import Account, Post
    from scheduler.services.desk import Desk
    from scheduler.store.planned import Planned

WHAT = {
    Counted.POSTS: "posts",
    Counted.PARTS: "posts (each part of a thread is one)",
    Counted.REPLIES: "parts of threads after the first",
}


@dataclass(slots=True, kw_only=True)
class _Known:
    quotas: Sequence[Quota]
    agenda: Agenda


class Crowding:
    """Sees each account's plan as a whole; it is read once, and grows by what is put into it."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._known: dict[str, _Known] = {}

    def put(self, account: Account, limits: Limits, post: Post, due: datetime, key: Hashable) -> None:
        """The post, known by that key (its number, once it is stored), is to go out on the account at that time."""
        if _counts(account, limits):
            going = Going(at=max(due, self._desk.now()), parts=self._parts(post, account, limits))
            self._of(account, limits).agenda.put(key, going)

    def problems(self, account: Account, limits: Limits, due: datetime) -> Iterator[Problem]:
        """A warning for each quota, and for the month, into which what is planned around that time does not fit."""
        if not _counts(account, limits):
            return
        known, at = self._of(account, limits), max(due, self._desk.now())
        for quota in known.quotas:
            if crowd := known.agenda.crowd_at(quota, at):
                over = crowd.count - quota.most
                yield _warn(
                    "quota_exceeded",
                    f"{crowd.count} {WHAT[quota.counted]} are planned or out within {_span(quota.within)} around"
                    f" {crowd.first_over:%d %B %Y}, and the platform takes {quota.most}: whoever plans them moves"
                    f" {over} to another time before {_clock(crowd.first_over)}, or they wait until it takes more",
                )
        yield from self._month(account, known.agenda, at)

    def _parts(self, post: Post, account: Account, limits: Limits) -> int:
        follows = self._desk.profile(account).comment_follows
        return len(parts_of(compose(post, account, limits), comment_follows=follows))

    def _month(self, account: Account, agenda: Agenda, at: datetime) -> Iterator[Problem]:
        if (most := account.posts_per_month) is None:
            return
        made, now = 0, self._desk.now()
        if (at.year, at.month) == (now.year, now.month):
            with self._desk.database.read() as tx:
                made = made_this_month(tx, account.id, now)
        total = made
        first_over = None
        for one in agenda.to_make_in_month(at):
            total += one.parts
            first_over = first_over or (one.at if total > most else None)
        if first_over:
            yield _warn(
                "budget_used_up",
                f"{total} posts are planned or made in {at:%B %Y} (UTC), and posts_per_month is {most}: raise it in"
                f" config.toml and restart, or move {total - most} to another month, before {_clock(first_over)}",
            )

    def _of(self, account: Account, limits: Limits) -> _Known:
        if account.id not in self._known:
            self._known[account.id] = self._read(account, limits)
        return self._known[account.id]

    def _read(self, account: Account, limits: Limits) -> _Known:
        quotas = [account.quota] if account.quota else list(limits.quotas)
        now = self._desk.now()
        since = min([now.replace(day=1, hour=0, minute=0, second=0, microsecond=0), *(now - q.within for q in quotas)])
        with self._desk.database.read() as tx:
            those = planned.of_account(tx, account.id, since)
            long = posts.load(tx, [one.post_id for one in those if one.may_be_long])
        parts = {number: self._parts(one, account, limits) for number, one in long.items()}
        going: dict[Hashable, Going] = {
            one.post_id: _going(one, parts.get(one.post_id, 1), now) for one in those if _will_go(one, now)
        }
        agenda = Agenda(going)
        if not account.quota:
            quotas = self._asked(account, quotas, agenda, list(going.values()))
        return _Known(quotas=quotas, agenda=agenda)

    def _asked(self, account: Account, quotas: list[Quota], agenda: Agenda, ours: Sequence[Going]) -> list[Quota]:
        """The quotas, as the platform itself tells them where it does; what others have used counts as made now."""
        try:
            adapter = self._desk.adapter_of(account.id)
            usage = adapter.quota() if isinstance(adapter, Metered) else None
        except Failure:
            return quotas
        if usage is None:
            return quotas
        told, now = usage.quota, self._desk.now()
        known = sum(told.cost(one.parts) for one in ours if one.made and now - told.within < one.at <= now)
        if (others := usage.used - known) > 0:
            agenda.put("others", Going(at=now, parts=others, made=True))
        return [told, *(one for one in quotas if one.counted is not told.counted)]


def _counts(account: Account, limits: Limits) -> bool:
    return bool(account.posts_per_month is not None or account.quota or limits.quotas)


def _will_go(one: Planned, now: datetime) -> bool:
    """What is held and late goes when a person says so, which nobody knows."""
    return one.published_at is not None or one.state is not State.HELD or one.due > now


def _going(one: Planned, parts: int, now: datetime) -> Going:
    at = one.published_at or max(one.due, now)
    return Going(at=at, parts=parts, made=one.state not in {State.WAITING, State.HELD})


def _warn(code: str, message: str) -> Problem:
    return Problem(code=code, level=Level.WARN, message=message)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _clock(instant: datetime) -> str:
    return f"{instant:%d %B %Y %H:%M} UTC"

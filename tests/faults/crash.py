"""Where the process may die: the ports of a desk, wrapped so that SIGKILL strikes at one exact step."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from adapters.outbox import Outbox
from adapters.outbox_feed import Feed
from scheduler.model import Stage
from scheduler.store.database import Database
from scheduler.store.schema import attempt, audit, delivery

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Adapter, Gone, Identity, NeedsHand, NotReady, Profile, Progress, Reading, Receipt
    from posts.limits import Limits
    from posts.model import Message
    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction


class Point(StrEnum):
    """The steps of one delivery, in their order, and those of the next start."""

    K0 = "before the claim is committed"
    K1 = "after the claim is committed"
    K2A = "before a picture is uploaded"
    K2 = "a picture is uploaded, its id not committed"
    K2B = "a picture is uploaded, its id committed, no post made"
    K3J = "the journal has the intent, the database does not"
    K3 = "the stage posting is committed, nothing sent"
    K4 = "the request is partly sent"
    K5 = "the platform has taken it, no answer read"
    K6 = "the answer is read, nothing committed"
    K6B = "the outcome is written, not committed"
    K7 = "the outcome is committed, nothing else done"
    KR0 = "what a dead process left is sorted, not committed"
    KR1 = "what a dead process left is sorted and committed"
    KS0 = "what is unclear was looked up, nothing committed"
    KS1 = "what is unclear was looked up and settled"


# What a dead process left is the first outcome of the next: that it died, or what the send journal knows of it.
AT_THE_PLATFORM = frozenset({Point.K4, Point.K5})  # the judge strikes there; for the outbox, K5 is its page
BEFORE_COMMIT = {
    Point.K0: ("claim", ""),
    Point.K6B: ("outcome", "receipt"),
    Point.KR0: ("outcome", ""),
    Point.KS0: ("settle", ""),
}
AFTER_COMMIT = {
    Point.K1: ("claim", ""),
    Point.K7: ("outcome", "receipt"),
    Point.KR1: ("outcome", ""),
    Point.KS1: ("settle", ""),
}
OF_RECOVERY = frozenset({Point.KR0, Point.KR1, Point.KS0, Point.KS1})  # where an earlier death must have left something


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Die at this point, the first time that it concerns one of these accounts."""

    point: Point
    accounts: frozenset[str]


def die() -> None:
    """The process is gone, as by kill -9; no `finally`, no `atexit`, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)


def mined(desk: Desk, order: Order) -> Desk:
    """The same desk, with a mine laid at the ordered point."""
    shelf = desk.adapter_of
    return replace(
        desk,
        database=MinedDatabase(desk.database, order),
        adapter_of=lambda account: MinedAdapter(shelf(account), order) if account in order.accounts else shelf(account),
    )


class MinedDatabase(Database):
    """A database whose commits may be the last thing that the process does, or the first that it does not."""

    def __init__(self, inner: Database, order: Order):
        for name, value in vars(inner).items():
            setattr(self, name, value)
        self._order = order
        self._before = BEFORE_COMMIT.get(order.point)
        self._after = AFTER_COMMIT.get(order.point)
        self._staging = order.point is Point.K3J

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        if not (self._before or self._after or self._staging):
            with super().write() as tx:
                yield tx
            return
        with super().write() as tx:
            mark = tx.scalar(select(func.max(audit.c.id))) or 0
            yield tx
            struck = self._stages(tx) if self._staging else self._strikes(tx, mark)
            if struck and not self._after:
                die()
        if struck:
            die()

    def _stages(self, tx: Transaction) -> bool:
        query = (
            select(delivery.c.account_id)
            .join(attempt, attempt.c.delivery_id == delivery.c.id)
            .where(attempt.c.stage == Stage.POSTING, attempt.c.finished_at.is_(None))
        )
        return bool(self._order.accounts & set(tx.scalars(query)))

    def _strikes(self, tx: Transaction, mark: int) -> bool:
        verb, outcome = self._before or self._after or ("", "")
        rows = tx.execute(select(audit.c.subject, audit.c.after).where(audit.c.id > mark, audit.c.verb == verb)).all()
        numbers = [
            int(row.subject.removeprefix("delivery:"))
            for row in rows
            if not outcome or json.loads(row.after)["outcome"] == outcome
        ]
        query = select(delivery.c.account_id).where(delivery.c.id.in_(numbers))
        return bool(self._order.accounts & set(tx.scalars(query)))


class DyingDatabase(Database):
    """A database whose first writing is the last: it is committed and nobody told, or it is not committed."""

    def __init__(self, inner: Database, *, committed: bool):
        for name, value in vars(inner).items():
            setattr(self, name, value)
        self._committed = committed

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with super().write() as tx:
            yield tx
            if not self._committed:
                die()
        die()


class MinedAdapter:
    """An adapter in whose hands the process may die; in all else the one inside."""

    def __init__(self, inner: Adapter, order: Order):
        self._inner = inner
        self._point = order.point
        if order.point is Point.K5 and isinstance(inner, Outbox):
            inner.feed = _MinedFeed(inner.feed)

    @property
    def profile(self) -> Profile:
        return self._inner.profile

    def limits(self) -> Limits:
        return self._inner.limits()

    def whoami(self) -> Identity:
        return self._inner.whoami()

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady | NeedsHand:
        if self._point is Point.K2A and message.media:
            die()
        told = self._inner.publish(message, key, MinedProgress(progress, self._point))
        if self._point is Point.K6:
            die()
        return told

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:
        return self._inner.find(message, key, since, progress)

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        return self._inner.measure(remote_ids)

    def delete(self, remote_id: str) -> None:
        self._inner.delete(remote_id)


class MinedProgress:
    """A delivery's memory; the process may die around any of its commits."""

    def __init__(self, inner: Progress, point: Point):
        self._inner = inner
        self._point = point

    @property
    def saved(self) -> Mapping[str, Mapping[str, object]]:
        return self._inner.saved

    @property
    def taken(self) -> Collection[str]:
        return self._inner.taken

    def save(self, step: str, data: Mapping[str, object]) -> None:
        if self._point is Point.K2:
            die()
        self._inner.save(step, data)
        if self._point is Point.K2B:
            die()

    def posting(self) -> None:
        self._inner.posting()
        if self._point is Point.K3:
            die()


class _MinedFeed(Feed):
    """The outbox writes its page after a post is out and before it says so."""

    def __init__(self, inner: Feed):
        for name, value in vars(inner).items():
            setattr(self, name, value)

    def write_page(self, showing: str = "") -> None:
        die()


def points_for(platform: str) -> tuple[Point, ...]:
    """The points that exist there: a folder is revealed in one move, and Telegram takes pictures with the post."""
    uploads = frozenset({Point.K2, Point.K2B})
    missing = {"outbox": uploads | {Point.K4}, "telegram": uploads}
    return tuple(one for one in Point if one not in missing.get(platform, ()))

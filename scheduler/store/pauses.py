"""The red button: what is paused, by whom and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from scheduler.model import DAEMON
from scheduler.store.ledger import Entry, write_down
from scheduler.store.schema import pause

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scheduler.model import Scope
    from scheduler.store.database import Transaction


def press(tx: Transaction, scope: Scope, subject: str, *, why: str, by: str, now: datetime) -> bool:
    """Nothing in the scope is sent from the commit on; False if it was paused already.

    Pressed once more, a wish to end it counts no more: somebody wants silence again. What the daemon had stopped is
    then that person's pause, and does not end by itself.
    """
    there = [row for row in active(tx) if row["scope"] == scope and row["subject"] == subject]
    if there and there[0]["by"] == DAEMON and by != DAEMON:
        _take_over(tx, there[0], why=why, by=by, now=now)
        return True
    if there:
        _forget_wish(tx, there[0], why=why, by=by, now=now)
        return False
    tx.execute(insert(pause).values(scope=scope, subject=subject, why=why, by=by, at=now))
    write_down(tx, [_entry(now, by, "pause", scope, subject, {"why": why})])
    return True


def release(tx: Transaction, scope: Scope, subject: str, *, why: str, by: str, now: datetime) -> int:
    """The scope is sent again; how many pauses ended by it."""
    here = (pause.c.scope == scope) & (pause.c.subject == subject) & pause.c.ended_at.is_(None)
    ended = tx.execute(update(pause).where(here).values(ended_at=now, ended_by=by).returning(pause.c.id)).all()
    if ended:
        write_down(tx, [_entry(now, by, "resume", scope, subject, {"why": why})])
    return len(ended)


def ask_release(tx: Transaction, row: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """It is on record that `by` wants this pause to end; asking twice is asking once."""
    if row["release_asked_by"] == by:
        return
    tx.execute(update(pause).where(pause.c.id == row["id"]).values(release_asked_at=now, release_asked_by=by))
    write_down(tx, [_entry(now, by, "ask-resume", row["scope"], row["subject"], {"paused_by": row["by"]})])


def active(tx: Transaction) -> list[dict[str, object]]:
    """The pauses in force, oldest first."""
    query = select(pause).where(pause.c.ended_at.is_(None)).order_by(pause.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def _take_over(tx: Transaction, row: Mapping[str, Any], *, why: str, by: str, now: datetime) -> None:
    tx.execute(update(pause).where(pause.c.id == row["id"]).values(why=why, by=by, at=now))
    write_down(tx, [_entry(now, by, "pause", row["scope"], row["subject"], {"why": why, "before": row["why"]})])


def _forget_wish(tx: Transaction, row: Mapping[str, Any], *, why: str, by: str, now: datetime) -> None:
    if row["release_asked_by"] is None:
        return
    tx.execute(update(pause).where(pause.c.id == row["id"]).values(release_asked_at=None, release_asked_by=None))
    after = {"why": why, "not_resumed_for": row["release_asked_by"]}
    write_down(tx, [_entry(now, by, "pause", row["scope"], row["subject"], after)])


def _entry(now: datetime, by: str, verb: str, scope: str, subject: str, after: dict[str, object]) -> Entry:
    return Entry(at=now, actor=by, verb=verb, subject=f"pause:{scope}:{subject}", after=after)

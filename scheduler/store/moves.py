"""The moves that people make: one delivery, from states that allow it, with a reason and an audit row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from scheduler.model import MOVES, Stage, State, WrongUse
from scheduler.store.ledger import Entry, write_down
from scheduler.store.schema import attempt, delivery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Select

    from scheduler.store.database import Transaction

# What proves that nothing is out, or that somebody has looked; whatever else a posting attempt says leaves doubt.
SETTLED = frozenset(
    {
        "receipt",
        "not_ready",
        "retryable",
        "rejected",
        "auth_expired",
        "found",
        "not_found",
        "resolved_published",
        "resolved_not_published",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A person's move: `verb` is what was asked for, `only_from` narrows what the state machine would allow."""

    verb: str
    to: State
    actor: str
    reason: str = ""
    only_from: frozenset[State] | None = None


def make(tx: Transaction, number: int, move: Move, now: datetime, changes: Mapping[str, object] | None = None) -> State:
    """The delivery has made the move, with `changes` to its other columns; the state it came from.

    Raises WrongUse where there is no such delivery, or where its state does not allow the move.
    """
    row = get(tx, number)
    before = State(str(row["state"]))
    allowed = move.only_from if move.only_from is not None else frozenset(State)
    if move.to not in MOVES[before] or before not in allowed:
        raise WrongUse(f"delivery {number} is {before}: '{move.verb}' does nothing for it ({_next_steps(before)})")
    tx.execute(
        update(delivery).where(delivery.c.id == number).values(state=move.to, reason=move.reason, **dict(changes or {}))
    )
    write_down(
        tx,
        [
            Entry(
                at=now,
                actor=move.actor,
                verb=move.verb,
                subject=f"delivery:{number}",
                before={"state": before, "reason": row["reason"]},
                after={"state": move.to, "reason": move.reason, **dict(changes or {})},
            )
        ],
    )
    return before


def get(tx: Transaction, number: int) -> dict[str, object]:
    """The delivery's columns, locked until the transaction ends. Raises WrongUse if there is none of that number."""
    return _found(tx, number, select(delivery).where(delivery.c.id == number).with_for_update())


def look(tx: Transaction, number: int) -> dict[str, object]:
    """The delivery's columns as they are now, not locked. Raises WrongUse if there is none of that number."""
    return _found(tx, number, select(delivery).where(delivery.c.id == number))


def _found(tx: Transaction, number: int, query: Select[Any]) -> dict[str, object]:
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise WrongUse(f"there is no delivery {number}; `july30 queue list` shows those there are")
    return dict(row)


def may_be_out(tx: Transaction, number: int) -> bool:
    """Whether the delivery's last call left us and nobody has said since what became of it."""
    row = tx.execute(
        select(attempt.c.outcome, attempt.c.stage)
        .where(attempt.c.delivery_id == number)
        .order_by(attempt.c.fence.desc())
        .limit(1)
    ).one_or_none()
    return row is not None and row.stage == Stage.POSTING and row.outcome not in SETTLED


def settle_attempt(tx: Transaction, number: int, outcome: str, now: datetime) -> None:
    """The delivery's last attempt says how a person or a look-up settled it."""
    last = (
        select(attempt.c.id)
        .where(attempt.c.delivery_id == number)
        .order_by(attempt.c.fence.desc())
        .limit(1)
        .scalar_subquery()
    )
    tx.execute(update(attempt).where(attempt.c.id == last).values(outcome=outcome, finished_at=now))


def _next_steps(state: State) -> str:
    steps = ", ".join(sorted(MOVES[state]))
    return f"from there it can only become {steps}" if steps else "that is its end"

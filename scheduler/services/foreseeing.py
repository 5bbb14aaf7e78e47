"""What will become of deliveries that nothing keeps from going any more, said before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.lateness import Go, GoLate, Hold, judge_all
from scheduler.store import late

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from scheduler.lateness import Verdict
    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How many deliveries go at once, go late one by one, are held, are skipped, and wait for a time to come."""

    at_once: int = 0
    late: int = 0
    held: int = 0
    skipped: int = 0
    to_come: int = 0

    def __str__(self) -> str:
        told = {
            "{} at once": self.at_once,
            "{} late, spaced": self.late,
            "{} will be held for a person": self.held,
            "{} skipped": self.skipped,
            "{} when their time comes": self.to_come,
        }
        return ", ".join(words.format(many) for words, many in told.items() if many) or "nothing waits there"


def ready(tx: Transaction) -> set[int]:
    """What nothing but its time keeps from going now."""
    return set(late.ready_at(tx))


def foresee(tx: Transaction, now: datetime, *, but: Collection[int]) -> Forecast:
    """What will become of all that is ready now, `but` left out, if nothing else changes; a standstill aside."""
    when = {number: at for number, at in late.ready_at(tx).items() if number not in but}
    over = set(late.past_their_limit(tx, now)) & set(when)
    those = [one for one in late.missed(tx, now) if one.delivery_id not in over]
    judged = {one.delivery_id: verdict for one, verdict in judge_all(those, late.agendas(tx, those, now), now)}
    kinds = [_kind(judged.get(one), at, now) for one, at in when.items() if one not in over]
    return Forecast(
        skipped=len(over) + kinds.count("skipped"),
        **{kind: kinds.count(kind) for kind in ("at_once", "late", "held", "to_come")},
    )


def _kind(verdict: Verdict | None, at: datetime, now: datetime) -> str:
    match verdict:
        case None:
            return "at_once" if at <= now else "to_come"
        case Go():
            return "at_once"
        case GoLate():
            return "late" if verdict.at > now else "at_once"
        case Hold():
            return "held"
        case _:
            return "skipped"

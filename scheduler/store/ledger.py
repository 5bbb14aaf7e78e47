"""The two append-only tables, audit and engagement: every row carries the hash of the one before it.

How far each chain goes stands in `ledger_head`, so that missing last rows are found too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Table, insert, select, update

from scheduler.store.database import lock_ledger
from scheduler.store.schema import audit, engagement, ledger_head

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.store.database import Transaction

HASHED = {
    "audit": ("id", "at", "actor", "verb", "subject", "before", "after"),
    "engagement": ("id", "delivery_id", "read_at", "metric", "value", "source", "reason"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened: who did what to which row, and how it was before and after."""

    at: datetime
    actor: str
    verb: str
    subject: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What walking a chain found: how many rows, and the first bad one if any."""

    rows: int
    first_bad: str | None


def write_down(tx: Transaction, entries: Sequence[Entry]) -> None:
    """The entries are the newest rows of the audit table once this transaction commits."""
    rows = [
        {
            "at": one.at,
            "actor": one.actor,
            "verb": one.verb,
            "subject": one.subject,
            "before": _canonical(one.before or {}),
            "after": _canonical(one.after or {}),
        }
        for one in entries
    ]
    _append(tx, audit, rows)


def last_of(tx: Transaction, subject: str, verb: str) -> dict[str, object] | None:
    """What the newest audit row of this subject and verb says of `after`; None where there is none."""
    query = select(audit.c.after).where(audit.c.subject == subject, audit.c.verb == verb)
    found = tx.scalar(query.order_by(audit.c.id.desc()).limit(1))
    return None if found is None else dict(json.loads(found))


def append_readings(tx: Transaction, rows: Sequence[dict[str, object]]) -> None:
    """The readings (columns of `engagement` but id and hashes) are its newest rows once this transaction commits."""
    _append(tx, engagement, list(rows))


def verify(tx: Transaction) -> Verdict:
    """Both chains walked from the first row to their head: the number of rows, and the first that does not fit.

    A missing row is told as the row that stands in its place, or as its own number where nothing follows.
    """
    seen = 0
    for table in (audit, engagement):
        previous, expected_id = "", 1
        for row in tx.execute(select(table).order_by(table.c.id)).mappings():
            seen += 1
            fits = row["previous_hash"] == previous and row["hash"] == _hash(table.name, dict(row), previous)
            if not fits or row["id"] != expected_id:
                return Verdict(rows=seen, first_bad=f"{table.name}:{row['id']}")
            previous, expected_id = row["hash"], expected_id + 1
        last_id, last_hash = _head(tx, table)
        if (last_id, last_hash) != (expected_id - 1, previous):
            return Verdict(rows=seen, first_bad=f"{table.name}:{min(expected_id, last_id + 1)}")
    return Verdict(rows=seen, first_bad=None)


def _append(tx: Transaction, table: Table, rows: list[dict[str, object]]) -> None:
    if not rows:
        return
    lock_ledger(tx)
    number, previous = _head(tx, table)
    for row in rows:
        number += 1
        row |= {"id": number, "previous_hash": previous}
        previous = row["hash"] = _hash(table.name, row, previous)
    tx.execute(insert(table), rows)
    here = update(ledger_head).where(ledger_head.c.name == table.name)
    tx.execute(here.values(last_id=number, last_hash=previous))


def _head(tx: Transaction, table: Table) -> tuple[int, str]:
    query = select(ledger_head.c.last_id, ledger_head.c.last_hash).where(ledger_head.c.name == table.name)
    found = tx.execute(query).one_or_none()
    return (found.last_id, found.last_hash) if found else (0, "")


def _hash(table: str, row: Mapping[str, object], previous: str) -> str:
    told = _canonical({name: row.get(name) for name in HASHED[table]})
    return hashlib.sha256(f"{previous}\n{told}".encode()).hexdigest()


def _canonical(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_text)


def _as_text(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def history(tx: Transaction, subjects: Sequence[str]) -> list[dict[str, object]]:
    """The audit rows about these subjects, oldest first."""
    query = select(audit).where(audit.c.subject.in_(subjects)).order_by(audit.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]

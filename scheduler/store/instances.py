"""Which database this is, and how far it knows the send journal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, text, tuple_, update

from scheduler.store.columns import BigId
from scheduler.store.schema import attempt, audit, instance

CLOCK_CONFIRMED = "confirm-clock"
RECENT_ROWS = 1000

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Update

    from scheduler.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """This database's own id, and the number of the last journal line that it knows."""

    instance_id: str
    journal_number: int


def get(tx: Transaction) -> Instance | None:
    """None: no daemon has ever run over this database."""
    row = tx.execute(select(instance.c.instance_id, instance.c.journal_number)).one_or_none()
    return Instance(instance_id=row.instance_id, journal_number=row.journal_number) if row else None


def put(tx: Transaction, wanted: Instance, now: datetime) -> None:
    """The database is that one from now on."""
    tx.execute(delete(instance))
    row = {"instance_id": wanted.instance_id, "journal_number": wanted.journal_number}
    tx.execute(insert(instance).values(id=1, made_at=now, **row))


def reach(tx: Transaction, number: int) -> None:
    """The database knows the journal up to this line, once this transaction commits."""
    tx.execute(_reach(), {"number": number})


def known_attempts(tx: Transaction, tries: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these (delivery, fence) that this database has an attempt of."""
    wanted = list(tries)
    found: set[tuple[int, int]] = set()
    for at in range(0, len(wanted), 500):
        pairs = tuple_(attempt.c.delivery_id, attempt.c.fence).in_(wanted[at : at + 500])
        rows = tx.execute(select(attempt.c.delivery_id, attempt.c.fence).where(pairs))
        found |= {(row.delivery_id, row.fence) for row in rows}
    return found


def last_event(tx: Transaction) -> tuple[datetime | None, bool]:
    """The latest instant at which something happened here lately, None if nothing did; and whether that is counted from
    a person's word that the clock is right.
    """
    confirmed = tx.scalar(select(func.max(audit.c.id)).where(audit.c.verb == CLOCK_CONFIRMED))
    newest = select(func.max(audit.c.id)).scalar_subquery()
    behind = (audit.c.id >= (confirmed or 0), audit.c.id > newest - RECENT_ROWS)
    return tx.scalar(select(func.max(audit.c.at)).where(*behind)), confirmed is not None


def whereabouts(tx: Transaction) -> str:
    """What a server calls itself and this database, for as long as they live; only on PostgreSQL."""
    name: Any = tx.scalar(text("SELECT current_database()"))
    if not tx.scalar(text("SELECT has_function_privilege('pg_control_system()', 'execute')")):
        return f"{tx.engine.url.host}:{tx.engine.url.port}/{name}"
    server: Any = tx.scalar(text("SELECT system_identifier FROM pg_control_system()"))
    return f"{server}/{name}"


@cache
def _reach() -> Update:
    return update(instance).where(instance.c.id == 1).values(journal_number=bindparam("number", type_=BigId))

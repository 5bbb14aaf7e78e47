"""Putting a copy of the database back: nothing is sent from it until a person has looked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.bootstrap import desk_over, utc_now, whoever
from scheduler.config import load
from scheduler.model import SchedulerError, Scope, WrongUse
from scheduler.services import lineage
from scheduler.services.keeping import checked, refuse_postgresql
from scheduler.services.lineage import Verdict
from scheduler.services.reconciling import Reconciled, bring_together
from scheduler.store import backup, ledger, migrate, pauses
from scheduler.store.database import Database, open_database
from scheduler.store.lock import take

if TYPE_CHECKING:
    from scheduler.config import Settings
    from scheduler.services.keeping import Copy

WHY_PAUSED = "restored from the copy {name}: what people decided since is not in it; look the queue over, then resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back, where the database that was there lies now, and how it stands to the send journal.

    `reconciled` is None where there was nothing to bring together; `words` say what is to be done before anything is
    sent, None where nothing but resuming is left.
    """

    copy: Copy
    aside: Path | None
    reconciled: Reconciled | None
    words: str | None


def restore(path: Path, source: Path) -> Restored:
    """The database of this configuration is that copy; everything is paused, and what was sent since is known to it.

    What was there before lies aside. Raises WrongUse where a daemon runs, or where the copy is no good: then
    nothing was changed.
    """
    settings = load(path)
    database = open_database(settings.database_url)
    try:
        refuse_postgresql(database, source)
        let_go = take(database)
        try:
            return _under_lock(settings, database, source)
        finally:
            let_go()
    finally:
        database.close()


def _under_lock(settings: Settings, database: Database, source: Path) -> Restored:
    there = Path(str(database.url.database))
    if source.exists() and there.exists() and source.samefile(there):
        raise WrongUse(f"{source} is the database itself: name a copy that `july30 backup` has made")
    fresh = there.with_name(f"{there.name}.restored")
    try:
        found = _made_ready(source, fresh)
    except SchedulerError:
        backup.sweep(fresh)
        raise
    aside = backup.put_back(fresh, database, utc_now())
    desk = desk_over(settings, database, whoever())
    stands = lineage.look(desk)
    mine = stands.verdict is Verdict.AHEAD and not stands.elsewhere
    done = bring_together(desk, stands) if mine else None
    return Restored(copy=found, aside=aside, reconciled=done, words=None if done else stands.words)


def _made_ready(source: Path, fresh: Path) -> Copy:
    """`fresh` is the copy, checked, at the newest version, with everything paused."""
    backup.whole(source)
    backup.lay(source, fresh)
    found = checked(fresh)
    database = open_database(f"sqlite:///{fresh}")
    try:
        migrate.upgrade(database)
        with database.write() as tx:
            why = WHY_PAUSED.format(name=source.name)
            pauses.press(tx, Scope.ALL, "", why=why, by=whoever(), now=utc_now())
            told = {"copy": source.name, "ledger_rows": found.ledger_rows}
            entry = ledger.Entry(at=utc_now(), actor=whoever(), verb="restore", subject="instance:1", after=told)
            ledger.write_down(tx, [entry])
    finally:
        database.close()
    return found

"""Whether the database and the send journal beside it are one history, or a copy has come between them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.journal import place
from scheduler.journal.lines import What
from scheduler.journal.place import Place
from scheduler.journal.reading import Told, read
from scheduler.store import instances
from scheduler.store.instances import Instance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scheduler.journal.lines import Line, Subject
    from scheduler.model import Outcome
    from scheduler.services.desk import Desk
    from scheduler.store.database import Database, Transaction


class Verdict(StrEnum):
    """How database and journal stand to each other."""

    FINE = "fine"
    NEW = "new"  # no daemon ever ran over this database, and no journal lies there
    MOVED = "moved"  # one history, at another place than before: moved, or cloned
    LOST = "lost"  # the database knows of a journal that is not there
    BEHIND = "behind"  # the journal that lies there is older than the database
    AHEAD = "ahead"  # the database is older than the journal: an old copy was restored
    ANOTHER = "another"  # the journal is another database's


WORDS = {
    Verdict.MOVED: (
        "This database has sent from another place before ({before}), now it is at {here}: if it was moved there, and"
        " nothing sends at the old place any more, the keeper of this machine runs `july30 reconcile --moved`; if it is"
        " a copy, it must not send: stop this daemon."
    ),
    Verdict.LOST: (
        "The send journal in {folder} is not there, and this database had one: put the folder back (is its disk"
        " mounted?) and sending goes on by itself; if it is lost for good, `july30 reconcile --without-journal`."
    ),
    Verdict.BEHIND: (
        "The send journal in {folder} ends at line {last}, the database knows {known}: put the right folder back and"
        " sending goes on by itself; if it is lost for good, `july30 reconcile --without-journal`."
    ),
    Verdict.AHEAD: (
        "The database is older than the send journal in {folder}: an old copy was restored, and posts that it takes for"
        " waiting may be out. Whoever restored it runs `july30 reconcile`; until then nothing is sent."
    ),
    Verdict.ANOTHER: (
        "The send journal in {folder} is another database's: name this database's own folder in [journal], or, if this"
        " database replaces the other one, run `july30 reconcile`; until then nothing is sent."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What was found; `words` say what a person must do, None where sending is allowed. `row` None: never ran."""

    verdict: Verdict
    words: str | None
    row: Instance | None
    told: Told
    marked: Place | None
    here: str

    @property
    def number(self) -> int:
        """Behind which line the journal goes on."""
        return max(self.told.last, self.row.journal_number if self.row else 0)

    @property
    def instance_there(self) -> str:
        """Whose journal lies there; empty if nobody's."""
        return self.told.instance or (self.marked.instance if self.marked else "")

    @property
    def elsewhere(self) -> str:
        """Where the database sent from before, if that is another place than now; empty if it is the same."""
        return self.marked.where if self.marked and self.marked.where != self.here else ""


def look(desk: Desk) -> Lineage:
    """How database and journal stand to each other. Raises Unavailable where one of them cannot be read."""
    folder = desk.settings.journal_folder
    here = whereabouts(desk.database)
    marked = place.read(folder)
    with desk.database.read() as tx:
        row = instances.get(tx)
        told = read(folder, after=row.journal_number if row else 0)
        verdict = _judge(tx, row, told, marked, here)
    known = row.journal_number if row else 0
    before = marked.where if marked else "not known"
    words = WORDS.get(verdict, "").format(folder=folder, last=told.last, known=known, here=here, before=before)
    return Lineage(verdict=verdict, words=words or None, row=row, told=told, marked=marked, here=here)


def settle_in(desk: Desk, found: Lineage) -> Instance:
    """The database has its own id and the folder says whose it is; changes nothing where that is so already."""
    if found.row is not None:
        return found.row
    row = Instance(instance_id=uuid.uuid4().hex, journal_number=0)
    with desk.database.write() as tx:
        instances.put(tx, row, desk.now())
        place.write(desk.settings.journal_folder, Place(instance=row.instance_id, where=found.here))
    return row


def whereabouts(database: Database) -> str:
    """Machine and path, or server and database: another one for every copy."""
    if database.dialect == "sqlite":
        return f"{place.machine()}:{Path(str(database.url.database)).resolve()}"
    with database.read() as tx:
        return instances.whereabouts(tx)


def results(lines: Iterable[Line], *, doubts: bool) -> Mapping[tuple[int, int, str], Outcome | None]:
    """What the journal says of each (delivery, fence, key); with `doubts`, None for calls without an outcome.

    The key belongs to it: another database's delivery of that number is another delivery.
    """
    found: dict[tuple[int, int, str], Outcome | None] = {}
    for line in called(lines):
        if (one := line.subject) is None:
            continue
        if line.what is What.OUTCOME:
            found[one.delivery, one.fence, one.key] = line.outcome
        elif doubts:
            found.setdefault((one.delivery, one.fence, one.key), None)
    return found


def called(lines: Iterable[Line]) -> list[Line]:
    """The lines without intents that did not become a call, and without the lines that say so.

    A thread's parts are several calls of one try: each such line takes back the last intent before it, and no other.
    """
    kept: list[Line] = []
    last: dict[Subject, list[int]] = {}
    for line in lines:
        if line.what is What.INTENT and line.subject:
            last.setdefault(line.subject, []).append(len(kept))
        if line.what is not What.UNCALLED:
            kept.append(line)
        elif line.subject and (mine := last.get(line.subject)):
            kept[mine.pop()] = line
    return [line for line in kept if line.what is not What.UNCALLED]


def _judge(tx: Transaction, row: Instance | None, told: Told, marked: Place | None, here: str) -> Verdict:
    if row is None:
        unused = told.last == 0 and (marked is None or marked.where == here)
        return Verdict.NEW if unused else Verdict.ANOTHER
    if marked is None and told.last == 0:
        return Verdict.LOST
    if {one for one in (told.instance, marked and marked.instance) if one} != {row.instance_id}:
        return Verdict.ANOTHER
    if told.last < row.journal_number:
        return Verdict.BEHIND
    if _is_older(tx, told.after(row.journal_number)):
        return Verdict.AHEAD
    return Verdict.FINE if marked and marked.where == here else Verdict.MOVED


def _is_older(tx: Transaction, tail: Iterable[Line]) -> bool:
    """Whether the lines that the database does not know are more than a daemon leaves that died.

    That is one batch of intents, written and not committed, of attempts that the database has; what came of calls it
    may have missed too.
    """
    batches = {one.batch for one in called(tail) if one.what is What.INTENT}
    tries = {(one.subject.delivery, one.subject.fence) for one in tail if one.subject}
    return len(batches) > 1 or tries != instances.known_attempts(tx, tries)

"""Bringing a database and its send journal together again, losing nothing and sending nothing twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scheduler.journal import place
from scheduler.journal.lines import What
from scheduler.journal.place import Place
from scheduler.journal.reading import read
from scheduler.journal.writing import Journal
from scheduler.model import Scope, State, WrongUse
from scheduler.services import lineage
from scheduler.services.lineage import WORDS, Verdict
from scheduler.services.permitting import Right, require
from scheduler.store import instances, ledger, outcomes, pauses, reconciled
from scheduler.store.instances import Instance
from scheduler.store.moves import Move

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scheduler.journal.lines import Line, Subject
    from scheduler.model import Outcome
    from scheduler.services.desk import Desk
    from scheduler.services.lineage import Lineage
    from scheduler.store.database import Transaction

NOT_OUT = frozenset({"not_ready", "retryable", "rejected", "auth_expired", "handed_back"})
WHY_PAUSED = (
    "the database was brought together with the send journal: what people decided since the copy was made is not in it;"
    " look the queue over, then resume"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What was found and done, by delivery.

    `to_settle`: nobody knows whether they are out, and each waits for a person. `unknown`: out or perhaps out, and this
    database has no such delivery. `ended`: out or perhaps out, although they were skipped or cancelled here.
    """

    verdict: Verdict
    published: list[int] = field(default_factory=list)
    to_settle: list[int] = field(default_factory=list)
    unknown: list[dict[str, object]] = field(default_factory=list)
    ended: list[dict[str, object]] = field(default_factory=list)
    paused: bool = False

    @property
    def needs_a_person(self) -> bool:
        """Whether something is left to do."""
        return bool(self.to_settle or self.unknown or self.ended or self.paused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What the journal says of one delivery, over all its tries: published, or perhaps out (`receipt` is None)."""

    subject: Subject
    at: datetime
    receipt: Outcome | None


def confirm_clock(desk: Desk) -> None:
    """A person says that the clock is right: what was recorded before, at a later time, does not stop sending."""
    require(desk, Right.RESUME)
    with desk.database.write() as tx:
        entry = ledger.Entry(at=desk.now(), actor=desk.actor, verb=instances.CLOCK_CONFIRMED, subject="instance:1")
        ledger.write_down(tx, [entry])


def reconcile(desk: Desk, *, moved: bool = False, without_journal: bool = False) -> Reconciled:
    """Database and journal are one history: what the journal knows is in the database, and sending may be resumed.

    `moved`: nothing sends at the old place any more. `without_journal`: it is lost for good. Raises WrongUse where
    there is nothing to reconcile, or where one of the two has to be said.
    """
    require(desk, Right.RESUME)
    found = lineage.look(desk)
    _must_be_said(found, moved=moved, without_journal=without_journal)
    return bring_together(desk, found)


def bring_together(desk: Desk, found: Lineage) -> Reconciled:
    """As `reconcile`, for what was found, whoever acts: nothing goes out by it."""
    since = 0 if found.verdict is Verdict.ANOTHER or found.row is None else found.row.journal_number
    lines = read(desk.settings.journal_folder, after=since).after(since)
    with desk.database.write() as tx:
        done = _bring_in(tx, desk, found, lines)
        paused = found.verdict is not Verdict.MOVED and _pause(tx, desk)
        number = _join(tx, desk, found)
        told = {"verdict": found.verdict, "journal_number": number, "published": done.published, "held": done.to_settle}
        entry = ledger.Entry(at=desk.now(), actor=desk.actor, verb="reconcile", subject="instance:1", after=told)
        ledger.write_down(tx, [entry])
    return replace(done, paused=paused)


def fates(lines: Iterable[Line]) -> list[Fate]:
    """One fate for each delivery that is out or may be; what the journal says last counts, but once out is out."""
    found: dict[tuple[str, str], Fate | None] = {}
    for line in lineage.called(lines):
        if (one := line.subject) is None:
            continue
        name = (one.account, one.key)
        before = found.get(name)
        if before and before.receipt:
            continue
        surely_not = line.outcome is not None and line.outcome.name in NOT_OUT
        receipt = line.outcome if line.outcome and line.outcome.state is State.PUBLISHED else None
        found[name] = None if surely_not else Fate(subject=one, at=line.at, receipt=receipt)
    return [one for one in found.values() if one]


def _must_be_said(found: Lineage, *, moved: bool, without_journal: bool) -> None:
    if found.verdict in {Verdict.FINE, Verdict.NEW}:
        raise WrongUse("there is nothing to reconcile: database and send journal are one history")
    if found.verdict in {Verdict.LOST, Verdict.BEHIND} and not without_journal:
        raise WrongUse(str(found.words))
    if found.elsewhere and not moved:
        before = found.elsewhere
        raise WrongUse(WORDS[Verdict.MOVED].format(before=before, here=found.here))


def _bring_in(tx: Transaction, desk: Desk, found: Lineage, lines: tuple[Line, ...]) -> Reconciled:
    now = desk.now()
    told = lineage.results(lines, doubts=True) if found.verdict is Verdict.AHEAD else {}
    if found.verdict is not Verdict.MOVED:
        outcomes.recover(tx, now=now, first_look=desk.settings.looks[0], told=told)
    done = Reconciled(verdict=found.verdict)
    for fate in fates(lines) if found.verdict in {Verdict.AHEAD, Verdict.ANOTHER} else ():
        _one(tx, desk, fate, done)
    return done


def _one(tx: Transaction, desk: Desk, fate: Fate, done: Reconciled) -> None:
    here, subject, receipt = reconciled.find(tx, fate.subject), fate.subject, fate.receipt
    if here is None:
        done.unknown.append(_said(fate))
    elif here.state in {State.SKIPPED, State.CANCELLED}:
        done.ended.append({"delivery": here.number, **_said(fate)})
    elif here.state not in {State.PUBLISHED, State.REMOVED}:
        move = Move(verb="reconcile", to=here.state, actor=desk.actor, reason=_reason(fate, here.number))
        if receipt and here.same_words:
            reconciled.publish(tx, here, subject, receipt, move, desk.now())
            done.published.append(here.number)
        else:
            reconciled.doubt(tx, here, subject, move, desk.now())
            done.to_settle.append(here.number)


def _said(fate: Fate) -> dict[str, object]:
    address = fate.receipt.permalink if fate.receipt else None
    return {
        "account": fate.subject.account,
        "at": fate.at,
        "permalink": address,
        "journal_delivery": fate.subject.delivery,
    }


def _reason(fate: Fate, number: int) -> str:
    when = f"{fate.at:%Y-%m-%d %H:%M} UTC"
    known = f"as out at {fate.receipt.permalink}, with other words," if fate.receipt else "as being posted"
    return f"The send journal has it {known} at {when}: look at the channel, then `july30 queue resolve {number}`."


def _pause(tx: Transaction, desk: Desk) -> bool:
    pauses.press(tx, Scope.ALL, "", why=WHY_PAUSED, by=desk.actor, now=desk.now())
    return True


def _join(tx: Transaction, desk: Desk, found: Lineage) -> int:
    """The folder names this database and its place, and both know the same last line; its number."""
    folder = desk.settings.journal_folder
    ours = None if found.verdict is Verdict.ANOTHER else found.row
    instance = ours.instance_id if ours else found.instance_there
    place.write(folder, Place(instance=instance, where=found.here))
    journal = Journal(folder)
    journal.open(instance, found.number)
    try:
        number = journal.note(What.RECONCILED, desk.now())
    finally:
        journal.close()
    instances.put(tx, Instance(instance_id=instance, journal_number=number), desk.now())
    return number

"""Telling people what needs them: a thread beside the daemon, which delays neither publishing nor stopping."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from structlog import get_logger

from scheduler.alarm.notice import Notice
from scheduler.alarm.postbag import Postbag
from scheduler.model import SchedulerError
from scheduler.notify.alerts import Bell
from scheduler.notify.dead_man import DeadMan
from scheduler.notify.faults import trace_of
from scheduler.services.gathering import Found, Gatherer
from scheduler.services.machine import Machine, OwnFault
from scheduler.store import alerts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from scheduler.notify.alerts import Told
    from scheduler.services.desk import Desk
    from scheduler.store.alerts import Mark

log = get_logger()
ROUND_S = 5.0
ENDS_WITHIN_S = 1.0
ROWS_UNSAID_MAX = 1_000


def bell_of(desk: Desk) -> Bell:
    """The bell at the addresses of `[alerts] urls`."""
    return Bell(desk.settings.alert_urls, desk.settings.path.parent, desk.environment)


def dead_man_of(desk: Desk) -> DeadMan:
    """The dead man's switch at `[alerts] dead_man_ping`."""
    return DeadMan(desk.settings.dead_man_ping, desk.settings.path.parent, desk.environment)


def try_out(desk: Desk) -> list[Told]:
    """Every address has been sent a test message; whether each took it. Empty where none is configured.

    Where all took it, `status` does not say any more that one fails. A daemon that meets it again says so again.
    """
    bell = bell_of(desk)
    message = Notice(
        title="july30: this is a test",
        lines=(
            f"Alerts about {desk.settings.campaign.name} come to this place.",
            f"Nobody need do anything. It was asked for by {desk.actor}.",
        ),
    )
    told = bell.ring(dict.fromkeys(bell.numbers, message))
    if told and all(one.ok for one in told):
        with desk.database.write() as tx:
            alerts.all_take(tx)
    return told


class Alarm:
    """Tells every address what needs a person. Nothing is lost by a crash; what was just told may be told again."""

    def __init__(self, desk: Desk, bell: Bell, *, standstill: Callable[[], str | None] = lambda: None):
        self._desk = desk
        self._bell = bell
        self._machine = Machine(standstill)
        self._fault = OwnFault()
        self._gatherer = Gatherer(desk)
        self._bags = {number: Postbag() for number in bell.numbers}
        self._owed: list[frozenset[int]] = []
        self._given_at: datetime | None = None
        self._tried = False  # what an earlier run has said of addresses holds until then
        self._failed = False  # since the mark was written, which `july30 alerts test` may have changed
        self._mark: Mark | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alarm", daemon=True)

    def start(self) -> None:
        """People are told from now on; nobody is where no address is configured."""
        if self._bags:
            self._thread.start()

    def end(self) -> None:
        """Nothing more is begun; what is under way is left to itself."""
        self._stop.set()
        if self._bags:
            self._thread.join(ENDS_WITHIN_S)

    def round(self) -> None:
        """What is due to be told has been given to every address that takes it, and the mark says how far that is."""
        now = self._desk.now()
        self._put(self._look(now))
        for one in (self._machine.look(now), self._fault.look(now)):
            if one:
                self._put([Found(message=one, rows=frozenset())])
        self._ring(now)
        if not self._stop.is_set():
            self._write_mark()

    def _look(self, now: datetime) -> list[Found]:
        try:
            with self._desk.database.read() as tx:
                outage = self._machine.database_is_there(tx, now)
                return [*self._gatherer.look(tx, now), *([Found(message=outage, rows=frozenset())] if outage else [])]
        except SchedulerError as error:
            self._machine.database_is_away(now, str(error))
        except Exception as fault:  # noqa: BLE001 - one row that cannot be told must not keep everything from people
            self._fault.happened = type(fault).__name__
            told = {"exception": self._fault.happened, "trace": trace_of(fault)}
            log.error("alerts: our own fault", **told)  # noqa: TRY400 - no values, they may be secret
        return []

    def _put(self, found: list[Found]) -> None:
        for one in found:
            self._owed.append(one.rows)
            for bag in self._bags.values():
                bag.put(one.message)

    def _ring(self, now: datetime) -> None:
        due = {number: message for number, bag in self._bags.items() if (message := bag.due(now))}
        for told in self._bell.ring(due, self._stop) if due else ():
            self._tried, bag = True, self._bags[told.number]
            if told.ok:
                bag.taken()
                self._somebody_knows(now)
            else:
                log.warning("alert not given", address=told.number, why=told.why)
                bag.failed(now, told.why)
                self._failed = True

    def _somebody_knows(self, now: datetime) -> None:
        for rows in self._owed:
            self._gatherer.told(rows)
        self._owed.clear()
        self._given_at = now

    def _write_mark(self) -> None:
        if not self._gatherer.has_looked:
            return  # the mark is not known yet: writing would put it back to the beginning
        before = self._mark or self._gatherer.mark_before
        mark = replace(before, audit_id=self._gatherer.told_up_to, given_at=self._given_at or before.given_at)
        if self._tried:
            mark = replace(mark, **_failing(self._bags))
        moved = mark.audit_id - (self._mark.audit_id if self._mark else 0)
        same = self._mark and replace(mark, audit_id=0) == replace(self._mark, audit_id=0)
        if same and moved < ROWS_UNSAID_MAX and not self._failed:
            return  # nothing was told: after a crash these rows are read again, and no more than that
        try:
            with self._desk.database.write() as tx:
                alerts.set_mark(tx, mark, failing_too=self._tried)
            self._mark, self._failed = mark, False
        except SchedulerError as error:
            log.warning("how far people have been told is not written", error=str(error))

    def _run(self) -> None:
        while not self._stop.wait(ROUND_S):
            try:
                self.round()
            except Exception as fault:  # noqa: BLE001 - nobody would be told of anything any more
                told = {"exception": type(fault).__name__, "trace": trace_of(fault)}
            else:
                continue
            log.error("alerts: our own fault", **told)


def _failing(bags: Mapping[int, Postbag]) -> dict[str, Any]:
    """What the mark says of the addresses that do not take their alerts."""
    failing = {number: bag for number, bag in bags.items() if bag.failing_since}
    who = "; ".join(f"address {number}: {bag.why}" for number, bag in failing.items())
    since = min((bag.failing_since for bag in failing.values() if bag.failing_since), default=None)
    return {"failing_since": since, "failing": who or None}

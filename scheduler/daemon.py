"""The unattended process: wakes at the next due instant, ticks, beats, and ends with every call recorded."""

from __future__ import annotations

import os
import random
import signal
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler
from structlog import get_logger

from scheduler import catching_up
from scheduler.bootstrap import courier_over, desk_over, rhythm_of, settler_over
from scheduler.config import load
from scheduler.measure import measure_due
from scheduler.model import DAEMON, SchedulerError, Unavailable
from scheduler.notify.faults import trace_of
from scheduler.plan import tzdata_version
from scheduler.services.alerting import Alarm, bell_of, dead_man_of
from scheduler.services.lasting import look_ahead
from scheduler.store.database import open_database
from scheduler.store.lock import take
from scheduler.store.writer import GroupWriter
from scheduler.watch import Watch
from scheduler.zones import renew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from scheduler.services.desk import Desk
    from scheduler.store.lock import Place

log = get_logger()
BEAT_EVERY_S = 10
MEASURE_EVERY_S = 2
SETTLE_EVERY_S = 1
LOOK_AHEAD_EVERY_S = 3_600  # how long credentials last; their steps are days
WATCH_EVERY_S = 2
LOOK_EVERY_S = 0.5  # how soon a change made by a door is seen
PASS_EVERY = timedelta(seconds=30)  # at the latest: what nobody tells of, such as a claim whose answer was lost
CALLS_END_WITHIN_S = 27.0  # of the 30 s that a service manager gives
LOOKS_END_WITHIN_S = 1.0  # a look only reads: one that hangs is left behind
PLACE = "place"
LOST_PLACE = (
    "The connection to the database that makes this daemon the only one was cut. It tries to get its place back by"
    " itself; nobody need act."
)
FAULT_PAUSE_S, FAULT_PAUSE_MAX_S = 1.0, 30.0


class Daemon:
    """One sender over one database. `run` returns after `stop`, with everything in hand recorded or put back."""

    def __init__(self, desk: Desk, place: Place | None = None):
        self.desk = self._desk = desk
        self._place = place
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._writer = GroupWriter(desk.database)
        self._watch = Watch(desk, on_change=self._wake.set)
        self.standstill = self._watch.standstill
        self._courier, self._lanes = courier_over(
            desk, self._writer, self.standstill, self._watch.journal, on_free=self._wake.set
        )
        self._settler = settler_over(desk, self._courier.stopping)
        self._alarm = Alarm(desk, bell_of(desk), standstill=lambda: self.standstill.words)
        self._dead_man = dead_man_of(desk)
        self._owner = f"{os.uname().nodename}:{os.getpid()}"
        self._started_at = desk.now()
        self._seen = -1
        self._zones_are_fresh = False
        self._said: str | None = None  # the standstill that the last heartbeat told of

    def stop(self) -> None:
        """Asks `run` to end: calls in hand end first, nothing new is begun."""
        self._stopping.set()
        self._courier.stopping.set()
        self._wake.set()

    def run(self) -> bool:
        """Publishes what falls due until stopped; whether every call in hand ended in time."""
        with self._desk.database.read() as tx:
            self._courier.restore_rests(tx)
        self._watch.begin()
        self._writer.start()
        self._lanes.start()
        ticks = self._ticks()
        log.info("daemon started", tzdata=tzdata_version(), concurrency=self._lanes.size)
        self._alarm.start()
        self._dead_man.start()
        try:
            self._safely(self._beat)()
            self._dispatch()
        finally:
            ticks.shutdown(wait=False)
            self._courier.stopping.set()
            ended = self._lanes.stop(CALLS_END_WITHIN_S)
            self._writer.close()
            self._settler.stop(LOOKS_END_WITHIN_S)
            self._alarm.end()
            self._watch.close()
            self._dead_man.end()
            log.info("daemon stopped", calls_ended=ended)
        return ended

    def _dispatch(self) -> None:
        next_due: datetime | None = None
        faults = 0
        while not self._stopping.is_set():
            self._wake.clear()
            self._keep_place()
            try:
                self._watch.look_at_the_clock()
                if self.standstill.words != self._said:
                    self._beat()
                self._renew_zones()
                seen = self._desk.database.change_mark()  # first: what a door changes during the pass is then news
                next_due = self._courier.pass_on()
                self._seen = seen
                self._dead_man.passed()
            except SchedulerError as error:
                log.error("nothing is sent while the database is away", error=str(error))  # noqa: TRY400 - said whole
                faults = self._pause_after(faults)
                continue
            except Exception as fault:  # noqa: BLE001 - one row, or one mistake of ours, must not end all sending
                told = {"exception": type(fault).__name__, "trace": trace_of(fault)}
                log.error("the pass failed: our own fault", **told)  # noqa: TRY400 - its words may hold a secret
                faults = self._pause_after(faults)
                continue
            faults = 0
            self._rest_until(next_due)

    def _pause_after(self, faults: int) -> int:
        """A while has passed that grows with the faults in a row, evenly spread; how many there are now."""
        most = min(FAULT_PAUSE_MAX_S, FAULT_PAUSE_S * 2 ** min(faults, 10))
        self._stopping.wait(most * (0.5 + random.random() / 2))  # noqa: S311 - spreads tries, guards nothing
        return faults + 1

    def _rest_until(self, next_due: datetime | None) -> None:
        """Returns when the next is due, a sender is free, a door has changed something, or we are to stop.

        And after half a minute in any case.
        """
        since = self._desk.now()
        while not self._stopping.is_set():
            wait = LOOK_EVERY_S
            if next_due is not None:
                wait = min(wait, max(0.0, (next_due - self._desk.now()).total_seconds()))
            if self._wake.wait(wait):
                return
            now = self._desk.now()
            if (next_due is not None and next_due <= now) or not timedelta() <= now - since < PASS_EVERY:
                return
            if self._changed() or not self._has_place():
                return

    def _has_place(self) -> bool:
        return self._place is None or (self._place.held() and not self.standstill.has(PLACE))

    def _keep_place(self) -> None:
        """We are the one sender, or nothing is sent until we are again. Raises SecondSenderError if another one is.

        It may be another server that answers now, and one that is behind: once nothing is in hand any more, all is
        looked at as at a start.
        """
        if self._place is None or self._has_place():
            return
        self.standstill.say(PLACE, LOST_PLACE)
        try:
            if not self._place.held():
                self._place.take_again()
        except Unavailable as error:
            log.warning("the one sender's place is not ours yet", error=str(error))
            self._stopping.wait(FAULT_PAUSE_S)
            return
        if self._courier.is_idle():
            self._watch.start_over()
            self.standstill.clear(PLACE)

    def _changed(self) -> bool:
        try:
            changed = self._desk.database.change_mark() != self._seen
        except SchedulerError:
            return True
        self._dead_man.passed()
        return changed

    def _ticks(self) -> BackgroundScheduler:
        """APScheduler only ticks: what is due lives in our tables, and a late tick is better than none."""
        ticks = BackgroundScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        ticks.add_job(self._safely(self._beat), "interval", seconds=BEAT_EVERY_S, id="heartbeat")
        ticks.add_job(self._safely(self._measure), "interval", seconds=MEASURE_EVERY_S, id="measure")
        ticks.add_job(self._safely(self._settle), "interval", seconds=SETTLE_EVERY_S, id="settle")
        ticks.add_job(self._safely(self._watch.tick), "interval", seconds=WATCH_EVERY_S, id="watch")
        ahead = {"seconds": LOOK_AHEAD_EVERY_S, "next_run_time": self._desk.now()}
        ticks.add_job(self._safely(self._look_ahead), "interval", id="ahead", **ahead)
        ticks.start()
        return ticks

    def _renew_zones(self) -> None:
        """Once, and before anything is claimed: what was planned with other zone data is due when its wish is."""
        if not self._zones_are_fresh and not self.standstill.words:
            with self._desk.database.write() as tx:
                renew(tx, self._desk.now(), tzdata_version())
            self._zones_are_fresh = True

    def _beat(self) -> None:
        words = self.standstill.words
        with self._desk.database.write() as tx:
            now = self._desk.now()
            who = {"owner": self._owner, "tzdata": tzdata_version()}
            catching_up.beat(tx, started_at=self._started_at, now=now, standstill=words, **who)
        self._said = words
        self._dead_man.beaten(words)

    def _measure(self) -> None:
        desk = self._desk
        rhythm, stopping = rhythm_of(desk.settings), self._stopping.is_set
        measure_due(desk.database, desk.reader_of, rhythm, desk.now, stopping, self._courier.server_of)

    def _look_ahead(self) -> None:
        if not self.standstill.words:  # a copy must not spend what can be renewed only once
            look_ahead(self._desk, self._stopping.is_set)

    def _settle(self) -> None:
        if not self.standstill.words:  # a copy's rows are left as they are until they have been reconciled
            self._settler.begin()

    def _safely(self, job: Callable[[], None]) -> Callable[[], None]:
        def tick() -> None:
            try:
                job()
            except SchedulerError as error:
                log.error("tick failed", error=str(error))  # noqa: TRY400 - the message is whole

        return tick


def run(path: Path) -> bool:
    """The daemon of this configuration has run until a signal; whether every call in hand ended in time.

    Raises WrongUse for a broken configuration or if another daemon already sends from this database.
    """
    with one_sender(path) as daemon:
        return daemon.run()


@contextmanager
def one_sender(path: Path, arrange: Callable[[Desk], Desk] = lambda desk: desk) -> Iterator[Daemon]:
    """The daemon of this configuration, not yet running: no other one sends from its database until the end.

    SIGTERM and SIGINT stop it. `arrange` may put other ports on its desk: another clock, platforms that break.
    Raises WrongUse as `run` does.
    """
    settings = load(path)
    database = open_database(settings.database_url, pool_size=8)
    try:
        desk = arrange(desk_over(settings, database, DAEMON))
        let_go = take(database)
        try:
            daemon = Daemon(desk, let_go)
            before = {
                one: signal.signal(one, lambda *_: _stop_aside(daemon)) for one in (signal.SIGTERM, signal.SIGINT)
            }
            try:
                yield daemon
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)
        finally:
            let_go()
    finally:
        database.close()


def _stop_aside(daemon: Daemon) -> None:
    """The daemon is asked to stop by another thread.

    A handler runs in the middle of whatever the main thread does, and that may hold the very lock that `stop` needs.
    """
    threading.Thread(target=daemon.stop, name="stop", daemon=True).start()

"""The daemon's eye on itself: what must be right with the machine before anything is sent."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

from structlog import get_logger

from scheduler.clocks import JUMP_MAX
from scheduler.journal import place
from scheduler.journal.lines import JournalAwayError, What
from scheduler.journal.writing import Journal
from scheduler.services import lineage
from scheduler.standstill import Standstill
from scheduler.store import instances, lists, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scheduler.services.desk import Desk
    from scheduler.services.lineage import Lineage

log = get_logger()
COPY, JOURNAL, CLOCK, PAST, FILE = "copy", "journal", "clock", "past", "file"
LOOKING_AGAIN = (
    "The database was cut off for a moment, and another server may answer now: whether it knows everything that was"
    " sent is looked at first; nobody need act."
)
FILE_GONE = (
    "The database's file was taken away or replaced while the daemon ran: whoever looks after this machine stops it,"
    " puts the file back (or runs `july30 restore`), and starts it again."
)
ASK_AT_MOST, ASK_EACH = 5, 10  # servers; ticks
IN_THE_PAST = (
    "The clock shows {now:%Y-%m-%d %H:%M} UTC, but something was recorded here at {last:%Y-%m-%d %H:%M} UTC: whoever"
    " looks after this machine must set it, and sending goes on by itself; if the clock is right, run"
    " `july30 reconcile --clock`."
)


class Watch:
    """Holds the standstill and the send journal. `begin` it before the first pass; `tick` it every few seconds."""

    def __init__(self, desk: Desk, *, on_change: Callable[[], None]):
        self._desk = desk
        self.standstill = Standstill(on_change=on_change)
        self.journal = Journal(desk.settings.journal_folder, on_trouble=self._troubled)
        self._begun = False
        self._turn = threading.Lock()
        self._amiss = threading.Event()
        self._last_beat: datetime | None = None  # of the daemon before us
        self._asked = 0
        self._file = desk.database.same_file()

    def begin(self) -> None:
        """The journal is open and what a dead daemon left is recovered; or nothing is sent, and it is said why.

        Raises Unavailable where the database cannot be reached.
        """
        with self._desk.database.read() as tx:
            beat = lists.last_beat(tx)
        self._last_beat = cast("datetime", beat["beat_at"]) if beat else None
        self._is_past()
        self._amiss.set()
        self.tick()

    def tick(self) -> None:
        """What was amiss has been looked at again, and sending is allowed where it is mended."""
        if self._desk.database.same_file() != self._file:
            self.standstill.say(FILE, FILE_GONE)  # for good: what is open goes on writing into the old one
        if self.standstill.has(CLOCK) or self.standstill.has(PAST):
            self._ask_the_time()
        self.look_at_the_clock()
        if self.standstill.has(PAST) and self._is_past():
            return  # nothing is recovered at a time that is wrong
        if self._begun and not place.is_there(self._desk.settings.journal_folder):
            self._amiss.set()  # else it would be noticed by the next post that is due, perhaps on the day itself
        with self._turn:
            if self._amiss.is_set():
                self._look()

    def start_over(self) -> None:
        """Nothing is sent before the next tick has looked at database and journal as at a start.

        Call it while nothing is in hand: whatever is sending then was lost, and what the journal knows of it counts.
        """
        with self._turn:
            self.standstill.say(COPY, LOOKING_AGAIN)
            self._begun = False
            self._amiss.set()

    def _look(self) -> None:
        try:
            found = lineage.look(self._desk)
            if found.words:
                self.standstill.say(COPY, found.words)
            else:
                self._open(found)
        except JournalAwayError as error:
            self._amiss.set()
            self.standstill.say(JOURNAL, str(error))
        self.standstill.clear(PAST)  # last: until here nobody knew whether this is an old copy

    def look_at_the_clock(self) -> None:
        """Nothing is sent while the clock cannot be believed. Costs nothing: done before every pass."""
        if self._desk.clocks is None:
            return
        if words := self._desk.clocks.look():
            self.standstill.say(CLOCK, words)
        else:
            self.standstill.clear(CLOCK)

    def close(self) -> None:
        """The journal is on the disk."""
        self.journal.close()

    def _is_past(self) -> bool:
        """Whether what has happened here already lies in the future: then nothing is sent."""
        now = self._desk.now()
        with self._desk.database.read() as tx:
            told, confirmed = instances.last_event(tx)
        known = [one for one in (told, None if confirmed else self._last_beat) if one]
        last = max(known, default=now)
        sure = self._desk.clocks is not None and self._desk.clocks.confirmed()
        past = last - now > JUMP_MAX and not sure
        if past:
            self.standstill.say(PAST, IN_THE_PAST.format(now=now, last=last))
        return past

    def _ask_the_time(self) -> None:
        """A few servers have been asked anything at all: what matters is the time in their answers."""
        self._asked += 1
        if self._asked % ASK_EACH != 1:
            return
        servers = {one.base_url: one for one in self._desk.settings.accounts if one.base_url}
        for account in list(servers.values())[:ASK_AT_MOST]:
            try:
                self._desk.adapter_of(account.id).whoami()
            except Exception as error:  # noqa: BLE001 - no answer is no evidence
                log.info("no time from there", account=account.id, error=type(error).__name__)

    def _open(self, found: Lineage) -> None:
        row = lineage.settle_in(self._desk, found)
        if not self._begun:
            self._recover(found)
        self._amiss.clear()  # first: trouble may come back in the next line
        self.journal.open(row.instance_id, max(found.number, self.journal.number))
        if self._begun:
            self.journal.note(What.MENDED, self._desk.now())
        self._begun = True
        self.standstill.clear(COPY)
        self.standstill.clear(JOURNAL)

    def _recover(self, found: Lineage) -> None:
        doubts = self._desk.database.dialect != "sqlite"  # a server that failed over may have lost a commit
        told = lineage.results(found.told.lines, doubts=doubts)
        self.journal.flush()
        with self._desk.database.write() as tx:
            first = self._desk.settings.looks[0]
            left = outcomes.recover(tx, now=self._desk.now(), first_look=first, told=told)
            instances.reach(tx, found.number)  # or a second death before the next intent would look like an old copy
        if any(left.values()):
            log.warning("an earlier run was cut short", **left)

    def _troubled(self, words: str) -> None:
        self._amiss.set()
        self.standstill.say(JOURNAL, words)

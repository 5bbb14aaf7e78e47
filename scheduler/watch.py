"""The daemon's eye on itself: what must be right with the machine before anything is sent."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from structlog import get_logger

from scheduler.journal.lines import What
from scheduler.journal.writing import Journal
from scheduler.model import Unavailable
from scheduler.services import lineage
from scheduler.standstill import Standstill
from scheduler.store import instances, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.services.desk import Desk
    from scheduler.services.lineage import Lineage

log = get_logger()
COPY, JOURNAL = "copy", "journal"


class Watch:
    """Holds the standstill and the send journal. `begin` it before the first pass; `tick` it every few seconds."""

    def __init__(self, desk: Desk, *, on_change: Callable[[], None]):
        self._desk = desk
        self.standstill = Standstill(on_change=on_change)
        self.journal = Journal(desk.settings.journal_folder, on_trouble=self._troubled)
        self._begun = False
        self._amiss = threading.Event()

    def begin(self) -> None:
        """The journal is open and what a dead daemon left is recovered; or nothing is sent, and it is said why.

        Raises Unavailable where the database cannot be reached.
        """
        self._amiss.set()
        self.tick()

    def tick(self) -> None:
        """What was amiss has been looked at again, and sending is allowed where it is mended."""
        if not self._amiss.is_set():
            return
        try:
            found = lineage.look(self._desk)
        except Unavailable as error:
            if not self._begun and "journal" not in str(error):
                raise
            self.standstill.say(JOURNAL, str(error))
            return
        if found.words:
            self.standstill.say(COPY, found.words)
            return
        self._open(found)

    def close(self) -> None:
        """The journal is on the disk."""
        self.journal.close()

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
        with self._desk.database.write() as tx:
            first = self._desk.settings.looks[0]
            left = outcomes.recover(tx, now=self._desk.now(), first_look=first, told=told)
            instances.reach(tx, found.number)  # or a second death before the next intent would look like an old copy
        if any(left.values()):
            log.warning("an earlier run was cut short", **left)

    def _troubled(self, words: str) -> None:
        self._amiss.set()
        self.standstill.say(JOURNAL, words)

"""A courier at work in a test: real threads, a real group writer, obedient platforms."""

from __future__ import annotations

import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.delivery import Courier, Rhythm
from scheduler.engine.embedded import Lanes
from scheduler.journal.writing import Journal
from scheduler.standstill import Standstill
from scheduler.store import claims
from scheduler.store.writer import GroupWriter
from tests.fakes.adapter import ObedientAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Adapter
    from scheduler.store.database import Transaction
    from scheduler.watch import Watch
    from tests.fakes.world import World

PATIENCE_S = 20
LOOKS = (timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=5))


class Office:
    """`pass_on` returns when everything that it claimed has been tried and what came of it is written."""

    def __init__(
        self,
        world: World,
        adapters: Mapping[str, Adapter] | ObedientAdapter,
        *,
        size: int = 2,
        writer: GroupWriter | None = None,
        watch: Watch | None = None,
        on_room: Callable[[], None] = lambda: None,
        mark_of: Callable[[str], str] = lambda _account: "",
    ):
        self._change = threading.Condition()
        self.writer = writer or GroupWriter(world.database)
        self.world = world
        self.lanes = Lanes(size, on_free=self._notify)
        self.standstill = watch.standstill if watch else Standstill()
        self._folder = tempfile.TemporaryDirectory()
        self.journal = watch.journal if watch else self._own_journal()
        self.courier = Courier(
            database=world.database,
            writer=self.writer,
            lanes=self.lanes,
            accounts=world.accounts,
            adapter_of=lambda account: adapters if isinstance(adapters, ObedientAdapter) else adapters[account],
            rhythm=Rhythm(cadence=(timedelta(minutes=1),), until=world.clock() + timedelta(days=90), looks=LOOKS),
            clock=world.clock,
            owner="test:1",
            standstill=self.standstill,
            journal=self.journal,
            on_room=on_room,
            mark_of=mark_of,
        )
        self.writer.start()
        self.lanes.start()

    def _own_journal(self) -> Journal:
        journal = Journal(Path(self._folder.name))
        journal.open("test", 0)
        return journal

    def pass_on(self) -> datetime | None:
        """One pass, and everything it began is over; when the next delivery falls due, whoever may be called."""
        self.begin()
        self.finish()
        with self.world.database.read() as tx:
            return claims.next_due(tx, self.world.clock())

    def begin(self) -> datetime | None:
        """One pass; the senders are at it."""
        return self.courier.pass_on()

    def finish(self) -> None:
        """Every sender is idle and what was handed to the writer is written."""
        with self._change:
            assert self._change.wait_for(self.lanes.idle, PATIENCE_S)
        self.written()

    def wait_for(self, true: Callable[[], bool]) -> None:
        """It has become true, and what was handed to the writer is written."""
        with self._change:
            assert self._change.wait_for(true, PATIENCE_S)
        self.written()

    def written(self) -> None:
        """What was handed to the writer until now is written."""
        self.writer.hand_in(_nothing, -1, -1).result(PATIENCE_S)

    def stop(self) -> bool:
        """As the daemon stops; whether every call ended in time."""
        self.courier.stopping.set()
        ended = self.lanes.stop(PATIENCE_S)
        self.writer.close()
        self.journal.close()
        self._folder.cleanup()
        return ended

    def _notify(self, _server: str) -> None:
        with self._change:
            self._change.notify_all()


def _nothing(_tx: Transaction, items: Sequence[Any]) -> set[int]:
    return set(items)

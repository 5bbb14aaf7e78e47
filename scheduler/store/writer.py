"""One thread that writes for all senders: as many waiting rows as there are go into one transaction.

Sixty-four senders that each commit for themselves fight over one lock; grouped, a commit costs them all the same.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler.model import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.store.database import Database, Transaction

    Group = Callable[[Transaction, Sequence[Any]], set[int]]


@dataclass(frozen=True, slots=True)
class _Entry:
    group: Group
    number: int
    item: Any
    done: Future[bool]


class GroupWriter:
    """Writes what senders hand in, in groups. `start()` it, and `close()` it: what was handed in is written first."""

    def __init__(self, database: Database, *, most: int = 256):
        self._database = database
        self._most = most
        self._waiting: deque[_Entry] = deque()
        self._before: dict[Group, Callable[[Sequence[Any]], None]] = {}
        self._change = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="group-writer", daemon=True)

    def before(self, group: Group, act: Callable[[Sequence[Any]], None]) -> None:
        """`act(items)` comes before each transaction with items of that group; if it raises, none of them is written.

        It may wait for a disk: the database is not locked meanwhile. Say it before `start`.
        """
        self._before[group] = act

    def start(self) -> None:
        """Handed-in rows are written from now on."""
        self._thread.start()

    def close(self) -> None:
        """Everything that was handed in is written or has failed; the thread has ended."""
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join()

    def hand_in(self, group: Group, number: int, item: object) -> Future[bool]:
        """A promise of whether `group` accepted the item of this delivery number, resolved after the commit.

        `group(transaction, items)` returns the numbers that it accepted. The promise fails with what the commit raised.
        """
        done: Future[bool] = Future()
        with self._change:
            if self._closing:
                done.set_exception(Unavailable("the daemon has stopped: nothing more is written"))
                return done
            self._waiting.append(_Entry(group, number, item, done))
            self._change.notify()
        return done

    def _run(self) -> None:
        while batch := self._next_batch():
            for group, act in self._before.items():
                batch = _after(act, group, batch)
            if batch:
                self._write(batch)

    def _next_batch(self) -> list[_Entry]:
        with self._change:
            while not self._waiting and not self._closing:
                self._change.wait()
            return self._first_of_each()

    def _first_of_each(self) -> list[_Entry]:
        """The longest waiting, but of one delivery only one a group: `group` answers by number."""
        batch: dict[tuple[Group, int], _Entry] = {}
        while self._waiting and len(batch) < self._most:
            first = self._waiting[0]
            if (first.group, first.number) in batch:
                break
            batch[first.group, first.number] = self._waiting.popleft()
        return list(batch.values())

    def _write(self, batch: list[_Entry]) -> None:
        try:
            accepted = self._commit(batch)
        except Exception as error:  # noqa: BLE001 - whatever the commit raised belongs to those who wait for it
            if len(batch) > 1 and not isinstance(error, Unavailable):
                for one in batch:  # one bad row must not take the others down
                    self._write([one])
                return
            for one in batch:
                one.done.set_exception(error)
            return
        for one in batch:
            one.done.set_result(one.number in accepted[one.group])

    def _commit(self, batch: list[_Entry]) -> dict[Group, set[int]]:
        groups: dict[Group, list[object]] = {}
        for one in batch:
            groups.setdefault(one.group, []).append(one.item)
        with self._database.write() as tx:
            return {group: group(tx, items) for group, items in groups.items()}


def _after(act: Callable[[Sequence[Any]], None], group: Group, batch: list[_Entry]) -> list[_Entry]:
    """What of the batch may be written once `act` has been done for the items of the group."""
    concerned = [one for one in batch if one.group == group]
    if not concerned:
        return batch
    try:
        act([one.item for one in concerned])
    except Exception as error:  # noqa: BLE001 - whatever was raised belongs to those who wait for it
        for one in concerned:
            one.done.set_exception(error)
        return [one for one in batch if one.group != group]
    return batch

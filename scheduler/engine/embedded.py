"""The carrier of due work inside this process: a fixed number of threads over one queue."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

from structlog import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

log = get_logger()
Job = tuple["Callable[[], None]", "Callable[[], None]"]


class Threads:
    """Runs jobs on `size` threads, in the order in which they came.

    `room()` is how many more jobs may be handed in: those running and as many again waiting ahead of them, so that a
    thread that gets free finds its next job already claimed.
    """

    def __init__(self, size: int, *, on_free: Callable[[], None]):
        self.size = size
        self._on_free = on_free
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._in_hand = 0
        self._change = threading.Condition()
        self._stopping = False
        self._threads = [threading.Thread(target=self._run, name=f"sender-{n}", daemon=True) for n in range(size)]

    def start(self) -> None:
        """Jobs are run from now on."""
        for one in self._threads:
            one.start()

    def room(self) -> int:
        """How many more jobs may be handed in now; 0 once stopping."""
        with self._change:
            return 0 if self._stopping else 2 * self.size - self._in_hand

    def hand_in(self, job: Callable[[], None], put_back: Callable[[], None]) -> None:
        """`job` is run by the next free thread; `put_back` instead, if we stop before one is free."""
        with self._change:
            if not self._stopping:
                self._in_hand += 1
                self._jobs.put((job, put_back))
                return
        put_back()

    def stop(self, within_s: float) -> bool:
        """No further job is begun and what waited is put back; whether all running ones ended in time."""
        with self._change:
            self._stopping = True
            for _ in self._threads:
                self._jobs.put(None)
            return self._change.wait_for(lambda: self._in_hand == 0, timeout=within_s)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            begin, put_back = job
            _survive(put_back if self._stopping else begin)
            with self._change:
                self._in_hand -= 1
                self._change.notify_all()
            _survive(self._on_free)


def _survive(act: Callable[[], None]) -> None:
    try:
        act()
    except BaseException:  # not even an exit may cost us the thread
        log.exception("a sender's job failed: our own fault")

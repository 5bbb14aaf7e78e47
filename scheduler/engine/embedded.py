"""The carrier of due work inside this process: for each server a queue and threads of its own."""

from __future__ import annotations

import queue
import threading
from time import monotonic
from typing import TYPE_CHECKING

from structlog import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

log = get_logger()
Job = tuple["Callable[[], None]", "Callable[[], None]"]


class Threads:
    """Runs jobs on at most `size` threads, made as they are needed, in the order in which they came.

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
        self._started = False
        self._threads = 0

    def start(self) -> None:
        """Jobs are run from now on."""
        with self._change:
            self._started = True
            for _ in range(self._in_hand):
                self._one_more()

    def room(self) -> int:
        """How many more jobs may be handed in now; 0 once stopping."""
        with self._change:
            return 0 if self._stopping else 2 * self.size - self._in_hand

    def idle(self) -> bool:
        """Whether nothing is in hand."""
        with self._change:
            return self._in_hand == 0

    def hand_in(self, job: Callable[[], None], put_back: Callable[[], None]) -> None:
        """`job` is run by the next free thread; `put_back` instead, if we stop before one is free."""
        with self._change:
            if not self._stopping:
                self._in_hand += 1
                self._jobs.put((job, put_back))
                self._one_more()
                return
        put_back()

    def stop(self, within_s: float) -> bool:
        """No further job is begun and what waited is put back; whether all running ones ended in time."""
        with self._change:
            self._stopping = True
            for _ in range(self._threads):
                self._jobs.put(None)
            return self._change.wait_for(lambda: self._in_hand == 0, timeout=within_s)

    def _one_more(self) -> None:
        if self._started and self._threads < min(self.size, self._in_hand):
            try:
                threading.Thread(target=self._run, name=f"sender-{self._threads}", daemon=True).start()
            except RuntimeError:
                log.error("no further thread can be made", threads=self._threads)  # noqa: TRY400 - those there go on
            else:
                self._threads += 1

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            begin, put_back = job
            _survive(put_back if self._stopping else begin)
            with self._change:
                self._in_hand -= 1
                self._change.notify_all()
            _survive(self._on_free)


class Lanes:
    """For each server threads of its own: `size` calls may be under way there, however slow the others are."""

    def __init__(self, size: int, *, on_free: Callable[[str], None]):
        self.size = size
        self._on_free = on_free
        self._lanes: dict[str, Threads] = {}
        self._making = threading.Lock()
        self._started = self._stopping = False

    def start(self) -> None:
        """Jobs are run from now on."""
        with self._making:
            self._started = True
            for one in self._lanes.values():
                one.start()

    def room(self, server: str) -> int:
        """How many more jobs may be handed in for the server; 0 once stopping."""
        return self._lane(server).room()

    def hand_in(self, server: str, job: Callable[[], None], put_back: Callable[[], None]) -> None:
        """As `Threads.hand_in`, for one server."""
        self._lane(server).hand_in(job, put_back)

    def idle(self) -> bool:
        """Whether nothing is in hand."""
        with self._making:
            return all(one.idle() for one in self._lanes.values())

    def stop(self, within_s: float) -> bool:
        """No further job is begun and what waited is put back; whether all running ones ended in time."""
        ends_at = monotonic() + within_s
        with self._making:
            lanes = list(self._lanes.values())
            self._stopping = True
            for one in lanes:
                one.stop(0)
        ended = [one.stop(max(0.0, ends_at - monotonic())) for one in lanes]
        return all(ended)

    def _lane(self, server: str) -> Threads:
        with self._making:
            if server not in self._lanes:
                self._lanes[server] = Threads(self.size, on_free=lambda: self._on_free(server))
                if self._started:
                    self._lanes[server].start()
                if self._stopping:
                    self._lanes[server].stop(0)
            return self._lanes[server]


def _survive(act: Callable[[], None]) -> None:
    try:
        act()
    except BaseException:  # not even an exit may cost us the thread
        log.exception("a sender's job failed: our own fault")

"""The threads that carry due work inside one process."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from scheduler.engine.embedded import Lanes, Threads

if TYPE_CHECKING:
    from collections.abc import Iterator


class Bench:
    """Threads, with a record of what ran, what was put back, and how often one got free."""

    def __init__(self, size: int):
        self.ran: list[str] = []
        self.put_back: list[str] = []
        self.begun = threading.Semaphore(0)
        self.free = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.threads = Threads(size, on_free=self.free.release)

    def hand_in(self, name: str, *, hold: bool = False) -> None:
        self.threads.hand_in(lambda: self._run(name, hold), lambda: self.put_back.append(name))

    def wait_for(self, what: threading.Semaphore, times: int = 1) -> None:
        for _ in range(times):
            assert what.acquire(timeout=10)

    def _run(self, name: str, hold: bool) -> None:
        self.begun.release()
        if hold:
            assert self.go_on.wait(10)
        self.ran.append(name)


@pytest.fixture
def one() -> Iterator[Bench]:
    bench = Bench(1)
    yield bench
    bench.go_on.set()
    bench.threads.stop(10)


def test_jobs_run_in_the_order_in_which_they_came(one: Bench) -> None:
    """What was due first goes first."""
    for name in "abc":
        one.hand_in(name)
    one.threads.start()
    one.wait_for(one.free, 3)

    assert one.ran == ["a", "b", "c"]


def test_there_is_room_for_as_many_again_as_run(one: Bench) -> None:
    """A thread that gets free finds its next job claimed; more than that would only be in nobody's hands."""
    assert one.threads.room() == 2
    one.hand_in("a", hold=True)
    assert one.threads.room() == 1
    one.hand_in("b")
    assert one.threads.room() == 0

    one.threads.start()
    one.go_on.set()
    one.wait_for(one.free, 2)
    assert one.threads.room() == 2


def test_jobs_run_beside_each_other() -> None:
    """One slow platform must not hold up the others."""
    bench = Bench(2)
    bench.threads.start()
    bench.hand_in("slow", hold=True)
    bench.wait_for(bench.begun)
    bench.hand_in("quick")
    bench.wait_for(bench.free)

    assert bench.ran == ["quick"]
    bench.go_on.set()
    assert bench.threads.stop(10)


def test_stopping_ends_what_runs_and_puts_back_what_waits(one: Bench) -> None:
    """A call that has begun gets its answer; what was not begun is begun by the next start."""
    one.threads.start()
    one.hand_in("runs", hold=True)
    one.wait_for(one.begun)
    one.hand_in("waits")
    stopped: list[bool] = []
    stopping = threading.Thread(target=lambda: stopped.append(one.threads.stop(10)))
    stopping.start()
    while one.threads.room() > 0 or not one.threads._stopping:
        assert stopping.is_alive()
    one.go_on.set()
    stopping.join(10)

    assert stopped == [True]
    assert (one.ran, one.put_back) == (["runs"], ["waits"])


def test_stopping_says_when_a_job_did_not_end_in_time(one: Bench) -> None:
    """The caller must know that something was left in the air."""
    one.threads.start()
    one.hand_in("runs", hold=True)
    one.wait_for(one.begun)

    assert one.threads.stop(0.01) is False


def test_there_is_no_room_once_stopping(one: Bench) -> None:
    """Nothing more is claimed for us."""
    one.threads.start()
    assert one.threads.stop(10) is True

    assert one.threads.room() == 0


def test_what_is_handed_in_once_stopping_is_put_back(one: Bench) -> None:
    """It was claimed a moment before; left lying it would look as if somebody were sending it."""
    one.threads.start()
    one.threads.stop(10)
    one.hand_in("late")

    assert (one.ran, one.put_back) == ([], ["late"])
    assert one.threads.stop(0) is True


@pytest.mark.parametrize("fault", ["in the job", "in the callback"])
def test_a_fault_does_not_cost_a_thread(fault: str) -> None:
    """Sixty-four faults must not leave a daemon that beats and sends nothing."""
    freed = threading.Semaphore(0)
    ran: list[str] = []

    def on_free() -> None:
        freed.release()
        if fault == "in the callback":
            raise ZeroDivisionError

    threads = Threads(1, on_free=on_free)
    threads.start()
    threads.hand_in(_broken if fault == "in the job" else _nothing, _nothing)
    threads.hand_in(lambda: ran.append("next"), _nothing)

    assert freed.acquire(timeout=10)
    assert freed.acquire(timeout=10)
    assert ran == ["next"]
    assert threads.stop(10)


def _broken() -> None:
    raise ZeroDivisionError


def _nothing() -> None:
    return None


# --- lanes: threads for each server


def test_one_server_s_jobs_leave_the_others_threads_free() -> None:
    """However many of them hang."""
    freed: list[str] = []
    go_on, ran = threading.Event(), threading.Event()
    lanes = Lanes(1, on_free=freed.append)
    lanes.start()
    for _ in range(2):
        lanes.hand_in("slow.example", lambda: _wait(go_on), _nothing)
    lanes.hand_in("good.example", ran.set, _nothing)

    assert ran.wait(10)
    assert (lanes.room("slow.example"), lanes.idle()) == (0, False)
    go_on.set()
    assert lanes.stop(10)
    assert lanes.idle()
    assert set(freed) == {"slow.example", "good.example"}


def test_lanes_stop_within_one_time_for_all() -> None:
    """Ten servers that hang must not make ten times the wait that a service manager gives."""
    go_on = threading.Event()
    lanes = Lanes(1, on_free=lambda _server: None)
    lanes.start()
    begun = [threading.Event() for _ in range(5)]
    for number, one in enumerate(begun):
        lanes.hand_in(f"s{number}.example", lambda one=one: _wait(go_on, one), _nothing)  # type: ignore[misc]
    assert all(one.wait(10) for one in begun)
    before = monotonic()

    assert lanes.stop(0.5) is False

    assert monotonic() - before < 2
    go_on.set()


def test_what_is_handed_in_for_a_new_server_once_stopping_is_put_back() -> None:
    """It was claimed a moment before, and no thread of its own will ever be made."""
    lanes = Lanes(1, on_free=lambda _server: None)
    lanes.start()
    lanes.stop(1)
    put_back: list[str] = []
    lanes.hand_in("late.example", _nothing, lambda: put_back.append("late"))

    assert put_back == ["late"]


def test_threads_are_made_as_they_are_needed() -> None:
    """A house with ten servers would otherwise keep 640 of them for nothing."""
    lanes = Lanes(64, on_free=lambda _server: None)
    before = threading.active_count()
    lanes.start()
    done = threading.Event()
    lanes.hand_in("good.example", done.set, _nothing)
    assert done.wait(10)

    assert threading.active_count() - before <= 1
    lanes.stop(10)


def _wait(go_on: threading.Event, begun: threading.Event | None = None) -> None:
    if begun:
        begun.set()
    assert go_on.wait(10)

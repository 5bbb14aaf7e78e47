"""One kind of fault at a time, at most of the calls: rows of the fault matrix that the rig can act."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.model import State
from tests.faults import process
from tests.faults.rig import PLATFORMS, Rig
from tests.faults.script import Fault, Script

if TYPE_CHECKING:
    from pathlib import Path

POSTS = 32
NO_KEYS = ("rig-by-text", "rig-no-lookup")
STORMS = {
    "row_09_partition_after_accept": (PLATFORMS, (Fault.CLOSE, Fault.RESET, Fault.HANG)),
    "row_10_too_many_calls": (PLATFORMS, (Fault.TOO_MANY, Fault.TOO_MANY_AFTER)),
    "row_11_server_errors": (PLATFORMS, (Fault.BROKEN, Fault.AWAY, Fault.GATEWAY)),
    "row_14_slow": (PLATFORMS, (Fault.SLOW, Fault.HANG)),
    "row_22_a_yes_without_an_id": (PLATFORMS, (Fault.GARBAGE, Fault.TRUNCATED, Fault.NO_ID)),
    "row_23_the_platform_says_duplicate": (NO_KEYS, (Fault.DUPLICATE,)),
}


@pytest.mark.parametrize("name", STORMS)
def test_in_a_storm_of_one_kind_nothing_is_doubled_lost_or_called_published(name: str, tmp_path: Path) -> None:
    """Six calls of ten go wrong alike, as they do when a platform has its bad day: the campaign day."""
    platforms, kinds = STORMS[name]
    script = Script(seed=30, rate=0.6, kinds=tuple(kinds))
    with rig_of(tmp_path, platforms=platforms, script=script) as rig:
        rig.add(range(POSTS))
        rig.start()
        rig.run_until_settled(patience_s=100)
        verdict = rig.verdict()
        assert verdict.violations == []
        assert verdict.states[State.PUBLISHED] >= POSTS // 4
        assert sum(rig.tell("faults").values()) >= POSTS // 4
        assert rig.stop() == 0


def test_of_several_daemons_one_sends_and_the_others_refuse(tmp_path: Path) -> None:
    """A second start by habit, by cron and by a colleague must cost nothing."""
    with rig_of(tmp_path) as rig:
        rig.add(range(POSTS))
        several = [rig.start() for _ in range(4)]
        rig.run_until_settled()
        alive = [one for one in several if one.is_alive()]
        assert len(alive) == 1
        assert [one.exitcode for one in several if one is not alive[0]] == [1, 1, 1]
        assert (rig.verdict().violations, rig.states()) == ([], {State.PUBLISHED: POSTS})
        rig.process = alive[0]


def test_a_process_that_was_stopped_for_a_while_goes_on_and_nobody_sends_meanwhile(tmp_path: Path) -> None:
    """A suspended machine wakes in the middle of a call, and believes that no time has passed."""
    with rig_of(tmp_path, script=Script(seed=1, rate=0.5, kinds=(Fault.SLOW,))) as rig:
        rig.add(range(POSTS))
        asleep = rig.start()
        assert asleep.pid
        rig.until(lambda: bool(rig.taken()))
        os.kill(asleep.pid, signal.SIGSTOP)
        second = rig.start()
        second.join(20)
        assert second.exitcode == 1
        out = len(rig.taken())
        rig.clock.leap(timedelta(minutes=3))
        assert len(rig.taken()) == out
        os.kill(asleep.pid, signal.SIGCONT)
        rig.process = asleep
        rig.run_until_settled()
        assert rig.verdict().violations == []


def test_without_files_left_to_open_nothing_is_doubled_or_lost(tmp_path: Path) -> None:
    """Row 30: a leak somewhere ends in "too many open files", everywhere and at any moment."""
    with rig_of(tmp_path) as rig:
        rig.add(range(POSTS))
        cramped = process.start(process.cramped, rig.folder, 24)
        cramped.join(4)
        cramped.kill()
        cramped.join()
        rig.start()
        rig.run_until_settled()
        assert rig.verdict().violations == []
        assert rig.verdict().states[State.PUBLISHED] >= POSTS // 2


def rig_of(folder: Path, *, platforms: tuple[str, ...] = PLATFORMS, script: Script | None = None) -> Rig:
    url = f"sqlite:///{folder / 'july30.db'}"
    return Rig(folder=folder, database_url=url, platforms=platforms, script=script or Script())

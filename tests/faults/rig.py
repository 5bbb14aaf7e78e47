"""One campaign under attack: its folder, its judge, its clock, and the daemon that is killed and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import requests
from PIL import Image
from sqlalchemy import and_, func, or_, select

from posts.intake.write import write_plan
from scheduler.bootstrap import create, desk_over
from scheduler.config import load
from scheduler.model import State
from scheduler.plan import local_text
from scheduler.services.importing import import_sheet
from scheduler.store.database import open_database
from scheduler.store.schema import delivery
from tests.faults import process
from tests.faults.announcing import announced
from tests.faults.checker import ON_THE_WAY, Taken, Verdict, check, read_judged, read_outbox
from tests.faults.clock import SharedClock
from tests.faults.crash import Order, Point
from tests.faults.faces import TOKEN
from tests.faults.own_servers import OWN_SERVERS, secret_of
from tests.faults.script import Fault, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from sqlalchemy import ColumnElement

    from scheduler.services.desk import Desk
    from scheduler.store.database import Database

ZONES = {"GE": "Asia/Tbilisi", "TJ": "Asia/Dushanbe"}
PLATFORMS = ("outbox", "mastodon", "rig-by-text", "rig-no-lookup")
STRIKES = {Point.K4: Fault.KILL_PARTIAL, Point.K5: Fault.KILL_ACCEPTED}
SPEED = 1.0
MORNING = time(6, tzinfo=UTC)
PATIENCE_S = 30.0
LEAP = timedelta(seconds=60)
SOON = timedelta(seconds=10)


@dataclass(kw_only=True)
class Rig:
    """Build it, add posts, let daemons run and die, and ask for the verdict; use it as a context manager."""

    folder: Path
    database_url: str
    platforms: tuple[str, ...] = PLATFORMS
    accounts_each: int = 2
    concurrency: int = 4
    speed: float = SPEED
    pictures_every: int = 2
    script: Script = field(default_factory=Script)
    kills: int = 0
    posts: int = 0

    def __enter__(self) -> Rig:
        self._open = ExitStack()
        self._open.enter_context(announced())
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # no event may lie before those that `create` wrote
        self.clock = SharedClock.make(self.folder / "clock", datetime.combine(tomorrow, MORNING), self.speed)
        self.judge = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.judge", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.judge.stdout
        self.judge_url = f"http://127.0.0.1:{int(self.judge.stdout.readline())}"
        self._write_config(f"{tomorrow:%Y-%m-%d}")
        create(self.folder / "config.toml")
        self.tell("script", self.script.text())
        self.database: Database = open_database(self.database_url)
        self.process: ForkServerProcess | None = None
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.database.close()
        self.judge.communicate(timeout=20)
        self._open.close()

    @property
    def accounts(self) -> dict[str, str]:
        """Every account's platform."""
        return {f"{platform}-{number}": platform for platform in self.platforms for number in range(self.accounts_each)}

    def of(self, platform: str) -> frozenset[str]:
        """The platform's accounts."""
        return frozenset(one for one, its in self.accounts.items() if its == platform)

    def tell(self, what: str, order: str = "") -> dict[str, int]:
        """The judge has been told; what it did so far, by kind."""
        answer = requests.post(f"{self.judge_url}/judge/{what}", data=order.encode(), timeout=10)
        return dict(answer.json())

    def add(self, marks: Iterable[int], due: Callable[[int], datetime] | None = None) -> None:
        """One approved post for each mark, the accounts in turn, every second one with a picture.

        `due` says when each falls due; without it they do at once.
        """
        soon = self.clock() + SOON
        those = list(marks)
        done = self.bring_in(self.sheet(those, due or (lambda _: soon)))
        assert done["added"] == len(those), done
        self.posts += len(those)
        if due is None:
            self.clock.leap(SOON)

    def sheet(self, marks: Iterable[int], due: Callable[[int], datetime]) -> Path:
        """A sheet with one row for each mark."""
        path = self.folder / f"plan-{self.posts}.csv"
        write_plan(path, [self._row(mark, due(mark)) for mark in marks])
        return path

    def bring_in(self, sheet: Path) -> Mapping[str, int]:
        """The sheet is imported; what became of its rows, in numbers."""
        return import_sheet(self.desk(), sheet, commit=True).counts

    def start(self, order: Order | None = None) -> ForkServerProcess:
        """A daemon runs; with an order it will die."""
        self.process = process.start(process.daemon, self.folder, order)
        return self.process

    def strike_at_the_platform(self, accounts: Collection[str], how: Fault) -> None:
        """The next posting call of one of the accounts is the daemon's last."""
        self.tell("kill", json.dumps({"accounts": sorted(accounts), "how": how}))

    def wait_for_death(self) -> bool:
        """Whether the daemon has died of a kill, leaping over what it waits for."""
        assert self.process
        for _ in range(int(PATIENCE_S * 2)):
            self.process.join(0.5)
            if self.process.exitcode is not None:
                self.kills += 1
                return self.process.exitcode == -signal.SIGKILL
            self.clock.leap(LEAP / 4)
        return False

    def kill(self) -> None:
        """No daemon is alive."""
        if self.process and self.process.is_alive():
            self.process.kill()
            self.process.join()
            self.kills += 1

    def stop(self) -> int | None:
        """The daemon was asked to end, and has; its exit code."""
        assert self.process
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGTERM)
        self.process.join(PATIENCE_S)
        return self.process.exitcode

    def desk(self) -> Desk:
        """A person's desk, on the rig's clock."""
        settings = load(self.folder / "config.toml")
        return process.arranged(desk_over(settings, self.database, "operator:rig"), self.folder)

    def untried(self) -> int:
        """How many deliveries wait for their first call."""
        return self._count(delivery.c.state == State.WAITING, delivery.c.fence == 0)

    def in_hand(self) -> int:
        """How many are due or being sent."""
        due = and_(delivery.c.state == State.WAITING, delivery.c.next_at <= self.clock())
        return self._count(or_(delivery.c.state == State.SENDING, due))

    def _count(self, *which: ColumnElement[bool]) -> int:
        with self.database.read() as tx:
            return int(tx.scalar(select(func.count()).select_from(delivery).where(*which)) or 0)

    def states(self) -> dict[str, int]:
        with self.database.read() as tx:
            rows = tx.execute(select(delivery.c.state, func.count()).group_by(delivery.c.state)).all()
        return {str(state): int(many) for state, many in rows}

    def until(self, true: Callable[[], bool]) -> None:
        """It has become true."""
        pause = threading.Event()
        for _ in range(int(PATIENCE_S * 50)):
            if true():
                return
            pause.wait(0.02)
        raise AssertionError("it did not become true")

    def run_until_settled(self, patience_s: float = 60) -> None:
        """Nothing is on its way any more: all that is left waits for a person. What is far away is leapt to.

        Patience ends when nothing has changed for so long, or after ten times that: late posts of one account go half
        an hour apart, and each costs a leap.
        """
        before, still = self.states(), 0
        for _ in range(int(patience_s * 100)):
            threading.Event().wait(0.1)
            now = self.states()
            if not ON_THE_WAY & set(now):
                return
            still = still + 1 if now == before else 0
            if still > patience_s * 10:
                break
            if still and still % 5 == 0:
                self.clock.leap(max(LEAP, self._until_next()))
            before = now
        raise AssertionError(f"not settled, and no patience left: {before}")

    def _until_next(self) -> timedelta:
        """How long until something is to happen by itself."""
        with self.database.read() as tx:
            waiting = delivery.c.state.in_([State.WAITING, State.UNCLEAR])
            at = tx.scalar(select(func.min(delivery.c.next_at)).where(waiting))
        return at - self.clock() if at else timedelta()

    def taken(self) -> list[Taken]:
        """What the platforms took, the outbox included."""
        return read_judged(self.folder / "judged.jsonl") + read_outbox(self.folder / "outbox")

    def verdict(self, *, settled: bool = True) -> Verdict:
        return check(self.database, self.taken(), expected=self.posts, settled=settled)

    def _row(self, mark: int, due: datetime) -> dict[str, str]:
        account = sorted(self.accounts)[mark % len(self.accounts)]
        code = _mission_of(account)
        date, _, clock = local_text(due, ZONES[code]).partition("T")
        pictured = (mark // len(self.accounts)) % self.pictures_every == 0
        return {
            "id": f"row-{mark}",
            "mission": code,
            "account": account,
            "date": date,
            "time": clock,
            "kind": "evergreen",
            "text": f"n{mark}n Инсон фурӯшӣ нест · ადამიანი არ იყიდება",
            "media": "plain.png" if pictured else "",
            "alt_text": f"n{mark}n a plain picture" if pictured else "",
            "status": "approved",
        }

    def _write_config(self, day: str) -> None:
        Image.new("RGB", (8, 10), (10, 40, 90)).save(self.folder / "plain.png")
        parts = [
            f'[campaign]\nname = "Rig"\nday = {day}\n[database]\nurl = "{self.database_url}"\n',
            f"[engine]\nconcurrency = {self.concurrency}\n[review]\nlevels = 0\n",
            '[measure]\ncadence = ["1h"]\n',
        ]
        for code, zone in ZONES.items():
            parts.append(f'[[mission]]\ncode = "{code}"\nname = "{code}"\ntime_zone = "{zone}"\nlanguages = ["en"]\n')
        for account, platform in self.accounts.items():
            parts.append(
                f'[[account]]\nid = "{account}"\nmission = "{_mission_of(account)}"\nplatform = "{platform}"\n'
            )
            if platform != "outbox":
                own = platform in OWN_SERVERS
                secret = self.folder / f"{account}.secret"
                secret.write_text(secret_of(account, platform) if own else TOKEN + account)
                secret.chmod(0o600)
                address = f"{self.judge_url}/{platform}/{account}" if own else self.judge_url
                parts.append(f'base_url = "{address}"\nsecret = "file:{secret.name}"\n')
        (self.folder / "config.toml").write_text("\n".join(parts), encoding="utf-8")


def _mission_of(account: str) -> str:
    return list(ZONES)[int(account.rpartition("-")[2]) % len(ZONES)]

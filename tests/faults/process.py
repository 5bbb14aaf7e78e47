"""The processes that die: each is forked from a server that has everything imported, so that a start is quick."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.bootstrap import Shelf, desk_over
from scheduler.clocks import Clocks
from scheduler.config import load
from scheduler.store.database import open_database
from tests.faults.clock import SharedClock
from tests.faults.crash import DyingDatabase, Order, mined

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from adapters.contract import Adapter
    from scheduler.config import Settings
    from scheduler.services.desk import Desk

READ_TIMEOUT_S = 1.0
_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(["tests.faults.process", "scheduler.daemon", "adapters.mastodon", "psycopg"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Impatient:
    """The adapters of a configuration, with platforms given one second to answer."""

    settings: Settings
    shelf: Callable[[str], Adapter]

    def __call__(self, account: str) -> Adapter:
        adapter = self.shelf(account)
        http = getattr(adapter, "_http", None)
        if http is not None:
            http._timeouts = (READ_TIMEOUT_S, READ_TIMEOUT_S)
        return adapter


def start(act: Callable[..., None], folder: Path, *given: object) -> ForkServerProcess:
    """`act(folder, *given)` runs in a process of its own, which writes to FOLDER/daemon.log."""
    process = _nursery.Process(target=_run, args=(act, folder, given), daemon=True)
    process.start()
    return process


def _run(act: Callable[..., None], folder: Path, given: tuple[object, ...]) -> None:
    log = os.open(folder / "daemon.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    act(folder, *given)


def daemon(folder: Path, order: Order | None) -> None:
    """The daemon of FOLDER/config.toml ran on the rig's clock until it was stopped or died at the ordered point."""
    from scheduler.daemon import one_sender
    from scheduler.notify.logs import to_stderr

    to_stderr()
    (folder / "victim").write_text(str(os.getpid()))
    with one_sender(folder / "config.toml", arrange=lambda desk: arranged(desk, folder, order)) as sender:
        sys.exit(0 if sender.run() else 1)


def cramped(folder: Path, files: int) -> None:
    """The daemon ran with no more than so many open files."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    daemon(folder, None)


def upgrade_and_die(_: Path, url: str, committed: bool) -> None:
    """The tables were brought up to date, and the process died before or after the commit."""
    from scheduler.store import migrate

    migrate.upgrade(DyingDatabase(open_database(url), committed=committed))


def import_and_die(folder: Path, sheet: Path, committed: bool) -> None:
    """The sheet was imported, and the process died before or after the commit."""
    from scheduler.services.importing import import_sheet

    desk = desk_of(folder)
    import_sheet(replace(desk, database=DyingDatabase(desk.database, committed=committed)), sheet, commit=True)


def back_up(folder: Path, target: Path) -> None:
    """The copy is made."""
    from scheduler.services.keeping import backup

    desk = desk_of(folder)
    backup(desk, target)
    desk.database.close()


def put_back(folder: Path, source: Path) -> None:
    """The copy is put back."""
    from scheduler.restoring import restore

    restore(folder / "config.toml", source)


def desk_of(folder: Path) -> Desk:
    """A desk of its own over FOLDER/config.toml, on the rig's clock."""
    settings = load(folder / "config.toml")
    return arranged(desk_over(settings, open_database(settings.database_url), "operator:rig"), folder)


def arranged(desk: Desk, folder: Path, order: Order | None = None) -> Desk:
    """The desk on the rig's clock, impatient, and mined where that was ordered."""
    clock = SharedClock.open(folder / "clock")
    clocks = Clocks(clock, clock.monotonic)
    shelf = Shelf(desk.settings, clocks.heard)
    desk = replace(desk, now=clock, clocks=clocks, adapter_of=Impatient(settings=desk.settings, shelf=shelf))
    return mined(desk, order) if order else desk

"""The processes that die: each is forked from a server that has everything imported, so that a start is quick."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.bootstrap import Shelf
from scheduler.clocks import Clocks
from tests.faults.clock import SharedClock
from tests.faults.crash import Order, mined

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


def arranged(desk: Desk, folder: Path, order: Order | None = None) -> Desk:
    """The desk on the rig's clock, impatient, and mined where that was ordered."""
    clock = SharedClock.open(folder / "clock")
    clocks = Clocks(clock, clock.monotonic)
    shelf = Shelf(desk.settings, clocks.heard)
    desk = replace(desk, now=clock, clocks=clocks, adapter_of=Impatient(settings=desk.settings, shelf=shelf))
    return mined(desk, order) if order else desk

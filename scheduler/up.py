"""Daemon and console in one process: the embedded default."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.bootstrap import whoever
from scheduler.daemon import one_sender
from scheduler.web.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from scheduler.services.desk import Desk


def run(
    path: Path,
    *,
    say: Callable[[str], None],
    any_port: bool = False,
    beside: Callable[[Desk], AbstractContextManager[None]] = lambda _desk: nullcontext(),
) -> bool:
    """Both have run until a signal; whether every call in hand ended in time.

    `say` is given the console's address once it answers; `beside` runs as long as they do. Raises WrongUse as the
    daemon does, and where the console's address is not to be had: then nothing was sent.
    """
    with one_sender(path) as daemon:
        desk = replace(daemon.desk, actor=whoever())
        with serving(desk, any_port=any_port) as address, beside(desk):
            say(address)
            return daemon.run()

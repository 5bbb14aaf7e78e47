"""`july30 up --demo` as a process, as `make run` starts it."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.journeys.house import PROGRAM, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STARTS_WITHIN_S = 90  # cards are drawn first, on whatever machine this is
ENDS_WITHIN_S = 35


@dataclass(kw_only=True)
class Demo:
    """A demo that runs; `told` is what it has said so far."""

    process: subprocess.Popen[str]
    told: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The console's, without the last slash; empty until it is printed."""
        found = re.search(r"http://localhost:\d+", "".join(self.told))
        return found[0] if found else ""


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """The demo runs over this folder and has printed its address; at the end it is told to stop, and does."""
    command = [PROGRAM, "up", "--demo", "--folder", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    running = Demo(process=process)
    listener = threading.Thread(target=_listen, args=(running,), daemon=True)
    listener.start()
    try:
        until(lambda: bool(running.address) or process.poll() is not None, within_s=STARTS_WITHIN_S, what="an address")
        assert process.poll() is None, "".join(running.told)
        yield running
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDS_WITHIN_S) == 0, "".join(running.told)
    finally:
        process.kill()
        process.wait()
        listener.join()
        process.__exit__(None, None, None)  # closes its pipe


def _listen(running: Demo) -> None:
    assert running.process.stderr is not None
    for line in running.process.stderr:
        running.told.append(line)

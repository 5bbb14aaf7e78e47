"""What the daemon costs while nothing is due, against an interpreter that only sleeps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench.house import build, sheet
from scheduler.bootstrap import open_desk, utc_now
from scheduler.services.importing import import_sheet

WATCH_S = 20
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = build(folder, utc_now())
        with open_desk(config) as desk:
            import_sheet(desk, sheet(folder, 1000, utc_now() + timedelta(days=20)), commit=True)
        program = str(Path(sys.executable).parent / "july30")
        ours = subprocess.Popen([program, "--config", str(config), "daemon"], stderr=subprocess.DEVNULL)
        bare = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        try:
            time.sleep(3)
            before = _cpu_s(ours.pid)
            time.sleep(WATCH_S)
            share = (_cpu_s(ours.pid) - before) / WATCH_S
            memory, baseline = _memory_mb(ours.pid), _memory_mb(bare.pid)
        finally:
            for one in (ours, bare):
                one.send_signal(signal.SIGTERM)
                one.wait()
    yield (
        f"idle with 1,000 posts waiting: {share:.2%} of a core (target <= 0.5 %), {memory:.0f} MB,"
        f" {memory / baseline:.1f} x a sleeping interpreter"
    )


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _memory_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

"""How long a person waits for `july30 --help`, against a bare interpreter that imports nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

RUNS = 15
TARGET_S = 0.4


def measure() -> Iterator[str]:
    program = str(Path(sys.executable).parent / "july30")
    ours, bare = [], []
    for _ in range(RUNS):
        ours.append(_seconds([program, "--help"]))
        bare.append(_seconds([sys.executable, "-c", "pass"]))
    median, baseline = statistics.median(ours), statistics.median(bare)
    yield f"start: july30 --help {median:.3f} s (target < {TARGET_S} s), {median / baseline:.1f} x a bare interpreter"


def _seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin

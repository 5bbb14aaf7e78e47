"""1,000 posts due in one instant on SQLite, against a bare pool of `requests` threads doing the same calls."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import requests

from bench.house import build, sheet
from scheduler.bootstrap import open_desk, utc_now
from scheduler.daemon import Daemon
from scheduler.notify.logs import to_stderr
from scheduler.services.desk import Desk
from scheduler.services.importing import import_sheet
from scheduler.services.reporting import Filter, log, status

POSTS = 1000
CONCURRENCY = 64
TARGET = 0.90


def measure() -> Iterator[str]:
    with _server() as address:
        bare = _bare(address)
        ours, first_late_ms = _ours(address)
    yield (
        f"burst: {POSTS} posts of 100 ms, {CONCURRENCY} in flight: {ours:.0f}/s, {ours / bare:.2f} of a bare pool of"
        f" requests threads ({bare:.0f}/s; target {TARGET}); first post {first_late_ms:.0f} ms after its instant"
    )


@contextmanager
def _server() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "bench.slow_server"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def _bare(address: str) -> float:
    local = threading.local()

    def call(number: int) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        local.session.post(f"{address}/api/v1/statuses", json={"status": f"post {number}"}, timeout=20)

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(call, range(CONCURRENCY)))  # connections are open before the clock starts
        begin = time.perf_counter()
        list(pool.map(call, range(POSTS)))
        return POSTS / (time.perf_counter() - begin)


def _ours(address: str) -> tuple[float, float]:
    os.environ["BENCH_TOKEN"] = "bench"
    to_stderr()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = build(folder, utc_now(), platform="mastodon", base_url=address, concurrency=CONCURRENCY)
        due = (utc_now() + timedelta(seconds=6)).replace(microsecond=0)
        plan = sheet(folder, POSTS, due)
        with open_desk(config) as desk:
            import_sheet(desk, plan, commit=True)
            daemon = Daemon(desk)
            watch = threading.Thread(target=_stop_when_done, args=(desk, daemon))
            watch.start()
            daemon.run()
            watch.join()
            ends = sorted(cast("datetime", row["published_at"]) for row in log(desk, Filter()))
    lasted = (ends[-1] - due).total_seconds()
    return POSTS / lasted, (ends[0] - due).total_seconds() * 1000 - 100


def _stop_when_done(desk: Desk, daemon: Daemon) -> None:
    pause = threading.Event()
    for _ in range(240):
        pause.wait(0.5)
        if status(desk)["published"] == POSTS:
            break
    daemon.stop()

"""A house of its own for each measurement: configuration, database and rows in a temporary folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from posts.intake.write import write_plan
from scheduler.bootstrap import create
from scheduler.plan import local_text

MISSIONS = {
    "BY": "Europe/Minsk",
    "UA": "Europe/Kyiv",
    "GE": "Asia/Tbilisi",
    "UZ": "Asia/Tashkent",
    "TJ": "Asia/Dushanbe",
}


def build(folder: Path, now: datetime, *, platform: str = "outbox", base_url: str = "", concurrency: int = 64) -> Path:
    """A configuration with five missions of one account each, and its empty database."""
    parts = [
        f'[campaign]\nname = "bench"\nday = {str(now)[:10]}\n',
        f'[database]\nurl = "sqlite:///{folder}/july30.db"\n[engine]\nconcurrency = {concurrency}\n',
        '[review]\nlevels = 0\n[measure]\ncadence = ["1d"]\n',
    ]
    for code, zone in MISSIONS.items():
        parts.append(f'[[mission]]\ncode = "{code}"\nname = "{code}"\ntime_zone = "{zone}"\nlanguages = ["en"]\n')
        parts.append(f'[[account]]\nid = "{code.lower()}"\nmission = "{code}"\nplatform = "{platform}"\n')
        if base_url:
            parts.append(f'base_url = "{base_url}"\nsecret = "env:BENCH_TOKEN"\n')
    path = folder / "config.toml"
    path.write_text("\n".join(parts), encoding="utf-8")
    create(path)
    return path


def sheet(folder: Path, rows: int, due: datetime) -> Path:
    """A plan of that many posts without pictures, all due at one instant, spread over the missions."""
    path = folder / "plan.xlsx"
    write_plan(path, (_row(number, due) for number in range(rows)))
    return path


def _row(number: int, due: datetime) -> dict[str, str]:
    code = list(MISSIONS)[number % len(MISSIONS)]
    date, _, time = local_text(due, MISSIONS[code]).partition("T")
    return {
        "id": f"row-{number}",
        "mission": code,
        "date": date,
        "time": time,
        "kind": "evergreen",
        "text": f"Sample post number {number} of the burst",
        "status": "approved",
    }

"""A small sample plan published to the outbox, in a folder of its own: it can touch no real account."""

from __future__ import annotations

import sys
import threading
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from posts.cards.render import render
from posts.cards.sizes import PORTRAIT
from posts.intake.write import write_plan
from posts.model import Quote
from scheduler.bootstrap import create, open_desk, utc_now
from scheduler.daemon import Daemon
from scheduler.notify.logs import to_stderr
from scheduler.plan import local_text
from scheduler.services.importing import import_sheet
from scheduler.services.reporting import Filter, queue, status
from scheduler.store.lock import take

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scheduler.services.desk import Desk

FIRST_AFTER = timedelta(seconds=4)
APART = timedelta(seconds=1)
GIVE_UP_AFTER_S = 60.0
LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One invented post of one mission, and the words on its card."""

    mission: str
    name: str
    time_zone: str
    language: str
    text: str
    words: str


def samples() -> list[Sample]:
    """The invented posts, one per mission, each marked as a sample in its own language."""
    told = tomllib.loads((resources.files("scheduler") / "data" / "sample-plan.toml").read_text(encoding="utf-8"))
    return [Sample(**one) for one in told["post"]]


def prepare(folder: Path, now: datetime) -> bool:
    """The folder holds a configuration, pictures and a plan whose posts fall due within seconds; False if it did."""
    config = folder / "config.toml"
    if config.exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    those = samples()
    rows = [_row(one, now + FIRST_AFTER + APART * number, folder) for number, one in enumerate(those)]
    write_plan(folder / "plan.xlsx", rows)
    config.write_text(_config(those, now), encoding="utf-8")
    return True


def publish(folder: Path) -> list[dict[str, object]]:
    """The sample plan is imported once and what waited of it is in the outbox; its deliveries."""
    fresh = prepare(folder, utc_now())
    create(folder / "config.toml")
    with open_desk(folder / "config.toml") as desk:
        if fresh:
            import_sheet(desk, folder / "plan.xlsx", commit=True)
        let_go = take(desk.database)
        try:
            _send(desk)
        finally:
            let_go()
        return queue(desk, Filter())


def _send(desk: Desk) -> None:
    daemon = Daemon(desk)
    watch = threading.Thread(target=_stop_when_sent, args=(desk, daemon), daemon=True)
    watch.start()
    daemon.run()
    watch.join()


def _stop_when_sent(desk: Desk, daemon: Daemon) -> None:
    pause = threading.Event()
    try:
        for _ in range(int(GIVE_UP_AFTER_S / LOOK_EVERY_S)):
            told = status(desk)
            if not told["waiting"] and not told["sending"]:
                return
            pause.wait(LOOK_EVERY_S)
    finally:
        daemon.stop()


def _row(one: Sample, at: datetime, folder: Path) -> dict[str, str]:
    picture = folder / f"sample-{one.mission.lower()}.jpg"
    said = Quote(words=one.words, speaker=one.name, language=one.language)
    card = render(said, size=PORTRAIT, hashtag="#EndHumanTrafficking")
    picture.write_bytes(card.jpeg)
    date, _, time = local_text(at, one.time_zone).partition("T")
    return {
        "id": f"sample-{one.mission.lower()}",
        "mission": one.mission,
        "date": date,
        "time": time,
        "language": one.language,
        "text": one.text,
        "media": picture.name,
        "alt_text": card.alt_text,
        "status": "approved",
    }


def _config(those: Sequence[Sample], now: datetime) -> str:
    parts = [
        "# Made for the sample plan: its accounts are outboxes, it can touch no real one.",
        f'[campaign]\nname = "Sample campaign"\nday = {now.date().isoformat()}\nhashtags = ["#EndHumanTrafficking"]\n',
        '[database]\nurl = "sqlite:///july30.db"\n',
        "[review]\nlevels = 0\n",
    ]
    for one in those:
        parts.append(
            f'[[mission]]\ncode = "{one.mission}"\nname = "{one.name}"\ntime_zone = "{one.time_zone}"\n'
            f'languages = ["{one.language}"]\n'
        )
        parts.append(
            f'[[account]]\nid = "{one.mission.lower()}-outbox"\nmission = "{one.mission}"\nplatform = "outbox"\n'
        )
    return "\n".join(parts)


def main() -> int:
    """Publishes the sample plan into the folder named on the command line and says where to look."""
    to_stderr()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo").resolve()
    rows = publish(folder)
    for one in rows:
        sys.stdout.write(f"{one['account']}: {one['state']} {one['local_due']} {one['time_zone']}\n")
    sys.stdout.write(f"\nThe posts are folders in {folder / 'outbox'}; open their index.html in a browser.\n")
    sys.stdout.write(f"The log: .venv/bin/july30 --config {folder / 'config.toml'} log\n")
    return 0 if all(one["state"] == "published" for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

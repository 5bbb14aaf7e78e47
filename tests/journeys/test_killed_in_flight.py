"""The main job: a sheet of five missions, a daemon killed while calls are in flight, and a server that is the judge."""

from __future__ import annotations

import re
import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import text

from posts.intake.write import write_plan
from scheduler.plan import local_text
from scheduler.store.database import open_database
from tests.journeys.house import ZONES, House, KillingProxy, like, published_there, start_mastodon, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = 25
KILLS = 3
WORDS = {
    "BY": "Чалавек не тавар, прыклад",
    "UA": "Людина не товар, зразок",
    "GE": "ადამიანი არ იყიდება, ნიმუში",
    "UZ": "Inson sotilmaydi, oʻylab koʻring, namuna",
    "TJ": "Инсон фурӯшӣ нест, намуна",
}


@pytest.fixture
def mastodon() -> Iterator[int]:
    process, port = start_mastodon()
    yield port
    process.terminate()
    process.wait(20)


@pytest.fixture
def proxy(mastodon: int) -> Iterator[KillingProxy]:
    made = KillingProxy(mastodon)
    yield made
    made.hold.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def house(tmp_path: Path, url: str, proxy: KillingProxy) -> Iterator[House]:
    made = House(folder=tmp_path, database_url=url, platform="mastodon", base_url=proxy.url)
    yield made
    made.stop_all()


def test_nobody_is_published_twice_or_lost_when_the_daemon_is_killed_in_flight(
    house: House, proxy: KillingProxy, mastodon: int
) -> None:
    """People forgive a failed post; they leave over a duplicate, a silent miss and a false "published"."""
    now = datetime.now(UTC)
    house.build(f"{now:%Y-%m-%d}")
    plan = _sheet(house.folder, now + timedelta(seconds=12))
    assert house.run("import", str(plan), "--yes")["added"] == ROWS
    again = house.run("import", str(plan), "--yes")
    assert (again["added"], again["unchanged"]) == (0, ROWS)

    kills = _run_and_kill(house, proxy)
    open_ends = {"waiting", "sending", "unclear"}
    until(lambda: not open_ends & set(house.states()), within_s=120, what="everything has settled by itself")

    there = published_there(mastodon)
    deliveries = house.deliveries()
    assert kills >= 1
    assert [number for number, many in Counter(_mark(one["content"]) for one in there).items() if many > 1] == []
    where = {str(one["id"]): _mark(one["content"]) for one in there}
    for one in deliveries:
        assert one["state"] == "published", one
        assert where.get(one["remote_id"]) == _mark(one["text"])
        assert one["permalink"]
    assert len(deliveries) == len(there) == ROWS
    for one in there:
        pictures = [picture["description"] for picture in one["media_attachments"]]
        number = int(_mark(one["content"]))
        assert pictures == ([f"Plain picture n{number}n"] if number % 2 else [])

    liked = {str(one["id"]) for one in there[:5]}
    for remote_id in liked:
        like(mastodon, remote_id)
    wanted = {one["id"]: int(one["remote_id"] in liked) for one in deliveries if one["state"] == "published"}
    until(lambda: _likes(house) == wanted, within_s=60, what="the likes in SQL are the server's")
    assert house.run("verify")["ok"] is True


def _run_and_kill(house: House, proxy: KillingProxy) -> int:
    kills = 0
    daemon = house.start_daemon()
    struck: list[int] = []
    one_at_a_time = threading.Lock()  # several calls may be held at once, and each of them strikes

    def strike() -> None:
        nonlocal kills
        with one_at_a_time:
            if kills < KILLS and daemon.pid not in struck:
                kills += 1
                struck.append(daemon.pid)
                daemon.send_signal(signal.SIGKILL)

    proxy.on_hold = strike
    for wanted in range(1, KILLS + 1):
        try:
            until(lambda wanted=wanted: kills >= wanted, within_s=25, what="a call to kill in")  # type: ignore[misc]
        except AssertionError:
            break  # everything was out before the next strike
        daemon.wait(20)
        daemon = house.start_daemon()
    return kills


def _sheet(folder: Path, first: datetime) -> Path:
    Image.new("RGB", (1080, 1350), (10, 60, 140)).save(folder / "plain.jpg")
    rows = []
    for number in range(ROWS):
        code = list(ZONES)[number % len(ZONES)]
        date, _, time = local_text(first + timedelta(seconds=number * 0.4), ZONES[code]).partition("T")
        rows.append(
            {
                "id": f"row-{number}",
                "mission": code,
                "date": date,
                "time": time,
                "kind": "evergreen",
                "text": f"{WORDS[code]} n{number}n #EndHumanTrafficking",
                "media": "plain.jpg" if number % 2 else "",
                "alt_text": f"Plain picture n{number}n" if number % 2 else "",
                "status": "approved",
            }
        )
    write_plan(folder / "plan.xlsx", rows)
    return folder / "plan.xlsx"


def _mark(content: str) -> str:
    found = re.search(r"\bn(\d+)n\b", re.sub("<[^>]+>", " ", content))
    assert found, content
    return found.group(1)


def _likes(house: House) -> dict[int, int | None]:
    database = open_database(house.database_url)
    with database.read() as tx:
        rows = tx.execute(
            text(
                "SELECT l.delivery_id, l.likes FROM engagement_latest l JOIN delivery d ON d.id = l.delivery_id"
                " WHERE d.state = 'published'"
            )
        ).all()
    database.close()
    return {row.delivery_id: row.likes for row in rows}

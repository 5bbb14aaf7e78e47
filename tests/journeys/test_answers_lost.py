"""A whole installation before the real Bluesky server, behind a proxy that loses answers the server has given."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from posts.intake.write import write_plan
from scheduler.plan import local_text
from tests.faults.proxy import Break, FaultProxy
from tests.journeys.house import ZONES, House, until
from tests.peers.real_bluesky import RealBluesky, real_bluesky

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUT = "/xrpc/com.atproto.repo.putRecord"
ACCEPTED = (Break.CLOSE, Break.RESET, Break.TRUNCATE, Break.ERROR, Break.GARBAGE)
ROWS = 16
OPEN = {"waiting", "sending", "unclear"}


@pytest.fixture
def real() -> Iterator[RealBluesky]:
    with real_bluesky() as server:
        yield server


@pytest.fixture
def proxy(real: RealBluesky) -> Iterator[FaultProxy]:
    with FaultProxy(real.url) as proxy:
        yield proxy


@pytest.fixture
def house(tmp_path: Path, proxy: FaultProxy) -> Iterator[House]:
    made = House(
        folder=tmp_path,
        database_url=f"sqlite:///{tmp_path}/july30.db",
        platform="bluesky",
        base_url=proxy.url,
    )
    yield made
    made.stop_all()


def test_every_lost_answer_is_found_again_and_nothing_is_out_twice(
    house: House, proxy: FaultProxy, real: RealBluesky
) -> None:
    """A kill while the answer is on its way, five kinds of lost answers, a lost request: each post is out once."""
    secret = {"identifier": "alice.test", "password": real.app_password("alice")}
    house.environment["JOURNEY_TOKEN"] = json.dumps(secret)
    now = datetime.now(UTC)
    house.build(f"{now:%Y-%m-%d}")
    assert house.run("import", str(_sheet(house.folder, now + timedelta(seconds=20))), "--yes")["added"] == ROWS
    proxy.will(Break.HANG, path=PUT)
    for how in (*ACCEPTED, Break.REFUSE):
        proxy.will(how, path=PUT, after=1)  # every other call: five in a row would rest the server

    killed = house.start_daemon()
    until(lambda: any(one.broken is Break.HANG for one in proxy.log), within_s=40, what="the first post was accepted")
    killed.kill()
    killed.wait(20)
    house.start_daemon()
    until(lambda: not OPEN & set(house.states()), within_s=90, what="everything has settled by itself")

    there = real.records(real.did("alice.test"))
    deliveries = house.deliveries()
    assert Counter(one["state"] for one in deliveries) == {"published": ROWS}
    assert {one["remote_id"]: one["text"] for one in deliveries} == {one["uri"]: one["value"]["text"] for one in there}
    assert len(there) == ROWS
    assert [one["value"]["embed"]["images"][0]["alt"] for one in there if "embed" in one["value"]] == ["A card"] * (
        ROWS // 2
    )
    broken = {one.broken: one.status for one in proxy.log if one.path == PUT and one.broken}
    assert broken == {**dict.fromkeys((Break.HANG, *ACCEPTED), 200), Break.REFUSE: None}
    assert house.run("verify")["ok"] is True
    assert secret["password"] not in (house.folder / "daemon.log").read_text(encoding="utf-8")


def test_a_thread_goes_out_whole_and_is_taken_down_whole(house: House, proxy: FaultProxy, real: RealBluesky) -> None:
    """The answer to its last part is lost: the look finds all three, and nobody has to do anything."""
    house.environment["JOURNEY_TOKEN"] = json.dumps(
        {"identifier": "alice.test", "password": real.app_password("alice")}
    )
    proxy.will(Break.RESET, path=PUT, after=2)
    house.build(f"{datetime.now(UTC):%Y-%m-%d}")
    at = f"{datetime.now(UTC) + timedelta(seconds=15):%Y-%m-%dT%H:%M:%SZ}"
    text = "Биринчи\n---\nИккинчи #EndHumanTrafficking\n---\nУчинчи"
    words = ("--mission", "UZ", "--at", at, "--kind", "evergreen", "--link", "https://iom.example/uz")
    post = house.run("queue", "add", "--text", text, *words)["posts"][0]
    house.run("queue", "submit", str(post))
    house.start_daemon()
    until(lambda: house.states() == {"published": 1}, within_s=60, what="the thread is out")

    (delivery,) = house.deliveries()
    there = {one["uri"]: one["value"] for one in real.records(real.did("alice.test"))}
    assert sorted(one["text"].split()[0] for one in there.values()) == ["Биринчи", "Иккинчи", "Учинчи"]
    assert there[delivery["remote_id"]]["text"] == "Биринчи"
    assert [one["text"] for one in there.values() if "embed" in one] == ["Учинчи\nhttps://iom.example/uz"]
    house.run("queue", "take-down", str(post))
    until(lambda: real.records(real.did("alice.test")) == [], within_s=30, what="all of it is gone")


def _sheet(folder: Path, first: datetime) -> Path:
    Image.new("RGB", (108, 135), (10, 60, 140)).save(folder / "plain.jpg")
    rows = []
    for number in range(ROWS):
        code = list(ZONES)[number % len(ZONES)]
        date, _, time = local_text(first + timedelta(seconds=number * 0.4), ZONES[code]).partition("T")
        picture = {"media": "plain.jpg", "alt_text": "A card"} if number % 2 else {}
        words = {"kind": "evergreen", "text": f"Одам сотилмайди n{number} #EndHumanTrafficking", "status": "approved"}
        rows.append({"id": f"row-{number}", "mission": code, "date": date, "time": time, **words, **picture})
    write_plan(folder / "plan.xlsx", rows)
    return folder / "plan.xlsx"

"""A whole campaign tried out at home: from a sheet to the likes in SQL, and nothing leaves the machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import text

from adapters.outbox_feed import Feed
from posts.intake.write import write_plan
from scheduler.plan import local_text
from scheduler.store.database import open_database
from tests.journeys.house import ZONES, House, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = "ადამიანი არ იყიდება\n\nИнсон фурӯшӣ нест · oʻylab koʻring"


@pytest.fixture
def house(tmp_path: Path, url: str) -> Iterator[House]:
    made = House(folder=tmp_path, database_url=url)
    made.build(f"{datetime.now(UTC):%Y-%m-%d}")
    yield made
    made.stop_all()


def plan(folder: Path, due: datetime) -> Path:
    """One approved post with a picture for each mission, all at one instant."""
    Image.new("RGB", (1080, 1350), (0, 51, 160)).save(folder / "card.jpg")
    rows = []
    for code, zone in ZONES.items():
        date, _, time = local_text(due, zone).partition("T")
        rows.append(
            {
                "id": code,
                "mission": code,
                "date": date,
                "time": time,
                "text": f"{WORDS} {code}",
                "media": "card.jpg",
                "alt_text": "A plain blue card",
                "status": "approved",
            }
        )
    write_plan(folder / "plan.xlsx", rows)
    return folder / "plan.xlsx"


def counts(house: House) -> dict[str, tuple[Any, ...]]:
    """Likes, comments, shares and clicks in SQL, by account."""
    database = open_database(house.database_url)
    with database.read() as tx:
        rows = tx.execute(text("SELECT account_id, likes, comments, shares, clicks FROM delivery_log")).all()
    database.close()
    return {row[0]: tuple(row[1:]) for row in rows}


def test_a_sheet_is_published_to_the_outbox_and_its_reactions_are_counted(house: House) -> None:
    """What a mission sees when it tries the program for the first time."""
    house.run("import", str(plan(house.folder, datetime.now(UTC) + timedelta(seconds=10))), "--yes")
    (house.folder / "card.jpg").unlink()  # the approved one was kept
    house.start_daemon()
    until(lambda: house.states() == {"published": len(ZONES)}, within_s=40, what="all are published")

    for code in ZONES:
        (post,) = Feed(house.folder / "outbox" / code.lower()).posts()
        assert post.described["parts"] == [f"{WORDS} {code}"]
        assert [one["alt_text"] for one in post.described["media"]] == ["A plain blue card"]
    georgia = Feed(house.folder / "outbox" / "ge")
    (post,) = georgia.posts()
    for person in ("nino", "nino", "sherzod"):
        georgia.like(post.remote_id, by=person)
    georgia.comment(post.remote_id, by="olena", text="გმადლობთ")
    expected = {code.lower(): (0, 0, 0, None) for code in ZONES} | {"ge": (2, 1, 0, None)}
    until(lambda: counts(house) == expected, within_s=30, what="the counts in SQL are the feed's")

    metrics = {one["account_id"]: one["metrics"] for one in house.run("log")["rows"]}
    assert metrics["ge"] == {"likes": 2, "comments": 1, "shares": 0}
    taken = house.run("queue", "take-down", "3", "--why", "only a trial")["deliveries"]
    assert [one["removed"] for one in taken] == [True]
    assert house.run("verify")["ok"] is True

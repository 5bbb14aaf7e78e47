"""A channel that only a person may publish on, from the sheet to the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from posts.intake.write import write_plan
from scheduler.plan import local_text
from tests.journeys.house import ZONES, House, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS = "https://social.example/posts/{}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(folder=tmp_path, database_url=f"sqlite:///{tmp_path / 'july30.db'}", platform="manual")
    made.build(f"{datetime.now(UTC):%Y-%m-%d}")
    yield made
    made.stop_all()


def plan(folder: Path, due: datetime) -> Path:
    """One approved post for each mission, all at one instant."""
    rows = []
    for code, zone in ZONES.items():
        date, _, time = local_text(due, zone).partition("T")
        rows.append(
            {
                "id": code,
                "mission": code,
                "date": date,
                "time": time,
                "text": f"Инсон фурӯшӣ нест · {code}",
                "status": "approved",
            }
        )
    write_plan(folder / "plan.csv", rows)
    return folder / "plan.csv"


def test_what_needs_a_hand_waits_for_one_and_is_published_when_a_person_says_where(house: House) -> None:
    """The kit lies ready, the queue says so, and the address that a person pastes is the proof."""
    house.run("import", str(plan(house.folder, datetime.now(UTC) + timedelta(seconds=10))), "--yes")
    house.start_daemon()
    until(lambda: house.states() == {"held": len(ZONES)}, within_s=40, what="all wait for a hand")
    assert house.call("status").returncode == 1

    for one in house.deliveries():
        assert "by hand" in one["reason"]
        kit = house.folder / "manual" / one["account"]
        assert one["text"] in {found.read_text(encoding="utf-8") for found in kit.glob("*/text.txt")}
        house.run("queue", "resolve", str(one["id"]), "--published", ADDRESS.format(one["id"]))

    assert house.states() == {"published": len(ZONES)}
    assert {one["permalink"] for one in house.deliveries()} == {ADDRESS.format(one["id"]) for one in house.deliveries()}
    assert house.call("status").returncode == 0
    assert house.run("verify")["ok"] is True

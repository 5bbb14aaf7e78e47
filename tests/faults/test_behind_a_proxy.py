"""A whole installation before a Mastodon by others, behind a proxy that loses the answers that it has given."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from posts.intake.write import write_plan
from scheduler.plan import local_text
from tests.faults.proxy import Break, FaultProxy
from tests.journeys.house import ZONES, House, published_there, start_mastodon, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATUSES = "/api/v1/statuses"
BREAKS = (Break.CLOSE, Break.RESET, Break.TRUNCATE, Break.ERROR, Break.GARBAGE, Break.REFUSE)
ROWS = 12
OPEN = {"waiting", "sending", "unclear"}


@pytest.fixture
def mastodon() -> Iterator[int]:
    process, port = start_mastodon()
    yield port
    process.terminate()
    process.wait(20)


@pytest.fixture
def proxy(mastodon: int) -> Iterator[FaultProxy]:
    with FaultProxy(f"http://127.0.0.1:{mastodon}") as proxy:
        yield proxy


@pytest.fixture
def house(tmp_path: Path, proxy: FaultProxy) -> Iterator[House]:
    url = f"sqlite:///{tmp_path}/july30.db"
    made = House(folder=tmp_path, database_url=url, platform="mastodon", base_url=proxy.url)
    yield made
    made.stop_all()


def test_every_lost_answer_is_found_again_and_nothing_is_out_twice(
    house: House, proxy: FaultProxy, mastodon: int
) -> None:
    """The judge is a server that others wrote, and the faults come after it has really taken the post."""
    now = datetime.now(UTC)
    house.build(f"{now:%Y-%m-%d}")
    assert house.run("import", str(_sheet(house.folder, now + timedelta(seconds=20))), "--yes")["added"] == ROWS
    for number, how in enumerate(BREAKS):
        proxy.will(how, path=STATUSES, after=min(number, 1))  # every other call: five in a row would rest the server

    house.start_daemon()
    until(lambda: not OPEN & set(house.states()), within_s=90, what="everything has settled by itself")

    assert Counter(one["state"] for one in house.deliveries()) == {"published": ROWS}
    there = {str(one["id"]) for one in published_there(mastodon)}
    assert there == {one["remote_id"] for one in house.deliveries()}
    assert len(there) == ROWS
    broken = {one.broken: one.status for one in proxy.log if one.path == STATUSES and one.broken}
    assert broken == {**dict.fromkeys(BREAKS, 200), Break.REFUSE: None}


def _sheet(folder: Path, first: datetime) -> Path:
    rows = []
    for number in range(ROWS):
        code = list(ZONES)[number % len(ZONES)]
        date, _, time = local_text(first + timedelta(seconds=number * 0.4), ZONES[code]).partition("T")
        words = {"kind": "evergreen", "text": f"Одам сотилмайди n{number}n", "status": "approved"}
        rows.append({"id": f"row-{number}", "mission": code, "date": date, "time": time, **words})
    write_plan(folder / "plan.csv", rows)
    return folder / "plan.csv"

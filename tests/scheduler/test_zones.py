"""A wish is a local time: when the clocks change, its instant moves, and nobody's post comes at a surprising hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from posts.model import Kind
from scheduler import zones
from scheduler.model import State
from scheduler.plan import on_time_until, tzdata_version
from tests.fakes.clock import MORNING

if TYPE_CHECKING:
    from tests.fakes.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def moved(world: World, number: int, by: timedelta) -> None:
    """The delivery was planned with zone data by which its local wish is another instant."""
    row = world.row(number)
    wish = datetime.fromisoformat(row["local_due"]) + by
    world.run(
        "UPDATE delivery SET local_due = :wish WHERE id = :id", wish=wish.isoformat(timespec="seconds"), id=number
    )


def renew(world: World) -> str | None:
    with world.database.write() as tx:
        return zones.renew(tx, world.clock(), tzdata_version())


def test_what_has_not_moved_is_only_dated_anew(world: World) -> None:
    """New zone data every few months concern countries that we do not work in."""
    number = world.delivery(due=MORNING + 2 * DAY)
    before = world.row(number)
    assert renew(world) is None

    assert world.row(number) == {**before, "tzdata": tzdata_version()}
    assert world.audit(f"delivery:{number}") == []


def test_what_has_moved_is_due_when_its_wish_is(world: World) -> None:
    """09:00 in Tbilisi is 09:00 in Tbilisi, whatever Tbilisi decides about its clocks."""
    number = world.delivery(due=MORNING + 3 * DAY)
    moved(world, number, HOUR)
    told = renew(world)

    row = world.row(number)
    due = MORNING + 3 * DAY + HOUR
    assert (row["state"], row["due_at"], row["next_at"]) == ("waiting", due, due)
    assert row["go_until"] == on_time_until(_kind(world, number), due, "Asia/Tbilisi")
    assert told == f"zone data 2027a → {tzdata_version()}: 1 moved, 0 held (Asia/Tbilisi 1): deliveries {number}"
    assert [one["verb"] for one in world.audit(f"delivery:{number}")] == ["zone"]
    assert renew(world) is None


@pytest.mark.parametrize("by", [HOUR, -HOUR])
@pytest.mark.parametrize(("due", "held"), [(20 * HOUR, True), (26 * HOUR, False)])
def test_what_has_moved_and_comes_within_a_day_waits_for_a_person(
    world: World, by: timedelta, due: timedelta, held: bool
) -> None:
    """There may be a joint start with somebody who has not heard of it."""
    number = world.delivery(due=MORNING + due)
    moved(world, number, by)
    renew(world)

    assert world.state(number) is (State.HELD if held else State.WAITING)
    assert ("the clocks in Asia/Tbilisi have changed" in world.row(number)["reason"]) is held
    assert world.row(number)["due_at"] == MORNING + due + by


def test_what_has_moved_into_the_past_waits_for_a_person(world: World) -> None:
    """It was to come in half an hour, and by the new clocks it should have come half an hour ago."""
    number = world.delivery(due=MORNING + HOUR / 2)
    moved(world, number, -HOUR)
    renew(world)
    world.catch_up()

    assert world.state(number) is State.HELD


def test_a_mission_that_changes_its_zone_takes_its_posts_along(world: World) -> None:
    """The wish was nine in the morning where its readers are."""
    number = world.delivery("tj-feed", due=MORNING + 3 * DAY)
    world.run("UPDATE mission SET time_zone = 'Asia/Tbilisi' WHERE code = 'TJ'")
    told = renew(world)

    row = world.row(number)
    assert (row["time_zone"], row["due_at"]) == ("Asia/Tbilisi", MORNING + 3 * DAY + HOUR)
    assert "Asia/Dushanbe → Asia/Tbilisi 1" in (told or "")


def test_a_wish_that_does_not_exist_any_more_waits_for_a_person(world: World) -> None:
    """The clocks jump over it: nobody but its author knows what was meant."""
    number = world.delivery(due=datetime.fromisoformat("2028-03-26T00:30:00+00:00"))
    world.run("UPDATE delivery SET local_due = '2028-03-26T03:30:00' WHERE id = :id", id=number)
    world.run("UPDATE mission SET time_zone = 'Europe/Kyiv' WHERE code = 'GE'")
    renew(world)

    assert world.state(number) is State.HELD
    assert "does not exist in Europe/Kyiv" in world.row(number)["reason"]


@pytest.mark.parametrize("state", [State.HELD, State.FAILED, State.PUBLISHED, State.CANCELLED])
def test_what_is_open_moves_too_and_what_has_ended_stays(world: World, state: State) -> None:
    """Released tomorrow, it must come at its wish; what is out has its time."""
    number = world.delivery(due=MORNING + 2 * HOUR)
    world.bring(number, state)
    moved(world, number, HOUR)
    before = world.row(number)
    renew(world)

    row = world.row(number)
    assert (row["state"], row["reason"]) == (before["state"], before["reason"])
    still_open = state in {State.HELD, State.FAILED}
    assert row["due_at"] == MORNING + (3 if still_open else 2) * HOUR


def test_what_is_due_already_is_not_touched(world: World) -> None:
    """It goes, or is late: that is for other rules."""
    number = world.delivery()
    moved(world, number, HOUR)
    before = world.row(number)
    renew(world)

    assert world.row(number) == before


def _kind(world: World, number: int) -> Kind:
    post = next(one for one in world.view("post") if one["id"] == world.row(number)["post_id"])
    return Kind(post["kind"])

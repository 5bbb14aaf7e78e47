"""Where config.toml asks for it, two different people end a pause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.model import DAEMON, NotAllowed, Role, Scope
from scheduler.services import operating, users
from scheduler.services.confirming import Resumed
from scheduler.store import pauses

if TYPE_CHECKING:
    from scheduler.services.desk import Desk
    from tests.scheduler.services.office import Office


@pytest.fixture
def office(office_on_both: Office) -> Office:
    """Georgia is paused by a person, and two have to end it."""
    office_on_both.settings = replace(office_on_both.settings, two_person_release=True)
    office_on_both.desk = replace(office_on_both.desk, settings=office_on_both.settings)
    operating.pause(office_on_both.desk, Scope.MISSION, "GE", why="an accident")
    return office_on_both


def resume(desk: Desk) -> Resumed:
    return operating.resume(desk, Scope.MISSION, "GE", why="it is over")


def paused(office: Office) -> list[dict[str, Any]]:
    with office.database.read() as tx:
        return pauses.active(tx)


def test_the_first_asks_and_a_second_ends_it(office: Office) -> None:
    """It stays paused in between, and the log names both."""
    ana, boris = (office.desk_as(name, Role.APPROVER, "GE") for name in ("ana", "boris"))
    assert resume(ana) is Resumed.ASKED
    assert [row["release_asked_by"] for row in paused(office)] == ["ana@iom.example"]
    assert resume(boris) is Resumed.ENDED
    assert paused(office) == []
    rows = office.world.audit("pause:mission:GE")
    told = [(row["actor"], row["verb"]) for row in rows]
    assert told[1:] == [("ana@iom.example", "ask-resume"), ("boris@iom.example", "resume")]


def test_the_same_person_twice_is_one(office: Office) -> None:
    """However often they press."""
    ana = office.desk_as("ana", Role.APPROVER)
    assert [resume(ana), resume(ana)] == [Resumed.ASKED, Resumed.ASKED]
    assert len(paused(office)) == 1
    assert [row["verb"] for row in office.world.audit("pause:mission:GE")] == ["pause", "ask-resume"]


def test_the_local_operator_is_neither_of_the_two(office: Office) -> None:
    """Without a token anybody could be their own second person; also where there are no review levels."""
    with pytest.raises(NotAllowed, match="takes two people"):
        resume(office.desk)
    resume(office.desk_as("ana", Role.APPROVER))
    with pytest.raises(NotAllowed, match="takes two people"):
        resume(office.desk)
    assert len(paused(office)) == 1


def test_both_need_the_right(office: Office) -> None:
    """An officer's wish is no confirmation."""
    resume(office.desk_as("ana", Role.APPROVER))
    with pytest.raises(NotAllowed, match="resuming needs"):
        resume(office.desk_as("nino", Role.OFFICER))


def test_the_wish_of_somebody_disabled_since_does_not_count(office: Office) -> None:
    """A stolen token must not be half of a release."""
    resume(office.desk_as("ana", Role.APPROVER))
    users.disable(office.desk, "ana@iom.example")
    assert resume(office.desk_as("boris", Role.APPROVER)) is Resumed.ASKED
    assert resume(office.desk_as("eka", Role.APPROVER)) is Resumed.ENDED


def test_pausing_again_withdraws_what_was_asked(office: Office) -> None:
    """Whoever presses it now has a new reason for silence."""
    resume(office.desk_as("ana", Role.APPROVER))
    operating.pause(office.desk, Scope.MISSION, "GE", why="another accident")
    assert resume(office.desk_as("boris", Role.APPROVER)) is Resumed.ASKED
    assert "another accident" in office.world.audit("pause:mission:GE")[2]["after"]


def test_what_the_daemon_stopped_itself_takes_one(office: Office) -> None:
    """The cause is a broken secret, not a crisis."""
    with office.database.write() as tx:
        pauses.press(tx, Scope.ACCOUNT, "ge-outbox", why="401", by=DAEMON, now=office.clock())
    assert operating.resume(office.desk, Scope.ACCOUNT, "ge-outbox", why="mended") is Resumed.ENDED


def test_what_is_not_paused_needs_nobody(office: Office) -> None:
    """There is nothing to ask for."""
    assert operating.resume(office.desk, Scope.MISSION, "TJ", why="over") is Resumed.NOT_PAUSED

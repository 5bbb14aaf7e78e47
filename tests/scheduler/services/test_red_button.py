"""The red button: nothing in its scope goes out, and everything else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scheduler.model import Scope, WrongUse
from scheduler.services import operating, reporting
from scheduler.services.confirming import Resumed
from scheduler.services.foreseeing import Forecast

if TYPE_CHECKING:
    from tests.scheduler.services.office import Office

SCOPES = {
    (Scope.ALL, ""): set(),
    (Scope.CAMPAIGN, ""): set(),
    (Scope.MISSION, "GE"): {"tj-outbox"},
    (Scope.ACCOUNT, "ge-manual"): {"ge-outbox", "tj-outbox"},
}


@pytest.fixture
def due(office: Office) -> Office:
    """Three deliveries whose time has come: two of Georgia's and one of Tajikistan's."""
    office.import_rows(
        {"id": "a", "account": "ge-outbox;ge-manual"},
        {"id": "b", "mission": "TJ", "account": "tj-outbox", "time": "13:00"},
    )
    office.clock.tick(hours=3)
    return office


def accounts(office: Office) -> set[str]:
    return {one.account for one in office.world.claim()}


@pytest.mark.parametrize(("scope", "subject"), SCOPES)
def test_nothing_in_the_scope_is_sent_and_everything_else_is(due: Office, scope: Scope, subject: str) -> None:
    """A crisis in one country must stop that country, and not the day everywhere."""
    assert operating.pause(due.desk, scope, subject, why="an accident") is True
    assert accounts(due) == SCOPES[scope, subject]


@pytest.mark.parametrize(("scope", "subject"), SCOPES)
def test_what_is_resumed_is_sent_again(due: Office, scope: Scope, subject: str) -> None:
    """And only once: the deliveries stayed where they were."""
    operating.pause(due.desk, scope, subject, why="an accident")
    assert operating.resume(due.desk, scope, subject, why="it is over") is Resumed.ENDED
    assert accounts(due) == {"ge-outbox", "ge-manual", "tj-outbox"}


def test_pressing_twice_says_that_it_was_pressed_already(due: Office) -> None:
    """Two officers press at once; one resume must then be enough."""
    operating.pause(due.desk, Scope.ALL, "", why="an accident")
    assert operating.pause(due.desk, Scope.ALL, "", why="an accident") is False
    operating.resume(due.desk, Scope.ALL, "", why="it is over")
    assert len(accounts(due)) == 3


def test_resuming_one_scope_leaves_the_other_paused(due: Office) -> None:
    """Georgia's own pause outlives the global one."""
    operating.pause(due.desk, Scope.MISSION, "GE", why="an accident")
    operating.pause(due.desk, Scope.ALL, "", why="a bigger one")
    operating.resume(due.desk, Scope.ALL, "", why="it is over")
    assert accounts(due) == {"tj-outbox"}


def test_resuming_what_is_not_paused_says_so(due: Office) -> None:
    """A mistyped mission must not read as done."""
    operating.pause(due.desk, Scope.MISSION, "GE", why="an accident")
    assert operating.resume(due.desk, Scope.MISSION, "EG", why="it is over") is Resumed.NOT_PAUSED


@pytest.mark.parametrize(
    ("scope", "subject", "words"),
    [(Scope.MISSION, "XX", "no mission 'XX'"), (Scope.ACCOUNT, "ge-x", "no account 'ge-x'")],
)
def test_pausing_what_there_is_not_is_refused(due: Office, scope: Scope, subject: str, words: str) -> None:
    """A mistyped mission that reads as paused goes on sending."""
    with pytest.raises(WrongUse, match=words):
        operating.pause(due.desk, scope, subject, why="an accident")


def test_pausing_needs_a_reason(due: Office) -> None:
    """Whoever finds it paused at night must know whether to end it."""
    with pytest.raises(WrongUse, match="say why"):
        operating.pause(due.desk, Scope.ALL, "", why="")


def test_who_paused_what_when_and_why_is_shown(due: Office) -> None:
    """It is the first question when nothing goes out."""
    operating.pause(due.desk, Scope.MISSION, "GE", why="an accident")
    told_of: Any = reporting.status(due.desk)["paused"]
    (paused,) = told_of
    told = {name: paused[name] for name in ("scope", "subject", "by", "why", "at")}
    assert told == {
        "scope": "mission",
        "subject": "GE",
        "by": "operator:nino",
        "why": "an accident",
        "at": due.clock(),
    }


# -- what resuming will do --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "will"),
    [
        (0, Forecast(at_once=2, to_come=1)),
        (1, Forecast(at_once=2, late=1, to_come=1)),
        (24, Forecast(held=4)),
    ],
)
def test_resuming_says_what_will_go(due: Office, hours: int, will: Forecast) -> None:
    """Whoever ends a pause after an hour must not be surprised by what then bursts out, or does not."""
    due.import_rows(
        {"id": "later", "time": "18:00", "text": "later"},
        *([{"id": "again", "time": "12:30", "text": "again"}] if hours else []),
    )
    operating.pause(due.desk, Scope.MISSION, "GE", why="an accident")
    due.clock.tick(hours=hours)
    done, told = operating.resume_and_foresee(due.desk, Scope.MISSION, "GE", why="it is over")
    assert (done, told) == (Resumed.ENDED, will)


def test_what_another_pause_still_stops_is_not_said_to_go(due: Office) -> None:
    """It will not."""
    operating.pause(due.desk, Scope.MISSION, "GE", why="an accident")
    operating.pause(due.desk, Scope.ALL, "", why="a bigger one")
    _, told = operating.resume_and_foresee(due.desk, Scope.ALL, "", why="it is over")
    assert told == Forecast(at_once=1)


def test_what_was_foreseen_is_said_in_words() -> None:
    """Noughts are left out."""
    assert str(Forecast(at_once=2, held=1)) == "2 at once, 1 will be held for a person"
    assert str(Forecast()) == "nothing waits there"

"""After each fault the status tells what happened, what july30 will do about it, and what is asked of whom."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from scheduler.model import DAEMON, Scope, State
from scheduler.services import operating, reporting
from scheduler.services.connecting import check_accounts
from scheduler.services.doctoring import examine
from scheduler.services.lasting import look_ahead
from scheduler.services.matters import STALE_AFTER
from scheduler.store import alerts, lists, pauses
from scheduler.store.alerts import Mark
from scheduler.store.schema import heartbeat
from scheduler.traffic import Rest
from tests.fakes.world import outcome
from tests.scheduler.services.test_lasting import passing

if TYPE_CHECKING:
    from tests.scheduler.services.office import Office


def beat(office: Office, standstill: str | None = None) -> None:
    now = office.clock()
    with office.database.write() as tx:
        lists.beat(tx, owner="here:1", started_at=now, now=now, tzdata="2027a", standstill=standstill)


def told(office: Office, kind: str) -> list[dict[str, Any]]:
    return [one for one in reporting.status(office.desk)["matters"] if one["kind"] == kind]


def ended(office: Office, *numbers: int, state: State, reason: str, next_at: timedelta | None = None) -> None:
    """The deliveries were tried, and that came of it."""
    for number in numbers:
        office.due(number)
    for claimed in office.world.claim():
        then = office.clock() + next_at if next_at else None
        office.world.record(outcome(claimed, state, office.clock(), name="ambiguous", reason=reason, next_at=then))


def test_all_is_well_where_there_is_nothing_to_know(office: Office) -> None:
    """So that a line is one that matters."""
    beat(office)
    office.delivery()
    assert reporting.status(office.desk)["matters"] == []


def test_a_daemon_that_is_silent_is_said_with_who_starts_it(office: Office) -> None:
    """It asks for a person only where something waits for it."""
    beat(office)
    office.clock.tick(seconds=STALE_AFTER.total_seconds() + 1)
    (silent,) = told(office, "silent")
    assert silent["happened"] == "Nothing is being sent: the sender is not running. It was last alive at 05:00 UTC."
    assert (silent["command"], silent["needs_a_person"]) == ("july30 daemon", False)
    office.delivery()
    assert told(office, "silent")[0]["needs_a_person"] is True


def test_a_daemon_that_never_ran_is_said_too(office: Office) -> None:
    """The most frequent reason why nothing goes out."""
    assert told(office, "silent")[0]["happened"] == "Nothing is being sent: the sender is not running."


def test_a_standstill_is_said_in_its_own_words(office: Office) -> None:
    """They say what ends it."""
    beat(office, "The clock jumped. Set it.")
    (one,) = told(office, "standstill")
    assert (one["then"], one["needs_a_person"]) == ("The clock jumped. Set it.", True)


def test_what_is_announced_after_an_outage_is_said_until_it_begins(office: Office) -> None:
    """Ten minutes in which somebody may stop it."""
    beat(office)
    with office.database.write() as tx:
        words, until = "42 missed: 5 go, 31 held, 6 skipped.", office.clock() + timedelta(minutes=10)
        tx.execute(update(heartbeat).values(announcement=words, grace_until=until))
    (one,) = told(office, "announcement")
    assert (one["happened"], one["then"]) == ("42 missed: 5 go, 31 held, 6 skipped.", "It begins at 05:10 UTC.")
    assert one["command"].startswith("july30 pause --all")
    office.clock.tick(minutes=10)
    beat(office)
    assert told(office, "announcement") == []


def test_a_pause_says_who_when_why_and_how_it_ends(office: Office) -> None:
    """The first question when nothing goes out; a person who pressed it need not be called for it."""
    operating.pause(office.desk, Scope.MISSION, "GE", why="an accident")
    (one,) = told(office, "paused")
    assert one["happened"] == "Paused: mission GE, since 05:00 UTC, by operator:nino: an accident"
    assert (one["command"], one["needs_a_person"]) == ("july30 resume --mission GE", False)


def test_an_account_that_july30_paused_says_that_it_must_be_connected_again(office: Office) -> None:
    """Resuming it would only meet the same refusal."""
    with office.database.write() as tx:
        pauses.press(tx, Scope.ACCOUNT, "ge-outbox", why="401", by=DAEMON, now=office.clock())
    (one,) = told(office, "paused")
    assert one["asked"] == "Whoever keeps the account connects it again:"
    assert (one["command"], one["needs_a_person"]) == ("july30 accounts check ge-outbox", True)


def test_credentials_that_end_before_planned_posts_are_said_by_day_and_number(office: Office) -> None:
    """On the day itself it is too late; and of an end with nothing after it nobody need know here."""
    passing(office, 5)
    look_ahead(office.desk, lambda: False)
    assert told(office, "credentials") == []
    for day in ("07", "08"):
        office.post(id=day, date=f"2027-08-{day}")
    (one,) = told(office, "credentials")
    assert (
        one["happened"]
        == "The credentials of ge-outbox end on 4 August 2027, and 2 posts are planned there after that."
    )
    assert (one["command"], one["needs_a_person"]) == ("july30 accounts connect ge-outbox", True)
    office.clock.tick(days=6)
    assert "ended on 4 August 2027, and 2 posts are" in told(office, "credentials")[0]["happened"]
    passing(office, 60)
    check_accounts(office.desk, ["ge-outbox"])
    assert told(office, "credentials") == []


def test_credentials_that_july30_renews_are_nobodys_matter(office: Office) -> None:
    """Whoever is told for nothing does not look the next time."""
    passing(office, 20, renewable=True)
    office.post(id="late", date="2027-08-25")
    look_ahead(office.desk, lambda: False)
    assert told(office, "credentials") == []


def test_the_doctor_names_them_too(office: Office) -> None:
    """It is what people run before 30 July."""
    passing(office, 40)
    office.post(id="late", date="2027-09-25")
    found = {one["check"]: one for one in examine(office.desk)}
    assert found["account ge-outbox"]["ok"] is False
    assert "in 40 days; 1 post comes after that" in str(found["account ge-outbox"]["message"])
    assert found["account tj-outbox"]["ok"] is True


def test_what_is_held_or_failed_is_said_by_reason(office: Office) -> None:
    """Two hundred lines hide the one that matters."""
    numbers = [office.delivery(text=f"post {n}") for n in range(3)]
    ended(office, *numbers, state=State.HELD, reason="it missed its time")
    ended(
        office, office.delivery(mission="TJ", account="tj-outbox", time="14:00"), state=State.FAILED, reason="too long"
    )
    assert [one["happened"] for one in told(office, "held")] == ["3 held on ge-outbox: it missed its time"]
    (failed,) = told(office, "failed")
    assert failed["happened"] == "1 failed on tj-outbox: too long"
    assert (failed["command"], failed["needs_a_person"]) == (
        "july30 queue list --state failed --account tj-outbox",
        True,
    )


@pytest.mark.parametrize(
    ("next_look", "then"),
    [
        (timedelta(seconds=60), "july30 looks itself, next at 08:01 UTC."),
        (None, "They are never sent again blindly."),
    ],
)
def test_what_is_unclear_says_when_july30_looks_itself(office: Office, next_look: timedelta | None, then: str) -> None:
    """Whoever publishes it by hand meanwhile has made the duplicate."""
    ended(office, office.delivery(), state=State.UNCLEAR, reason="no answer", next_at=next_look)
    (one,) = told(office, "unclear")
    assert one["happened"] == "1 may be out on ge-outbox, or not: no answer"
    assert one["then"] == then
    assert "Do not publish them by hand" in one["asked"]


def test_a_platform_that_is_left_alone_asks_nobody(office: Office) -> None:
    """It explains why posts are late, and goes by itself."""
    beat(office)
    until = office.clock() + timedelta(minutes=5)
    with office.database.write() as tx:
        lists.say_resting(tx, [Rest(scope="server", subject="outbox", until=until, why="5 failures in a row")])
    (one,) = told(office, "resting")
    assert one["happened"] == "outbox is left alone until 05:05 UTC: 5 failures in a row."
    assert one["needs_a_person"] is False


def test_alerts_that_do_not_go_out_are_said(office: Office) -> None:
    """Nobody misses a message that does not come."""
    with office.database.write() as tx:
        alerts.set_mark(tx, Mark(failing_since=office.clock(), failing="address 2: no answer within 20 s"))
    (one,) = told(office, "alerts")
    words = "Alerts have not gone out everywhere since 05:00 UTC: address 2: no answer within 20 s."
    assert (one["happened"], one["command"], one["needs_a_person"]) == (words, "july30 alerts test", True)
    assert reporting.status(office.desk)["alerts"]["failing"] == "address 2: no answer within 20 s"

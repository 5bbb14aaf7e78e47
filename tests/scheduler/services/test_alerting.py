"""Alerts: everybody is told of what needs a person, once where that can be, and of nothing else."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from scheduler.model import DAEMON, Scope, State, Unavailable
from scheduler.notify.alerts import Bell
from scheduler.services import alerting, operating
from scheduler.services.alerting import Alarm
from scheduler.store import alerts, lists, pauses
from tests.adapters.raw_server import RawServer, answering, hang
from tests.fakes.bell import Chime
from tests.fakes.world import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.store.alerts import Mark
    from scheduler.store.database import Database, Transaction
    from tests.scheduler.services.office import Office

WITHIN = timedelta(minutes=2)


@pytest.fixture
def office(office_on_both: Office) -> Office:
    return office_on_both


def ended(office: Office, *numbers: int, state: State = State.HELD, name: str = "needs_hand") -> None:
    """The daemon has tried the deliveries, and that is what came of it."""
    for number in numbers:
        office.due(number)
    for claimed in office.world.claim():
        assert claimed.delivery_id in numbers
        office.world.record(outcome(claimed, state, office.clock(), name=name))


def after(office: Office, alarm: Alarm, **span: float) -> None:
    office.clock.tick(**span)
    alarm.round()


def mark(office: Office) -> Mark:
    with office.database.read() as tx:
        found = alerts.mark(tx)
    assert found is not None
    return found


def beat(office: Office) -> None:
    with office.database.write() as tx:
        lists.beat(tx, owner="here:1", started_at=office.clock(), now=office.clock(), tzdata="2027a")


def last_row(office: Office) -> int:
    return int(office.world.audit()[-1]["id"])


@pytest.mark.parametrize("state", [State.HELD, State.FAILED, State.UNCLEAR])
def test_what_needs_a_person_is_told_within_two_minutes(office: Office, state: State) -> None:
    """Also right after another message, which has used up the minute."""
    alarm = Alarm(office.desk, chime := Chime())
    second = office.delivery(text="two", time="12:00:51")
    ended(office, office.delivery(text="one"), state=state)
    after(office, alarm, seconds=50)
    assert chime.titles() == [f"july30: 1 {state} for IOM Georgia"]
    ended(office, second, state=state)
    for _ in range(24):
        after(office, alarm, seconds=5)
    assert chime.titles()[1:] == [f"july30: 1 {state} for IOM Georgia"]


def test_what_happens_together_comes_in_one_message_for_each_mission(office: Office) -> None:
    """Seven posts held at nine are one thing to do, not seven."""
    alarm = Alarm(office.desk, chime := Chime())
    numbers = [office.delivery(text=f"post {n}") for n in range(3)]
    tajik = office.delivery(mission="TJ", account="tj-outbox", time="13:00", text="tajik")
    ended(office, *numbers, tajik)
    after(office, alarm, seconds=15)
    assert chime.titles() == ["july30: 3 held for IOM Georgia; 1 held for IOM Tajikistan"]
    after(office, alarm, seconds=90)
    assert len(chime.titles()) == 1


def test_what_a_person_did_is_not_told(office: Office) -> None:
    """They know."""
    alarm = Alarm(office.desk, chime := Chime())
    operating.hold(office.desk, [office.delivery()], why="wait")
    after(office, alarm, minutes=5)
    assert chime.titles() == []


def test_what_is_settled_before_anybody_was_told_is_not_told(office: Office) -> None:
    """Most doubts settle at the first look; a message about one that is over is noise."""
    alarm = Alarm(office.desk, chime := Chime())
    number = office.delivery()
    ended(office, number, state=State.UNCLEAR)
    operating.resolve_published(office.desk, number, "https://obedient.example/1")
    after(office, alarm, minutes=5)
    assert chime.titles() == []
    assert mark(office).audit_id == last_row(office)


def test_a_broken_secret_is_one_message_about_its_account(office: Office) -> None:
    """Fifty posts of one account are one thing to mend."""
    alarm = Alarm(office.desk, chime := Chime())
    numbers = [office.delivery(text=f"post {n}") for n in range(3)]
    ended(office, *numbers, name="auth_expired")
    with office.database.write() as tx:
        pauses.press(tx, Scope.ACCOUNT, "ge-outbox", why="401", by=DAEMON, now=office.clock())
    after(office, alarm, seconds=15)
    assert chime.titles() == ["july30: ge-outbox is paused, 3 posts wait (IOM Georgia)"]


def test_a_broken_secret_whose_pause_could_not_be_written_is_told_all_the_same(office: Office) -> None:
    """Nothing is lost between two messages."""
    alarm = Alarm(office.desk, chime := Chime())
    ended(office, office.delivery(), name="auth_expired")
    after(office, alarm, seconds=15)
    assert chime.titles() == ["july30: 1 held for IOM Georgia"]


# -- nothing is lost --------------------------------------------------------------------------------------------------


def test_what_happened_while_nobody_was_there_to_tell_is_told_at_the_next_start(office: Office) -> None:
    """A crash between the outcome and its message must not swallow it."""
    ended(office, office.delivery())
    after(office, Alarm(office.desk, chime := Chime()), seconds=15)
    assert chime.titles() == ["july30: 1 held for IOM Georgia"]


def test_what_was_told_is_not_told_again_after_a_restart(office: Office) -> None:
    """Otherwise every restart rings for last week."""
    ended(office, office.delivery())
    after(office, Alarm(office.desk, Chime()), seconds=15)
    after(office, Alarm(office.desk, chime := Chime()), minutes=5)
    assert chime.titles() == []


def test_what_no_address_took_is_tried_again_and_told_after_a_restart(office: Office) -> None:
    """The chat may be away exactly when the platform is."""
    alarm = Alarm(office.desk, deaf := Chime())
    deaf.deaf = {1}
    ended(office, office.delivery())
    for _ in range(12):
        after(office, alarm, seconds=15)
    assert 3 <= deaf.calls <= 7
    assert mark(office).audit_id < last_row(office)
    deaf.deaf = set()
    after(office, alarm, minutes=5)
    assert deaf.titles() == ["july30: 1 held for IOM Georgia"]
    assert mark(office).audit_id == last_row(office)


def test_alerts_that_do_not_go_out_are_kept_for_the_next_process(office: Office) -> None:
    """As above, and the machine was started anew in between."""
    deaf = Chime()
    deaf.deaf = {1}
    ended(office, office.delivery())
    after(office, Alarm(office.desk, deaf), seconds=15)
    after(office, Alarm(office.desk, chime := Chime()), seconds=15)
    assert chime.titles() == ["july30: 1 held for IOM Georgia"]


def test_one_address_that_fails_keeps_the_others_from_nothing_and_is_said(office: Office) -> None:
    """`status` must say that somebody is not being told; it names the address by its number alone."""
    alarm = Alarm(office.desk, chime := Chime(2))
    chime.deaf = {2}
    ended(office, office.delivery())
    after(office, alarm, seconds=15)
    since = office.clock()
    assert (chime.titles(1), chime.titles(2)) == (["july30: 1 held for IOM Georgia"], [])
    assert (mark(office).failing, mark(office).failing_since) == ("address 2: deaf", since)
    chime.deaf = set()
    after(office, alarm, minutes=5)
    assert (len(chime.titles(1)), len(chime.titles(2))) == (1, 1)
    assert (mark(office).failing, mark(office).failing_since) == (None, None)


def test_a_restart_does_not_hide_that_an_address_fails(office: Office) -> None:
    """It fails until it takes something again."""
    deaf = Chime(2)
    deaf.deaf = {1}
    ended(office, office.delivery())
    after(office, Alarm(office.desk, deaf), seconds=15)
    after(office, Alarm(office.desk, Chime(2)), seconds=15)
    assert mark(office).failing == "address 1: deaf"


def test_once_every_address_takes_the_test_message_none_is_said_to_fail(office: Office) -> None:
    """The corrected address would be called broken until the next alert, perhaps for days: nobody reads on."""
    deaf = Chime()
    deaf.deaf = {1}
    alarm = Alarm(office.desk, deaf)
    ended(office, office.delivery())
    after(office, alarm, seconds=15)
    with RawServer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as chat:
        urls = (chat.url.replace("http", "json"),)
        desk = replace(office.desk, settings=replace(office.settings, alert_urls=urls))
        assert [one.ok for one in alerting.try_out(desk)] == [True]
    assert (mark(office).failing, mark(office).failing_since) == (None, None)
    after(office, Alarm(office.desk, Chime()), seconds=5)
    assert mark(office).failing is None
    after(office, alarm, minutes=5)
    assert mark(office).failing == "address 1: deaf"


# -- the machine itself -----------------------------------------------------------------------------------------------


class Away:
    """A database that cannot be read while `away`."""

    def __init__(self, real: Database):
        self._real = real
        self.away = self.writes_all_the_same = False

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        if self.away:
            raise Unavailable("the database cannot be used")
        with self._real.read() as tx:
            yield tx

    def write(self) -> object:
        if self.away and not self.writes_all_the_same:
            raise Unavailable("the database cannot be used")
        return self._real.write()


def test_a_standstill_is_told_though_nothing_can_be_written_and_so_is_its_end(office: Office) -> None:
    """A full disk stops the sending; it must not stop the message about it."""
    words: list[str] = ["The disk is full. Make room."]
    alarm = Alarm(office.desk, chime := Chime(), standstill=lambda: words[0] if words else None)
    after(office, alarm, seconds=0)
    after(office, alarm, seconds=10)
    assert (chime.titles(), chime.heard[1][0].lines[0]) == (["july30: nothing is being sent"], words[0])
    after(office, alarm, minutes=59)
    assert len(chime.titles()) == 1
    after(office, alarm, minutes=1)
    assert chime.titles()[1:] == ["july30: nothing is being sent, still"]
    words.clear()
    after(office, alarm, minutes=1)
    assert chime.titles()[2:] == ["july30: it is sending again"]


def test_a_database_that_is_away_is_told_by_a_way_that_needs_none(office: Office) -> None:
    """It is then that the table of what to tell cannot be read."""
    away = Away(office.database)
    alarm = Alarm(replace(office.desk, database=cast("Database", away)), chime := Chime())
    away.away = True
    for _ in range(5):
        after(office, alarm, seconds=10)
    assert chime.titles() == ["july30: nothing is being sent"]
    away.away = False
    after(office, alarm, minutes=1)
    assert chime.titles()[1:] == ["july30: it is sending again"]


def test_a_disk_onto_which_no_heartbeat_gets_any_more_is_told_though_it_can_be_read(office: Office) -> None:
    """A full disk looks well to whoever only reads."""
    alarm = Alarm(office.desk, chime := Chime())
    beat(office)
    for _ in range(6):
        after(office, alarm, seconds=15)
    assert chime.titles() == ["july30: nothing is being sent"]
    assert "No heartbeat was written since 05:00:00 UTC" in chime.heard[1][0].body


def test_a_database_that_was_away_at_first_does_not_put_the_mark_back(office: Office) -> None:
    """Everything would be told once more."""
    ended(office, office.delivery())
    after(office, Alarm(office.desk, Chime()), seconds=15)
    before = mark(office)
    away = Away(office.database)
    alarm = Alarm(replace(office.desk, database=cast("Database", away)), Chime())
    away.away = away.writes_all_the_same = True
    after(office, alarm, seconds=15)
    assert mark(office) == before


def test_a_row_that_cannot_be_told_keeps_the_fault_from_no_one(office: Office) -> None:
    """A fault in our words must not end in silence; it is told once an hour."""
    alarm = Alarm(office.desk, chime := Chime())
    office.world.run(
        "INSERT INTO audit (id, at, actor, verb, subject, before, after, previous_hash, hash)"
        " SELECT max(id) + 1, max(at), 'daemon', 'pause', 'delivery:7', '{', '{', '', '' FROM audit"
    )
    for _ in range(3):
        after(office, alarm, minutes=1)
    assert chime.titles() == ["july30: alerts cannot be put together"]


def test_what_the_daemon_announces_after_an_outage_is_told_once(office: Office) -> None:
    """Ten minutes are given to stop it: somebody must know that they run."""
    alarm = Alarm(office.desk, chime := Chime())
    for _ in range(3):
        beat(office)
        office.world.run("UPDATE heartbeat SET announcement = '42 missed: 5 go, 31 held, 6 skipped'")
        after(office, alarm, seconds=30)
    assert chime.titles() == ["july30: back after an outage"]
    assert chime.heard[1][0].lines[0] == "42 missed: 5 go, 31 held, 6 skipped"


def test_the_daemon_ends_at_once_while_an_address_hangs(office: Office, tmp_path: Path) -> None:
    """And what was not told is told at the next start."""
    ended(office, office.delivery())
    office.clock.tick(seconds=15)
    with RawServer(hang) as dead:
        alarm = Alarm(office.desk, Bell([dead.url.replace("http", "json")], tmp_path, {}, within_s=15))
        ringing = threading.Thread(target=alarm.round)
        ringing.start()
        while not dead.bodies:
            ringing.join(0.05)
        alarm._stop.set()
        ringing.join(5)
        assert not ringing.is_alive()
    with office.database.read() as tx:
        assert alerts.mark(tx) is None

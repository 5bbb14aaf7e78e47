"""The unattended process: one sender at a time, which sees what doors change and never leaves a call in the dark."""

from __future__ import annotations

import json
import signal
import threading
import time
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from adapters.contract import Rejected
from adapters.scripted.mastodon import MastodonServer
from scheduler.daemon import Daemon, _stop_aside
from scheduler.journal.lines import subject_of
from scheduler.model import State, Unavailable
from scheduler.services import reviewing
from scheduler.store import claims, lists
from tests.adapters.raw_server import RawServer, answering, hang
from tests.fakes.adapter import ObedientAdapter
from tests.fakes.world import outcome
from tests.journeys.house import TOKEN, House, until
from tests.scheduler.services.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from adapters.contract import Progress, Receipt
    from adapters.scripted.server import Reply, Request
    from posts.model import Message
    from scheduler.store.database import Database, Transaction
    from tests.fakes.clock import Clock

STOPS_WITHIN_S = 30
DUE_IN_S = 12  # the commands that queue it take a while on a busy machine


class SlowMastodon(MastodonServer):
    """Holds the answer to every posting call until it may go on; the post is taken by then."""

    def __init__(self) -> None:
        super().__init__(lambda: datetime.now(UTC), {TOKEN: "iom"})
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def meet(self, request: Request) -> tuple[Reply, Any]:
        answer = super().meet(request)
        if (request.method, request.path) == ("POST", "/api/v1/statuses"):
            self.entered.set()
            self.go_on.wait(STOPS_WITHIN_S)
        return answer


class Unsteady:
    """A database that is away while `away`, which may begin after so many writes; `on_mark` happens before each look
    for changes.
    """

    def __init__(self, real: Database):
        self._real = real
        self.away = False
        self.away_after_writes = -1
        self.refused = 0
        self.on_mark: Callable[[], None] = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def read(self) -> AbstractContextManager[Transaction]:
        self._look()
        return self._real.read()

    def write(self) -> AbstractContextManager[Transaction]:
        self._look()
        self.away_after_writes -= 1
        self.away = self.away or self.away_after_writes == 0
        return self._real.write()

    def change_mark(self) -> int:
        self._look()
        self.on_mark()
        return self._real.change_mark()

    def _look(self) -> None:
        if self.away:
            self.refused += 1
            raise Unavailable("the database is away")


@pytest.fixture
def house(tmp_path: Path, url: str) -> Iterator[House]:
    made = House(folder=tmp_path, database_url=url)
    made.build(f"{datetime.now(UTC):%Y-%m-%d}")
    yield made
    made.stop_all()


@pytest.fixture
def unsteady(database: Database) -> Unsteady:
    return Unsteady(database)


@pytest.fixture
def office(unsteady: Unsteady, clock: Clock, tmp_path: Path) -> Office:
    return Office(cast("Database", unsteady), clock, tmp_path)


@contextmanager
def running(office: Office, daemon: Daemon | None = None) -> Iterator[Daemon]:
    """The office's daemon runs in a thread, and has ended well."""
    daemon = daemon or Daemon(office.desk_with(replace(office.settings, concurrency=2)))
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(daemon.run()))
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        thread.join(STOPS_WITHIN_S)
    assert ended == [True]


def started(house: House) -> None:
    """A daemon runs and has said so."""
    before = house.run("status")["heartbeat_at"]
    house.start_daemon()
    until(lambda: house.run("status")["heartbeat_at"] != before, within_s=20, what="the daemon's first heartbeat")


def add(house: House, *, text: str = "ადამიანი არ იყიდება") -> int:
    """A post for Georgia that is due at once, nearly, and may go out; its number, and its delivery's."""
    at = f"{datetime.now(UTC) + timedelta(seconds=DUE_IN_S):%Y-%m-%dT%H:%M:%S}Z"
    (post,) = house.run("queue", "add", "--mission", "GE", "--at", at, "--text", text)["posts"]
    house.run("queue", "submit", str(post))
    return int(post)


def delivery(house: House, number: int) -> dict[str, Any]:
    return next(one for one in house.run("log")["rows"] if one["id"] == number)


def published(house: House, number: int) -> None:
    until(lambda: delivery(house, number)["state"] == "published", within_s=20, what=f"delivery {number} is published")


# -- one sender ----------------------------------------------------------------------------------------------------


def test_a_second_daemon_refuses_and_a_new_one_may_start_right_after_a_kill(house: House) -> None:
    """Two senders are two posts; but a lock that outlives its holder would keep the day from going on."""
    started(house)
    second = house.call("daemon")
    assert (second.returncode, "another july30 daemon already sends" in second.stderr) == (2, True)
    house.daemons[0].kill()
    house.daemons[0].wait(10)
    started(house)
    assert house.daemons[1].poll() is None
    number = add(house)
    published(house, number)


# -- signals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_call_in_hand_ends_and_is_recorded_before_the_daemon_does(
    tmp_path: Path, url: str, number: signal.Signals
) -> None:
    """A restart on the day must not leave one post in the dark."""
    with SlowMastodon() as server:
        house = House(folder=tmp_path, database_url=url, platform="mastodon", base_url=server.url)
        house.build(f"{datetime.now(UTC):%Y-%m-%d}")
        started(house)
        add(house)
        assert server.entered.wait(20)
        house.daemons[0].send_signal(number)
        threading.Timer(2, server.go_on.set).start()
        assert house.daemons[0].wait(STOPS_WITHIN_S) == 0
        (row,) = house.deliveries()
        assert [one.remote_id for one in server.accepted] == [row["remote_id"]]
        assert row["state"] == "published"


def test_a_signal_in_the_middle_of_the_daemons_own_waiting_does_not_lock_it_up(office: Office) -> None:
    """The handler interrupts the main thread anywhere, also where it holds the lock that `stop` needs."""
    daemon = Daemon(office.desk)
    with daemon._wake._cond:  # type: ignore[attr-defined]
        _stop_aside(daemon)
    assert daemon._wake.wait(10)


# -- doors ---------------------------------------------------------------------------------------------------------


def test_what_a_door_changes_is_seen_within_a_second_or_so(house: House) -> None:
    """A post queued for now, and the red button: both are other processes' doing."""
    started(house)
    first = add(house)
    published(house, first)
    assert delivery(house, first)["late_by_s"] <= 2
    house.run("pause", "--mission", "GE", "--why", "an accident")
    second = add(house, text="მეორე")
    until(lambda: house.run("status")["due"] == 1, within_s=20, what="the second is due")
    threading.Event().wait(2)
    assert delivery(house, second)["state"] == "waiting"
    house.run("resume", "--mission", "GE")
    published(house, second)


def test_a_change_in_the_moment_between_the_pass_and_the_look_is_not_missed(office: Office, unsteady: Unsteady) -> None:
    """A post approved just then would otherwise wait until somebody changes something else."""
    number = office.delivery(status="draft")
    office.due(number)

    def a_door_is_faster() -> None:
        if not office.world.attempts(number):
            reviewing.approve(office.desk, [office.world.row(number)["post_id"]])

    unsteady.on_mark = a_door_is_faster
    with running(office):
        until(lambda: office.world.state(number) is State.PUBLISHED, within_s=10, what="it is published")


def test_a_claim_whose_answer_was_lost_is_found_though_nothing_else_happens(office: Office) -> None:
    """The last post of a day would else stand as being sent until the next morning, and nobody would know."""
    number = office.delivery()
    with running(office):
        until(lambda: bool(office.world.view("heartbeat")), within_s=10, what="the daemon's first heartbeat")
        with office.database.write() as tx:
            assert claims.claim(tx, now=office.world.row(number)["due_at"], most=1, owner="nobody")
        threading.Event().wait(1.5)
        assert office.world.state(number) is State.SENDING
        office.clock.tick(seconds=31)
        until(lambda: office.world.state(number) is State.WAITING, within_s=5, what="it waits again")


class Cut:
    """The one sender's place: `cut`, it can be taken again at once."""

    cut = False

    def __call__(self) -> None:
        pass

    def held(self) -> bool:
        return not self.cut

    def take_again(self) -> None:
        self.cut = False


def test_a_server_that_is_behind_after_a_failover_learns_from_the_journal_what_is_out(office: Office) -> None:
    """It takes for being prepared what is public already, and the daemon that sent it is still the same."""
    number, place = office.delivery(), Cut()
    daemon = Daemon(office.desk_with(replace(office.settings, concurrency=2)), place)
    with running(office, daemon):
        until(lambda: bool(office.world.view("heartbeat")), within_s=10, what="the daemon's first heartbeat")
        with office.database.write() as tx:
            (lost,) = claims.claim(tx, now=office.world.row(number)["due_at"], most=1, owner="before the failover")
        out = outcome(lost, State.PUBLISHED, office.clock(), name="receipt")
        journal = daemon._watch.journal
        journal.intend([(subject_of(lost), "payload", office.clock())])
        journal.tell(subject_of(lost), out)
        place.cut = True
        until(lambda: office.world.state(number) is State.PUBLISHED, within_s=10, what="it is known to be out")
        until(lambda: daemon.standstill.words is None, within_s=5, what="it sends again")
    assert office.world.row(number)["remote_id"] == out.remote_id


# -- standing still -----------------------------------------------------------------------------------------------


def test_a_standstill_is_told_at_once_and_so_is_its_end(office: Office) -> None:
    """Whoever looks at the status sees why, without waiting for the next heartbeat."""
    number = office.delivery()
    with running(office) as daemon:
        daemon.standstill.say("clock", "The clock is wrong.")
        until(lambda: told(office) == "The clock is wrong.", within_s=5, what="the status says why")
        office.due(number)
        daemon.standstill.clear("clock")
        until(lambda: office.world.state(number) is State.PUBLISHED, within_s=10, what="it is published")
        until(lambda: told(office) is None, within_s=5, what="the status says that it is over")


def told(office: Office) -> object:
    with office.database.read() as tx:
        return (lists.last_beat(tx) or {}).get("standstill")


# -- staying alive -------------------------------------------------------------------------------------------------


def test_the_heartbeat_goes_on(house: House) -> None:
    """Whoever watches it must not see a dead daemon in a living one."""
    started(house)
    first = house.run("status")["heartbeat_at"]
    until(lambda: house.run("status")["heartbeat_at"] > first, within_s=20, what="the next heartbeat")


def test_a_database_that_is_away_for_a_moment_does_not_end_the_daemon(office: Office, unsteady: Unsteady) -> None:
    """Nothing is sent meanwhile; afterwards everything is, once."""
    number = office.delivery()
    due = office.world.row(number)["due_at"]
    with running(office):
        until(lambda: office.world.count("heartbeat") == 1, within_s=10, what="the first heartbeat")
        unsteady.away = True
        until(lambda: unsteady.refused > 2, within_s=10, what="the database has been asked for")
        office.clock.now = due
        unsteady.away = False
        until(lambda: office.world.state(number) is State.PUBLISHED, within_s=15, what="it is published")
    assert len(office.adapters["ge-outbox"].published) == 1  # type: ignore[attr-defined]


def test_a_database_that_is_away_at_the_first_heartbeat_does_not_leave_a_dead_process(
    office: Office, unsteady: Unsteady
) -> None:
    """It would hang there, neither sending nor ended, and no service manager would start another."""
    number = office.delivery()
    office.due(number)
    unsteady.away_after_writes = 2  # its own id, and the recovery
    with running(office):
        until(lambda: unsteady.refused > 1, within_s=10, what="the database has been asked for")
        unsteady.away = False
        until(lambda: office.world.state(number) is State.PUBLISHED, within_s=15, what="it is published")


# -- people --------------------------------------------------------------------------------------------------------


def test_the_daemon_tells_people_what_needs_them(office: Office) -> None:
    """Nobody looks at a screen all night."""
    number = office.delivery()
    office.due(number)
    office.adapters["ge-outbox"] = ObedientAdapter(script=[Rejected("too long")])
    with RawServer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as chat:
        office.settings = replace(office.settings, alert_urls=(chat.url.replace("http", "json"),))
        with running(office):
            until(lambda: office.world.state(number) is State.FAILED, within_s=10, what="it has failed")
            office.clock.tick(seconds=15)
            until(lambda: bool(chat.bodies), within_s=20, what="somebody is told")
    assert json.loads(chat.bodies[0])["title"] == "july30: 1 failed for IOM Georgia"


@contextmanager
def watched(office: Office) -> Iterator[RawServer]:
    """A dead man's switch outside waits for signs of life."""
    with RawServer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as outside:
        office.settings = replace(office.settings, dead_man_ping=outside.url)
        yield outside


def test_no_sign_of_life_goes_out_while_the_database_is_away(office: Office, unsteady: Unsteady) -> None:
    """The process lives, and sends nothing: that is no life."""
    unsteady.away_after_writes = 2  # its own id, and the recovery
    with watched(office) as outside, running(office):
        until(lambda: unsteady.refused > 3, within_s=20, what="the database has been asked for")
        assert outside.heads == []
        unsteady.away = False
        until(lambda: bool(outside.heads), within_s=30, what="the first sign of life")


def test_no_sign_of_life_goes_out_while_the_sending_hangs(office: Office, unsteady: Unsteady) -> None:
    """The heartbeat is another thread's, and goes on."""
    go_on = threading.Event()
    unsteady.on_mark = lambda: (go_on.wait(STOPS_WITHIN_S), None)[1]
    with watched(office) as outside, running(office):
        until(lambda: office.world.count("heartbeat") == 1, within_s=10, what="the first heartbeat")
        threading.Event().wait(1)
        assert outside.heads == []
        go_on.set()
        until(lambda: bool(outside.heads), within_s=30, what="the first sign of life")


def test_a_dead_mans_switch_that_hangs_delays_neither_a_post_nor_the_end(office: Office) -> None:
    """It is there to guard the sending, not to stop it."""
    number = office.delivery()
    office.due(number)
    with RawServer(hang) as outside:
        office.settings = replace(office.settings, dead_man_ping=outside.url)
        with running(office):
            until(lambda: bool(outside.heads), within_s=30, what="the service hangs")
            until(lambda: office.world.state(number) is State.PUBLISHED, within_s=10, what="it is published")
            begun = time.monotonic()
        assert time.monotonic() - begun < 5


# -- settling ------------------------------------------------------------------------------------------------------


def test_a_look_that_hangs_delays_neither_a_post_nor_the_end(office: Office) -> None:
    """A platform that is silent for minutes is asked about an unclear post; the others go out meanwhile."""
    asked, go_on = threading.Event(), threading.Event()

    class Silent(ObedientAdapter):
        def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:
            asked.set()
            go_on.wait(STOPS_WITHIN_S)
            return None

    office.adapters["ge-outbox"] = Silent()
    stuck = office.delivery()
    office.leave_in_doubt(stuck)
    other = office.delivery(time="13:00", text="სხვა")
    try:
        with running(office):
            assert asked.wait(10)
            office.due(other)
            until(lambda: office.world.state(other) is State.PUBLISHED, within_s=10, what="the other is published")
            begun = time.monotonic()
        assert time.monotonic() - begun < 5
    finally:
        go_on.set()
    assert office.world.state(stuck) is State.UNCLEAR

"""One pass: what is due is claimed, published at most once, and what came of it is written down."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Identity,
    NeedsHand,
    NotReady,
    Receipt,
    Rejected,
    Retryable,
)
from posts.compose import compose
from posts.limits import TextLimit, Unit
from posts.model import Account, Media, Post
from scheduler.content import payload_hash
from scheduler.intents import Intents
from scheduler.model import Scope, State, Unavailable
from scheduler.store import outcomes, pauses
from scheduler.store.database import open_database
from scheduler.store.writer import GroupWriter
from tests.fakes.adapter import OBEDIENT, Gate, Lost, ObedientAdapter
from tests.fakes.world import ACCOUNTS, World
from tests.scheduler.office import PATIENCE_S, Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from adapters.contract import Progress
    from posts.model import Message
    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

MINUTE = timedelta(minutes=1)
TOKEN_IN_WORDS = "https://api.example/bot12345:a-secret-token/send"


@pytest.fixture
def office(world: World) -> Iterator[Callable[..., Office]]:
    """Opens offices over this test's world, and closes them at its end."""
    opened: list[Office] = []

    def open_one(adapters: Any = None, **more: Any) -> Office:
        opened.append(Office(world, ObedientAdapter() if adapters is None else adapters, **more))
        return opened[-1]

    yield open_one
    for one in opened:
        one.stop()


# --- a post goes out


def test_a_due_post_is_published_and_everything_about_it_is_kept(world: World, office: Callable[..., Office]) -> None:
    """Where it is, since when, how late, when it is read, and the hash of what was really sent."""
    number = world.delivery(words="ადამიანი არ იყიდება", due=world.clock() - timedelta(seconds=4))
    adapter = ObedientAdapter()

    office(adapter).pass_on()

    (sent,) = adapter.published
    row, (attempt,) = world.row(number), world.attempts(number)
    assert (row["state"], row["remote_id"], row["permalink"]) == (
        "published",
        sent.receipt.remote_id,
        sent.receipt.permalink,
    )
    assert (row["published_at"], row["late_by_s"]) == (world.clock(), 4)
    assert row["measure_at"] == world.clock() + MINUTE
    assert (attempt["outcome"], attempt["stage"], attempt["owner"]) == ("receipt", "posting", "test:1")
    message = compose(Post(mission="GE", text="ადამიანი არ იყიდება", language="ka"), ACCOUNTS[0], OBEDIENT.limits)
    assert attempt["payload_hash"] == payload_hash(message) == payload_hash(sent.message)
    assert sent.key == row["key"]


def test_what_is_published_is_not_published_again(world: World, office: Callable[..., Office]) -> None:
    """However often the daemon wakes."""
    world.delivery()
    adapter = ObedientAdapter()
    here = office(adapter)

    for _ in range(3):
        here.pass_on()
        world.clock.tick(minutes=1)

    assert len(adapter.calls) == len(adapter.published) == 1


def test_many_posts_on_many_threads_go_out_once_each(world: World, office: Callable[..., Office]) -> None:
    """The hour in which everything is due at once."""
    numbers = [number for _ in range(15) for number in world.deliveries(world.post("ge-feed", "ge-wall"))]
    adapter = ObedientAdapter()
    here = office(adapter, size=4)
    while here.pass_on() is not None:
        pass

    assert Counter(one.key for one in adapter.published) == {world.row(one)["key"]: 1 for one in numbers}
    assert {world.state(one) for one in numbers} == {State.PUBLISHED}
    assert all(len(world.audit(f"delivery:{one}")) == 2 for one in numbers)


def test_the_pass_says_when_the_next_one_falls_due(world: World, office: Callable[..., Office]) -> None:
    """The daemon sleeps exactly so long; None where nothing waits."""
    here = office()
    assert here.begin() is None

    later = world.clock() + 5 * MINUTE
    world.delivery(due=later)
    assert here.begin() == later


def test_only_what_there_is_room_for_is_claimed(world: World, office: Callable[..., Office]) -> None:
    """What is in nobody's hands can still be stopped by anybody."""
    numbers = [world.delivery() for _ in range(4)]
    gate = Gate()
    here = office(ObedientAdapter(gate=gate), size=1)

    assert here.begin() is None  # whoever gets free says so

    assert [world.state(one) for one in numbers] == [State.SENDING, State.SENDING, State.WAITING, State.WAITING]
    gate.open()
    here.finish()


def test_what_is_late_goes_half_an_hour_after_what_is_on_time(world: World, office: Callable[..., Office]) -> None:
    """After an outage nothing old bursts out, and nothing old pushes aside what is due now."""
    late, fresh = world.delivery(due=world.clock() - 60 * MINUTE), world.delivery()
    here = office()

    assert here.pass_on() == world.clock() + 30 * MINUTE
    assert (world.state(late), world.state(fresh)) == (State.WAITING, State.PUBLISHED)
    world.clock.tick(minutes=30)
    here.pass_on()

    assert world.state(late) is State.PUBLISHED
    assert (world.row(late)["late_by_s"], world.row(late)["let_go"]) == (90 * 60, "rules")
    assert [row["verb"] for row in world.audit(f"delivery:{late}")] == ["late", "claim", "outcome"]


# --- at most once


def test_intent_and_stage_are_on_disk_before_the_call(world: World, office: Callable[..., Office], url: str) -> None:
    """Seen by another connection from inside the call: a crash at any point after it is a crash that can be told."""
    number = world.delivery()
    seen: list[tuple[str, str, bool]] = []

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        seen.append(_on_disk(url, world, number))
        progress.posting()
        seen.append(_on_disk(url, world, number))
        return adapter.put_out(message, key)

    adapter = ObedientAdapter(script=[call])
    office(adapter).pass_on()

    assert seen == [("sending", "preparing", True), ("sending", "posting", True)]


def test_no_connection_is_held_while_a_platform_is_spoken_to(world: World, office: Callable[..., Office]) -> None:
    """Sixty-four slow calls must not need sixty-four connections."""
    world.delivery()
    passed = threading.Event()
    held: list[int] = []

    def count() -> None:
        assert passed.wait(PATIENCE_S)
        held.append(world.database._reader.pool.checkedout())  # type: ignore[attr-defined]

    @dataclass(slots=True, kw_only=True)
    class Watched(ObedientAdapter):
        def whoami(self) -> Identity:
            count()
            return ObedientAdapter.whoami(self)

        def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady | NeedsHand:
            count()
            return ObedientAdapter.publish(self, message, key, progress)

    here = office(Watched())
    here.begin()
    passed.set()
    here.finish()

    assert held == [0, 0]


def test_a_lost_answer_is_unclear_and_never_sent_again(world: World, office: Callable[..., Office]) -> None:
    """The post is public, we do not know it: the one thing that must not happen now is another call."""
    number = world.delivery()
    adapter = ObedientAdapter(script=[Lost()])
    here = office(adapter)

    for _ in range(4):
        here.pass_on()
        world.clock.tick(hours=1)

    assert world.state(number) is State.UNCLEAR
    assert len(adapter.calls) == len(adapter.published) == 1


def test_what_was_changed_or_paused_between_claim_and_call_does_not_go(
    world: World, office: Callable[..., Office]
) -> None:
    """The last look is under the same commit that says "posting"."""
    number = world.delivery()

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        _press(world, Scope.MISSION, "GE")
        progress.posting()
        return adapter.put_out(message, key)

    adapter = ObedientAdapter(script=[call])
    office(adapter).pass_on()

    assert adapter.published == []
    assert (world.state(number), world.row(number)["tries"]) == (State.WAITING, 0)
    assert world.attempts(number)[0]["outcome"] == "handed_back"


def test_what_was_handed_back_keeps_its_time(world: World, office: Callable[..., Office]) -> None:
    """Being put down does not make it punctual: after the pause it is as late as it is."""
    number = world.delivery()
    due = world.row(number)["due_at"]

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        world.clock.tick(minutes=3)
        _press(world, Scope.ALL, "")
        progress.posting()
        raise AssertionError("posted while everything is paused")

    office(ObedientAdapter(script=[call])).pass_on()

    assert world.row(number)["next_at"] == due


def test_nothing_is_claimed_or_set_aside_while_something_is_wrong_with_the_machine(
    world: World, office: Callable[..., Office]
) -> None:
    """Least of all may a wrong clock hold or skip what is punctual."""
    number = world.delivery()
    adapter = ObedientAdapter()
    here = office(adapter)
    here.standstill.say("clock", "The clock is wrong.")
    world.clock.tick(hours=1)

    assert here.begin() is None
    assert (world.state(number), adapter.published) == (State.WAITING, [])
    world.clock.tick(hours=-1)
    here.standstill.clear("clock")
    here.pass_on()
    assert (world.state(number), len(adapter.published)) == (State.PUBLISHED, 1)


def test_what_was_claimed_before_the_machine_was_found_wrong_does_not_go(
    world: World, office: Callable[..., Office]
) -> None:
    """The last look comes right before the call."""
    number = world.delivery()

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        here.standstill.say("clock", "The clock is wrong.")
        progress.posting()
        raise AssertionError("posted while nothing may be")

    here = office(ObedientAdapter(script=[call]))
    here.pass_on()

    assert (world.state(number), world.attempts(number)[0]["stage"]) == (State.WAITING, "preparing")


# --- what can go wrong


def _boom_before(message: Message, key: str, progress: Progress) -> Receipt:
    raise KeyError("a bug")


def _boom_after(message: Message, key: str, progress: Progress) -> Receipt:
    progress.posting()
    raise KeyError("a bug")


def _nothing_before(message: Message, key: str, progress: Progress) -> Any:
    return None


def _nothing_after(message: Message, key: str, progress: Progress) -> Any:
    progress.posting()


def test_a_server_that_lowered_its_limits_after_the_approval_is_named_with_them(
    world: World, office: Callable[..., Office]
) -> None:
    """Nothing is sent, and whoever wrote the post reads what it takes now."""
    number = world.delivery(words="a" * 20)
    lower = replace(OBEDIENT.limits, text=(TextLimit(unit=Unit.GRAPHEMES, max=19),))
    adapter = ObedientAdapter(profile=replace(OBEDIENT, limits=lower))
    office(adapter).pass_on()
    assert world.state(number) is State.FAILED
    assert "the limit is 19: shorten it by 1" in world.row(number)["reason"]
    assert adapter.calls == []


@pytest.mark.parametrize(
    ("told", "state", "outcome", "reason", "tries"),
    [
        (Retryable("busy"), State.WAITING, "retryable", "busy", 1),
        (Rejected("too long"), State.FAILED, "rejected", "too long", 0),
        (AuthExpired("revoked"), State.HELD, "auth_expired", "revoked", 0),
        (Ambiguous("no answer"), State.UNCLEAR, "ambiguous", "no answer", 0),
        (NotReady(after=MINUTE, reason="encoding"), State.WAITING, "not_ready", "encoding", 0),
        (NeedsHand(reason="Put it up"), State.HELD, "needs_hand", "Put it up", 0),
        (Receipt(remote_id="", permalink=""), State.UNCLEAR, "ambiguous", "did not name the post", 0),
        (Receipt(remote_id="7\0", permalink="p"), State.UNCLEAR, "ambiguous", "did not name the post", 0),
        (Receipt(remote_id="7", permalink="p\ud800"), State.UNCLEAR, "ambiguous", "did not name the post", 0),
        (_boom_before, State.WAITING, "own_fault", "KeyError", 1),
        (_boom_after, State.UNCLEAR, "own_fault", "KeyError", 1),
        (_nothing_before, State.WAITING, "own_fault", "TypeError", 1),
        (_nothing_after, State.UNCLEAR, "own_fault", "TypeError", 1),
    ],
    ids=lambda value: getattr(value, "__name__", None) or type(value).__name__,
)
def test_each_answer_leads_to_its_state_with_its_reason(
    world: World, office: Callable[..., Office], told: Any, state: State, outcome: str, reason: str, tries: int
) -> None:
    """It happened, it did not happen, or nobody knows: never one taken for another, and always said why."""
    number = world.delivery()

    office(ObedientAdapter(script=[told])).pass_on()

    row, (attempt,) = world.row(number), world.attempts(number)
    assert (row["state"], attempt["outcome"], row["tries"]) == (state, outcome, tries)
    assert reason in row["reason"]
    assert attempt["finished_at"] == world.clock()
    assert row["remote_id"] is None
    assert len(world.audit(f"delivery:{number}")) == 2


def test_a_retry_waits_and_then_goes_under_the_same_key(world: World, office: Callable[..., Office]) -> None:
    """So that a platform that did take the first one can say so."""
    number = world.delivery()
    adapter = ObedientAdapter(script=[Retryable("busy", after=10 * MINUTE)])
    here = office(adapter)
    here.pass_on()
    assert world.row(number)["next_at"] >= world.clock() + 10 * MINUTE

    here.pass_on()
    assert len(adapter.calls) == 1
    world.clock.now = world.row(number)["next_at"]
    here.pass_on()

    assert world.state(number) is State.PUBLISHED
    assert len(set(adapter.calls)) == 1
    assert len(adapter.calls) == 2


def test_a_post_that_the_platform_would_refuse_is_never_sent(world: World, office: Callable[..., Office]) -> None:
    """Checked once more with the limits as they are now; the reason says what is wrong."""
    number = world.delivery(words="ғ" * 501)
    adapter = ObedientAdapter()

    office(adapter).pass_on()

    assert adapter.calls == []
    assert world.state(number) is State.FAILED
    assert "501" in world.row(number)["reason"]


def test_an_account_that_left_the_configuration_sends_nothing(clock: Clock, database: Database) -> None:
    """Its posts wait for a person, who is told why."""
    world = World(database, clock)
    number = world.delivery()
    del world.accounts["ge-feed"]
    adapter = ObedientAdapter()
    here = Office(world, adapter)
    here.pass_on()
    here.stop()

    assert adapter.calls == []
    assert world.state(number) is State.FAILED
    assert "'ge-feed' is no longer in config.toml" in world.row(number)["reason"]


def test_our_own_faults_are_logged_without_their_words(world: World, office: Callable[..., Office]) -> None:
    """A foreign exception's words may hold an address with a token in it."""
    number = world.delivery()

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        raise RuntimeError(TOKEN_IN_WORDS)

    with capture_logs() as logs:
        office(ObedientAdapter(script=[call])).pass_on()

    (fault,) = [one for one in logs if one["event"] == "our own fault"]
    assert (fault["delivery"], fault["exception"]) == (number, "RuntimeError")
    assert "test_delivery.py" in fault["trace"]
    told = f"{logs} {world.row(number)} {world.attempts(number)} {world.audit()}"
    assert "a-secret-token" not in told
    assert not any(one.get("exc_info") for one in logs)


# --- whose account it is


def test_expired_credentials_pause_their_account_and_no_other(world: World, office: Callable[..., Office]) -> None:
    """One alert and one place to mend; the rest of the campaign goes on."""
    bad, next_one, good = world.delivery("ge-feed"), world.delivery("ge-feed"), world.delivery("ge-wall")
    here = office({"ge-feed": ObedientAdapter(script=[AuthExpired("revoked")]), "ge-wall": ObedientAdapter()}, size=1)
    here.pass_on()
    here.pass_on()

    assert world.state(bad) is State.HELD
    assert world.state(next_one) is State.WAITING
    assert world.state(good) is State.PUBLISHED
    (pause,) = world.view("pause")
    assert (pause["scope"], pause["subject"], pause["by"]) == ("account", "ge-feed", "daemon")
    assert "revoked" in pause["why"]


@pytest.mark.parametrize("confirmed", ["by handle", "by remote id"])
def test_a_secret_that_opens_another_account_sends_nothing(database: Database, clock: Clock, confirmed: str) -> None:
    """Georgia's post on Tajikistan's channel cannot be taken back."""
    handle = "iomgeorgia" if confirmed == "by handle" else ""
    world = World(database, clock, [Account(id="ge-feed", mission="GE", platform="obedient", handle=handle)])
    if confirmed == "by remote id":
        world.run("UPDATE account SET remote_id = 'somebody-else'")
    number = world.delivery()
    adapter = ObedientAdapter()
    here = Office(world, adapter)
    here.pass_on()
    here.stop()

    assert adapter.calls == []
    assert world.state(number) is State.HELD
    assert "not the account it was confirmed for" in world.row(number)["reason"]
    assert [row["subject"] for row in world.view("pause")] == ["ge-feed"]


def test_the_first_identity_is_adopted_and_written_down(world: World, office: Callable[..., Office]) -> None:
    """From then on it has to be that one."""
    world.delivery()
    office().pass_on()

    account = next(row for row in world.view("account") if row["id"] == "ge-feed")
    assert (account["remote_id"], account["remote_handle"]) == ("obedient-1", "obedient")
    assert [row["verb"] for row in world.audit("account:ge-feed")] == ["add", "identity"]


@dataclass(slots=True, kw_only=True)
class Named(ObedientAdapter):
    """Opens the account that `opens` says, and counts how often it was asked."""

    opens: str = "obedient-1"
    asked: int = 0
    before: Callable[[], None] = field(default=lambda: None)

    def whoami(self) -> Identity:
        self.asked += 1
        self.before()
        return Identity(remote_id=self.opens, handle="obedient")


def test_an_identity_is_looked_at_once_a_run(world: World, office: Callable[..., Office]) -> None:
    """It costs a call, and some platforms allow few."""
    adapter = Named()
    for _ in range(5):
        world.delivery()
    here = office(adapter)
    while here.pass_on() is not None:
        pass

    assert adapter.asked == 1
    assert len(adapter.published) == 5


def test_an_identity_is_looked_at_again_after_its_credentials_failed(
    world: World, office: Callable[..., Office]
) -> None:
    """Whoever connects it again may have taken the wrong token; the daemon that runs must notice."""
    first, second = world.delivery(), world.delivery(due=world.clock() + MINUTE)
    adapter = Named(script=[AuthExpired("revoked")])
    here = office(adapter)
    here.pass_on()
    adapter.opens = "somebody-else"
    with world.database.write() as tx:
        pauses.release(tx, Scope.ACCOUNT, "ge-feed", why="connected again", by="officer", now=world.clock())
    world.clock.tick(minutes=1)

    here.pass_on()

    assert adapter.published == []
    assert (world.state(first), world.state(second)) == (State.HELD, State.HELD)


def test_a_platform_that_does_not_say_who_we_are_holds_up_nobody_else(
    world: World, office: Callable[..., Office]
) -> None:
    """One dead server at 09:00 must not cost every other account its time-out."""
    stuck, good = world.delivery("ge-feed"), world.delivery("ge-wall")
    go_on, asked, sent = threading.Event(), threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        assert go_on.wait(PATIENCE_S)

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        assert asked.wait(PATIENCE_S)
        progress.posting()
        sent.set()
        return wall.put_out(message, key)

    wall = ObedientAdapter(script=[call])
    here = office({"ge-feed": Named(before=wait), "ge-wall": wall})
    here.begin()

    assert sent.wait(PATIENCE_S)
    go_on.set()
    here.finish()
    assert {world.state(one) for one in (stuck, good)} == {State.PUBLISHED}


# --- being stopped


def test_stopping_ends_the_call_that_runs_and_puts_back_what_waits(world: World, office: Callable[..., Office]) -> None:
    """A restart in the middle of the day loses nothing and doubles nothing."""
    runs, waits = world.delivery(), world.delivery()
    gate = Gate()
    adapter = ObedientAdapter(gate=gate)
    here = office(adapter, size=1)
    here.begin()
    assert gate.wait_for_entry()
    stopped: list[bool] = []
    stopping = threading.Thread(target=lambda: stopped.append(here.stop()))
    stopping.start()
    assert here.courier.stopping.wait(PATIENCE_S)
    while not here.lanes._stopping:
        assert stopping.is_alive()
    gate.open()
    stopping.join(PATIENCE_S)

    assert stopped == [True]
    assert (world.state(runs), world.state(waits)) == (State.PUBLISHED, State.WAITING)
    assert (world.row(waits)["tries"], world.row(waits)["next_at"]) == (0, world.row(waits)["due_at"])
    assert world.attempts(waits)[0]["outcome"] == "handed_back"
    assert len(adapter.calls) == 1


def test_no_posting_call_is_begun_once_stopping(world: World, office: Callable[..., Office]) -> None:
    """An upload that ends after SIGTERM is kept, and the post goes with the next start."""
    number = world.delivery()

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        progress.save("media-1", {"id": "7"})
        here.courier.stopping.set()
        progress.posting()
        return adapter.put_out(message, key)

    adapter = ObedientAdapter(script=[call])
    here = office(adapter)
    here.pass_on()

    assert adapter.published == []
    assert (world.state(number), world.row(number)["progress"]) == (State.WAITING, {"media-1": {"id": "7"}})


# --- a database that does not want to


def test_an_outcome_that_could_not_be_written_is_written_later(world: World, office: Callable[..., Office]) -> None:
    """A disk that is full for a minute must not make a published post unclear."""
    number = world.delivery()
    writer = Watchful(world.database)
    adapter = ObedientAdapter()
    here = office(adapter, writer=writer)
    with _refusing(world):
        here.begin()
        assert writer.failed.wait(PATIENCE_S)
        assert world.state(number) is State.SENDING
    assert writer.recorded.wait(PATIENCE_S)

    assert world.state(number) is State.PUBLISHED
    assert len(adapter.calls) == 1
    here.finish()


def test_without_a_committed_stage_no_call_is_made_and_no_try_is_burned(
    world: World, office: Callable[..., Office]
) -> None:
    """A dead database stops sending; it is not the post's fault, and goes on by itself when it is back."""
    number = world.delivery()
    adapter = ObedientAdapter()
    office(adapter, writer=Away(world.database)).pass_on()

    assert adapter.published == []
    assert (world.state(number), world.row(number)["tries"]) == (State.WAITING, 0)
    assert world.attempts(number)[0]["outcome"] == "handed_back"


# --- after a crash


def test_saved_progress_survives_a_crash_and_the_dead_sender_can_do_nothing(
    world: World, office: Callable[..., Office], tmp_path: Path
) -> None:
    """The next start goes on where it stood; the old one, should it wake, has lost its fence."""
    number = world.delivery(media=(_picture(tmp_path),))
    hung, wake = threading.Event(), threading.Event()
    adapter = ObedientAdapter()

    def hangs(message: Message, key: str, progress: Progress) -> Receipt:
        progress.save("media-1", {"id": "7"})
        hung.set()
        assert wake.wait(PATIENCE_S)
        progress.posting()
        return adapter.put_out(message, key)

    old = office(ObedientAdapter(script=[hangs]))
    old.begin()
    assert hung.wait(PATIENCE_S)
    with world.database.write() as tx:
        assert outcomes.recover(tx, now=world.clock())["waiting"] == 1

    office(adapter).pass_on()
    wake.set()
    old.finish()

    assert adapter.uploads == []
    assert len(adapter.published) == 1
    assert world.state(number) is State.PUBLISHED
    assert [one["outcome"] for one in world.attempts(number)] == ["died", "receipt"]


def test_a_word_that_comes_too_late_is_told(world: World, office: Callable[..., Office]) -> None:
    """A receipt for a delivery that is no longer ours may be a second post: somebody must look."""
    number = world.delivery()
    hung, wake = threading.Event(), threading.Event()

    def hangs(message: Message, key: str, progress: Progress) -> Receipt:
        progress.posting()
        hung.set()
        assert wake.wait(PATIENCE_S)
        return Receipt(remote_id="x-1", permalink="https://obedient.example/x-1")

    here = office(ObedientAdapter(script=[hangs]))
    here.begin()
    assert hung.wait(PATIENCE_S)
    with world.database.write() as tx:
        assert outcomes.recover(tx, now=world.clock())["unclear"] == 1
    with capture_logs() as logs:
        wake.set()
        here.finish()

    assert world.state(number) is State.UNCLEAR
    (told,) = [one for one in logs if one["event"] == "outcome came too late: it is no longer ours"]
    assert (told["delivery"], told["permalink"]) == (number, "https://obedient.example/x-1")


def test_a_sender_knows_the_other_posts_of_its_account(world: World, office: Callable[..., Office]) -> None:
    """What is theirs is never taken for ours."""
    world.publish(world.delivery(), remote_id="theirs")
    world.delivery()
    seen: list[object] = []

    def call(message: Message, key: str, progress: Progress) -> Receipt:
        seen.append(progress.taken)
        progress.posting()
        return adapter.put_out(message, key)

    adapter = ObedientAdapter(script=[call])
    office(adapter).pass_on()

    assert seen == [{"theirs"}]


class Watchful(GroupWriter):
    """Says when recording has failed for the first time, and when it has worked."""

    def __init__(self, database: Database):
        super().__init__(database)
        self.failed, self.recorded = threading.Event(), threading.Event()

    def hand_in(self, group: Any, number: int, item: object) -> Future[bool]:
        done = super().hand_in(group, number, item)
        if group is outcomes.record:
            done.add_done_callback(lambda one: (self.failed if one.exception() else self.recorded).set())
        return done


class Away(GroupWriter):
    """The database is away whenever the stage is to be committed."""

    def hand_in(self, group: Any, number: int, item: object) -> Future[bool]:
        return super().hand_in(_away if isinstance(getattr(group, "__self__", None), Intents) else group, number, item)


def _away(*_: object) -> set[int]:
    raise Unavailable("the database is away")


REFUSE = {
    "sqlite": [
        "CREATE TRIGGER refuse BEFORE UPDATE OF outcome ON attempt BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$",
        "CREATE TRIGGER refuse BEFORE UPDATE OF outcome ON attempt FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}


@contextmanager
def _refusing(world: World) -> Iterator[None]:
    """No attempt can be closed meanwhile."""
    for statement in REFUSE[world.database.dialect]:
        world.run(statement)
    yield
    world.run("DROP TRIGGER refuse" + (" ON attempt" if world.database.dialect == "postgresql" else ""))


def _on_disk(url: str, world: World, number: int) -> tuple[str, str, bool]:
    """State, stage and whether there is a key, as another process would find them."""
    other = open_database(url)
    elsewhere = World.__new__(World)
    elsewhere.database = other
    row, (attempt,) = elsewhere.row(number), elsewhere.attempts(number)
    other.close()
    return row["state"], attempt["stage"], bool(row["key"])


def _press(world: World, scope: Scope, subject: str) -> None:
    with world.database.write() as tx:
        pauses.press(tx, scope, subject, why="a wrong number", by="officer", now=world.clock())


def _picture(folder: Path) -> Media:
    return Media(
        path=folder / "card.png",
        sha256="0" * 64,
        mime="image/png",
        width_px=8,
        height_px=8,
        size_bytes=100,
        alt_text="A card",
    )


def test_a_secret_that_is_replaced_is_looked_at_before_the_next_post(
    world: World, office: Callable[..., Office]
) -> None:
    """Somebody who connects the wrong account while the daemon runs must not post as it."""
    first, second = world.delivery(), world.delivery(due=world.clock() + MINUTE)
    adapter, marks = Named(), ["before"]
    here = office(adapter, mark_of=lambda _account: marks[-1])
    here.pass_on()
    adapter.opens = "somebody-else"
    marks.append("after")
    world.clock.tick(minutes=1)
    here.pass_on()

    assert (world.state(first), world.state(second)) == (State.PUBLISHED, State.HELD)
    assert [row["subject"] for row in world.view("pause")] == ["ge-feed"]
    assert len(adapter.published) == 1

"""Unclear settles itself: looked up, adopted, sent again where that is harmless, else held for a person."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.contract import Ambiguous, AuthExpired, Duplicate, Identity, Lookup, Receipt, Retryable
from scheduler.delivery import Rhythm
from scheduler.model import Scope, State, WrongUse
from scheduler.settle import Settler
from scheduler.store import doubts, moves, pauses
from scheduler.store.moves import Move
from tests.fakes.adapter import OBEDIENT, Lost, ObedientAdapter
from tests.scheduler.office import LOOKS, PATIENCE_S, Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from adapters.contract import Adapter, Progress
    from posts.model import Account, Message
    from tests.fakes.world import World

MINUTE = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Lagging(ObedientAdapter):
    """Shows what is public only from the `shows_at_look`-th look on; `faults` are raised by the looks before."""

    shows_at_look: int = 1
    faults: list[Exception] = field(default_factory=list)
    while_looking: Callable[[], None] = lambda: None

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:
        self.while_looking()
        if self.faults:
            raise self.faults.pop(0)
        found = ObedientAdapter.find(self, message, key, since, progress)
        return found if self.looks >= self.shows_at_look else None


class Desk:
    """A courier and a settler over one world, as the daemon has them."""

    def __init__(self, world: World, adapters: Mapping[str, Adapter] | ObedientAdapter, **accounts: Account):
        self.world = world
        self.office = Office(world, adapters)
        self.adapter_of: Callable[[str], Adapter] = (
            (lambda _: adapters) if isinstance(adapters, ObedientAdapter) else adapters.__getitem__
        )
        self.accounts = {**world.accounts, **accounts}
        self.settler = self.start()

    def start(self) -> Settler:
        """A settler, as a new process would have it."""
        until = self.world.clock() + timedelta(days=90)
        return Settler(
            database=self.world.database,
            accounts=self.accounts,
            adapter_of=self.adapter_of,
            profile_of=lambda account: self.adapter_of(account.id).profile,
            rhythm=Rhythm(cadence=(MINUTE,), until=until, looks=LOOKS),
            clock=self.world.clock,
            stopping=threading.Event(),
        )

    def look(self) -> None:
        """One pass, and every worker that it began is done."""
        self.settler.begin()
        for one in self.settler._at_work.values():
            one.join(PATIENCE_S)
            assert not one.is_alive()

    def look_at_every_instant(self) -> None:
        """The three looks, each at its time."""
        for wait in (20, 100, 180):
            self.world.clock.tick(seconds=wait)
            self.look()


@pytest.fixture
def desk(world: World) -> Iterator[Callable[..., Desk]]:
    opened: list[Desk] = []

    def open_one(adapters: Any, **more: Any) -> Desk:
        opened.append(Desk(world, adapters, **more))
        return opened[-1]

    yield open_one
    for one in opened:
        one.settler.stop(PATIENCE_S)
        one.office.stop()


def in_doubt(here: Desk, account: str = "ge-feed", **wish: Any) -> int:
    """One delivery whose posting call has ended without an answer; its id."""
    number = here.world.delivery(account, **wish)
    here.office.pass_on()
    assert here.world.state(number) is State.UNCLEAR
    return number


# --- found


@pytest.mark.parametrize("at_look", [1, 2, 3])
def test_what_is_found_at_any_look_is_adopted_and_never_sent_again(
    world: World, desk: Callable[..., Desk], at_look: int
) -> None:
    """The platform lags; the post is out once, and everything about it is kept as if the answer had come."""
    adapter = Lagging(script=[Lost()], shows_at_look=at_look)
    here = desk(adapter)
    began = world.clock()
    number = in_doubt(here, due=began - timedelta(seconds=4))

    here.look_at_every_instant()

    row, (attempt,) = world.row(number), world.attempts(number)
    (out,) = adapter.published
    assert (row["state"], row["remote_id"], row["permalink"], row["reason"]) == (
        State.PUBLISHED,
        out.receipt.remote_id,
        out.receipt.permalink,
        "",
    )
    assert (row["published_at"], row["late_by_s"], row["looks"]) == (began, 4, at_look)
    assert row["measure_at"] > began
    assert attempt["outcome"] == "found"
    assert [one["saw"] for one in attempt["evidence"]["looks"]] == [*["not there"] * (at_look - 1), "found"]
    assert [(one["actor"], one["verb"]) for one in world.audit(f"delivery:{number}")][-1] == ("daemon", "settle")

    here.settler = here.start()
    here.look_at_every_instant()
    here.office.pass_on()
    assert len(adapter.calls) == 1


def test_nothing_is_looked_up_before_its_time(world: World, desk: Callable[..., Desk]) -> None:
    """A platform shows nothing within the first seconds, and "not there" must mean something."""
    adapter = Lagging(script=[Lost()])
    here = desk(adapter)
    number = in_doubt(here)
    world.clock.tick(seconds=19)
    here.look()
    assert adapter.looks == 0
    assert world.row(number)["next_at"] == world.clock() + timedelta(seconds=1)


def test_what_another_delivery_holds_is_not_adopted(world: World, desk: Callable[..., Desk]) -> None:
    """Told to the adapter beforehand, and refused again in the transaction that would adopt it."""
    theirs = Receipt(remote_id="theirs", permalink="https://obedient.example/theirs", parts=("theirs",))

    @dataclass(slots=True, kw_only=True)
    class Mistaken(ObedientAdapter):
        def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:
            self.looks += 1
            assert "theirs" in progress.taken
            return theirs

    adapter = Mistaken(script=[Ambiguous("no answer")])
    here = desk(adapter)
    number = in_doubt(here)
    other = world.delivery()
    world.publish(other, "theirs")
    world.clock.tick(seconds=20)
    here.look()
    assert adapter.looks == 1
    assert world.state(number) is State.UNCLEAR
    here.look()
    assert adapter.looks == 1, "it is asked again later, not every second"
    assert "counts for another delivery" in world.row(number)["reason"]
    world.clock.tick(hours=25)
    here.look()
    assert world.state(number) is State.HELD


def test_the_post_of_a_sender_that_has_not_said_so_yet_is_not_adopted(world: World, desk: Callable[..., Desk]) -> None:
    """Two deliveries with the same words: one is lost, the other's call is under way. To take its post loses one."""
    theirs = Receipt(remote_id="theirs", permalink="https://obedient.example/theirs", parts=("theirs",))
    adapter = Lagging(script=[Ambiguous("no answer")])
    here = desk(adapter)
    number = in_doubt(here, words="same words")
    other = world.delivery(words="same words")
    (claimed,) = world.claim()
    assert claimed.delivery_id == other
    adapter.put_out(None, world.row(number)["key"], theirs)  # type: ignore[arg-type]
    world.clock.tick(seconds=20)
    here.look()
    assert (world.state(number), world.row(number)["looks"]) == (State.UNCLEAR, 0)
    assert "same words" in world.row(number)["reason"]


@pytest.mark.parametrize(
    ("follows", "comment", "state"),
    [(True, "More", State.HELD), (True, " ", State.PUBLISHED), (False, "More", State.PUBLISHED)],
)
def test_a_post_whose_comment_is_not_there_is_not_published(
    world: World, desk: Callable[..., Desk], *, follows: bool, comment: str, state: State
) -> None:
    """Where the comment is a call of its own, it may be the one that was lost; the post alone is half of it."""
    adapter = Lagging(script=[Lost()], profile=replace(OBEDIENT, comment_follows=follows))
    here = desk(adapter)
    number = in_doubt(here, first_comment=comment)
    here.look_at_every_instant()
    assert world.state(number) is state
    assert ("1 of its 2 parts" in (world.row(number)["reason"] or "")) is (state is State.HELD)


# --- not there


def test_not_there_at_any_look_goes_again_once_under_the_same_key(world: World, desk: Callable[..., Desk]) -> None:
    """What never arrived must not be lost either."""
    adapter = Lagging(script=[Ambiguous("no answer")])
    here = desk(adapter)
    number = in_doubt(here)
    here.look_at_every_instant()
    assert world.state(number) is State.WAITING
    here.office.pass_on()
    assert world.state(number) is State.PUBLISHED
    assert adapter.calls == [world.row(number)["key"]] * 2
    assert len(adapter.published) == 1
    assert [one["outcome"] for one in world.attempts(number)] == ["not_found", "receipt"]


def test_under_the_red_button_it_is_looked_up_and_nothing_goes_again(world: World, desk: Callable[..., Desk]) -> None:
    """Reading is allowed; a call is not."""
    adapter = Lagging(script=[Ambiguous("no answer")])
    here = desk(adapter)
    number = in_doubt(here)
    with world.database.write() as tx:
        pauses.press(tx, Scope.ALL, "", why="stop", by="nino", now=world.clock())
    here.look_at_every_instant()
    here.office.pass_on()
    assert world.state(number) is State.WAITING
    assert len(adapter.calls) == 1


def test_past_its_limit_it_does_not_go_again(world: World, desk: Callable[..., Desk]) -> None:
    """It is surely not out, and its moment has passed."""
    adapter = Lagging(script=[Ambiguous("no answer")])
    here = desk(adapter)
    number = in_doubt(here, not_after=world.clock() + timedelta(minutes=1))
    here.look_at_every_instant()
    here.office.pass_on()
    assert world.state(number) is State.SKIPPED
    assert len(adapter.calls) == 1


def test_where_not_found_proves_nothing_it_is_held_and_cannot_be_released(
    world: World, desk: Callable[..., Desk]
) -> None:
    """Only `resolve` answers the question, after somebody has looked."""
    adapter = Lagging(script=[Ambiguous("no answer")], profile=replace(OBEDIENT, resend_after_looks=False))
    here = desk(adapter)
    number = in_doubt(here)
    here.look_at_every_instant()
    assert world.state(number) is State.HELD
    with world.database.read() as tx:
        assert moves.may_be_out(tx, number)


def test_what_only_the_journal_knew_to_be_posted_cannot_be_released_either(
    world: World, desk: Callable[..., Desk]
) -> None:
    """A server that failed over may have lost the stage, not the post."""
    adapter = Lagging(script=[Ambiguous("no answer")], profile=replace(OBEDIENT, resend_after_looks=False))
    here = desk(adapter)
    number = in_doubt(here)
    world.run("UPDATE attempt SET stage = 'preparing' WHERE delivery_id = :id", id=number)
    here.look_at_every_instant()
    with world.database.read() as tx:
        assert moves.may_be_out(tx, number)


def test_a_duplicate_answer_is_looked_up_at_once_and_never_sent_again(world: World, desk: Callable[..., Desk]) -> None:
    """It is evidence of an earlier success, whatever the platform would allow otherwise."""
    adapter = Lagging(script=[Duplicate("it has this already", http_status=403)])
    here = desk(adapter)
    number = in_doubt(here)
    here.look()
    assert adapter.looks == 1
    here.look_at_every_instant()
    here.office.pass_on()
    assert world.state(number) is State.HELD
    assert len(adapter.calls) == 1


def test_a_duplicate_that_is_found_is_adopted(world: World, desk: Callable[..., Desk]) -> None:
    """An earlier call of ours got through."""

    def got_through_before(message: Message, key: str, progress: Progress) -> Receipt:
        progress.posting()
        adapter.put_out(message, key)
        raise Duplicate("it has this already")

    adapter = Lagging(script=[got_through_before])
    here = desk(adapter)
    number = in_doubt(here)
    here.look()
    assert world.state(number) is State.PUBLISHED


def test_where_nobody_can_be_asked_it_is_held_at_once(world: World, desk: Callable[..., Desk]) -> None:
    """Waiting would settle nothing."""
    profile = replace(OBEDIENT, lookup=Lookup.NONE, resend_after_looks=False)
    adapter = Lagging(script=[Lost()], profile=profile)
    here = desk(adapter)
    number = in_doubt(here)
    here.look()
    assert (world.state(number), adapter.looks) == (State.HELD, 0)


# --- a look that fails


def test_a_look_that_fails_is_repeated_and_not_counted(world: World, desk: Callable[..., Desk]) -> None:
    """429 and a broken network say nothing about the post."""
    adapter = Lagging(script=[Lost()], faults=[Retryable("429", after=timedelta(minutes=3))])
    here = desk(adapter)
    number = in_doubt(here)
    world.clock.tick(seconds=20)
    here.look()
    row = world.row(number)
    assert (row["state"], row["looks"], row["next_at"]) == (State.UNCLEAR, 0, world.clock() + timedelta(minutes=3))
    world.clock.tick(minutes=3)
    here.look()
    assert world.state(number) is State.PUBLISHED


def test_after_one_failure_the_accounts_others_wait_as_well(world: World, desk: Callable[..., Desk]) -> None:
    """Sixty-four time-outs one after the other would be half an hour."""
    adapter = Lagging(script=[Lost(), Lost()], faults=[Retryable("away"), AssertionError("asked again")])
    here = desk(adapter)
    numbers = [world.delivery(words=words) for words in ("one", "two")]
    here.office.pass_on()
    world.clock.tick(seconds=20)
    here.look()
    assert [world.state(one) for one in numbers] == [State.UNCLEAR, State.UNCLEAR]
    assert all("away" in world.row(one)["reason"] for one in numbers)
    assert len(adapter.faults) == 1


def test_refused_credentials_pause_the_account_and_settle_nothing(world: World, desk: Callable[..., Desk]) -> None:
    """One alert for the account; the post may be out all the same."""
    adapter = Lagging(script=[Lost()], faults=[AuthExpired("the token was revoked")])
    here = desk(adapter)
    number = in_doubt(here)
    world.clock.tick(seconds=20)
    here.look()
    assert world.state(number) is State.UNCLEAR
    with world.database.read() as tx:
        assert [(one["scope"], one["subject"], one["by"]) for one in pauses.active(tx)] == [
            ("account", "ge-feed", "daemon")
        ]


def test_in_somebody_elses_account_not_finding_it_proves_nothing(world: World, desk: Callable[..., Desk]) -> None:
    """A token that was swapped meanwhile must not turn "published" into "send it again"."""

    @dataclass(slots=True, kw_only=True)
    class Swapped(Lagging):
        whose: str = "obedient-1"

        def whoami(self) -> Identity:
            return Identity(remote_id=self.whose, handle="obedient")

    adapter = Swapped(script=[Lost()])
    here = desk(adapter)
    number = in_doubt(here)
    adapter.whose, adapter.finds_nothing = "somebody-else", True
    here.look_at_every_instant()
    assert (world.state(number), adapter.looks) == (State.UNCLEAR, 0)


# --- two who settle


def test_a_person_who_resolves_during_a_look_wins_and_the_look_is_dropped(
    world: World, desk: Callable[..., Desk]
) -> None:
    """Whoever commits first; the other writes nothing."""

    def resolve() -> None:
        with world.database.write() as tx:
            held = Move(verb="resolve", to=State.HELD, actor="nino", reason="asked the mission")
            moves.make(tx, number, held, world.clock())

    adapter = Lagging(script=[Lost()], while_looking=resolve)
    here = desk(adapter)
    number = in_doubt(here)
    world.clock.tick(seconds=20)
    here.look()
    assert (world.state(number), world.row(number)["reason"]) == (State.HELD, "asked the mission")


def test_a_person_who_resolves_after_the_look_is_told(world: World, desk: Callable[..., Desk]) -> None:
    """ "It is published already" is an answer; a second publication is not."""
    here = desk(Lagging(script=[Lost()]))
    number = in_doubt(here)
    world.clock.tick(seconds=20)
    here.look()
    again = Move(verb="resolve", to=State.WAITING, actor="nino")
    with world.database.write() as tx, pytest.raises(WrongUse, match="is published"):
        moves.make(tx, number, again, world.clock())


def test_an_old_look_says_nothing_about_a_newer_try(world: World, desk: Callable[..., Desk]) -> None:
    """A person sent it again meanwhile and that is unclear too: the old answer was for the old call."""
    adapter = Lagging(script=[Ambiguous("no answer"), Lost()])
    here = desk(adapter)
    number = in_doubt(here)
    world.clock.tick(seconds=20)
    with world.database.read() as tx:
        (old,) = doubts.due(tx, now=world.clock(), at_once=(), most=10)
    with world.database.write() as tx:
        moves.make(tx, number, Move(verb="resolve", to=State.WAITING, actor="nino"), world.clock())
    here.office.pass_on()
    assert world.state(number) is State.UNCLEAR
    here.settler._work([old])
    assert (world.state(number), world.row(number)["looks"]) == (State.UNCLEAR, 0)


# --- one server hangs


def test_a_server_that_hangs_keeps_no_other_waiting_and_has_one_worker(world: World, desk: Callable[..., Desk]) -> None:
    """Nor publishing, nor the end of the daemon."""
    entered, go_on = threading.Semaphore(0), threading.Event()

    def hang() -> None:
        entered.release()
        assert go_on.wait(PATIENCE_S)

    hanging, quick = Lagging(script=[Lost()], while_looking=hang), Lagging(script=[Lost()])
    elsewhere = replace(world.accounts["tj-feed"], base_url="https://elsewhere.example")
    here = desk({"ge-feed": hanging, "ge-wall": hanging, "tj-feed": quick, "tj-wall": quick}, **{"tj-feed": elsewhere})
    stuck, free = world.delivery("ge-feed"), world.delivery("tj-feed")
    here.office.pass_on()
    world.clock.tick(seconds=20)

    assert here.settler.begin() == 2
    assert entered.acquire(timeout=PATIENCE_S)
    here.settler._at_work["elsewhere.example"].join(PATIENCE_S)
    assert (world.state(stuck), world.state(free)) == (State.UNCLEAR, State.PUBLISHED)
    assert here.settler.begin() == 0

    here.settler.stop(0)
    go_on.set()
    here.settler._at_work["obedient"].join(PATIENCE_S)
    assert world.state(stuck) is State.UNCLEAR

"""Taking deliveries into our hands: which, in what order, and never one twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from posts.model import Kind
from scheduler.model import Review, Scope, State
from scheduler.plan import on_time
from scheduler.store import claims, moves, pauses, posts
from scheduler.store.schema import delivery
from tests.fakes.world import CAMPAIGN, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.model import Claimed
    from tests.fakes.world import World

SCOPES = [(Scope.ALL, ""), (Scope.CAMPAIGN, "1"), (Scope.MISSION, "GE"), (Scope.ACCOUNT, "ge-feed")]
OTHERS = [(Scope.CAMPAIGN, "2"), (Scope.MISSION, "TJ"), (Scope.ACCOUNT, "ge-wall")]


def test_what_is_due_and_approved_is_claimed_with_all_a_sender_needs(world: World) -> None:
    """The sender reads nothing more: it holds no connection while it talks to a platform."""
    number = world.delivery(words="ӯ", not_after=world.clock() + timedelta(hours=1))

    (claimed,) = world.claim(owner="host:1")

    assert (claimed.delivery_id, claimed.account, claimed.fence, claimed.tries) == (number, "ge-feed", 1, 1)
    assert claimed.post.text == "ӯ"
    assert claimed.due_at == claimed.first_intent_at == world.clock()
    assert claimed.not_after == world.clock() + timedelta(hours=1)
    assert world.state(number) is State.SENDING
    (attempt,) = world.attempts(number)
    assert (attempt["id"], attempt["owner"], attempt["stage"]) == (claimed.attempt_id, "host:1", "preparing")
    assert (attempt["started_at"], attempt["finished_at"]) == (world.clock(), None)


@pytest.mark.parametrize("review", [one for one in Review if one is not Review.APPROVED])
def test_what_is_not_approved_is_not_claimed(world: World, review: Review) -> None:
    """Nothing goes out that a reviewer has not seen."""
    post = world.post()
    with world.database.write() as tx:
        posts.set_review(tx, [post], review)

    assert world.claim() == []


def test_an_approval_is_for_the_words_it_was_given_for(world: World) -> None:
    """A post that says approved but reads otherwise than what was approved stays where it is."""
    post = world.post()
    world.edit(post, "other words")
    with world.database.write() as tx:
        posts.set_review(tx, [post], Review.APPROVED)
    assert world.claim() == []

    with world.database.write() as tx:
        posts.approve(tx, post, by="reviewer@iom.example", now=world.clock())
    assert [one.post.text for one in world.claim()] == ["other words"]


def test_what_is_not_due_is_not_claimed(world: World) -> None:
    """A minute early in one zone is a broken embargo."""
    number = world.delivery(due=world.clock() + timedelta(seconds=1))
    assert world.claim() == []
    assert _next_due(world) == world.clock() + timedelta(seconds=1)

    world.clock.tick(seconds=1)
    assert [one.delivery_id for one in world.claim()] == [number]
    assert _next_due(world) is None


@pytest.mark.parametrize(("scope", "subject"), SCOPES)
def test_what_is_paused_is_not_claimed_until_it_is_resumed(world: World, scope: Scope, subject: str) -> None:
    """The red button works at every size, and lets go again."""
    number = world.delivery()
    _press(world, scope, subject)
    assert world.claim() == []
    assert _next_due(world) is None

    with world.database.write() as tx:
        assert pauses.release(tx, scope, subject, why="over", by="officer", now=world.clock()) == 1
    assert [one.delivery_id for one in world.claim()] == [number]


@pytest.mark.parametrize(("scope", "subject"), OTHERS)
def test_a_pause_stops_nothing_else(world: World, scope: Scope, subject: str) -> None:
    """One mission's trouble must not silence another."""
    number = world.delivery()
    _press(world, scope, subject)

    assert [one.delivery_id for one in world.claim()] == [number]


def test_a_pause_pressed_twice_is_one_pause(world: World) -> None:
    """Sixty senders that find one token revoked press it together; one release must end it."""
    start = threading.Barrier(4)
    pressed: list[bool] = []

    def press() -> None:
        start.wait(10)
        pressed.append(_press(world, Scope.ACCOUNT, "ge-feed"))

    _together([press] * 4)

    assert sorted(pressed) == [False, False, False, True]
    assert world.count("pause") == 1
    assert len(world.audit("pause:account:ge-feed")) == 1


@pytest.mark.parametrize("state", [one for one in State if one is not State.WAITING])
def test_only_what_waits_is_claimed(world: World, state: State) -> None:
    """Published, held, unclear: none of these may be begun again by itself."""
    world.bring(world.delivery(), state)

    assert world.claim() == []


@pytest.mark.parametrize("many", [5, 230])
def test_the_longest_due_goes_first_up_to_the_limit(world: World, many: int) -> None:
    """After a pause the queue drains in the order in which people wished."""
    late_first = [world.clock() - timedelta(seconds=number) for number in range(many)]
    new = [
        replace(world.new_post(["ge-feed"], due=due), external_id=f"row {number}")
        for number, due in enumerate(late_first)
    ]
    with world.database.write() as tx:
        ids = posts.add_many(tx, new, world.clock())
        posts.approve_many(tx, ids, by="r", now=world.clock())

    claimed = world.claim(most=many - 1)

    assert [one.due_at for one in claimed] == sorted(late_first)[: many - 1]
    assert [one.due_at for one in world.claim()] == [max(late_first)]


class Half:
    """Nothing of one account, and so many of the other."""

    def __init__(self, none: str, most: int):
        self.none, self.most = none, most

    def shut(self) -> list[str]:
        return [self.none] + ["ge-wall"] * (self.most <= 0)

    def careful(self) -> list[str]:
        return []

    def take(self, account: str, *, deaths: int) -> bool:
        assert account != self.none
        assert not deaths
        self.most -= account == "ge-wall"
        return account != "ge-wall" or self.most >= 0


def test_of_each_account_only_its_portion_is_claimed_and_the_others_fill_up(world: World) -> None:
    """Posts that wait for a slow platform, however long due, must not stand in the way of those behind them."""
    early, later = world.clock() - timedelta(minutes=2), world.clock() - timedelta(minutes=1)
    shut = [world.delivery("tj-feed", due=early) for _ in range(4)]
    some = [world.delivery("ge-wall", due=later) for _ in range(4)]
    free = [world.delivery("ge-feed") for _ in range(4)]
    with world.database.write() as tx:
        claimed = claims.claim(tx, now=world.clock(), most=5, owner="test", portion=Half("tj-feed", 2))

    assert [one.delivery_id for one in claimed] == [*some[:2], *free[:3]]
    assert {world.state(one) for one in shut} == {State.WAITING}


def test_what_may_not_be_taken_does_not_wake_anybody(world: World) -> None:
    """The daemon would turn in circles until a platform is back."""
    world.delivery("tj-feed")
    later = world.clock() + timedelta(hours=1)
    world.delivery("ge-feed", due=later)
    with world.database.read() as tx:
        assert claims.next_due(tx, world.clock(), Half("tj-feed", 0)) == later
        assert claims.next_due(tx, world.clock(), Half("ge-feed", 0)) == world.clock()


def test_of_one_instant_the_first_added_goes_first(world: World) -> None:
    """The order is settled, so that two runs do the same."""
    numbers = [world.delivery() for _ in range(4)]

    assert [one.delivery_id for one in world.claim()] == numbers


def test_each_claim_raises_the_fence_and_opens_an_attempt(world: World) -> None:
    """Who holds an older fence has lost the delivery, whatever it still has to say."""
    number = world.delivery()
    for fence in (1, 2, 3):
        (claimed,) = world.claim()
        assert claimed.fence == fence
        world.record(outcome(claimed, State.WAITING, world.clock(), next_at=world.clock()))

    assert [one["fence"] for one in world.attempts(number)] == [1, 2, 3]


def test_the_key_is_frozen_at_the_first_intent(world: World) -> None:
    """A platform that has seen the key must see it again, or it cannot know its own post."""
    number = world.delivery()
    (first,) = world.claim()
    world.record(outcome(first, State.WAITING, world.clock(), next_at=world.clock() + timedelta(minutes=5)))
    world.clock.tick(minutes=6)
    with world.database.write() as tx:
        tx.execute(update(delivery).where(delivery.c.id == number).values(due_at=world.clock()))

    (second,) = world.claim()

    assert (second.key, second.tries) == (first.key, 2)
    assert second.first_intent_at == first.first_intent_at


def test_the_keys_of_two_accounts_differ(world: World) -> None:
    """Each is a post of its own."""
    world.post("ge-feed", "ge-wall")

    assert len({one.key for one in world.claim()}) == 2


def test_two_claims_at_once_never_take_one_twice(world: World) -> None:
    """The one promise everything else rests on."""
    numbers = sorted(world.delivery() for _ in range(12))
    start = threading.Barrier(4)
    taken: list[Claimed] = []

    def claim() -> None:
        start.wait(10)
        for _ in range(4):
            taken.extend(world.claim(most=2, owner=threading.current_thread().name))

    _together([claim] * 4)

    assert sorted(one.delivery_id for one in taken) == numbers
    assert {one.fence for one in taken} == {1}
    assert world.count("attempt") == len(numbers)


def test_a_claim_that_is_not_committed_has_taken_nothing(world: World) -> None:
    """No intent on disk, no call; and the delivery is as if nobody had looked at it."""
    number = world.delivery()

    with pytest.raises(ZeroDivisionError):
        _claim_and_fail(world)

    assert world.state(number) is State.WAITING
    assert world.attempts(number) == []
    assert world.row(number)["key"] is None


def test_two_writers_never_wait_for_each_other(world: World) -> None:
    """One who holds A and wants B, and one who holds B and wants A, would be an error in front of an officer."""
    first, second = world.delivery(), world.delivery()
    holds = {first: threading.Event(), second: threading.Event()}
    done: list[int] = []

    def touch(mine: int, other: int) -> None:
        with world.database.write() as tx:
            moves.get(tx, mine)
            holds[mine].set()
            holds[other].wait(0.2)
            moves.get(tx, other)
        done.append(mine)

    _together([lambda: touch(first, second), lambda: touch(second, first)])

    assert sorted(done) == [first, second]


# --- may_post: the last look before the one call that makes it public


def test_posting_is_committed_as_the_attempt_s_stage(world: World) -> None:
    """After a crash the stage on disk is all there is to tell "nothing is out" from "perhaps"."""
    number = world.delivery()
    (claimed,) = world.claim()

    assert _may_post(world, claimed) == {number}
    assert world.attempts(number)[0]["stage"] == "posting"


@pytest.mark.parametrize(("scope", "subject"), SCOPES)
def test_nothing_is_posted_once_the_red_button_is_pressed(world: World, scope: Scope, subject: str) -> None:
    """The button works before the next call, not after the next minute."""
    number = world.delivery()
    (claimed,) = world.claim()
    _press(world, scope, subject)

    assert _may_post(world, claimed) == set()
    assert world.attempts(number)[0]["stage"] == "preparing"


def test_nothing_is_posted_that_was_changed_since_it_was_claimed(world: World) -> None:
    """Not even if the new words are approved: what the sender holds are the old ones."""
    post = world.post()
    (claimed,) = world.claim()
    world.edit(post, "other words")
    with world.database.write() as tx:
        posts.approve(tx, post, by="r", now=world.clock())

    assert _may_post(world, claimed) == set()


def test_nothing_is_posted_whose_approval_was_taken_back(world: World) -> None:
    """Sent back is sent back, also half a second before."""
    post = world.post()
    (claimed,) = world.claim()
    with world.database.write() as tx:
        posts.set_review(tx, [post], Review.SENT_BACK)

    assert _may_post(world, claimed) == set()


def test_nothing_is_posted_by_a_sender_that_lost_its_fence(world: World) -> None:
    """It slept, another took over: its call would be the second."""
    world.delivery()
    (old,) = world.claim()
    world.record(outcome(old, State.WAITING, world.clock(), next_at=world.clock()))
    (new,) = world.claim()

    assert _may_post(world, old) == set()
    assert _may_post(world, new) == {new.delivery_id}


@pytest.mark.parametrize(("late", "goes"), [(timedelta(minutes=15), True), (timedelta(minutes=15, seconds=1), False)])
def test_nothing_is_posted_that_became_late_in_our_hands(world: World, late: timedelta, goes: bool) -> None:
    """A machine that slept for five hours between claim and call must not post as if nothing had been."""
    number = world.delivery()
    (claimed,) = world.claim()
    world.clock.tick(seconds=late.total_seconds())

    assert _may_post(world, claimed) == ({number} if goes else set())


@pytest.mark.parametrize("goes", [True, False])
def test_nothing_is_posted_past_its_not_after(world: World, goes: bool) -> None:
    """The officer's own limit holds to the last moment."""
    number = world.delivery(not_after=world.clock() + timedelta(minutes=2))
    (claimed,) = world.claim()
    world.clock.tick(minutes=2, seconds=0 if goes else 1)

    assert _may_post(world, claimed) == ({number} if goes else set())


def test_many_are_asked_for_at_once(world: World) -> None:
    """One statement a group, and each gets its own answer."""
    numbers = [world.delivery() for _ in range(3)]
    claimed = world.claim()
    world.record(outcome(claimed[1], State.WAITING, world.clock(), next_at=world.clock()))

    assert _may_post(world, *claimed) == {numbers[0], numbers[2]}


# --- progress


def test_saved_progress_is_there_for_the_next_try(world: World) -> None:
    """An upload of ten minutes is not made twice."""
    number = world.delivery()
    (first,) = world.claim()
    assert _save(world, first, {"media-1": {"id": "კ"}}) == {number}
    world.record(outcome(first, State.WAITING, world.clock(), next_at=world.clock()))

    (second,) = world.claim()

    assert second.progress == {"media-1": {"id": "კ"}}


def test_a_lost_fence_saves_nothing(world: World) -> None:
    """A sender that was overtaken must not overwrite what its successor knows."""
    number = world.delivery()
    (old,) = world.claim()
    world.record(outcome(old, State.WAITING, world.clock(), next_at=world.clock()))
    assert _save(world, old, {"media-1": {"id": "old"}}) == set()
    (new,) = world.claim()

    assert _save(world, old, {"media-1": {"id": "old"}}) == set()
    assert _save(world, new, {"media-1": {"id": "new"}}) == {number}
    assert world.row(number)["progress"] == {"media-1": {"id": "new"}}


def test_an_edited_post_starts_without_the_old_one_s_progress(world: World) -> None:
    """The old pictures' ids would put the old pictures under the new words."""
    post = world.post()
    (claimed,) = world.claim()
    _save(world, claimed, {"media-1": {"id": "old"}})
    world.record(outcome(claimed, State.FAILED, world.clock(), name="rejected"))

    world.edit(post, "other words")

    assert world.row(claimed.delivery_id)["progress"] == {}


# --- lateness


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("over", [False, True])
def test_what_may_no_longer_go_by_its_kind_is_not_claimed(world: World, kind: Kind, over: bool) -> None:
    """What nobody sent in time is for the rules to judge; what is a moment late still goes."""
    number = world.delivery(kind=kind)
    world.clock.tick(seconds=on_time(kind).total_seconds() + over)

    assert [one.delivery_id for one in world.claim()] == ([] if over else [number])


def test_what_is_past_its_not_after_is_not_claimed(world: World) -> None:
    """The officer's own limit."""
    number = world.delivery(not_after=world.clock() + timedelta(minutes=1))
    world.clock.tick(minutes=1, seconds=1)

    assert world.claim() == []
    assert world.state(number) is State.WAITING


def test_what_is_due_and_late_wakes_nobody(world: World) -> None:
    """The rules decide when it goes; until then the daemon would run in a circle."""
    world.delivery()
    later = world.clock() + timedelta(hours=2)
    world.delivery(due=later)
    world.clock.tick(hours=1)

    assert _next_due(world) == later


def test_the_other_posts_of_the_account_are_known_by_their_ids(world: World) -> None:
    """A look-up by text must not take an older post with the same words for ours."""
    first, second = world.delivery(), world.delivery()
    world.delivery("ge-wall")
    for claimed in world.claim():
        world.record(outcome(claimed, State.PUBLISHED, world.clock(), name="receipt"))

    with world.database.read() as tx:
        assert claims.taken_remote_ids(tx, "ge-feed", but=first) == {f"r{second}"}
        assert claims.taken_remote_ids(tx, "ge-feed", but=-1) == {f"r{first}", f"r{second}"}
        assert claims.taken_remote_ids(tx, "tj-feed", but=-1) == frozenset()


def test_the_campaign_s_own_day_has_one_row(world: World) -> None:
    """Starting again next day must find the campaign, not make another."""
    assert world.count("campaign") == 1
    assert world.view("campaign")[0]["name"] == CAMPAIGN.name


def _press(world: World, scope: Scope, subject: str) -> bool:
    with world.database.write() as tx:
        return pauses.press(tx, scope, subject, why="a wrong number", by="officer", now=world.clock())


def _may_post(world: World, *claimed: Claimed) -> set[int]:
    with world.database.write() as tx:
        marks = [(one.delivery_id, one.fence, one.content_hash, world.clock()) for one in claimed]
        return claims.may_post(tx, marks)


def _save(world: World, claimed: Claimed, progress: dict[str, dict[str, object]]) -> set[int]:
    with world.database.write() as tx:
        return claims.save_progress(tx, [(claimed.delivery_id, claimed.fence, progress)])


def _next_due(world: World) -> object:
    with world.database.read() as tx:
        return claims.next_due(tx, world.clock())


def _together(acts: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one) for one in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)


def _claim_and_fail(world: World) -> None:
    with world.database.write() as tx:
        assert claims.claim(tx, now=world.clock(), most=1, owner="test")
        raise ZeroDivisionError

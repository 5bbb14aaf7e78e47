"""What came of attempts: written once, by whoever holds the fence, with one audit row each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from scheduler.model import State
from scheduler.store import claims, moves, outcomes
from tests.fakes.world import outcome

if TYPE_CHECKING:
    from scheduler.model import Claimed
    from tests.fakes.world import World

AFTER_SENDING = {
    State.PUBLISHED: "receipt",
    State.WAITING: "retryable",
    State.FAILED: "rejected",
    State.HELD: "auth_expired",
    State.UNCLEAR: "ambiguous",
}


@pytest.mark.parametrize(("state", "name"), AFTER_SENDING.items())
def test_an_outcome_is_the_delivery_s_state_its_attempt_s_end_and_one_audit_row(
    world: World, state: State, name: str
) -> None:
    """All three or none: what a person reads in one place must stand in the others."""
    number = world.delivery()
    (claimed,) = world.claim()
    world.clock.tick(seconds=7)

    assert world.record(outcome(claimed, state, world.clock(), name=name)) == {number}

    row = world.row(number)
    assert row["state"] == state
    assert bool(row["reason"]) is (state is not State.PUBLISHED)
    (attempt,) = world.attempts(number)
    assert (attempt["outcome"], attempt["finished_at"]) == (name, world.clock())
    claim, end = world.audit(f"delivery:{number}")
    assert (claim["verb"], end["verb"], end["actor"]) == ("claim", "outcome", "daemon")
    assert json.loads(end["before"]) == {"state": "sending"}
    assert json.loads(end["after"])["state"] == state


def test_what_is_unclear_may_be_out_whatever_its_stage_said(world: World) -> None:
    """The stage's commit may be lost, or an adapter doubt before it: once held, only an answer lets it go again."""
    number = world.delivery()
    (claimed,) = world.claim()
    world.record(outcome(claimed, State.UNCLEAR, world.clock(), name="died"))
    world.move(number, State.HELD)
    with world.database.read() as tx:
        assert moves.may_be_out(tx, number)


def test_a_receipt_is_kept_whole(world: World) -> None:
    """Where it is, since when, how late, and when its counts are read."""
    number = world.delivery()
    (claimed,) = world.claim()
    reading = world.clock() + timedelta(minutes=1)
    world.record(
        outcome(
            claimed,
            State.PUBLISHED,
            world.clock(),
            name="receipt",
            remote_id="ҷ-1",
            permalink="https://obedient.example/1",
            late_by_s=3,
            measure_at=reading,
            payload_hash="abc",
            http_status=200,
            evidence={"parts": ["ҷ-1", "ҷ-2"]},
        )
    )

    row, (attempt,) = world.row(number), world.attempts(number)
    assert (row["remote_id"], row["permalink"]) == ("ҷ-1", "https://obedient.example/1")
    assert (row["published_at"], row["late_by_s"], row["measure_at"]) == (world.clock(), 3, reading)
    assert (attempt["payload_hash"], attempt["http_status"]) == ("abc", 200)
    assert attempt["evidence"] == {"parts": ["ҷ-1", "ҷ-2"]}


def test_a_lost_fence_writes_nothing(world: World) -> None:
    """The late word of a sender that was overtaken must not turn a published post into a failed one."""
    number = world.delivery()
    (old,) = world.claim()
    world.record(outcome(old, State.WAITING, world.clock(), next_at=world.clock()))
    (new,) = world.claim()
    world.record(outcome(new, State.PUBLISHED, world.clock(), name="receipt"))
    before, audit = world.row(number), world.audit()

    assert world.record(outcome(old, State.FAILED, world.clock(), name="rejected")) == set()
    assert world.row(number) == before
    assert world.audit() == audit
    assert world.attempts(number)[0]["outcome"] == "retryable"


def test_of_two_words_about_one_delivery_the_fence_decides(world: World) -> None:
    """Also when they come in one group, in either order."""
    number = world.delivery()
    (old,) = world.claim()
    world.record(outcome(old, State.WAITING, world.clock(), next_at=world.clock()))
    (new,) = world.claim()

    stale = outcome(old, State.FAILED, world.clock(), name="rejected")
    assert world.record(outcome(new, State.PUBLISHED, world.clock(), name="receipt"), stale) == {number}
    assert world.state(number) is State.PUBLISHED
    assert world.attempts(number)[0]["outcome"] == "retryable"


def test_an_outcome_recorded_twice_is_recorded_once(world: World) -> None:
    """Where a commit's own answer was lost, the sender tries again."""
    number = world.delivery()
    (claimed,) = world.claim()
    receipt = outcome(claimed, State.PUBLISHED, world.clock(), name="receipt")

    assert world.record(receipt) == {number}
    assert world.record(receipt) == set()
    assert len(world.audit(f"delivery:{number}")) == 2


def test_many_outcomes_are_recorded_together(world: World) -> None:
    """Each with its own state, proof and audit row."""
    numbers = [world.delivery() for _ in range(5)]
    states = list(AFTER_SENDING)

    made = [outcome(one, state, world.clock()) for one, state in zip(world.claim(), states, strict=True)]

    assert world.record(*made) == set(numbers)
    assert [world.state(one) for one in numbers] == states
    assert all(len(world.audit(f"delivery:{one}")) == 2 for one in numbers)


@pytest.mark.parametrize(
    ("name", "burned"),
    [("retryable", 1), ("own_fault", 1), ("not_ready", 0), ("handed_back", 0), ("died", 0)],
)
def test_only_what_went_wrong_burns_a_try(world: World, name: str, burned: int) -> None:
    """A video that is still being worked on must not use up the tries of its post."""
    number = world.delivery()
    (claimed,) = world.claim()
    world.record(outcome(claimed, State.WAITING, world.clock(), name=name, next_at=world.clock()))

    assert world.row(number)["tries"] == burned
    assert world.claim()[0].tries == burned + 1


def test_the_next_try_is_the_instant_that_was_decided(world: World) -> None:
    """In whole: an instant written in another form than the rest would be found too early or too late."""
    number = world.delivery()
    (claimed,) = world.claim()
    later = world.clock() + timedelta(seconds=90, microseconds=5)
    world.record(outcome(claimed, State.WAITING, world.clock(), next_at=later))
    with world.database.read() as tx:
        stored = str(tx.scalar(text("SELECT next_at FROM delivery")))

    assert world.row(number)["next_at"] == later
    assert stored.removesuffix("+00:00") == "2027-07-30 05:01:30.000005"
    world.clock.now = later - timedelta(microseconds=1)
    assert world.claim() == []
    world.clock.now = later
    assert len(world.claim()) == 1


def test_without_a_next_instant_the_old_one_stands(world: World) -> None:
    """What was only put back is as late as it was."""
    number = world.delivery()
    (claimed,) = world.claim()
    world.record(outcome(claimed, State.WAITING, world.clock.tick(minutes=3), name="handed_back"))

    assert world.row(number)["next_at"] == claimed.due_at


# --- what a dead sender left behind


def test_what_died_preparing_waits_again_and_what_died_posting_is_unclear(world: World) -> None:
    """The stage on disk is the line between "again, harmless" and "perhaps out, never again blindly"."""
    preparing, posting = world.delivery(), world.delivery()
    _post(world, *[one for one in world.claim() if one.delivery_id == posting])

    assert _recover(world) == {"waiting": 1, "unclear": 1, "held": 0, "published": 0}

    assert world.state(preparing) is State.WAITING
    assert world.state(posting) is State.UNCLEAR
    assert "nobody knows" in world.row(posting)["reason"]
    assert [world.attempts(one)[0]["outcome"] for one in (preparing, posting)] == ["died", "died"]
    assert [len(world.audit(f"delivery:{one}")) for one in (preparing, posting)] == [2, 2]


def test_recovering_twice_does_nothing_more(world: World) -> None:
    """A start that dies and starts again."""
    world.delivery()
    world.claim()
    _recover(world)
    before = world.audit()

    assert _recover(world) == {"waiting": 0, "unclear": 0, "held": 0, "published": 0}
    assert world.audit() == before


@pytest.mark.parametrize("state", [one for one in State if one is not State.SENDING])
def test_recovery_touches_nothing_else(world: World, state: State) -> None:
    """Only `sending` means that somebody held it."""
    number = world.delivery()
    world.bring(number, state)
    before = world.row(number)

    _recover(world)

    assert world.row(number) == before


def test_what_died_preparing_is_late_by_its_own_time(world: World) -> None:
    """A machine that was down for five hours must not send the 09:00 post at 14:00 as if it were on time."""
    number = world.delivery()
    world.claim()
    world.clock.tick(hours=5)
    _recover(world)

    world.catch_up()
    assert world.row(number)["let_go"] == "rules"


def test_after_a_restart_of_seconds_nothing_has_changed(world: World) -> None:
    """What was prepared goes on, with what it had saved."""
    world.delivery()
    (before,) = world.claim()
    with world.database.write() as tx:
        claims.save_progress(tx, [(before.delivery_id, before.fence, {"media-1": {"id": "7"}})])
    world.clock.tick(seconds=9)
    _recover(world)

    (after,) = world.claim()

    assert (after.key, after.fence, after.tries) == (before.key, 2, 1)
    assert after.progress == {"media-1": {"id": "7"}}


# --- what may be out


@pytest.mark.parametrize(
    ("name", "posted", "perhaps"),
    [
        ("ambiguous", True, True),
        ("died", True, True),
        ("own_fault", True, True),
        ("died", False, False),
        ("own_fault", False, False),
        ("retryable", True, False),
        ("rejected", True, False),
        ("resolved_not_published", True, False),
    ],
)
def test_what_may_be_out_is_told_from_what_is_not(world: World, name: str, posted: bool, perhaps: bool) -> None:
    """Only what is surely not out may be released to go again."""
    number = world.delivery()
    (claimed,) = world.claim()
    if posted:
        _post(world, claimed)
    world.record(outcome(claimed, State.UNCLEAR if posted else State.WAITING, world.clock(), name=name))

    with world.database.read() as tx:
        assert moves.may_be_out(tx, number) is perhaps


def test_a_delivery_never_tried_is_not_out(world: World) -> None:
    """Nothing was ever called."""
    number = world.delivery()

    with world.database.read() as tx:
        assert moves.may_be_out(tx, number) is False


def test_a_settled_attempt_says_how_it_was_settled(world: World) -> None:
    """The last one only: earlier attempts keep what they came to."""
    number = world.delivery()
    (first,) = world.claim()
    world.record(outcome(first, State.WAITING, world.clock(), next_at=world.clock()))
    (second,) = world.claim()
    _post(world, second)
    world.record(outcome(second, State.UNCLEAR, world.clock(), name="ambiguous"))

    with world.database.write() as tx:
        moves.settle_attempt(tx, number, "resolved_not_published", world.clock())

    assert [one["outcome"] for one in world.attempts(number)] == ["retryable", "resolved_not_published"]


def _post(world: World, *claimed: Claimed) -> None:
    with world.database.write() as tx:
        marks = [(one.delivery_id, one.fence, one.content_hash, world.clock()) for one in claimed]
        assert claims.may_post(tx, marks) == {one.delivery_id for one in claimed}


def _recover(world: World) -> dict[str, Any]:
    with world.database.write() as tx:
        return dict(outcomes.recover(tx, now=world.clock()))

"""What comes next after a call: published, once more, never, held, or not known."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Failure,
    NeedsHand,
    NotReady,
    NotSetUp,
    Receipt,
    Rejected,
    Restricted,
    Retryable,
    Stopped,
    UsedUp,
)
from posts.model import Post
from scheduler.model import MOVES, NEEDS_REASON, Claimed, Outcome, Stage, State
from scheduler.retry import Result, backoff, decide

NOW = datetime(2027, 7, 30, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY_RESULT: list[Result] = [
    Receipt(remote_id="77", permalink="https://social.example/77"),
    Receipt(remote_id="", permalink=""),
    NotReady(after=MINUTE),
    NeedsHand(reason="Publish manual/7 by hand"),
    Retryable("busy"),
    Rejected("too long"),
    AuthExpired("token revoked"),
    Ambiguous("read timeout"),
    Failure("none of the four"),
    Stopped(),
    KeyError("id"),
]


def claimed(*, tries: int = 1, not_after: datetime | None = None) -> Claimed:
    return Claimed(
        delivery_id=7,
        attempt_id=70,
        post_id=1,
        account="ge-mastodon",
        fence=3,
        key="k",
        content_hash="h",
        due_at=NOW,
        post=Post(mission="GE", text="We are here."),
        progress={},
        tries=tries,
        not_after=not_after,
    )


def decided(
    result: Result,
    *,
    stage: Stage = Stage.PREPARING,
    tries: int = 1,
    not_after: datetime | None = None,
    jitter: float = 0.5,
) -> Outcome:
    return decide(result, claimed=claimed(tries=tries, not_after=not_after), stage=stage, now=NOW, jitter=jitter)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_every_outcome_is_a_move_the_store_allows_with_a_reason(result: Result, stage: Stage) -> None:
    """An outcome the store refuses would leave the delivery in our hands for ever."""
    outcome = decided(result, stage=stage)
    assert outcome.state in MOVES[State.SENDING]
    assert (outcome.delivery_id, outcome.attempt_id, outcome.fence, outcome.finished_at) == (7, 70, 3, NOW)
    assert bool(outcome.reason) or outcome.state not in NEEDS_REASON
    assert (outcome.next_at is not None) == (outcome.state is State.WAITING and outcome.name != "handed_back")
    assert (outcome.remote_id is not None) == (outcome.state is State.PUBLISHED)


@pytest.mark.parametrize(
    ("result", "stage", "name", "state"),
    [
        (Receipt(remote_id="77", permalink="p"), Stage.POSTING, "receipt", State.PUBLISHED),
        (NotReady(after=MINUTE), Stage.PREPARING, "not_ready", State.WAITING),
        (NeedsHand(reason="by hand"), Stage.PREPARING, "needs_hand", State.HELD),
        (Retryable("busy"), Stage.PREPARING, "retryable", State.WAITING),
        (Retryable("connection refused"), Stage.POSTING, "retryable", State.WAITING),
        (Rejected("too long"), Stage.POSTING, "rejected", State.FAILED),
        (AuthExpired("revoked"), Stage.POSTING, "auth_expired", State.HELD),
        (UsedUp("no credits"), Stage.POSTING, "auth_expired", State.HELD),
        (NotSetUp("no public place"), Stage.PREPARING, "auth_expired", State.HELD),
        (Restricted("blocked for a day"), Stage.POSTING, "auth_expired", State.HELD),
        (Ambiguous("read timeout"), Stage.POSTING, "ambiguous", State.UNCLEAR),
        (Stopped(), Stage.PREPARING, "handed_back", State.WAITING),
        (Stopped(), Stage.POSTING, "ambiguous", State.UNCLEAR),
        (KeyError("id"), Stage.PREPARING, "own_fault", State.WAITING),
        (KeyError("id"), Stage.POSTING, "own_fault", State.UNCLEAR),
        (Failure("?"), Stage.PREPARING, "own_fault", State.WAITING),
        (Failure("?"), Stage.POSTING, "own_fault", State.UNCLEAR),
    ],
)
def test_a_result_leads_to_this_state(result: Result, stage: Stage, name: str, state: State) -> None:
    """Whether the posting call may have left us decides everything: what may be public is never sent again blindly."""
    outcome = decided(result, stage=stage)
    assert (outcome.name, outcome.state) == (name, state)


def test_a_receipt_keeps_address_and_every_part_of_a_thread() -> None:
    """Whoever takes a thread down needs all of its parts."""
    receipt = Receipt(remote_id="77", permalink="https://social.example/77", parts=("77", "78"))
    outcome = decided(receipt, stage=Stage.POSTING)
    assert (outcome.remote_id, outcome.permalink) == ("77", "https://social.example/77")
    assert outcome.evidence == {"parts": ["77", "78"]}


@pytest.mark.parametrize("remote_id", ["", "  "])
def test_a_receipt_without_a_remote_id_is_unclear(remote_id: str) -> None:
    """A 'published' that nobody can look up is the false success people leave over."""
    outcome = decided(Receipt(remote_id=remote_id, permalink="https://social.example/?"), stage=Stage.POSTING)
    assert (outcome.state, outcome.remote_id, outcome.permalink) == (State.UNCLEAR, None, None)
    assert outcome.evidence == {"permalink": "https://social.example/?"}


@pytest.mark.parametrize(
    ("after", "waited"),
    [
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(), timedelta(seconds=1)),
        (timedelta(hours=-3), timedelta(seconds=1)),
        (timedelta(seconds=10**9), timedelta(hours=1)),
    ],
)
def test_work_not_ready_is_looked_at_again_when_the_platform_said(after: timedelta, waited: timedelta) -> None:
    """Within reason: not at once without end, and not in thirty years."""
    assert decided(NotReady(after=after), tries=50).next_at == NOW + waited


@pytest.mark.parametrize(
    ("after", "waited"),
    [
        (None, timedelta(seconds=15)),
        (timedelta(seconds=5), timedelta(seconds=15)),
        (timedelta(minutes=20), timedelta(minutes=20)),
        (timedelta(seconds=10**9), timedelta(hours=1)),
        (timedelta(days=-1), timedelta(seconds=15)),
    ],
)
def test_the_wait_is_the_longer_of_ours_and_the_platforms(after: timedelta | None, waited: timedelta) -> None:
    """Coming back before the time a platform asked for gets an account blocked."""
    assert decided(Retryable("429", after=after), jitter=0.5).next_at == NOW + waited


@pytest.mark.parametrize(
    ("tries", "longest"),
    [(0, 30), (1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 900), (7, 900), (1000, 900)],
)
def test_the_backoff_doubles_up_to_a_quarter_of_an_hour(tries: int, longest: int) -> None:
    """A hundred accounts that come back together would knock the platform down again: hence the dice."""
    assert backoff(tries, 0.0) == timedelta()
    assert backoff(tries, 0.5) == timedelta(seconds=longest / 2)
    assert backoff(tries, 1.0) == timedelta(seconds=longest)


@pytest.mark.parametrize(
    ("result", "tries", "state"),
    [
        (Retryable("busy"), 4, State.WAITING),
        (Retryable("busy"), 5, State.FAILED),
        (Retryable("later", after=MINUTE), 7, State.WAITING),
        (Retryable("later", after=MINUTE), 8, State.FAILED),
        (Retryable("too many calls", http_status=429), 7, State.WAITING),
        (Retryable("too many calls", http_status=429), 8, State.FAILED),
        (KeyError("id"), 2, State.WAITING),
        (KeyError("id"), 3, State.FAILED),
    ],
)
def test_tries_come_to_an_end_and_then_a_person_is_asked(result: Result, tries: int, state: State) -> None:
    """A post that is tried for ever is a post missed in silence."""
    outcome = decided(result, tries=tries)
    assert outcome.state is state
    assert ("a person must" in outcome.reason) == (state is State.FAILED)


@pytest.mark.parametrize(("seconds_left", "state"), [(15, State.WAITING), (14, State.FAILED), (-60, State.FAILED)])
def test_no_try_is_planned_after_the_posts_limit(seconds_left: int, state: State) -> None:
    """The limit is a promise to the mission; the reason names the limit so that somebody can move it."""
    outcome = decided(Retryable("busy"), not_after=NOW + timedelta(seconds=seconds_left))
    assert outcome.state is state
    assert ("after its limit 2027-07-30 0" in outcome.reason) == (state is State.FAILED)


def test_a_handed_back_delivery_keeps_its_time() -> None:
    """A pause of three days must not make a late post look punctual when it ends."""
    assert decided(Stopped()).next_at is None


def test_the_words_of_a_foreign_exception_are_not_kept() -> None:
    """Libraries put the address they called into their errors, and some addresses carry a token."""
    outcome = decided(ValueError("https://api.example/bot12345:canary/send"), stage=Stage.POSTING)
    assert "ValueError" in outcome.reason
    assert "canary" not in repr(outcome)


def test_our_own_fault_names_the_line_that_raised_it() -> None:
    """Whoever has to mend it finds it in the row, without any value that might be secret."""
    with pytest.raises(KeyError) as caught:
        _ = {"a": 1}["canary"]
    outcome = decided(caught.value)
    assert outcome.evidence is not None
    assert outcome.evidence["exception"] == "builtins.KeyError"
    assert str(outcome.evidence["raised_at"]).startswith("scheduler/test_retry.py:")


def test_status_and_evidence_of_a_failure_are_kept() -> None:
    """A person who judges an unclear post needs what the platform said."""
    outcome = decided(Ambiguous("bad gateway", http_status=502, evidence={"server": "edge-7"}), stage=Stage.POSTING)
    assert (outcome.http_status, outcome.evidence) == (502, {"server": "edge-7"})


def test_evidence_is_always_something_the_database_takes() -> None:
    """An outcome that cannot be written is an outcome lost, and with it the proof that a post is out."""
    loop: list[object] = []
    loop.append(loop)
    strange = {
        "at": NOW,
        "waited": MINUTE,
        "body": b"\xff\x00",
        "words": "nul\0 and half \ud83d",
        "long": "x" * 100_000,
        "number": float("nan"),
        "set": {1},
        "loop": loop,
        "object": object(),
        7: None,
    }
    outcome = decided(Rejected("no", evidence=strange))  # type: ignore[arg-type]
    written = json.dumps(outcome.evidence, allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert b"\\u0000" not in written
    assert len(written) < 5000


def test_long_words_of_a_platform_become_one_short_sentence() -> None:
    """A page of HTML in the reason column hides what is asked of whom."""
    reason = decided(Rejected("<html>\n\n" + "bad " * 1000)).reason
    assert "\n" not in reason
    assert len(reason) < 450
    assert reason.endswith("its author must change it and have it approved again.")


@given(jitter=st.floats(min_value=0, max_value=1, exclude_max=True), tries=st.integers(min_value=1, max_value=4))
def test_the_next_try_is_never_in_the_past_nor_far_away(jitter: float, tries: int) -> None:
    """Without a word from the platform a quarter of an hour is the longest wait."""
    next_at = decided(Retryable("busy"), tries=tries, jitter=jitter).next_at
    assert next_at is not None
    assert NOW <= next_at <= NOW + timedelta(minutes=15)


def test_a_hundred_accounts_do_not_come_back_together() -> None:
    """Waits that are all alike would knock the platform down again at every turn: the dice spread them evenly."""
    dice = random.Random(30)
    waits = sorted(backoff(4, dice.random()) for _ in range(100))
    quarters = Counter(int(one / timedelta(minutes=1)) for one in waits)

    assert set(quarters) == {0, 1, 2, 3}
    assert max(quarters.values()) < 40
    assert max(later - earlier for earlier, later in pairwise(waits)) < timedelta(seconds=20)

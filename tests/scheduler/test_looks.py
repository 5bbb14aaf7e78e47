"""What one look at a platform means: found, not there, or not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.contract import AuthExpired, Receipt, Rejected, Retryable
from posts.model import Post
from scheduler.looks import GIVE_UP_AFTER, RESENDS_MAX, Asked, Doubt, Verdict, cannot_be_asked, decide_look, first_look
from scheduler.model import Outcome, State
from scheduler.retry import AFTER_CAP
from tests.fakes.clock import MORNING

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LOOKS = (20 * SECOND, 2 * MINUTE, 5 * MINUTE)
ASKED = Asked(looks=LOOKS, resend=True)
RECEIPT = Receipt(remote_id="11", permalink="https://obedient.example/11", parts=("11",))
DOUBT = Doubt(
    delivery_id=7,
    attempt_id=1,
    account="ge-feed",
    fence=1,
    key="key",
    looks=0,
    resends=0,
    outcome="ambiguous",
    payload_hash=None,
    due_at=MORNING,
    since=MORNING,
    started_at=MORNING,
    unclear_at=MORNING,
    not_after=None,
    progress={},
    post=Post(mission="GE", text="words", language="ka"),
)
BOTH_CHOICES = ("queue resolve 7 --published URL", "queue resolve 7 --not-published")


def look(saw: Any, after: timedelta = 20 * SECOND, *, asked: Asked = ASKED, **doubt: Any) -> Verdict:
    return decide_look(saw, doubt=replace(DOUBT, **doubt), asked=asked, now=MORNING + after)


def test_what_is_found_is_published() -> None:
    """Whichever look found it."""
    verdict = look(RECEIPT, looks=2)
    assert (verdict.state, verdict.receipt, verdict.attempt, verdict.looks) == (State.PUBLISHED, RECEIPT, "found", 3)


def test_the_looks_come_at_their_instants_after_it_became_unclear() -> None:
    """Platforms lag: what is not shown after seconds may be shown after minutes."""
    first = look(None, 20 * SECOND)
    second = look(None, 2 * MINUTE, looks=1)
    assert (first.state, first.looks, first.next_at) == (State.UNCLEAR, 1, MORNING + LOOKS[1])
    assert (second.state, second.looks, second.next_at) == (State.UNCLEAR, 2, MORNING + LOOKS[2])


def test_looks_that_come_late_keep_their_distance() -> None:
    """After an hour's downtime three looks within one second would be one look."""
    verdict = look(None, HOUR)
    assert verdict.next_at == MORNING + HOUR + (LOOKS[1] - LOOKS[0])


def test_not_there_after_every_look_goes_again_where_that_is_harmless() -> None:
    """At once: the claim looks at pauses, lateness and "not after"."""
    verdict = look(None, 5 * MINUTE, looks=2)
    assert (verdict.state, verdict.attempt, verdict.next_at) == (State.WAITING, "not_found", MORNING + 5 * MINUTE)


@pytest.mark.parametrize(
    ("asked", "doubt", "words"),
    [
        (replace(ASKED, resend=False), {}, "does not prove"),
        (ASKED, {"outcome": "duplicate"}, "has it already"),
        (replace(ASKED, same_words=False), {}, "words have changed"),
        (ASKED, {"resends": RESENDS_MAX}, f"sent {RESENDS_MAX + 1} times"),
    ],
)
def test_not_there_after_every_look_is_held_where_another_call_may_double(
    asked: Asked, doubt: dict[str, Any], words: str
) -> None:
    """And the person is told both answers, and what was seen."""
    verdict = look(None, 5 * MINUTE, asked=asked, looks=2, **doubt)
    assert (verdict.state, verdict.attempt) == (State.HELD, "")
    assert words in verdict.reason
    assert "looked up 3 times until 05:05:00 UTC" in verdict.reason
    assert all(one in verdict.reason for one in BOTH_CHOICES)


def test_a_resend_below_its_limit_is_allowed() -> None:
    """The limit ends a loop, not the second chance."""
    assert look(None, 5 * MINUTE, looks=2, resends=RESENDS_MAX - 1).state is State.WAITING


@pytest.mark.parametrize(
    "failure", [Retryable("away"), AuthExpired("no token"), Rejected("moved"), ValueError("token")]
)
def test_a_look_that_fails_is_no_look(failure: Exception) -> None:
    """ "We could not look" must never add up to "it is not there"."""
    verdict = look(failure, 5 * MINUTE, looks=2)
    assert (verdict.state, verdict.looks) == (State.UNCLEAR, 2)
    assert verdict.next_at is not None
    assert verdict.next_at > MORNING + 5 * MINUTE


def test_the_words_of_a_foreign_exception_are_not_told() -> None:
    """They may hold an address with a token in it."""
    verdict = look(ValueError("https://api.example/bot-secret"))
    assert "secret" not in f"{verdict.reason}{verdict.seen}"
    assert "ValueError" in verdict.reason


def test_failing_looks_grow_rarer_and_wait_as_long_as_asked() -> None:
    """A platform in trouble is not helped by being asked every second."""
    waits = [
        look(Retryable("away"), after).next_at - MORNING - after  # type: ignore[operator]
        for after in (SECOND, 4 * MINUTE, 5 * HOUR)
    ]
    assert waits == [15 * SECOND, 2 * MINUTE, 15 * MINUTE]
    assert look(Retryable("429", after=40 * MINUTE), SECOND).next_at == MORNING + SECOND + 40 * MINUTE
    assert look(Retryable("429", after=timedelta(days=99999)), SECOND).next_at == MORNING + SECOND + AFTER_CAP


def test_looks_that_fail_for_a_day_are_held() -> None:
    """Somebody must be told in the end, and be told why."""
    assert look(Retryable("away"), GIVE_UP_AFTER - SECOND).state is State.UNCLEAR
    verdict = look(Retryable("away"), GIVE_UP_AFTER)
    assert verdict.state is State.HELD
    assert "away" in verdict.reason
    assert all(one in verdict.reason for one in BOTH_CHOICES)


def test_past_its_limit_a_platform_that_is_away_has_half_an_hour() -> None:
    """Then a person decides; one hiccup a second after the limit is no reason to wake one."""
    limit = MORNING + MINUTE
    assert look(Retryable("away"), 29 * MINUTE, not_after=limit).state is State.UNCLEAR
    assert look(Retryable("away"), 30 * MINUTE, not_after=limit).state is State.HELD
    assert look(Retryable("away"), 59 * MINUTE, not_after=MORNING + HOUR).state is State.UNCLEAR
    assert look(Retryable("away"), HOUR, not_after=MORNING + HOUR).state is State.HELD


@pytest.mark.parametrize("receipt", [replace(RECEIPT, remote_id=" "), replace(RECEIPT, permalink="")])
def test_found_without_its_name_is_not_called_published(receipt: Receipt) -> None:
    """Nobody could find it again; nor is it missing."""
    assert look(receipt, looks=2).state is State.UNCLEAR


def test_a_thread_that_broke_off_is_held_and_shows_what_is_out() -> None:
    """Half a thread is neither published nor missing."""
    verdict = look(RECEIPT, asked=replace(ASKED, parts=3))
    assert verdict.state is State.HELD
    assert "Only 1 of its 3 parts" in verdict.reason
    assert RECEIPT.permalink in verdict.reason
    whole = replace(RECEIPT, parts=("11", "12", "13"))
    assert look(whole, asked=replace(ASKED, parts=3)).state is State.PUBLISHED


def test_where_nobody_can_be_asked_it_is_held() -> None:
    """And the person is told why it cannot settle by itself."""
    verdict = cannot_be_asked(DOUBT, "telegram", MORNING)
    assert verdict.state is State.HELD
    assert "telegram cannot be asked" in verdict.reason
    assert all(one in verdict.reason for one in BOTH_CHOICES)


def test_where_nobody_can_be_asked_the_parts_that_are_known_to_be_out_are_told() -> None:
    """Whoever looks must know which half is there already: letting it go again sends the other half alone."""
    out = {"part-1": {"id": "7", "permalink": "https://channel.example/7"}, "picture-1": {"id": "8"}}
    reason = cannot_be_asked(replace(DOUBT, progress=out), "telegram", MORNING).reason
    assert "known to be out of it: https://channel.example/7)" in reason
    assert "known to be out" not in cannot_be_asked(DOUBT, "telegram", MORNING).reason


def test_a_duplicate_answer_is_looked_up_at_once() -> None:
    """The platform has just said that it has the post: there is nothing to wait for."""
    outcome = Outcome(
        delivery_id=7, attempt_id=1, fence=1, name="ambiguous", state=State.UNCLEAR, finished_at=MORNING, reason="why"
    )
    assert first_look(outcome, LOOKS) == MORNING + LOOKS[0]
    assert first_look(replace(outcome, name="duplicate"), LOOKS) == MORNING

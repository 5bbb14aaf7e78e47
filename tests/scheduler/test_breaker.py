"""When a server or an account is left alone, and when it is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Failure,
    NeedsHand,
    NotReady,
    Receipt,
    Rejected,
    Retryable,
    Stopped,
)
from scheduler.breaker import FAILURES_MAX, REST_CAP, Breaker, Sign, asked_to_rest, cool_down, heard, sign_of, wait_of

NOW = datetime(2027, 7, 30, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOW + MINUTE
RESTING = Breaker(failures=5, rests=1, until=NOW, why="5 failures in a row")
PROBING = Breaker(failures=5, rests=1, until=NOW, probing=True, why="5 failures in a row")


def test_a_rest_that_a_wrong_clock_set_for_years_is_over_when_the_clock_is_right() -> None:
    """Nobody rests for more than an hour; else the account would be left alone, in silence, until that year comes."""
    assert Breaker(until=NOW + timedelta(days=900)).room(NOW) == 1
    assert Breaker(until=NOW + timedelta(hours=1)).room(NOW) == 0


@pytest.mark.parametrize(
    ("result", "sign"),
    [
        (Receipt(remote_id="7", permalink="p"), Sign.WORKS),
        (NotReady(after=MINUTE), Sign.WORKS),
        (NeedsHand(reason="by hand"), Sign.WORKS),
        (Rejected("too long", http_status=422), Sign.WORKS),
        (AuthExpired("revoked", http_status=401), Sign.WORKS),
        (Retryable("too many calls", http_status=429), Sign.WORKS),
        (Retryable("the picture is gone", http_status=404), Sign.WORKS),
        (Retryable("no connection"), Sign.FAILS),
        (Retryable("bad gateway", http_status=502), Sign.FAILS),
        (Retryable("closed for repairs", http_status=503, after=MINUTE), Sign.FAILS),
        (Retryable("timed out there", http_status=408), Sign.FAILS),
        (Ambiguous("no answer"), Sign.FAILS),
        (Ambiguous("a page of HTML", http_status=200), Sign.FAILS),
        (Rejected("refused by our own check"), Sign.NOTHING),
        (AuthExpired("no secret on this machine"), Sign.NOTHING),
        (Failure("none of the four"), Sign.NOTHING),
        (Stopped(), Sign.NOTHING),
        (KeyError("id"), Sign.NOTHING),
    ],
    ids=repr,
)
def test_only_what_the_server_did_speaks_for_or_against_it(result: object, sign: Sign) -> None:
    """A text that is too long must not silence a platform, nor our own bug prove that it works."""
    assert sign_of(result) is sign


@pytest.mark.parametrize(
    ("result", "wait"),
    [
        (Retryable("429", http_status=429), timedelta()),
        (Retryable("429", http_status=429, after=MINUTE), MINUTE),
        (Retryable("503", http_status=503, after=MINUTE), MINUTE),
        (Retryable("429", http_status=429, after=timedelta(days=30)), timedelta(hours=1)),
        (Retryable("429", http_status=429, after=-MINUTE), timedelta()),
        (Retryable("502", http_status=502), None),
        (Retryable("no connection"), None),
        (Receipt(remote_id="7", permalink="p"), None),
        (KeyError("id"), None),
    ],
    ids=repr,
)
def test_a_wish_to_wait_is_kept_for_an_hour_at_most(result: object, wait: timedelta | None) -> None:
    """An absurd number in one header must not silence an account for a month."""
    assert wait_of(result) == wait


def test_it_rests_after_five_failures_in_a_row() -> None:
    """Four are an accident; a server that is down must not get a hundred posts to time out on."""
    breaker = Breaker()
    for _ in range(FAILURES_MAX - 1):
        breaker = fails(breaker)
        assert breaker.room(NOW) is None
    breaker = fails(breaker)
    assert (breaker.room(NOW), breaker.why) == (0, "5 failures in a row")


def test_one_success_makes_the_failures_begin_anew() -> None:
    """Failures that others' posts got through between are not a server that is down."""
    breaker = Breaker()
    for _ in range(FAILURES_MAX * 3):
        breaker = works(fails(breaker))
    assert breaker == Breaker()


def test_after_the_rest_one_call_goes_and_then_none_until_its_result() -> None:
    """A server that has just come up is not met by all that has gathered."""
    assert [RESTING.room(NOW - MINUTE), RESTING.room(NOW), PROBING.room(LATER)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("sign", "after"),
    [
        (Sign.WORKS, Breaker()),
        (Sign.NOTHING, RESTING),
        (Sign.FAILS, Breaker(failures=6, rests=2, until=LATER, why="6 failures in a row")),
    ],
)
def test_the_probe_decides(sign: Sign, after: Breaker) -> None:
    """It works: all go. It fails: a longer rest. It says nothing: the next one is the probe, at once."""
    assert heard(PROBING, sign, probe=True, now=NOW, jitter=1.0) == after


@pytest.mark.parametrize("sign", list(Sign))
def test_what_was_begun_before_the_rest_changes_nothing(sign: Sign) -> None:
    """Sixty calls that time out together are one outage, not twelve rests on top of each other."""
    assert heard(PROBING, sign, probe=False, now=NOW, jitter=1.0) == PROBING


def test_a_wish_of_the_platform_is_a_rest_at_once() -> None:
    """The first "too many calls" is enough: the next call of the account would be held against it."""
    assert asked_to_rest(Breaker(), MINUTE, probe=False, now=NOW, jitter=1.0).until == NOW + MINUTE


def test_a_wish_without_a_time_is_a_rest_of_our_own() -> None:
    """Not asking again at once is the least that "too many calls" means."""
    assert asked_to_rest(Breaker(), timedelta(), probe=False, now=NOW, jitter=1.0).until == NOW + timedelta(seconds=30)


def test_the_longest_of_several_wishes_counts() -> None:
    """Calls that were under way together get different answers."""
    resting = Breaker(until=NOW + MINUTE)
    longer = asked_to_rest(resting, 2 * MINUTE, probe=False, now=NOW, jitter=0.0)
    assert longer.until == NOW + 2 * MINUTE
    assert asked_to_rest(longer, MINUTE, probe=False, now=NOW, jitter=0.0) == longer


@pytest.mark.parametrize(("rests", "seconds"), [(0, 30), (1, 60), (2, 120), (3, 240), (4, 300), (1000, 300)])
def test_rests_double_up_to_five_minutes(rests: int, seconds: int) -> None:
    """Longer, and a post of the day would miss its time though the server is back."""
    assert cool_down(rests, 1.0) == timedelta(seconds=seconds) <= REST_CAP
    assert cool_down(rests, 0.0) == timedelta(seconds=seconds / 2)


def fails(breaker: Breaker) -> Breaker:
    return heard(breaker, Sign.FAILS, probe=False, now=NOW, jitter=1.0)


def works(breaker: Breaker) -> Breaker:
    return heard(breaker, Sign.WORKS, probe=False, now=NOW, jitter=1.0)

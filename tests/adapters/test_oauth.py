"""Tokens that run out: who asks for new ones, when they are kept, and what is said where there are none."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired, Retryable
from adapters.http import Answer
from adapters.http_hiding import HIDDEN
from adapters.oauth import Renewals, Tokens, granted, read_tokens, renewal
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import account

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = Tokens(written={"client_id": "us", "access_token": "old-access", "refresh_token": "old-refresh", "kept": "yes"})
NEW = {"access_token": "new-access", "refresh_token": "new-refresh"}


@dataclass(slots=True)
class Noted:
    """A secret's place that writes down what is done with it, in its order."""

    value: str
    steps: list[str] = field(default_factory=list)

    def load(self) -> str:
        return self.value

    def save(self, secret: str) -> None:
        self.steps.append(f"save {read_tokens(secret).value('access_token')}")
        self.value = secret

    @contextmanager
    def renewing(self) -> Iterator[None]:
        self.steps.append("begin")
        yield
        self.steps.append("end")


def renewals(place: Noted) -> Renewals:
    def ask(old: Tokens) -> Tokens:
        place.steps.append("ask")
        return old.renewed_by(NEW)

    return Renewals(place, read=lambda: read_tokens(place.load()), ask=ask)


def answered(status: int, told: object) -> Answer:
    return Answer(status=status, body=json.dumps(told).encode(), what="renewing the tokens")


def test_from_the_asking_until_the_new_tokens_are_kept_nobody_else_may_renew() -> None:
    """Between the two the old refresh token is spent and the new one is known to nobody else."""
    place = Noted(OLD.text())
    fresh = renewals(place).renewed(OLD)
    assert place.steps == ["begin", "save old-access", "ask", "save new-access", "end"]
    assert fresh.written == {**OLD.written, **NEW}
    assert read_tokens(place.value) == fresh


def test_whoever_comes_later_takes_what_was_renewed_meanwhile() -> None:
    """They saw the same token refused, and have waited: asking again would spend another one."""
    place = Noted(OLD.renewed_by(NEW).text())
    assert renewals(place).renewed(OLD).value("access_token") == "new-access"
    assert "ask" not in place.steps


def test_a_refusal_names_who_must_act_and_shows_no_answer() -> None:
    """It may repeat what was asked; only the short name of the error is shown."""
    said = {"error": "invalid_grant", "error_description": "old-refresh is spent"}
    with pytest.raises(AuthExpired, match=r"\(invalid_grant\).*sign in as @iom.*accounts connect ge-test") as raised:
        granted(answered(400, said), OLD, account(handle="@iom"))
    assert_tells_no_secret(raised.value, "old-refresh")
    with pytest.raises(AuthExpired) as raised:
        granted(answered(401, {"error": "Old-Refresh!"}), OLD, account())
    assert "Old-Refresh" not in str(raised.value)


@pytest.mark.parametrize(("status", "told"), [(429, {}), (503, {}), (200, {}), (200, {"refresh_token": "new-refresh"})])
def test_no_tokens_yet_is_no_refusal(status: int, told: object) -> None:
    """The account is well; the next try may bring them."""
    with pytest.raises(Retryable) as raised:
        granted(answered(status, told), OLD, account())
    assert_tells_no_secret(raised.value, "new-refresh")


def test_a_token_that_the_platform_gives_back_unchanged_stays() -> None:
    """What we sent comes back blacked out; stored like that, it could never be used again."""
    fresh = granted(answered(200, {"access_token": "new-access", "refresh_token": HIDDEN}), OLD, account())
    assert (fresh.value("access_token"), fresh.value("refresh_token")) == ("new-access", "old-refresh")


def test_a_client_proves_itself_with_its_secret_where_it_has_one() -> None:
    """And the proof is hidden as the secret itself is."""
    with_secret = Tokens(written={**OLD.written, "client_secret": "a-client-secret"})
    assert dict(renewal(OLD, "/token").form)["client_id"] == "us"
    call = renewal(with_secret, "/token")
    assert "client_id" not in call.form
    assert call.headers["Authorization"].removeprefix("Basic ") in call.hidden


NOON = "Thu, 01 Jul 2027 12:00:00 GMT"


@pytest.mark.parametrize(
    ("kept", "told", "date", "ends"),
    [
        ({}, {"expires_in": 7200}, NOON, ("2027-07-01T14:00:00+00:00", "")),
        ({"expires_at": "2027-06-30"}, {"expires_in": 7200}, "", ("", "")),
        ({"expires_at": "2027-06-30"}, {}, NOON, ("", "")),
        ({}, {"expires_in": True}, NOON, ("", "")),
        ({}, {"expires_in": 10**40}, NOON, ("", "")),
        ({}, {"expires_in": -1}, NOON, ("", "")),
        ({}, {"refresh_token_expires_in": 86_400}, NOON, ("", "2027-07-02T12:00:00+00:00")),
        ({"refresh_expires_at": "2027-12-24"}, {"refresh_token": HIDDEN}, NOON, ("", "2027-12-24")),
        ({"refresh_expires_at": "2027-12-24"}, {"refresh_token": "another"}, NOON, ("", "")),
    ],
)
def test_an_end_is_counted_by_the_platforms_time_and_stays_with_its_token_alone(
    kept: dict[str, str], told: dict[str, object], date: str, ends: tuple[str, str]
) -> None:
    """A clock of ours that is wrong, or the end of a spent token, would warn too late or for nothing."""
    body = json.dumps({"access_token": "new-access", **told}).encode()
    answer = Answer(status=200, headers={"date": date}, body=body, what="renewing")
    fresh = granted(answer, Tokens(written={**OLD.written, **kept}), account())
    assert (fresh.value("expires_at"), fresh.value("refresh_expires_at")) == ends


def test_what_another_process_renewed_since_the_look_is_not_renewed_again() -> None:
    """The hourly looks of two processes may meet, and some platforms give the same token with a later end."""
    place = Noted(Tokens(written={**OLD.written, "expires_at": "2027-07-01"}).text())
    ours = renewals(place)
    ours.look()
    place.value = Tokens(written={**OLD.written, "expires_at": "2027-08-30"}).text()
    ours.ahead()
    assert "ask" not in place.steps
    ours.look()
    ours.ahead()
    assert place.steps.count("ask") == 1


@pytest.mark.parametrize("secret", ["", "a-token", "[]", "[" * 5_000])
def test_a_secret_that_is_no_object_holds_no_tokens(secret: str) -> None:
    """The adapter then says what has to be stored instead."""
    assert read_tokens(secret) == Tokens(written={})

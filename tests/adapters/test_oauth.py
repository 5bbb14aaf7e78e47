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


@pytest.mark.parametrize("secret", ["", "a-token", "[]", "[" * 5_000])
def test_a_secret_that_is_no_object_holds_no_tokens(secret: str) -> None:
    """The adapter then says what has to be stored instead."""
    assert read_tokens(secret) == Tokens(written={})

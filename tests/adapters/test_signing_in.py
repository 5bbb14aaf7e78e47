"""Signing in at every platform that has it: what comes of it, and what is no answer to it."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters import registry
from adapters.contract import App, AuthExpired, Failure, Rejected, Retryable
from adapters.scripted.server import Mishap, reply_json
from adapters.signing_in import Held
from tests.adapters.gates import (
    CASES,
    CLIENT_SECRET,
    ORGANISATION,
    PAGE_TOKEN,
    REDIRECT,
    REFRESH,
    TOKEN,
    account_at,
    gate_of,
    signed_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.contract import Begun, Choice, SignIn
    from adapters.scripted.signing_in import Gate
    from tests.adapters.gates import Case

APP = App(client_id="app-1", client_secret=CLIENT_SECRET, redirect=REDIRECT)
BY_NAME = {one.name: one for one in CASES}


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def gate(case: Case) -> Iterator[Gate]:
    with gate_of(case) as gate:
        yield gate


def way_of(gate: Gate, case: Case) -> SignIn:
    found = registry.sign_in(account_at(gate, case))
    assert found
    return found


def opened(gate: Gate, case: Case) -> Sequence[Choice]:
    way = way_of(gate, case)
    begun = way.begin(APP)
    return way.finish(APP, begun, signed_in(begun.address))


def failed(way: SignIn, begun: Begun, came_back: str, app: App = APP) -> Failure:
    with pytest.raises(Failure) as told:
        way.finish(app, begun, came_back)
    shown = "".join(traceback.format_exception(told.value)) + repr(begun) + str(told.value.evidence)
    for secret in (CLIENT_SECRET, TOKEN, PAGE_TOKEN, REFRESH, begun.kept.get("verifier", CLIENT_SECRET)):
        assert secret not in shown
    return told.value


def test_who_signs_in_opens_their_page_or_account_by_name_and_id(gate: Gate, case: Case) -> None:
    """Both are shown to a person before anything is stored."""
    (choice,) = opened(gate, case)
    assert choice.name
    assert choice.remote_id == (case.remote_id or choice.remote_id)
    assert "canary" not in repr(choice)


def test_what_is_stored_opens_what_was_chosen(gate: Gate, case: Case) -> None:
    """By the adapter itself: the id must be the one that is compared before every send."""
    (choice,) = opened(gate, case)
    account = account_at(gate, case)
    if case.platform == "instagram":  # its adapter wants a place for pictures first
        assert json.loads(choice.secret)["access_token"] in {TOKEN, PAGE_TOKEN}
        return
    who = registry.build(account, Held(choice.secret)).whoami()
    assert (who.remote_id, who.handle) == (choice.remote_id, choice.handle or choice.name)


@pytest.mark.parametrize(
    ("name", "lives"), [("x", 7200), ("instagram", 5_183_944), ("threads", 5_183_944), ("linkedin", 5_183_999)]
)
def test_a_token_that_ends_is_kept_with_when_it_ends(name: str, lives: int) -> None:
    """By the answer's own date: the clock of this machine may be wrong."""
    with gate_of(BY_NAME[name]) as gate:
        (choice,) = opened(gate, BY_NAME[name])
    ends = datetime.fromisoformat(json.loads(choice.secret)["expires_at"])
    assert ends.tzinfo == UTC
    assert abs(datetime.now(UTC) + timedelta(seconds=lives) - ends) < timedelta(minutes=2)


def test_what_renews_a_token_is_kept_with_its_own_end() -> None:
    """A partner's refresh token of LinkedIn's ends after a year, whatever it renewed; and it needs the app's secret."""
    with gate_of(BY_NAME["linkedin page"]) as gate:
        (choice,) = opened(gate, BY_NAME["linkedin page"])
    kept = json.loads(choice.secret)
    assert {"refresh_token", "client_id", "client_secret", "refresh_expires_at"} <= kept.keys()
    assert datetime.fromisoformat(kept["refresh_expires_at"]) > datetime.fromisoformat(kept["expires_at"])


@pytest.mark.parametrize("name", ["x", "mastodon"])
def test_a_verifier_proves_that_it_is_who_began(name: str) -> None:
    """PKCE: a code that was overheard on its way is worth nothing to whoever heard it."""
    with gate_of(BY_NAME[name]) as gate:
        way = way_of(gate, BY_NAME[name])
        begun, other = way.begin(APP), way.begin(APP)
        stolen = replace(other, state=begun.state)
        assert isinstance(failed(way, stolen, signed_in(begun.address)), AuthExpired)


def test_an_answer_to_another_sign_in_is_none(gate: Gate, case: Case) -> None:
    """Else somebody could have july30 take their account for ours."""
    way = way_of(gate, case)
    begun, other = way.begin(APP), way.begin(APP)
    before = len(gate.requests)
    assert isinstance(failed(way, begun, signed_in(other.address)), Rejected)
    assert [one.path for one in gate.requests[before:]] == [urlsplit(other.address).path], "the code was sent"


def test_a_person_who_says_no_is_told_what_to_do(gate: Gate, case: Case) -> None:
    """Whoever presses the wrong button wants to know that they did."""
    gate.says_no = True
    way = way_of(gate, case)
    begun = way.begin(APP)
    told = failed(way, begun, signed_in(begun.address))
    assert "access_denied" in str(told)
    assert "begin again" in str(told)


def test_a_code_is_good_once(gate: Gate, case: Case) -> None:
    """The second time it was somebody else's."""
    way = way_of(gate, case)
    begun = way.begin(APP)
    came_back = signed_in(begun.address)
    way.finish(APP, begun, came_back)
    assert isinstance(failed(way, begun, came_back), AuthExpired)


def test_a_wrong_secret_of_the_app_is_told(gate: Gate, case: Case) -> None:
    """Where to look is in the message: nobody guesses that it is config.toml."""
    if case.platform == "mastodon":
        return  # there july30 registers itself
    way = way_of(gate, case)
    begun = way.begin(APP)
    wrong = replace(APP, client_secret="canary-of-the-wrong-one")
    told = failed(way, begun, signed_in(begun.address), wrong)
    assert isinstance(told, AuthExpired)
    assert "config.toml" in str(told)
    assert "canary-of-the-wrong-one" not in str(told)


def test_what_is_granted_without_what_is_needed_is_refused() -> None:
    """On the day it would be a refused post; now it is one more click."""
    with gate_of(BY_NAME["x"]) as gate:
        gate.grants = "tweet.read users.read"
        way = way_of(gate, BY_NAME["x"])
        begun = way.begin(APP)
        told = failed(way, begun, signed_in(begun.address))
    assert "without media.write, offline.access, tweet.write" in str(told)


def test_the_scopes_of_the_app_are_asked_for_instead() -> None:
    """Not every app may ask for all; an address with one too many is refused as a whole."""
    with gate_of(BY_NAME["linkedin"]) as gate:
        begun = way_of(gate, BY_NAME["linkedin"]).begin(replace(APP, scopes=("w_member_social", "openid")))
    assert parse_qs(urlsplit(begun.address).query)["scope"] == ["w_member_social openid"]


def test_a_page_that_may_not_be_posted_to_is_not_offered() -> None:
    """An analyst's token would fail on the day."""
    with gate_of(BY_NAME["facebook"]) as gate:
        assert [one.name for one in opened(gate, BY_NAME["facebook"])] == ["IOM Georgia"]
        gate.pages = [one for one in gate.pages if one["id"] == "909"]
        way = way_of(gate, BY_NAME["facebook"])
        begun = way.begin(APP)
        assert "no Page" in str(failed(way, begun, signed_in(begun.address)))


def test_a_page_of_linkedin_s_must_be_one_of_whoever_signs_in() -> None:
    """And they are told which ones are."""
    case = replace(BY_NAME["linkedin page"], options={"author": "urn:li:organization:1"})
    with gate_of(case) as gate:
        way = way_of(gate, case)
        begun = way.begin(APP)
        assert ORGANISATION in str(failed(way, begun, signed_in(begun.address)))


@pytest.mark.parametrize("what", ["", "no address", f"{REDIRECT}?code=1", "http://[", f"{REDIRECT}?state="])
def test_what_is_no_answer_at_all_is_refused(gate: Gate, case: Case, what: str) -> None:
    """A slip at pasting is a sentence, not a fault."""
    way = way_of(gate, case)
    assert isinstance(failed(way, way.begin(APP), what), Rejected)


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.GARBAGE, Mishap.TRUNCATE])
def test_a_platform_that_fails_gives_one_of_the_four_failures(gate: Gate, case: Case, mishap: Mishap) -> None:
    """Nothing is half stored, and nothing shows half a token."""
    way = way_of(gate, case)
    begun = way.begin(APP)
    came_back = signed_in(begun.address)
    gate.will_fail(mishap, path=gate.rules.token)
    assert isinstance(failed(way, begun, came_back), Retryable)


def test_a_refusal_that_repeats_what_it_was_sent_shows_nothing(gate: Gate, case: Case) -> None:
    """Some platforms quote the code and the secret back."""
    way = way_of(gate, case)
    begun = way.begin(APP)
    came_back = signed_in(begun.address)
    secret = begun.kept.get("client_secret", CLIENT_SECRET)
    said = " ".join([came_back, secret, begun.kept.get("verifier", "")])
    gate.will_fail(reply_json({"error": "invalid_grant", "error_description": said}, 422), path=gate.rules.token)
    told = failed(way, begun, came_back)
    assert parse_qs(urlsplit(came_back).query)["code"][0] not in str(told) + str(told.evidence)
    assert secret not in str(told) + str(told.evidence)

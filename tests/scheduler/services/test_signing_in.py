"""Connecting an account step by step: nothing is stored before somebody saw whose it is, and another one never is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Choice, Identity
from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.telegram import TelegramServer
from posts.model import Account
from scheduler import vault
from scheduler.apps import RegisteredApp
from scheduler.model import NotAllowed, Role, WrongUse
from scheduler.secrets import StoredSecret
from scheduler.services import signing_in
from scheduler.store import catalogue, ledger
from tests.adapters.gates import CASES, CLIENT_SECRET, REDIRECT, account_at, gate_of, signed_in

if TYPE_CHECKING:
    from adapters.scripted.signing_in import Gate
    from scheduler.services.desk import Desk
    from tests.adapters.gates import Case
    from tests.scheduler.services.office import Office

BY_NAME = {one.name: one for one in CASES}
PASSWORD = "abcd-efgh-ijkl-mnop"
BOT = "123456:canary-of-the-bot"


def desk_for(office: Office, account: Account, app: str = "") -> Desk:
    """A desk whose config.toml has this account, and the app of that platform."""
    folder = office.settings.path.parent
    vault.make_key(folder / "secrets.key")
    (folder / "app.secret").write_text(CLIENT_SECRET)
    (folder / "app.secret").chmod(0o600)
    apps = (RegisteredApp(platform=app, client_id="app-1", secret="file:app.secret", redirect=REDIRECT),) if app else ()
    settings = replace(office.settings, accounts=(account,), apps=apps)
    with office.database.write() as tx:
        catalogue.apply(tx, settings.campaign, settings.missions, settings.accounts, office.clock())
    return office.desk_with(settings)


def stored(office: Office) -> str:
    folder, key = office.settings.path.parent, office.settings.secrets_key
    return StoredSecret("vault:ge-feed", folder, {}, key=key).load()


def opened(office: Office, gate: Gate, case: Case, **more: str) -> tuple[Desk, Choice]:
    desk = desk_for(office, account_at(gate, case, **more), case.app)
    begun = signing_in.begin(desk, "ge-feed")
    (choice,) = signing_in.finish(begun, signed_in(begun.address))
    return desk, choice


def confirmed(office: Office) -> str | None:
    with office.database.read() as tx:
        return catalogue.confirmed_identity(tx, "ge-feed")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_chosen_is_stored_and_is_the_account_from_then_on(office: Office, case: Case) -> None:
    """Its id is compared before every send; until somebody chose, nothing is stored."""
    with gate_of(case) as gate:
        desk, choice = opened(office, gate, case)
        office.adapters["ge-feed"] = office.adapters["ge-outbox"]
        with pytest.raises(Exception, match="holds no secret"):
            stored(office)
        signing_in.choose(desk, "ge-feed", choice)
    assert stored(office) == choice.secret
    assert confirmed(office) == choice.remote_id


def test_who_confirmed_which_account_is_in_the_audit_and_no_secret_is(office: Office) -> None:
    """Whoever asks later finds who said that it was the right page."""
    with gate_of(BY_NAME["facebook"]) as gate:
        desk, choice = opened(office, gate, BY_NAME["facebook"])
        office.adapters["ge-feed"] = office.adapters["ge-outbox"]
        signing_in.choose(desk, "ge-feed", choice)
    with office.database.read() as tx:
        told = ledger.history(tx, ["account:ge-feed"])
    by = [(one["verb"], one["actor"]) for one in told if one["verb"] in {"identity", "connect"}]
    assert by == [("identity", "operator:nino"), ("connect", "operator:nino")]
    assert choice.remote_id in str(told)
    assert "canary" not in str(told)


def test_an_account_that_was_confirmed_for_another_is_not_replaced(office: Office) -> None:
    """Its planned posts are bound to that one."""
    with gate_of(BY_NAME["x"]) as gate:
        desk, choice = opened(office, gate, BY_NAME["x"])
        other = replace(choice, remote_id="another-1")
        with office.database.write() as tx:
            catalogue.confirm_identity(
                tx, "ge-feed", Identity(remote_id=other.remote_id, handle=other.name), office.clock()
            )
        with pytest.raises(WrongUse, match="confirmed for the account with the id another-1"):
            signing_in.choose(desk, "ge-feed", choice)
    with pytest.raises(Exception, match="holds no secret"):
        stored(office)


def test_an_account_that_bears_another_handle_is_not_stored(office: Office) -> None:
    """What config.toml says holds."""
    with gate_of(BY_NAME["x"]) as gate:
        desk, choice = opened(office, gate, BY_NAME["x"], handle="iomelsewhere")
        with pytest.raises(WrongUse, match="iomelsewhere"):
            signing_in.choose(desk, "ge-feed", choice)


def test_an_id_that_was_not_opened_is_refused_with_those_that_were() -> None:
    """A page of somebody else's is not taken for ours."""
    choices = [Choice(remote_id="1", name="IOM Georgia", secret="canary")]
    with pytest.raises(WrongUse, match=r"IOM Georgia \(id 1\)"):
        signing_in.among(choices, "2")


def test_without_a_registered_app_it_is_told_what_to_write(office: Office) -> None:
    """And nobody is sent anywhere."""
    with gate_of(BY_NAME["threads"]) as gate:
        desk = desk_for(office, account_at(gate, BY_NAME["threads"]))
        with pytest.raises(WrongUse, match=r'\[\[app\]\] with platform = "threads"'):
            signing_in.begin(desk, "ge-feed")
        assert gate.requests == []


def test_a_place_that_cannot_be_written_is_told_before_anybody_signs_in(office: Office) -> None:
    """A code is good once: it must not be spent on a place that keeps nothing."""
    with gate_of(BY_NAME["x"]) as gate:
        account = replace(account_at(gate, BY_NAME["x"]), secret="env:X")
        with pytest.raises(WrongUse, match='secret = "vault:ge-feed"'):
            signing_in.begin(desk_for(office, account, "x"), "ge-feed")


def test_who_may_not_connect_an_account_may_not_begin(office: Office) -> None:
    """Whoever may connect one may post in a mission's name."""
    with gate_of(BY_NAME["x"]) as gate:
        desk = desk_for(office, account_at(gate, BY_NAME["x"]), "x")
        officer = replace(office.desk_as("ana", Role.OFFICER, "GE"), settings=desk.settings)
        with pytest.raises(NotAllowed):
            signing_in.begin(officer, "ge-feed")


def test_a_platform_that_nobody_signs_in_to_says_so(office: Office) -> None:
    """Rather than an address that leads nowhere."""
    account = Account(id="ge-feed", mission="GE", platform="telegram", secret="vault:ge-feed")
    with pytest.raises(WrongUse, match="leave out --browser"):
        signing_in.begin(desk_for(office, account), "ge-feed")


def test_an_app_password_opens_its_account(office: Office) -> None:
    """It is tried before it is stored."""
    with BlueskyServer(PASSWORD) as server:
        account = Account(id="ge-feed", mission="GE", platform="bluesky", secret="vault:ge-feed", base_url=server.url)
        desk = desk_for(office, account)
        answers = {"identifier": f"@{server.handle}", "password": f" {PASSWORD} "}
        choice = signing_in.offered(desk, "ge-feed", signing_in.typed(desk, "ge-feed", answers))
    assert (choice.remote_id, choice.name) == (server.did, server.handle)


@pytest.mark.parametrize("password", ["hunter2", "four-four-four", "WXYZ-WXYZ-WXYZ-WXYZ", ""])
def test_the_password_of_the_account_itself_is_not_taken(office: Office, password: str) -> None:
    """It opens everything, its e-mail address too; and it is nobody's to give away."""
    account = Account(id="ge-feed", mission="GE", platform="bluesky", secret="vault:ge-feed")
    with pytest.raises(WrongUse, match="no app password") as told:
        signing_in.typed(desk_for(office, account), "ge-feed", {"identifier": "iom.test", "password": password})
    assert not password or password not in str(told.value)


def test_a_bot_must_be_one_that_may_post_in_the_channel(office: Office) -> None:
    """Its channel is shown by name and number."""
    with TelegramServer(BOT) as server:
        account = Account(id="ge-feed", mission="GE", platform="telegram", secret="vault:ge-feed", base_url=server.url)
        desk = desk_for(office, account)
        secret = signing_in.typed(desk, "ge-feed", {"token": BOT, "chat": "@iomgeorgia"})
        choice = signing_in.offered(desk, "ge-feed", secret)
        assert (choice.name, choice.remote_id) == ("iomgeorgia", str(server.number))
        server.may_post = False
        with pytest.raises(WrongUse, match="make it an administrator") as told:
            signing_in.offered(desk, "ge-feed", secret)
    assert BOT not in str(told.value)


@pytest.mark.parametrize(("token", "chat"), [("no token", "@iomgeorgia"), (BOT, "iomgeorgia"), (BOT, "")])
def test_what_is_no_token_or_no_channel_is_refused(office: Office, token: str, chat: str) -> None:
    """In words, before anybody is asked."""
    account = Account(id="ge-feed", mission="GE", platform="telegram", secret="vault:ge-feed")
    with pytest.raises(WrongUse, match="that is no"):
        signing_in.typed(desk_for(office, account), "ge-feed", {"token": token, "chat": chat})


def test_tokens_that_were_renewed_while_they_were_tried_are_the_ones_that_are_stored(office: Office) -> None:
    """A refresh token is good once: what was typed is spent by then."""
    with gate_of(BY_NAME["x"]) as gate:
        desk = desk_for(office, account_at(gate, BY_NAME["x"]), "x")
        pair = {"access_token": "long-gone", "refresh_token": "canary-of-the-renewal-33de"}
        given = json.dumps({**pair, "client_id": "app-1", "client_secret": CLIENT_SECRET})
        choice = signing_in.offered(desk, "ge-feed", given)
    assert json.loads(choice.secret)["access_token"] == "access-1-token-of-nobody-else"

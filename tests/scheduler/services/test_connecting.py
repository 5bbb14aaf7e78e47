"""Whether the credentials open what they should, and what that ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired, Identity, Retryable
from posts.model import Level, Post, Problem
from scheduler import vault
from scheduler.model import DAEMON, NotAllowed, Scope, State, WrongUse
from scheduler.secrets import StoredSecret
from scheduler.services import operating
from scheduler.services.connecting import accounts, check_accounts, connect_account
from scheduler.services.vetting import Vetting
from scheduler.store import claims, ledger, pauses
from tests.fakes.adapter import OBEDIENT, ObedientAdapter
from tests.fakes.world import outcome

if TYPE_CHECKING:
    from adapters.contract import Failure
    from scheduler.services.desk import Desk
    from tests.scheduler.services.office import Office


class Door(ObedientAdapter):
    """Opens whatever it is told to open."""

    opens: Identity | Failure

    def whoami(self) -> Identity:
        if isinstance(self.opens, Identity):
            return self.opens
        raise self.opens


def opens(office: Office, what: Identity | Failure) -> None:
    door = Door()
    door.opens = what
    office.adapters["ge-outbox"] = door


def check(office: Office) -> dict[str, object]:
    return check_accounts(office.desk, ["ge-outbox"])[0]


def paused(office: Office) -> list[object]:
    with office.database.read() as tx:
        return [one["by"] for one in pauses.active(tx)]


def test_credentials_that_open_an_account_are_ok(office: Office) -> None:
    """And it says which one."""
    told = check(office)
    assert (told["ok"], told["message"]) == (True, "opens obedient")


@pytest.mark.parametrize("failure", [AuthExpired("the token has expired"), Retryable("no answer")])
def test_what_does_not_open_says_why(office: Office, failure: Failure) -> None:
    """In the platform's words, where it has some."""
    opens(office, failure)
    told = check(office)
    assert (told["ok"], told["message"]) == (False, str(failure))


def test_a_secret_that_opens_another_account_is_found(office: Office) -> None:
    """Two tokens swapped between missions would post one country's words as another's."""
    check(office)
    opens(office, Identity(remote_id="other-7", handle="iomelsewhere"))
    told = check(office)
    assert told["ok"] is False
    assert "iomelsewhere" in str(told["message"])


def test_a_handle_that_differs_from_the_configured_one_is_found(office: Office) -> None:
    """At the first look already."""
    accounts = tuple(replace(one, handle="@IOMgeorgia") for one in office.settings.accounts)
    desk = office.desk_with(replace(office.settings, accounts=accounts))
    assert check_accounts(desk, ["ge-outbox"])[0]["ok"] is False
    opens(office, Identity(remote_id="7", handle="iomgeorgia"))
    assert check_accounts(desk, ["ge-outbox"])[0]["ok"] is True


def test_a_check_that_works_ends_the_daemons_own_pause(office: Office) -> None:
    """The token was renewed; nobody should have to know that there was a pause."""
    with office.database.write() as tx:
        pauses.press(tx, Scope.ACCOUNT, "ge-outbox", why="401", by="daemon", now=office.clock())
    check(office)
    assert paused(office) == []


def test_a_check_never_ends_a_persons_pause(office: Office) -> None:
    """What a person pressed is theirs to end."""
    operating.pause(office.desk, Scope.ACCOUNT, "ge-outbox", why="an accident")
    check(office)
    assert paused(office) == ["operator:nino"]


def test_a_person_s_pause_over_the_daemon_s_is_not_ended_by_a_check(office_on_both: Office) -> None:
    """They wanted silence, and a renewed token is no answer to that."""
    office = office_on_both
    with office.database.write() as tx:
        pauses.press(tx, Scope.ACCOUNT, "ge-outbox", why="401", by="daemon", now=office.clock())
    assert operating.pause(office.desk, Scope.ACCOUNT, "ge-outbox", why="an accident") is True
    check(office)
    assert paused(office) == ["operator:nino"]
    assert "an accident" in office.world.audit("pause:account:ge-outbox")[-1]["after"]


def test_a_check_that_fails_ends_no_pause(office: Office) -> None:
    """It would be pressed again at the next post, which would fail for it."""
    with office.database.write() as tx:
        pauses.press(tx, Scope.ACCOUNT, "ge-outbox", why="401", by="daemon", now=office.clock())
    opens(office, AuthExpired("still no"))
    check(office)
    assert paused(office) == ["daemon"]


def test_a_check_ends_no_other_accounts_pause(office: Office) -> None:
    """Each has its own credentials."""
    with office.database.write() as tx:
        pauses.press(tx, Scope.ACCOUNT, "tj-outbox", why="401", by="daemon", now=office.clock())
    check(office)
    assert paused(office) == ["daemon"]


def test_without_a_name_all_accounts_are_checked(office: Office) -> None:
    """The morning before is no time to remember their names."""
    assert [one["id"] for one in check_accounts(office.desk, [])] == [one.id for one in office.settings.accounts]


def test_an_account_that_there_is_not_is_refused(office: Office) -> None:
    """Not passed over."""
    with pytest.raises(WrongUse, match="no account 'ge-x'"):
        check_accounts(office.desk, ["ge-x"])


def test_the_list_tells_where_a_secret_is_kept_and_never_more(office: Office) -> None:
    """Lists are pasted into mails."""
    changed = tuple(replace(one, secret="env:GE_TOKEN") for one in office.settings.accounts)
    rows = accounts(office.desk_with(replace(office.settings, accounts=changed)))
    assert {row["secret"] for row in rows} == {"env"}


CANARY = "canary-7f3a"


def kept_at(office: Office, reference: str) -> Desk:
    """A desk whose account keeps its secret there, with a key for the vault."""
    vault.make_key(office.settings.path.parent / "secrets.key")
    changed = tuple(replace(one, secret=reference) for one in office.settings.accounts)
    return office.desk_with(replace(office.settings, accounts=changed))


@pytest.mark.parametrize("reference", ["vault:ge-outbox", "file:ge.secret"])
def test_a_secret_is_stored_where_the_configuration_says_and_tried_at_once(office: Office, reference: str) -> None:
    """Whoever pastes it sees right then whether it opens the right account."""
    desk = kept_at(office, reference)
    told = connect_account(desk, "ge-outbox", lambda: f" {CANARY}\n")
    assert (told["ok"], told["message"]) == (True, "opens obedient")
    folder, key = office.settings.path.parent, office.settings.secrets_key
    assert StoredSecret(reference, folder, {}, key=key).load() == CANARY


def test_who_stored_a_secret_is_in_the_audit_and_the_secret_is_not(office: Office) -> None:
    """Whoever may replace a secret may post in a mission's name."""
    connect_account(kept_at(office, "vault:ge-outbox"), "ge-outbox", lambda: CANARY)
    with office.database.read() as tx:
        told = ledger.history(tx, ["account:ge-outbox"])
    assert ("connect", "operator:nino") in [(one["verb"], one["actor"]) for one in told]
    assert CANARY not in str(told)


@pytest.mark.parametrize("reference", ["", "env:GE_TOKEN", "credential:ge"])
def test_a_place_that_cannot_be_written_is_told_before_the_secret_is_asked_for(office: Office, reference: str) -> None:
    """A secret is typed once, not twice."""

    def given() -> str:
        raise AssertionError("it was asked for")

    with pytest.raises(WrongUse, match='secret = "vault:ge-outbox"'):
        connect_account(kept_at(office, reference), "ge-outbox", given)


def test_nothing_is_no_secret(office: Office) -> None:
    """An empty pipe must not wipe out a secret that works."""
    with pytest.raises(WrongUse, match="standard input"):
        connect_account(kept_at(office, "vault:ge-outbox"), "ge-outbox", lambda: " \n")


def test_a_vault_without_its_key_is_told(office: Office) -> None:
    """It is made by `init`, and only there."""
    desk = kept_at(office, "vault:ge-outbox")
    (office.settings.path.parent / "secrets.key").unlink()
    with pytest.raises(WrongUse, match="july30 init"):
        connect_account(desk, "ge-outbox", lambda: CANARY)


def test_with_review_levels_nobody_without_a_name_stores_a_secret(office: Office) -> None:
    """Else whoever sits at the machine goes round the reviewers."""
    desk = kept_at(office, "vault:ge-outbox")
    strict = replace(desk, settings=replace(desk.settings, review_levels=1))
    with pytest.raises(NotAllowed, match="storing an account's secret"):
        connect_account(strict, "ge-outbox", lambda: CANARY)


def with_budget(office: Office, most: int) -> Desk:
    """A desk whose account may make so many posts a month, and has made one."""
    numbers = office.world.deliveries(office.world.post("ge-outbox"))
    (claimed,) = office.world.claim()
    assert claimed.delivery_id == numbers[0]
    with office.database.write() as tx:
        claims.may_post(tx, [(claimed.delivery_id, claimed.fence, claimed.content_hash, office.clock())])
    office.world.record(outcome(claimed, State.PUBLISHED, office.clock(), name="receipt"))
    changed = tuple(replace(one, posts_per_month=most) for one in office.settings.accounts)
    return office.desk_with(replace(office.settings, accounts=changed))


def test_a_budget_is_shown(office: Office) -> None:
    """Whoever pays wants to know before it is used up."""
    told = check_accounts(with_budget(office, 2), ["ge-outbox"])[0]
    assert (told["ok"], told["message"]) == (True, "opens obedient; 1 of 2 posts made this month, 1 left")


def told_of(office: Office, desk: Desk, text: str) -> list[Problem]:
    """What is said of the plan where a post with this text is to go out at once."""
    vetting = Vetting(desk)
    vetting.plan(Post(mission="GE", text=text), ["ge-outbox"], office.clock(), "new")
    return vetting.crowded(["ge-outbox"], office.clock())


def test_a_budget_that_is_used_up_is_told_before_and_its_pause_stays(office: Office) -> None:
    """Credentials that work do not pay; and whoever writes the next post reads it at once."""
    desk = with_budget(office, 1)
    with office.database.write() as tx:
        pauses.press(tx, Scope.ACCOUNT, "ge-outbox", why="its posts are used up", by=DAEMON, now=office.clock())
    told = check_accounts(desk, ["ge-outbox"])[0]
    assert told["ok"] is False
    assert "posts_per_month" in str(told["message"])
    assert paused(office) == ["daemon"]
    assert [(one.code, one.level) for one in told_of(office, desk, "one more")] == [("budget_used_up", Level.WARN)]


def test_a_thread_that_does_not_fit_into_the_month_is_told_when_it_is_written(office: Office) -> None:
    """Then it can be shortened; on the day it would be held, with the whole account."""
    desk = with_budget(office, 3)
    threaded = replace(OBEDIENT, limits=replace(OBEDIENT.limits, parts_max=9))
    office.adapters["ge-outbox"] = ObedientAdapter(profile=threaded)
    assert told_of(office, desk, "one\n---\ntwo") == []
    (problem,) = told_of(office, desk, "one\n---\ntwo\n---\nthree")
    assert "4 posts are planned or made" in problem.message
    assert "posts_per_month is 3" in problem.message

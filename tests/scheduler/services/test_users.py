"""People and their tokens: known once, kept nowhere, and dead at once when they are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scheduler.model import NotAllowed, Role, WrongUse
from scheduler.services import users
from scheduler.services.permitting import hash_of, identified

if TYPE_CHECKING:
    from tests.scheduler.services.office import Office

ANA = "ana@iom.example"


def add(office: Office, email: str = ANA, role: Role = Role.OFFICER, *missions: str) -> str:
    token = users.add_user(office.desk, email, name="Ana", roles=[role], missions=missions)
    assert token
    return token


def told(office: Office, email: str = ANA) -> dict[str, Any]:
    return next(one for one in users.users(office.desk) if one["email"] == email)


def test_a_new_user_acts_with_the_token_that_was_shown(office_on_both: Office) -> None:
    """On both databases: this is the door to everything."""
    token = add(office_on_both, ANA, Role.OFFICER, "GE", "TJ")
    desk = identified(office_on_both.desk, ANA, token)
    assert desk.actor == ANA
    assert told(office_on_both)["roles"] == [{"role": "officer", "mission": "GE"}, {"role": "officer", "mission": "TJ"}]


def test_a_token_cannot_be_guessed_and_is_stored_as_its_hash(office: Office) -> None:
    """Who reads the database or its backup learns nothing to act with."""
    first, second = add(office), add(office, "eka@iom.example")
    assert first != second
    assert min(len(first), len(second)) >= 43  # 32 random bytes
    rows = {row["email"]: row["token_hash"] for row in office.world.view("person")}
    assert rows == {ANA: hash_of(first), "eka@iom.example": hash_of(second)}
    for table in ("person", "person_role", "audit"):
        assert first not in str(office.world.view(table))


def test_no_token_nor_its_hash_is_in_the_audit(office: Office) -> None:
    """The audit is read by many, and exported."""
    token = add(office)
    users.new_token(office.desk, ANA)
    assert token not in str(office.world.audit())
    assert hash_of(token) not in str(office.world.audit())


def test_a_new_token_kills_the_old_one(office: Office) -> None:
    """A lost token must be worth nothing as soon as somebody says so."""
    old = add(office)
    new = users.new_token(office.desk, ANA)
    with pytest.raises(NotAllowed):
        identified(office.desk, ANA, old)
    assert identified(office.desk, ANA, new).actor == ANA


def test_everybody_may_renew_their_own_token_and_no_other(office: Office) -> None:
    """Whoever makes a token for somebody else can act as them: that is the administrator's, and it is in the log."""
    office.with_levels(1)
    desk = office.desk_as("ana", Role.OFFICER)
    office.desk_as("boris", Role.APPROVER)
    assert users.new_token(desk, ANA)
    with pytest.raises(NotAllowed, match="looking after users"):
        users.new_token(desk, "boris@iom.example")


def test_adding_somebody_again_adds_roles_and_keeps_the_token(office: Office) -> None:
    """A second role is no reason to lock somebody out."""
    token = add(office)
    assert users.add_user(office.desk, ANA.upper(), name="Ana", roles=[Role.REVIEWER], missions=["GE"]) is None
    assert [one["role"] for one in told(office)["roles"]] == ["officer", "reviewer"]
    assert identified(office.desk, ANA, token).actor == ANA


def test_whoever_was_disabled_starts_anew(office: Office) -> None:
    """Their old token and roles are gone: that is how a role is taken away."""
    old = add(office, ANA, Role.APPROVER)
    users.disable(office.desk, ANA)
    new = add(office, ANA, Role.OFFICER)
    assert [one["role"] for one in told(office)["roles"]] == ["officer"]
    with pytest.raises(NotAllowed):
        identified(office.desk, ANA, old)
    assert identified(office.desk, ANA, new).actor == ANA


def test_the_last_administrator_stays(office: Office) -> None:
    """Without one nobody could ever add another."""
    add(office, ANA, Role.ADMINISTRATOR)
    with pytest.raises(WrongUse, match="last administrator"):
        users.disable(office.desk, ANA)
    add(office, "eka@iom.example", Role.ADMINISTRATOR)
    users.disable(office.desk, ANA)
    with pytest.raises(WrongUse, match="last administrator"):
        users.disable(office.desk, "eka@iom.example")


def test_an_administrator_is_one_for_every_mission(office: Office) -> None:
    """People belong to no mission alone: half an administrator could lock the others out."""
    add(office, ANA, Role.ADMINISTRATOR, "GE")
    assert told(office)["roles"] == [{"role": "administrator", "mission": None}]


@pytest.mark.parametrize(
    ("change", "verb"),
    [
        (lambda desk: users.add_user(desk, "eka@iom.example", name="Eka", roles=[Role.OFFICER], missions=[]), "token"),
        (lambda desk: users.new_token(desk, ANA), "token"),
        (lambda desk: users.disable(desk, ANA), "disable"),
    ],
)
def test_users_are_looked_after_by_administrators_and_it_is_in_the_log(office: Office, change: Any, verb: str) -> None:
    """Who can add people can add themselves: with levels that takes an administrator, not a place at the machine."""
    office.with_levels(1)
    office.desk_as("ana", Role.OFFICER)
    for desk in (office.desk, office.desk_as("boris", Role.APPROVER)):
        with pytest.raises(NotAllowed, match="looking after users"):
            change(desk)
    change(office.desk_as("nata", Role.ADMINISTRATOR))
    last = office.world.audit()[-1]
    assert (last["actor"], last["verb"]) == ("nata@iom.example", verb)


def test_there_is_one_first_administrator(office: Office) -> None:
    """`init` is typed twice; the second time nobody new may appear."""
    assert users.first_administrator(office.desk, ANA)
    assert users.first_administrator(office.desk, "eka@iom.example") is None
    assert [one["email"] for one in users.users(office.desk)] == [ANA]


@pytest.mark.parametrize("email", ["", "ana", "@iom.example", "ana@", "a na@iom.example", "ana@iom.example\n", "a@b@c"])
def test_what_is_no_address_is_refused(office: Office, email: str) -> None:
    """It names people in the log."""
    with pytest.raises(WrongUse, match="is no e-mail address"):
        users.add_user(office.desk, email, name="Ana", roles=[Role.OFFICER], missions=[])


def test_an_unknown_mission_or_no_name_adds_nobody(office: Office) -> None:
    """A role for a mission that is misspelt would be a role for none."""
    with pytest.raises(WrongUse, match="no mission 'XX'"):
        users.add_user(office.desk, ANA, name="Ana", roles=[Role.OFFICER], missions=["XX"])
    with pytest.raises(WrongUse, match="--name"):
        users.add_user(office.desk, ANA, name=" ", roles=[Role.OFFICER], missions=[])
    assert users.users(office.desk) == []


@pytest.mark.parametrize("change", [users.disable, users.new_token])
def test_nobody_unknown_is_disabled_or_given_a_token(office: Office, change: Any) -> None:
    """A typing mistake must not look as if it had worked."""
    with pytest.raises(WrongUse, match="no active user"):
        change(office.desk, "nobody@iom.example")

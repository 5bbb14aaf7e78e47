"""People are added, disabled and given tokens; every change is in the audit, and no token is anywhere but with them."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from scheduler.model import Role, WrongUse
from scheduler.services.permitting import ROLES, Right, hash_of, require
from scheduler.store import people
from scheduler.store.ledger import Entry, write_down
from scheduler.store.people import EVERY_MISSION, Person, active_administrators, address_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction

TOKEN_BYTES = 32
ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")
FIRST_NAME = "first administrator"


def users(desk: Desk) -> list[dict[str, object]]:
    """Everybody who was ever added, by address."""
    with desk.database.read() as tx:
        return [_told(one) for one in people.everybody(tx)]


def too_few_approvers(desk: Desk) -> dict[str, int]:
    """The missions whose posts can never be approved by as many as `[review] levels` asks for, and how many could."""
    with desk.database.read() as tx:
        active = [one for one in people.everybody(tx) if one.disabled_at is None]
    able = {
        mission.code: sum(one.is_one_of(ROLES[Right.LET_GO], mission.code) for one in active)
        for mission in desk.settings.missions
    }
    return {code: count for code, count in able.items() if count < desk.settings.review_levels}


def add_user(desk: Desk, email: str, *, name: str, roles: Sequence[Role], missions: Sequence[str]) -> str | None:
    """They have these roles for these missions (none named: every one), besides those they had; their new token.

    None where they were there already: their token stays. Who was disabled starts anew. An administrator is one for
    every mission. Raises WrongUse for what is no address, and for a mission that is not configured.
    """
    require(desk, Right.MANAGE_PEOPLE)
    wanted = _pairs(desk, roles, missions)
    with desk.database.write() as tx:
        return _add(tx, desk, _checked(email), name, wanted)


def first_administrator(desk: Desk, email: str) -> str | None:
    """Somebody may look after people: their token if they were made just now, None if there was one already."""
    with desk.database.write() as tx:
        if active_administrators(people.everybody(tx)):
            return None
        return _add(tx, desk, _checked(email), FIRST_NAME, {(Role.ADMINISTRATOR, EVERY_MISSION)})


def new_token(desk: Desk, email: str) -> str:
    """Their token; the one before opens nothing any more. Everybody may ask for their own."""
    email = address_of(email)
    if desk.person is None or desk.person.email != email:
        require(desk, Right.MANAGE_PEOPLE)
    with desk.database.write() as tx:
        _active(tx, email)
        return _give_token(tx, desk, email)


def disable(desk: Desk, email: str) -> None:
    """They may do nothing any more. Raises WrongUse for the last administrator: nobody could add another."""
    require(desk, Right.MANAGE_PEOPLE)
    email = address_of(email)
    with desk.database.write() as tx:
        _active(tx, email)
        if active_administrators(people.everybody(tx)) == [email]:
            raise WrongUse(f"{email} is the last administrator: add another one first")
        people.disable(tx, email, desk.now())
        _write_down(tx, desk, "disable", email, {})


def _add(tx: Transaction, desk: Desk, email: str, name: str, wanted: set[tuple[Role, str]]) -> str | None:
    if not name.strip():
        raise WrongUse("give a --name: the log and the review name people by it")
    there = people.find(tx, email)
    stays = there is not None and there.disabled_at is None
    roles = wanted | there.roles if there and stays else wanted
    people.add(tx, email, name.strip(), roles, desk.now())
    _write_down(tx, desk, "add", email, {"name": name.strip(), "roles": _words(roles)})
    return None if stays else _give_token(tx, desk, email)


def _give_token(tx: Transaction, desk: Desk, email: str) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    people.set_token(tx, email, hash_of(token), desk.now())
    _write_down(tx, desk, "token", email, {})
    return token


def _checked(email: str) -> str:
    if not ADDRESS.fullmatch(address_of(email)) or not email.isprintable():
        raise WrongUse(f"'{email}' is no e-mail address")
    return address_of(email)


def _pairs(desk: Desk, roles: Sequence[Role], missions: Sequence[str]) -> set[tuple[Role, str]]:
    codes = [desk.settings.mission(one).code for one in missions] or [EVERY_MISSION]
    return {(role, EVERY_MISSION if role is Role.ADMINISTRATOR else code) for role in roles for code in codes}


def _active(tx: Transaction, email: str) -> None:
    there = people.find(tx, email)
    if there is None or there.disabled_at is not None:
        raise WrongUse(f"there is no active user {email}; `july30 users list` shows who there is")


def _words(roles: set[tuple[Role, str]]) -> list[str]:
    return [f"{role} {mission or 'everywhere'}" for role, mission in sorted(roles)]


def _write_down(tx: Transaction, desk: Desk, verb: str, email: str, after: dict[str, object]) -> None:
    entry = Entry(at=desk.now(), actor=desk.actor, verb=verb, subject=f"person:{email}", after=after)
    write_down(tx, [entry])


def _told(one: Person) -> dict[str, object]:
    return {
        "email": one.email,
        "name": one.name,
        "roles": [{"role": role, "mission": mission or None} for role, mission in sorted(one.roles)],
        "active": one.disabled_at is None,
        "token_made_at": one.token_made_at,
        "disabled_at": one.disabled_at,
    }

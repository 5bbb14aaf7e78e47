"""People: who they are, what they may do for which mission, and the hash of the token that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from scheduler.model import Role
from scheduler.store.schema import person, person_role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from scheduler.store.database import Transaction

EVERY_MISSION = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a token. `roles` are (role, mission), with an empty mission for every one.

    `disabled_at` None: they may act. `token_hash` is the SHA-256 of the token, in hex; None: they have none.
    """

    email: str
    name: str
    roles: frozenset[tuple[Role, str]]
    token_hash: str | None
    token_made_at: datetime | None
    disabled_at: datetime | None

    def is_one_of(self, roles: Collection[Role], mission: str) -> bool:
        """Whether they have one of the roles for that mission; an empty mission asks for all of them at once."""
        return any(role in roles and where in {EVERY_MISSION, mission} for role, where in self.roles)


def address_of(written: str) -> str:
    """An e-mail address as it is kept: letters small, nothing around it."""
    return written.strip().casefold()


def everybody(tx: Transaction) -> list[Person]:
    """All of them by e-mail address, those who may do nothing any more included."""
    roles: dict[int, set[tuple[Role, str]]] = {}
    for row in tx.execute(select(person_role)).mappings():
        roles.setdefault(row["person_id"], set()).add((Role(row["role"]), row["mission"]))
    rows = tx.execute(select(person).order_by(person.c.email)).mappings()
    return [_person(dict(row), roles.get(row["id"], set())) for row in rows]


def find(tx: Transaction, email: str) -> Person | None:
    """The one with this address; None if there is none."""
    return next((one for one in everybody(tx) if one.email == email), None)


def add(tx: Transaction, email: str, name: str, roles: Iterable[tuple[Role, str]], now: datetime) -> None:
    """They are there with these roles and without a token; whoever was disabled is back with these roles alone."""
    row = {"email": email, "name": name, "disabled_at": None}
    number = tx.scalar(select(person.c.id).where(person.c.email == email))
    if number is None:
        number = tx.execute(insert(person).values(**row, created_at=now).returning(person.c.id)).scalar_one()
    else:
        tx.execute(update(person).where(person.c.id == number).values(row))
        tx.execute(delete(person_role).where(person_role.c.person_id == number))
    rows = [{"person_id": number, "role": role, "mission": mission} for role, mission in sorted(roles)]
    tx.execute(insert(person_role), rows)


def set_token(tx: Transaction, email: str, token_hash: str, now: datetime) -> None:
    """This token is theirs; the one before opens nothing any more."""
    tx.execute(update(person).where(person.c.email == email).values(token_hash=token_hash, token_made_at=now))


def disable(tx: Transaction, email: str, now: datetime) -> None:
    """They may do nothing any more, and their token is forgotten."""
    tx.execute(update(person).where(person.c.email == email).values(disabled_at=now, token_hash=None))


def active_administrators(those: Sequence[Person]) -> list[str]:
    """The addresses of those who may look after people."""
    return [
        one.email for one in those if one.disabled_at is None and one.is_one_of({Role.ADMINISTRATOR}, EVERY_MISSION)
    ]


def _person(row: dict[str, Any], roles: set[tuple[Role, str]]) -> Person:
    return Person(
        email=row["email"],
        name=row["name"],
        roles=frozenset(roles),
        token_hash=row["token_hash"],
        token_made_at=row["token_made_at"],
        disabled_at=row["disabled_at"],
    )

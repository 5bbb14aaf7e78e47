"""Two people end a pause, where config.toml asks for that: one asks, another one confirms."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from scheduler.model import DAEMON, NotAllowed
from scheduler.store import pauses, people

if TYPE_CHECKING:
    from scheduler.model import Scope
    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction


class Resumed(StrEnum):
    """What came of a wish to send again."""

    ENDED = "ended"
    ASKED = "asked"
    NOT_PAUSED = "not_paused"


def is_confirmed(tx: Transaction, desk: Desk, scope: Scope, subject: str) -> bool:
    """Whether the pause may end by whoever acts; where it may not yet, it is on record that they ask for it.

    What the daemon stopped itself takes nobody's second word. Raises NotAllowed for the local operator, who could give
    themselves any second name.
    """
    row = _pause_of_people(tx, scope, subject) if desk.settings.two_person_release else None
    if row is None:
        return True
    if desk.person is None:
        raise NotAllowed(
            "ending this pause takes two people: each says who they are with --as EMAIL, their token in JULY30_TOKEN"
        )
    if _still_asks(tx, row["release_asked_by"]) and row["release_asked_by"] != desk.actor:
        return True
    pauses.ask_release(tx, row, by=desk.actor, now=desk.now())
    return False


def _pause_of_people(tx: Transaction, scope: Scope, subject: str) -> dict[str, Any] | None:
    rows = cast("list[dict[str, Any]]", pauses.active(tx))
    here = (row for row in rows if (row["scope"], row["subject"]) == (scope, subject) and row["by"] != DAEMON)
    return next(here, None)


def _still_asks(tx: Transaction, email: str | None) -> bool:
    person = people.find(tx, email) if email else None
    return person is not None and person.disabled_at is None

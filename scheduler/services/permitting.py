"""Who may do what: one line in each verb asks here, before anything is changed.

A person may do what their roles for the mission say. The local operator, who sits at the machine and gives no name, may
do everything while `[review] levels` is 0; with levels, whatever lets something go out, or undoes what another has
stopped, takes a person with a token. Stopping is always easy, and pausing asks for no right at all.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from scheduler.model import NotAllowed, Role, Scope
from scheduler.store import people, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction
    from scheduler.store.versions import Standing

NOBODY = hashlib.sha256(b"").hexdigest()


class Right(StrEnum):
    """Something that is allowed or not; the value says it in words."""

    WRITE = "queueing, editing or submitting posts"
    STOP = "stopping deliveries"
    SEND_BACK = "sending posts back"
    LET_GO = "approving, releasing, retrying or resolving"
    TAKE_DOWN = "taking down"
    RESUME = "resuming"
    CONNECT = "storing an account's secret"
    MANAGE_PEOPLE = "looking after users"


ROLES: Mapping[Right, frozenset[Role]] = {
    Right.WRITE: frozenset({Role.OFFICER, Role.APPROVER}),
    Right.STOP: frozenset(Role),
    Right.SEND_BACK: frozenset({Role.REVIEWER, Role.APPROVER}),
    Right.LET_GO: frozenset({Role.APPROVER}),
    Right.TAKE_DOWN: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
    Right.RESUME: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
    Right.CONNECT: frozenset({Role.ADMINISTRATOR}),
    Right.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
}
WITHOUT_A_NAME = frozenset({Right.WRITE, Right.STOP, Right.SEND_BACK})


def identified(desk: Desk, email: str, token: str) -> Desk:
    """The desk of the person with this address, who has proven it by their token.

    Raises NotAllowed where token and address do not belong together, in the same words whatever is wrong with them.
    """
    if not token:
        raise NotAllowed(f"--as {email} needs that person's token in the environment variable JULY30_TOKEN")
    with desk.database.read() as tx:
        person = people.find(tx, people.address_of(email))
    known = person.token_hash if person and person.disabled_at is None else None
    right = hmac.compare_digest(known or NOBODY, hash_of(token))
    if person is None or known is None or not right:
        raise NotAllowed(
            f"the token in JULY30_TOKEN does not open anything for {email}: an administrator lists who there is with"
            " `july30 users list` and makes a new token with `july30 users token`"
        )
    return replace(desk, actor=person.email, person=person)


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def require(desk: Desk, right: Right, missions: Iterable[str] = (people.EVERY_MISSION,)) -> None:
    """Nothing, where whoever acts has the right for these missions. Raises NotAllowed, saying who has it."""
    if desk.person is None:
        _refuse_no_name(desk, right)
        return
    for mission in missions:
        if not desk.person.is_one_of(ROLES[right], mission):
            needed = " or ".join(sorted(ROLES[right]))
            where = mission or "every mission"
            raise NotAllowed(f"{right} needs the role {needed} for {where}, which {desk.actor} does not have")


def require_for_scope(desk: Desk, right: Right, scope: Scope, subject: str) -> None:
    """As `require`, for all that a pause of this reach stops; an account no longer configured may be anybody's."""
    if scope is Scope.MISSION:
        require(desk, right, [subject])
    elif scope is Scope.ACCOUNT:
        missions = [one.mission for one in desk.settings.accounts if one.id == subject]
        require(desk, right, missions or [people.EVERY_MISSION])
    else:
        require(desk, right, [one.code for one in desk.settings.missions])


def require_for_posts(tx: Transaction, desk: Desk, right: Right, post_ids: Sequence[int]) -> None:
    """As `require`, for these posts; whoever wrote one of them never lets it go out, unless there are no levels."""
    _require(desk, right, versions.standing_of_posts(tx, post_ids) if desk.person else ())


def require_for_deliveries(tx: Transaction, desk: Desk, right: Right, numbers: Sequence[int]) -> None:
    """As `require_for_posts`, for the posts of these deliveries."""
    _require(desk, right, versions.standing_of_deliveries(tx, numbers) if desk.person else ())


def _require(desk: Desk, right: Right, those: Sequence[Standing]) -> None:
    require(desk, right, [one.mission for one in those])
    if right is not Right.LET_GO or desk.settings.review_levels == 0:
        return
    for one in those:
        if desk.actor in one.authors:
            raise NotAllowed(f"{desk.actor} wrote post {one.post_id}: {right} takes somebody else's eyes")


def _refuse_no_name(desk: Desk, right: Right) -> None:
    levels = desk.settings.review_levels
    if levels and right not in WITHOUT_A_NAME:
        raise NotAllowed(
            f"{right} takes a person while [review] levels is {levels}: say who acts with --as EMAIL, with their token"
            f" in JULY30_TOKEN; it has to be an {' or '.join(sorted(ROLES[right]))}"
        )

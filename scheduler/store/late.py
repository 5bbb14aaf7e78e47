"""Late deliveries: read with all that the rules ask for, and moved where the rules say."""

from __future__ import annotations

from datetime import time
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, bindparam, func, or_, select, update

from posts.model import Campaign, Kind, QuietHours
from scheduler.lateness import PAST_ITS_LIMIT, SPACING, Agenda, Due, Go, GoLate, Hold, Place, Skip, local_day
from scheduler.model import DAEMON, Review, State, where_is_out
from scheduler.store.claims import NOW, ready
from scheduler.store.columns import BigId, UtcDateTime
from scheduler.store.ledger import Entry, write_down
from scheduler.store.schema import campaign, delivery, mission, post

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select, Update

    from scheduler.lateness import Verdict
    from scheduler.store.database import Transaction

PARTLY_OUT = "{reason}; a part of it is out already, at {where}: delete or complete it there, then skip or release this"
BY_RULE, BY_PERSON = "rules", "person"
ON_THE_WAY = frozenset({State.WAITING, State.SENDING, State.UNCLEAR, State.PUBLISHED})


def missed(tx: Transaction, now: datetime, *, only_let_go: bool = False) -> list[Due]:
    """What is ready and due, but may no longer go without a look at the rules; or only what a person let go."""
    query = _let_go_only() if only_let_go else _missed()
    places: dict[tuple[object, ...], Place] = {}
    return [_due(row, places) for row in tx.execute(query, {"now": now})]


def ready_at(tx: Transaction) -> dict[int, datetime]:
    """When each delivery is to be tried that nothing but its time keeps from going."""
    query = select(delivery.c.id, delivery.c.next_at).join(post, post.c.id == delivery.c.post_id).where(ready())
    return {row.id: row.next_at for row in tx.execute(query)}


def past_their_limit(tx: Transaction, now: datetime) -> list[int]:
    """What is ready and past its "not after", whenever it was to be tried next."""
    return list(tx.scalars(_overdue(), {"now": now}))


def agendas(tx: Transaction, those: Sequence[Due], now: datetime) -> dict[str, Agenda]:
    """What the accounts of these deliveries do besides them, from the beginning of the local day on."""
    found = {one.account: Agenda() for one in those}
    judged = {one.delivery_id for one in those}
    zones = {one.account: one.place.zone for one in those}
    for row in tx.execute(_others(), {"accounts": list(found), "now": now, "since": now - SPACING * 50}):
        if row.id not in judged:
            _note(found[row.account_id], row, zones[row.account_id], now)
    return found


def carry_out(tx: Transaction, decided: Iterable[tuple[Due, Verdict]], now: datetime) -> None:
    """Each delivery is where its verdict says; all but those that are on time have a new audit row."""
    going, stopped, entries = [], [], []
    for one, verdict in decided:
        match verdict:
            case Go():
                going.append(_goes(one, one.next_at, verdict.until, None, ""))
            case GoLate():
                who = BY_RULE if verdict.by_rule else BY_PERSON
                going.append(_goes(one, verdict.at, verdict.until, who, verdict.reason))
                after = {"state": State.WAITING, "next_at": verdict.at, "let_go": who, "reason": verdict.reason}
                entries.append(_entry(one.delivery_id, now, after))
            case Hold() | Skip():
                to = State.HELD if isinstance(verdict, Hold) else State.SKIPPED
                stopped.append({"b_id": one.delivery_id, "b_state": to, "b_reason": verdict.reason})
    if going:
        tx.execute(_set_going(), going)
    write_down(tx, entries)
    _stop_all(tx, stopped, now)


def skip(tx: Transaction, numbers: Sequence[int], now: datetime) -> None:
    """These deliveries are skipped: their "not after" has passed."""
    _stop_all(tx, [{"b_id": one, "b_state": State.SKIPPED, "b_reason": PAST_ITS_LIMIT} for one in numbers], now)


def _stop_all(tx: Transaction, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Each is held or skipped; one of which a part is out waits for a person in any case, who is told where it is."""
    if not rows:
        return
    begun = select(delivery.c.id, delivery.c.progress).where(delivery.c.fence > 0)
    found = {row.id: where_is_out(row.progress) for row in tx.execute(begun.where(delivery.c.state == State.WAITING))}
    for row in rows:
        if where := found.get(row["b_id"]):
            row |= {"b_state": State.HELD, "b_reason": PARTLY_OUT.format(reason=row["b_reason"], where=where)}
    tx.execute(_stop(), rows)
    write_down(tx, [_entry(one["b_id"], now, {"state": one["b_state"], "reason": one["b_reason"]}) for one in rows])


def late_count(tx: Transaction, now: datetime) -> int:
    """How many ready deliveries are due and late, or re-spaced because they were."""
    return int(tx.scalar(_count_late(), {"now": now}) or 0)


# Building a statement costs more than running it: each is built once, and its values are bound at every call.
def _is_late() -> ColumnElement[bool]:
    return and_(ready(), delivery.c.next_at <= NOW, delivery.c.go_until < NOW)


@cache
def _missed() -> Select[Any]:
    return (
        select(
            delivery.c.id,
            delivery.c.account_id,
            delivery.c.due_at,
            delivery.c.next_at,
            delivery.c.let_go,
            post.c.kind,
            post.c.not_after,
            mission.c.time_zone,
            mission.c.quiet_hours,
            campaign.c.name,
            campaign.c.day,
            campaign.c.window_after_days,
        )
        .join(post, post.c.id == delivery.c.post_id)
        .join(mission, mission.c.code == delivery.c.mission)
        .join(campaign, campaign.c.id == post.c.campaign_id)
        .where(_is_late())
    )


@cache
def _let_go_only() -> Select[Any]:
    return _missed().where(delivery.c.let_go == BY_PERSON)


@cache
def _overdue() -> Select[int]:
    query = select(delivery.c.id).join(post, post.c.id == delivery.c.post_id)
    return query.where(ready(), post.c.not_after.is_not(None), post.c.not_after < NOW).order_by(delivery.c.id)


@cache
def _count_late() -> Select[int]:
    late = or_(_is_late(), and_(ready(), delivery.c.let_go.is_not(None)))
    return select(func.count()).select_from(delivery).join(post, post.c.id == delivery.c.post_id).where(late)


@cache
def _others() -> Select[Any]:
    """What went out or goes; a draft is left out, for nobody knows whether it ever goes."""
    at = func.coalesce(delivery.c.published_at, delivery.c.next_at, type_=UtcDateTime())
    return (
        select(delivery.c.id, delivery.c.account_id, delivery.c.state, delivery.c.let_go, at.label("at"))
        .join(post, post.c.id == delivery.c.post_id)
        .where(
            delivery.c.account_id.in_(bindparam("accounts", expanding=True, type_=Text())),
            delivery.c.state.in_(ON_THE_WAY),
            or_(delivery.c.state != State.WAITING, post.c.review == Review.APPROVED),
            or_(delivery.c.state != State.WAITING, delivery.c.next_at > NOW, delivery.c.go_until >= NOW),
            at >= bindparam("since", type_=UtcDateTime()),
        )
    )


@cache
def _set_going() -> Update:
    return (
        update(delivery)
        .where(delivery.c.id == bindparam("b_id", type_=BigId))
        .values(
            next_at=bindparam("b_next_at"),
            go_until=bindparam("b_go_until"),
            let_go=bindparam("b_let_go"),
            reason=bindparam("b_reason"),
        )
    )


@cache
def _stop() -> Update:
    here = delivery.c.id == bindparam("b_id", type_=BigId)
    return update(delivery).where(here).values(state=bindparam("b_state"), reason=bindparam("b_reason"))


def _due(row: Row[Any], places: dict[tuple[object, ...], Place]) -> Due:
    where = (row.time_zone, row.quiet_hours, row.day, row.window_after_days)
    if where not in places:
        year = Campaign(name=row.name, day=row.day, window_after_days=row.window_after_days)
        places[where] = Place(zone=row.time_zone, quiet_hours=quiet_hours_of(row.quiet_hours), campaign=year)
    return Due(
        delivery_id=row.id,
        account=row.account_id,
        kind=Kind(row.kind),
        due_at=row.due_at,
        next_at=row.next_at,
        not_after=row.not_after,
        let_go=row.let_go == BY_PERSON,
        place=places[where],
    )


def quiet_hours_of(stored: str | None) -> QuietHours | None:
    """The mission's quiet hours as they are stored: "21:00-08:00"."""
    if stored is None:
        return None
    start, end = map(time.fromisoformat, stored.split("-"))
    return QuietHours(start=start, end=end)


def _note(there: Agenda, row: Row[Any], zone: str, now: datetime) -> None:
    at = max(row.at, now) if row.state in {State.WAITING, State.SENDING} else min(row.at, now)
    there.note(at, local_day(at, zone), late=row.let_go is not None, by_rule=row.let_go == BY_RULE)


def _goes(one: Due, at: datetime, until: datetime, who: str | None, reason: str) -> dict[str, object]:
    return {"b_id": one.delivery_id, "b_next_at": at, "b_go_until": until, "b_let_go": who, "b_reason": reason}


def _entry(number: int, now: datetime, after: dict[str, object]) -> Entry:
    before = {"state": State.WAITING}
    return Entry(at=now, actor=DAEMON, verb="late", subject=f"delivery:{number}", before=before, after=after)

"""Taking posts down: deleted wherever they are live and that is allowed, the rest listed for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from adapters.contract import Failure
from scheduler.model import MOVES, State, WrongUse, where_is_out
from scheduler.services.operating import refuse_no_reason
from scheduler.services.permitting import Right, require_for_posts
from scheduler.store import moves, posts
from scheduler.store.ledger import Entry, write_down
from scheduler.store.moves import Move

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.services.desk import Desk

MAY_BE_CANCELLED = frozenset({State.WAITING, State.HELD, State.FAILED})
MAY_BE_OUT = (
    "taken down ({why}), and it may be out: look at {account}; if it is there,"
    " `july30 queue resolve {number} --published URL` and `july30 queue take-down {post}` again;"
    " if not, `july30 queue cancel {number}`"
)
BY_HAND = "delete it there by hand, then say so with --by-hand"
PARTLY_OUT = (
    "taken down ({why}), and a part of it is out at {where}: delete it there by hand,"
    " then `july30 queue cancel {number}`"
)


def take_down(
    desk: Desk, post_ids: Sequence[int], *, why: str, cancel_rest: bool = False, by_hand: bool = False
) -> list[dict[str, object]]:
    """Every live delivery of the posts has been deleted where the platform allows it; one row for each delivery.

    `cancel_rest`: what is not out yet is cancelled first. `by_hand`: a person has deleted them, no platform is asked.
    Rows carry delivery, account, permalink, removed, cancelled (bool) and reason. What is neither removed nor cancelled
    asks for a person: it must be deleted by hand, or it is not out yet and may still come. What has ended is left out.
    """
    refuse_no_reason(why)
    with desk.database.read() as tx:
        require_for_posts(tx, desk, Right.TAKE_DOWN, post_ids)
    told: list[dict[str, object]] = []
    for post_id in post_ids:
        told += _take_post_down(desk, post_id, why, cancel_rest=cancel_rest, by_hand=by_hand)
    return told


def _take_post_down(desk: Desk, post_id: int, why: str, *, cancel_rest: bool, by_hand: bool) -> list[dict[str, object]]:
    rows = _not_ended(desk, post_id)
    done: dict[object, dict[str, object]] = {}
    for row in rows:  # those that may still go out first: deleting takes seconds, and they might go meanwhile
        if row["state"] != State.PUBLISHED:
            done[row["id"]] = _cancel(desk, row, why) if cancel_rest else _row(row, _not_out_yet(row))
    for row in rows:
        if row["state"] == State.PUBLISHED:
            done[row["id"]] = _remove(desk, row, why, by_hand=by_hand)
    told = [done[row["id"]] for row in rows]
    _write_down(desk, post_id, why, told)
    return told


def _not_ended(desk: Desk, post_id: int) -> list[dict[str, Any]]:
    with desk.database.read() as tx:
        rows = cast("list[dict[str, Any]]", posts.deliveries_of(tx, post_id))
    if not rows:
        raise WrongUse(f"there is no post {post_id}; `july30 queue list` shows those there are")
    return [row for row in rows if MOVES[State(row["state"])]]


def _row(row: Mapping[str, Any], reason: str, *, removed: bool = False, cancelled: bool = False) -> dict[str, object]:
    told = {"delivery": row["id"], "account": row["account_id"], "permalink": row["permalink"]}
    return {**told, "removed": removed, "cancelled": cancelled, "reason": reason}


def _cancel(desk: Desk, row: Mapping[str, Any], why: str) -> dict[str, object]:
    """Cancelled, unless it may be out: that question is answered by looking, not by calling it off.

    What is unclear is held, so that it does not go again by itself.
    """
    number = row["id"]
    with desk.database.write() as tx:
        now = moves.get(tx, number)
        if now["state"] == State.UNCLEAR:
            reason = MAY_BE_OUT.format(why=why, account=row["account_id"], number=number, post=row["post_id"])
            moves.make(tx, number, Move(verb="take-down", to=State.HELD, actor=desk.actor, reason=reason), desk.now())
            return _row(row, reason)
        if now["state"] not in MAY_BE_CANCELLED or moves.may_be_out(tx, number):
            return _row(row, _not_out_yet(now, doubtful=True))
        if where := where_is_out(cast("dict[str, object]", now["progress"])):
            reason = PARTLY_OUT.format(why=why, where=where, number=number)
            if now["state"] == State.WAITING:
                held = Move(verb="take-down", to=State.HELD, actor=desk.actor, reason=reason)
                moves.make(tx, number, held, desk.now())
            return _row(row, reason)
        moves.make(tx, number, Move(verb="take-down", to=State.CANCELLED, actor=desk.actor, reason=why), desk.now())
    return _row(row, why, cancelled=True)


def _remove(desk: Desk, row: Mapping[str, Any], why: str, *, by_hand: bool) -> dict[str, object]:
    try:
        if not by_hand:
            _delete(desk, row)
    except (Failure, WrongUse) as error:
        return _row(row, str(error))
    reason = f"{why} (deleted by hand)" if by_hand else why
    with desk.database.write() as tx:
        if moves.get(tx, row["id"])["state"] == State.PUBLISHED:  # else its platform has said meanwhile that it is gone
            move = Move(verb="take-down", to=State.REMOVED, actor=desk.actor, reason=reason)
            moves.make(tx, row["id"], move, desk.now(), {"measure_at": None})
    return _row(row, reason, removed=True)


def _delete(desk: Desk, row: Mapping[str, Any]) -> None:
    """The platform has it no more. Raises WrongUse where it cannot be told to, and the adapter's failures."""
    account = desk.settings.account(row["account_id"])
    if not desk.profile(account).can_delete:
        raise WrongUse(f"{account.platform} cannot delete through us: {BY_HAND}")
    desk.adapter_of(account.id).delete(row["remote_id"])


def _not_out_yet(row: Mapping[str, Any], *, doubtful: bool = False) -> str:
    state, number = row["state"], row["id"]
    if state == State.SENDING:
        return "it is sending right now: wait a minute, until it is known what came of it, and say this again"
    if doubtful or state == State.UNCLEAR:
        return f"it is {state} and may be out: look, and settle it with `july30 queue resolve {number}`"
    return f"it is {state} and may still go out: `july30 queue cancel {number}` if it must not"


def _write_down(desk: Desk, post_id: int, why: str, told: Sequence[Mapping[str, object]]) -> None:
    """The audit of the post says who wanted it gone and why, also where nothing could be deleted."""
    groups = {
        "removed": [one["delivery"] for one in told if one["removed"]],
        "cancelled": [one["delivery"] for one in told if one["cancelled"]],
        "left": [one["delivery"] for one in told if not one["removed"] and not one["cancelled"]],
    }
    entry = Entry(
        at=desk.now(), actor=desk.actor, verb="take-down", subject=f"post:{post_id}", after={"why": why, **groups}
    )
    with desk.database.write() as tx:
        write_down(tx, [entry])

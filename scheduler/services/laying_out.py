"""A kit for a person: what a delivery would have said, laid out to be pasted by hand, whatever its platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Failure
from adapters.manual_kit import kit_of, lay_out
from posts.compose import compose
from scheduler.model import Review, State, WrongUse
from scheduler.store import moves, posts

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.services.desk import Desk


def lay_out_kit(desk: Desk, number: int, parent: Path) -> Path:
    """The delivery's kit lies in a folder of its own below `parent`; the folder. Nothing of the delivery has changed.

    Raises WrongUse where it could go out by itself as well, where it may be out already, or where nobody approved it.
    """
    with desk.database.read() as tx:
        row = moves.look(tx, number)
        _refuse_doubling(number, State(str(row["state"])), may_be_out=moves.may_be_out(tx, number))
        post_id = int(str(row["post_id"]))
        review = posts.rows_of(tx, [post_id])[0]["review"]
        content = posts.load(tx, [post_id])[post_id]
    if review != Review.APPROVED:
        raise WrongUse(f"post {post_id} is {review}: only approved words are pasted; have it approved first")
    account = desk.settings.account(str(row["account_id"]))
    try:
        limits = desk.limits(account)
        contents = kit_of(compose(content, account, limits), account, limits, number=str(number))
        return lay_out(contents, parent.absolute(), f"delivery-{number}")
    except Failure as failure:
        raise WrongUse(str(failure)) from failure


def _refuse_doubling(number: int, state: State, *, may_be_out: bool) -> None:
    if may_be_out or state is State.UNCLEAR:
        raise WrongUse(f"delivery {number} may be out: look, and settle it with `july30 queue resolve {number}` first")
    if state is not State.HELD:
        hint = f"; `july30 queue hold {number}` first, or it goes twice" if state is State.WAITING else ""
        raise WrongUse(f"delivery {number} is {state}: only a held one is published by hand{hint}")

"""A post's review: draft → submitted → approved or sent back. With `[review] levels = 0` submitting approves."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from posts.intake.draft import Status
from scheduler.model import Review, State, WrongUse
from scheduler.services.operating import refuse_no_reason
from scheduler.services.permitting import Right, require_for_posts
from scheduler.store import moves, posts
from scheduler.store.ledger import Entry, write_down
from scheduler.store.moves import Move

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.services.desk import Desk
    from scheduler.store.database import Transaction


def submit(desk: Desk, post_ids: Sequence[int]) -> None:
    """The posts are submitted; with no review levels that approves them, bound to their content as it reads now."""
    _approve_all(desk, post_ids, "submit", Right.WRITE)


def approve(desk: Desk, post_ids: Sequence[int]) -> None:
    """The posts may go out as they read now; what had failed before its edit waits again."""
    _approve_all(desk, post_ids, "approve", Right.LET_GO)


def send_back(desk: Desk, post_ids: Sequence[int], *, why: str) -> None:
    """The posts cannot go out until they are submitted again; `why` is kept in the audit."""
    refuse_no_reason(why)
    with desk.database.write() as tx:
        require_for_posts(tx, desk, Right.SEND_BACK, post_ids)
        for row in _rows(tx, post_ids):
            if row["review"] == Review.DRAFT:
                raise WrongUse(f"post {row['id']} is a draft: there is nothing to send back")
            posts.set_review(tx, cast("int", row["id"]), Review.SENT_BACK)
            write_down(tx, [_entry(desk, "send-back", row, Review.SENT_BACK, why)])


def wish_review(tx: Transaction, desk: Desk, wishes: Sequence[tuple[int, Status]]) -> None:
    """Each post's review stands where its row asks, as far as the review levels allow; never further back.

    A post that was sent back stays so until its words have changed: the same row again is no answer to a reviewer.
    """
    asked = [number for number, status in wishes if status is not Status.DRAFT]
    open_to_a_row = {Review.DRAFT, Review.SUBMITTED}
    rows = [row for row in posts.rows_of(tx, asked) if row["review"] in open_to_a_row] if asked else []
    _approve_rows(tx, desk, rows, "import")


def _approve_all(desk: Desk, post_ids: Sequence[int], verb: str, right: Right) -> None:
    with desk.database.write() as tx:
        require_for_posts(tx, desk, right, post_ids)
        _approve_rows(tx, desk, _rows(tx, post_ids), verb)


def _approve_rows(tx: Transaction, desk: Desk, rows: Sequence[dict[str, object]], verb: str) -> None:
    now = desk.now()
    fresh = [row for row in rows if row["review"] != Review.APPROVED]
    ids = [cast("int", row["id"]) for row in fresh]
    posts.approve_many(tx, ids, by=desk.actor, now=now)
    write_down(tx, [_entry(desk, verb, row, Review.APPROVED, "") for row in fresh])
    for number in posts.failed_deliveries(tx, ids):
        moves.make(
            tx,
            number,
            Move(verb=verb, to=State.WAITING, actor=desk.actor, only_from=frozenset({State.FAILED})),
            now,
            {"tries": 0},
        )


def _rows(tx: Transaction, post_ids: Sequence[int]) -> list[dict[str, object]]:
    rows = posts.rows_of(tx, post_ids)
    if missing := set(post_ids) - {cast("int", row["id"]) for row in rows}:
        raise WrongUse(f"there is no post {min(missing)}; `july30 queue list` shows those there are")
    return rows


def _entry(desk: Desk, verb: str, row: dict[str, object], review: Review, why: str) -> Entry:
    after: dict[str, object] = {"review": review, "content_hash": row["content_hash"]}
    if why:
        after["why"] = why
    return Entry(
        at=desk.now(),
        actor=desk.actor,
        verb=verb,
        subject=f"post:{row['id']}",
        before={"review": row["review"]},
        after=after,
    )

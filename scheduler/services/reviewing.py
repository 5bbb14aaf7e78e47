"""A post's review: draft → submitted → approved or sent back, and from there submitted again.

`[review] levels` is how many people have to approve it besides its author; with 0, submitting approves. Approvals are
for the content as it read then, and for that submission: after an edit or a sending back they count no more.
"""

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


NOT_SUBMITTED = frozenset({Review.DRAFT, Review.SENT_BACK})


def submit(desk: Desk, post_ids: Sequence[int]) -> None:
    """The posts are submitted, and others have to approve them; with no review levels this approves them."""
    with desk.database.write() as tx:
        require_for_posts(tx, desk, Right.WRITE, post_ids)
        rows = _rows(tx, post_ids)
        if desk.settings.review_levels:
            _submit_rows(tx, desk, [row for row in rows if row["review"] in NOT_SUBMITTED], "submit")
        else:
            _approve_rows(tx, desk, rows, "submit")


def approve(desk: Desk, post_ids: Sequence[int]) -> dict[int, int]:
    """Whoever acts approves the posts as they read now; how many more people each of them still needs.

    With 0 it may go out, and what had failed before its edit waits again. Raises WrongUse for a post that was not
    submitted, and NotAllowed for one of their own; then none is approved.
    """
    with desk.database.write() as tx:
        require_for_posts(tx, desk, Right.LET_GO, post_ids)
        rows = _rows(tx, post_ids)
        if desk.settings.review_levels:
            return _approve_as_one_of_several(tx, desk, rows)
        _approve_rows(tx, desk, rows, "approve")
        return dict.fromkeys(post_ids, 0)


def send_back(desk: Desk, post_ids: Sequence[int], *, why: str) -> None:
    """The posts cannot go out until they are submitted again; `why` is kept in the audit."""
    refuse_no_reason(why)
    with desk.database.write() as tx:
        require_for_posts(tx, desk, Right.SEND_BACK, post_ids)
        for row in _rows(tx, post_ids):
            if row["review"] == Review.DRAFT:
                raise WrongUse(f"post {row['id']} is a draft: there is nothing to send back")
            posts.set_review(tx, [cast("int", row["id"])], Review.SENT_BACK)
            write_down(tx, [_entry(desk, "send-back", row, Review.SENT_BACK, why)])


def wish_review(tx: Transaction, desk: Desk, wishes: Sequence[tuple[int, Status]]) -> None:
    """Each post's review stands where its row asks, as far as the review levels allow; never further back.

    A post that was sent back stays so until its words have changed: the same row again is no answer to a reviewer.
    """
    asked = [number for number, status in wishes if status is not Status.DRAFT]
    rows = posts.rows_of(tx, asked) if asked else []
    if desk.settings.review_levels:
        _submit_rows(tx, desk, [row for row in rows if row["review"] == Review.DRAFT], "import")
        return
    open_to_a_row = {Review.DRAFT, Review.SUBMITTED}
    _approve_rows(tx, desk, [row for row in rows if row["review"] in open_to_a_row], "import")


def _submit_rows(tx: Transaction, desk: Desk, rows: Sequence[dict[str, object]], verb: str) -> None:
    posts.submit_many(tx, [cast("int", row["id"]) for row in rows])
    write_down(tx, [_entry(desk, verb, row, Review.SUBMITTED, "") for row in rows])


def _approve_rows(tx: Transaction, desk: Desk, rows: Sequence[dict[str, object]], verb: str) -> None:
    fresh = [row for row in rows if row["review"] != Review.APPROVED]
    ids = [cast("int", row["id"]) for row in fresh]
    posts.approve_many(tx, ids, by=desk.actor, now=desk.now())
    write_down(tx, [_entry(desk, verb, row, Review.APPROVED, "") for row in fresh])
    _try_failed_again(tx, desk, ids, verb)


def _approve_as_one_of_several(tx: Transaction, desk: Desk, rows: Sequence[dict[str, object]]) -> dict[int, int]:
    _refuse_not_submitted(rows)
    waiting = {cast("int", row["id"]): row for row in rows if row["review"] == Review.SUBMITTED}
    before = posts.approvers(tx, list(waiting))
    missing = {one: max(0, desk.settings.review_levels - len(before[one] | {desk.actor})) for one in waiting}
    fresh = [one for one in waiting if desk.actor not in before[one]]
    complete = [one for one in waiting if not missing[one]]
    posts.add_approvals(tx, fresh, by=desk.actor, now=desk.now())
    posts.set_review(tx, complete, Review.APPROVED)
    told = [one for one in waiting if one in fresh or one in complete]
    stands = {one: Review.SUBMITTED if missing[one] else Review.APPROVED for one in told}
    write_down(tx, [_entry(desk, "approve", waiting[one], stands[one], "") for one in told])
    _try_failed_again(tx, desk, complete, "approve")
    return {cast("int", row["id"]): missing.get(cast("int", row["id"]), 0) for row in rows}


def _refuse_not_submitted(rows: Sequence[dict[str, object]]) -> None:
    for row in rows:
        if row["review"] in NOT_SUBMITTED:
            stands = str(row["review"]).replace("_", " ")
            raise WrongUse(f"post {row['id']} is {stands}: it has to be submitted before anybody approves it")


def _try_failed_again(tx: Transaction, desk: Desk, post_ids: Sequence[int], verb: str) -> None:
    again = Move(verb=verb, to=State.WAITING, actor=desk.actor, only_from=frozenset({State.FAILED}))
    for number in posts.failed_deliveries(tx, post_ids):
        moves.make(tx, number, again, desk.now(), {"tries": 0})


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

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
from scheduler.services.preflight import check_posts, refuse_blocked_posts, refuse_changed, warned
from scheduler.store import moves, posts
from scheduler.store.ledger import Entry, write_down
from scheduler.store.moves import Move

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scheduler.services.desk import Desk
    from scheduler.services.preflight import Checked
    from scheduler.store.database import Transaction


NOT_SUBMITTED = frozenset({Review.DRAFT, Review.SENT_BACK})
OPEN_TO_A_ROW = frozenset({Review.DRAFT, Review.SUBMITTED})


def submit(desk: Desk, post_ids: Sequence[int], *, on_warning: Callable[[str], None] = lambda _: None) -> None:
    """The posts are submitted, and others have to approve them; with no review levels this approves them.

    What speaks against them without blocking is told to `on_warning` and kept in the audit. Raises WrongUse with every
    reason where one of them could not go out as it is; then none is submitted.
    """
    checked = _checked(desk, Right.WRITE, post_ids, on_warning)
    with desk.database.write() as tx:
        rows = _rows_as_checked(tx, desk, Right.WRITE, post_ids, checked)
        if desk.settings.review_levels:
            _submit_rows(tx, desk, [row for row in rows if row["review"] in NOT_SUBMITTED], "submit", warned(checked))
        else:
            _approve_rows(tx, desk, rows, "submit", warned(checked))


def approve(
    desk: Desk, post_ids: Sequence[int], *, on_warning: Callable[[str], None] = lambda _: None
) -> dict[int, int]:
    """Whoever acts approves the posts as they read now; how many more people each of them still needs.

    With 0 it may go out, and what had failed before its edit waits again. Warnings are told as by `submit`. Raises
    WrongUse for a post that was not submitted, or with every reason why one could not go out as it is, and NotAllowed
    for one of their own; then none is approved.
    """
    checked = _checked(desk, Right.LET_GO, post_ids, on_warning)
    with desk.database.write() as tx:
        rows = _rows_as_checked(tx, desk, Right.LET_GO, post_ids, checked)
        if desk.settings.review_levels:
            return _approve_as_one_of_several(tx, desk, rows, warned(checked))
        _approve_rows(tx, desk, rows, "approve", warned(checked))
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
            write_down(tx, [_entry(desk, "send-back", row, Review.SENT_BACK, why=why)])


def wish_review(
    tx: Transaction, desk: Desk, wishes: Sequence[tuple[int, Status]], warned: Mapping[int, Sequence[str]]
) -> None:
    """Each post's review stands where its row asks, as far as the review levels allow; never further back.

    `warned`: by post, what was found against it without blocking; it is kept in the audit.

    A post that was sent back stays so until its words have changed: the same row again is no answer to a reviewer.
    """
    asked = [number for number, status in wishes if status is not Status.DRAFT]
    rows = posts.rows_of(tx, asked) if asked else []
    if desk.settings.review_levels:
        _submit_rows(tx, desk, [row for row in rows if row["review"] == Review.DRAFT], "import", warned)
        return
    _approve_rows(tx, desk, [row for row in rows if row["review"] in OPEN_TO_A_ROW], "import", warned)


def _checked(desk: Desk, right: Right, post_ids: Sequence[int], on_warning: Callable[[str], None]) -> Sequence[Checked]:
    """What was found of those not approved yet; asked before anything is locked, for platforms take their time."""
    with desk.database.read() as tx:
        require_for_posts(tx, desk, right, post_ids)
        rows = _rows(tx, post_ids)
    checked = check_posts(desk, [cast("int", row["id"]) for row in rows if row["review"] != Review.APPROVED])
    refuse_blocked_posts(checked)
    for number, words in warned(checked).items():
        for one in words:
            on_warning(f"post {number}: {one}")
    return checked


def _rows_as_checked(
    tx: Transaction, desk: Desk, right: Right, post_ids: Sequence[int], checked: Sequence[Checked]
) -> list[dict[str, object]]:
    require_for_posts(tx, desk, right, post_ids)
    rows = _rows(tx, post_ids)
    refuse_changed(checked, rows)
    return rows


def _submit_rows(
    tx: Transaction, desk: Desk, rows: Sequence[dict[str, object]], verb: str, warned: Mapping[int, Sequence[str]]
) -> None:
    posts.submit_many(tx, [cast("int", row["id"]) for row in rows])
    write_down(tx, [_entry(desk, verb, row, Review.SUBMITTED, warned=warned) for row in rows])


def _approve_rows(
    tx: Transaction, desk: Desk, rows: Sequence[dict[str, object]], verb: str, warned: Mapping[int, Sequence[str]]
) -> None:
    fresh = [row for row in rows if row["review"] != Review.APPROVED]
    ids = [cast("int", row["id"]) for row in fresh]
    posts.approve_many(tx, ids, by=desk.actor, now=desk.now())
    write_down(tx, [_entry(desk, verb, row, Review.APPROVED, warned=warned) for row in fresh])
    _try_failed_again(tx, desk, ids, verb)


def _approve_as_one_of_several(
    tx: Transaction, desk: Desk, rows: Sequence[dict[str, object]], warned: Mapping[int, Sequence[str]]
) -> dict[int, int]:
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
    write_down(tx, [_entry(desk, "approve", waiting[one], stands[one], warned=warned) for one in told])
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


def _entry(
    desk: Desk,
    verb: str,
    row: dict[str, object],
    review: Review,
    *,
    why: str = "",
    warned: Mapping[int, Sequence[str]] | None = None,
) -> Entry:
    after: dict[str, object] = {"review": review, "content_hash": row["content_hash"]}
    if why:
        after["why"] = why
    if words := (warned or {}).get(cast("int", row["id"])):
        after["warned"] = list(words)
    return Entry(
        at=desk.now(),
        actor=desk.actor,
        verb=verb,
        subject=f"post:{row['id']}",
        before={"review": row["review"]},
        after=after,
    )

"""Review by others: as many people as config.toml asks for, never the author, and for these very words."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from scheduler.model import NotAllowed, Role, State, WrongUse
from scheduler.services import editing, reviewing, users
from scheduler.store import claims

if TYPE_CHECKING:
    from scheduler.services.desk import Desk
    from tests.scheduler.services.office import Office

NEW = "სხვა სიტყვები"


def submitted(office: Office, levels: int = 1, **cells: str) -> int:
    """A post that waits for so many to approve it."""
    office.with_levels(levels)
    return office.post(status="submitted", **cells)


def approver(office: Office, name: str = "boris") -> Desk:
    return office.desk_as(name, Role.APPROVER)


def reword(desk: Desk, post: int, text: str = NEW) -> None:
    editing.edit(desk, post, text=text, link=None, language=None)


def goes(office: Office, post: int) -> bool:
    """Whether anything of the post would be sent at its time; for that, the clock is moved."""
    (number,) = office.world.deliveries(post)
    office.due(number)
    return number in office.claimable()


def test_what_is_submitted_waits_for_another_person(office_on_both: Office) -> None:
    """On both databases: that is what the review is for."""
    office = office_on_both
    post = submitted(office)
    assert office.review(post) == "submitted"
    assert not goes(office, post)
    assert reviewing.approve(approver(office), [post]) == {post: 0}
    assert goes(office, post)


def test_two_levels_take_two_different_people(office_on_both: Office) -> None:
    """One of them twice is still one."""
    office = office_on_both
    post = submitted(office, 2)
    boris, eka = approver(office), approver(office, "eka")
    assert reviewing.approve(boris, [post]) == {post: 1}
    assert reviewing.approve(boris, [post]) == {post: 1}
    assert (office.review(post), office.world.count("approval")) == ("submitted", 1)
    assert not goes(office, post)
    assert reviewing.approve(eka, [post]) == {post: 0}
    assert [row["by"] for row in office.world.view("approval")] == ["boris@iom.example", "eka@iom.example"]
    assert goes(office, post)


def test_each_approval_is_in_the_log_with_where_the_post_then_stood(office: Office) -> None:
    """Who made it go has to be seen later."""
    post = submitted(office, 2)
    for name in ("boris", "eka"):
        reviewing.approve(approver(office, name), [post])
    rows = [row for row in office.world.audit(f"post:{post}") if row["verb"] == "approve"]
    assert [row["actor"] for row in rows] == ["boris@iom.example", "eka@iom.example"]
    assert ['"submitted"' in rows[0]["after"], '"approved"' in rows[1]["after"]] == [True, True]


@pytest.mark.parametrize("levels", [1, 2])
def test_whoever_queued_a_post_does_not_approve_it(office: Office, levels: int) -> None:
    """Nor when somebody else has submitted it."""
    office.with_levels(levels)
    operator, office.desk = office.desk, approver(office)
    post = office.post(status="draft")
    reviewing.submit(operator, [post])
    with pytest.raises(NotAllowed, match=f"boris@iom.example wrote post {post}"):
        reviewing.approve(office.desk, [post])
    assert office.world.count("approval") == 0


def test_whoever_edited_a_post_last_does_not_approve_it(office: Office) -> None:
    """These are their words now, whoever queued it."""
    post = submitted(office)
    boris = approver(office)
    reword(boris, post)
    reviewing.submit(office.desk, [post])
    with pytest.raises(NotAllowed, match="wrote post"):
        reviewing.approve(boris, [post])
    assert reviewing.approve(approver(office, "eka"), [post]) == {post: 0}


@pytest.mark.parametrize("stands", ["draft", "sent back"])
def test_only_what_was_submitted_is_approved(office: Office, stands: str) -> None:
    """A draft is not finished, and what was sent back was found wanting."""
    office.with_levels(1)
    post = office.post(status="draft")
    if stands == "sent back":
        reviewing.submit(office.desk, [post])
        reviewing.send_back(office.desk, [post], why="a typo")
    with pytest.raises(WrongUse, match=f"is {stands}: it has to be submitted"):
        reviewing.approve(approver(office), [post])
    assert office.world.count("approval") == 0


def test_one_that_cannot_be_approved_and_none_is(office: Office) -> None:
    """The list has to be read again."""
    post, draft = submitted(office), office.post(status="draft")
    with pytest.raises(WrongUse, match="has to be submitted"):
        reviewing.approve(approver(office), [post, draft])
    assert office.review(post) == "submitted"


@pytest.mark.parametrize("stage", ["submitted", "half", "approved"])
@pytest.mark.parametrize("how", ["edit", "move"])
def test_an_edit_or_a_move_makes_it_a_draft_whose_old_approvals_are_gone(office: Office, stage: str, how: str) -> None:
    """Also where the words are changed back to those that were approved."""
    post = submitted(office, 2)
    boris, eka = approver(office), approver(office, "eka")
    for desk in {"submitted": [], "half": [boris], "approved": [boris, eka]}[stage]:
        reviewing.approve(desk, [post])
    if how == "edit":
        reword(office.desk, post)
        reword(office.desk, post, "ადამიანი არ იყიდება")
    else:
        there = office.world.row(office.world.deliveries(post)[0])["local_due"]
        wish = office.clock().replace(tzinfo=None, hour=20)
        editing.move(office.desk, post, wish)
        editing.move(office.desk, post, wish.fromisoformat(there))
    assert office.review(post) == "draft"
    reviewing.submit(office.desk, [post])
    assert reviewing.approve(eka, [post]) == {post: 1}
    assert not goes(office, post)
    assert reviewing.approve(boris, [post]) == {post: 0}


def test_approvals_before_a_sending_back_are_gone(office: Office) -> None:
    """Somebody has found what the first one overlooked."""
    post = submitted(office, 2)
    boris, eka = approver(office), approver(office, "eka")
    reviewing.approve(boris, [post])
    reviewing.send_back(eka, [post], why="the number is wrong")
    reviewing.submit(office.desk, [post])
    assert reviewing.approve(eka, [post]) == {post: 1}


def test_the_approval_of_somebody_disabled_since_is_not_counted_with_another_s(office: Office) -> None:
    """A stolen token must not be half of a review."""
    post = submitted(office, 2)
    reviewing.approve(approver(office), [post])
    users.disable(office.desk_as("nata", Role.ADMINISTRATOR), "boris@iom.example")
    assert reviewing.approve(approver(office, "eka"), [post]) == {post: 1}
    assert reviewing.approve(approver(office, "ana"), [post]) == {post: 0}


def test_what_is_sent_back_is_submitted_again(office: Office) -> None:
    """And has to be approved as if for the first time."""
    post = submitted(office)
    reviewing.approve(approver(office), [post])
    reviewing.send_back(office.desk_as("rusa", Role.REVIEWER), [post], why="a typo")
    assert office.review(post) == "sent_back"
    assert not goes(office, post)
    reviewing.submit(office.desk, [post])
    assert office.review(post) == "submitted"


def test_submitting_what_is_submitted_or_approved_changes_nothing(office: Office) -> None:
    """An approval must not be lost by pressing a button twice."""
    post = submitted(office)
    reviewing.submit(office.desk, [post])
    reviewing.approve(approver(office), [post])
    before = office.world.count("audit")
    reviewing.submit(office.desk, [post])
    assert (office.review(post), office.world.count("audit")) == ("approved", before)


@pytest.mark.parametrize(
    ("status", "review"), [("draft", "draft"), ("submitted", "submitted"), ("approved", "submitted")]
)
def test_a_sheet_puts_a_post_no_further_than_submitted(office: Office, status: str, review: str) -> None:
    """A word in a cell is nobody's approval; not even an approver's, who has written it themselves."""
    office.with_levels(1)
    office.desk = approver(office)
    assert office.review(office.post(status=status)) == review
    assert office.world.count("approval") == 0


def test_importing_again_takes_no_approval_away(office: Office) -> None:
    """The same file every morning is what people do."""
    office.with_levels(1)
    office.import_rows({"status": "approved"})
    post = office.posts()[0]["id"]
    reviewing.approve(approver(office), [post])
    office.import_rows({"status": "approved"})
    assert office.review(post) == "approved"


def test_a_row_that_was_sent_back_stays_so_until_its_words_change(office: Office) -> None:
    """The same row again is no answer to a reviewer; a corrected one is."""
    office.with_levels(1)
    office.import_rows({"status": "approved"})
    post = office.posts()[0]["id"]
    reviewing.send_back(office.desk, [post], why="a typo")
    office.import_rows({"status": "approved"})
    assert office.review(post) == "sent_back"
    office.import_rows({"status": "approved", "text": NEW})
    assert office.review(post) == "submitted"


def test_what_failed_waits_again_without_its_old_progress_once_enough_approved_it(office: Office) -> None:
    """Old pictures prepared at the platform must not go with new words; and a first of two is not enough."""
    post = submitted(office, 2)
    boris, eka = approver(office), approver(office, "eka")
    (number,) = office.world.deliveries(post)
    office.stands(number, State.FAILED)
    office.world.run('UPDATE delivery SET progress = \'{"media": {"id": "old"}}\' WHERE id = :id', id=number)
    reword(office.desk, post)
    assert office.world.row(number)["progress"] == {}
    reviewing.submit(office.desk, [post])
    reviewing.approve(boris, [post])
    assert office.world.state(number) is State.FAILED
    reviewing.approve(eka, [post])
    assert office.world.state(number) is State.WAITING


@pytest.mark.parametrize("fewer", [0, 1])
def test_fewer_levels_let_nothing_go_by_themselves(office: Office, fewer: int) -> None:
    """Changing config.toml approves nothing: somebody still has to."""
    post = submitted(office, 2)
    boris = approver(office)
    reviewing.approve(boris, [post])
    office.with_levels(fewer)
    assert not goes(office, post)
    boris = approver(office)
    assert reviewing.approve(boris, [post]) == {post: 0}
    assert goes(office, post)


def test_of_an_edit_and_a_claim_at_one_moment_one_wins(office_on_both: Office) -> None:
    """What is called out with is what stands in the database: never old words under a post that reads otherwise."""
    office = office_on_both
    posts = [office.post(text=f"ადამიანი {number}") for number in range(12)]
    office.due(office.world.deliveries(posts[0])[0])
    begin = threading.Barrier(2)
    posted: dict[int, str] = {}

    def send() -> None:
        begin.wait()
        while taken := office.world.claim(most=1):
            marks = [(one.delivery_id, one.fence, one.content_hash, office.clock()) for one in taken]
            with office.database.write() as tx:
                allowed = claims.may_post(tx, marks)
            posted.update({one.post_id: one.post.text for one in taken if one.delivery_id in allowed})

    def rewrite() -> None:
        begin.wait()
        for post in reversed(posts):
            with suppress(WrongUse):  # it is on its way
                reword(office.desk, post, f"{NEW} {post}")

    threads = [threading.Thread(target=one) for one in (send, rewrite)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    reads = {row["id"]: row["text"] for row in office.posts()}
    assert posted
    assert {post: reads[post] for post in posted} == posted
    assert all(reads[post].startswith(NEW) for post in posts if post not in posted)

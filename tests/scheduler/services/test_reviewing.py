"""A post goes out only as somebody has approved it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.model import State, WrongUse
from scheduler.services import reviewing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.services.desk import Desk
    from tests.scheduler.services.office import Office


def send_back(desk: Desk, posts: Sequence[int]) -> None:
    reviewing.send_back(desk, posts, why="the name is misspelt")


@pytest.mark.parametrize("act", [reviewing.submit, reviewing.approve])
def test_with_no_review_levels_submitting_approves(office: Office, act: Callable[[Desk, list[int]], None]) -> None:
    """One operator alone has nobody to wait for; the approval is bound to the words all the same."""
    post = office.post(status="draft")
    act(office.desk, [post])
    assert office.review(post) == "approved"
    (approval,) = office.world.view("approval")
    assert (approval["content_hash"], approval["by"]) == (office.posts()[0]["content_hash"], "operator:nino")


def test_approving_twice_is_one_approval(office: Office) -> None:
    """The second time changes nothing, so it says nothing."""
    post = office.post()
    before = office.world.count("audit")
    reviewing.approve(office.desk, [post])
    assert (office.world.count("approval"), office.world.count("audit")) == (1, before)


def test_what_is_sent_back_cannot_go_until_it_is_submitted_again(office: Office) -> None:
    """That is the reviewer's brake."""
    post = office.post()
    send_back(office.desk, [post])
    office.clock.tick(hours=3)
    assert office.claimable() == set()
    reviewing.submit(office.desk, [post])
    assert office.claimable() == set(office.world.deliveries(post))


def test_why_a_post_was_sent_back_is_kept(office: Office) -> None:
    """The author has to know what to mend."""
    post = office.post()
    send_back(office.desk, [post])
    assert "the name is misspelt" in office.world.audit(f"post:{post}")[-1]["after"]


def test_a_draft_cannot_be_sent_back(office: Office) -> None:
    """Nobody has handed it in."""
    post = office.post(status="draft")
    with pytest.raises(WrongUse, match="is a draft"):
        send_back(office.desk, [post])


def test_sending_back_needs_a_reason(office: Office) -> None:
    """ "No" alone helps no author."""
    post = office.post()
    with pytest.raises(WrongUse, match="say why"):
        reviewing.send_back(office.desk, [post], why="")
    assert office.review(post) == "approved"


def test_what_had_failed_waits_again_when_it_is_approved_anew(office: Office) -> None:
    """Approving a mended post is asking for another try."""
    number = office.delivery()
    post = office.world.row(number)["post_id"]
    office.stands(number, State.FAILED)
    send_back(office.desk, [post])
    reviewing.approve(office.desk, [post])
    assert office.world.state(number) is State.WAITING


@pytest.mark.parametrize("act", [reviewing.submit, reviewing.approve, send_back])
def test_one_unknown_number_and_none_is_changed(office: Office, act: Callable[[Desk, list[int]], None]) -> None:
    """The list has to be read again, so nothing of it may have happened."""
    post = office.post(status="approved" if act is send_back else "draft")
    before = office.review(post)
    with pytest.raises(WrongUse, match="there is no post 99"):
        act(office.desk, [post, 99])
    assert office.review(post) == before

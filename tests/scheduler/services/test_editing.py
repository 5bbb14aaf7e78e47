"""Changing what is not out yet: the old version can never go, the new one must be approved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.model import State, WrongUse
from scheduler.services import operating, reviewing
from scheduler.services.editing import edit, move
from scheduler.store import claims
from tests.fakes.world import outcome

if TYPE_CHECKING:
    from tests.scheduler.services.office import Office

NEW = "სხვა სიტყვები"


def reword(office: Office, post: int, text: str = NEW) -> None:
    edit(office.desk, post, text=text, link=None, language=None)


def test_an_edited_post_is_a_draft_and_cannot_go(office: Office) -> None:
    """The approval was for other words."""
    post = office.post()
    reword(office, post)
    office.clock.tick(hours=3)
    assert (office.review(post), office.claimable()) == ("draft", set())


def test_an_edited_post_goes_once_it_is_approved_anew(office: Office) -> None:
    """And with the new words."""
    post = office.post()
    reword(office, post)
    reviewing.submit(office.desk, [post])
    office.clock.tick(hours=3)
    (claimed,) = office.world.claim()
    assert claimed.post.text == NEW


def test_words_changed_back_need_a_new_approval_all_the_same(office: Office) -> None:
    """The old approval fits the content hash again; the review must still say no."""
    post = office.post()
    reword(office, post)
    reword(office, post, "ადამიანი არ იყიდება")
    office.clock.tick(hours=3)
    assert (office.review(post), office.claimable()) == ("draft", set())


def test_what_is_not_named_stays_as_it_is(office: Office) -> None:
    """Correcting a word must not lose the link."""
    post = office.post(link="https://iom.example/ge")
    reword(office, post)
    edit(office.desk, post, text=None, link=None, language="en")
    row = office.posts()[0]
    assert (row["text"], row["link"], row["language"]) == (NEW, "https://iom.example/ge", "en")


def test_a_blocked_text_is_refused_and_the_old_one_stays_approved(office: Office) -> None:
    """A refusal changes nothing."""
    post = office.post()
    with pytest.raises(WrongUse, match="ge-outbox: "):
        reword(office, post, "a" * 501)
    assert office.review(post) == "approved"


@pytest.mark.parametrize(
    "state", [State.SENDING, State.PUBLISHED, State.UNCLEAR, State.REMOVED, State.SKIPPED, State.CANCELLED]
)
def test_what_is_out_or_unclear_or_ended_cannot_be_edited_or_moved(office: Office, state: State) -> None:
    """The old words may be public: an edit would hide that, and a second sending would double it."""
    post = office.post()
    office.stands(office.world.deliveries(post)[0], state)
    with pytest.raises(WrongUse, match=f"post {post} is out, on its way or ended"):
        reword(office, post)
    with pytest.raises(WrongUse, match=f"post {post} is out, on its way or ended"):
        move(office.desk, post, datetime.fromisoformat("2027-08-01T12:00"))


def test_what_is_held_because_it_may_be_out_cannot_be_edited(office: Office) -> None:
    """First somebody looks; `resolve` is the way."""
    number = office.delivery()
    office.leave_in_doubt(number)
    office.world.move(number, State.HELD)
    with pytest.raises(WrongUse, match=f"queue resolve {number}"):
        reword(office, office.world.row(number)["post_id"])


@pytest.mark.parametrize("state", [State.WAITING, State.HELD, State.FAILED])
def test_what_waits_for_its_time_or_for_a_person_can_be_edited(office: Office, state: State) -> None:
    """That is what holding and failing are for."""
    post = office.post()
    office.stands(office.world.deliveries(post)[0], state)
    reword(office, post)
    assert office.posts()[0]["text"] == NEW


def test_a_thread_that_is_out_in_part_cannot_be_edited(office: Office) -> None:
    """Its first part is public and its second waits: with other words the first would go twice, or never."""
    post = office.post()
    (number,) = office.world.deliveries(post)
    office.due(number)
    (claimed,) = office.world.claim()
    part: dict[str, object] = {"permalink": "https://t.example/c/7", "says": "the old words"}
    with office.database.write() as tx:
        claims.save_progress(tx, [(number, claimed.fence, {"media-1": {"id": "7"}, "part-1": part})])
    later = office.clock() + timedelta(minutes=5)
    office.world.record(outcome(claimed, State.WAITING, office.clock(), next_at=later))
    with pytest.raises(WrongUse, match="out already, at https"):
        reword(office, post)
    assert office.review(post) == "approved"


def test_a_failed_post_that_was_edited_waits_again_after_its_approval(office: Office) -> None:
    """And begins from nothing: what was uploaded for the old words is forgotten."""
    number = office.delivery()
    office.world.run('UPDATE delivery SET progress = \'{"media-1": {"id": "old"}}\' WHERE id = :id', id=number)
    office.stands(number, State.FAILED)
    post = office.world.row(number)["post_id"]
    reword(office, post)
    reviewing.approve(office.desk, [post])
    row = office.world.row(number)
    assert (row["state"], row["progress"], row["tries"]) == (State.WAITING, {}, 0)


def test_a_cancelled_account_neither_comes_back_nor_blocks_the_edit(office: Office) -> None:
    """One channel was called off; correcting the text for the other must work and not revive it."""
    post = office.post(account="ge-outbox;ge-manual")
    cancelled, open_one = office.world.deliveries(post)
    operating.cancel(office.desk, [cancelled], why="the channel is closed")
    reword(office, post)
    assert [office.world.state(one) for one in (cancelled, open_one)] == [State.CANCELLED, State.WAITING]


def test_a_post_is_moved_to_a_local_hour_of_its_mission(office: Office) -> None:
    """ "Ten o'clock" is ten o'clock there."""
    post = office.post()
    when = move(office.desk, post, datetime.fromisoformat("2027-07-31T10:00"))
    row = office.world.row(office.world.deliveries(post)[0])
    assert (when.local, when.zone) == ("2027-07-31T10:00:00", "Asia/Tbilisi")
    assert row["due_at"] == row["next_at"] == datetime(2027, 7, 31, 6, 0, tzinfo=UTC)
    assert office.review(post) == "draft"


def test_a_post_is_moved_to_an_instant(office: Office) -> None:
    """With an offset the instant is meant, whatever the clocks there show."""
    post = office.post()
    assert move(office.desk, post, datetime(2027, 7, 31, 6, 0, tzinfo=UTC)).local == "2027-07-31T10:00:00"


@pytest.mark.parametrize("to", [datetime.fromisoformat("2027-07-30T08:59"), datetime(2027, 7, 30, 5, 0, tzinfo=UTC)])
def test_a_post_cannot_be_moved_into_the_past(office: Office, to: datetime) -> None:
    """It would go out at once, or be held at once; neither is what was asked for."""
    post = office.post()
    with pytest.raises(WrongUse, match="already past"):
        move(office.desk, post, to)
    assert office.review(post) == "approved"


def test_a_post_cannot_be_moved_to_a_time_that_does_not_exist(office: Office) -> None:
    """The message says which times there are."""
    post = office.post(mission="UA", account="ua-outbox")
    with pytest.raises(WrongUse, match="write 02:30 or 04:30"):
        move(office.desk, post, datetime.fromisoformat("2028-03-26T03:30"))


def test_a_number_that_there_is_not_is_told(office: Office) -> None:
    """Delivery and post numbers are easily mixed up."""
    with pytest.raises(WrongUse, match="there is no post 99"):
        reword(office, 99)
    with pytest.raises(WrongUse, match="there is no post 99"):
        move(office.desk, 99, office.clock() + timedelta(days=1))


def test_words_for_one_platform_are_set_kept_and_taken_back(office: Office) -> None:
    """Each change is a draft again; the others' words stay as they are."""
    post = office.post(account="ge-outbox;ge-manual")
    edit(office.desk, post, text=None, link=None, language=None, overrides={"manual": "For hands"})
    assert office.review(post) == "draft"
    reword(office, post)
    assert said(office, post) == {"ge-outbox": NEW, "ge-manual": "For hands"}
    edit(office.desk, post, text=None, link=None, language=None, overrides={"manual": ""})
    assert said(office, post) == {"ge-outbox": NEW, "ge-manual": NEW}
    with pytest.raises(WrongUse, match="no account is on fax"):
        edit(office.desk, post, text=None, link=None, language=None, overrides={"fax": "Short"})


def said(office: Office, post: int) -> dict[str, str]:
    return {message.account: message.text for message, _ in map(office.message_of, office.world.deliveries(post))}

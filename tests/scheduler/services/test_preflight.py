"""What would keep a post from going out is found before it is let go, all of it at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from adapters.contract import Retryable
from posts.limits import Limits, TextLimit, Unit
from scheduler.model import State, WrongUse
from scheduler.services import editing, reviewing
from scheduler.services.preflight import check_posts, look_over
from tests.fakes.adapter import OBEDIENT, ObedientAdapter
from tests.scheduler.services.office import codes, picture, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scheduler.services.desk import Desk
    from tests.scheduler.services.office import Office

ALT = TextLimit(unit=Unit.GRAPHEMES, max=30)
ROOM = replace(OBEDIENT.limits, alt_text=ALT)
LET_GO = [reviewing.submit, reviewing.approve]


@dataclass(slots=True, kw_only=True)
class Deaf(ObedientAdapter):
    """A server that cannot be asked what it takes."""

    def limits(self) -> Limits:
        raise Retryable("no answer")


def allow(office: Office, account: str = "ge-outbox", **limits: object) -> None:
    """From now on the account's server takes only that."""
    profile = replace(OBEDIENT, limits=replace(ROOM, **limits))  # type: ignore[arg-type]
    office.adapters[account] = ObedientAdapter(profile=profile)


def with_picture(office: Office, **cells: str) -> int:
    """A draft with one picture of 8 by 6 pixels."""
    picture(office.folder / "card.png")
    return office.post(status="draft", media="card.png", alt_text="A plain card", **cells)


def kept(office: Office) -> Path:
    """Where we keep the only picture there is."""
    (one,) = office.settings.media_folder.glob("*.png")
    return one


@pytest.mark.parametrize("act", LET_GO)
@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"text": (TextLimit(unit=Unit.GRAPHEMES, max=5),)}, "limit is 5"),
        ({"images_max": 0}, "1 pictures, the limit is 0"),
        ({"image_types": ("image/jpeg",)}, "image/png"),
        ({"image_bytes_max": 10}, "limit is 10"),
        ({"image_pixels_max": 47}, "48 pixels"),
        ({"image_ratio_min": 1.5}, "crop its height"),
        ({"image_ratio_max": 1.1}, "crop its width"),
        ({"alt_text": TextLimit(unit=Unit.GRAPHEMES, max=3)}, "alt text"),
        ({"hashtags_max": 0}, "hashtags"),
        ({"links_max": 0}, "links"),
    ],
)
def test_what_the_accounts_server_would_refuse_is_not_let_go(
    office: Office, act: Callable[[Desk, list[int]], object], limits: dict[str, Any], said: str
) -> None:
    """It was queued weeks ago; on the day nobody is there to shorten it."""
    post = with_picture(office, text="ადამიანი #a https://iom.example")
    allow(office, **limits)
    with pytest.raises(WrongUse, match=said):
        act(office.desk, [post])
    assert office.review(post) == "draft"


def test_a_post_that_needs_a_picture_is_not_approved_without(office: Office) -> None:
    """Instagram takes no words alone."""
    post = office.post(status="draft")
    allow(office, media_required=True)
    with pytest.raises(WrongUse, match="takes no post without a picture"):
        reviewing.approve(office.desk, [post])


@pytest.mark.parametrize("part", [1, 2, 3])
def test_every_part_of_a_thread_is_looked_at(office: Office, part: int) -> None:
    """The third that is refused leaves two that say half of it."""
    texts = ["a" * (20 if number == part else 5) for number in (1, 2, 3)]
    post = office.post(status="draft", text="\n---\n".join(texts))
    allow(office, parts_max=3, text=(TextLimit(unit=Unit.GRAPHEMES, max=10),))
    with pytest.raises(WrongUse, match=f"Part {part} of the text"):
        reviewing.approve(office.desk, [post])


@pytest.mark.parametrize("act", LET_GO)
@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_picture_that_is_not_what_was_queued_is_noticed(
    office: Office, act: Callable[[Desk, list[int]], object], harm: str
) -> None:
    """A disk was tidied, or a file written over: what a reviewer sees must be what goes."""
    post = with_picture(office)
    if harm == "gone":
        kept(office).unlink()
    else:
        picture(kept(office), (200, 0, 0))
    with pytest.raises(WrongUse, match=r"the picture .* (cannot be read|is not the one)"):
        act(office.desk, [post])
    assert office.review(post) == "draft"
    with pytest.raises(WrongUse, match="the picture"):
        editing.edit(office.desk, post, text="new", link=None, language=None)


def test_all_reasons_of_all_posts_are_told_at_once_and_none_is_approved(office: Office) -> None:
    """Whoever approves forty posts mends them in one round."""
    posts = [office.post(status="draft", text="a" * 20), office.post(status="draft"), office.post(status="draft")]
    allow(office, text=(TextLimit(unit=Unit.GRAPHEMES, max=19),), media_required=True)
    with pytest.raises(WrongUse) as refused:
        reviewing.approve(office.desk, posts)
    told = str(refused.value)
    assert [told.count(f"post {one}: ge-outbox: ") for one in posts] == [2, 1, 1]
    assert {office.review(one) for one in posts} == {"draft"}


def test_what_only_warns_is_told_and_kept_and_holds_nobody_up(office: Office) -> None:
    """An officer who was told may still know better; afterwards it can be seen that they were."""
    post = office.post(status="draft", first_comment="More")
    told: list[str] = []
    reviewing.submit(office.desk, [post], on_warning=told.append)
    assert office.review(post) == "approved"
    (words,) = told
    assert words.startswith(f"post {post}: ge-outbox: The platform takes no first comment")
    assert "takes no first comment" in office.world.audit(f"post:{post}")[-1]["after"]


def test_a_server_that_does_not_answer_warns_and_the_usual_limits_hold(office: Office) -> None:
    """A server that is down for an hour keeps nobody from approving what is for next week."""
    post = office.post(status="draft")
    office.adapters["ge-outbox"] = Deaf()
    told: list[str] = []
    reviewing.approve(office.desk, [post], on_warning=told.append)
    assert office.review(post) == "approved"
    assert "its own limits could not be read" in told[0]


def test_limits_are_asked_once_for_many_posts(office: Office) -> None:
    """Four hundred posts for one server are four hundred questions less."""

    @dataclass(slots=True, kw_only=True)
    class Counting(ObedientAdapter):
        asked: int = 0

        def limits(self) -> Limits:
            self.asked += 1
            return self.profile.limits

    posts = [office.post(status="draft", text=f"words {number}") for number in range(3)]
    office.adapters["ge-outbox"] = server = Counting()
    reviewing.approve(office.desk, posts)
    assert server.asked == 1


def test_an_account_that_is_configured_no_more_is_a_reason(office: Office) -> None:
    """Nothing could ever be sent there."""
    post = office.post(status="draft")
    without = replace(office.settings, accounts=office.settings.accounts[1:])
    with pytest.raises(WrongUse, match="no account 'ge-outbox'"):
        reviewing.approve(office.desk_with(without), [post])


def test_only_accounts_where_it_may_still_go_are_asked(office: Office) -> None:
    """What is out elsewhere needs no second look."""
    post = office.post(status="draft", account="ge-outbox; ge-manual")
    allow(office, "ge-manual", media_required=True)
    assert [len(one.problems) for one in check_posts(office.desk, [post])] == [1]
    (manual,) = [one for one in office.world.deliveries(post) if office.world.row(one)["account_id"] == "ge-manual"]
    office.stands(manual, State.CANCELLED)
    assert [len(one.problems) for one in check_posts(office.desk, [post])] == [0]


def test_a_row_that_asks_again_is_let_go_only_as_it_is_stored_now(office: Office) -> None:
    """The draft of last month says approved today: nothing in it is new, but its server is."""
    office.import_rows({"status": "draft"})
    allow(office, media_required=True)
    done = office.import_rows({"status": "approved"})
    assert (verdicts(done), codes(done)) == (["needs_fixing"], ["media_required"])
    assert {row["review"] for row in office.posts()} == {"draft"}
    allow(office)
    assert verdicts(office.import_rows({"status": "approved"})) == ["unchanged"]
    assert {row["review"] for row in office.posts()} == {"approved"}


def test_what_a_row_was_warned_of_is_kept(office: Office) -> None:
    """Also where hundreds are approved at once."""
    post = office.post(first_comment="More")
    assert office.review(post) == "approved"
    assert "takes no first comment" in office.world.audit(f"post:{post}")[-1]["after"]


def test_looking_over_changes_nothing(office: Office) -> None:
    """It is for the evening before."""
    good, bad = office.post(status="draft"), with_picture(office)
    kept(office).unlink()
    before = office.world.count("audit")
    told = look_over(office.desk, None)
    assert [(one["post"], one["blocked"]) for one in told] == [(good, False), (bad, True)]
    assert [found["code"] for found in told[1]["problems"]] == ["picture_gone"]
    assert look_over(office.desk, [bad]) == told[1:]
    assert office.world.count("audit") == before
    with pytest.raises(WrongUse, match="there is no post 99"):
        look_over(office.desk, [99])


def test_a_post_that_changed_while_it_was_looked_at_is_not_approved(office: Office) -> None:
    """Asking a server takes time; the words that were found to fit must be those that go."""
    post = office.post(status="draft")

    @dataclass(slots=True, kw_only=True)
    class Slow(ObedientAdapter):
        def limits(self) -> Limits:
            office.adapters["ge-outbox"] = ObedientAdapter()
            editing.edit(office.desk, post, text="other words", link=None, language=None)
            return self.profile.limits

    office.adapters["ge-outbox"] = Slow()
    with pytest.raises(WrongUse, match="changed by somebody else meanwhile"):
        reviewing.approve(office.desk, [post])
    assert office.review(post) == "draft"

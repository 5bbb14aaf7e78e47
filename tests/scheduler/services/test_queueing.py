"""One post queued by hand, for one mission or for many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters import registry
from posts.model import Kind
from scheduler.model import WrongUse
from scheduler.services.queueing import Wish, queue_post
from tests.fakes.adapter import ObedientAdapter
from tests.scheduler.services.office import picture

if TYPE_CHECKING:
    from tests.scheduler.services.office import Office

AT = datetime.fromisoformat("2027-07-30T12:00")


def wish(**more: Any) -> Wish:
    given: dict[str, Any] = {"missions": ["GE"], "at": AT, "text": "ადამიანი არ იყიდება", "accounts": ["ge-outbox"]}
    return Wish(**{**given, **more})


def everywhere(**more: Any) -> Wish:
    return wish(missions=["GE", "TJ", "UA"], accounts=[], **more)


def dues(office: Office, ids: list[int]) -> dict[str, str]:
    rows = [office.world.row(number) for post in ids for number in office.world.deliveries(post)]
    return {row["mission"]: f"{row['local_due']} {row['due_at']:%H:%M}Z" for row in rows}


def test_a_time_without_a_zone_is_one_local_hour_everywhere(office: Office) -> None:
    """ "At noon" is noon for the readers of each mission."""
    assert dues(office, queue_post(office.desk, everywhere())) == {
        "GE": "2027-07-30T12:00:00 08:00Z",
        "TJ": "2027-07-30T12:00:00 07:00Z",
        "UA": "2027-07-30T12:00:00 09:00Z",
    }


def test_a_time_with_a_zone_is_one_instant_everywhere(office: Office) -> None:
    """A global moment is one moment, and each mission reads it on its own clock."""
    at = datetime(2027, 7, 30, 9, 0, tzinfo=UTC)
    assert dues(office, queue_post(office.desk, everywhere(at=at))) == {
        "GE": "2027-07-30T13:00:00 09:00Z",
        "TJ": "2027-07-30T14:00:00 09:00Z",
        "UA": "2027-07-30T12:00:00 09:00Z",
    }


def test_a_post_is_a_draft_until_it_is_submitted(office: Office) -> None:
    """Typing a command is not reviewing a text."""
    (post,) = queue_post(office.desk, wish())
    office.clock.tick(hours=3)
    assert office.review(post) == "draft"
    assert office.claimable() == set()


def test_without_accounts_it_goes_to_all_of_the_mission(office: Office) -> None:
    """And to nobody else's."""
    (post,) = queue_post(office.desk, wish(accounts=[]))
    rows = map(office.world.row, office.world.deliveries(post))
    assert [row["account_id"] for row in rows] == ["ge-outbox", "ge-manual"]


def test_a_blocked_text_is_refused_for_all_missions(office: Office) -> None:
    """A wave that reaches three of five missions is a mistake that nobody sees."""
    with pytest.raises(WrongUse, match="ge-outbox: "):
        queue_post(office.desk, everywhere(text="a" * 501))
    assert office.posts() == []


@pytest.mark.parametrize("at", [AT - timedelta(hours=3), datetime(2027, 7, 30, 5, 0, tzinfo=UTC)])
def test_a_time_that_has_come_already_is_refused(office: Office, at: datetime) -> None:
    """Nothing past is ever sent; a typing error in the year must not go out at once."""
    with pytest.raises(WrongUse, match="already past"):
        queue_post(office.desk, wish(at=at))


def test_a_wave_that_is_past_for_one_mission_is_refused_for_all(office: Office) -> None:
    """09:30 is past in Dushanbe when it is 09:00 in Tbilisi."""
    with pytest.raises(WrongUse, match="Asia/Dushanbe is already past"):
        queue_post(office.desk, everywhere(at=datetime.fromisoformat("2027-07-30T09:30")))
    assert office.posts() == []


def test_a_time_that_clocks_jump_over_is_refused_with_what_to_write(office: Office) -> None:
    """03:30 on 26 March 2028 does not exist in Kyiv."""
    with pytest.raises(WrongUse, match="write 02:30 or 04:30"):
        queue_post(office.desk, wish(missions=["UA"], accounts=[], at=datetime.fromisoformat("2028-03-26T03:30")))


def test_the_same_words_for_the_same_minute_are_refused(office: Office) -> None:
    """The up-arrow key must not make a duplicate."""
    queue_post(office.desk, wish())
    with pytest.raises(WrongUse, match="queued already"):
        queue_post(office.desk, wish())
    assert len(office.posts()) == 1


def test_a_mission_named_twice_counts_once(office: Office) -> None:
    """It is one mission, however often it is said."""
    assert len(queue_post(office.desk, wish(missions=["GE", "GE"]))) == 1


def test_an_account_of_none_of_the_missions_is_refused(office: Office) -> None:
    """Left out silently, Dushanbe would wait for a post that nobody queued."""
    with pytest.raises(WrongUse, match="tj-outbox belongs to TJ"):
        queue_post(office.desk, wish(accounts=["ge-outbox", "tj-outbox"]))
    assert office.posts() == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"missions": ["XX"]}, "no mission 'XX'"),
        ({"accounts": ["ge-x"]}, "no account 'ge-x'"),
        ({"missions": ["TJ"], "accounts": ["ge-outbox"]}, "ge-outbox belongs to GE"),
        ({"alt_texts": ["a picture"]}, "more alternative texts than pictures"),
        ({"text": ""}, "ge-outbox: "),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(office: Office, more: dict[str, Any], words: str) -> None:
    """The message names what to change."""
    with pytest.raises(WrongUse, match=words):
        queue_post(office.desk, wish(**more))
    assert office.posts() == []


def test_a_picture_without_alt_text_is_refused(office: Office) -> None:
    """Readers who do not see it are readers."""
    card = picture(office.folder / "card.png")
    office.adapters["ge-outbox"] = ObedientAdapter(profile=registry.profile_of("outbox"))
    with pytest.raises(WrongUse, match="alt text"):
        queue_post(office.desk, wish(pictures=[card]))
    assert len(queue_post(office.desk, wish(pictures=[card], alt_texts=["A blue card"]))) == 1


def test_what_is_no_picture_is_refused_by_name(office: Office) -> None:
    """It would fail at the platform, on the day."""
    (office.folder / "card.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(WrongUse, match=r"card\.png"):
        queue_post(office.desk, wish(pictures=[office.folder / "card.png"], alt_texts=["A card"]))


@pytest.mark.parametrize(("at", "kind"), [(AT, Kind.DAY), (AT + timedelta(days=1), Kind.WINDOW)])
def test_without_a_kind_the_campaign_decides(office: Office, at: datetime, kind: Kind) -> None:
    """On the day itself a post bears no other day."""
    queue_post(office.desk, wish(at=at))
    assert office.posts()[0]["kind"] == kind


def test_who_queued_it_is_in_the_audit(office: Office) -> None:
    """Somebody will ask."""
    (post,) = queue_post(office.desk, wish())
    assert [(row["verb"], row["actor"]) for row in office.world.audit(f"post:{post}")] == [("add", "operator:nino")]


def test_a_platform_gets_the_words_that_are_meant_for_it(office: Office) -> None:
    """What fits on one platform is too long, or too dry, on another."""
    (post,) = queue_post(office.desk, wish(accounts=[], overrides={"manual": "For hands"}))
    said = {message.account: message.text for message, _ in map(office.message_of, office.world.deliveries(post))}
    assert said == {"ge-outbox": "ადამიანი არ იყიდება", "ge-manual": "For hands"}


def test_words_for_a_platform_that_nobody_is_on_are_refused(office: Office) -> None:
    """A slip of the pen would send the long text there, and nobody would notice."""
    with pytest.raises(WrongUse, match="no account is on mastodn; the platforms here are manual, outbox"):
        queue_post(office.desk, wish(overrides={"mastodn": "Short"}))
    assert not office.posts()

"""Quotations of an article become drafts with cards: what is ready in one transaction, the rest told."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from posts.cards.sizes import LINK, PORTRAIT, WIDE
from posts.model import Kind, Quote
from scheduler.model import WrongUse
from scheduler.services.carding import draw_card
from scheduler.services.drawing import DrawWish, as_json, draft_quotes
from scheduler.services.editing import edit
from scheduler.services.exporting import export_plan
from scheduler.services.preflight import look_over
from scheduler.services.quoting import quote_article
from scheduler.services.reporting import story
from scheduler.services.reviewing import submit
from scheduler.services.seeing import seen
from scheduler.store import posts
from scheduler.store.schema import card, quote
from tests.fakes.adapter import ObedientAdapter
from tests.scheduler.services.office import codes, verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from posts.cards.sizes import Size
    from scheduler.services.desk import Desk
    from scheduler.services.drawing import Drawn
    from tests.scheduler.services.office import Office

RELEASE = """SAMPLE PRESS RELEASE

Batumi, 28 July. The exhibition “A Door With No Handle” opened today.

“Nobody should pay for a job with their freedom,” said Marta Hollis, Programme Officer, IOM Moldova, at the opening.

Tudor Valea, teacher: “My pupils know the rules by heart and teach them at home. We all can #EndHumanTrafficking.”

«Каждый человек имеет право знать, куда он едет и кто его там ждёт», — сказала Ирина Соколова, координатор.
"""
AT = datetime.fromisoformat("2027-07-30T12:00")
LONG = Quote(words="We ask and we listen. " * 150, speaker="Marta Hollis", language="en")
STRANGE = Quote(words="They wrote it on the wall: 漢字 and more", speaker="Marta Hollis", language="en")


def wish(**more: Any) -> DrawWish:
    given: dict[str, Any] = {"missions": ["GE"], "at": AT, "accounts": ["ge-outbox"]}
    return DrawWish(**{**given, **more})


def everywhere(**more: Any) -> DrawWish:
    return wish(missions=["GE", "TJ"], accounts=[], **more)


@pytest.fixture
def release(tmp_path: Path) -> list[Quote]:
    path = tmp_path / "release.txt"
    path.write_text(RELEASE, encoding="utf-8")
    return quote_article(path)


def rows(office: Office, table: Any) -> list[dict[str, Any]]:
    with office.database.read() as tx:
        return [dict(row) for row in tx.execute(select(table).order_by(table.c.id)).mappings()]


def dues(office: Office, done: Drawn) -> list[str]:
    numbers = [office.world.deliveries(one.post_id)[0] for one in done.drafts]
    return [
        f"{row['mission']} {row['local_due'][:16]} {row['due_at']:%H:%M}Z" for row in map(office.world.row, numbers)
    ]


def nothing_is_made(office: Office) -> bool:
    return not office.posts() and not rows(office, card) and not rows(office, quote) and not pictures(office)


def pictures(office: Office) -> list[Path]:
    folder = office.settings.media_folder
    return sorted(folder.iterdir()) if folder.exists() else []


# -- what is made ----------------------------------------------------------------------------------------------------


def test_a_quotation_becomes_quote_card_picture_post_and_delivery(office_on_both: Office, release: list[Quote]) -> None:
    """Five rows and a file that belong together: a card without its quotation could be nobody's words."""
    office = office_on_both
    (one,) = draft_quotes(office.desk, release, wish(only=[1])).drafts
    (said,), (drawn,), (post,) = rows(office, quote), rows(office, card), office.posts()
    assert (said["words"], said["speaker"], said["mission"]) == (release[0].words, "Marta Hollis", "GE")
    assert (drawn["post_id"], drawn["quote_id"], post["quote_id"]) == (one.post_id, said["id"], said["id"])
    assert (drawn["template"], drawn["size"], drawn["language"]) == ("deep-blue", str(PORTRAIT), "en")
    with office.database.read() as tx:
        (picture,) = posts.load(tx, [one.post_id])[one.post_id].media
    assert hashlib.sha256(picture.path.read_bytes()).hexdigest() == picture.sha256 == drawn["sha256"]
    assert picture.alt_text == drawn["alt_text"] == one.cards[0].alt_text
    with Image.open(picture.path) as opened:
        assert opened.size == (picture.width_px, picture.height_px) == (PORTRAIT.width_px, PORTRAIT.height_px)
    (delivery,) = map(office.world.row, office.world.deliveries(one.post_id))
    assert (delivery["state"], delivery["account_id"]) == ("waiting", "ge-outbox")


def test_the_text_is_the_quotation_in_its_languages_manner(office: Office, release: list[Quote]) -> None:
    """What a reader of that language expects of a printed quotation; the campaign's hashtag is there once."""
    draft_quotes(office.desk, [*release[:2], replace(release[2], language="ru")], wish())
    first, second, third = (str(row["text"]) for row in office.posts())
    assert first == (
        "“Nobody should pay for a job with their freedom”\n\n"
        "— Marta Hollis, Programme Officer, IOM Moldova\n\n"
        "#EndHumanTrafficking"
    )
    assert second.count("#EndHumanTrafficking") == 1
    assert third.startswith("«Каждый человек")
    assert [row["language"] for row in office.posts()] == ["en", "en", "ru"]


def test_a_language_that_nobody_knows_stays_unknown(office: Office) -> None:
    """The mission's first language is a guess, and a wrong tag is read aloud in the wrong voice."""
    words = Quote(words="Sample words of nobody", speaker="A B")
    draft_quotes(office.desk, [words], wish())
    assert (office.posts()[0]["language"], rows(office, card)[0]["language"]) == ("", "")


def test_nobody_has_agreed_to_a_card_by_being_quoted(office: Office, release: list[Quote]) -> None:
    """Whatever the words came with: consent is given to us, on record, or not at all."""
    draft_quotes(office.desk, [replace(release[0], consent="said so in the hall")], wish())
    assert rows(office, quote)[0]["consent"] == ""


def test_a_draft_waits_for_a_person_even_where_no_review_is_asked(office: Office, release: list[Quote]) -> None:
    """`[review] levels = 0` approves what is submitted; nobody has submitted a machine's draft."""
    assert office.settings.review_levels == 0
    (one,) = draft_quotes(office.desk, release, wish(only=[1])).drafts
    office.clock.tick(hours=3)
    assert office.review(one.post_id) == "draft"
    assert office.claimable() == set()


def test_a_submitted_draft_goes_out_with_its_card(office: Office, release: list[Quote]) -> None:
    """The picture is ours, in our folder, and its alt text goes with it."""
    (one,) = draft_quotes(office.desk, release, wish(only=[1])).drafts
    submit(office.desk, [one.post_id])
    office.clock.tick(hours=3)
    (claimed,) = office.world.claim()
    assert [it.alt_text for it in claimed.post.media] == [one.cards[0].alt_text]
    assert claimed.post.media[0].path.is_file()


def test_each_mission_signs_its_own_card(office: Office, release: list[Quote]) -> None:
    """The mission's name stands on it, so no two missions share a picture."""
    done = draft_quotes(office.desk, release, everywhere(only=[1]))
    assert [one.mission for one in done.drafts] == ["GE", "TJ"]
    assert len({one.cards[0].sha256 for one in done.drafts}) == len(pictures(office)) == 2


def test_without_accounts_it_goes_to_all_of_the_mission(office: Office, release: list[Quote]) -> None:
    """And to nobody else's."""
    (one,) = draft_quotes(office.desk, release, wish(accounts=[], only=[1])).drafts
    found = [office.world.row(number)["account_id"] for number in office.world.deliveries(one.post_id)]
    assert found == ["ge-outbox", "ge-manual"]


def test_another_hashtag_is_on_card_and_text(office: Office, release: list[Quote]) -> None:
    """A mission's own campaign has its own."""
    usual = draft_quotes(office.desk, release, wish(only=[1])).drafts[0]
    office.world.run("UPDATE post SET external_id = 'another'")
    other = draft_quotes(office.desk, release, wish(only=[1], hashtag="#Sample")).drafts[0]
    assert str(office.posts()[1]["text"]).endswith("\n\n#Sample")
    assert other.cards[0].sha256 != usual.cards[0].sha256


def test_an_empty_hashtag_means_none(office: Office, release: list[Quote]) -> None:
    """A quotation may stand alone."""
    draft_quotes(office.desk, release, wish(only=[1], hashtag=""))
    assert "#" not in str(office.posts()[0]["text"])


@pytest.mark.parametrize(("at", "kind"), [(AT, Kind.DAY), (AT + timedelta(days=1), Kind.WINDOW)])
def test_the_campaign_decides_about_the_kind(office: Office, release: list[Quote], at: datetime, kind: Kind) -> None:
    """On the day itself a post bears no other day."""
    draft_quotes(office.desk, release, wish(only=[1], at=at))
    assert office.posts()[0]["kind"] == kind


def test_who_drafted_it_is_in_the_audit(office: Office, release: list[Quote]) -> None:
    """Somebody will ask whose idea it was."""
    (one,) = draft_quotes(office.desk, release, wish(only=[1])).drafts
    (row,) = office.world.audit(f"post:{one.post_id}")
    assert (row["verb"], row["actor"]) == ("draft", "operator:nino")


# -- when --------------------------------------------------------------------------------------------------------------


def test_quotations_follow_each_other_by_a_day_on_each_missions_clock(office: Office, release: list[Quote]) -> None:
    """Three cards in one minute are a flood; "at noon" is noon for each mission's readers."""
    assert dues(office, draft_quotes(office.desk, release, everywhere())) == [
        "GE 2027-07-30T12:00 08:00Z",
        "TJ 2027-07-30T12:00 07:00Z",
        "GE 2027-07-31T12:00 08:00Z",
        "TJ 2027-07-31T12:00 07:00Z",
        "GE 2027-08-01T12:00 08:00Z",
        "TJ 2027-08-01T12:00 07:00Z",
    ]


def test_a_time_with_a_zone_is_one_instant_everywhere(office: Office, release: list[Quote]) -> None:
    """And the next quotation is one instant everywhere again."""
    at = datetime(2027, 7, 30, 9, 0, tzinfo=UTC)
    done = draft_quotes(office.desk, release, everywhere(at=at, apart=timedelta(minutes=30), only=[1, 3]))
    assert dues(office, done) == [
        "GE 2027-07-30T13:00 09:00Z",
        "TJ 2027-07-30T14:00 09:00Z",
        "GE 2027-07-30T13:30 09:30Z",
        "TJ 2027-07-30T14:30 09:30Z",
    ]


def test_what_could_not_be_drafted_keeps_its_place(office: Office, release: list[Quote]) -> None:
    """It is shortened by a person and queued at its time; the others must not move because of it."""
    done = draft_quotes(office.desk, [release[0], LONG, release[2]], wish())
    assert dues(office, done) == ["GE 2027-07-30T12:00 08:00Z", "GE 2027-08-01T12:00 08:00Z"]


# -- again -------------------------------------------------------------------------------------------------------------


def test_the_same_again_adds_nothing(office_on_both: Office, release: list[Quote]) -> None:
    """The up-arrow key must not make a duplicate."""
    office = office_on_both
    first = draft_quotes(office.desk, release, everywhere())
    again = draft_quotes(office.desk, release, everywhere())
    assert (len(first.drafts), first.there_already) == (6, 0)
    assert (again.drafts, again.not_drafted, again.there_already) == ((), (), 6)
    assert (len(office.posts()), len(rows(office, card)), len(rows(office, quote))) == (6, 6, 6)


def test_the_same_again_after_its_time_is_there_already(office: Office, release: list[Quote]) -> None:
    """Nothing new would be sent, so nothing is past."""
    draft_quotes(office.desk, release, wish())
    office.clock.tick(days=30)
    assert draft_quotes(office.desk, release, wish()).there_already == 3


def test_the_same_words_at_another_time_are_there_already(office: Office, release: list[Quote]) -> None:
    """A draft is moved, not made twice."""
    draft_quotes(office.desk, release, wish())
    assert draft_quotes(office.desk, release, wish(at=AT + timedelta(days=3))).there_already == 3


def test_one_more_mission_gets_only_its_own(office: Office, release: list[Quote]) -> None:
    """Dushanbe joins a day later."""
    draft_quotes(office.desk, release, wish())
    done = draft_quotes(office.desk, release, everywhere())
    assert ([one.mission for one in done.drafts], done.there_already) == (["TJ"] * 3, 3)


def test_words_that_stand_twice_in_an_article_are_drafted_once(office: Office, release: list[Quote]) -> None:
    """Editors repeat the best sentence in a box."""
    done = draft_quotes(office.desk, [release[0], replace(release[0], speaker="Hollis")], wish())
    assert ([one.quote for one in done.drafts], done.there_already) == ([1], 1)


def test_what_somebody_else_drafts_meanwhile_is_not_drafted_twice(office: Office, release: list[Quote]) -> None:
    """Two officers read the same press release; the second one's cards are drawn while the first one's are stored."""
    others = iter([office.desk])

    def now() -> datetime:
        for desk in others:
            draft_quotes(desk, release, wish(only=[1]))
        return office.clock()

    done = draft_quotes(replace(office.desk, now=now), release, wish())
    assert ([one.quote for one in done.drafts], done.there_already) == ([2, 3], 1)
    assert len(office.posts()) == 3


def test_exporting_and_importing_back_changes_nothing(office: Office, release: list[Quote]) -> None:
    """Colleagues go on in the spreadsheet."""
    draft_quotes(office.desk, release, everywhere())
    export_plan(office.desk, office.folder / "plan.xlsx")
    done = office.import_(office.folder / "plan.xlsx")
    assert verdicts(done) == ["unchanged"] * 6, codes(done)


def test_an_edited_draft_keeps_its_picture_and_card(office: Office, release: list[Quote]) -> None:
    """A hashtag more is no other card."""
    (one,) = draft_quotes(office.desk, release, wish(only=[1])).drafts
    edit(office.desk, one.post_id, text="“Nobody should pay …” #Sample", link=None, language=None)
    with office.database.read() as tx:
        media = posts.load(tx, [one.post_id])[one.post_id].media
    assert [it.sha256 for it in media] == [row["sha256"] for row in rows(office, card)]
    told: Any = story(office.desk, office.world.deliveries(one.post_id)[0])
    assert told["post"]["quote_words"] == release[0].words


# -- what a person has to see to -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [(LONG, "characters ("), (STRANGE, "漢"), (Quote(words="…", speaker="A B"), "no words")],
)
def test_a_card_that_cannot_be_drawn_is_told_and_loses_no_other(
    office: Office, release: list[Quote], bad: Quote, reason: str
) -> None:
    """A post without its card would be half of what was asked for, and nobody would know."""
    done = draft_quotes(office.desk, [release[0], bad, release[2]], wish())
    assert [one.quote for one in done.drafts] == [1, 3]
    (failed,) = done.not_drafted
    assert (failed.quote, failed.mission) == (2, "GE")
    assert reason in failed.reason
    assert len(pictures(office)) == len(office.posts()) == 2


def test_a_text_that_a_platform_refuses_is_told_with_its_account(office: Office, release: list[Quote]) -> None:
    """It would fail on the day; a person shortens it or leaves the account out."""
    office.adapters["ge-outbox"] = ObedientAdapter()  # 500 characters
    words = replace(release[0], words="We ask and we listen. " * 22)
    done = draft_quotes(office.desk, [words, release[2]], wish())
    assert [one.quote for one in done.drafts] == [2]
    assert "ge-outbox: The text is" in done.not_drafted[0].reason
    assert len(pictures(office)) == 1


def test_what_was_not_drafted_is_told_again_the_next_time(office: Office, release: list[Quote]) -> None:
    """It is not there, so it does not count as there."""
    once, again = (draft_quotes(office.desk, [release[0], LONG, LONG], wish()) for _ in range(2))
    assert [one.quote for one in once.not_drafted] == [one.quote for one in again.not_drafted] == [2, 3]
    assert (again.drafts, again.there_already) == ((), 1)


def test_an_article_without_quotations_makes_nothing(office: Office) -> None:
    """None found is an answer, not an error, whichever number was asked for."""
    done = draft_quotes(office.desk, [], wish(only=[2]))
    assert (done.drafts, done.not_drafted, done.there_already) == ((), (), 0)
    assert nothing_is_made(office)


# -- what makes no sense ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"missions": ["XX"], "accounts": []}, "no mission 'XX'"),
        ({"accounts": ["ge-x"]}, "no account 'ge-x'"),
        ({"accounts": ["ge-outbox", "tj-outbox"]}, "tj-outbox belongs to TJ"),
        ({"missions": ["GE", "TJ"]}, "TJ has none of these accounts"),
        ({"at": AT - timedelta(hours=3)}, "already past"),
        ({"missions": ["GE", "TJ"], "accounts": [], "at": AT - timedelta(hours=2, minutes=30)}, "Asia/Dushanbe"),
        ({"missions": ["UA"], "accounts": [], "at": datetime.fromisoformat("2028-03-25T03:30")}, "does not exist"),
        ({"apart": timedelta(days=999_999_999)}, "leave the calendar"),
        ({"template": "deep-red"}, "deep-red"),
        ({"hashtag": "Sample"}, "'Sample' is no hashtag"),
        ({"hashtag": "#Sample #Two"}, "is no hashtag"),
        ({"only": [1, 4]}, "no quotation 4"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_nothing_is_made(
    office: Office, release: list[Quote], more: dict[str, Any], words: str
) -> None:
    """Half a series is a mistake that nobody sees."""
    with pytest.raises(WrongUse, match=words):
        draft_quotes(office.desk, release, wish(**more))
    assert nothing_is_made(office)


def test_when_the_database_refuses_one_none_is_stored(office_on_both: Office, release: list[Quote]) -> None:
    """Quote, card, post, deliveries and audit are one transaction; pictures without rows harm nobody."""
    office = office_on_both
    desk: Desk = replace(office.desk, campaign_id=10_000)
    with pytest.raises(IntegrityError):
        draft_quotes(desk, release, wish())
    assert not office.posts()
    assert not rows(office, card)
    assert not rows(office, quote)


# -- a card for each account ----------------------------------------------------------------------------------------


def test_each_account_has_the_card_in_the_size_that_suits_it(office_on_both: Office, release: list[Quote]) -> None:
    """One picture, one alt text, one approval; what goes where is decided by the account."""
    office = office_on_both
    desk = with_sizes(office, {"ge-manual": WIDE})
    (one,) = draft_quotes(desk, release, wish(only=[1], accounts=["ge-outbox", "ge-manual"])).drafts
    assert [(it["size"], it["sha256"]) for it in rows(office, card)] == [(it.size, it.sha256) for it in one.cards]
    assert [it.size for it in one.cards] == ["1080x1350", "1600x900"]
    with office.database.read() as tx:
        post = posts.load(tx, [one.post_id])[one.post_id]
    shown = {}
    for account in ("ge-outbox", "ge-manual"):
        message = seen(desk, account, post)
        assert message is not None
        (shown[account],) = message.media
    assert {name: (it.width_px, it.height_px) for name, it in shown.items()} == {
        "ge-outbox": PORTRAIT.px,
        "ge-manual": WIDE.px,
    }
    assert {it.alt_text for it in shown.values()} == {one.cards[0].alt_text}
    for it in shown.values():
        assert hashlib.sha256(it.path.read_bytes()).hexdigest() == it.sha256


def test_a_size_in_which_the_words_find_no_room_is_left_out(office: Office) -> None:
    """A long quotation is better shown in the usual size than not at all."""
    long = Quote(words="Nobody should pay for a job. " * 38, speaker="Marta Hollis", language="en")
    mission, folder = office.settings.mission("GE"), office.settings.media_folder
    drawn = draw_card(long, [PORTRAIT.px, LINK.px, WIDE.px], mission, folder)
    assert [it.size for it in drawn.cards] == ["1080x1350", "1600x900"]


def test_each_size_of_a_card_is_what_was_approved(office: Office, release: list[Quote]) -> None:
    """A picture that somebody changes on our disk goes nowhere, whichever account it is for."""
    desk = with_sizes(office, {"ge-outbox": WIDE})
    (one,) = draft_quotes(desk, release, wish(only=[1])).drafts
    (office.settings.media_folder / f"{one.cards[1].sha256}.jpg").write_bytes(b"another picture")
    (found,) = look_over(desk, [one.post_id])
    assert [each["code"] for each in found["problems"]] == ["picture_gone"]


def test_a_card_of_several_sizes_comes_back_from_its_export(office: Office, release: list[Quote]) -> None:
    """A size that is lost on the way out would reset the review on the way in."""
    desk = with_sizes(office, {"ge-outbox": WIDE})
    draft_quotes(desk, release, wish(only=[1]))
    plan = office.folder / "out.xlsx"
    export_plan(desk, plan)
    assert verdicts(office.import_(plan)) == ["unchanged"]


def with_sizes(office: Office, sizes: Mapping[str, Size]) -> Desk:
    """The desk of an office in which these accounts want their cards so."""
    accounts = tuple(
        replace(one, card_size=sizes[one.id].px) if one.id in sizes else one for one in office.settings.accounts
    )
    return office.desk_with(replace(office.settings, accounts=accounts))


# -- what scripts read -------------------------------------------------------------------------------------------------


def test_the_result_in_the_shape_that_scripts_rely_on(office: Office, release: list[Quote]) -> None:
    """The names of these keys are a promise to other people's scripts."""
    done = draft_quotes(office.desk, [release[0], LONG], wish())
    (one,) = done.drafts
    usual = {"sha256": one.cards[0].sha256, "size": "1080x1350", "alt_text": one.cards[0].alt_text}
    assert as_json(done) == {
        "drafts": [
            {
                "quote": 1,
                "mission": "GE",
                "post_id": one.post_id,
                "card": usual,
                "cards": [usual],
                "local_due": "2027-07-30T12:00:00",
                "time_zone": "Asia/Tbilisi",
            }
        ],
        "not_drafted": [{"quote": 2, "mission": "GE", "reason": done.not_drafted[0].reason}],
        "there_already": 0,
    }

"""The plan leaves as a sheet and comes back as nothing new."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from posts.intake.write import write_plan
from posts.model import Film
from scheduler.model import State, WrongUse
from scheduler.services import editing, operating, reviewing
from scheduler.services.exporting import export_plan
from tests.posts.films import Reel
from tests.scheduler.services.office import ROW, picture, verdicts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scheduler.services.office import Office

TEXTS = [
    "ადამიანი არ იყიდება",
    "الإنسان ليس سلعة",
    "Ҷавонон ва ғамхорӣ · oʻylab koʻring",
    "First line\n\nthird line, with a trailing space \n",
    "=1+1",
    "+995 is a country code",
    "-minus",
    "@iomgeorgia says",
    "'=already quoted",
    "\t indented",
    'He said "no; never", and left',
    "_x0041_ is no letter",
    "emoji 👩🏽‍🚀 and a soft\u00adhyphen",
]
RICH = {
    "account": "ge-outbox;ge-manual",
    "kind": "evergreen",
    "media": "one.jpg;two.png",
    "alt_text": "A blue card || A red card; with a semicolon",
    "quote": "I was told it was a job.",
    "speaker": "N.",
    "role": "survivor",
    "consent": "consent-17",
    "first_comment": "More at our page",
    "link": "https://iom.example/?a=1&b=2",
    "notes": "check with Tbilisi",
}


@pytest.fixture
def office(office_on_both: Office) -> Office:
    """On SQLite and on PostgreSQL: a whole plan goes through the database here."""
    return office_on_both


def export(office: Office, name: str, mission: str | None = None) -> Path:
    path = office.folder / "out" / name
    path.parent.mkdir(exist_ok=True)
    export_plan(office.desk, path, mission=mission)
    return path


def unchanged(office: Office, name: str) -> bool:
    """The plan is exported and imported back; whether no row is anything but unchanged and no audit row came of it."""
    before = office.world.count("audit")
    done = verdicts(office.import_(export(office, name)))
    return set(done) == {"unchanged"} and len(done) == len(office.posts()) and office.world.count("audit") == before


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv"])
def test_texts_in_every_script_come_back_unchanged(office: Office, name: str) -> None:
    """A sheet is edited in one row and imported; all the others must not lose their approval for it."""
    plan = office.folder / "plan.xlsx"
    write_plan(plan, [{**ROW, "id": f"r{number}", "text": text} for number, text in enumerate(TEXTS)])
    office.import_(plan)
    assert [row["text"] for row in office.posts()] == TEXTS
    assert unchanged(office, name)


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv"])
def test_everything_that_a_row_can_say_comes_back_unchanged(office: Office, name: str) -> None:
    """A column that is forgotten on the way out would reset the review on the way in."""
    picture(office.folder / "one.jpg")
    picture(office.folder / "two.png", (200, 0, 0))
    office.import_rows({"id": "a", **RICH}, {"id": "b", "quote": "გმადლობთ"})
    assert len(office.posts()) == 2
    assert unchanged(office, name)


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv"])
def test_texts_for_one_platform_and_pictures_in_several_sizes_come_back(office: Office, name: str) -> None:
    """What is written for one platform was approved with the rest."""
    Image.new("RGB", (40, 50), (0, 51, 160)).save(office.folder / "card.jpg")
    Image.new("RGB", (32, 18), (0, 51, 160)).save(office.folder / "card.32x18.png")
    cells = {"media": "card.jpg;card.32x18.png", "alt_text": "A card", "text:manual": "=For hands"}
    office.import_rows({"id": "a", "account": "ge-outbox;ge-manual", **cells}, {"id": "b"})
    Image.new("RGB", (32, 18), (200, 0, 0)).save(office.folder / "card.32x18.png")
    office.import_rows({"id": "c", "media": cells["media"], "alt_text": "The same, but for one size"})
    numbers = office.world.deliveries(office.posts()[0]["id"])
    assert {message.text for message, _ in map(office.message_of, numbers)} == {ROW["text"], "=For hands"}
    assert unchanged(office, name)


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv"])
def test_a_film_comes_back_with_its_captions_and_cover(office: Office, name: str) -> None:
    """Captions that are lost on the way are missed by those who cannot hear, and by nobody else."""
    Reel().write(office.folder / "clip.mp4")
    picture(office.folder / "clip.cover.jpg")
    for file in ("clip.ka.srt", "clip.srt"):
        (office.folder / file).write_text("1\n00:00:01,000 --> 00:00:02,000\nგმადლობთ\n", encoding="utf-8")
    media = "clip.mp4;clip.ka.srt;clip.srt;clip.cover.jpg"
    done = office.import_rows({"id": "a", "account": "ge-outbox", "media": media, "alt_text": "People at a table"})
    assert verdicts(done) == ["added"], done
    message, _ = office.message_of(office.world.deliveries(office.posts()[0]["id"])[0])
    (kept,) = message.media
    assert kept.film == Film(length=timedelta(seconds=5), coding="avc1", frames=150)
    assert [one.language for one in kept.captions] == ["ka", ""]
    assert kept.cover is not None
    assert unchanged(office, name)


def test_other_captions_are_another_post(office: Office) -> None:
    """Whoever approved the film approved what is written under it."""
    seen = set()
    Reel().write(office.folder / "clip.mp4")
    for words in ("one", "two"):
        (office.folder / "clip.ka.srt").write_text(f"1\n00:00:01,000 --> 00:00:02,000\n{words}\n", encoding="utf-8")
        office.import_rows({"id": "a", "media": "clip.mp4;clip.ka.srt", "alt_text": "x", "status": "approved"})
        seen |= {row["content_hash"] for row in office.posts()}
    assert len(seen) == 2


@pytest.mark.parametrize("limit", ["2027-07-30", "2027-07-30 18:00", "2027-07-30 18:00:30"])
def test_a_limit_comes_back_to_the_second(office: Office, limit: str) -> None:
    """A date alone means the end of that day, 23:59:59: a lost second would be a changed row."""
    office.post(not_after=limit)
    assert office.posts()[0]["not_after"] is not None
    assert unchanged(office, "plan.csv")


@pytest.mark.parametrize("kind", ["", "exact", "day", "window", "evergreen", "recap"])
def test_a_kind_comes_back(office: Office, kind: str) -> None:
    """Also the one that the campaign chose where the row was silent."""
    office.post(kind=kind)
    assert unchanged(office, "plan.csv")


def test_a_delivery_that_a_person_cancelled_changes_nothing(office: Office) -> None:
    """The other account's approval must not fall because one channel was called off."""
    post = office.post(account="ge-outbox;ge-manual")
    operating.cancel(office.desk, office.world.deliveries(post)[:1], why="the channel is closed")
    assert unchanged(office, "plan.csv")
    assert office.review(post) == "approved"


def test_a_post_that_no_longer_names_an_account_comes_back_without_it(office: Office) -> None:
    """The sheet that was imported last is the plan."""
    office.post(id="a", account="ge-outbox;ge-manual")
    office.import_rows({"id": "a", "account": "ge-outbox"})
    assert unchanged(office, "plan.csv")


def test_an_edited_and_moved_post_comes_back_as_it_is_now(office: Office) -> None:
    """What was corrected in the queue is in the next sheet."""
    post = office.post(account="ge-outbox;ge-manual")
    operating.cancel(office.desk, office.world.deliveries(post)[:1], why="the channel is closed")
    editing.edit(office.desk, post, text="შესწორებული", link=None, language=None)
    assert unchanged(office, "plan.csv")
    assert office.review(post) == "draft"


def test_a_published_plan_comes_back_unchanged(office: Office) -> None:
    """After the day the export is the record."""
    office.published()
    office.clock.tick(days=3)
    assert unchanged(office, "plan.xlsx")


def test_what_was_sent_back_is_not_approved_by_its_own_export(office: Office) -> None:
    """A file has no word for it; coming back must not let it go."""
    post = office.post()
    reviewing.send_back(office.desk, [post], why="no")
    assert unchanged(office, "plan.csv")
    assert office.review(post) == "sent_back"


def test_only_one_missions_posts_are_written_where_one_is_named(office: Office) -> None:
    """A colleague in Dushanbe gets a sheet of theirs."""
    office.import_rows({"id": "a"}, {"id": "b", "mission": "TJ", "account": "tj-outbox", "text": "Тоҷикӣ"})
    path = export(office, "tj.csv", mission="TJ")
    assert "Тоҷикӣ" in path.read_text(encoding="utf-8-sig")
    assert "ადამიანი" not in path.read_text(encoding="utf-8-sig")


def test_pictures_lie_beside_the_sheet_whole(office: Office) -> None:
    """The sheet is sent by mail with its folder; nothing in it may point into this machine."""
    original = picture(office.folder / "one.jpg").read_bytes()
    office.post(media="one.jpg", alt_text="A blue card")
    export(office, "plan.csv")
    (copied,) = (office.folder / "out" / "plan-media").iterdir()
    assert copied.read_bytes() == original


def test_a_copy_that_was_cut_short_is_made_again(office: Office) -> None:
    """An export that ran out of disk leaves half a picture under the right name."""
    original = picture(office.folder / "one.jpg").read_bytes()
    office.post(media="one.jpg", alt_text="A blue card")
    export(office, "plan.csv")
    (copied,) = (office.folder / "out" / "plan-media").iterdir()
    copied.write_bytes(original[:10])
    export(office, "plan.csv")
    assert copied.read_bytes() == original


def test_another_kind_of_file_is_refused_and_nothing_is_written(office: Office) -> None:
    """Nobody should learn from a spreadsheet program that .pdf is no sheet."""
    office.post()
    with pytest.raises(WrongUse, match=r"\.xlsx or \.csv"):
        export(office, "plan.pdf")
    assert list((office.folder / "out").iterdir()) == []


def test_a_mission_that_there_is_not_is_refused(office: Office) -> None:
    """An empty sheet would look like an empty plan."""
    with pytest.raises(WrongUse, match="no mission 'XX'"):
        export(office, "plan.csv", mission="XX")


def test_every_state_has_a_row(office: Office) -> None:
    """Nothing that was ever planned is missing from the record."""
    for number, state in enumerate(State, start=1):
        office.stands(office.delivery(text=f"post {number}"), state)
    path = export(office, "plan.csv")
    assert len(verdicts(office.import_(path, commit=False))) == len(State)

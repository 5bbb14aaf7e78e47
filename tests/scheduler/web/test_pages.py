"""What the pages say, in every script that the missions write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

import pytest

from scheduler.model import Scope, State
from scheduler.store import lists
from scheduler.store.schema import heartbeat, metadata
from tests.scheduler.web.newsroom import SCRIPTS

if TYPE_CHECKING:
    from tests.scheduler.web.newsroom import Newsroom

PAGES = ("/", "/calendar", "/log", "/feed")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_campaign_has_pages_that_say_so(room: Newsroom, page: str) -> None:
    """The first thing that a new office sees must not be an error."""
    assert "<h1>" in room.see(page)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("mission", SCRIPTS)
def test_words_are_shown_as_they_were_written_with_their_language_and_direction(
    room: Newsroom, page: str, mission: str
) -> None:
    """A screen reader, a font and a line break all depend on it; nobody's alphabet is re-cased."""
    language, words = SCRIPTS[mission]
    room.published(mission)

    seen = room.see(page)

    assert words in seen
    assert f'lang="{language}"' in seen
    assert 'dir="auto"' in seen


def test_today_begins_with_how_many_things_need_a_person(room: Newsroom) -> None:
    """The title is the answer that somebody opens the page for."""
    for hour, state in ((12, State.HELD), (13, State.UNCLEAR), (14, State.FAILED)):
        room.bring(room.queue("GE", f"post {hour}", f"2027-07-30T{hour}:00"), state)
    room.beat()

    assert "<h1>Three things need a person.</h1>" in room.see("/")


def test_today_says_that_nothing_needs_a_person_and_what_is_next(room: Newsroom) -> None:
    """Silence must be distinguishable from a page that failed to look."""
    room.queue("GE", at="2027-07-30T12:00")
    room.beat()

    seen = room.see("/")

    assert "Nothing needs a person." in seen
    assert "Next: 12:00 Tbilisi, Fri 30 July (08:00 UTC)." in seen


def test_a_post_that_nobody_approved_is_asked_for_a_day_before_its_time(room: Newsroom) -> None:
    """Unapproved it never goes out, and nobody would notice."""
    room.queue("GE", at="2027-07-30T12:00", approved=False)
    room.queue("UA", at="2027-08-03T12:00", approved=False)
    room.beat()

    seen = room.see("/")

    assert "Nobody has approved the 12:00 post for ge-outbox." in seen
    assert "ua-outbox" not in seen


def test_a_sender_that_is_silent_is_the_first_thing_to_see_to(room: Newsroom) -> None:
    """Everything else on the page could look right while nothing goes out."""
    room.queue("GE")
    room.beat()
    room.clock.tick(minutes=5)

    seen = room.see("/")

    assert "Nothing is being sent: the sender is not running." in seen
    assert "Not sending" in seen


def test_a_sender_that_stands_still_says_why_on_the_first_page(room: Newsroom) -> None:
    """It lives and beats; a page that therefore says "sending" would be believed all day."""
    room.beat(standstill="The clock is wrong: set it.")

    seen = room.see("/")

    assert "The clock is wrong: set it." in seen
    assert "One thing needs a person." in seen
    assert "Not sending" in seen
    assert room.browser.get("/health").json()["sending"] is False


def test_what_was_missed_in_an_outage_is_told_on_the_first_page(room: Newsroom) -> None:
    """Whoever looks in these ten minutes can still stop it."""
    room.beat()
    with room.database.write() as tx:
        until = room.clock() + timedelta(minutes=10)
        lists.announce(tx, "42 missed: 5 go, 31 held, 6 skipped.", until, room.clock())

    seen = room.see("/")

    assert "42 missed: 5 go, 31 held, 6 skipped." in seen


def test_an_unclear_post_is_never_called_failed_and_names_both_ways_to_settle_it(room: Newsroom) -> None:
    """Sent again by mistake, it is a duplicate."""
    number = room.queue("GE")
    room.bring(number, State.UNCLEAR, "no answer within 12 s")

    seen = room.see("/")

    assert "We do not know whether the 12:00 post is out on ge-outbox." in seen
    assert f"july30 queue resolve {number} --not-published" in seen
    assert f"july30 queue retry {number}" not in seen


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_who_stopped_what_and_why(room: Newsroom, page: str) -> None:
    """A person who opens any page must not believe that posts go out."""
    room.stop(Scope.MISSION, "GE", "wrong hotline")

    seen = room.see(page)

    assert "GE is stopped" in seen
    assert "officer@iom.example" in seen
    assert "wrong hotline" in seen


def test_a_post_that_is_stopped_does_not_look_as_if_it_went_soon(room: Newsroom) -> None:
    """Waiting for its time and waiting for a person are two things."""
    room.queue("GE", at="2027-07-30T10:00")
    room.queue("TJ", at="2027-07-30T11:00")
    room.stop(Scope.ACCOUNT, "ge-outbox", "wrong hotline")

    assert room.see("/").count("stopped</span>") == 1


def test_a_page_over_a_campaign_that_is_stopped_never_says_sending(room: Newsroom) -> None:
    """The sender runs, and yet nothing goes."""
    room.beat()
    room.stop(Scope.CAMPAIGN, "", "wrong hotline")

    assert "<b>Stopped</b>" in room.see("/")
    assert "<b>Sending</b>" not in room.see("/")


def test_a_post_whose_time_has_passed_is_asked_for(room: Newsroom) -> None:
    """Something keeps it, and the day goes by."""
    room.queue("GE", at="2027-07-30T10:00")
    room.clock.now = datetime(2027, 7, 30, 6, 16, tzinfo=UTC)
    room.beat()

    assert "The 10:00 post for ge-outbox has not gone out yet." in room.see("/")


def test_what_july30_itself_has_put_off_asks_for_nobody(room: Newsroom) -> None:
    """It says "nobody need act" of it, and a page that counts it as a matter is believed no more."""
    number = room.queue("GE", at="2027-07-30T10:00")
    room.clock.now = datetime(2027, 7, 30, 6, 16, tzinfo=UTC)
    room.put_off(number, room.clock.now + timedelta(minutes=30))
    room.beat()
    assert "has not gone out yet" not in room.see("/")
    room.clock.now += timedelta(minutes=46)
    room.beat()
    assert "The 10:00 post for ge-outbox has not gone out yet." in room.see("/")


def test_times_are_the_missions_own_with_utc_beside_them(room: Newsroom) -> None:
    """An officer thinks in her own clock, a coordinator in UTC."""
    room.queue("TJ", at="2027-07-30T11:00")

    seen = room.see("/calendar")

    assert "<b>11:00</b>" in seen
    assert "06:00 UTC" in seen
    assert "Dushanbe UTC+5" in seen


def test_the_calendar_shows_the_week_of_the_day_asked_for(room: Newsroom) -> None:
    """The campaign is longer than a week."""
    room.queue("GE", "only in August", "2027-08-04T12:00")

    assert "only in August" not in room.see("/calendar?week=2027-07-30")
    assert "only in August" in room.see("/calendar?week=2027-08-04")


def test_one_post_on_several_accounts_is_one_line_that_shows_the_worst(room: Newsroom) -> None:
    """Ten lines for one post hide the one that failed."""
    number = room.queue("GE", accounts=["ge-outbox"])
    other = room.queue("GE", "second", accounts=["ge-outbox"])
    room.bring(number, State.FAILED)

    seen = room.see("/calendar")

    assert seen.count('class="chip') == 2
    assert seen.count('class="chip is-fail"') == 1
    assert room.row(other)["state"] == "waiting"


@pytest.mark.parametrize("state", State)
def test_a_state_is_a_word_and_a_shape(room: Newsroom, state: State) -> None:
    """Colour alone tells nothing to one man in twelve."""
    number = room.queue("GE")
    if state is not State.WAITING:
        room.bring(number, state)

    seen = room.see(f"/log?state={state}")

    assert f"{str(state).capitalize()}</span>" in seen
    assert '<use href="#' in seen


def test_the_log_shows_pictures_with_their_words_and_counts_that_are_known(room: Newsroom) -> None:
    """A count that nobody gave is a dash: a zero would be a false report."""
    remote_id = room.published("GE", pictures=[room.picture()], alt_texts=["ლურჯი ბარათი"])
    assert room.press(f"/feed/ge-outbox/{remote_id}/like") == 303
    room.read_counts(1)

    seen = room.see("/log")

    assert 'alt="ლურჯი ბარათი"' in seen
    assert "Likes </span>1</td>" in seen
    assert "Views </span>—</td>" in seen
    assert f'href="/feed#p-{remote_id}"' in seen


def test_the_log_is_filtered_by_mission_and_state(room: Newsroom) -> None:
    """A mission looks for its own."""
    room.queue("GE", "from Tbilisi")
    room.bring(room.queue("TJ", "from Dushanbe"), State.HELD)

    assert "from Dushanbe" not in room.see("/log?mission=GE&state=")
    assert "from Tbilisi" not in room.see("/log?state=held")
    assert "No delivery fits these filters." in room.see("/log?mission=GE&state=held")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/log?mission=XX", "There is no mission “XX”"),
        ("/log?state=gone", "There is no state “gone”"),
        ("/log?page=0", "This cannot be asked for."),
        ("/log?page=x", "This cannot be asked for."),
        ("/calendar?week=30.7.2027", "“30.7.2027” is no day"),
        ("/calendar?week=0001-01-01", "is no day"),
    ],
)
def test_a_filter_that_makes_no_sense_is_said_in_a_sentence(room: Newsroom, address: str, said: str) -> None:
    """An empty list would be read as "nothing there"."""
    assert said in room.see(address, status=400)


def test_the_log_has_pages(room: Newsroom) -> None:
    """A thousand rows with pictures are no page."""
    for number in range(51):
        room.queue("GE", f"number {number:02}", f"2027-07-30T12:{number:02}")

    first, second = room.see("/log"), room.see("/log?page=2")

    assert "number 50" in first
    assert "number 00" not in first
    assert "number 00" in second
    assert 'href="/log?page=2"' in first


def test_the_feed_shows_posts_of_all_outboxes_newest_first(room: Newsroom) -> None:
    """It is the campaign as its readers see it."""
    room.published("GE", "the first")
    room.clock.tick(hours=1)
    number = room.queue("TJ", "the second", "2027-07-30T14:00")
    room.clock.now = room.row(number)["due_at"]
    room.publish_due()

    seen = room.see("/feed")

    assert seen.index("the second") < seen.index("the first")
    assert "<h2" in seen[seen.index("<h1") :]


def test_what_the_log_does_not_know_is_in_the_feed_all_the_same(room: Newsroom) -> None:
    """It is out, whatever our tables say: hiding it would be the false report."""
    remote_id = room.published("GE")
    (room.folder / "outbox/ge-outbox" / remote_id).rename(room.folder / "outbox/ge-outbox/0123456789abcdef")

    assert "not in the log yet" in room.see("/feed")


def test_health_says_in_json_whether_anything_is_sending(room: Newsroom) -> None:
    """A watcher outside reads no sentences."""
    assert room.browser.get("/health").json() == {"database": "ok", "sending": False, "heartbeat_at": None}

    room.beat()

    assert room.browser.get("/health").json()["sending"] is True


@pytest.mark.parametrize("page", [*PAGES, "/health"])
def test_a_database_that_is_away_is_said_plainly(room: Newsroom, page: str) -> None:
    """503 tells watchers; the page tells people, and neither tells the database's address."""
    with room.database.write() as tx:
        metadata.tables[heartbeat.name].drop(tx)

    seen = room.see(page, status=503)

    assert "away" in seen
    assert "july30.db" not in seen


@pytest.mark.parametrize("page", PAGES)
def test_headings_are_in_order_and_tables_have_captions(room: Newsroom, page: str) -> None:
    """That is how people who listen to a page find their way in it."""
    room.published("GE")
    room.bring(room.queue("TJ"), State.HELD)

    seen = room.see(page)

    assert seen.count("<h1") == 1
    assert seen.index("<h1") < seen.index("<h2") if "<h2" in seen else True
    assert seen.count("<table") == seen.count("<caption")
    assert seen.count("<th ") == seen.count('scope="')
    assert 'href="#main"' in seen
    assert '<html lang="en"' in seen


def test_users_words_never_reach_the_page_as_markup(room: Newsroom) -> None:
    """The console's own sentences are filled with content, braces included."""
    room.bring(room.queue("GE", "{at} <b>bold</b>"), State.HELD, "<i>{why}</i>")

    seen = room.see("/")

    assert escape("{at} <b>bold</b>") in seen
    assert escape("<i>{why}</i>") in seen

"""What the console says, in any language, and the numbers and times that it says it with."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from html import unescape
from typing import TYPE_CHECKING

import pytest

from scheduler.services.showing import moment
from scheduler.web.app import console
from scheduler.web.words import UntranslatableError, Words, city, offset
from tests.scheduler.web.browser import TestClient
from tests.scheduler.web.newsroom import ZONES

if TYPE_CHECKING:
    from tests.scheduler.web.newsroom import Newsroom


class Marked(NullTranslations):
    """A language in which every sentence is the English one in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.mark.parametrize("page", ["/", "/calendar", "/log", "/feed", "/nowhere"])
def test_every_sentence_can_be_translated(room: Newsroom, page: str) -> None:
    """One forgotten sentence is the one that a colleague in Dushanbe cannot read."""
    with TestClient(console(room.desk, Words("xx", Marked())), base_url="http://localhost") as browser:
        seen = browser.get(page).text

    body = re.sub(r"<code>.*?</code>|<[^>]*>", " ", seen.partition("<body")[2])
    while "⟦" in body:
        body = re.sub(r"⟦[^⟦⟧]*⟧", " ", body)
    named = " ".join([*ZONES, *(name for name, _, _ in ZONES.values()), "july World Day UTC"])
    cities = " ".join(city(zone) for _, zone, _ in ZONES.values())
    assert set(re.findall(r"[A-Za-z]{2,}", unescape(body))) - set(f"{named} {cities} class plain".split()) == set()
    assert '<html lang="xx"' in seen


def test_what_missions_wrote_is_never_translated(room: Newsroom) -> None:
    """A post that happens to read like a sentence of ours stays what it is."""
    room.queue("GE", "Today")

    with TestClient(console(room.desk, Words("xx", Marked())), base_url="http://localhost") as browser:
        seen = browser.get("/calendar").text

    assert ">Today</span>" in seen
    assert ">⟦Today⟧</a>" in seen


def test_a_translation_that_lost_a_value_says_which_sentence_it_is() -> None:
    """A translator mends it; a page full of traces helps nobody."""

    class Broken(NullTranslations):
        def gettext(self, message: str) -> str:
            return message.replace("{at}", "{um}")

    with pytest.raises(UntranslatableError, match=r"now \{um\}"):
        Words("xx", Broken())("now {at}", at="12:00")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_780, "1 h 3 min"),
        (90_000, "25 h 0 min"),
        (172_800, "2 days"),
        (-9, "9 s"),
    ],
)
def test_a_span_is_said_in_at_most_two_units(seconds: int, said: str) -> None:
    """ "in 2880 min" makes people reckon."""
    assert Words().span(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Asia/Tbilisi", "+4"), ("Asia/Kolkata", "+5:30"), ("America/St_Johns", "-2:30"), ("Etc/UTC", "+0")],
)
def test_the_distance_from_utc_has_its_half_hours(zone: str, said: str) -> None:
    """Half an hour early is half an hour wrong."""
    clock = moment(datetime(2027, 7, 30, 7, 0, tzinfo=UTC), zone)

    assert offset(clock.local, clock.instant) == said

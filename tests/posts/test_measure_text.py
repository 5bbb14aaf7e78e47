"""How long a text is, in each unit."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posts.limits import TextLimit, Unit
from posts.links import distinct_links, hashtags, web_links
from posts.measure_text import at_most, invalid_characters, measure, overrun
from posts.short_links import short_links

if TYPE_CHECKING:
    from collections.abc import Callable

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
MASTODON = TextLimit(unit=Unit.GRAPHEMES, max=500, link_length=23, short_mentions=True)


def in_unit(unit: Unit, most: int = 10) -> TextLimit:
    return TextLimit(unit=unit, max=most)


@pytest.mark.parametrize(
    ("text", "graphemes", "utf16", "in_bytes", "emoji_bytes"),
    [
        ("", 0, 0, 0, 0),
        ("Hello", 5, 5, 5, 5),
        ("ადამიანი", 8, 8, 24, 8),
        ("Инсон ҷ ӯ ӣ ғ", 13, 13, 22, 13),
        ("Oʻzbek", 6, 6, 7, 6),
        ("e\u0301", 1, 2, 3, 1),
        ("👋", 1, 2, 4, 4),
        (FAMILY, 1, 11, 25, 25),
        ("🇬🇪", 1, 4, 8, 8),
        ("🇬🇪🇺🇿🇹", 3, 10, 20, 17),
        ("1\ufe0f\u20e3", 1, 3, 7, 7),
        ("©", 1, 1, 2, 1),
        ("©\ufe0f", 1, 2, 5, 5),
        ("\r\n", 1, 2, 2, 1),
        ("\ud800", 1, 1, 3, 1),
    ],
)
def test_each_unit_counts_in_its_own_way(
    text: str, graphemes: int, utf16: int, in_bytes: int, emoji_bytes: int
) -> None:
    """A platform that counts otherwise than we do refuses a post that we called short enough."""
    units = (Unit.GRAPHEMES, Unit.UTF16, Unit.BYTES, Unit.EMOJI_BYTES)
    assert [measure(text, in_unit(unit)) for unit in units] == [graphemes, utf16, in_bytes, emoji_bytes]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://iom.int", 23),
        ("https://iom.int/" + "a" * 500, 23),
        ("see https://iom.int/a, today", 34),
        ("(https://iom.int/a_(b))", 25),
        ("https://iom.example/გზა end", 27),
        ("http://localhost:8080/x", 23),
        ("iom.int", 7),
        ("xhttps://iom.int", 16),
        ("ask @iom@social.example now", 12),
        ("ask @iom now", 12),
        ("info@iom.int", 12),
        ("https://social.example/@iom@other.example", 23),
    ],
)
def test_links_cost_23_and_mentions_lose_their_server(text: str, length: int) -> None:
    """Mastodon shortens both (its documentation, read 2026-11-24): officers may use the room that this leaves."""
    assert measure(text, MASTODON) == length


def test_links_and_mentions_cost_their_real_length_where_nothing_shortens_them() -> None:
    """Most platforms shorten nothing; a link must not look cheaper than it is."""
    text = "https://iom.int/about @iom@social.example"
    assert measure(text, in_unit(Unit.GRAPHEMES)) == len(text)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_the_simple_units_agree_with_python(text: str) -> None:
    """Bytes and UTF-16 units have one definition: the encoded length."""
    assert measure(text, in_unit(Unit.BYTES)) == len(text.encode("utf-8", "surrogatepass"))
    assert measure(text, in_unit(Unit.UTF16)) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize("unit", list(Unit))
@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_what_comes_before_the_overrun_fits(unit: Unit, text: str) -> None:
    """The place shown to an officer must be one up to which the text can stay."""
    limit = in_unit(unit)
    place = overrun(text, limit)
    assert (place is None) == (measure(text, limit) <= limit.max)
    assert measure(text[:place], limit) <= limit.max


@pytest.mark.parametrize(
    ("text", "limit", "place"),
    [
        ("ადამიანი", in_unit(Unit.BYTES), 3),
        ("ab" + FAMILY, in_unit(Unit.UTF16), 2),
        ("12345678901", in_unit(Unit.GRAPHEMES), 10),
        ("abc https://iom.int", TextLimit(unit=Unit.GRAPHEMES, max=26, link_length=23), 4),
        (unicodedata.normalize("NFD", "é" * 12), in_unit(Unit.WEIGHTED), 20),
        ("short", in_unit(Unit.WEIGHTED), None),
    ],
)
def test_an_overrun_begins_with_the_first_character_that_does_not_fit(
    text: str, limit: TextLimit, place: int | None
) -> None:
    """Links and joined emoji are not cut in two; the place counts code points of the text as it was written."""
    assert overrun(text, limit) == place


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("fine\n\ttext\r\n", ()),
        ("a\x00\x01b", ((1, 3),)),
        ("\ufeffabc", ((0, 1),)),
        ("a\ud83d b", ((1, 2),)),
        ("a\x85b\x1fc", ((1, 2), (3, 4))),
        ("العربية\u200f و\u200d", ()),
    ],
)
def test_what_no_platform_can_show_is_found(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    """NUL breaks databases, half a surrogate pair breaks JSON; marks of direction are part of Arabic."""
    assert invalid_characters(text, Unit.GRAPHEMES) == spans


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#EndHumanTrafficking now", ["#EndHumanTrafficking"]),
        ("#ადამიანი #Инсон_фурӯшӣ #Oʻzbek #لا_للاتجار", ["#ადამიანი", "#Инсон_фурӯшӣ", "#Oʻzbek", "#لا_للاتجار"]),
        ("＃人口販売", ["＃人口販売"]),
        ("#30 #30July a#b &#x #️⃣ #a#b ##c", ["#30July", "#c"]),
        ("#a://b (#c)", ["#c"]),
    ],
)
def test_hashtags_are_found_in_any_script(text: str, tags: list[str]) -> None:
    """A limit on hashtags holds for Georgian ones too."""
    assert [text[start:end] for start, end in hashtags(text)] == tags


def test_the_same_link_twice_is_one_and_a_bare_domain_is_one_too() -> None:
    """Platforms that limit links count different ones, and make one of a bare domain."""
    assert distinct_links("iom.int https://un.org/a https://un.org/a, iom.int") == {"iom.int", "https://un.org/a"}


HOSTILE = [
    "a.",
    "b_c.com.",
    "https://",
    "https://a(",
    "(",
    "@a@",
    "a.co/(",
    "\u0301",
    "👩\u200d",
    "🇬",
    "vö.",
    "#",
    "é.",
]


@pytest.mark.parametrize("find", [web_links, short_links, hashtags])
@pytest.mark.parametrize("unit", HOSTILE)
def test_finding_is_bounded_on_hostile_text(find: Callable[[str], list[tuple[int, int]]], unit: str) -> None:
    """Anyone may paste a megabyte; what is found never overlaps and stays in order, so that nothing is read twice."""
    spans = find(unit * (200_000 // len(unit)))
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("atom", HOSTILE)
def test_measuring_hostile_text_ends(atom: str, unit: Unit) -> None:
    """Quadratic counting of these would run for minutes and into the time limit of the tests; linear takes moments."""
    text = atom * (100_000 // len(atom))
    assert 0 < measure(text, TextLimit(unit=unit, max=1, link_length=23)) <= 4 * len(text) + 23


@given(
    st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("at.co:/htps @👨‍🇬🇪"))),
    st.sampled_from(list(Unit)),
    st.sampled_from([None, 23]),
)
def test_the_length_found_without_counting_is_never_too_small(text: str, unit: Unit, link: int | None) -> None:
    """A text that is too long must not slip through because it was not counted."""
    limit = TextLimit(unit=unit, max=500, link_length=link)
    assert measure(text, limit) <= at_most(text, limit)

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from posts.cards.errors import CardError, TooLongError
from posts.cards.fonts import FontRuler
from posts.cards.layout import lay_out
from posts.cards.sizes import LINK, PORTRAIT, SIZES, STORY, Size
from posts.cards.templates import DEFAULT, template_of
from posts.model import Quote
from tests.posts.cards.ruler import HalfEmRuler
from tests.posts.cards.samples import QUOTES

if TYPE_CHECKING:
    from posts.cards.operations import Drawing, Write

TEMPLATE = template_of(DEFAULT)
HASHTAG = "#EndHumanTrafficking"


def laid_out(
    quote: Quote, size: Size = PORTRAIT, mission_name: str = "IOM Sampleland", hashtag: str = HASHTAG
) -> Drawing:
    ruler = FontRuler(quote.language)
    return lay_out(quote, size=size, template=TEMPLATE, ruler=ruler, mission_name=mission_name, hashtag=hashtag)


def written(drawing: Drawing) -> str:
    return " ".join(write.text for write in drawing.writes)


def boxes(drawing: Drawing) -> list[tuple[float, float, float, float]]:
    return [
        (w.left_px, w.left_px + w.width_px, w.baseline_px - 0.75 * w.size_px, w.baseline_px) for w in drawing.writes
    ]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_all_text_is_inside_the_card_and_off_what_the_platform_covers(quote: Quote, size: Size) -> None:
    """Only the hanging opening mark may reach into the side margin."""
    drawing = laid_out(quote, size)
    margin, safe = TEMPLATE.margin.sides * size.short_side_px, TEMPLATE.safe_for(size)
    for left, right, top, bottom in boxes(drawing):
        assert left > 0.1 * margin
        assert right <= size.width_px - margin + 1
        assert top >= max(margin, safe.top * size.height_px) - 1
        assert bottom <= (1 - safe.bottom) * size.height_px


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_no_text_lies_on_another(quote: Quote, size: Size) -> None:
    """Words that run into the speaker's name or the hashtag cannot be posted."""
    found = boxes(laid_out(quote, size))
    for number, (left, right, top, bottom) in enumerate(found):
        for left_2, right_2, top_2, bottom_2 in found[number + 1 :]:
            apart = right <= left_2 + 1 or right_2 <= left + 1 or bottom <= top_2 or bottom_2 <= top
            assert apart


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_every_word_is_on_the_card_in_its_own_case(quote: Quote) -> None:
    """A quotation that lost a word is another quotation."""
    drawn = "".join(written(laid_out(quote)).split())
    for text in (quote.words, quote.speaker, quote.role, quote.organisation):
        assert "".join(text.split()) in drawn


def test_the_opening_mark_hangs_out_so_that_the_left_edge_is_straight() -> None:
    """All lines but the mark start at one place."""
    writes = laid_out(QUOTES["ru"], mission_name="", hashtag="").writes
    margin = TEMPLATE.margin.sides * PORTRAIT.short_side_px
    opening = writes[0]
    assert opening.text == "«"
    assert opening.left_px + opening.width_px == pytest.approx(margin)
    assert writes[1].left_px == margin


def test_the_marks_are_in_the_accent_colour() -> None:
    """They frame the words; they are none of them."""
    marks = [write for write in laid_out(QUOTES["ka"]).writes if write.colour == TEMPLATE.colours.accent]
    assert [write.text for write in marks if write.size_px > 40] == ["„", "“"]


def test_the_speaker_stands_out_from_the_role() -> None:
    """Who said it is the second thing that people read."""
    by_text = {write.text: write for write in laid_out(QUOTES["en"]).writes}
    speaker, role = by_text["Sample Speaker"], by_text["Counter-Trafficking Programme Officer, IOM Sampleland"]
    assert (speaker.weight, role.weight) == (700, 400)
    assert speaker.size_px > role.size_px


def test_a_long_role_is_wrapped_and_the_words_get_what_is_left() -> None:
    """Titles in Russian fill three lines; they come before the size of the words."""
    plain, long = QUOTES["en"], replace(QUOTES["en"], role="Senior Officer of the Programme for Everything " * 4)
    assert _words_px(laid_out(long)) < _words_px(laid_out(plain))


def test_a_speaker_alone_and_nobody_at_all_are_fine() -> None:
    """Survivors are often quoted without a name."""
    nobody = Quote(words="Sample: I was believed.", language="en")
    alone = replace(nobody, speaker="Sample Speaker")
    assert "Sample Speaker" in written(laid_out(alone))
    assert written(laid_out(nobody, mission_name="", hashtag="")) == "“ Sample: I was believed. ”"


@pytest.mark.parametrize(
    ("role", "organisation", "shown"),
    [
        ("Officer", "IOM", "Officer, IOM"),
        ("IOM Country Manager", "IOM", "IOM Country Manager"),
        ("Officer", "", "Officer"),
        ("", "IOM", "IOM"),
        ("Officer, IOM, retired", "IOM", "Officer, IOM, retired"),
        ("IOMist", "IOM", "IOMist, IOM"),
    ],
)
def test_an_organisation_that_the_role_names_is_not_said_twice(role: str, organisation: str, shown: str) -> None:
    """Quotations read out of articles keep the words of the role and the organisation too."""
    quote = Quote(words="Sample.", speaker="Sample Speaker", role=role, organisation=organisation, language="en")
    assert shown in [write.text for write in laid_out(quote).writes]


def test_mission_and_hashtag_share_a_line_where_they_can() -> None:
    """On the right the hashtag ends at the margin; where there is no room it goes below."""
    short, tall = laid_out(QUOTES["en"]), laid_out(QUOTES["en"], mission_name="International Organization " * 2)
    assert _write(short, "IOM Sampleland").baseline_px == _write(short, HASHTAG).baseline_px
    right = _write(short, HASHTAG).left_px + _write(short, HASHTAG).width_px
    assert right == pytest.approx(PORTRAIT.width_px - TEMPLATE.margin.sides * PORTRAIT.short_side_px)
    assert _write(tall, HASHTAG).baseline_px > _write(tall, "International Organization " * 2).baseline_px


def test_words_too_long_tell_by_how_much() -> None:
    """`Too long` alone makes an officer cut by guesswork: what is told must be enough, and not far too much."""
    many = [f"word{number}" for number in range(300)]
    with pytest.raises(TooLongError) as caught:
        laid_out(Quote(words=" ".join(many), language="en"), LINK)
    over = caught.value.words_over
    assert f"{caught.value.characters_over} characters ({over} words)" in str(caught.value)
    assert str(LINK) in str(caught.value)
    laid_out(Quote(words=" ".join(many[: -over - 1]), language="en"), LINK)
    with pytest.raises(TooLongError):
        laid_out(Quote(words=" ".join(many[: 2 - over]), language="en"), LINK)


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        (Quote(words="a" * 90), "wider than a card"),
        (Quote(words="Sample.", speaker="x" * 90), "The speaker's name"),
        (Quote(words="Sample.", speaker="Sample", role="role " * 500), "leave no room for the words"),
    ],
)
def test_what_cannot_fit_is_named(quote: Quote, told: str) -> None:
    """The words are not to blame for a title of forty lines."""
    with pytest.raises(TooLongError, match=told):
        laid_out(quote)


@pytest.mark.parametrize("words", ["", "  ", "\u200b", "“”", "— …"])
def test_a_quotation_without_words_is_no_card(words: str) -> None:
    """An empty cell must not become an empty picture."""
    with pytest.raises(CardError, match="no words"):
        laid_out(Quote(words=words))


def test_shorter_words_are_never_smaller() -> None:
    """Fewer words, larger letters: what people expect when they cut."""
    words = ["alpha", "bravo", "gamma", "delta", "sigma", "omega", "kappa", "theta"] * 9
    ruler = HalfEmRuler()
    sizes = []
    for count in (72, 48, 24, 12, 6, 3):
        quote = Quote(words=" ".join(words[:count]), language="en")
        sizes.append(_words_px(lay_out(quote, size=STORY, template=TEMPLATE, ruler=ruler)))
    assert sizes == sorted(sizes)


def _words_px(drawing: Drawing) -> int:
    return max(write.size_px for write in drawing.writes)


def _write(drawing: Drawing, text: str) -> Write:
    return next(write for write in drawing.writes if write.text == text.strip())

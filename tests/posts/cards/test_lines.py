from __future__ import annotations

import pytest

from posts.cards.lines import Box, Fitted, fit, fits, pieces_of

FIVE_WORDS = "alpha bravo gamma delta sigma"


def half_em(text: str) -> float:
    return len(text) / 2


def box(width_px: float, height_px: float, size_min_px: int = 10, size_max_px: int = 40) -> Box:
    return Box(
        width_px=width_px,
        height_px=height_px,
        size_min_px=size_min_px,
        size_max_px=size_max_px,
        space_em=0.5,
        leading=lambda size_px: 1.25 * size_px,
    )


def fitted(text: str, room: Box) -> Fitted:
    found = fit(pieces_of(text, half_em), room)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("width_px", "height_px", "size_px"), [(600, 40, 40), (290, 20, 20), (290, 15, 15), (150, 1000, 40)]
)
def test_the_size_is_as_large_as_width_and_height_allow(width_px: float, height_px: float, size_px: int) -> None:
    """A card is read on a telephone: every pixel of size counts."""
    pieces = pieces_of(FIVE_WORDS, half_em)
    room = box(width_px, height_px)
    assert fits(pieces, room, size_px)
    assert size_px == room.size_max_px or not fits(pieces, room, size_px + 1)
    assert size_px * 0.84 <= fitted(FIVE_WORDS, room).size_px <= size_px


def test_every_line_is_within_the_measure_and_no_word_is_lost() -> None:
    """Words that run off the card, or are dropped, are somebody else's words."""
    text = "one three fifteen a to hundred thousand million — or so they said on that day"
    for width_px in range(120, 600, 40):
        found = fitted(text, box(width_px, 400))
        assert " ".join(found.lines) == text
        assert all(half_em(line) * found.size_px <= width_px for line in found.lines)


def test_the_whole_height_is_within_the_box() -> None:
    """The last line must not run into the speaker's name."""
    for height_px in (60, 90, 150, 300):
        room = box(200, height_px)
        found = fitted(FIVE_WORDS, room)
        assert room.height_of(len(found.lines), found.size_px) <= height_px


def test_nothing_is_returned_where_even_the_smallest_size_does_not_fit() -> None:
    """Below the smallest size nobody can read it: the officer must shorten, we never cut."""
    assert fit(pieces_of(FIVE_WORDS, half_em), box(60, 34)) is None


def test_a_word_wider_than_the_measure_does_not_fit() -> None:
    """No word is ever broken: nobody may mistake where a Georgian or Tajik word can be."""
    assert fit(pieces_of("a" * 50, half_em), box(200, 1000)) is None


@pytest.mark.parametrize("dash", ["—", "–", "-"])
def test_no_line_starts_with_a_dash(dash: str) -> None:
    """A dash at the start of a line reads as a new speaker in Russian and its neighbours."""
    text = f"alpha bravo {dash} gamma delta {dash} sigma omega"
    for width_px in range(100, 500, 20):
        lines = fitted(text, box(width_px, 600)).lines
        assert not any(line.startswith(dash) for line in lines)


def test_a_dash_that_opens_the_text_stays_with_its_word() -> None:
    """A dialogue's first dash is part of the words."""
    assert fitted("— alpha bravo", box(120, 600, size_max_px=20)).lines[0].startswith("— alpha")


def test_a_no_break_space_holds_words_together() -> None:
    """Who typed one meant it."""
    for width_px in range(120, 400, 20):
        lines = fitted("alpha 30\u00a0July bravo gamma", box(width_px, 600)).lines
        assert any("30\u00a0July" in line for line in lines)


def test_the_last_line_is_no_single_word() -> None:
    """A lone last word looks like a mistake, and balanced lines have room for two."""
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    for width_px in range(340, 700, 20):
        lines = fitted(text, box(width_px, 500)).lines
        assert len(lines) == 1 or " " in lines[-1]


def test_lines_are_even() -> None:
    """Greedy breaking would leave the last line short; people see that first."""
    lines = fitted("aaaa bbbb cccc dddd eeee ffff", box(12 * 20, 60, size_min_px=20, size_max_px=20)).lines
    assert lines == ("aaaa bbbb cccc", "dddd eeee ffff")


def test_a_short_word_goes_with_what_follows_where_that_costs_little() -> None:
    """`в`, `и`, `of` at the end of a line make the eye jump."""
    lines = fitted("alpha bravo gamma of delta sigma omega", box(220, 60, size_min_px=20, size_max_px=20)).lines
    assert lines == ("alpha bravo gamma", "of delta sigma omega")


def test_one_word_fits_too() -> None:
    """The shortest quotation is one word."""
    assert fitted("Enough.", box(1000, 100)) == Fitted(size_px=40, lines=("Enough.",))

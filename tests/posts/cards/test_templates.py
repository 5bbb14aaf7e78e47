from __future__ import annotations

from importlib import resources

import pytest

from posts.cards.contrast import READABLE, colour_of, contrast
from posts.cards.errors import TemplateError
from posts.cards.sizes import PORTRAIT, STORY
from posts.cards.templates import DEFAULT, names, read, template_of


def source() -> str:
    file = resources.files("posts") / "cards" / "templates" / DEFAULT / "template.toml"
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#003A8C", "#003a8c", 1.0),
        ("#FFFFFF", "#FF0000", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """Known pairs: #777 on white is the grey that just fails."""
    assert contrast(colour_of(one), colour_of(other)) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("name", names())
def test_every_text_of_every_template_can_be_read(name: str) -> None:
    """One in twelve men sees colours otherwise, and everybody in sunlight."""
    assert all(contrast(*pair) >= READABLE for pair in template_of(name).colours.pairs.values())


def test_a_template_too_poor_in_contrast_is_refused() -> None:
    """Nobody notices at the desk what nobody can read outside."""
    with pytest.raises(TemplateError, match=r"colour\.role on ground has a contrast of 1\.\d"):
        read(source().replace('role = "#D3E4F7"', 'role = "#204A92"'), "pale")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('ground = "#003A8C"', 'ground = "blue"', "colour.ground"),
        ("size_max_u = 8.6", 'size_max_u = "big"', "quote.size_max_u"),
        ("size_max_u = 8.6", "", "quote.size_max_u is missing"),
        ("size_max_u = 8.6", "size_max_u = 8.6\nshadow = 1", "quote.shadow is not known"),
        ("weight = 600", "weight = 900", "quote.weight must be 400 to 700"),
        ("[foot]", "[feet]", "[foot] is missing"),
        ("[foot]", "[foot", "line"),
        ("sides = 0.085", "sides = -1", "margin.sides"),
        ("[language.ka]", "language = 3\n[other.ka]", "language"),
    ],
)
def test_a_broken_template_names_its_key(old: str, new: str, told: str) -> None:
    """Officers write templates; they get the place, not a traceback."""
    assert old in source()
    with pytest.raises(TemplateError) as caught:
        read(source().replace(old, new, 1), "mine")
    assert "mine" in str(caught.value)
    assert told in str(caught.value)


def test_an_unknown_template_lists_those_there_are() -> None:
    """A misspelt name should cost seconds."""
    with pytest.raises(TemplateError, match=DEFAULT):
        template_of("deep-blu")


def test_tall_letters_get_more_air() -> None:
    """Georgian letters go up and down at once: lines set like English ones touch."""
    template = template_of(DEFAULT)
    assert template.quote_in("ka").line_height_small > template.quote_in("en").line_height_small


def test_only_the_story_has_covered_parts() -> None:
    """Its own buttons lie over the lower part; feeds cover nothing."""
    template = template_of(DEFAULT)
    assert template.safe_for(STORY).bottom > 0
    assert template.safe_for(PORTRAIT).bottom == 0

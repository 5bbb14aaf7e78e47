from __future__ import annotations

import pytest

from posts.cards.errors import MissingGlyphError, ScriptError
from posts.cards.fonts import (
    ARMENIAN,
    GEORGIAN,
    LATIN_AND_CYRILLIC,
    WEIGHTS,
    Face,
    FontRuler,
    coverage,
    open_font,
    split_by_face,
)

LETTERS = {
    "Tajik": "ҷӯӣғқҳҶӮӢҒҚҲ",
    "Ukrainian": "іїєґІЇЄҐ’",
    "Belarusian": "ўіёЎІЁ",
    "Uzbek Latin": "ʻʼ‘’",
    "Uzbek Cyrillic": "ўқғҳЎҚҒҲ",
    "Kazakh": "әғқңөұүһіӘҒҚҢӨҰҮҺІ",
    "Azerbaijani": "əğışçöüƏĞİŞÇÖÜ",
    "Romanian": "ăâîșțĂÂÎȘȚ",
    "Georgian": "".join(map(chr, range(0x10D0, 0x10F1))),
    "Georgian capitals": "".join(map(chr, range(0x1C90, 0x1CB1))),
    "Armenian": "ԱաԲբՖֆև։՞",
    "punctuation": "«»„“”‘’—–…!?,.;:()№#@%&0123456789",
}


@pytest.mark.parametrize("letters", LETTERS.values(), ids=LETTERS.keys())
def test_every_letter_of_the_missions_languages_has_a_glyph(letters: str) -> None:
    """A box instead of ҷ on a card of the Tajik mission is an insult."""
    assert "".join(part for _, part in split_by_face(letters)) == letters
    assert all(ord(one) in coverage(face) for face, part in split_by_face(letters) for one in part)


def test_each_script_is_drawn_by_its_own_face() -> None:
    """Georgian letters are in another file than the comma that follows them."""
    assert split_by_face("ხალხი, Мир ու") == [
        (GEORGIAN, "ხალხი"),
        (LATIN_AND_CYRILLIC, ", Мир "),
        (ARMENIAN, "ու"),
    ]


def test_a_letter_keeps_its_accent_in_one_run() -> None:
    """An accent drawn by another font lands beside its letter."""
    assert split_by_face("за\u0301мок") == [(LATIN_AND_CYRILLIC, "за\u0301мок")]


@pytest.mark.parametrize(
    ("text", "character", "told"),
    [
        ("да 😀", "😀", ("😀", "U+1F600", "GRINNING FACE", LATIN_AND_CYRILLIC.name)),
        ("𝓗i", "𝓗", ("U+1D4D7", "MATHEMATICAL BOLD SCRIPT CAPITAL H")),
        ("a\u0007", "\u0007", ("invisible", "U+0007")),
        ("მ\u0301", "\u0301", ("◌\u0301", "COMBINING ACUTE ACCENT", GEORGIAN.name)),
    ],
)
def test_a_character_without_a_glyph_is_named_with_the_font(text: str, character: str, told: tuple[str, ...]) -> None:
    """The officer has to find it in a long text, and may not see it at all."""
    with pytest.raises(MissingGlyphError) as caught:
        split_by_face(text)
    assert caught.value.character == character
    assert all(one in str(caught.value) for one in told)


@pytest.mark.parametrize(
    ("text", "script"), [("مرحبا", "Arabic"), ("שלום", "Hebrew"), ("नमस्ते", "Devanagari"), ("你好", "Cjk")]
)
def test_a_script_that_cannot_be_set_is_named(text: str, script: str) -> None:
    """Arabic drawn from left to right is worse than no card."""
    with pytest.raises(ScriptError, match=script) as caught:
        split_by_face(text)
    assert caught.value.script == script


@pytest.mark.parametrize("weight", [400, 600, 700])
@pytest.mark.parametrize("size_px", [24, 57, 120])
def test_widths_measured_once_hold_at_every_size(weight: int, size_px: int) -> None:
    """All layout is arithmetic on them: an error would push words off the card or apart."""
    text = "Намуна: Ҳар як инсон"
    told = FontRuler("tg").width_em(text, weight) * size_px
    drawn = open_font(LATIN_AND_CYRILLIC, weight, size_px).getlength(text, language="tg")
    assert drawn == pytest.approx(told, rel=0.005)


def test_bolder_is_wider() -> None:
    """A font object that lost its weight would measure everything alike."""
    ruler = FontRuler("en")
    assert ruler.width_em("Sample", 400) < ruler.width_em("Sample", 600) < ruler.width_em("Sample", 700)


@pytest.mark.parametrize("weight", [WEIGHTS.start - 1, WEIGHTS.stop, 900])
def test_a_weight_that_the_face_lacks_is_refused(weight: int) -> None:
    """It would be clamped without a word, and the template would look other than it says."""
    with pytest.raises(ValueError, match="400 to 700"):
        open_font(GEORGIAN, weight, 30)


@pytest.mark.parametrize("tag", ["", "uz-Latn", "ქართული", "x/y"])
def test_any_language_tag_can_be_measured(tag: str) -> None:
    """Sheets hold all sorts of things in that column."""
    assert FontRuler(tag).width_em("abc", 400) > 1


def test_faces_are_known_by_name() -> None:
    """Two files under one name would confuse an error message."""
    faces: tuple[Face, ...] = (LATIN_AND_CYRILLIC, GEORGIAN, ARMENIAN)
    assert len({face.name for face in faces}) == len(faces)

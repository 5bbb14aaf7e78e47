"""Which font draws which character, and how wide words are in it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

import regex
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from PIL import ImageFont

from posts.cards.errors import MissingGlyphError, ScriptError

EM_PX = 1000  # widths are measured at this size; advances of these fonts grow linearly with the size
WEIGHTS = range(400, 701)  # what the files hold; a weight beyond it would be clamped without a word


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A typeface in one file whose weight can be chosen within WEIGHTS."""

    name: str
    file: str


LATIN_AND_CYRILLIC = Face(name="Noto Sans", file="NotoSans[wght].ttf")
GEORGIAN = Face(name="Noto Sans Georgian", file="NotoSansGeorgian[wght].ttf")
ARMENIAN = Face(name="Noto Sans Armenian", file="NotoSansArmenian[wght].ttf")
CHAIN = (LATIN_AND_CYRILLIC, GEORGIAN, ARMENIAN)
_OF_A_SCRIPT = regex.compile(r"[\p{L}--\p{Script=Common}]", regex.V1)
SCRIPTS = ("Latin", "Cyrillic", "Greek", "Georgian", "Armenian")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighbouring characters that one face draws; `width_em` is their advance, kerning included, in ems."""

    text: str
    face: Face
    width_em: float


class Ruler(Protocol):
    """Whatever tells how a text divides into runs and how wide they are."""

    def runs(self, text: str, weight: int) -> tuple[Run, ...]:
        """The text, whole and in order, as runs. Raises MissingGlyphError for a character that no face has."""

    def width_em(self, text: str, weight: int) -> float:
        """The advance of the whole text in ems. Raises as `runs` does."""


class FontRuler:
    """Measures with the real fonts, every text once. For one card and one thread: its font objects are its own."""

    def __init__(self, language: str = ""):
        self._language = shaping_language(language)
        self._fonts: dict[tuple[Face, int], ImageFont.FreeTypeFont] = {}
        self._known: dict[tuple[str, int], tuple[Run, ...]] = {}

    def runs(self, text: str, weight: int) -> tuple[Run, ...]:
        """See Ruler."""
        known = self._known.get((text, weight))
        if known is None:
            known = tuple(self._measured(face, part, weight) for face, part in split_by_face(text))
            self._known[text, weight] = known
        return known

    def width_em(self, text: str, weight: int) -> float:
        """See Ruler."""
        return sum(run.width_em for run in self.runs(text, weight))

    def _measured(self, face: Face, text: str, weight: int) -> Run:
        width_px = self._font(face, weight).getlength(text, language=self._language)
        return Run(text=text, face=face, width_em=width_px / EM_PX)

    def _font(self, face: Face, weight: int) -> ImageFont.FreeTypeFont:
        font = self._fonts.get((face, weight))
        return font or self._fonts.setdefault((face, weight), open_font(face, weight, EM_PX))


def open_font(face: Face, weight: int, size_px: int) -> ImageFont.FreeTypeFont:
    """A font object of its own for every call: one whose weight is changed while another thread draws draws wrongly.

    Raises ValueError for a weight that the face does not have.
    """
    if weight not in WEIGHTS:
        raise ValueError(f"{face.name} has weights {WEIGHTS.start} to {WEIGHTS.stop - 1}, not {weight}")
    font = ImageFont.truetype(_file(face), size_px, layout_engine=ImageFont.Layout.RAQM)
    font.set_variation_by_axes([weight])
    return font


def shaping_language(tag: str) -> str | None:
    """The language part of a tag such as uz-Latn, as fonts want it; None where it is none."""
    language = tag.partition("-")[0].lower()
    return language if language.isascii() and language.isalpha() else None


@cache
def coverage(face: Face) -> frozenset[int]:
    """The code points that the face has a glyph for."""
    with TTFont(_file(face), lazy=True) as font:
        return frozenset(font.getBestCmap())


def split_by_face(text: str) -> list[tuple[Face, str]]:
    """The text as neighbouring parts of one face each; a letter stays with its accents. Raises MissingGlyphError."""
    parts: list[tuple[Face, str]] = []
    for cluster in regex.findall(r"\X", text):
        face = _face_of(cluster, parts[-1][0] if parts else None)
        if parts and parts[-1][0] == face:
            parts[-1] = (face, parts[-1][1] + cluster)
        else:
            parts.append((face, cluster))
    return parts


def _face_of(cluster: str, before: Face | None) -> Face:
    points = {ord(character) for character in cluster}
    for face in (before, *CHAIN) if before else CHAIN:
        if points <= coverage(face):
            return face
    raise _missing(cluster)


def _missing(cluster: str) -> MissingGlyphError:
    face = next((one for one in CHAIN if ord(cluster[0]) in coverage(one)), None)
    character = next(one for one in cluster if face is None or ord(one) not in coverage(face))
    name = unicodedata.name(character, "a character without a name")
    told = f"{_shown(character)} (U+{ord(character):04X}, {name})"
    script = name.split(maxsplit=1)[0].title()
    if _OF_A_SCRIPT.fullmatch(character) and script not in SCRIPTS:
        return ScriptError(
            f"Cards cannot be drawn in the {script} script yet: {told}. They can be in {', '.join(SCRIPTS)}.",
            character=character,
            script=script,
        )
    fonts = face.name if face else ", ".join(one.name for one in CHAIN)
    return MissingGlyphError(
        f"The card's font ({fonts}) lacks the character {told}: write it another way or leave it out.",
        character=character,
    )


def _shown(character: str) -> str:
    """The character as it can be read in a message: an accent on a dotted circle, an invisible one by that word."""
    if unicodedata.combining(character):
        return f"◌{character}"
    return character if character.isprintable() else "invisible"


def _file(face: Face) -> str:
    return str(resources.files("manimgx_fonts") / face.file)

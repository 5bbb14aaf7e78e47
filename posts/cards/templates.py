"""Templates: one TOML file each, in relative units, that serves every size."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from posts.cards.contrast import READABLE, Colour, colour_of, contrast
from posts.cards.errors import TemplateError
from posts.cards.fonts import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from posts.cards.sizes import Size

DEFAULT = "deep-blue"
ON_GROUND, ON_FOOT = ("words", "accent", "speaker", "role"), ("mission", "hashtag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """A template's palette; every text colour can be read on the ground it stands on."""

    ground: Colour
    words: Colour
    accent: Colour
    speaker: Colour
    role: Colour
    foot_ground: Colour
    mission: Colour
    hashtag: Colour

    @property
    def pairs(self) -> Mapping[str, tuple[Colour, Colour]]:
        """Each text colour's name, with the colour and the ground below it."""
        upper = {f"{name} on ground": (getattr(self, name), self.ground) for name in ON_GROUND}
        return upper | {f"{name} on foot_ground": (getattr(self, name), self.foot_ground) for name in ON_FOOT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What stays free around everything, as a share of the card's short side."""

    sides: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteStyle:
    """How the words look: sizes in u, `fill` the share of the free height that they may take.

    `line_height_large` and `line_height_small` are multiples of the size, at the largest and at the smallest one.
    """

    weight: int
    size_max_u: float
    size_min_u: float
    fill: float
    line_height_large: float
    line_height_small: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadStyle:
    """The strip of accent colour along the upper edge: its height in u, 0 for none."""

    strip_u: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionStyle:
    """Who said it: sizes of the two texts, the rule above them, the gaps between words, rule and texts, all in u."""

    speaker_u: float
    role_u: float
    gap_u: float
    rule_width_u: float
    rule_height_u: float
    rule_gap_u: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FootStyle:
    """The band at the bottom: size of its text and the room around it, in u."""

    text_u: float
    padding_u: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """The shares of the height, at the top and at the bottom, that the platform covers with its own buttons."""

    top: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One design, its languages' ways of setting words, and what must stay free in which size."""

    name: str
    colours: Colours
    margin: Margin
    quote: QuoteStyle
    head: HeadStyle
    attribution: AttributionStyle
    foot: FootStyle
    languages: Mapping[str, QuoteStyle]
    safe: Mapping[str, Safe]

    def quote_in(self, language: str) -> QuoteStyle:
        """How words in that language look; scripts with tall letters want more air between lines."""
        return self.languages.get(language.partition("-")[0].lower(), self.quote)

    def safe_for(self, size: Size) -> Safe:
        """What must stay free of text in that size."""
        return self.safe.get(str(size), Safe(top=0.0, bottom=0.0))


def names() -> tuple[str, ...]:
    """The templates that there are, in alphabetical order."""
    return tuple(sorted(one.name for one in _folder().iterdir() if (one / "template.toml").is_file()))


@cache
def template_of(name: str) -> Template:
    """The template of that name. Raises TemplateError for one that is not there, broken or hard to read."""
    if name not in names():
        raise TemplateError(f"there is no card template {name!r}: choose one of {', '.join(names())}.")
    return read((_folder() / name / "template.toml").read_text(encoding="utf-8"), name)


def read(text: str, name: str) -> Template:
    """The template written in `text`; `name` is what errors call it. Raises TemplateError naming the key."""
    try:
        template = _template(tomllib.loads(text))
    except (TypeError, ValueError) as error:
        raise TemplateError(f"card template {name}: {error}: correct its template.toml.") from error
    _readable(template, name)
    return template


def _template(told: Mapping[str, Any]) -> Template:
    quote = _table(told, "quote")
    return Template(
        name=str(told.get("name", "")),
        colours=Colours(**_values(Colours, _table(told, "colour"), "colour", _colour)),
        margin=Margin(**_values(Margin, _table(told, "margin"), "margin", _number)),
        quote=_quote(quote, "quote"),
        head=HeadStyle(**_values(HeadStyle, _table(told, "head"), "head", _number)),
        attribution=AttributionStyle(**_values(AttributionStyle, _table(told, "attribution"), "attribution", _number)),
        foot=FootStyle(**_values(FootStyle, _table(told, "foot"), "foot", _number)),
        languages={key: _quote(quote | one, f"language.{key}") for key, one in told.get("language", {}).items()},
        safe={key: Safe(**_values(Safe, one, f"safe.{key}", _number)) for key, one in told.get("safe", {}).items()},
    )


def _quote(table: Mapping[str, Any], where: str) -> QuoteStyle:
    style = QuoteStyle(**_values(QuoteStyle, table, where, _number))
    if style.weight not in WEIGHTS:
        raise ValueError(f"{where}.weight must be {WEIGHTS.start} to {WEIGHTS.stop - 1}, not {style.weight}")
    return style


def _table(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = told.get(key)
    if not isinstance(table, dict):
        raise ValueError(f"the table [{key}] is missing")  # noqa: TRY004 - what a person wrote, not a type of ours
    return table


def _values(kind: type[Any], table: Mapping[str, Any], where: str, read_one: Callable[[object], Any]) -> dict[str, Any]:
    known = {field.name for field in fields(kind)}
    for key in table:
        if key not in known:
            raise ValueError(f"{where}.{key} is not known; known are {', '.join(sorted(known))}")
    for key in sorted(known - table.keys()):
        raise ValueError(f"{where}.{key} is missing")
    values = {}
    for key, value in table.items():
        try:
            values[key] = read_one(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{where}.{key}: {error}") from error
    return values


def _colour(value: object) -> Colour:
    return colour_of(str(value))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError(f"{value!r} is not a number of 0 or more")
    return value


def _readable(template: Template, name: str) -> None:
    for key, (colour, ground) in template.colours.pairs.items():
        found = contrast(colour, ground)
        if found < READABLE:
            raise TemplateError(
                f"card template {name}: colour.{key} has a contrast of {found:.1f}, "
                f"below the {READABLE} that people need to read it: make it lighter or the ground darker."
            )


def _folder() -> Any:
    return resources.files("posts") / "cards" / "templates"

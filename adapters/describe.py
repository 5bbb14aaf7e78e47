"""docs/platforms.md, written from the adapters' profiles by `make docs`; a test says when it is no longer true."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.contract import Lookup
from adapters.registry import PLATFORMS, profile_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from adapters.contract import Profile
    from posts.limits import Limits, TextLimit, Unit

PAGE = Path("docs/platforms.md")
HEAD = """# Platforms

What each platform carries and promises, as the program knows it: every number with its unit, where it was read and
when. Platforms change them several times a year. `make docs` writes this page from the adapters: change it there.

A post is unclear when it may be out: no whole answer came back. Where a platform can be asked, that settles by itself.
"""
LOOKUPS = {
    Lookup.EXACT: "looked up by its key",
    Lookup.BY_TEXT: "looked up by its text",
    Lookup.NONE: "a person looks",
}
SHORT = {
    "graphemes": "characters as seen",
    "utf16_units": "UTF-16 units",
    "utf8_bytes": "UTF-8 bytes",
    "weighted_code_points": "weighted code points",
    "graphemes_with_emoji_as_bytes": "characters, an emoji its bytes",
    "utf16_units_with_escapes": "UTF-16 units with escapes",
}


def page() -> str:
    """The whole page."""
    known = [profile_of(name) for name in sorted(PLATFORMS)]
    table = _table(
        ("platform", "text", "pictures", "alt text", "unclear", "counts", "deletes"),
        [_summary(one, f"[`{one.platform}`](#{one.platform})") for one in known],
    )
    sections = [line for one in known for line in _section(one)]
    return "\n".join([HEAD, *table, *sections])


def _summary(one: Profile, name: str) -> tuple[str, ...]:
    limits = one.limits
    text = _text(limits.text)
    if limits.text_with_media:
        text += f"; with pictures {_text(limits.text_with_media)}"
    alt = _text((limits.alt_text,)) if limits.alt_text else "no field"
    return (name, text, _pictures(one), alt, _unclear(one), ", ".join(one.metrics) or "none", _yes(one.can_delete))


def _pictures(one: Profile) -> str:
    most, size = one.limits.images_max, one.limits.image_bytes_max
    return f"{most}, {size:,} bytes each" if most and size else str(most)


def _unclear(one: Profile) -> str:
    if one.by_hand:
        return "a person publishes it"
    again = ", sent again if it is not there" if one.resend_after_looks else ""
    return LOOKUPS[one.lookup] + again


def _section(one: Profile) -> Iterator[str]:
    yield from ("", f"## {one.platform}", "", _promises(one), "")
    yield from _table(
        ("what", "value", "unit", "source", "read on", "sure"),
        [
            (fact.name, _number(fact.value), fact.unit or "–", fact.source, f"{fact.read_on}", _yes(fact.sure))
            for fact in one.facts
        ],
    )
    if one.options:
        yield from ("", "Its `options`, each as text:", "")
        yield from _table(
            ("option", "when it is not given", "meaning"),
            [(f"`{own.name}`", f'`"{own.default}"`' if own.default else "none", own.meaning) for own in one.options],
        )


def _promises(one: Profile) -> str:
    lasting = "our key names it for good" if one.lookup is Lookup.EXACT else "it knows no key of ours"
    key = f"it remembers our key for {_span(one.dedupe_for)}" if one.dedupe_for else lasting
    asked = (
        ("a secret", one.needs_secret),
        ("`base_url`", one.needs_base_url),
        ("a public address for its pictures", one.fetches_media),
    )
    needs = [word for word, needed in asked if needed]
    return (
        f"A post that is unclear: {_unclear(one)}; {key}. An account needs {' and '.join(needs) or 'no secret'}"
        f"{', and a public address for films' if one.fetches_films else ''}."
        f" {_comment(one.limits)}"
    )


def _comment(limits: Limits) -> str:
    if limits.comment_ends_thread:
        return "A first comment is the last part of the thread."
    return (
        f"It takes a first comment: {_text(limits.first_comment)}." if limits.first_comment else "It takes no comment."
    )


def _text(limits: Sequence[TextLimit]) -> str:
    return " and ".join(f"{one.max:,} {_unit(one.unit)}{_link(one)}" for one in limits)


def _link(one: TextLimit) -> str:
    return f", any link {one.link_length}" if one.link_length is not None else ""


def _unit(unit: Unit) -> str:
    return SHORT[unit.value]


def _span(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.seconds // 3600} h"


def _number(value: str) -> str:
    return f"{int(value):,}" if value.isascii() and value.isdigit() else value


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *lines)]


def main() -> None:
    """The page is written where it belongs, below the folder that is given or the current one."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
    (folder / PAGE).write_text(f"{page()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

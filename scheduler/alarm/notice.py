"""One message to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

SIGNED = "july30: "
TITLES_MAX = 3
BODY_LENGTH_MAX = 3_000  # longer ones are read by nobody, and refused by some channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A title that says it all at a glance, and lines: what happened, who must act, by when, what to type."""

    title: str
    lines: tuple[str, ...]

    @property
    def body(self) -> str:
        """The lines as one text, cut where a channel would refuse it whole."""
        text = "\n".join(self.lines)
        return text if len(text) <= BODY_LENGTH_MAX else f"{text[: BODY_LENGTH_MAX - 1]}…"


def together(notices: Collection[Notice], left_out: int = 0) -> Notice:
    """One message that says what these would have said, the oldest first; `left_out` older ones are only counted."""
    if len(notices) == 1 and not left_out:
        return next(iter(notices))
    first = [one.title.removeprefix(SIGNED) for one in notices][:TITLES_MAX]
    rest = len(notices) + left_out - len(first)
    more = [f"{left_out} older alerts are left out: july30 status says what still holds."] if left_out else []
    lines = [line for one in notices for line in (f"== {one.title}", *one.lines, "")]
    title = SIGNED + "; ".join(first) + (f", and {rest} alerts more" if rest else "")
    return Notice(title=title, lines=(*more, *lines))

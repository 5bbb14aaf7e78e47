"""The columns of our own spreadsheet, and finding them in a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from posts.intake.draft import SheetError
from posts.intake.table import as_text, is_blank, unpostable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from posts.intake.table import Line, Value

COLUMNS = (
    *("id", "mission", "account", "platform", "date", "time", "kind", "not_after", "language", "text", "link"),
    *("media", "alt_text", "quote", "speaker", "role", "consent", "first_comment", "status", "notes", "organisation"),
)
TEXT_FOR = "text:"  # and a platform's name: the words that replace the text there
_LOOK_AT_LINES = 10
_HEADER_NAMES_MIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Which column of a file holds what, counted from 0; `others` are unknown columns and what they are called."""

    line: Line
    known: Mapping[str, int]
    others: Mapping[int, str]

    @property
    def texts_for(self) -> Mapping[str, str]:
        """The columns of texts for one platform alone, by the platform's name."""
        return {name.removeprefix(TEXT_FOR): name for name in self.known if name.startswith(TEXT_FOR)}

    def repeated_in(self, line: Line) -> bool:
        """Whether the line is this header once more."""
        return _names(line.values) == _names(self.line.values)


def known_names(values: Sequence[Value]) -> int:
    """How many of the values are names of our columns."""
    return sum(is_ours(name) for name in _names(values))


def is_ours(name: str) -> bool:
    """Whether a column of that name is one of a plan."""
    return name in COLUMNS or (name.startswith(TEXT_FOR) and name != TEXT_FOR)


def find_header(lines: Sequence[Line]) -> Line | None:
    """The first of the leading lines that names at least two of our columns; None if no line does."""
    return next((line for line in lines[:_LOOK_AT_LINES] if known_names(line.values) >= _HEADER_NAMES_MIN), None)


def read_header(file: Path, lines: Sequence[Line], *, default_mission: str | None) -> Header:
    """The columns of a file. Raises SheetError if there is no header, a name is twice or a required one is missing."""
    line = find_header(lines)
    if line is None:
        raise SheetError(f"{file}: no row names our columns. {_expected()}")
    names = _names(line.values)
    _refuse_twice(file, names)
    _refuse_missing(file, names, default_mission=default_mission)
    known = {name: index for index, name in enumerate(names) if is_ours(name)}
    others = {index: as_text(line.values[index]).strip() for index, name in enumerate(names) if not is_ours(name)}
    for name in others.values():
        if bad := unpostable(name):
            raise SheetError(
                f"{file}: a column's name holds the character {bad}, which cannot be kept: retype the name."
            )
    return Header(line=line, known=known, others=others)


def _names(values: Sequence[Value]) -> list[str]:
    names = ["" if is_blank(value) else as_text(value).strip().casefold() for value in values]
    return [f"{TEXT_FOR}{name.removeprefix(TEXT_FOR).strip()}" if name.startswith(TEXT_FOR) else name for name in names]


def _refuse_twice(file: Path, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1 and is_ours(name)]
    if twice:
        raise SheetError(f"{file}: more than one column is called {', '.join(twice)}: keep one of them.")


def _refuse_missing(file: Path, names: Sequence[str], *, default_mission: str | None) -> None:
    missing = [name for name in ("date", "time") if name not in names]
    if not {"text", "media"} & set(names):
        missing.append("text (or media)")
    if "mission" not in names and default_mission is None:
        missing.append("mission (or say which mission the whole file is for)")
    if missing:
        raise SheetError(f"{file}: these columns are missing: {', '.join(missing)}. {_expected()}")


def _expected() -> str:
    return f"Expected are: {', '.join(COLUMNS)}; in any order; date, time, mission and text or media are needed."

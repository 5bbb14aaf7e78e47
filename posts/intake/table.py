"""A spreadsheet before anybody asks what it means: lines of values, and the limits it must keep."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.datetime import WINDOWS_EPOCH

ROWS_MAX = 5_000
COLUMNS_MAX = 60
CELL_CHARACTERS_MAX = 20_000
FILE_BYTES_MAX = 50 * 1024 * 1024

Value = str | bool | int | float | datetime | date | time | timedelta | None

_UNPOSTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Strike(StrEnum):
    """How much of a line is struck through."""

    NONE = "none"
    PART = "part"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it stands: `number` is the spreadsheet program's; `formulas` are columns (from 0) with formulas."""

    number: int
    values: tuple[Value, ...]
    hidden: bool = False
    strike: Strike = Strike.NONE
    formulas: frozenset[int] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether nobody can see anything in it."""
        return all(is_blank(value) for value in self.values) and not self.formulas


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All lines that are not empty, in order.

    `epoch` is day 0 of serial dates; `notices` is what was left unread; `can_shift` is whether a delimiter that nobody
    quoted moves the cells after it.
    """

    lines: tuple[Line, ...]
    epoch: datetime = WINDOWS_EPOCH
    notices: tuple[str, ...] = ()
    can_shift: bool = False


def is_blank(value: Value) -> bool:
    """Whether a cell looks empty: nothing in it, or only white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def as_text(value: Value) -> str:
    """The value in words: whole numbers without a fraction, dates in ISO form, line ends as a line feed."""
    match value:
        case None:
            return ""
        case str():
            return with_line_feeds(value)
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.isoformat(" ")
        case _:
            return str(value)


def with_line_feeds(text: str) -> str:
    """The text with every line end written as one line feed, as both file formats give it back."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unpostable(text: str) -> str:
    """The name of the first character that no platform and no database can hold, as "U+0000"; empty if there is none.

    Those are control characters but tab and line ends, halves of surrogate pairs, U+FFFE and U+FFFF.
    """
    found = _UNPOSTABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def cell_name(column: int, row: int) -> str:
    """The cell as spreadsheet programs name it; `column` counts from 0, `row` from 1."""
    return f"{get_column_letter(column + 1)}{row}"

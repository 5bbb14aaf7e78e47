"""A csv file as a Table."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from typing import TYPE_CHECKING

from posts.intake.columns import known_names
from posts.intake.draft import SheetError
from posts.intake.table import ROWS_MAX, Line, Table

if TYPE_CHECKING:
    from pathlib import Path

_DELIMITERS = (",", ";", "\t")
_LOOK_AT_LINES = 10
_LINES_MAX = 1_048_576  # as many as a spreadsheet program has
_GUARDED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
_DANGEROUS = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UNDEFINED_IN_1251 = 0x98


def read_csv(file: Path, data: bytes) -> Table:
    """The file's lines; rows are numbered as a spreadsheet program shows them, also where a cell has several lines.

    UTF-8 with or without a byte order mark; commas, semicolons or tabs. One guarding quote is taken off each cell that
    has one, see `guard`. Raises SheetError for another encoding, an empty file, an unclosed quote or too many rows.
    """
    text = _decode(file, data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    lines = []
    try:
        for number, cells in enumerate(reader, start=1):
            line = Line(number=number, values=tuple(unguard(cell) for cell in cells))
            if not line.empty:
                lines.append(line)
            if len(lines) > ROWS_MAX + _LOOK_AT_LINES or number > _LINES_MAX:
                raise SheetError(f"{file}: more than {ROWS_MAX} rows: split the file into smaller ones.")
    except csv.Error as error:
        raise SheetError(
            f"{file}: near line {reader.line_num} the quotes do not add up ({error}): "
            "a cell with a quote in it must be quoted, and its own quotes doubled."
        ) from error
    return Table(lines=tuple(lines), can_shift=True)


def guard(cell: str) -> str:
    """The cell as it may stand in a csv file: a quote before anything that a spreadsheet program would calculate.

    A cell that begins with quotes and then such a character gets one more, so that `unguard` gives back any cell.
    """
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell without the one quote that `guard` put before it."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _decode(file: Path, data: bytes) -> str:
    if not data.strip():
        raise SheetError(f"{file}: the file is empty.")
    if data.startswith(_UTF16_MARKS) or b"\0" in data[:2]:
        raise SheetError(f'{file}: this is UTF-16 ("Unicode Text"): save it as "CSV UTF-8".')
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SheetError(
            f'{file}: line {line} is not UTF-8{_perhaps_1251(data)}: save it as "CSV UTF-8" or as xlsx.'
        ) from error


def _perhaps_1251(data: bytes) -> str:
    high = [byte for byte in data if byte > 0x7F]
    cyrillic = sum(byte >= 0xC0 for byte in high)
    likely = _UNDEFINED_IN_1251 not in high and cyrillic > 0.8 * len(high)
    return " (it looks like Windows-1251)" if likely else ""


def _delimiter(text: str) -> str:
    return max(_DELIMITERS, key=lambda delimiter: _names_with(text, delimiter))


def _names_with(text: str, delimiter: str) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return max((known_names(cells) for cells in islice(reader, _LOOK_AT_LINES)), default=0)
    except csv.Error:
        return 0

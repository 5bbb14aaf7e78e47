"""Writing our own spreadsheet so that reading it back changes nothing, and no program calculates with it."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from posts.intake.columns import COLUMNS, TEXT_FOR, is_ours
from posts.intake.csv_rows import guard
from posts.intake.draft import SheetError
from posts.intake.table import CELL_CHARACTERS_MAX, ROWS_MAX, unpostable, with_line_feeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_EXCEL_CELL_UNITS_MAX = 32_767  # UTF-16 units in one cell, support.microsoft.com "Excel specifications and limits"
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_AS_TEXT = "@"


def write_plan(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """The rows are in the file, as xlsx or csv by its suffix, under the columns that `COLUMNS` names and those of
    texts for one platform alone that any row has.

    Every cell is text. Line ends become line feeds, cells of only white space read back as empty; every other text is
    read back as it was given, short words such as ids without white space around. An earlier file is
    replaced only when the new one is whole. Raises SheetError, and writes nothing, for a column that is not ours, a
    character that no file can hold, a text too long to be read back, or another suffix.
    """
    writer = {".xlsx": _xlsx, ".csv": _csv}.get(path.suffix.casefold())
    if writer is None:
        raise SheetError(f"{path}: a plan is written as .xlsx or .csv: choose one of these names.")
    rows = list(rows)
    columns = _columns(rows)
    data = writer([columns, *_checked(path, rows, columns)])
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SheetError(f"{path}: the file cannot be written ({error}).") from error


def _columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Texts for one platform alone stand right of the text."""
    own = sorted({name for row in rows for name in row if name.startswith(TEXT_FOR)})
    after = COLUMNS.index("text") + 1
    return [*COLUMNS[:after], *own, *COLUMNS[after:]]


def _checked(path: Path, rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> list[list[str]]:
    lines = []
    for number, row in enumerate(rows, start=2):
        if unknown := [name for name in row if not is_ours(name)]:
            raise SheetError(f"{path}: row {number} has columns that a plan has not: {', '.join(sorted(unknown))}.")
        lines.append([_checked_cell(f"{path}: row {number}, {name}", row.get(name, "")) for name in columns])
    if len(lines) > ROWS_MAX:
        raise SheetError(f"{path}: {len(lines)} rows, more than {ROWS_MAX}: write one file for each mission.")
    return lines


def _checked_cell(place: str, text: str) -> str:
    if bad := unpostable(text):
        raise SheetError(f"{place}: the character {bad} cannot be written: correct the post.")
    if len(text) > CELL_CHARACTERS_MAX or len(text.encode("utf-16-le")) // 2 > _EXCEL_CELL_UNITS_MAX:
        raise SheetError(f"{place}: {len(text)} characters are too many for a cell: shorten the post.")
    return with_line_feeds(text)


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    """RFC 4180, every cell quoted, with the byte order mark without which Excel takes UTF-8 for something else."""
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([guard(cell) for cell in line] for line in lines)
    return stream.getvalue().encode("utf-8-sig")


def _xlsx(lines: Sequence[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("plan")
    sheet.freeze_panes = "A2"
    for line in lines:
        sheet.append([_text_cell(sheet, text) for text in line])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell | None:
    """A cell that stays text, also when somebody edits it; None for an empty one."""
    if not text:
        return None
    cell: Cell = WriteOnlyCell(sheet, _LOOKS_ESCAPED.sub("_x005F_", text))
    cell.data_type = "s"
    cell.number_format = _AS_TEXT
    return cell

"""An xlsx file as a Table."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock

from posts.intake.columns import find_header
from posts.intake.draft import SheetError
from posts.intake.slim import slim
from posts.intake.table import Line, Strike, Table, Value, is_blank
from posts.intake.unzip import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_NOT_READ = ("docProps/", "xl/worksheets/_rels/")
_ESCAPED = re.compile("_x(005F|00[01][0-9A-F])_")
_BROKEN = (AttributeError, IndexError, KeyError, OSError, OverflowError, SyntaxError, TypeError, ValueError)


def read_xlsx(file: Path, data: bytes) -> Table:
    """The lines of the one visible sheet that names our columns; other filled sheets are named in the notices.

    Formulas count with the result that was last saved. Raises SheetError for anything that is no plain, whole xlsx of
    bearable size, and where two sheets look like plans.
    """
    parts, formulas, struck_words = _slimmed(file, unpack(file, data))
    packed = _packed(parts)
    book = _load(file, packed, rich_text=struck_words)
    sheet, others = _plan_of(file, book)
    written_as = _load(file, packed, data_only=False)[sheet.title] if formulas else None
    return Table(
        lines=tuple(_lines(sheet, written_as)),
        epoch=book.epoch,
        notices=tuple(f'The sheet "{other}" was not read: only the plan is.' for other in others),
    )


def _slimmed(file: Path, parts: Mapping[str, bytes]) -> tuple[dict[str, bytes], bool, bool]:
    """What is worth reading, whether there are formulas, and whether single words may be struck through."""
    kept, formulas = {}, False
    for name, content in parts.items():
        if name.startswith(_NOT_READ):
            continue
        kept[name] = content
        if b"sheetData" in content:
            kept[name], has_formulas = _slim(file, content)
            formulas = formulas or has_formulas
    said = [content for name, content in kept.items() if "sharedStrings" in name or b"sheetData" in content]
    return kept, formulas, any(b"strike" in content for content in said)


def _slim(file: Path, content: bytes) -> tuple[bytes, bool]:
    try:
        return slim(content)
    except SheetError as error:
        raise SheetError(f"{file}: {error}") from error
    except expat.ExpatError as error:
        raise _broken(file, error) from error


def _packed(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _load(file: Path, packed: bytes, *, data_only: bool = True, rich_text: bool = False) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of formatting that it drops, which nobody here looks at
            return load_workbook(io.BytesIO(packed), data_only=data_only, rich_text=rich_text, keep_links=False)
    except _BROKEN as error:
        raise _broken(file, error) from error


def _broken(file: Path, error: Exception) -> SheetError:
    why = str(error).partition("\n")[0] or type(error).__name__
    return SheetError(f"{file}: the workbook cannot be read ({why}): open it and save it again as .xlsx.")


def _plan_of(file: Path, book: Workbook) -> tuple[Worksheet, list[str]]:
    """The sheet to read, and the names of the other filled ones."""
    filled = [sheet for sheet in book.worksheets if _cells(sheet)]
    if not filled:
        raise SheetError(f"{file}: the workbook is empty.")
    visible = [sheet for sheet in filled if sheet.sheet_state == "visible"]
    plans = [sheet for sheet in visible if find_header(list(_lines(sheet, None)))]
    if len(plans) > 1:
        names = ", ".join(f'"{sheet.title}"' for sheet in plans)
        raise SheetError(f"{file}: more than one sheet is a plan: {names}: save each as a file of its own.")
    sheet = (plans or visible or filled)[0]
    return sheet, [other.title for other in filled if other is not sheet]


def _cells(sheet: Worksheet) -> Mapping[tuple[int, int], Any]:
    return sheet._cells  # noqa: SLF001 - the public ways walk a whole rectangle, a billion cells for two far apart


def _lines(sheet: Worksheet, written_as: Worksheet | None) -> Iterator[Line]:
    """The lines that are not empty, in order."""
    rows: dict[int, dict[int, Any]] = {}
    for (row, column), cell in _cells(sheet).items():
        rows.setdefault(row, {})[column] = cell
    for number in sorted(rows):
        line = _line(sheet, number, rows[number], written_as)
        if not line.empty:
            yield line


def _line(sheet: Worksheet, number: int, cells: Mapping[int, Any], written_as: Worksheet | None) -> Line:
    formulas = frozenset(column - 1 for column in cells if written_as and _data_type(written_as, number, column) == "f")
    said = [column for column, cell in cells.items() if not is_blank(_value(cell)) or column - 1 in formulas]
    values = [_value(cells[column]) if column in cells else None for column in range(1, max(said, default=0) + 1)]
    return Line(
        number=number,
        values=tuple(values),
        hidden=bool(sheet.row_dimensions[number].hidden),
        strike=_together([_strike(cells[column]) for column in said]),
        formulas=formulas,
    )


def _data_type(sheet: Worksheet, row: int, column: int) -> str:
    cell = _cells(sheet).get((row, column))
    return "" if cell is None else str(cell.data_type)


def _value(cell: Any) -> Value:
    """What the cell says, without the escapes that xlsx uses for characters that XML cannot hold."""
    value: Value = str(cell.value) if isinstance(cell.value, CellRichText) else cell.value
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return value


def _strike(cell: Any) -> Strike:
    if cell.font.strike:
        return Strike.ALL
    runs = cell.value if isinstance(cell.value, CellRichText) else ()
    said = [run for run in runs if str(run).strip()]
    struck = [Strike.ALL if isinstance(run, TextBlock) and run.font.strike else Strike.NONE for run in said]
    return _together(struck)


def _together(strikes: list[Strike]) -> Strike:
    found = set(strikes)
    if len(found) == 1:
        return found.pop()
    return Strike.PART if found else Strike.NONE

"""A worksheet without what costs and says nothing: empty formatted rows, merged ranges, drawings, extensions."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from posts.intake.draft import SheetError
from posts.intake.table import COLUMNS_MAX, ROWS_MAX

_CELLS_MAX = (ROWS_MAX + 1) * COLUMNS_MAX
_CONTENT = ("v", "is", "f")


def slim(worksheet: bytes) -> tuple[bytes, bool]:
    """The worksheet's XML with only its filled rows, and whether any cell is a formula.

    A million empty formatted rows, or one range merged over a whole sheet, would otherwise cost minutes and gigabytes.
    Raises SheetError (without a file's name) if more is left than a plan may have, expat.ExpatError for broken XML.
    """
    scan = _Scan(worksheet)
    if scan.data_tag == "":
        return worksheet, False
    if scan.filled_rows > ROWS_MAX + 1 or scan.cells > _CELLS_MAX:
        raise SheetError(f"a sheet has more than {ROWS_MAX} rows or {_CELLS_MAX} cells: split it into smaller files.")
    head = worksheet[: scan.data_start]
    rows = b"".join(worksheet[start:end] for start, end in scan.kept)
    tail = f"</{scan.data_tag}></{scan.root_tag}>"
    return b"".join((head, f"<{scan.data_tag}>".encode(), rows, tail.encode())), scan.formulas


@dataclass(slots=True)
class _Scan:
    """Where the filled rows of a worksheet lie, in bytes. Rows stay if one of them has no number of its own."""

    worksheet: bytes
    root_tag: str = ""
    data_tag: str = ""
    data_start: int = 0
    cells: int = 0
    filled_rows: int = 0
    formulas: bool = False
    kept: list[tuple[int, int]] = field(default_factory=list)
    _parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)
    _row_start: int = -1
    _row_cells: int = 0
    _filled: bool = False
    _numbered: bool = True

    def __post_init__(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.Parse(self.worksheet, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if not self.root_tag:
            self.root_tag = name
        elif local == "row":
            self._close_row()
            self._row_start = self._parser.CurrentByteIndex
            self._numbered = self._numbered and "r" in attributes
        elif local == "sheetData":
            self.data_tag, self.data_start = name, self._parser.CurrentByteIndex
        elif local == "c":
            self._row_cells += 1
        elif local in _CONTENT:
            self._filled = True
            self.formulas = self.formulas or local == "f"

    def _end(self, name: str) -> None:
        if name == self.data_tag:
            self._close_row()

    def _close_row(self) -> None:
        """The row before the parser's place is kept if it says anything, or if its place alone counts."""
        if self._row_start >= 0 and (self._filled or not self._numbered):
            self.kept.append((self._row_start, self._parser.CurrentByteIndex))
            self.filled_rows += 1
            self.cells += self._row_cells
        self._row_start, self._row_cells, self._filled = -1, 0, False

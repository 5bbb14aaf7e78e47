"""Our own spreadsheet, csv or xlsx, → rows with verdicts. Without a clock: past times are judged elsewhere."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from posts.intake.attach import Folder
from posts.intake.cells import Context
from posts.intake.columns import read_header
from posts.intake.csv_rows import read_csv
from posts.intake.draft import CellProblem, Row, Sheet, SheetError, Verdict
from posts.intake.row import read_row
from posts.intake.table import COLUMNS_MAX, FILE_BYTES_MAX, ROWS_MAX, Strike, cell_name
from posts.intake.twice import Twice
from posts.intake.unzip import is_workbook
from posts.intake.when import decide_order
from posts.intake.xlsx_rows import read_xlsx
from posts.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from posts.intake.columns import Header
    from posts.intake.table import Line, Table, Value
    from posts.model import Account, Mission


def read_sheet(
    path: Path,
    missions: Mapping[str, Mission],
    accounts: Sequence[Account],
    *,
    default_mission: str | None = None,
    day_first: bool | None = None,
) -> Sheet:
    """Every row of the file with its verdict; one bad row neither blocks the others nor vanishes.

    `missions` is by code; `default_mission` stands in for an empty mission cell. `day_first` settles 07/08/2027 where
    the file's own dates do not; None: the Sheet then asks, and such rows get no draft. Texts come back as written, line
    ends as line feeds, cells of only white space as empty. Raises SheetError if the file cannot be read at all or its
    columns are not ours.
    """
    data = _read(path)
    table = read_xlsx(path, data) if is_workbook(path, data) else read_csv(path, data)
    header = read_header(path, table.lines, default_mission=default_mission)
    lines = [line for line in table.lines if line.number > header.line.number]
    _refuse_too_many(path, lines, header)
    order = decide_order(_dates(lines, header), day_first=day_first)
    context = Context(
        header=header,
        order=order,
        epoch=table.epoch,
        can_shift=table.can_shift,
        folder=Folder(path=path.parent),
        missions=missions,
        accounts=accounts,
        default_mission=default_mission,
    )
    questions = ({"code": "day_or_month", "message": order.question},) if order.question else ()
    return Sheet(
        file=path,
        sha256=hashlib.sha256(data).hexdigest(),
        rows=(*_before(table, header), *_rows(lines, context)),
        questions=questions,
    )


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise SheetError(f"{path}: there is no such file.")
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise SheetError(f"{path}: the file cannot be read ({error}).") from error
    if len(data) > FILE_BYTES_MAX:
        raise SheetError(f"{path}: the file has more than {FILE_BYTES_MAX // 1024 // 1024} MB.")
    return data


def _refuse_too_many(path: Path, lines: Sequence[Line], header: Header) -> None:
    if len(lines) > ROWS_MAX:
        raise SheetError(f"{path}: {len(lines)} rows, more than {ROWS_MAX}: split the file into smaller ones.")
    width = max(len(line.values) for line in (header.line, *lines))
    if width > COLUMNS_MAX:
        raise SheetError(f"{path}: {width} columns, more than {COLUMNS_MAX}: delete those that are not of the plan.")


def _dates(lines: Sequence[Line], header: Header) -> Iterator[Value]:
    for line in lines:
        for name in ("date", "not_after"):
            index = header.known.get(name)
            if index is not None and index < len(line.values) and not _skipped(line, header):
                yield line.values[index]


def _before(table: Table, header: Header) -> Iterator[Row]:
    """What stands above the header, and what the file holds besides the plan: said, not read."""
    for line in table.lines:
        if line.number < header.line.number:
            yield _skip(line.number, "above_header", "It stands above the header, so it is no post.")
    for notice in table.notices:
        yield _skip(header.line.number, "other_sheet", notice)


def _rows(lines: Sequence[Line], context: Context) -> Iterator[Row]:
    twice = Twice()
    previous = context.header.line.number
    for line in lines:
        if line.number > previous + 1:
            yield _skip(previous + 1, "empty", "empty")
        previous = line.number
        why = _skipped(line, context.header)
        yield _skip(line.number, *why) if why else twice.checked(read_row(line, context), line, context)


def _skipped(line: Line, header: Header) -> tuple[str, str] | None:
    if header.repeated_in(line):
        return "second_header", "a second header"
    if line.strike is Strike.ALL:
        return "cancelled", "cancelled by strike-through"
    return None


def _skip(number: int, code: str, why: str) -> Row:
    problem = CellProblem(code=code, level=Level.WARN, cell=cell_name(0, number), message=why)
    return Row(number=number, verdict=Verdict.SKIPPED, problems=(problem,))

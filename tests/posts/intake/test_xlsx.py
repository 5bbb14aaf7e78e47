from __future__ import annotations

import io
import re
import time as clock
import zipfile
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from posts.intake.draft import SheetError, Verdict
from posts.model import Level
from tests.posts.intake.plans import codes, read, workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = ("id", "mission", "date", "time", "text", "not_after", "remark")


def line(number: int = 1, /, **cells: object) -> list[object]:
    post: dict[str, object] = {"id": f"a{number}", "mission": "GE", "date": "2027-07-30", "time": f"{number:02}:00"}
    return [(post | {"text": f"words {number}"} | cells).get(name) for name in HEADER]


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("2027-07-30", "09:30"),
        (date(2027, 7, 30), time(9, 30)),
        (datetime(2027, 7, 30), timedelta(hours=9, minutes=30)),  # noqa: DTZ001 - spreadsheets know no zones
        (46598, 9.5 / 24),
        (46598.0, "0,395833333"),
    ],
)
def test_dates_and_times_are_read_however_the_cell_holds_them(tmp_path: Path, day: object, hour: object) -> None:
    """The same moment looks the same on the screen whether it is a text, a date cell or a bare number."""
    workbook(tmp_path / "p.xlsx", [HEADER, line(date=day, time=hour)])
    [row] = read(tmp_path / "p.xlsx").rows
    assert row.draft is not None, row.problems
    assert (row.draft.local_date, row.draft.local_time) == (date(2027, 7, 30), time(9, 30))


def test_workbooks_that_count_from_1904_name_the_same_day(tmp_path: Path) -> None:
    """Old Macs count days from 1904: four years and a day off if forgotten."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    for cells in (HEADER, line(date=45136)):
        book.worksheets[0].append(cells)
    book.save(tmp_path / "p.xlsx")
    [row] = read(tmp_path / "p.xlsx").rows
    assert row.draft is not None, row.problems
    assert row.draft.local_date == date(2027, 7, 30)


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        ({"date": datetime(2027, 7, 30, 9)}, "date_with_time", "C2"),  # noqa: DTZ001 - spreadsheets know no zones
        ({"date": True}, "bad_date", "C2"),
        ({"date": 9e15}, "bad_date", "C2"),
        ({"time": date(2027, 7, 30)}, "bad_time", "D2"),
        ({"time": 9}, "bad_time", "D2"),
        ({"text": "=1+1"}, "formula", "E2"),
    ],
)
def test_cells_of_the_wrong_type_need_fixing(tmp_path: Path, cells: dict[str, object], code: str, cell: str) -> None:
    """What cannot be meant is asked back, not bent into shape."""
    workbook(tmp_path / "p.xlsx", [HEADER, line(**cells)])
    [row] = read(tmp_path / "p.xlsx").rows
    assert (row.verdict, (code, cell) in codes(row)) == (Verdict.NEEDS_FIXING, True), row.problems


def test_numbers_and_unnamed_columns_are_kept_as_words(tmp_path: Path) -> None:
    """A number stays the number that was seen, and a remark beside the table stays a remark."""
    workbook(tmp_path / "p.xlsx", [HEADER, [*line(id=12.0, text=2027, remark=0.5), "aside"]])
    [row] = read(tmp_path / "p.xlsx").rows
    assert row.draft is not None
    assert (row.draft.row_key, row.draft.text, row.draft.notes) == ("12", "2027", "remark: 0.5\ncolumn H: aside")


def test_a_hidden_row_counts_and_is_warned_of(tmp_path: Path) -> None:
    """A filter left on hides rows that their author forgot; silence would post or lose them unseen."""
    book = workbook(tmp_path / "p.xlsx", [HEADER, line(1), line(2)])
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(tmp_path / "p.xlsx")
    row = read(tmp_path / "p.xlsx").rows[1]
    assert (row.verdict, codes(row), row.problems[0].level) == (Verdict.READY, [("hidden", "A3")], Level.WARN)


def test_a_row_struck_through_is_cancelled_and_one_partly_struck_is_asked_about(tmp_path: Path) -> None:
    """Striking through is how officers cancel; half a strike is no decision."""
    book = workbook(tmp_path / "p.xlsx", [HEADER, line(1), line(2), line(3)])
    sheet = book.worksheets[0]
    for cell in sheet[2]:
        cell.font = Font(strike=True)
    sheet["E3"].font = Font(strike=True)
    book.save(tmp_path / "p.xlsx")
    rows = read(tmp_path / "p.xlsx").rows
    assert [row.verdict.value for row in rows] == ["skipped", "needs_fixing", "ready"]
    assert rows[0].problems[0].message == "cancelled by strike-through"
    assert codes(rows[1]) == [("struck", "A3")]


@pytest.mark.parametrize("shared", [False, True])
def test_a_single_struck_word_is_asked_about(tmp_path: Path, shared: bool) -> None:
    """A word that somebody struck out must not be published."""
    book = workbook(tmp_path / "p.xlsx", [HEADER, line(1)])
    book.worksheets[0]["E2"] = CellRichText("Call ", TextBlock(InlineFont(strike=True), "the old number"))
    book.save(tmp_path / "p.xlsx")
    if shared:
        _with_shared_strings(tmp_path / "p.xlsx")
    assert codes(read(tmp_path / "p.xlsx").rows[0]) == [("struck", "A2")]


def _with_shared_strings(path: Path) -> None:
    """Writes cell E2's words into the shared table, where spreadsheet programs put them."""
    parts = _parts(path)
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    start = sheet.index("<is>", sheet.index('r="E2"'))
    end = sheet.index("</is>", start) + len("</is>")
    words = sheet[start + len("<is>") : end - len("</is>")]
    sheet = sheet[:start] + "<v>0</v>" + sheet[end:]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace('r="E2" t="inlineStr"', 'r="E2" t="s"').encode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override.encode())
    head = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si>'
    parts["xl/sharedStrings.xml"] = f"{head}{words}</si></sst>".encode()
    _write(path, parts)


def test_a_formula_counts_with_its_last_result_and_is_warned_of(tmp_path: Path) -> None:
    """Dates in hand-made calendars are often the day before plus one."""
    workbook(tmp_path / "p.xlsx", [HEADER, line(1, date="=1+1")])
    parts = _parts(tmp_path / "p.xlsx")
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    parts["xl/worksheets/sheet1.xml"] = re.sub(r"<f>1\+1</f><v ?(/>|></v>)", "<f>1+1</f><v>46598</v>", sheet).encode()
    _write(tmp_path / "p.xlsx", parts)
    [row] = read(tmp_path / "p.xlsx").rows
    assert (codes(row), row.draft and row.draft.local_date) == ([("formula", "C2")], date(2027, 7, 30))


def test_one_sheet_is_the_plan_and_others_are_said_to_be_unread(tmp_path: Path) -> None:
    """A second sheet full of posts must not be missed in silence."""
    book = workbook(tmp_path / "p.xlsx", [HEADER, line(1)])
    book.create_sheet("Ideas", 0)["A1"] = "later"
    book.save(tmp_path / "p.xlsx")
    rows = read(tmp_path / "p.xlsx").rows
    assert [(row.number, row.verdict.value, codes(row)) for row in rows] == [
        (1, "skipped", [("other_sheet", "A1")]),
        (2, "ready", []),
    ]
    assert '"Ideas"' in rows[0].problems[0].message
    for cells in (HEADER, line(2)):
        book["Ideas"].append(cells)
    book.save(tmp_path / "p.xlsx")
    with pytest.raises(SheetError, match="more than one sheet is a plan"):
        read(tmp_path / "p.xlsx")


def test_merged_ranges_are_not_spread(tmp_path: Path) -> None:
    """A date merged over three rows is asked back for the second and third; a whole merged sheet costs nothing."""
    book = workbook(tmp_path / "p.xlsx", [HEADER, line(1), line(2, date=None)])
    book.worksheets[0].merge_cells("C2:C3")
    book.save(tmp_path / "p.xlsx")
    assert codes(read(tmp_path / "p.xlsx").rows[1]) == [("no_date", "C3")]
    parts = _parts(tmp_path / "p.xlsx")
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"C2:C3", b"H1:XFD1048576")
    _write(tmp_path / "p.xlsx", parts)
    assert len(read(tmp_path / "p.xlsx").rows) == 2


def test_a_million_empty_formatted_rows_cost_seconds(tmp_path: Path) -> None:
    """Formatting a whole sheet is one click, and must not stop the console for minutes."""
    workbook(tmp_path / "p.xlsx", [HEADER, line(1)])
    parts = _parts(tmp_path / "p.xlsx")
    rows = b"".join(b'<row r="%d" s="1"/>' % number for number in range(3, 1_048_576))
    last = b'<row r="1048576"><c r="E1048576" t="inlineStr"><is><t>end</t></is></c></row>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", rows + last + b"</sheetData>")
    _write(tmp_path / "p.xlsx", parts | {"xl/worksheets/sheet1.xml": sheet})
    start = clock.monotonic()
    found = read(tmp_path / "p.xlsx").rows
    assert [row.number for row in found] == [2, 3, 1_048_576]
    assert clock.monotonic() - start < 30


def _more_rows(parts: dict[str, bytes]) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (number, number) for number in range(3, 6_000))
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", rows + b"</sheetData>")


def _entities(parts: dict[str, bytes]) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    parts["xl/workbook.xml"] = bomb + parts["xl/workbook.xml"]


def _zeros(parts: dict[str, bytes]) -> None:
    parts["xl/media/image1.png"] = bytes(20 * 1024 * 1024)


def _too_much(parts: dict[str, bytes]) -> None:
    parts["xl/media/image1.png"] = bytes(51 * 1024 * 1024)


def _many_parts(parts: dict[str, bytes]) -> None:
    parts.update({f"xl/{number}.xml": b"<a/>" for number in range(1_001)})


def _cut_xml(parts: dict[str, bytes]) -> None:
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-30]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_more_rows, "more than 5000 rows"),
        (_entities, "workbook.xml is not as spreadsheet programs write it"),
        (_zeros, "suspiciously tight"),
        (_too_much, "more than 50 MB"),
        (_many_parts, "too many or doubled parts"),
        (_cut_xml, "cannot be read"),
        (lambda parts: parts.pop("[Content_Types].xml"), "cannot be read"),
        (lambda parts: parts.pop("xl/workbook.xml"), "no .xlsx workbook"),
        (lambda parts: parts.update({"xl/vbaProject.bin": b"x"}), "macros"),
    ],
)
def test_a_workbook_that_is_spoilt_or_built_to_hurt_is_refused(
    tmp_path: Path, spoil: Callable[[dict[str, bytes]], object], says: str
) -> None:
    """Sheets come by mail from many hands; none may stop the program or make it read what it should not."""
    path = tmp_path / "p.xlsx"
    workbook(path, [HEADER, line(1)])
    parts = _parts(path)
    spoil(parts)
    _write(path, parts)
    with pytest.raises(SheetError, match=f"p.xlsx.*{says}"):
        read(path)


def test_what_really_comes_out_of_a_zip_counts_and_not_what_it_declares(tmp_path: Path) -> None:
    """A lying header is the oldest trick of zip bombs."""
    path = tmp_path / "p.xlsx"
    workbook(path, [HEADER, line(1)])
    _write(path, _parts(path) | {"xl/big.xml": b" " * (60 * 1024 * 1024)})
    size = (60 * 1024 * 1024).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (99).to_bytes(4, "little")))
    with pytest.raises(SheetError, match=r"p\.xlsx"):
        read(path)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("p.xlsx", b"date,time", "no workbook, whatever its name says"),
        ("p.xlsx", b"PK\x03\x04 broken", "broken"),
        ("p.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old .xls"),
        ("p.xlsx", b"\xd0\xcf\x11\xe0" + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("p.xlsx", b"", "no workbook"),
    ],
)
def test_a_file_that_is_no_plain_xlsx_is_refused_with_what_it_is(
    tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    """Saving it again in the right format takes a minute, if one is told so."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SheetError, match=says):
        read(tmp_path / name)


def test_a_workbook_without_cells_is_refused(tmp_path: Path) -> None:
    """An empty plan is a mistake, not a plan of nothing."""
    workbook(tmp_path / "p.xlsx", [])
    with pytest.raises(SheetError, match="empty"):
        read(tmp_path / "p.xlsx")


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path: Path, parts: dict[str, bytes]) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    path.write_bytes(stream.getvalue())

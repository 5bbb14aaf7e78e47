"""A small invented world for the tests: two missions, their accounts, and plans written by hand."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from PIL import Image

from posts.intake.sheet import read_sheet
from posts.model import Account, Mission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from posts.intake.draft import Row, Sheet

MISSIONS = {
    "GE": Mission(code="GE", name="IOM Georgia", time_zone="Asia/Tbilisi", languages=("ka", "en")),
    "TJ": Mission(code="TJ", name="IOM Tajikistan", time_zone="Asia/Dushanbe", languages=("tg", "ru")),
}
ACCOUNTS = (
    Account(id="ge-mastodon", mission="GE", platform="mastodon"),
    Account(id="ge-x", mission="GE", platform="x"),
    Account(id="tj-outbox", mission="TJ", platform="outbox"),
)
GOOD = {"id": "a1", "mission": "GE", "date": "2027-07-30", "time": "09:00", "text": "Ҳуқуқи шумо. თქვენი უფლება."}


def read(path: Path, **options: Any) -> Sheet:
    return read_sheet(path, MISSIONS, ACCOUNTS, **options)


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    return path


def one_row(folder: Path, **cells: str) -> Row:
    """The verdict on a good row with these cells changed."""
    return read(write_csv(folder / "plan.csv", [GOOD | cells])).rows[0]


def workbook(path: Path, lines: Sequence[Sequence[object]]) -> Workbook:
    """A workbook with one sheet of these lines, saved at `path`; change it and save it again."""
    book = Workbook()
    for line in lines:
        book.worksheets[0].append(list(line))
    book.save(path)
    return book


def picture(path: Path, size: tuple[int, int] = (8, 6), **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (0, 51, 160)).save(path, **options)
    return path


def codes(row: Row) -> list[tuple[str, str]]:
    return [(problem.code, problem.cell) for problem in row.problems]

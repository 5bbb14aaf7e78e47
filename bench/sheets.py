"""Importing 1,000 rows, against openpyxl reading every cell of the same file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl

from bench.house import build, sheet
from scheduler.bootstrap import open_desk, utc_now
from scheduler.services.importing import import_sheet

ROWS = 1000


def measure() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = build(folder, utc_now())
        plan = sheet(folder, ROWS, utc_now() + timedelta(days=1))
        begin = time.perf_counter()
        with open_desk(config) as desk:
            done = import_sheet(desk, plan, commit=True)
        first = time.perf_counter() - begin
        begin = time.perf_counter()
        with open_desk(config) as desk:
            again = import_sheet(desk, plan, commit=True)
        second = time.perf_counter() - begin
        baseline = _bare(plan)
    yield (
        f"import: {done.counts['added']} rows in {first:.2f} s, {first / baseline:.1f} x openpyxl reading the file;"
        f" the same file again ({again.counts['unchanged']} unchanged) in {second:.2f} s"
    )


def _bare(plan: Path) -> float:
    begin = time.perf_counter()
    book = openpyxl.load_workbook(plan)
    sum(1 for row in book.worksheets[0].iter_rows() for _cell in row)
    return time.perf_counter() - begin

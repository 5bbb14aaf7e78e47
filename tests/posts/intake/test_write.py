from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from posts.intake.csv_rows import guard, unguard
from posts.intake.draft import Draft, SheetError
from posts.intake.table import with_line_feeds
from posts.intake.write import write_plan
from tests.posts.intake.plans import GOOD, read

_ANY = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=40)
_TRICKS = st.sampled_from(
    ["=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "'", '"', ";", ",", "_x000D_", "_x005F_", "x005F_", "_x0041_", "＝"]
)
TEXTS = st.lists(_TRICKS | _ANY, max_size=6).map("".join)
POSTED = TEXTS.filter(lambda text: bool(text.strip()))


def _round_trip(name: str, row: dict[str, str]) -> Draft:
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        write_plan(path, [row])
        [back] = read(path).rows
    assert back.draft is not None, back.problems
    return back.draft


@pytest.mark.parametrize("name", ["plan.csv", "plan.xlsx"])
@settings(max_examples=120, deadline=None)
@given(text=POSTED, quote=POSTED, comment=TEXTS, notes=TEXTS)
@example(text="=HYPERLINK(1)", quote="'=x", comment="''+995", notes="'\t")
@example(text="_x000D_", quote="_x005F_x000D_", comment="_x_x000A_", notes="x005F_")
@example(text=" \n words ", quote="a\r\nb\rc", comment="\n", notes=" ")
def test_what_is_written_is_read_back_as_it_was(name: str, text: str, quote: str, comment: str, notes: str) -> None:
    """An exported plan that is imported again must change nothing, or approved posts would quietly lose approval."""
    draft = _round_trip(name, GOOD | {"text": text, "quote": quote, "first_comment": comment, "notes": notes})
    assert draft.quote is not None
    back = (draft.text, draft.quote.words, draft.first_comment, draft.notes)
    assert back == tuple(with_line_feeds(words) if words.strip() else "" for words in (text, quote, comment, notes))


@given(TEXTS)
def test_taking_the_guard_off_gives_back_every_cell(cell: str) -> None:
    """Hotlines begin with a plus: a quote too many or too few would corrupt them."""
    cell = with_line_feeds(cell)
    assert unguard(guard(cell)) == cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_csv_begins_as_a_formula(tmp_path: Path, start: str) -> None:
    """A reviewer opens the file in a spreadsheet program, which would run what a stranger wrote."""
    write_plan(tmp_path / "p.csv", [GOOD | {"notes": f"{start}1"}])
    data = (tmp_path / "p.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    cells = next(row for row in list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:])
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_every_cell_of_a_workbook_is_text(tmp_path: Path) -> None:
    """The same danger, and a date that a program re-types is a date it may turn round."""
    write_plan(tmp_path / "p.xlsx", [GOOD | {"notes": "=1+1", "text": "#N/A", "link": "+1"}])
    sheet = load_workbook(tmp_path / "p.xlsx").worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert len(cells) == 21 + 7


@pytest.mark.parametrize("name", ["p.csv", "p.xlsx"])
@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"text": "a\x00"}, r"row 2, text: the character U\+0000"),
        ({"text": "\ud800"}, r"U\+D800"),
        ({"text": "\uffff"}, r"U\+FFFF"),
        ({"text": "a" * 20_001}, "too many"),
        ({"text": "🕊" * 17_000}, "too many"),
        ({"colour": "red"}, "columns that a plan has not: colour"),
    ],
)
def test_what_could_not_be_read_back_is_refused_and_the_earlier_file_stays(
    tmp_path: Path, name: str, cells: dict[str, str], says: str
) -> None:
    """Half a plan is worse than yesterday's."""
    path = tmp_path / name
    path.write_bytes(b"yesterday's")
    with pytest.raises(SheetError, match=says):
        write_plan(path, [GOOD | cells])
    assert path.read_bytes() == b"yesterday's"
    assert list(tmp_path.iterdir()) == [path]


def test_other_names_and_places_are_refused(tmp_path: Path) -> None:
    """The suffix decides the format; anything else would be a file that nobody can open."""
    with pytest.raises(SheetError, match=r"as .xlsx or .csv"):
        write_plan(tmp_path / "p.ods", [GOOD])
    with pytest.raises(SheetError, match="cannot be written"):
        write_plan(tmp_path / "none" / "p.csv", [GOOD])

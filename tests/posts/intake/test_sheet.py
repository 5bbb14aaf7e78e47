from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

import pytest

from posts.intake.draft import SheetError, Status, Verdict
from posts.model import Kind, Level
from tests.posts.intake.plans import GOOD, codes, one_row, picture, read, write_csv

if TYPE_CHECKING:
    from pathlib import Path


def test_a_full_row_becomes_a_draft_with_everything_it_says(tmp_path: Path) -> None:
    """Whatever an officer wrote must arrive: a lost column is a silent miss."""
    picture(tmp_path / "pics" / "a.png")
    row = one_row(
        tmp_path,
        account="ge-x; ge-mastodon",
        kind="Exact",
        not_after="2027-07-30 18:00",
        language="ka",
        link="https://example.org/x",
        media="pics/a.png",
        alt_text="A blue field; nothing else",
        quote="Ман озодам",
        speaker="N.",
        role="Coordinator",
        organisation="IOM Georgia",
        consent="c-1",
        first_comment="More",
        status="Submitted",
        notes="n",
        Owner="Nino",
    )
    assert row.verdict is Verdict.READY
    draft = row.draft
    assert draft is not None
    assert (draft.row_key, draft.mission, draft.accounts) == ("a1", "GE", ("ge-x", "ge-mastodon"))
    assert (draft.local_date, draft.local_time, draft.kind) == (date(2027, 7, 30), time(9), Kind.EXACT)
    assert draft.not_after == datetime(2027, 7, 30, 18)  # noqa: DTZ001 - local by contract
    assert (draft.text, draft.link, draft.language) == (GOOD["text"], "https://example.org/x", "ka")
    assert [m.alt_text for m in draft.media] == ["A blue field; nothing else"]
    assert draft.quote is not None
    assert (draft.quote.words, draft.quote.speaker, draft.quote.organisation) == ("Ман озодам", "N.", "IOM Georgia")
    assert (draft.first_comment, draft.status, draft.notes) == ("More", Status.SUBMITTED, "n\nOwner: Nino")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_is_read_with_any_of_three_delimiters_with_or_without_a_mark(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    """Excel in Tashkent writes semicolons and a byte order mark; in Yerevan it may write neither."""
    path = write_csv(tmp_path / "plan.csv", [GOOD | {"text": "a, b; c\td\nе"}], delimiter)
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    [row] = read(path).rows
    assert row.draft is not None
    assert row.draft.text == "a, b; c\td\nе"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        ("date,time".encode("utf-16"), "UTF-16"),
        ("mission,date,time,text\nGE,2027-07-30,09:00,Ваше право".encode("cp1251"), "line 2.*Windows-1251"),
        (b"what,ever\n1,2\n", "Expected are: id, mission"),
        (b"date,text,mission\n", "missing: time"),
        (b"date,time,mission\n", "missing: text"),
        (b"date,time,text\n", "missing: mission"),
        (b"date,time,text,mission,Text\n", "more than one column is called text"),
        (b'date,time,text,mission\n2027-07-30,09:00,"open,GE\n', "quotes do not add up"),
        (b"date,time,text,mission,a\x00b\n", r"U\+0000"),
        (b"date,time,text,mission\n" + b"2027-07-30,09:00,x,GE\n" * 5001, "more than 5000"),
        (b"date,time,text,mission" + b",c" * 60 + b"\n", "64 columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name_and_reason(tmp_path: Path, data: bytes, says: str) -> None:
    """A person must learn which file and what to do, never see a traceback."""
    path = tmp_path / "plan.csv"
    path.write_bytes(data)
    with pytest.raises(SheetError, match=f"(?s)plan.csv.*{says}"):
        read(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A typing error in a name is the commonest mistake of all."""
    with pytest.raises(SheetError, match=r"none.csv: there is no such file"):
        read(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("cells", "code", "cell", "says"),
    [
        ({"mission": "ZZ"}, "unknown_mission", "B2", "GE, TJ"),
        ({"mission": ""}, "no_mission", "B2", "GE, TJ"),
        ({"date": ""}, "no_date", "C2", "2027-07-30"),
        ({"date": "2027-02-30"}, "impossible_date", "C2", "calendar"),
        ({"date": "30.07.27"}, "bad_date", "C2", "2027-07-30"),
        ({"date": "0207-07-30"}, "bad_date", "C2", "year"),
        ({"time": ""}, "no_time", "D2", "09:00"),
        ({"time": "9 am"}, "bad_time", "D2", "09:00"),
        ({"time": "24:00"}, "bad_time", "D2", "23:59"),
        ({"text": " "}, "nothing_to_say", "E2", "text nor a picture"),
        ({"text": "a\x00b"}, "bad_character", "E2", r"U+0000"),
        ({"text": "a\x85b"}, "bad_character", "E2", r"U+0085"),
        ({"text": "я" * 20_001}, "too_long", "E2", "20000"),
        ({"account": "ge-z"}, "unknown_account", "F2", "ge-mastodon, ge-x"),
        ({"account": "tj-outbox"}, "other_mission", "F2", "belongs to TJ"),
        ({"platform": "fax"}, "unknown_platform", "F2", "mastodon, outbox, x"),
        ({"platform": "outbox"}, "no_account", "F2", "mastodon, x"),
        ({"account": "ge-x", "platform": "mastodon"}, "platform_mismatch", "F2", "ge-x is on x"),
        ({"kind": "soon"}, "unknown_word", "F2", "exact, day"),
        ({"status": "done"}, "unknown_word", "F2", "draft, submitted, approved"),
        ({"link": "javascript:alert(1)"}, "bad_link", "F2", "https://"),
        ({"link": "https://[bad"}, "bad_link", "F2", "https://"),
        ({"not_after": "2027-07-29"}, "too_late", "F2", "due after"),
        ({"not_after": "later"}, "bad_date", "F2", "later"),
        ({"media": "no.png"}, "bad_picture", "F2", "no such file"),
        ({"media": "../a.png"}, "outside", "F2", "beside the sheet"),
        ({"media": "/etc/passwd"}, "outside", "F2", "beside the sheet"),
        ({"media": "C:\\pics\\a.png"}, "outside", "F2", "beside the sheet"),
        ({"media": "plan.csv"}, "bad_picture", "F2", "not a picture"),
        ({"media": "https://example.org/a.png"}, "address", "F2", "an address"),
        ({"media": "https://www.canva.com/design/1"}, "address", "F2", "share page of Canva"),
        ({"media": "https://drive.google.com/file/d/1"}, "address", "F2", "share page of Google Drive"),
        ({"media": "https://trello.com/b/1"}, "address", "F2", "share page of Trello"),
        ({"media": "a" * 5000}, "bad_picture", "F2", ""),
        ({"media": "card"}, "no_quote", "F2", "in the column quote"),
        ({"text:fax": "Words"}, "unknown_platform", "F2", "mastodon, outbox, x"),
    ],
)
def test_a_bad_cell_is_named_and_the_message_says_what_to_write(
    tmp_path: Path, cells: dict[str, str], code: str, cell: str, says: str
) -> None:
    """An officer mends the sheet in the spreadsheet program: it needs the cell's name there and the right words."""
    row = one_row(tmp_path, **cells)
    assert (row.verdict, row.draft) == (Verdict.NEEDS_FIXING, None)
    found = [problem for problem in row.problems if (problem.code, problem.cell) == (code, cell)]
    assert len(found) == 1, row.problems
    assert says in found[0].message
    assert found[0].level is Level.BLOCK


def test_a_text_for_one_platform_stands_in_a_column_of_its_own(tmp_path: Path) -> None:
    """What is too long for one platform is said there in other words, and only there."""
    row = one_row(tmp_path, **{"Text: X": " Short ", "text:mastodon": ""})
    assert row.draft is not None
    assert (row.draft.text, dict(row.draft.overrides), row.draft.notes) == (GOOD["text"], {"x": " Short "}, "")
    only = one_row(tmp_path, text="", account="ge-x", **{"text:x": "Short"}).draft
    assert only is not None
    assert (only.text, dict(only.overrides)) == ("", {"x": "Short"})


def test_two_columns_for_one_platform_are_refused(tmp_path: Path) -> None:
    """One of the two texts would be lost."""
    with pytest.raises(SheetError, match="text:x"):
        one_row(tmp_path, **{"text:x": "One", "TEXT : x": "Two", "text: X": "Three"})


def test_a_bad_row_neither_blocks_the_others_nor_vanishes(tmp_path: Path) -> None:
    """Forty good posts must not wait for one bad date, and the bad one must not be forgotten."""
    path = write_csv(tmp_path / "p.csv", [GOOD, GOOD | {"id": "a2", "date": "x"}, GOOD | {"id": "a3", "time": "10:00"}])
    assert [(row.number, row.verdict.value) for row in read(path).rows] == [
        (2, "ready"),
        (3, "needs_fixing"),
        (4, "ready"),
    ]


def test_rows_are_numbered_as_the_spreadsheet_program_does_even_after_cells_of_several_lines(tmp_path: Path) -> None:
    """ "E7" in a message must be E7 on the officer's screen."""
    rows = [GOOD | {"text": "one\ntwo\nthree"}, GOOD | {"id": "a2", "date": "x"}]
    assert codes(read(write_csv(tmp_path / "p.csv", rows)).rows[1]) == [("bad_date", "C3")]


@pytest.mark.parametrize(
    ("account", "platform", "accounts"),
    [
        ("", "", ("ge-mastodon", "ge-x")),
        ("", "X", ("ge-x",)),
        ("", "x; mastodon", ("ge-mastodon", "ge-x")),
        ("ge-x", "", ("ge-x",)),
        ("ge-x;ge-x ; ", "x", ("ge-x",)),
    ],
)
def test_empty_cells_mean_all_accounts_of_the_mission(
    tmp_path: Path, account: str, platform: str, accounts: tuple[str, ...]
) -> None:
    """Most rows go everywhere; naming every account on each would invite mistakes."""
    draft = one_row(tmp_path, account=account, platform=platform).draft
    assert draft is not None
    assert draft.accounts == accounts


def test_the_default_mission_stands_in_for_an_empty_cell_or_a_missing_column(tmp_path: Path) -> None:
    """A mission's own sheet seldom repeats the mission's name."""
    path = write_csv(tmp_path / "p.csv", [{name: cell for name, cell in GOOD.items() if name != "mission"}])
    draft = read(path, default_mission="TJ").rows[0].draft
    assert draft is not None
    assert (draft.mission, draft.accounts) == ("TJ", ("tj-outbox",))


def test_the_second_row_with_an_id_needs_fixing(tmp_path: Path) -> None:
    """One id for two posts would make the next import change one into the other."""
    rows = read(write_csv(tmp_path / "p.csv", [GOOD | {"date": "x"}, GOOD | {"text": "other"}])).rows
    assert codes(rows[1]) == [("same_id", "A3")]
    assert rows[1].verdict is Verdict.NEEDS_FIXING


def test_a_row_pasted_twice_without_ids_is_posted_once(tmp_path: Path) -> None:
    """Copy and paste is how duplicates are born; also where one row names an account and the other means all."""
    rows = [GOOD | {"id": ""}, GOOD | {"id": ""}, GOOD | {"id": "", "account": "ge-x"}]
    verdicts = [row.verdict.value for row in read(write_csv(tmp_path / "p.csv", rows)).rows]
    assert verdicts == ["ready", "needs_fixing", "needs_fixing"]


def test_two_ids_with_the_same_words_are_warned_of(tmp_path: Path) -> None:
    """It may be meant, but somebody should look before the platform calls it spam."""
    second = read(write_csv(tmp_path / "p.csv", [GOOD, GOOD | {"id": "a2"}])).rows[1]
    assert second.verdict is Verdict.READY
    assert codes(second) == [("same_words", "A3")]


def test_a_row_without_an_id_keeps_its_key_when_the_mission_gets_an_account(tmp_path: Path) -> None:
    """Importing the same file again must find the same post, or it would go out twice."""
    row = one_row(tmp_path, id="")
    assert row.draft is not None
    assert row.draft.row_key.startswith("auto-")
    assert len(row.draft.row_key) == len("auto-") + 16
    assert row == one_row(tmp_path, id="")
    other = one_row(tmp_path, id="", text="other").draft
    assert other is not None
    assert other.row_key != row.draft.row_key


def test_what_is_not_a_post_is_skipped_with_the_reason(tmp_path: Path) -> None:
    """Titles, gaps and repeated headers are normal in sheets made by hand; they are said, not guessed at."""
    header = "id,mission,date,time,text"
    path = tmp_path / "p.csv"
    post = "{},GE,2027-07-30,1{}:00,words"
    lines = ["Our plan", header, post.format("a", 0), "", ",,, ,", post.format("b", 1), header.upper(), "", ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert [(row.number, row.verdict.value, [p.code for p in row.problems]) for row in read(path).rows] == [
        (1, "skipped", ["above_header"]),
        (3, "ready", []),
        (4, "skipped", ["empty"]),
        (6, "ready", []),
        (7, "skipped", ["second_header"]),
    ]


@pytest.mark.parametrize("header", ["mission,date,time,text", "mission,date,time,text,"])
def test_a_text_cut_at_a_bare_comma_is_not_posted_cut(tmp_path: Path, header: str) -> None:
    """The half of a sentence that remains may say the opposite of the whole."""
    path = tmp_path / "p.csv"
    path.write_text(f"{header}\nGE,2027-07-30,09:00,Never pay, and never give your passport\n", encoding="utf-8")
    [row] = read(path).rows
    assert (row.verdict, codes(row)) == (Verdict.NEEDS_FIXING, [("shifted", "E2")])


@pytest.mark.parametrize(
    ("dates", "day_first", "expected"),
    [
        (["07/08/2027", "30/07/2027"], None, [date(2027, 8, 7), date(2027, 7, 30)]),
        (["07/08/2027", "07/30/2027"], None, [date(2027, 7, 8), date(2027, 7, 30)]),
        (["07/08/2027"], True, [date(2027, 8, 7)]),
        (["07/08/2027"], False, [date(2027, 7, 8)]),
        (["07-08-2027"], True, [date(2027, 8, 7)]),
        (["07.08.2027"], False, [date(2027, 8, 7)]),
        (["07/07/2027"], None, [date(2027, 7, 7)]),
        (["46598"], None, [date(2027, 7, 30)]),
        (["2027/7/8"], None, [date(2027, 7, 8)]),
    ],
)
def test_day_and_month_are_settled_by_the_file_else_by_the_officer(
    tmp_path: Path, dates: list[str], day_first: bool | None, expected: list[date]
) -> None:
    """A guess would publish eight days early in one country and a month late in another."""
    rows = [GOOD | {"id": str(n), "date": day} for n, day in enumerate(dates)]
    sheet = read(write_csv(tmp_path / "p.csv", rows), day_first=day_first)
    assert sheet.questions == ()
    assert [row.draft and row.draft.local_date for row in sheet.rows] == expected


@pytest.mark.parametrize(
    ("dates", "day_first"),
    [
        (["07/08/2027"], None),
        (["07/08/2027", "30/07/2027", "07/30/2027"], None),
        (["07/08/2027", "30/07/2027"], False),
    ],
)
def test_an_unsettled_order_is_a_question_and_no_draft(
    tmp_path: Path, dates: list[str], day_first: bool | None
) -> None:
    """Never guess day and month, and believe neither side where file and officer contradict each other."""
    rows = [GOOD | {"id": str(n), "date": day} for n, day in enumerate(dates)]
    sheet = read(write_csv(tmp_path / "p.csv", rows), day_first=day_first)
    assert [question["code"] for question in sheet.questions] == ["day_or_month"]
    assert codes(sheet.rows[0]) == [("day_or_month", "C2")]
    assert sheet.rows[0].draft is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [("2027-08-01", datetime(2027, 8, 1, 23, 59, 59)), ("01.08.2027 7:05", datetime(2027, 8, 1, 7, 5))],  # noqa: DTZ001
)
def test_not_after_without_a_time_means_the_end_of_that_day(tmp_path: Path, words: str, expected: datetime) -> None:
    """ "Not after 1 August" includes 1 August."""
    draft = one_row(tmp_path, not_after=words).draft
    assert draft is not None
    assert draft.not_after == expected


def test_pictures_and_their_alt_texts_go_together(tmp_path: Path) -> None:
    """A text under the wrong picture misleads exactly those who cannot see it."""
    for name in ("a.png", "б.jpg"):
        picture(tmp_path / name)
    draft = one_row(tmp_path, media="a.png; б.jpg", alt_text="one || two").draft
    assert draft is not None
    assert [(m.path.name, m.alt_text) for m in draft.media] == [("a.png", "one"), ("б.jpg", "two")]
    short = one_row(tmp_path, media="a.png; б.jpg", alt_text="one")
    assert [p.code for p in short.problems] == ["alt_texts"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """A sheet from outside must not publish a file of the server's."""
    secret = picture(tmp_path / "secret.png")
    folder = tmp_path / "plan"
    folder.mkdir()
    (folder / "a.png").symlink_to(secret)
    assert [p.code for p in one_row(folder, media="a.png").problems] == ["outside"]

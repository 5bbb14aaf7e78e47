"""0 done, 1 done but a person is asked for, 2 wrong use or configuration, 3 a dependency is away."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from scheduler.store.database import open_database
from tests.scheduler.cli.program import AT, CONFIG

if TYPE_CHECKING:
    from tests.scheduler.cli.program import Program, Run

SHEET = "id,mission,date,time,text,media,alt_text\na,GE,2099-07-30,09:00,ერთი,,\n"
BOMB_PIXELS = (11_000, 11_000)


def wrong_use(done: Run, *words: str) -> None:
    """Exit code 2, and one message for a person that holds these words."""
    assert (done.code, done.out) == (2, ""), done.err
    for one in words:
        assert one in done.err


# -- the configuration ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Asia/Tbilisi", "Asia/Tiflis", ("line 8", "time_zone", "Asia/Tiflis")),
        ('platform = "outbox"', 'platform = "twitter"', ("line 20", "platform", "twitter")),
        ('mission = "TJ"', 'mission = "XX"', ("line 24", "mission", "XX")),
        ('id = "tj-outbox"', 'id = "ge-outbox"', ("line 23", "id", "ge-outbox")),
        ("day = 2027-07-30", 'day = "30 July"', ("line 3", "day")),
        ("day = 2027-07-30", "dya = 2027-07-30", ("line 3", "dya", "day")),
        ("[campaign]", "[campaign", ("line 1",)),
        ('languages = ["ka"]', 'languages = "ka"', ("line 9", "languages")),
    ],
)
def test_a_broken_configuration_names_file_line_and_key(
    bare: Program, old: str, new: str, words: tuple[str, ...]
) -> None:
    """The officer opens the file at that line."""
    bare.write("config.toml", CONFIG.replace(old, new, 1))
    wrong_use(bare.run("status"), "config.toml", *words)


def test_a_configuration_that_is_missing_says_how_to_make_one(bare: Program) -> None:
    """The first command that many type is not `init`."""
    wrong_use(bare.run("status", "--json"), "july30 init", "config.toml")


@pytest.mark.parametrize("content", [CONFIG.encode("utf-16"), CONFIG.replace("IOM", "МОМ").encode("cp1251"), b""])
def test_a_configuration_that_is_no_utf8_or_empty_is_told(bare: Program, content: bytes) -> None:
    """An editor on Windows saved it."""
    bare.write("config.toml", content)
    wrong_use(bare.run("status"), "config.toml")


def test_a_configuration_that_is_a_folder_is_told(bare: Program) -> None:
    """A completion key stops one part too early."""
    bare.config.mkdir()
    wrong_use(bare.run("status"), "config.toml")


# -- the database --------------------------------------------------------------------------------------------------


def test_a_database_that_nobody_made_says_how_to_make_it(bare: Program) -> None:
    """Also for the daemon: it must not start on nothing."""
    bare.write("config.toml", CONFIG)
    for command in (["status"], ["queue", "list", "--json"], ["daemon"]):
        wrong_use(bare.run(*command), "july30 init", "july30 restore")
    assert not list(bare.config.parent.glob("july30.db*"))  # an empty one would stand in the way of the right one


def test_a_database_of_a_newer_version_is_left_alone(program: Program) -> None:
    """The colleague's laptop is a version ahead."""
    database = open_database(f"sqlite:///{program.folder / 'july30.db'}")
    with database.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    for command in (["status"], ["daemon"], ["db", "upgrade"]):
        wrong_use(program.run(*command), "9999")


@pytest.mark.parametrize("command", [["status", "--json"], ["init"], ["daemon"], ["db", "upgrade"]])
def test_a_server_that_cannot_be_reached_is_exit_code_3(bare: Program, command: list[str]) -> None:
    """A monitor waits for it instead of waking somebody; the password is in no message."""
    url = "postgresql+psycopg://iom:CANARY@127.0.0.1:1/july30"
    bare.write("config.toml", CONFIG + f'\n[database]\nurl = "{url}"\n')
    done = bare.run(*command)
    assert (done.code, done.out) == (3, "")
    assert "127.0.0.1" in done.err
    assert "CANARY" not in done.err


def test_a_folder_that_cannot_be_made_is_told(bare: Program) -> None:
    """A file stands where the database's folder should be."""
    bare.write("data", "in the way")
    bare.write("config.toml", CONFIG + '\n[database]\nurl = "sqlite:///data/july30.db"\n')
    wrong_use(bare.run("init"), "data")


# -- sheets and pictures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.csv", b""),
        ("plan.csv", "id;Миссия\n".encode("cp1251")),
        ("plan.xlsx", b"this is no workbook"),
        ("plan.xlsx", b"PK\x03\x04 and no more"),
        ("plan.pdf", b"%PDF-1.7"),
    ],
)
def test_a_file_that_is_no_sheet_is_named(program: Program, name: str, content: bytes) -> None:
    """And nothing of it is queued."""
    path = program.write(name, content)
    wrong_use(program.run("import", str(path), "--yes", "--json"), name)
    assert program.run("queue", "list", "--json").json == {"deliveries": []}


def test_a_folder_instead_of_a_sheet_is_told(program: Program) -> None:
    """And a file that there is not."""
    wrong_use(program.run("import", str(program.folder), "--yes"), str(program.folder))
    wrong_use(program.run("import", "nowhere.xlsx", "--yes"), "nowhere.xlsx")


def test_a_picture_bomb_is_a_row_to_fix(program: Program) -> None:
    """121 million points in a file of a few kilobytes: refused by its size, before it fills the memory."""
    stream = io.BytesIO()
    Image.new("1", BOMB_PIXELS).save(stream, "PNG")
    program.write("bomb.png", stream.getvalue())
    path = program.write("plan.csv", SHEET.replace("ერთი,,", "ერთი,bomb.png,A bomb"))
    done = program.run("import", str(path), "--yes", "--json")
    (problem,) = done.json["rows"][0]["problems"]
    assert (done.code, done.json["needs_fixing"], problem["code"]) == (1, 1, "bad_picture")
    assert "bomb.png" in problem["message"]


def test_an_export_into_nowhere_is_told(program: Program) -> None:
    """The folder's name is in the message."""
    wrong_use(program.run("export", str(program.folder / "nowhere" / "plan.csv")), "nowhere")


def test_an_import_in_a_pipe_without_yes_adds_nothing_and_says_so(program: Program) -> None:
    """No question can be asked there, and the safe answer is no."""
    path = program.write("plan.csv", SHEET)
    done = program.run("import", str(path))
    assert (done.code, "--yes" in done.err) == (0, True)
    assert "1 added" in done.out
    assert program.run("queue", "list", "--json").json == {"deliveries": []}


# -- arguments -----------------------------------------------------------------------------------------------------

FIRST = ("queue", "add", "--mission", "GE", "--text", "ერთი", "--at")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*FIRST, "2020-07-30T09:00"), "already past"),
        ((*FIRST, "2027-07-32T09:00"), "2027-07-32T09:00"),
        ((*FIRST, "tomorrow"), "tomorrow"),
        ((*FIRST, "2099-07-30"), "names no hour"),
        ((*FIRST, "0001-01-01T00:00+05:00"), "this century"),
        ((*FIRST, "9999-12-31T23:59-05:00"), "this century"),
        ((*FIRST, AT, "--kind", "soon"), "evergreen"),
        ((*FIRST, AT, "--account", "ge-x"), "ge-x"),
        ((*FIRST, AT, "--picture", "nowhere.jpg"), "nowhere.jpg"),
        (("queue", "add", "--mission", "XX", "--text", "ერთი", "--at", AT), "XX"),
        (("queue", "add", "--mission", "GE", "--text", "a" * 5001, "--at", AT), "ge-outbox"),
        (("queue", "show", "99"), "no delivery 99"),
        (("queue", "hold", "99", "--why", "why"), "no delivery 99"),
        (("queue", "approve", "99"), "no post 99"),
        (("queue", "edit", "99", "--text", "ერთი"), "no post 99"),
        (("queue", "edit", "1"), "--text"),
        (("queue", "take-down", "99"), "no post 99"),
        (("queue", "resolve", "1"), "--not-published"),
        (("queue", "resolve", "1", "https://a.example/1", "--not-published"), "--published"),
        (("queue", "list", "--state", "hold"), "held"),
        (("log", "--since", "yesterday"), "yesterday"),
        (("log", "--since", "9999-12-31T23:59-05:00"), "this century"),
        (("pause", "--why", "why"), "--mission"),
        (("pause", "--all", "--mission", "GE", "--why", "why"), "exactly one"),
        (("pause", "--mission", "XX", "--why", "why"), "XX"),
        (("pause", "--all", "--why", ""), "say why"),
        (("accounts", "check", "ge-x"), "ge-x"),
        (("preview", "--platform", "twitter", "--text", "ერთი"), "mastodon"),
        (("export", "plan.pdf"), ".xlsx or .csv"),
        (("queue", "hold", "1", "--why", "\udcff"), "UTF-8"),
    ],
)
def test_what_makes_no_sense_is_exit_code_2_with_the_word_that_is_wrong(
    program: Program, arguments: tuple[str, ...], words: str
) -> None:
    """One message for a person, and nothing on stdout for a script to misread."""
    wrong_use(program.run(*arguments), words)


@pytest.mark.parametrize(
    "arguments",
    [
        ("queue", "show", "99999999999999999999"),
        ("queue", "hold", "99999999999999999999", "--why", "why"),
        ("queue", "approve", "99999999999999999999"),
        ("queue", "show", "one"),
        ("queue", "list", "--limit", "-1"),
        ("queue", "list", "--limit", "0"),
        ("log", "--limit", "99999999999999999999"),
        ("pause", "--all"),
        ("queue", "nothing"),
    ],
)
def test_numbers_and_names_that_cannot_be_are_exit_code_2(program: Program, arguments: tuple[str, ...]) -> None:
    """Before any database is asked."""
    assert program.run(*arguments).code == 2


def test_texts_on_stdin_that_are_not_utf8_are_told(bare: Program) -> None:
    """An old list in Windows-1251."""
    wrong_use(bare.run("preview", "--platform", "x", "--text", "-", stdin="Привет".encode("cp1251")), "UTF-8")


# -- a person is asked for -----------------------------------------------------------------------------------------


def test_a_held_delivery_makes_the_status_ask_for_a_person(program: Program) -> None:
    """Cron mails what is not 0."""
    program.add()
    assert program.run("status").code == 0
    program.run("queue", "hold", "1", "--why", "wait")
    assert program.run("status").code == 1


def test_a_text_that_is_blocked_makes_the_preview_ask_for_a_person(bare: Program) -> None:
    """The words can be checked in a script before anything is queued."""
    assert bare.run("preview", "--platform", "mastodon", "--text", "a" * 501).code == 1
    assert bare.run("preview", "--platform", "mastodon", "--text", "a" * 500).code == 0


def test_a_check_asks_for_a_person_where_something_keeps_a_post_from_going(program: Program) -> None:
    """The evening before, by cron: one line per reason, and nothing is changed."""
    Image.new("RGB", (8, 6)).save(program.folder / "card.png")
    program.add("ერთი", "--picture", str(program.folder / "card.png"), "--alt-text", "A card")
    done = program.run("queue", "check", "--all", "--json")
    assert (done.code, done.json["posts"][0]["blocked"]) == (0, False)
    next((program.folder / "media").glob("*.png")).unlink()
    done = program.run("queue", "check", "1", "--json")
    (told,) = done.json["posts"]
    assert (done.code, told["post"], [one["code"] for one in told["problems"]]) == (1, 1, ["picture_gone"])
    assert "cannot go out" in program.run("queue", "check", "--all").out
    wrong_use(program.run("queue", "submit", "1"), "the picture")


def test_a_check_needs_posts_or_all(program: Program) -> None:
    """Nothing looked over is no good news."""
    wrong_use(program.run("queue", "check"), "--all")
    wrong_use(program.run("queue", "check", "1", "--all"), "--all")


def test_a_broken_chain_is_exit_code_1_with_the_first_bad_row(program: Program) -> None:
    """Somebody has changed the record."""
    program.add()
    database = open_database(f"sqlite:///{program.folder / 'july30.db'}")
    with database.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER audit_no_update")
        tx.exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE id = 2")
    database.close()
    done = program.run("verify", "--json")
    assert (done.code, done.json["ok"], "2" in str(done.json["first_bad"])) == (1, False, True)


def test_words_for_one_platform_are_given_as_name_and_words(program: Program) -> None:
    """An equals sign in the words is theirs; what is written otherwise is refused by name."""
    program.add("ერთი", "--text-for", "Outbox=1+1=2")
    told = program.run("queue", "show", "1", "--json").json["sees"]
    assert (told["parts"], told["media"]) == (["1+1=2"], [])
    assert "sees, part 1: 1+1=2" in program.run("queue", "show", "1").out
    wrong_use(program.run("queue", "edit", "1", "--text-for", "outbox"), "outbox")
    wrong_use(program.run("queue", "edit", "1", "--text-for", "outbox=a", "--text-for", "outbox=b"), "two texts")
    assert program.run("queue", "edit", "1", "--text-for", "outbox=").code == 0
    assert program.run("queue", "show", "1", "--json").json["sees"]["parts"] == ["ერთი"]

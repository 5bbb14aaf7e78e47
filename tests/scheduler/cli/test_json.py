"""What scripts read: one JSON document on stdout, with the keys that were promised, and nothing else there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.scheduler.cli.program import Program

SHEET = "id,mission,date,time,text,status\na,GE,2099-07-30,09:00,ადამიანი არ იყიდება,approved\n"
QUEUE = {
    "id", "post_id", "account", "mission", "platform", "state", "review", "reason", "due_at", "local_due",
    "permalink", "remote_id", "text",
}  # fmt: skip
IMPORT = {"file", "added", "unchanged", "changed", "needs_fixing", "questions", "rows"}
IMPORT_POST = {
    "text", "local_due", "time_zone", "accounts", "link", "media", "alt_text", "language", "status", "notes"
}  # fmt: skip
STATUS = {"heartbeat_at", "due", "waiting", "held", "unclear", "failed", "published", "paused", "tzdata"}


def test_the_queue(program: Program) -> None:
    """Instants are UTC with a Z, local times have none."""
    program.add()
    (row,) = program.run("queue", "list", "--json").json["deliveries"]
    assert set(row) >= QUEUE
    assert (row["due_at"], row["local_due"]) == ("2099-07-30T05:00:00Z", "2099-07-30T09:00:00")
    assert (row["account"], row["state"], row["review"]) == ("ge-outbox", "waiting", "draft")
    assert row["text"] == "ადამიანი არ იყიდება"


def test_the_queue_is_whole_unless_limited(program: Program) -> None:
    """A listing that stops at fifty is a silent miss."""
    for number in range(3):
        program.add(f"post {number}")
    assert len(program.run("queue", "list", "--json").json["deliveries"]) == 3
    assert len(program.run("queue", "list", "--json", "--limit", "2").json["deliveries"]) == 2


def test_an_import(program: Program) -> None:
    """The verdict of every row, with what the row is."""
    program.write("plan.csv", SHEET)
    done = program.run("import", str(program.folder / "plan.csv"), "--yes", "--json")
    told = done.json
    assert (done.code, set(told) >= IMPORT, told["added"]) == (0, True, 1)
    (row,) = told["rows"]
    assert (row["row"], row["verdict"], row["problems"]) == (2, "added", [])
    assert set(row["post"]) >= IMPORT_POST
    assert row["post"]["accounts"] == ["ge-outbox"]


def test_a_row_that_needs_fixing_names_code_level_cell_and_message(program: Program) -> None:
    """A script can turn it into a comment in the sheet."""
    program.write("plan.csv", SHEET.replace("09:00", "25:00"))
    done = program.run("import", str(program.folder / "plan.csv"), "--yes", "--json")
    (problem,) = done.json["rows"][0]["problems"]
    assert (done.code, set(problem), problem["cell"]) == (1, {"code", "level", "cell", "message"}, "D2")


def test_a_question_adds_nothing_and_asks_for_a_person(program: Program) -> None:
    """7 August or 8 July."""
    program.write("plan.csv", SHEET.replace("2099-07-30", "07/08/2099"))
    done = program.run("import", str(program.folder / "plan.csv"), "--yes", "--json")
    assert (done.code, done.json["added"], [one["code"] for one in done.json["questions"]]) == (1, 0, ["day_or_month"])
    done = program.run("import", str(program.folder / "plan.csv"), "--yes", "--day-first", "--json")
    assert (done.code, done.json["rows"][0]["post"]["local_due"]) == (0, "2099-08-07T09:00:00")


def test_a_preview(program: Program) -> None:
    """Length, limit and unit are the platform's own."""
    told = program.run("preview", "--platform", "mastodon", "--text", "გამარჯობა", "--json").json
    assert list(told) == ["platform", "length", "limit", "unit", "parts", "problems"]
    assert (told["length"], told["limit"], told["unit"]) == (9, 500, "graphemes")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_previews_of_many_texts_are_one_object_per_line(program: Program, end: bytes) -> None:
    """Also where the last line does not end, or a program from Windows wrote it."""
    lines = ["გამარჯობა", "", "a\u2028b\x85c", "Ҷавонон"]
    given = (end or b"\n").join(line.encode() for line in lines) + end
    done = program.run("preview", "--platform", "mastodon", "--text", "-", "--json", stdin=given)
    told = [json.loads(line) for line in done.out.splitlines() if line]
    assert [one["parts"] for one in told] == [[line] for line in lines]


def test_the_status(program: Program) -> None:
    """Every count is there, also where it is nought."""
    told = program.run("status", "--json").json
    assert set(told) >= STATUS
    assert (told["heartbeat_at"], told["paused"], told["waiting"]) == (None, [], 0)


def test_the_log(program: Program) -> None:
    """A delivery whose counts nobody has read has no metrics, not noughts."""
    program.add()
    (row,) = program.run("log", "--json").json["rows"]
    assert (row["text"], row["metrics"], row["state"]) == ("ადამიანი არ იყიდება", {}, "waiting")
    assert set(row) >= {"id", "post_id", "account_id", "due_at", "next_at", "remote_id", "permalink", "key"}


def test_the_verification(program: Program) -> None:
    """Exit code 0 where the chain is whole."""
    done = program.run("verify", "--json")
    assert (done.code, done.json["ok"], done.json["first_bad"]) == (0, True, None)


def test_the_accounts(program: Program) -> None:
    """And their check."""
    (one, _) = program.run("accounts", "list", "--json").json["accounts"]
    assert (one["id"], one["lookup"]) == ("ge-outbox", "exact")
    done = program.run("accounts", "check", "--json")
    assert (done.code, [row["ok"] for row in done.json["accounts"]]) == (0, [True, True])


STEPS: list[tuple[str, ...]] = [
    ("queue", "submit", "1"),
    ("queue", "hold", "1", "--why", "wait"),
    ("queue", "show", "1"),
    ("queue", "release", "1"),
    ("queue", "send-back", "1", "--why", "no"),
    ("queue", "approve", "1"),
    ("queue", "edit", "1", "--text", "სხვა"),
    ("queue", "move", "1", "--to", "2099-07-31T09:00"),
    ("pause", "--mission", "GE", "--why", "an accident"),
    ("resume", "--mission", "GE"),
    ("pause", "--all", "--why", "an accident"),
    ("resume", "--all"),
    ("pause", "--campaign", "--why", "an accident"),
    ("resume", "--campaign"),
    ("pause", "--account", "ge-outbox", "--why", "an accident"),
    ("resume", "--account", "ge-outbox"),
    ("queue", "hold", "1", "--why", "wait"),
    ("queue", "resolve", "1", "--not-published"),
    ("queue", "hold", "1", "--why", "wait"),
    ("queue", "resolve", "1", "--published", "https://social.example/@iom/42"),
    ("queue", "take-down", "1", "--why", "consent withdrawn"),
    ("queue", "cancel", "2", "--why", "not needed"),
    ("queue", "hold", "3", "--why", "wait"),
    ("queue", "skip", "3", "--why", "too late"),
    ("db", "upgrade"),
    ("init",),
]


@pytest.mark.parametrize("as_json", [True, False])
def test_every_decision_tells_what_was_done(program: Program, as_json: bool) -> None:
    """One document for a script, words for a person, in one long day at the desk."""
    for text in ("ერთი", "ორი", "სამი"):
        program.add(text)
    for step in STEPS:
        done = program.run(*step, *(["--json"] if as_json else []))
        assert done.code in {0, 1}, (step, done.err)
        told: Any = done.json if as_json else done.out
        assert told, step


def test_an_export_and_the_doctor(program: Program) -> None:
    """The doctor asks for a person: no daemon ever ran here."""
    program.add()
    told = program.run("export", str(program.folder / "plan.xlsx"), "--json").json
    assert told["posts"] == 1
    done = program.run("doctor", "--json")
    assert (done.code, done.json["ok"]) == (1, False)
    assert {"check", "ok", "message"} == set(done.json["checks"][0])

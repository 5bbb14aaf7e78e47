"""Users by command: the token is seen once, and what it opens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.scheduler.cli.program import Program

ANA = "ana@iom.example"


def test_init_tells_the_administrators_token_once_and_aside(bare: Program) -> None:
    """A script reads stdout; the token is for a person, and a second `init` makes nobody."""
    first = bare.run("init", "--administrator", ANA, "--json")
    assert first.json["administrator_made"] == ANA
    token = re.search(r"shown only now: (\S{43,})$", first.err.strip())
    assert token
    assert token[1] not in first.out
    second = bare.run("init", "--json")
    assert (second.json["administrator_made"], "token" in second.err) == (None, False)
    assert [one["email"] for one in bare.run("users", "list", "--json").json["users"]] == [ANA]


def test_a_user_acts_by_the_token_in_the_environment(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the log says that it was them."""
    added = program.run("users", "add", ANA, "--name", "Ana", "--role", "officer", "--mission", "GE", "--json")
    monkeypatch.setenv("JULY30_TOKEN", added.json["token"])
    number = program.add("ერთი", "--as", ANA)
    story = program.run("queue", "show", str(number), "--json").json
    assert {one["actor"] for one in story["audit"]} == {ANA}


def test_a_wrong_token_is_wrong_use_and_stays_unsaid(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, as for everything that the caller has to change."""
    program.run("users", "add", ANA, "--name", "Ana", "--role", "officer", "--all-missions")
    monkeypatch.setenv("JULY30_TOKEN", "CANARY-77")
    done = program.run("pause", "--all", "--why", "no", "--as", ANA)
    assert (done.code, done.out) == (2, "")
    assert "CANARY-77" not in done.err
    monkeypatch.delenv("JULY30_TOKEN")
    assert "JULY30_TOKEN" in program.run("pause", "--all", "--why", "no", "--as", ANA).err


@pytest.mark.parametrize("missions", [[], ["--mission", "GE", "--all-missions"]])
def test_for_which_missions_has_to_be_said(program: Program, missions: list[str]) -> None:
    """A role for all of them must not be given by forgetting an option."""
    done = program.run("users", "add", ANA, "--name", "Ana", "--role", "officer", *missions)
    assert (done.code, "--all-missions" in done.err) == (2, True)


def test_an_administrator_needs_no_mission(program: Program) -> None:
    """There is no other kind."""
    assert program.run("users", "add", ANA, "--name", "Ana", "--role", "administrator").code == 0


def test_a_disabled_user_is_listed_as_such(program: Program) -> None:
    """What they did keeps their name."""
    program.run("users", "add", ANA, "--name", "Ana", "--role", "officer", "--all-missions")
    assert program.run("users", "disable", ANA).code == 0
    rows = {one["email"]: one["active"] for one in program.run("users", "list", "--json").json["users"]}
    assert rows == {"administrator@localhost": True, ANA: False}
    assert "disabled" in program.run("users", "list").out


def test_with_a_level_a_post_goes_by_another_person_s_word(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the sheet to approved, as two people do it at two terminals."""
    added = program.run("users", "add", ANA, "--name", "Ana", "--role", "approver", "--mission", "GE", "--json")
    program.write("config.toml", program.config.read_text(encoding="utf-8") + "\n[review]\nlevels = 2\n")
    number = str(program.add())
    assert program.run("queue", "submit", number).code == 0
    refused = program.run("queue", "approve", number)
    assert (refused.code, "--as EMAIL" in refused.err) == (2, True)
    monkeypatch.setenv("JULY30_TOKEN", added.json["token"])
    done = program.run("queue", "approve", number, "--as", ANA, "--json").json
    assert (done["done"], done["still_needs"]) == ([int(number)], {number: 1})
    (row,) = program.run("queue", "list", "--json").json["deliveries"]
    assert row["review"] == "submitted"
    assert "needs 1 more" in program.run("queue", "approve", number, "--as", ANA).out


def test_resuming_with_two_people_asks_first(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 until the second one: something needs a person."""
    program.write("config.toml", program.config.read_text(encoding="utf-8") + "\n[review]\ntwo_person_release = true\n")
    program.run("pause", "--all", "--why", "an accident")
    ended = []
    for name in (ANA, "eka@iom.example"):
        add = program.run("users", "add", name, "--name", name, "--role", "approver", "--all-missions", "--json")
        monkeypatch.setenv("JULY30_TOKEN", add.json["token"])
        done = program.run("resume", "--all", "--as", name, "--json")
        ended.append((done.code, done.json["changed"], done.json["asked"]))
        if not done.json["changed"]:
            assert f"{ANA} asks to resume it" in program.run("status").out
    assert ended == [(1, False, True), (0, True, False)]

"""Every command is told, and every command that is told exists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from scheduler.cli.common import DONE, NEEDS_A_PERSON, UNAVAILABLE, WRONG_USE
from scheduler.cli.main import app
from tests.docs import ROOT, names, papers, read, rows, section, snippets

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATING = "docs/operating.md"
MENTION = re.compile(r"(?<![\w.:'-])july30 ([^|;&)]*)")
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")


def commands(command: Any, path: str = "july30") -> Iterator[tuple[str, set[str]]]:
    """Every command by its whole name, with its options; help is left out."""
    if not hasattr(command, "commands"):
        yield path, options(command)
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


def options(command: Any) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")}


COMMANDS = dict(commands(typer.main.get_command(app)))
TOLD = {names(cells[0])[0]: set(names(cells[1])) for cells in rows(section(read(OPERATING), "Every command"))}
MENTIONS = sorted(
    {found[1] for page in papers() for told in snippets(read(str(page))) for found in MENTION.finditer(told)}
)


def test_the_list_of_commands_is_whole() -> None:
    """Somebody in a hurry on 30 July looks there, and nowhere else."""
    assert sorted(TOLD) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_told_with_all_its_options(name: str) -> None:
    """An option that nobody tells is one that nobody finds."""
    assert TOLD[name] == COMMANDS[name] - {"--json"}


STAY = ["july30 up", "july30 daemon", "july30 web"]


def test_every_command_but_those_that_stay_gives_json() -> None:
    """The page says so, and scripts rely on it."""
    assert [name for name, known in COMMANDS.items() if "--json" not in known] == STAY


READING = [
    "july30 export",
    "july30 preview",
    "july30 queue check",
    "july30 status",
    "july30 log",
    "july30 verify",
    "july30 queue list",
    "july30 queue show",
    "july30 manual-kit",
    "july30 cards render",
    "july30 cards templates",
    "july30 accounts list",
    "july30 users list",
    "july30 backup",
]
BEFORE_ANYBODY = ["july30 init", "july30 db upgrade", "july30 restore"]


def test_a_command_that_changes_something_takes_who_acts() -> None:
    """With review levels only a person with a token may decide; a changing command without that is a way round."""
    nameless = {name for name, known in COMMANDS.items() if "--as" not in known}
    assert nameless == {*READING, *STAY, *BEFORE_ANYBODY}


def test_the_pages_speak_of_many_commands() -> None:
    """If the search finds nothing any more, the next test proves nothing."""
    assert len(MENTIONS) > 40


@pytest.mark.parametrize("mention", MENTIONS)
def test_what_a_page_says_to_type_exists(mention: str) -> None:
    """A reader types it as it stands there."""
    root = typer.main.get_command(app)
    command: Any = root
    words = re.sub(r"--config \S+", "", mention).split()
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, f"july30 has no '{words[0]}'"
        command = command.commands[words.pop(0)]
    assert set(OPTION.findall(" ".join(words))) <= options(command) | {"--help"}


def test_the_exit_codes_are_told() -> None:
    """Monitors and scripts act on them."""
    told = [int(cells[0]) for cells in rows(section(read(OPERATING), "Exit codes"))]
    assert told == [DONE, NEEDS_A_PERSON, WRONG_USE, UNAVAILABLE]


def test_make_offers_what_the_pages_say() -> None:
    """`make run` is the first thing that anybody types."""
    offered = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {found for page in papers() for found in re.findall(r"`make ([a-z]+)`", read(str(page)))}
    assert {"run", "test"} <= told <= offered

"""The program as the system starts it: quickly, in its own process, and without a word of any secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.test_commands import COMMANDS
from tests.scheduler.cli.program import AT, CONFIG

if TYPE_CHECKING:
    from tests.scheduler.cli.program import Program

JULY30 = str(Path(sys.executable).with_name("july30"))
HEAVY = ("sqlalchemy", "alembic", "requests", "openpyxl", "pydantic", "apscheduler", "PIL", "tweepy", "structlog")
CANARY = "CANARY-3f9a"
TOKENS = """
[[account]]
id = "ge-mastodon"
mission = "GE"
platform = "mastodon"
base_url = "http://127.0.0.1:1"
secret = "env:GE_TOKEN"

[[account]]
id = "tj-mastodon"
mission = "TJ"
platform = "mastodon"
base_url = "http://127.0.0.1:1"
secret = "file:tj.token"
"""
VAULTED = """
[[account]]
id = "ge-x"
mission = "GE"
platform = "x"
base_url = "http://127.0.0.1:1"
secret = "vault:ge-x"
"""


def july30(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [JULY30, *arguments], input=stdin, capture_output=True, timeout=60, env={**os.environ, **environment}
    )


@pytest.mark.parametrize("name", ["july30", *sorted(COMMANDS)])
def test_every_command_has_its_help(bare: Program, name: str) -> None:
    """Without a configuration: help is for those who have none yet."""
    done = bare.run(*name.split()[1:], "--help")
    assert (done.code, done.err) == (0, "")
    assert "Usage: " in done.out


def test_starting_imports_nothing_heavy() -> None:
    """`july30 --help` must answer at once; what a command needs, it imports itself."""
    code = f"import sys, scheduler.cli.main; print([one for one in {HEAVY!r} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_an_error_is_one_message_and_an_exit_code(tmp_path: Path) -> None:
    """As the system sees it, in a process of its own."""
    done = july30("--config", str(tmp_path / "none.toml"), "status", "--json")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith("july30: there is no ")
    assert done.stderr.count(b"\n") == 1


def test_the_configuration_may_be_named_in_the_environment(tmp_path: Path) -> None:
    """As service managers do."""
    done = july30("status", JULY30_CONFIG=str(tmp_path / "mine.toml"))
    assert b"mine.toml" in done.stderr


@pytest.mark.parametrize("language", ["C", "C.UTF-8", "POSIX"])
def test_every_script_comes_out_whole_whatever_the_terminal_says(language: str) -> None:
    """A service manager starts it with no language at all."""
    done = july30("preview", "--platform", "x", "--text", "-", "--json", stdin="ҒӢӮ ადამიანი".encode(), LC_ALL=language)
    assert "ҒӢӮ ადამიანი" in done.stdout.decode("utf-8")


def test_the_first_configuration_is_made_and_never_overwritten(bare: Program) -> None:
    """`init` twice is what people do."""
    assert bare.run("init", "--json").json["config_made"] is True
    bare.write("config.toml", CONFIG)
    assert bare.run("init", "--json").json["config_made"] is False
    assert bare.config.read_text(encoding="utf-8") == CONFIG


def test_no_secret_is_in_any_output_nor_in_the_database(bare: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists, logs and errors are pasted into mails; a secret in one of them is a secret lost."""
    monkeypatch.setenv("GE_TOKEN", CANARY)
    bare.write("tj.token", CANARY).chmod(0o644)
    bare.write("config.toml", CONFIG + TOKENS + VAULTED)
    said = ""
    for command in (
        ("init",),
        ("accounts", "list", "--json"),
        ("accounts", "check", "--json"),
        ("doctor", "--json"),
        ("queue", "add", "--mission", "GE", "--account", "ge-mastodon", "--at", AT, "--text", "ერთი", "--json"),
        ("queue", "show", "1", "--json"),
        ("queue", "resolve", "1", "--published"),
        ("status",),
        ("log", "--json"),
    ):
        done = bare.run(*command)
        said += done.out + done.err
    stored = bare.run("accounts", "connect", "ge-x", "--json", stdin=CANARY.encode())
    said += stored.out + stored.err
    assert "ge-mastodon" in said
    assert (bare.folder / "vault" / "ge-x.sealed").exists()
    assert CANARY not in said
    assert all(CANARY.encode() not in one.read_bytes() for one in bare.folder.glob("july30.db*"))


def test_a_secret_written_into_the_configuration_is_not_repeated(bare: Program) -> None:
    """The message says what to do about it, without it."""
    bare.write("config.toml", CONFIG + TOKENS.replace("env:GE_TOKEN", CANARY))
    done = bare.run("status")
    assert (done.code, CANARY in done.err) == (2, False)
    assert "replace it at the platform" in done.err


def test_an_option_that_no_platform_knows_is_told_by_the_doctor(bare: Program) -> None:
    """Before the day, with the line and the right name; every other command refuses as well."""
    bare.config.write_text(CONFIG + VAULTED + 'options = { link = "no" }\n', encoding="utf-8")
    done = bare.run("doctor")
    assert done.code == 2
    assert "options.link: the platform 'x' knows no such option; did you mean 'links'?" in done.err

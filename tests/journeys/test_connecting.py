"""Somebody connects accounts with the real program: in a browser, by pasting, by typing; and no secret is seen."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests

from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.telegram import TelegramServer
from scheduler.secrets import StoredSecret
from tests.adapters.gates import CASES, CLIENT_SECRET, REDIRECT, gate_of, signed_in
from tests.journeys.house import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.scripted.signing_in import Gate
    from tests.adapters.gates import Case

BY_NAME = {one.name: one for one in CASES}
PASSWORD = "abcd-efgh-ijkl-mnop"
BOT = "123456:canary-of-the-bot"
PATIENCE_S = 30
ADDRESS = re.compile(r"^http://127\.0\.0\.1:\d+/\S*response_type=code\S*$", re.MULTILINE)
CONFIG = """\
[campaign]
name = "World Day"
day = 2027-07-30

[console]
public_url = "https://campaign.example"

[[mission]]
code = "GE"
name = "IOM Georgia"
time_zone = "Asia/Tbilisi"
languages = ["ka"]

[[account]]
id = "ge-feed"
mission = "GE"
platform = "{platform}"
base_url = "{url}"
secret = "vault:ge-feed"
options = {{ {options} }}
"""
APP = """
[[app]]
platform = "{app}"
client_id = "app-1"
secret = "file:app.secret"
redirect = "{redirect}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One installation."""

    folder: Path

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """The program is at it, in pipes."""
        asked = [PROGRAM, "--config", str(self.folder / "config.toml"), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(asked, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=self.folder)

    def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        with self.begin(*arguments) as process:
            out, err = process.communicate(stdin, PATIENCE_S)
        return process.returncode, out, err

    def kept(self) -> str:
        return StoredSecret("vault:ge-feed", self.folder, {}, key="file:secrets.key").load()


def desk_at(folder: Path, platform: str, url: str, *, options: str = "", app: str = "", redirect: str = "") -> Desk:
    text = CONFIG.format(platform=platform, url=url, options=options)
    (folder / "config.toml").write_text(text + (APP.format(app=app, redirect=redirect) if app else ""))
    (folder / "app.secret").write_text(CLIENT_SECRET)
    (folder / "app.secret").chmod(0o600)
    desk = Desk(folder=folder)
    assert desk.run("init")[0] == 0
    return desk


@contextmanager
def desk_of(folder: Path, case: Case, redirect: str = REDIRECT) -> Iterator[tuple[Desk, Gate]]:
    options = ", ".join(f'{name} = "{value}"' for name, value in case.options.items())
    with gate_of(case, redirect) as gate:
        app = "" if case.platform == "mastodon" else case.app
        yield desk_at(folder, case.platform, gate.url, options=options, app=app, redirect=redirect), gate


def address_in(process: subprocess.Popen[str]) -> str:
    """The address that the program prints for a person."""
    assert process.stderr
    for line in process.stderr:
        if ADDRESS.fullmatch(line.strip()):
            return line.strip()
    process.kill()
    raise AssertionError("no address was printed")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def shows_nothing_of(gate: Gate, *shown: str) -> None:
    for one in shown:
        for secret in ("canary", *gate.issued, "registered-secret"):
            assert secret not in one


@pytest.mark.parametrize("name", ["x", "mastodon"])
def test_a_browser_on_this_machine_comes_back_by_itself(tmp_path: Path, name: str) -> None:
    """Nobody copies anything; another page that has the browser come here ends nothing."""
    case = BY_NAME[name]
    with desk_of(tmp_path, case, f"http://127.0.0.1:{free_port()}/back") as (desk, gate):
        page = (
            case.remote_id
            or requests.get(
                f"{gate.url}/api/v1/accounts/verify_credentials",
                headers={"Authorization": "Bearer canary-of-the-token-7c90"},
                timeout=10,
            ).json()["id"]
        )
        with desk.begin("accounts", "connect", "ge-feed", "--browser", "--page", page, "--json") as process:
            came_back = signed_in(address_in(process))
            stranger = re.sub("state=[^&]+", "state=of-a-stranger", came_back)
            assert requests.get(stranger, timeout=10).status_code == 404
            answer = requests.get(came_back, timeout=10)
            out, err = process.communicate(timeout=PATIENCE_S)
    assert (answer.status_code, process.returncode) == (200, 0), err
    assert json.loads(out)["accounts"][0]["ok"] is True
    assert "canary-of-the-token-7c90" in desk.kept()
    shows_nothing_of(gate, out, err, answer.text)


@pytest.mark.parametrize("name", ["facebook", "instagram by facebook", "threads", "linkedin page"])
def test_a_browser_elsewhere_is_answered_by_pasting(tmp_path: Path, name: str) -> None:
    """Servers have no browser; nor does a script a terminal: it says which page it means."""
    case = BY_NAME[name]
    with desk_of(tmp_path, case) as (desk, gate):
        asked = ("accounts", "connect", "ge-feed", "--browser", "--paste", "--json", "--page", case.remote_id)
        with desk.begin(*asked) as process:
            out, err = process.communicate(signed_in(address_in(process)) + "\n", PATIENCE_S)
    assert process.returncode == 0, out + err
    assert json.loads(out)["accounts"][0]["ok"] is True
    assert json.loads(desk.kept())["access_token"]
    shows_nothing_of(gate, out, err)


def test_without_a_terminal_nobody_is_asked_and_nothing_is_stored(tmp_path: Path) -> None:
    """The option and the ids to choose from are named; the exit code says that it was used wrongly."""
    asked = ("accounts", "connect", "ge-feed", "--browser", "--paste")
    with desk_of(tmp_path, BY_NAME["facebook"]) as (desk, gate), desk.begin(*asked) as process:
        out, err = process.communicate(signed_in(address_in(process)) + "\n", PATIENCE_S)
    assert process.returncode == 2
    assert "--page ID" in err
    assert "IOM Georgia (id 102030405060708)" in err
    assert not (tmp_path / "vault").exists()
    shows_nothing_of(gate, out, err)


def test_a_bot_is_connected_by_a_script_that_says_which_channel(tmp_path: Path) -> None:
    """It is asked before it is stored."""
    with TelegramServer(BOT) as server:
        desk = desk_at(tmp_path, "telegram", server.url)
        secret = json.dumps({"token": BOT, "chat": "@iomgeorgia"})
        wrong = desk.run("accounts", "connect", "ge-feed", "--page", "-1", stdin=secret)
        assert not (tmp_path / "vault").exists()
        right = desk.run("accounts", "connect", "ge-feed", "--page", str(server.number), stdin=secret)
    assert (wrong[0], right[0]) == (2, 0), right
    assert f"id {server.number}" in wrong[2]
    assert BOT not in str(wrong) + str(right)
    assert desk.kept() == secret


@pytest.mark.skipif(sys.platform == "win32", reason="no terminals like these")
@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 2)])
def test_at_a_terminal_a_person_types_and_confirms(tmp_path: Path, answer: str, code: int) -> None:
    """The password is not shown, the name and id are, and only yes stores."""
    with BlueskyServer(PASSWORD) as server:
        desk_at(tmp_path, "bluesky", server.url)
        ours, theirs = pty.openpty()
        asked = [PROGRAM, "--config", str(tmp_path / "config.toml"), "accounts", "connect", "ge-feed"]
        with subprocess.Popen(
            asked, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, close_fds=True
        ) as process:
            os.close(theirs)
            shown = ""
            for words, typed in (("mission.example", server.handle), ("App passwords", PASSWORD), ("Only yes", answer)):
                shown += _until(ours, words)
                os.write(ours, typed.encode() + b"\n")
            shown += _until(ours, None)
            assert process.wait(PATIENCE_S) == code, shown
        os.close(ours)
    assert f"{server.handle} (id {server.did})" in shown
    assert PASSWORD not in shown
    assert (tmp_path / "vault").exists() is (code == 0)


def _until(terminal: int, words: str | None) -> str:
    """What the terminal shows until it has shown these words, or until nobody writes to it any more."""
    shown = ""
    while words is None or words not in shown:
        ready, _, _ = select.select([terminal], [], [], PATIENCE_S)
        assert ready, shown
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece.decode("utf-8", "replace")
    return shown

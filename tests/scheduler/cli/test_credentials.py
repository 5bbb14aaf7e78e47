"""The whole program, its scripted platforms, and tokens that die in forty, twenty and five days, and yesterday."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.scripted.graph_tokens import LongLivedServer
from adapters.scripted.instagram import InstagramServer
from adapters.scripted.linkedin import OF_PERSON, LinkedInServer
from adapters.scripted.threads import ThreadsServer
from adapters.scripted.x import XServer
from adapters.scripted.x_auth import OAuth2
from tests.adapters.parts import TOKEN, now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.scripted.server import ScriptedServer

PROGRAM = str(Path(sys.executable).with_name("july30"))
CLIENT = {"client_id": "july30", "client_secret": "a-client-secret", "refresh_token": "a-refresh-token-good-for-once"}
CONFIG = """\
[campaign]
name = "World Day"
day = {day}
window_after = 60
[review]
levels = 0
[console]
public_url = "https://campaign.example"
[[mission]]
code = "GE"
name = "IOM Georgia"
time_zone = "UTC"
languages = ["en"]
"""
ACCOUNT = """\
[[account]]
id = "{id}"
mission = "GE"
platform = "{platform}"
base_url = "{url}"
secret = "{place}"
"""
ALONE, ITSELF = ("linkedin", "partner", "x"), ("threads", "instagram")
ENDED = "its credentials ended on {day}; no post comes after that: {asked}"
ENDS = (
    "its credentials end on {day}, in {left} days; no post comes after that{why}: whoever may sign in as {id} {asked}"
)
RENEWED = "its credentials last until {day} and are renewed before by july30 itself"
NOT_THERE = "; july30 would renew them itself at vault:, file: or keyring:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One account at a server of its own, whose credentials end so many days from now."""

    kind: str
    days: int
    is_fixed: bool
    server: ScriptedServer
    ends_at: datetime

    @property
    def id(self) -> str:
        return f"{self.kind}-{'env' if self.is_fixed else 'file'}-{self.days}".replace("--", "-minus-")

    @property
    def variable(self) -> str:
        return self.id.replace("-", "_").upper()

    @property
    def secret(self) -> str:
        renewing = self.kind in {"partner", "x"}
        end = {"refresh_expires_at" if renewing else "expires_at": self.ends_at.isoformat()}
        return json.dumps({"access_token": TOKEN, **end, **(CLIENT if renewing else {})})

    def keep(self, folder: Path) -> str:
        """The account in config.toml; its secret is in its file."""
        path = folder / f"{self.id}.token"
        path.write_text(self.secret, encoding="utf-8")
        path.chmod(0o600)
        platform = "linkedin" if self.kind == "partner" else self.kind
        place = f"env:{self.variable}" if self.is_fixed else f"file:{path.name}"
        return ACCOUNT.format(id=self.id, platform=platform, url=self.server.url, place=place)

    def sentence(self) -> str:
        """What a check has to say of it."""
        place, connect = f"env:{self.variable}", f"july30 accounts connect {self.id}"
        now_, before = f"connect it again now: {connect}", f"connects it again before: {connect}"
        if self.is_fixed:
            now_, before = f"put new ones at {place} now", f"puts new ones at {place} before"
        if self.days < 0:
            return ENDED.format(day=day_of(self.ends_at), asked=now_)
        if self.kind in ITSELF and not self.is_fixed:
            assert isinstance(self.server, LongLivedServer)
            return RENEWED.format(day=day_of(self.server.token_ends_at))
        why = NOT_THERE if self.is_fixed else ""
        return ENDS.format(day=day_of(self.ends_at), left=self.days, why=why, id=self.id, asked=before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An installation in a folder, with these accounts."""

    folder: Path
    accounts: tuple[Held, ...]

    def opened(self) -> Office:
        told = CONFIG.format(day=now().date()) + "".join(one.keep(self.folder) for one in self.accounts)
        (self.folder / "config.toml").write_text(told, encoding="utf-8")
        self.run("init")
        return self

    def run(self, *words: str) -> dict[str, Any]:
        """What the program told in its document."""
        command = [PROGRAM, "--config", str(self.folder / "config.toml"), *words, "--json"]
        secrets = {one.variable: one.secret for one in self.accounts}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=120, env={**os.environ, **secrets}
        )
        assert "Traceback" not in done.stderr
        found: dict[str, Any] = {"code": done.returncode, **json.loads(done.stdout)}
        return found


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def held(stack: ExitStack, kind: str, days: int, *, is_fixed: bool = False) -> Held:
    ends_at = now() + timedelta(days=days, minutes=10)
    server = stack.enter_context(server_of(kind, ends_at))
    return Held(kind=kind, days=days, is_fixed=is_fixed, server=server, ends_at=ends_at)


def day_of(instant: datetime) -> str:
    return f"{instant.day} {instant:%B %Y}"


def server_of(platform: str, ends_at: datetime) -> ScriptedServer:
    """The platform as it is when the account's credentials end then."""
    lives = ends_at > now()
    match platform:
        case "linkedin":
            return LinkedInServer(now, TOKEN if lives else "another", scopes=OF_PERSON)
        case "partner":
            partner = LinkedInServer(now, "another", scopes=OF_PERSON)
            partner.renewal, partner.renewable_until = CLIENT, ends_at
            return partner
        case "x":
            held = CLIENT["refresh_token"] if lives else "spent"
            tokens = OAuth2(client_id="july30", client_secret="a-client-secret", access_token=TOKEN, refresh_token=held)
            tokens.access_token = TOKEN if lives else "another"
            return XServer(now, tokens=tokens)
        case "threads":
            threads = ThreadsServer(now, TOKEN)
            threads.dies(ends_at)
            return threads
    instagram = InstagramServer(now, TOKEN)
    instagram.dies(ends_at)
    return instagram


def test_a_check_says_what_an_officer_must_do_and_by_when(stack: ExitStack, tmp_path: Path) -> None:
    """Whoever reads it has to know whether it is for them, and how long they have."""
    ways = [*((kind, False) for kind in (*ALONE, *ITSELF)), *((kind, True) for kind in ITSELF)]
    accounts = [held(stack, kind, days, is_fixed=fixed) for kind, fixed in ways for days in (40, 20, 5, -1)]
    told = Office(folder=tmp_path, accounts=tuple(accounts)).opened().run("accounts", "check")
    assert told["code"] == 1
    for account, one in zip(accounts, told["accounts"], strict=True):
        assert one["message"].endswith(f"; {account.sentence()}")
        by_itself = account.kind in ITSELF and not account.is_fixed
        assert (one["ok"], one["renew"]) == (account.days > 0, account.days <= (0 if by_itself else 30))
        if isinstance(account.server, LongLivedServer):
            assert account.server.renewals == (1 if by_itself and account.days == 5 else 0)


def test_doctor_and_status_name_the_accounts_whose_credentials_end_before_planned_posts(
    stack: ExitStack, tmp_path: Path
) -> None:
    """Forty days are far away, unless posts are planned for after them; what renews itself is nobody's matter."""
    linkedin, x, threads = accounts = tuple(held(stack, kind, 40) for kind in ("linkedin", "x", "threads"))
    made = Office(folder=tmp_path, accounts=accounts).opened()
    at = (now() + timedelta(days=42)).strftime("%Y-%m-%dT%H:%M")
    assert made.run("queue", "add", "--mission", "GE", "--at", at, "--text", "one post")["code"] == 0
    found = {one["check"]: one for one in made.run("doctor")["checks"]}
    for account, named in ((linkedin, True), (x, True), (threads, False)):
        looked = found[f"account {account.id}"]
        assert (looked["ok"], "in 40 days; 1 post comes after that" in looked["message"]) == (not named, named)
    told = [one for one in made.run("status")["matters"] if one["kind"] == "credentials"]
    assert [(one["happened"], one["command"]) for one in told] == [
        (
            f"The credentials of {one.id} end on {day_of(one.ends_at)}, and 1 post is planned there after that.",
            f"july30 accounts connect {one.id}",
        )
        for one in (linkedin, x)
    ]

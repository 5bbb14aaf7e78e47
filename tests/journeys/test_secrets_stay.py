"""No secret of a whole run stands anywhere but where it is kept: each is a canary, and every byte is searched."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urljoin

import pytest
import requests

from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json
from tests.journeys.campaign import ADMINISTRATOR, Office, sixty_posts
from tests.journeys.house import until
from tests.journeys.leaks import below, leaks, shown_by
from tests.journeys.stand import marked
from tests.scheduler.cli.program import Program, Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


POSTS = 12
CARRYING = {"authorization", "x-signature", "x-key-id", "idempotency-key"}
REPEATED_MAX = 2000
KEPT = {"secrets", "secrets.key"}
PAGES_MAX = 60
LOOKS = (
    ("status",),
    ("log",),
    ("queue", "list"),
    ("accounts", "list"),
    ("users", "list"),
    ("verify",),
    ("doctor", "--as", ADMINISTRATOR),
    ("accounts", "check", "--as", ADMINISTRATOR),
    ("alerts", "test", "--as", ADMINISTRATOR),
)


class Parrot(ScriptedServer):
    """Refuses whatever it is asked, and repeats all of it, in the forms in which servers write what they repeat."""

    def carry_out(self, request: Request) -> Reply:
        carried = {name: value for name, value in request.headers.items() if name in CARRYING}
        told = " ".join([*carried.values(), request.path, request.body.decode("utf-8", "replace")[:REPEATED_MAX]])
        all_forms = " ".join(form(told) for form in (str, quote, quote_plus, html.escape))
        body = dict.fromkeys(("error", "message", "detail", "description"), all_forms) | {"errors": [{"message": told}]}
        status = 401 if request.method == "GET" else 422
        headers = {"Content-Type": "application/json", "x-request-id": quote(all_forms)}
        return Reply(status=status, body=json.dumps(body).encode(), headers=headers)


class Ears(ScriptedServer):
    """Takes alerts and signs of life, and what else is asked of it."""

    def carry_out(self, request: Request) -> Reply:
        return reply_json({})


@pytest.fixture
def ears() -> Iterator[Ears]:
    with Ears() as server:
        yield server


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    with Parrot() as server:
        yield server


@pytest.fixture
def office(tmp_path: Path, ears: Ears) -> Iterator[Office]:
    folder = tmp_path / "office"
    folder.mkdir()
    with ExitStack() as opened:
        made = Office(
            folder=folder,
            database_url=f"sqlite:///{folder / 'july30.db'}",
            program=(sys.executable, "-m", "tests.journeys.talkative"),
            more_config='[alerts]\nurls = ["env:ALERTS"]\ndead_man_ping = "env:PING"\n',
        )
        made.open(opened)
        host = ears.url.removeprefix("http://")
        made.environment |= {"ALERTS": f"json://{host}/{marked('alert')}", "PING": f"http://{host}/{marked('ping')}"}
        yield made
        made.stop_all()


@pytest.mark.timeout(600)
def test_no_secret_leaves_its_place(
    office: Office,
    ears: Ears,
    parrot: Parrot,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Logs are mailed, databases copied, pages printed: whoever holds one of them must not hold an account."""
    office.build(f"{datetime.now(UTC):%Y-%m-%d}")
    office.queue(sixty_posts()[:POSTS], datetime.now(UTC) + timedelta(seconds=20), apart_s=1)
    office.speak_with({one.account: parrot.url for one in office.stands})
    running = office.start_daemon("up")
    until(lambda: all(proxy.log for proxy in office.proxies.values()), within_s=90, what="each platform has refused")
    office.speak_with({one.account: one.url for one in office.stands})
    office.acts(0)
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)
    asked = Asked(office.folder)
    asked.run("accounts", "check", "--as", ADMINISTRATOR)  # ends the pauses of those that were refused as strangers
    seen = list(shown_by(running.pid))
    names = [one.account for one in office.stands]
    until(
        lambda: [one.account for one in office.stands if one.out()] == names,
        within_s=90,
        what="each has taken something",
    )
    run_out(office)
    office.settled()
    seen += [*shown_by(running.pid), *pages(office)]

    caplog.set_level(logging.DEBUG)
    asked.everything()
    office.speak_with({one.account: parrot.url for one in office.stands})
    asked.everything()
    parrot.stop()
    asked.everything()
    asked.run("backup", str(office.folder / "copy.db"))
    asked.run("export", str(office.folder / "exported.xlsx"))
    for config in misconfigured(office, tmp_path / "wrong"):
        asked.config = config
        for words in (("status",), ("doctor",), ("accounts", "check", "--json")):
            asked.run(*words)
    office.stop_all()

    seen += [(f"output {number}", said.encode()) for number, said in enumerate([*office.said, *asked.said])]
    seen += [("alert", one.body) for one in ears.requests]
    seen += [("libraries' own log", caplog.text.encode())]
    found = leaks([*below(office.folder, KEPT), *seen], secrets_of(office))
    assert not found, "\n".join(found)
    kept = {path.stem for path in (office.folder / "secrets").iterdir()}
    assert kept == {one.account for one in office.stands if one.kept == "file"}


class Asked(Program):
    """The program's commands one by one, and in `said` what they wrote."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.said: list[str] = []

    def run(self, *arguments: str, stdin: bytes = b"") -> Run:
        """As ever."""
        done = super().run(*arguments, stdin=stdin)
        self.said += [done.out, done.err]
        return done

    def everything(self) -> None:
        """Every command that shows something has shown it, to people and to scripts."""
        for words in LOOKS:
            self.run(*words)
            self.run(*words, "--json")
        deliveries = self.run("queue", "list", "--json").json["deliveries"]
        for one in {it["account"]: it for it in deliveries}.values():
            self.run("queue", "show", str(one["id"]), "--json")


def secrets_of(office: Office) -> dict[str, list[str]]:
    """Everything that nobody may see, by whose it is."""
    key = (office.folder / "secrets.key").read_text().strip()
    own = {"the vault's key": [key], "people's tokens": office.tokens}
    alerts = {"alerts": [office.environment["ALERTS"], office.environment["PING"]]}
    return own | alerts | {one.account: list(one.secrets()) for one in office.stands}


def run_out(office: Office) -> None:
    """X's access token has run out in the middle of the run, and Bluesky's session."""
    for one in office.stands:
        if tokens := getattr(one.server, "tokens", None):
            tokens.access_token = marked("run-out")
        if one.platform == "bluesky":
            one.server.run_out()  # type: ignore[union-attr]


def pages(office: Office) -> Iterator[tuple[str, bytes]]:
    """Every page of the console that can be reached."""
    found = re.search("http://localhost:[0-9]+/", (office.folder / "daemon.log").read_text("utf-8"))
    assert found
    todo, seen = [found[0], f"{found[0]}health"], set[str]()
    while todo and len(seen) < PAGES_MAX:
        address = todo.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = requests.get(address, timeout=20)
        yield address, answer.content + str(answer.headers).encode()
        if answer.headers.get("content-type", "").startswith("text/html"):
            links = (urljoin(address, html.unescape(one)) for one in re.findall('href="([^"#]+)"', answer.text))
            todo += [one for one in links if one.startswith(found[0])]
    assert len(seen) >= 4


def misconfigured(office: Office, folder: Path) -> Iterator[Path]:
    """Configurations with a secret where none belongs, as people in a hurry write them."""
    folder.mkdir()
    good, bird = office.config.read_text("utf-8"), office.tokens[0]
    token = 'secret = "env:SECRET_OF_GE_MASTODON"'
    wrong = [
        good.replace("env:SECRET_OF_GE_MASTODON", bird),
        good.replace('"env:ALERTS"', f'"{bird}"'),
        good.replace(token, f'token = "{bird}"'),
        good.replace(token, f"{token}\npassword = {bird}"),
        good.replace(token, f'secret = ["{bird}"]'),
        good.replace("http://127", f"http://someone:{bird}@127"),
        good.replace(office.database_url, f"postgresql+psycopg://july30:{bird}@127.0.0.1:1/july30"),
        good.replace('idempotent = "yes"', f'idempotent = "{bird}"'),
        good.replace("levels = 1", f'levels = "{bird}"'),
        f'{good}\n[secrets]\nkey = "env:JULY30_TOKEN"\n',
    ]
    for number, text in enumerate(wrong):
        assert text != good, number
        path = folder / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        yield path


@pytest.mark.parametrize(
    "write",
    [
        str,
        quote,
        json.dumps,
        html.escape,
        lambda it: it[::-1],
        lambda it: it.encode().hex(),
        lambda it: it.encode().hex().upper(),
        lambda it: base64.b64encode(it.encode()).decode(),
        lambda it: base64.b64encode(f"a{it}".encode()).decode(),
        lambda it: base64.b64encode(f"ab{it}b".encode()).decode(),
        lambda it: "".join(f"%{ord(one):02X}" for one in it),
        lambda it: "".join(f"\\u{ord(one):04X}" for one in it)[::-1],
        lambda it: it[:-16],
    ],
)
def test_a_secret_is_found_in_whatever_form(write: object) -> None:
    """A search that finds nothing is worth what it would have found."""
    secret = marked('control+/="')
    hidden = f"…{write(secret)}…".encode()  # type: ignore[operator]
    assert leaks([("a page", hidden)], {"somebody": [secret]})
    assert not leaks([("a page", hidden)], {"somebody": [marked("another")]})

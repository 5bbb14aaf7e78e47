"""Two real processes, one account's tokens, and platforms where a second renewal is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired
from adapters.instagram import Instagram
from adapters.linkedin import LinkedIn
from adapters.scripted.instagram import InstagramServer
from adapters.scripted.linkedin import LinkedInServer
from adapters.scripted.threads import ThreadsServer
from adapters.scripted.x import XServer
from adapters.scripted.x_auth import OAuth2
from adapters.threads import Threads
from adapters.x import X
from scheduler import vault
from tests.adapters.parts import now
from tests.scheduler.renewer import account_at, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from adapters.contract import Perishable
    from adapters.scripted.server import Mishap, Reply, Request, ScriptedServer

RENEW, ME = "/2/oauth2/token", "/2/users/me"
FIRST = {"client_id": "july30", "access_token": "run-out", "refresh_token": "a-refresh-token-good-for-once"}


class Crowded(XServer):
    """Answers a renewal only after all of them came to the door, and then gives a second one a while to come too."""

    def __init__(self, callers: int):
        super().__init__(
            now, tokens=OAuth2(client_id="july30", access_token="good", refresh_token=FIRST["refresh_token"])
        )
        self._callers = callers
        self._change = threading.Condition()
        self._came = {ME: 0, RENEW: 0}

    def meet(self, request: Request) -> tuple[Reply, Mishap | None]:
        with self._change:
            if request.path in self._came:
                self._came[request.path] += 1
                self._change.notify_all()
            if request.path == RENEW:
                self._change.wait_for(lambda: self._came[ME] >= self._callers, timeout=20)
                self._change.wait_for(lambda: self._came[RENEW] >= 2, timeout=0.5)
        return super().meet(request)

    @property
    def asked_for_tokens(self) -> int:
        """How often a renewal was asked for."""
        return self._came[RENEW]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration's folder, with tokens that have run out in its vault."""
    vault.make_key(tmp_path / "secrets.key")
    stored(tmp_path).save(json.dumps(FIRST))
    return tmp_path


@pytest.fixture
def server() -> Iterator[Crowded]:
    with Crowded(8) as server:
        yield server


def started(server: ScriptedServer, folder: Path, *words: str) -> subprocess.Popen[str]:
    """The process, as soon as it is ready."""
    command = [sys.executable, "-m", "tests.scheduler.renewer", server.url, str(folder), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_processes_never_both_renew_the_tokens(server: Crowded, folder: Path) -> None:
    """The daemon posts while somebody checks the account: the second use of a refresh token may revoke them all."""
    processes = [started(server, folder, "4", "x") for _ in range(2)]
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    told = [json.loads(one.communicate(timeout=60)[0]) for one in processes]
    assert told == [["iomgeorgia"] * 4] * 2
    assert server.asked_for_tokens == 1
    assert server.tokens is not None
    assert json.loads(stored(folder).load())["refresh_token"] == server.tokens.refresh_token


def test_after_a_crash_before_new_tokens_were_stored_somebody_is_told_to_connect_anew(folder: Path) -> None:
    """The platform has taken the old refresh token back: no machine can mend that, and waiting would not."""
    with Crowded(1) as server:
        output, _ = started(server, folder, "1", "x", "die").communicate("\n", timeout=60)
        assert output == ""
        assert server.tokens is not None
        assert server.tokens.renewals == 1
        adapter = X(account_at(server.url, "x"), stored(folder))
        with pytest.raises(AuthExpired, match=r"Whoever may sign in as @iomgeorgia connects .* connect ge-account"):
            adapter.whoami()
    assert json.loads(stored(folder).load()) == FIRST


# -- the same where tokens are renewed ahead -----------------------------------------------------------------------

CLIENT = {"client_id": "july30", "client_secret": "a-client-secret", "refresh_token": "a-refresh-token-good-for-once"}
DUE = (now() + timedelta(days=5)).isoformat()


class _Slow:
    """Answers a renewal a while after it came, so that whoever comes meanwhile meets it."""

    came = 0

    def meet(self, request: Request) -> tuple[Reply, Mishap | None]:
        if request.path in {"/oauth/v2/accessToken", "/refresh_access_token"}:
            self.came += 1
            threading.Event().wait(0.3)
        return super().meet(request)  # type: ignore[misc,no-any-return]


class SlowLinkedIn(_Slow, LinkedInServer):
    """Its refresh tokens are good once."""


class SlowThreads(_Slow, ThreadsServer):
    """A token that was just renewed is too young for it."""


class SlowInstagram(_Slow, InstagramServer):
    """A token that was just renewed is too young for it."""


def linkedin() -> SlowLinkedIn:
    server = SlowLinkedIn(now, "good")
    server.renewal = CLIENT
    return server


SERVERS: dict[str, tuple[Callable[[], SlowLinkedIn | SlowThreads | SlowInstagram], type]] = {
    "linkedin": (linkedin, LinkedIn),
    "threads": (lambda: SlowThreads(now, "good"), Threads),
    "instagram": (lambda: SlowInstagram(now, "good"), Instagram),
}


@pytest.mark.parametrize("platform", SERVERS)
def test_two_processes_never_both_renew_ahead(platform: str, folder: Path) -> None:
    """Both looked when it ended and found it due: the second must see that the first has done it."""
    stored(folder).save(json.dumps({"access_token": "good", "expires_at": DUE, **CLIENT}))
    with SERVERS[platform][0]() as server:
        processes = [started(server, folder, "4", platform) for _ in range(2)]
        for one in processes:
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()
        told = [json.loads(one.communicate(timeout=60)[0]) for one in processes]
        assert told == [["renewed"] * 4] * 2
        assert (server.came, server.renewals) == (1, 1)
    kept = json.loads(stored(folder).load())
    assert kept["access_token"] != "good"
    assert kept["expires_at"] > DUE


@pytest.mark.parametrize("platform", SERVERS)
def test_a_crash_before_the_renewed_token_was_stored_is_told_with_who_must_act(platform: str, folder: Path) -> None:
    """The platform may no longer know the old one: no machine can mend that, and it must not look like an outage."""
    before = {"access_token": "good", "expires_at": DUE, **CLIENT}
    stored(folder).save(json.dumps(before))
    make, adapter_class = SERVERS[platform]
    with make() as server:
        output, _ = started(server, folder, "1", platform, "die").communicate("\n", timeout=60)
        assert (output, server.renewals) == ("", 1)
        adapter: Perishable = adapter_class(account_at(server.url, platform), stored(folder))
        adapter.horizon()
        with pytest.raises(AuthExpired, match=r"Whoever may sign in as @iomgeorgia .* july30 accounts connect ge-acc"):
            adapter.renew()
    assert json.loads(stored(folder).load()) == before

"""Two real processes, one pair of tokens, and a platform where each refresh token is good once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired
from adapters.scripted.x import XServer
from adapters.scripted.x_auth import OAuth2
from adapters.x import X
from posts.model import Account
from scheduler import vault
from tests.adapters.parts import now
from tests.scheduler.renewer import NAME, stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.scripted.server import Mishap, Reply, Request

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


def started(server: Crowded, folder: Path, *words: str) -> subprocess.Popen[str]:
    """The process, as soon as it is ready."""
    command = [sys.executable, "-m", "tests.scheduler.renewer", server.url, str(folder), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_processes_never_both_renew_the_tokens(server: Crowded, folder: Path) -> None:
    """The daemon posts while somebody checks the account: the second use of a refresh token may revoke them all."""
    processes = [started(server, folder, "4") for _ in range(2)]
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
        output, _ = started(server, folder, "1", "die").communicate("\n", timeout=60)
        assert output == ""
        assert server.tokens is not None
        assert server.tokens.renewals == 1
        adapter = X(
            Account(id=NAME, mission="GE", platform="x", handle="@iomgeorgia", base_url=server.url), stored(folder)
        )
        with pytest.raises(AuthExpired, match=r"Whoever may sign in as @iomgeorgia connects .* accounts connect ge-x"):
            adapter.whoami()
    assert json.loads(stored(folder).load()) == FIRST

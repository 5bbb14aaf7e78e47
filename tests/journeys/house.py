"""A whole installation in a folder: configuration, the program as a process, a server to publish to."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = str(Path(sys.executable).with_name("july30"))
TOKEN = "mock_token"
HEAD = {"Authorization": f"Bearer {TOKEN}"}
ZONES = {
    "BY": "Europe/Minsk",
    "UA": "Europe/Kyiv",
    "GE": "Asia/Tbilisi",
    "UZ": "Asia/Tashkent",
    "TJ": "Asia/Dushanbe",
}


def until(true: Callable[[], bool], *, within_s: float, what: str) -> None:
    """It has become true. Fails naming `what` where it does not in time."""
    pause = threading.Event()
    for _ in range(int(within_s * 10)):
        if true():
            return
        pause.wait(0.1)
    raise AssertionError(f"not within {within_s} s: {what}")


@dataclass(kw_only=True)
class House:
    """One installation; `run` calls the program as a user would."""

    folder: Path
    database_url: str
    platform: str = "outbox"
    base_url: str = ""
    concurrency: int = 8
    program: tuple[str, ...] = (PROGRAM,)
    environment: dict[str, str] = field(default_factory=lambda: {**os.environ, "JOURNEY_TOKEN": TOKEN})
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def build(self, day: str) -> None:
        parts = [
            f'[campaign]\nname = "Journey"\nday = {day}\n[database]\nurl = "{self.database_url}"\n',
            f"[engine]\nconcurrency = {self.concurrency}\n[review]\nlevels = 0\n",
            '[settle]\nlooks = ["1s", "3s", "6s"]\n[measure]\ncadence = ["1s", "2s", "2s"]\n',
        ]
        for code, zone in ZONES.items():
            parts.append(f'[[mission]]\ncode = "{code}"\nname = "{code}"\ntime_zone = "{zone}"\nlanguages = ["en"]\n')
            parts.append(f'[[account]]\nid = "{code.lower()}"\nmission = "{code}"\nplatform = "{self.platform}"\n')
            if self.base_url:
                parts.append(f'base_url = "{self.base_url}"\nsecret = "env:JOURNEY_TOKEN"\n')
        self.config.write_text("\n".join(parts), encoding="utf-8")
        self.run("init")

    def call(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """The program has run; `given` stood on its standard input."""
        return subprocess.run(
            [*self.program, "--config", str(self.config), *words],
            capture_output=True,
            text=True,
            timeout=60,
            input=given,
            env=self.environment,
        )

    def run(self, *words: str, codes: tuple[int, ...] = (0, 1)) -> dict[str, Any]:
        """The JSON answer of a command that must end with one of these exit codes."""
        done = self.call(*words, "--json")
        assert done.returncode in codes, (words, done.returncode, done.stdout[-500:], done.stderr[-1500:])
        return dict(json.loads(done.stdout))

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.run("queue", "list")["deliveries"])

    def states(self) -> dict[str, int]:
        told = [one["state"] for one in self.deliveries()]
        return {state: told.count(state) for state in set(told)}

    def start_daemon(self, command: str = "daemon") -> subprocess.Popen[bytes]:
        with (self.folder / "daemon.log").open("ab") as log:
            process = subprocess.Popen(
                [*self.program, "--config", str(self.config), command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
            )
        self.daemons.append(process)
        return process

    def stop_all(self) -> None:
        for one in self.daemons:
            if one.poll() is None:
                one.send_signal(signal.SIGTERM)
                one.wait(40)


class KillingProxy(ThreadingHTTPServer):
    """Forwards every call; while it holds the answer to a posting call that the server took, `on_hold` may strike."""

    daemon_threads = True

    def __init__(self, upstream: int):
        super().__init__(("127.0.0.1", 0), _Forward)
        self.upstream = upstream
        self.on_hold: Callable[[], None] = lambda: None
        self.hold = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is what this is for."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Forward(BaseHTTPRequestHandler):
    server: KillingProxy
    protocol_version = "HTTP/1.1"

    def relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        up = HTTPConnection("127.0.0.1", self.server.upstream, timeout=30)
        up.request(self.command, self.path, body=body, headers=headers)
        answer = up.getresponse()
        content = answer.read()
        up.close()
        if self.command == "POST" and re.fullmatch(r"/api/v1/statuses", self.path):
            self.server.on_hold()
            self.server.hold.wait(0.3)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = relay  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Nothing: the judge is the server."""


def start_mastodon() -> tuple[subprocess.Popen[bytes], int]:
    """A Mastodon server by others, in memory, answering on this port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    program = str(Path(sys.executable).with_name("mastodon_mock"))
    words = ["serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: _answers(port), within_s=20, what="mastodon_mock answers")
    return process, port


def published_there(port: int) -> list[dict[str, Any]]:
    """Every status of our account at the server, newest first."""
    base = f"http://127.0.0.1:{port}/api/v1/accounts"
    me = requests.get(f"{base}/verify_credentials", headers=HEAD, timeout=10).json()["id"]
    found: list[dict[str, Any]] = []
    last: dict[str, str] = {}
    while page := requests.get(
        f"{base}/{me}/statuses", headers=HEAD, params={"limit": "40", **last}, timeout=10
    ).json():
        found += page
        last = {"max_id": page[-1]["id"]}
    return found


def source_there(port: int, remote_id: str) -> str:
    """The status's words as the server was given them."""
    address = f"http://127.0.0.1:{port}/api/v1/statuses/{remote_id}/source"
    return str(requests.get(address, headers=HEAD, timeout=10).json()["text"])


def like(port: int, remote_id: str) -> None:
    address = f"http://127.0.0.1:{port}/api/v1/statuses/{remote_id}/favourite"
    requests.post(address, headers=HEAD, timeout=10).raise_for_status()


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/api/v1/instance", timeout=1).ok
    except requests.RequestException:
        return False

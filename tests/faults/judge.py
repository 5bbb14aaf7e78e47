"""The judge: platforms in a process of their own, with a log on disk of everything that they ever took.

`python -m tests.faults.judge FOLDER` prints its port and serves until its stdin ends. FOLDER holds `clock`, and gets
`judged.jsonl`. `POST /judge/script` gives it a new script, `POST /judge/kill` {"accounts", "how"}: the next posting
call of one of them is the last of whoever is named in FOLDER/victim. `POST /judge/faults` what it did to whom.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from adapters.scripted.server import Reply, Request, reply_json
from tests.faults.clock import SharedClock
from tests.faults.faces import MastodonFace, PlainFace, account_of
from tests.faults.own_servers import OWN_SERVERS, OwnServers
from tests.faults.script import KILLING, LOOK, POSTING, TAKEN, UPLOAD, Fault, Script, mark_in

if TYPE_CHECKING:
    from adapters.scripted.mastodon_statuses import Accepted

OPENING_BYTES = 400
HANG_S = 3.0
SLOW_S = 0.2
POSTING_PATHS = (
    *("/api/v1/statuses", "/by-text/posts", "/no-lookup/posts"),
    *("/com.atproto.repo.putRecord", "/sendMessage", "/sendPhoto"),
)
UPLOAD_PATHS = ("/api/v2/media", "/by-text/media", "/no-lookup/media", "/com.atproto.repo.uploadBlob")
LOOK_PATHS = ("/statuses", "/posts", "/com.atproto.repo.getRecord")
INSTEAD = {
    Fault.BROKEN: reply_json({"error": "Internal Server Error"}, 500),
    Fault.AWAY: Reply(status=503, headers={"Retry-After": "20"}),
    Fault.TOO_MANY: reply_json({"error": "Too many requests"}, 429),
    Fault.TOO_MANY_AFTER: Reply(status=429, headers={"Retry-After": "30"}),
    Fault.TOO_MANY_ABSURD: Reply(status=429, headers={"Retry-After": "1000000000"}),
    Fault.REFUSED: reply_json({"error": "Validation failed: this text is not allowed"}, 422),
}
AFTERWARDS = {
    Fault.GATEWAY: reply_json({"error": "Bad Gateway"}, 502),
    Fault.GARBAGE: Reply(body=b"<html><body>It works!</body></html>", headers={"Content-Type": "text/html"}),
    Fault.NO_ID: reply_json({"ok": True}),
    Fault.DUPLICATE: reply_json({"error": "duplicate"}, 409),
}


class Judge(ThreadingHTTPServer):
    """One server for all faces; what it takes is on disk before anybody is told."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, folder: Path):
        super().__init__(("127.0.0.1", 0), _Handler)
        self._folder = folder
        self.clock = SharedClock.open(folder / "clock")
        self._file = (folder / "judged.jsonl").open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.script = Script()
        self.kill_order: tuple[frozenset[str], Fault] = (frozenset(), Fault.NONE)
        self.faults: Counter[str] = Counter()
        self._face = ""
        self._last_id = ""
        self.mastodon = MastodonFace(self.clock, self._note)
        self.by_text = PlainFace("by-text", self.clock, self._note, listed=True)
        self.no_lookup = PlainFace("no-lookup", self.clock, self._note, listed=False)
        self.own_servers = {name: OwnServers(name, self._note) for name in OWN_SERVERS}
        for one in (self.mastodon, self.by_text, self.no_lookup):
            one.address = self.url

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fault_for(self, method: str, path: str, account: str, opening: bytes) -> Fault:
        """What goes wrong with this request; a kill that was ordered comes first, and once."""
        what = _kind(method, path)
        with self._lock:
            ordered = self._ordered(account) if what == POSTING else None
            mark = mark_in(opening)
            told = ordered or (self.script.next(what, account, mark) if what and account else Fault.NONE)
            if told is not Fault.NONE:
                self.faults[f"{what}:{told}"] += 1
            return told

    def _ordered(self, account: str) -> Fault | None:
        accounts, how = self.kill_order
        if account not in accounts:
            return None
        self.kill_order = (frozenset(), Fault.NONE)
        return how

    def serve_request(self, request: Request, fault: Fault) -> Reply:
        """The answer of the face, with all that it took on disk."""
        name = request.path.split("/")[1]
        plain = {"by-text": self.by_text, "no-lookup": self.no_lookup}
        face = self.own_servers.get(name) or plain.get(name) or self.mastodon
        with self._lock:
            self._face, self._last_id = name, ""
            reply = face.carry_out(request)
            if fault is Fault.LAG and self._last_id:
                face.hide(self._last_id)
            return reply

    def kill(self) -> None:
        """Whoever is named as the victim is dead."""
        with suppress(OSError, ValueError):
            os.kill(int((self._folder / "victim").read_text()), signal.SIGKILL)

    def _note(self, taken: Accepted) -> None:
        self._last_id = taken.remote_id
        told = {
            "face": self._face,
            "account": taken.account,
            "mark": mark_in(taken.text.encode()),
            "remote_id": taken.remote_id,
            "key": taken.key,
            "pictures": len(taken.pictures),
            "at": self.clock().isoformat(),
        }
        self._file.write(json.dumps(told) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def server_close(self) -> None:
        super().server_close()
        self._file.close()

    def handle_error(self, *_: object) -> None:
        """A client that hangs up, or is dead, is what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Judge

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        opening = self.rfile.read(min(length, OPENING_BYTES))
        if self.path.startswith("/judge/"):
            self._send(self._order(opening + self.rfile.read(length - len(opening))))
            return
        account = account_of(self._request(b""))
        fault = self.server.fault_for(self.command, self.path, account, opening)
        if fault in {Fault.PARTIAL, Fault.KILL_PARTIAL}:
            self._end(fault)
            return
        request = self._request(opening + self.rfile.read(length - len(opening)))
        if fault not in TAKEN:
            self._send(INSTEAD[fault])
            return
        self._answer(self.server.serve_request(request, fault), fault)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the names that the base class looks for

    def _answer(self, reply: Reply, fault: Fault) -> None:
        match fault:
            case Fault.NONE:
                self._send(reply)
            case Fault.SLOW:
                threading.Event().wait(SLOW_S)
                self._send(reply)
            case Fault.TRUNCATED:
                self._send(reply, cut_to=len(reply.body) // 2)
            case _ if fault in AFTERWARDS:
                self._send(AFTERWARDS[fault])
            case _:
                self._end(fault)

    def _end(self, fault: Fault) -> None:
        """No answer comes."""
        if fault in KILLING:
            self.server.kill()
        if fault is Fault.HANG:
            threading.Event().wait(HANG_S)
        if fault in {Fault.RESET, Fault.PARTIAL}:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection = True

    def _order(self, body: bytes) -> Reply:
        if self.path == "/judge/script":
            self.server.script = Script.read(body)
        if self.path == "/judge/kill":
            order = json.loads(body)
            self.server.kill_order = (frozenset(order["accounts"]), Fault(order["how"]))
        if self.path == "/judge/stop":
            threading.Thread(target=self.server.shutdown, daemon=True).start()
        return reply_json(dict(self.server.faults))

    def _request(self, body: bytes) -> Request:
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )

    def _send(self, reply: Reply, cut_to: int | None = None) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[:cut_to])
        self.close_connection = self.close_connection or cut_to is not None

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date of the rig's own time: who compares clocks must find them equal."""
        return super().date_time_string(timestamp or self.server.clock().timestamp())

    def log_message(self, *_: object) -> None:
        """Nothing: what counts is in the log on disk."""


def _kind(method: str, path: str) -> str:
    place = urlsplit(path).path
    if method == "POST" and place.endswith(POSTING_PATHS):
        return POSTING
    if method == "POST" and place.endswith(UPLOAD_PATHS):
        return UPLOAD
    return LOOK if method == "GET" and place.endswith(LOOK_PATHS) else ""


def main(folder: Path) -> None:
    """Serves until told to stop, or until whoever started it is gone."""
    judge = Judge(folder)
    sys.stdout.write(f"{judge.server_address[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_parent, args=(judge,), daemon=True).start()
    judge.serve_forever(poll_interval=0.05)
    judge.server_close()


def _end_with_parent(judge: Judge) -> None:
    sys.stdin.read()
    judge.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Where a browser on this machine comes back to after a sign-in: 127.0.0.1 alone, once (RFC 8252, section 7.3)."""

from __future__ import annotations

import hmac
import ipaddress
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

from scheduler.model import WrongUse

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE_S = 600.0
QUIET_S = 10  # a browser that opens a connection and says nothing holds nobody up for longer
DONE = b"<!doctype html><title>july30</title><p>You may close this page, and go back to july30.</p>"


def is_here(address: str) -> bool:
    """Whether the address leads to this machine by plain http."""
    parts = urlsplit(address)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


class Loopback(HTTPServer):
    """It listens as long as it is entered; `redirect` says at which port and path, empty: at any free one.

    Raises WrongUse where somebody else listens there.
    """

    allow_reuse_address = os.name == "posix"  # elsewhere it would let two programs listen at once

    def __init__(self, redirect: str = ""):
        parts = urlsplit(redirect)
        self.path = parts.path or "/"
        self.state = ""
        self.came_back = ""
        try:
            super().__init__(("127.0.0.1", parts.port or (80 if redirect else 0)), _Handler)
        except OSError as error:
            raise WrongUse(
                f"nobody can come back to {redirect or 'this machine'} ({error.strerror}); end what listens there,"
                " or use --paste"
            ) from None
        self.address = redirect or f"http://127.0.0.1:{self.server_address[1]}/"

    def wait_for(self, state: str) -> str:
        """The whole address at which the browser came back with this state. Raises WrongUse after ten minutes."""
        self.state = state
        ends = monotonic() + PATIENCE_S
        while not self.came_back:
            self.timeout = ends - monotonic()
            if self.timeout <= 0:
                raise WrongUse("nobody came back from the platform within ten minutes; nothing is stored")
            self.handle_request()
        return self.came_back

    def handle_error(self, *_: object) -> None:
        """A browser that hangs up is no matter."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Loopback
    timeout = QUIET_S

    def do_GET(self) -> None:
        """Only who knows the state ends the waiting: any page could have a browser come here."""
        parts = urlsplit(self.path)
        given = parse_qs(parts.query).get("state", [""])[0]
        if parts.path != self.server.path or not hmac.compare_digest(given.encode(), self.server.state.encode()):
            self.send_error(404)
            return
        self.server.came_back = self.server.address.partition("?")[0] + "?" + parts.query
        self.send_response_only(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Length", str(len(DONE)))
        self.end_headers()
        self.wfile.write(DONE)

    def log_message(self, *_: object) -> None:
        """Nothing: the address holds a code."""

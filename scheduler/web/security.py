"""What stands between the console and the rest of the web: hosts, origins, headers, tokens for forms."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from structlog import get_logger

from scheduler.notify.faults import trace_of
from scheduler.public_media import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_BYTES_MAX = 64_000
SEED_COOKIE = "july30_seed"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, never bound to
POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

log = get_logger()


class Guard:
    """Lets through what was meant for this console and comes from it; every answer carries `HEADERS`.

    Strangers, who come by `public_url`, reach nothing but what lies below `PREFIX`. `refusal` draws the page of a
    status. A fault of our own becomes the plain page of 500 and a line in the log.
    """

    def __init__(self, app: ASGIApp, *, listen: str, refusal: Callable[[int], Response], public_url: str = ""):
        self._app = app
        self._listen = listen
        self._public_host = urlsplit(public_url).netloc
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered, by the app or by a refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        if refused := self._why_not(scope):
            await self._refusal(refused)(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except Exception as fault:
            _tell(fault, scope["path"])
            if answer.begun:
                raise
            await self._refusal(500)(scope, receive, answer)

    def _why_not(self, scope: Scope) -> int | None:
        headers = Headers(scope=scope)
        if self._public_host and headers.get("host") == self._public_host and scope["path"].startswith(PREFIX):
            return None if scope["method"] in SAFE_METHODS else 405
        return why_not(scope["method"], headers, self._listen)


def _tell(fault: Exception, path: str) -> None:
    """The kind of the fault and the way to it: its words may hold what nobody should read in a log."""
    log.error("a page failed", path=path, fault=type(fault).__name__, at=trace_of(fault))


class _Answer:
    def __init__(self, send: Send):
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


class Tokens:
    """The proof that a form was drawn by this console for this browser: an HMAC over a random cookie.

    The key lives as long as the process: forms drawn before a restart have to be loaded again.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def seed(self, request: Request) -> str:
        """What the browser's cookie holds, or a new one where it holds none."""
        held = request.cookies.get(SEED_COOKIE, "")
        return held if re.fullmatch(r"[\w-]{43}", held, re.ASCII) else secrets.token_urlsafe(32)

    def token(self, seed: str) -> str:
        """The token that belongs to the cookie."""
        return hmac.new(self._key, seed.encode(), hashlib.sha256).hexdigest()

    def fits(self, request: Request, token: str) -> bool:
        """Whether the form's token belongs to the cookie that came with it."""
        seed = request.cookies.get(SEED_COOKIE, "")
        return bool(seed) and hmac.compare_digest(self.token(seed).encode(), token.encode("utf-8", "replace"))

    def keep(self, request: Request, response: Response, seed: str) -> None:
        """The browser holds the cookie: unseen by scripts, never sent from other sites."""
        secure = request.url.scheme == "https"
        response.set_cookie(SEED_COOKIE, seed, httponly=True, samesite="strict", secure=secure, path="/")


def why_not(method: str, headers: Headers, listen: str) -> int | None:
    """The status with which the request is refused before anything looks at it; None lets it through."""
    if not is_our_host(headers.get("host", ""), listen):
        return 421
    if method in SAFE_METHODS:
        return None
    if not is_from_us(headers):
        return 403
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not re.fullmatch(r"[0-9]{1,10}", length, re.ASCII):
        return 411
    return 413 if int(length) > BODY_BYTES_MAX else None


def is_our_host(host: str, listen: str) -> bool:
    """Whether the Host header names this console: a name that was rebound to our address is none of ours.

    That is loopback and what `listen` says; where that is every address of the machine, any plain address.
    """
    name, ours = _host_name(host), _host_name(listen)
    if name in LOOPBACK or (name == ours and name not in {"", *ANY_ADDRESS}):
        return True
    return ours in ANY_ADDRESS and _is_address(name)


def is_from_us(headers: Headers) -> bool:
    """Whether a changing request can come from a page of ours, as far as its browser says.

    "null" says nothing: our own pages send it, as they never tell where they come from. The form's token decides then.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin", "null")
    if site is not None and site != "same-origin":
        return False
    return origin == "null" or urlsplit(origin).netloc == headers.get("host")


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

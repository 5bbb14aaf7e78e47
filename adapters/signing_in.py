"""Signing in at a platform by OAuth 2.0 with a code (RFC 6749), a state, and PKCE (RFC 7636) where the platform has it.

The rules are Authlib's. The calls are ours: in time, not redirected, and blacked out.
"""

from __future__ import annotations

import base64
import json
import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import MismatchingStateException, MissingCodeException
from authlib.oauth2.rfc6749.parameters import (
    parse_authorization_code_response,
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from adapters.contract import AuthExpired, Begun, Rejected, Retryable
from adapters.http import Answer, Call, Http, failure_for
from adapters.http_calls import instant, origin
from adapters.http_hiding import HIDDEN
from adapters.oauth import Tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from adapters.contract import App
    from posts.model import Account

REFUSED = frozenset({400, 401, 403})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One platform's way, as data. `authorize` and `token` are whole addresses; an account's base_url stands for both.

    `basic`: an app with a secret proves itself by HTTP Basic, else in the form.
    """

    authorize: str
    token: str
    scopes: tuple[str, ...]
    separator: str = " "
    pkce: bool = False
    basic: bool = False

    def wanted(self, app: App) -> tuple[str, ...]:
        """The scopes that are asked for."""
        return app.scopes or self.scopes


class Held:
    """A secret that is not stored anywhere yet."""

    def __init__(self, secret: str):
        self._secret = secret

    def load(self) -> str:
        """The secret."""
        return self._secret

    def save(self, secret: str) -> None:
        """The secret is this one."""
        self._secret = secret

    def renewing(self) -> AbstractContextManager[None]:
        """Nothing to wait for: nobody else has it."""
        return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a platform gave for a code: `tokens` as an account's secret keeps them, `said` its whole answer."""

    tokens: Mapping[str, str] = field(repr=False)
    said: Mapping[str, Any] = field(repr=False)

    def text(self, **more: str) -> str:
        """The secret, with what else it has to hold."""
        return json.dumps({**self.tokens, **{name: value for name, value in more.items() if value}})


def place(address: str, account: Account) -> tuple[str, str]:
    """The server and the path of a platform's address, at the account's own server where it names one."""
    return account.base_url.rstrip("/") or origin(address), urlsplit(address).path


def begun(flow: Flow, app: App, account: Account, **kept: str) -> Begun:
    """The person can go and sign in; `kept` goes with it to the end."""
    state, verifier = generate_token(43), generate_token(64)
    more: dict[str, str] = {}
    if flow.pkce:
        more = {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
        kept["verifier"] = verifier
    scope = flow.separator.join(flow.wanted(app))
    server, path = place(flow.authorize, account)
    address = prepare_grant_uri(
        server + path, app.client_id, "code", redirect_uri=app.redirect, scope=scope, state=state, **more
    )
    return Begun(address=str(address), state=state, kept=kept)


def granted(flow: Flow, app: App, begun: Begun, came_back: str, account: Account) -> Granted:
    """The tokens for the code with which the person came back. Raises as `SignIn.finish` does."""
    code, verifier = _code_in(came_back, begun.state), begun.kept.get("verifier", "")
    basic = flow.basic and bool(app.client_secret)
    proof = {} if basic else {"client_id": app.client_id, "client_secret": app.client_secret}
    body = prepare_token_request(
        "authorization_code", redirect_uri=app.redirect, code=code, code_verifier=verifier, **proof
    )
    pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    server, path = place(flow.token, account)
    call = Call(
        what="signing in",
        method="POST",
        path=path,
        headers={**FORM, **({"Authorization": f"Basic {pair}"} if basic else {})},
        content=str(body).encode(),
        hidden=tuple(one for one in (code, verifier, app.client_secret, pair) if one),
    )
    found = tokens_in(Http(server).prepare(call))
    _refuse_too_little(found.said, flow.wanted(app))
    return found


def exchanged(address: str, account: Account, grant: str, **fields: str) -> Granted:
    """The token that lasts, for one that lasts an hour or two. The documents have the app's secret in the query."""
    server, path = place(address, account)
    hidden = tuple(one for name, one in fields.items() if name != "client_id")
    query = [("grant_type", grant), *fields.items()]
    call = Call(what="asking for a token that lasts", method="GET", path=path, query=query, hidden=hidden)
    return tokens_in(Http(server).prepare(call))


def granted_for_long(
    flow: Flow, server: str, grant: str, app: App, begun: Begun, came_back: str, account: Account
) -> Granted:
    """The token that lasts, of a platform that first gives one for an hour, and changes it for this at `server`."""
    short = granted(flow, app, begun, came_back, account).tokens["access_token"]
    return exchanged(f"{server}/access_token", account, grant, client_secret=app.client_secret, access_token=short)


def tokens_in(answer: Answer) -> Granted:
    """What the answer grants, with when it ends by the answer's own date. Raises AuthExpired where it was refused."""
    said = answer.fields()
    if answer.status in REFUSED:
        raise AuthExpired(
            f"{answer.what}: the platform refused it ({_kind(answer)}); begin again, and see that the app's client_id,"
            " secret and redirect in config.toml are those registered at the platform",
            http_status=answer.status,
        )
    if not answer.ok:
        raise failure_for(answer, posting=False)
    rows = said.get("data")
    if isinstance(rows, list) and rows and isinstance(rows[0], dict):
        said = rows[0]
    token = said.get("access_token")
    if not isinstance(token, str) or not token or HIDDEN in token:  # it may hold half of it: nothing is shown
        raise Retryable(f"{answer.what}: the platform answered without a token", http_status=answer.status)
    kept = Tokens(written={}).renewed_by(said, instant(answer.headers.get("date", "")))
    return Granted(tokens=kept.written, said=said)


def _code_in(came_back: str, state: str) -> str:
    given = _query(came_back)
    if given.get("state") != state:
        raise _no_answer()
    if kind := given.get("error"):
        said = kind if re.fullmatch(r"[a-z_]{1,60}", kind) else "an error"
        raise AuthExpired(f"signing in: the platform sent back no permission but {said}; begin again, and allow it")
    try:
        return str(parse_authorization_code_response(came_back.strip(), state)["code"])
    except (MissingCodeException, MismatchingStateException):
        raise _no_answer() from None


def _query(address: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(urlsplit(address.strip()).query))
    except ValueError:
        return {}


def _no_answer() -> Rejected:
    return Rejected(
        "signing in: that is not the address at which this sign-in came back; begin again, and give the whole address"
        " that the browser shows at the end"
    )


def _refuse_too_little(said: Mapping[str, Any], wanted: Collection[str]) -> None:
    """Nothing, where the platform does not say what it grants, or grants all of it."""
    scope = said.get("scope") or said.get("permissions")
    given = set(re.split(r"[\s,]+", scope)) if isinstance(scope, str) else set(scope or ())
    if given and (missing := sorted(set(wanted) - given)):
        raise AuthExpired(f"signing in: it was allowed without {', '.join(missing)}; begin again, and allow everything")


def _kind(answer: Answer) -> str:
    kind = answer.fields().get("error")
    named = isinstance(kind, str) and re.fullmatch(r"[a-z_]{1,60}", kind)
    return f"{answer.status}: {kind}" if named else str(answer.status)

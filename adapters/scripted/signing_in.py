"""The sign-in pages of a scripted platform: strict where RFC 6749 and RFC 7636 are, in front of what it serves else.

An address to come back to must be the registered one to the letter, a code is good once and for its own client and
verifier, and a token that is to last is given only for a short one. `says_no`: the person does not allow it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
SHORT = "short-token-of-a-sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One app, as it is registered."""

    id: str
    secret: str = field(default="", repr=False)
    redirect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one platform demands. `lasting`: path, grant and field of the call that makes a short token a lasting one.

    `answer`: what the call for a token gives beside the token; `wraps`: in a list of its own.
    """

    authorize: str
    token: str
    pkce: bool = False
    basic: bool = False
    lasting: tuple[str, str, str] | None = None
    answer: Mapping[str, object] = field(default_factory=dict)
    wraps: bool = False


RULES = {
    "x": Rules(
        authorize="/i/oauth2/authorize",
        token="/2/oauth2/token",  # noqa: S106 - a path
        pkce=True,
        basic=True,
        answer={"token_type": "bearer", "expires_in": 7200},
    ),
    "mastodon": Rules(authorize="/oauth/authorize", token="/oauth/token", pkce=True),  # noqa: S106
    "facebook": Rules(
        authorize="/v26.0/dialog/oauth",
        token="/v26.0/oauth/access_token",  # noqa: S106
        lasting=("/v26.0/oauth/access_token", "fb_exchange_token", "fb_exchange_token"),
        answer={"token_type": "bearer", "expires_in": 5183},
    ),
    "instagram": Rules(
        authorize="/oauth/authorize",
        token="/oauth/access_token",  # noqa: S106
        lasting=("/access_token", "ig_exchange_token", "access_token"),
        wraps=True,
    ),
    "threads": Rules(
        authorize="/oauth/authorize",
        token="/oauth/access_token",  # noqa: S106
        lasting=("/access_token", "th_exchange_token", "access_token"),
    ),
    "linkedin": Rules(
        authorize="/oauth/v2/authorization",
        token="/oauth/v2/accessToken",  # noqa: S106
        answer={"expires_in": 5_183_999},
    ),
}


@dataclass(slots=True, kw_only=True)
class _Code:
    client: Client
    redirect: str
    challenge: str
    scope: str
    used: bool = False


class Gate(ScriptedServer):
    """The platform `behind`, with its sign-in pages. `token` is what a sign-in gives in the end.

    `pages`: what the list of Pages holds; `acls`: what the list of organisations does.
    """

    def __init__(self, behind: ScriptedServer, rules: Rules, token: str, client: Client | None, **more: object):
        super().__init__()
        self.behind = behind
        self.rules = rules
        self.clients = {client.id: client} if client else {}
        self.says_no = False
        self.grants: str | None = None
        self.pages: Sequence[Mapping[str, object]] = ()
        self.acls: Sequence[Mapping[str, object]] = ()
        self.issued: list[str] = []
        self._token = token
        self._more = more
        self._codes: dict[str, _Code] = {}

    def carry_out(self, request: Request) -> Reply:
        """The answer of the sign-in pages, or of what is behind."""
        served: Callable[[Request], Reply] | None = {
            ("GET", self.rules.authorize): self._authorize,
            ("POST", self.rules.token): self._redeem,
            ("POST", "/api/v1/apps"): self._register,
            ("GET", "/v26.0/me/accounts"): self._listed_pages,
            ("GET", "/rest/organizationAcls"): self._listed_acls,
            ("GET", self.rules.lasting[0] if self.rules.lasting else ""): self._exchange,
        }.get((request.method, request.path))
        if served == self._redeem and "authorization_code" not in request.body.decode():
            served = None
        return served(request) if served else self.behind.carry_out(request)

    def _authorize(self, request: Request) -> Reply:
        asked = {name: values[0] for name, values in request.query.items() if len(values) == 1}
        client = self.clients.get(asked.get("client_id", ""))
        if client is None or asked.get("redirect_uri") != client.redirect:
            return Reply(status=400, body=b"This app is not known, or may not come back there.")
        if asked.get("response_type") != "code" or not asked.get("scope") or len(asked.get("state", "")) < 32:
            return Reply(status=400, body=b"invalid_request")
        pkce = asked.get("code_challenge_method") == "S256" and CHALLENGE.fullmatch(asked.get("code_challenge", ""))
        if self.rules.pkce and not pkce:
            return Reply(status=400, body=b"code_challenge is required")
        back = {"error": "access_denied"} if self.says_no else {"code": self._code(client, asked)}
        return Reply(
            status=302, headers={"Location": f"{client.redirect}?{urlencode({**back, 'state': asked['state']})}"}
        )

    def _code(self, client: Client, asked: Mapping[str, str]) -> str:
        name = f"code-{len(self._codes) + 1}-of-a-sign-in"
        self._codes[name] = _Code(
            client=client,
            redirect=asked["redirect_uri"],
            challenge=asked.get("code_challenge", ""),
            scope=asked["scope"],
        )
        self.issued.append(name)
        return name

    def _redeem(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        code = self._codes.get(form.get("code", ""))
        if not self._proven(request, form):
            return reply_json({"error": "invalid_client"}, 401)
        if code is None or code.used or form.get("redirect_uri") != code.redirect or not self._verified(code, form):
            return reply_json({"error": "invalid_grant", "error_description": "The code is not valid."}, 400)
        code.used = True
        scope = code.scope if self.grants is None else self.grants
        told: dict[str, object] = {"access_token": self._first(), "scope": scope, **self.rules.answer, **self._more}
        return reply_json({"data": [told]} if self.rules.wraps else told)

    def _first(self) -> str:
        return SHORT if self.rules.lasting else self._token

    def _proven(self, request: Request, form: Mapping[str, str]) -> bool:
        """Whether it is the client that it says it is: by HTTP Basic where the platform wants that, or in the form."""
        if self.rules.basic:
            pairs = {_basic(one): one for one in self.clients.values()}
            known = pairs.get(request.headers.get("authorization", ""))
            return known is not None and bool(known.secret) and "client_secret" not in form
        known = self.clients.get(form.get("client_id", ""))
        return known is not None and hmac.compare_digest(known.secret, form.get("client_secret", ""))

    def _verified(self, code: _Code, form: Mapping[str, str]) -> bool:
        if not self.rules.pkce:
            return "code_verifier" not in form
        verifier = form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return bool(VERIFIER.fullmatch(verifier)) and digest == code.challenge

    def _exchange(self, request: Request) -> Reply:
        _, grant, name = self.rules.lasting or ("", "", "")
        asked = {key: values[0] for key, values in request.query.items()}
        secrets = {one.secret for one in self.clients.values()}
        if asked.get("grant_type") != grant or asked.get(name) != SHORT or asked.get("client_secret") not in secrets:
            return reply_json({"error": {"message": "Error validating access token", "code": 190}}, 400)
        return reply_json({"access_token": self._token, "token_type": "bearer", "expires_in": 5_183_944})

    def _register(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        if set(form) != {"client_name", "redirect_uris", "scopes"}:
            return reply_json({"error": "Validation failed"}, 422)
        client = Client(id="registered-id", secret="registered-secret-of-it", redirect=form["redirect_uris"])  # noqa: S106
        self.clients[client.id] = client
        return reply_json({"id": "1", "client_id": client.id, "client_secret": client.secret})

    def _listed_pages(self, request: Request) -> Reply:
        proofs = {_proof(one.secret, self._token) for one in self.clients.values()}
        if request.headers.get("authorization") != f"Bearer {self._token}" or "access_token" in request.query:
            return reply_json({"error": {"message": "Invalid OAuth access token", "code": 190}}, 401)
        if request.query.get("appsecret_proof", [""])[0] not in proofs:
            return reply_json({"error": {"message": "appsecret_proof is needed", "code": 100}}, 400)
        return reply_json({"data": list(self.pages)})

    def _listed_acls(self, request: Request) -> Reply:
        asked: dict[str, Any] = {name: values[0] for name, values in request.query.items()}
        if asked.get("q") != "roleAssignee" or "linkedin-version" not in request.headers:
            return reply_json({"status": 400, "code": "ILLEGAL_ARGUMENT"}, 400)
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return reply_json({"status": 401, "code": "INVALID_ACCESS_TOKEN"}, 401)
        return reply_json({"elements": list(self.acls)})


def _basic(client: Client) -> str:
    return "Basic " + base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()


def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()

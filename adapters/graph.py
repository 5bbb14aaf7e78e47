"""How Meta's Graph API is called: a version in the address, the token in a header, fields in the body or the query.

Behaviour as read in Meta's documents (on 24 Nov 2026). The token never stands in an address: those reach logs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from adapters.contract import AuthExpired, Failure, Option, Retryable
from adapters.graph_answers import refusal
from adapters.http import Answer, Call, Http
from adapters.options import wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapters.contract import Secrets
    from adapters.http import Upload
    from posts.model import Account

FACEBOOK = "https://graph.facebook.com"
VERSION = "v26.0"  # that of Meta's own library 26.0.3; a version lives for about two years
VERSIONS = re.compile(r"v[1-9][0-9]?\.[0-9]", re.ASCII)
TOKEN = re.compile(r"[A-Za-z0-9_.|~-]+", re.ASCII)
ID = re.compile(r"[0-9]{1,30}", re.ASCII)
CURSOR = re.compile(r"[!-~]{1,500}", re.ASCII)
BATCH_MAX = 50
PAGE_ROWS = 100
PAGES_MAX = 10
VERSION_OPTION = Option(name="version", default=VERSION, meaning="the version of the interface that is called")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What opens an account; `app_secret` is empty where the app does not ask for proofs."""

    token: str = field(repr=False)
    app_secret: str = field(default="", repr=False)

    def proof(self) -> dict[str, str]:
        """The field that proves that the call comes from the app; none without its secret."""
        if not self.app_secret:
            return {}
        made = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256)
        return {"appsecret_proof": made.hexdigest()}

    def hidden(self) -> tuple[str, ...]:
        """What must be shown to nobody."""
        return tuple(one for one in (self.token, self.app_secret, *self.proof().values()) if one)


def key_of(account: Account, secrets: Secrets) -> Key:
    """The token as it is now, and the app's secret where it is kept. Raises AuthExpired where there is no token."""
    secret = secrets.load().strip()
    try:
        parts = json.loads(secret)
    except ValueError:
        parts = None
    if not isinstance(parts, dict):
        parts = {"access_token": secret}
    token, app_secret = str(parts.get("access_token") or ""), str(parts.get("app_secret") or "")
    if TOKEN.fullmatch(token):
        return Key(token=token, app_secret=app_secret)
    raise AuthExpired(
        f"account '{account.id}': its secret is not whole; write the access token, or"
        ' {"access_token": "…", "app_secret": "…"} where the app asks for proofs'
    )


class Graph:
    """One account's calls to one server.

    `refused` makes the failure of an unwelcome answer. `version` is called where the account's options name none.
    """

    def __init__(
        self,
        account: Account,
        secrets: Secrets,
        http: Http,
        refused: Callable[..., Failure] = refusal,
        *,
        version: str = VERSION,
    ):
        self._usual_version = version
        self._account = account
        self._secrets = secrets
        self._http = http
        self._refused = refused

    @property
    def host(self) -> str:
        """The server, as messages name it."""
        return self._http.host

    def refuse_unfit(self) -> None:
        """Nothing, where the account's version is one. Raises Rejected."""
        if not VERSIONS.fullmatch(self._version):
            raise wrong(self._account, "version", f'a version such as "{self._usual_version}"')

    def get(self, what: str, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """The object that reading gives. Raises the failure of any other answer."""
        return self._object(self.answer(what, "GET", path, fields))

    def make(self, what: str, path: str, fields: Mapping[str, str], uploads: Sequence[Upload] = ()) -> dict[str, Any]:
        """The object that a call gives which makes nothing public, and may be repeated."""
        return self._object(self.answer(what, "POST", path, fields, uploads))

    def post_once(self, what: str, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """The object that the call gives which makes something public."""
        return self._object(self._http.post_once(self._call(what, "POST", path, fields)), posting=True)

    def answer(
        self, what: str, method: str, path: str, fields: Mapping[str, str], uploads: Sequence[Upload] = ()
    ) -> Answer:
        """The answer to a call that may be repeated, whatever it says."""
        return self._http.prepare(self._call(what, method, path, fields, uploads))

    def listed(self, what: str, path: str, fields: str) -> Iterator[dict[str, Any]]:
        """A list page by page, as the platform orders it. Raises Retryable where it comes to no end."""
        asked = {"fields": fields, "limit": str(PAGE_ROWS)}
        for _ in range(PAGES_MAX):
            found = self.get(what, path, asked)
            if not _is_legible(found.get("data")):
                raise Retryable(f"{what}: {self.host} answered without a list that can be read")
            yield from rows(found)
            after = _cursor(found)
            if not after:
                return
            asked["after"] = after
        raise Retryable(f"{what}: there are more than {PAGES_MAX * PAGE_ROWS}")

    def batch(self, what: str, reads: Sequence[str]) -> list[Answer]:
        """The answers to at most 50 readings, each a path with its query, in their order; made as one call."""
        asked = json.dumps([{"method": "GET", "relative_url": one} for one in reads])
        answer = self.answer(what, "POST", "/", {"batch": asked, "include_headers": "false"})
        try:
            found = answer.json() if answer.ok else None
        except ValueError:
            found = None
        if not isinstance(found, list) or len(found) != len(reads):
            raise self._refused(answer, posting=False)
        return [_one_of_batch(what, one) for one in found]

    @property
    def _version(self) -> str:
        return self._account.options.get("version", self._usual_version)

    def _call(
        self, what: str, method: str, path: str, fields: Mapping[str, str], uploads: Sequence[Upload] = ()
    ) -> Call:
        key = key_of(self._account, self._secrets)
        given = {**fields, **key.proof()}
        placed: dict[str, Any] = {"form": given} if method == "POST" else {"query": list(given.items())}
        return Call(
            what=what,
            method=method,
            path=f"/{self._version}{path}",
            headers={"Authorization": f"Bearer {key.token}"},
            uploads=uploads,
            hidden=key.hidden(),
            **placed,
        )

    def _object(self, answer: Answer, *, posting: bool = False) -> dict[str, Any]:
        found = answer.fields()
        if answer.ok and found and "error" not in found:
            return found
        raise self._refused(answer, posting=posting)


def id_in(found: Mapping[str, Any], name: str = "id", pattern: re.Pattern[str] = ID) -> str:
    """The id under that name; empty where there is none that could be one."""
    given = found.get(name)
    return given if isinstance(given, str) and pattern.fullmatch(given) else ""


def rows(found: Mapping[str, Any], name: str = "data") -> list[dict[str, Any]]:
    """The objects of a list."""
    listed = found.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _is_legible(listed: object) -> bool:
    """Whether all that is listed has an id: what cannot be read may be what is looked for."""
    return isinstance(listed, list) and all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in listed)


def _cursor(found: Mapping[str, Any]) -> str:
    """Where the next page begins; empty on the last."""
    paging = found.get("paging")
    if not isinstance(paging, dict) or not paging.get("next") or not isinstance(paging.get("cursors"), dict):
        return ""
    after = paging["cursors"].get("after")
    return after if isinstance(after, str) and CURSOR.fullmatch(after) else ""


def name_in(address: str) -> str:
    """What an address calls a post, by its path or where that is the same for all by its query; empty for none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    asked = dict(parse_qsl(parts.query))
    return asked.get("story_fbid") or asked.get("fbid") or parts.path.rstrip("/").rpartition("/")[2]


def _one_of_batch(what: str, found: object) -> Answer:
    """One answer of a batch; null where the platform ran out of time."""
    told = found if isinstance(found, dict) else {}
    status, body = told.get("code"), told.get("body")
    return Answer(
        status=status if type(status) is int else 504,
        body=body.encode() if isinstance(body, str) else b"",
        what=what,
    )

"""What the scripted Facebook and Instagram share: a Graph API that is strict with versions, tokens, proofs and fields.

Behaviour from Meta's documents on the Graph API (read on 24 Nov 2026).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from adapters.scripted.server import FilePart

BATCH_MAX = 50
FIELD = re.compile(r"([a-z_]+)((?:\.[a-z_]+\([^()]*\))*)(?:\{(.*)\})?")


class Refused(Exception):
    """The request is refused with this error."""

    def __init__(self, code: int, message: str, *, subcode: int = 0, status: int = 400, transient: bool = False):
        super().__init__(message)
        self.reply = error(code, message, subcode=subcode, status=status, transient=transient)


def error(code: int, message: str = "why", *, subcode: int = 0, status: int = 400, transient: bool = False) -> Reply:
    """An error as this platform tells of it."""
    told: dict[str, object] = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
    if subcode:
        told["error_subcode"] = subcode
    return reply_json({"error": {**told, "is_transient": transient, "fbtrace_id": "AbCdEfGhIjK"}}, status)


def no_such_thing(remote_id: str) -> Refused:
    """The refusal of an id that leads nowhere."""
    words = (
        f"Unsupported request. Object with ID '{remote_id}' does not exist, cannot be loaded due to missing permissions"
    )
    return Refused(100, words, subcode=33)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call, its fields from wherever they stood."""

    method: str
    path: str
    given: Mapping[str, str]
    files: Mapping[str, FilePart] = field(default_factory=dict)

    def only(self, *known: str) -> None:
        """Nothing, where no other field is given; the real one ignores most of those."""
        if unknown := set(self.given) - set(known) - {"appsecret_proof"}:
            raise Refused(100, f"Param {min(unknown)} is not known here")

    def needed(self, name: str) -> str:
        """The field's value. Refuses where there is none."""
        if not self.given.get(name):
            raise Refused(100, f"The parameter {name} is required.")
        return self.given[name]

    def wanted(self, known: Mapping[str, Collection[str]]) -> set[str]:
        """The names in `fields`. Refuses those that `known` does not name, or does not know to have such inner ones."""
        names = set()
        for one in split(self.given.get("fields", "id")):
            found = FIELD.fullmatch(one)
            if found is None or found[1] not in known:
                raise Refused(100, f"Tried accessing nonexisting field ({one})")
            inner = {each.partition("{")[0] for each in split(found[3])} if found[3] else set()
            if not inner <= set(known[found[1]]):
                raise Refused(100, f"Tried accessing nonexisting field ({min(inner)})")
            names.add(found[1])
        return names


def split(fields: str) -> list[str]:
    """A list of fields at its outer commas."""
    return re.findall(r"(?:[^,{}()]|\{(?:[^{}]|\{[^{}]*\})*\}|\([^()]*\))+", fields)


def page(found: Sequence[dict[str, object]], asked: Asked) -> dict[str, object]:
    """So many of a list as were asked for, from where the last page ended."""
    most, start = int(asked.given.get("limit", "25")), int(asked.given.get("after", "0"))
    if not 1 <= most <= 100:
        raise Refused(100, "limit must be between 1 and 100")
    after = start + most
    paging: dict[str, object] = {"cursors": {"before": str(start), "after": str(after)}}
    if after < len(found):
        paging["next"] = "https://graph.facebook.com/next"
    return {"data": list(found[start:after]), "paging": paging}


class GraphServer(ScriptedServer):
    """The server with one account, that `token` opens; with `app_secret` every call has to prove that it knows it."""

    version = "v26.0"

    def __init__(self, token: str, *, app_secret: str = ""):
        super().__init__()
        self.token = token
        self.app_secret = app_secret

    @abstractmethod
    def routes(self) -> Sequence[tuple[str, str, Callable[..., object]]]:
        """Method, path behind the version, and what serves it: called with the Asked and the path's groups."""

    def carry_out(self, request: Request) -> Reply:
        """The answer of a strict Graph API."""
        try:
            asked = self._asked(request)
            if asked.path == "/" and asked.method == "POST" and "batch" in asked.given:
                return reply_json(self._batch(asked))
            return reply_json(self._serve(asked))
        except Refused as refused:
            return refused.reply

    def _asked(self, request: Request) -> Asked:
        given = {name: values[-1] for name, values in request.query.items()}
        if "access_token" in given:
            raise Refused(190, "a token must never stand in an address", status=401)  # the real one takes it
        files: Mapping[str, FilePart] = {}
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form, files = request.form()
            given |= form
        elif request.headers.get("content-type") == "application/x-www-form-urlencoded":
            given |= dict(parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=bool(request.body)))
        elif request.body:
            raise Refused(100, "the body is no form")
        token = given.pop("access_token", "") or request.headers.get("authorization", "").removeprefix("Bearer ")
        self._check(token, given)
        path = request.path.removeprefix(f"/{self.version}")
        if path == request.path:
            raise Refused(2500, f"Unknown path components: {request.path}")
        return Asked(method=request.method, path=path, given=given, files=files)

    def _check(self, token: str, given: Mapping[str, str]) -> None:
        if token != self.token:
            raise Refused(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        proof = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if self.app_secret and given.get("appsecret_proof") != proof:
            raise Refused(100, "API calls from the server require an appsecret_proof argument")

    def _serve(self, asked: Asked) -> object:
        for method, pattern, serve in self.routes():
            if asked.method == method and (found := re.fullmatch(pattern, asked.path)):
                return serve(asked, *found.groups())
        raise Refused(2500, f"Unknown path components: {asked.path}")

    def _batch(self, asked: Asked) -> list[dict[str, object]]:
        asked.only("batch", "include_headers")
        wanted = json.loads(asked.given["batch"])
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= BATCH_MAX:
            raise Refused(100, f"Too many requests in batch message. Maximum batch size is {BATCH_MAX}")
        return [self._one_of_batch(one) for one in wanted]

    def _one_of_batch(self, one: Mapping[str, Any]) -> dict[str, object]:
        if set(one) != {"method", "relative_url"}:
            raise Refused(100, "a part of a batch is a method and a relative_url here")
        parts = urlsplit(one["relative_url"])
        try:
            told = self._serve(Asked(method=one["method"], path=f"/{parts.path}", given=dict(parse_qsl(parts.query))))
        except Refused as refused:
            return {"code": refused.reply.status, "body": refused.reply.body.decode()}
        return {"code": 200, "body": json.dumps(told)}

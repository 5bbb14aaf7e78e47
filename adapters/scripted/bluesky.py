"""A Bluesky server that is strict where the real one is, with a log of what it accepted that is the judge.

Behaviour as seen at the real server on 24 Nov 2026; the sessions run out on request.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any

from adapters.scripted.bluesky_rules import COLLECTION, Accepted, Pictures, Refused, check_record
from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable

RKEY = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
UPLOAD_BYTES_MAX = 5_242_880
URIS_MAX = 25
COUNTS = ("likeCount", "repostCount", "replyCount", "quoteCount", "bookmarkCount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What the server signed: who may be asked for what in the account's name, until when."""

    audience: str
    method: str
    until_s: int


class BlueskyServer(ScriptedServer):
    """The server with one account, `handle`, that `password` opens; `issued` are its sessions' tokens, newest last.

    `passes`: what it signed for other services, by the token. As at the real one, a session that is renewed within the
    second gets the same access token again.
    """

    def __init__(self, password: str, *, handle: str = "iom.test", image_bytes_max: int = 2_000_000):
        super().__init__()
        self.did = "did:plc:" + hashlib.sha256(handle.encode()).hexdigest()[:24]
        self.handle = handle
        self.issued: list[str] = []
        self.passes: dict[str, Pass] = {}
        self.logins = self.renewals = self.uploads = 0
        self._password = password
        self._pictures = Pictures(bytes_max=image_bytes_max)
        self._access: set[str] = set()
        self._refresh: set[str] = set()
        self._records: dict[str, Accepted] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._log: list[Accepted] = []

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every record ever created, in order: the judge of whether something went out, and how often."""
        return tuple(self._log)

    @property
    def public(self) -> int:
        """How many records are there now."""
        return len(self._records)

    def react(self, uri: str, **counts: int) -> None:
        """The post has these counts: `likeCount`, `repostCount` and so on."""
        self._counts.setdefault(uri, dict.fromkeys(COUNTS, 0)).update(counts)

    def run_out(self, *, renewable: bool = True) -> None:
        """Every session has run out; `renewable` says whether it can be renewed without the password."""
        self._access.clear()
        if not renewable:
            self._refresh.clear()

    def forget_pictures(self) -> None:
        """Pictures that no post shows are gone."""
        self._pictures.blobs.clear()

    def keep(self, blob: dict[str, Any]) -> None:
        """A service has put this file here in the account's name."""
        self._pictures.blobs[blob["ref"]["$link"]] = blob

    def write(self, uri: str, text: str) -> None:
        """Somebody has written this record by other means."""
        record = {"$type": COLLECTION, "text": text, "createdAt": "2027-07-30T05:00:00.000Z"}
        self._records[uri] = Accepted(uri=uri, cid=_cid(record), record=record)

    def carry_out(self, request: Request) -> Reply:
        """What the server does with a request, and answers."""
        calls: dict[tuple[str, str], Callable[[Request], Reply]] = {
            ("POST", "com.atproto.server.createSession"): self._create_session,
            ("POST", "com.atproto.server.refreshSession"): self._refresh_session,
            ("GET", "com.atproto.server.getSession"): self._get_session,
            ("GET", "com.atproto.server.getServiceAuth"): self._sign_pass,
            ("GET", "com.atproto.identity.resolveHandle"): self._resolve,
            ("POST", "com.atproto.repo.uploadBlob"): self._upload,
            ("POST", "com.atproto.repo.putRecord"): self._put,
            ("GET", "com.atproto.repo.getRecord"): self._get,
            ("POST", "com.atproto.repo.deleteRecord"): self._delete,
            ("GET", "app.bsky.feed.getPosts"): self._posts,
        }
        call = calls.get((request.method, request.path.removeprefix("/xrpc/")))
        if call is None:
            return reply_json({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501)
        try:
            return call(request)
        except Refused as refused:
            return refused.reply

    # -- sessions --------------------------------------------------------------------------------------------------

    def _create_session(self, request: Request) -> Reply:
        given = request.json()
        if set(given) != {"identifier", "password"}:
            raise Refused("InvalidRequest", "Input must have the properties identifier and password")
        if given != {"identifier": self.handle, "password": self._password}:
            raise Refused("AuthenticationRequired", "Invalid identifier or password", 401)
        self.logins += 1
        return self._new_session()

    def _refresh_session(self, request: Request) -> Reply:
        token = _bearer(request)
        if token not in self._refresh:
            raise Refused("ExpiredToken", "Token has been revoked")
        self._refresh.discard(token)
        self.renewals += 1
        return self._new_session()

    def _new_session(self) -> Reply:
        number = hashlib.sha256(self._password.encode()).hexdigest()[:12]
        access, refresh = f"access-{self.logins}-{number}", f"refresh-{self.logins}-{self.renewals}-{number}"
        self.issued += [access, refresh]
        self._access.add(access)
        self._refresh.add(refresh)
        return reply_json({"did": self.did, "handle": self.handle, "accessJwt": access, "refreshJwt": refresh})

    def _sign_in(self, request: Request) -> None:
        token = _bearer(request)
        if not token.startswith("access-"):
            raise Refused("InvalidToken", "Bad token")
        if token not in self._access:
            raise Refused("ExpiredToken", "Token has expired")

    def _get_session(self, request: Request) -> Reply:
        self._sign_in(request)
        lives = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.url}
        document = {"id": self.did, "service": [lives]}
        return reply_json({"did": self.did, "handle": self.handle, "active": True, "didDoc": document})

    def _sign_pass(self, request: Request) -> Reply:
        self._sign_in(request)
        asked = {name: values[0] for name, values in request.query.items()}
        if not asked.get("aud", "").startswith("did:web:") or set(asked) - {"aud", "lxm", "exp"}:
            raise Refused("InvalidRequest", "Params must have the property aud")
        until = int(asked.get("exp", time() + 60))
        if not time() < until <= time() + 3600:
            raise Refused("BadExpiration", "cannot request a token with an expiration more than an hour in the future")
        token = f"pass-{len(self.passes) + 1}-of-{self.did[-12:]}"
        self.issued.append(token)
        self.passes[token] = Pass(audience=asked["aud"], method=asked.get("lxm", ""), until_s=until)
        return reply_json({"token": token})

    def _resolve(self, request: Request) -> Reply:
        if request.query.get("handle") != [self.handle]:
            raise Refused("InvalidRequest", "Unable to resolve handle")
        return reply_json({"did": self.did})

    # -- records ---------------------------------------------------------------------------------------------------

    def _upload(self, request: Request) -> Reply:
        self._sign_in(request)
        if len(request.body) > UPLOAD_BYTES_MAX:
            raise Refused("PayloadTooLarge", "request entity too large", 413)
        self.uploads += 1
        ref = _cid(hashlib.sha256(request.body).hexdigest(), "bafkrei")
        mime = _sniffed(request.body, request.headers.get("content-type", ""))
        self._pictures.blobs[ref] = {
            "$type": "blob",
            "ref": {"$link": ref},
            "mimeType": mime,
            "size": len(request.body),
        }
        return reply_json({"blob": self._pictures.blobs[ref]})

    def _put(self, request: Request) -> Reply:
        self._sign_in(request)
        given = request.json()
        if given.get("repo") != self.did:
            raise Refused("AuthenticationRequired", "Authentication Required", 401)
        if given.get("collection") != COLLECTION or not RKEY.fullmatch(str(given.get("rkey"))):
            raise Refused("InvalidRequest", f"Invalid record key for {COLLECTION}: Invalid TID string")
        record, uri = given.get("record", {}), f"at://{self.did}/{COLLECTION}/{given['rkey']}"
        check_record(record, self._records, self._pictures)
        cid, there = _cid(record), self._records.get(uri)
        if there is not None and there.cid != cid and given.get("swapRecord", there.cid) != there.cid:
            raise Refused("InvalidSwap", f"Record was at {there.cid}")
        if there is None:
            self._records[uri] = Accepted(uri=uri, cid=cid, record=record)
            self._log.append(self._records[uri])
        elif there.cid != cid:
            raise AssertionError("a record of ours was replaced")
        return reply_json({"uri": uri, "cid": cid, "validationStatus": "valid"})

    def _get(self, request: Request) -> Reply:
        repo, rkey = request.query["repo"][0], request.query["rkey"][0]
        uri = f"at://{repo}/{request.query['collection'][0]}/{rkey}"
        if uri not in self._records:
            raise Refused("RecordNotFound", f"Could not locate record: {uri}")
        found = self._records[uri]
        return reply_json({"uri": uri, "cid": found.cid, "value": found.record})

    def _delete(self, request: Request) -> Reply:
        self._sign_in(request)
        given = request.json()
        if given.get("repo") != self.did:
            raise Refused("AuthenticationRequired", "Authentication Required", 401)
        self._records.pop(f"at://{self.did}/{COLLECTION}/{given['rkey']}", None)
        return reply_json({})

    def _posts(self, request: Request) -> Reply:
        uris = request.query.get("uris", [])
        if not uris or len(uris) > URIS_MAX or not all(one.startswith("at://") for one in uris):
            raise Refused("InvalidRequest", "Params must have the property uris: 1 to 25 at-uris")
        known = [one for one in uris if one in self._records]
        return reply_json({"posts": [{"uri": one, **self._counts.get(one, dict.fromkeys(COUNTS, 0))} for one in known]})


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind != "Bearer" or not token:
        raise Refused("AuthMissing", "Authentication Required", 401)
    return token


def _sniffed(content: bytes, said: str) -> str:
    if content[4:8] == b"ftyp":
        return "video/mp4"
    if content.startswith(b"WEBVTT") and said == "text/vtt":
        return said
    known = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}
    return next((mime for start, mime in known.items() if content.startswith(start)), "application/octet-stream")


def _cid(value: object, start: str = "bafyrei") -> str:
    return start + hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:52]

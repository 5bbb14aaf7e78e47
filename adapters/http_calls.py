"""What is asked of a platform and what it answers, as values; neither shows a secret."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

WORDS_MAX = 500
RESETS = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
LEFT = ("x-ratelimit-remaining", "ratelimit-remaining")
TELLING_HEADERS = ("date", "retry-after", *LEFT, *RESETS, "x-request-id")


class Unreadable(ValueError):
    """The answer's body is no JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Part of a file, sent from the disk in small pieces: `size_bytes` from `start` on."""

    path: Path
    start: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a multipart form, in the field `form_field`."""

    form_field: str
    name: str
    mime: str
    content: bytes | Stretch = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `what` says in plain words what is being done; it is all that messages tell of the request.

    `content`: a whole body as it is; the caller names its type in the headers. `uploads`: several files of one form.
    `patience_s`: how long the server may be silent over this one; None as over any other.
    `hidden`: the secrets it carries, blacked out wherever the platform's answer repeats them.
    """

    what: str
    method: str
    path: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Sequence[tuple[str, str]] = field(default=(), repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    content: bytes | Stretch | None = field(default=None, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    upload: Upload | None = None
    uploads: Sequence[Upload] = ()
    patience_s: float | None = None
    hidden: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole, with the secrets of the request blacked out. The names in `headers` are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    what: str = "the call"

    @property
    def ok(self) -> bool:
        """Whether the platform says that it did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body's JSON value. Raises Unreadable."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"{self.what}: the answer is no JSON") from error

    def fields(self) -> dict[str, Any]:
        """The body's JSON object; empty where it holds none."""
        try:
            found = self.json()
        except Unreadable:
            return {}
        return found if isinstance(found, dict) else {}

    def words(self) -> str:
        """What the platform says in words, at most 500 characters, without markup."""
        try:
            value = self.json()
        except Unreadable:
            value = None
        said = _error_field(value) or re.sub(r"<[^>]*>", " ", self.body.decode("utf-8", "replace"))
        return " ".join(said.split())[:WORDS_MAX]

    def evidence(self) -> dict[str, object]:
        """What a person may need to judge: status, telling headers, the platform's words."""
        told = {name: self.headers[name][:WORDS_MAX] for name in TELLING_HEADERS if name in self.headers}
        return {"call": self.what, "status": self.status, "headers": told, "words": self.words()}


def origin(url: str) -> str:
    """Scheme, host and port of an address, and nothing of it that may be secret."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "(no address)"
    if not host:
        return "(no address)"
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def instant(text: str) -> datetime | None:
    """The instant, aware, that a header gives as seconds, by ISO 8601 or as mail does; None for anything else."""
    readers = (lambda t: datetime.fromtimestamp(float(t), UTC), datetime.fromisoformat, parsedate_to_datetime)
    for read in readers:
        try:
            found: datetime = read(text)
        except (ValueError, TypeError, OverflowError, OSError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _error_field(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    if all(isinstance(value.get(name), str) and value[name] for name in ("error", "message")):
        return f"{value['error']}: {value['message']}"
    return next(
        (str(value[name]) for name in ("error_description", "error", "message", "description") if value.get(name)), ""
    )

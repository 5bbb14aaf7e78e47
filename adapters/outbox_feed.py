"""The local feed over an outbox: what is out, what people did with it, and one static page to look at."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from adapters.on_disk import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

POST = "post.json"
PAGE = "index.html"
REACTIONS = "reactions.jsonl"
REMOVED = "removed"
SHOWN_MAX = 50
CSS = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}"
    "body{color:#1a1a1a;background:#fff}"
    "article{border-top:1px solid #767676;padding:1rem 0}p{white-space:pre-wrap;overflow-wrap:anywhere}"
    "img,video{max-width:100%;height:auto}h2{font-size:1rem}a{color:#003a8c}"
)


class UnknownPostError(Exception):
    """The feed has no such post, or what was given is no id of a post at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What somebody did with a post; `kind` is like, share or comment, `text` a comment's words."""

    kind: str
    by: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPost:
    """One post of the feed: what `post.json` says of it, and the reactions in the order in which they came."""

    remote_id: str
    described: Mapping[str, Any]
    reactions: Sequence[Reaction]

    @property
    def counts(self) -> dict[str, int]:
        """Likes (each person once), comments and shares."""
        return {
            "likes": len({one.by for one in self.reactions if one.kind == "like"}),
            "comments": sum(one.kind == "comment" for one in self.reactions),
            "shares": sum(one.kind == "share" for one in self.reactions),
        }


class Feed:
    """One account's outbox folder, as the people see it who look at its posts."""

    def __init__(self, folder: Path):
        self._folder = folder

    def posts(self, most: int | None = None) -> list[FeedPost]:
        """The posts that are out, the newest first, at most `most` of them; None means all."""
        out = [one for one in self._folder.glob("*") if is_remote_id(one.name) and (one / POST).is_file()]
        out.sort(key=lambda one: ((one / POST).stat().st_mtime_ns, one.name), reverse=True)
        return [self._read(one.name) for one in out[:most]]

    def counts(self, remote_id: str) -> dict[str, int]:
        """The post's likes, comments and shares. Raises UnknownPostError."""
        return self._read(self._known(remote_id).name).counts

    def like(self, remote_id: str, by: str) -> None:
        """`by` likes the post; liking twice counts once. Raises UnknownPostError."""
        self._react(remote_id, {"kind": "like", "by": by})

    def share(self, remote_id: str, by: str) -> None:
        """`by` has shared the post. Raises UnknownPostError."""
        self._react(remote_id, {"kind": "share", "by": by})

    def comment(self, remote_id: str, by: str, text: str) -> None:
        """`by` has said `text` under the post. Raises UnknownPostError."""
        self._react(remote_id, {"kind": "comment", "by": by, "text": text})

    def remove(self, remote_id: str) -> None:
        """The post lies in `removed/`, on no page; true also if it did before. Raises UnknownPostError for no id."""
        if not is_remote_id(remote_id):
            raise UnknownPostError(f"'{remote_id}' is no id of a post in an outbox")
        folder, removed = self._folder / remote_id, self._folder / REMOVED
        if not folder.is_dir():
            return
        removed.mkdir(exist_ok=True)
        before = sum(1 for _ in removed.glob(f"{remote_id}*"))
        folder.rename(removed / (f"{remote_id}-{before + 1}" if before else remote_id))
        self.write_page()

    def write_page(self, showing: str = "") -> None:
        """`index.html` shows the newest posts; nothing is done where it shows the post `showing` already."""
        with self._alone():
            if showing and self._shows(showing):
                return
            posts = self.posts(most=SHOWN_MAX)
            replace_file(self._folder / PAGE, feed_page(self._folder.name, posts))

    def _shows(self, remote_id: str) -> bool:
        page = self._folder / PAGE
        return page.is_file() and f'id="{remote_id}"'.encode() in page.read_bytes()

    def _known(self, remote_id: str) -> Path:
        folder = self._folder / remote_id
        if not is_remote_id(remote_id) or not (folder / POST).is_file():
            raise UnknownPostError(f"there is no post '{remote_id}' in {self._folder}")
        return folder

    def _react(self, remote_id: str, reaction: Mapping[str, str]) -> None:
        _append(self._known(remote_id) / REACTIONS, json.dumps(reaction, ensure_ascii=False))
        self.write_page()

    def _read(self, remote_id: str) -> FeedPost:
        folder = self._folder / remote_id
        described = _object((folder / POST).read_bytes()) or {}
        path = folder / REACTIONS
        lines = path.read_bytes().splitlines() if path.is_file() else []
        return FeedPost(
            remote_id=remote_id,
            described=described,
            reactions=[one for line in lines if (one := _reaction(line))],
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def is_remote_id(text: str) -> bool:
    """Whether this is the shape of an outbox's ids; nothing else may become part of a path."""
    return re.fullmatch(r"[0-9a-f]{16}", text) is not None


def feed_page(title: str, posts: Sequence[FeedPost]) -> bytes:
    """The page of a feed: static, without any script, every word of it escaped."""
    articles = "".join(_article(one.remote_id, one.described, f"{one.remote_id}/", _counted(one)) for one in posts)
    return _page(title, articles or "<p>Nothing has been published here yet.</p>")


def post_page(remote_id: str, described: Mapping[str, Any]) -> bytes:
    """The page of one post, which its permalink shows; counts are on the feed's page only."""
    return _page(str(described.get("account", "")), _article(remote_id, described, "", ""))


def _page(title: str, body: str) -> bytes:
    digest = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
    shown = "img-src 'self' file:; media-src 'self' file:"
    policy = f"default-src 'none'; {shown}; style-src 'sha256-{digest}'; base-uri 'none'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>\n"
    ).encode("utf-8", "replace")


def _article(remote_id: str, described: Mapping[str, Any], base: str, counted: str) -> str:
    words = "".join(f"<p>{escape(str(part))}</p>" for part in described.get("parts", ()))
    pictures = "".join(_shown(one, base) for one in described.get("media", ()))
    return (
        f'<article id="{remote_id}"><h2><a href="{base}{PAGE}">Post {remote_id}</a></h2>'
        f'<div lang="{escape(str(described.get("language", "")))}" dir="auto">{words}{pictures}</div>'
        f"{_link(str(described.get('link', '')))}{_first_comment(described)}{counted}</article>"
    )


def _shown(one: Mapping[str, Any], base: str) -> str:
    """A picture, or a film that plays when it is asked to."""
    file, words = escape(str(one.get("file", ""))), escape(str(one.get("alt_text", "")))
    size = f'width="{escape(str(one.get("width", "")))}" height="{escape(str(one.get("height", "")))}"'
    if file.endswith((".mp4", ".mov")):
        return f'<video src="{base}{file}" aria-label="{words}" {size} controls preload="metadata"></video>'
    return f'<img src="{base}{file}" alt="{words}" {size}>'


def _link(address: str) -> str:
    if not address.startswith(("https://", "http://")):
        return ""
    return f'<p><a href="{escape(address)}" rel="noopener noreferrer">{escape(address)}</a></p>'


def _first_comment(described: Mapping[str, Any]) -> str:
    words = str(described.get("first_comment", ""))
    return f'<p dir="auto">First comment: {escape(words)}</p>' if words else ""


def _counted(post: FeedPost) -> str:
    counts = " · ".join(f"{value} {metric}" for metric, value in post.counts.items())
    comments = "".join(
        f'<li dir="auto"><b>{escape(one.by)}</b>: {escape(one.text)}</li>'
        for one in post.reactions
        if one.kind == "comment"
    )
    return f"<p>{counts}</p>" + (f"<ul>{comments}</ul>" if comments else "")


def _append(path: Path, line: str) -> None:
    """The line is durable, whole; it starts on a new line even after one that a power cut left unfinished."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, f"\n{line}\n".encode("utf-8", "replace"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reaction(line: bytes) -> Reaction | None:
    found = _object(line)
    if not found or found.get("kind") not in {"like", "share", "comment"}:
        return None
    return Reaction(kind=str(found["kind"]), by=str(found.get("by", "")), text=str(found.get("text", "")))


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None

"""Secrets blacked out of what a platform says, however it spells what it repeats."""

from __future__ import annotations

import base64
import json
import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN = "[hidden]"
SHORTEST_SECRET = 6
STRETCH = re.compile(r"[A-Za-z0-9._~-]{12,}")  # which nothing spells otherwise, however often it is quoted
MARKUP_IN_JSON = {ord(one): f"\\u{ord(one):04x}" for one in "<>&"}


def hide(text: str, hidden: tuple[str, ...]) -> str:
    """The text with the secrets blacked out."""
    for spelling in _spellings(hidden):
        text = text.replace(spelling, HIDDEN)
    return text


def hide_bytes(body: bytes, hidden: tuple[str, ...]) -> bytes:
    """The body with the secrets blacked out."""
    for spelling in _spellings(hidden):
        body = body.replace(spelling.encode(), HIDDEN.encode())
    return body


def _spellings(hidden: tuple[str, ...]) -> list[str]:
    """The secrets as they are, and as servers write what they repeat; the longest first, for some hold others."""
    found = {one for secret in hidden if len(secret) >= SHORTEST_SECRET for one in _spelt(secret)}
    return sorted(found, key=len, reverse=True)


def _spelt(secret: str) -> Iterator[str]:
    """In JSON and in JSON that JSON quotes, in addresses, in HTML, in base64."""
    in_json = [json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    in_address = [quote(secret, safe="/"), quote(secret, safe=""), quote_plus(secret)]
    yield secret
    yield from in_json
    yield from (json.dumps(one)[1:-1] for one in in_json)
    yield from (one.replace("/", "\\/") for one in in_json)
    yield from (one.translate(MARKUP_IN_JSON) for one in in_json)
    yield from in_address
    yield from (re.sub("%..", lambda found: found[0].lower(), one) for one in in_address)
    yield from (escape(secret), escape(secret, quote=False))
    yield from _in_base64(secret)
    yield from STRETCH.findall(secret)


def _in_base64(secret: str) -> Iterator[str]:
    """What base64 makes of it, after none, one or two other bytes; without the signs that its neighbours change."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + secret.encode()).decode()
        inner = whole[(before * 4 + 2) // 3 :].rstrip("=")[:-1]
        if len(inner) >= SHORTEST_SECRET:
            yield inner

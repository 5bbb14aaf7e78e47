"""What a Bluesky post is made of: its record key, and its record; pure, and the same whenever it is made again."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from posts.limits import TextLimit, Unit
from posts.links import hashtags, mentions, web_links
from posts.measure_text import measure
from posts.short_links import short_links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from posts.short_links import Span

COLLECTION = "app.bsky.feed.post"
TAG_LIMITS = (TextLimit(unit=Unit.GRAPHEMES, max=64), TextLimit(unit=Unit.BYTES, max=640))
HANDLE_LENGTH_MAX = 253
HANDLE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
KEYS_FROM_US = 1_767_225_600_000_000  # 1 Jan 2026: record keys look like instants, and none may lie in the future
KEYS_SPAN_US = 365 * 86_400_000_000
CLOCKS = 1_024

Ref = dict[str, str]  # a strong reference: uri and cid
Said = tuple[object, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one record lies: its repository and its key there."""

    did: str
    rkey: str

    @property
    def uri(self) -> str:
        """What the network calls it, for ever."""
        return f"at://{self.did}/{COLLECTION}/{self.rkey}"

    @property
    def permalink(self) -> str:
        """Where people see it; by the account's number, for its name may change."""
        return f"https://bsky.app/profile/{self.did}/post/{self.rkey}"

    def after(self, parts: int) -> Place:
        """Where the part lies that comes so many parts later in the same thread."""
        number = 0
        for digit in self.rkey:
            number = number * len(DIGITS) + DIGITS.index(digit)
        return Place(did=self.did, rkey=_tid(number + parts * CLOCKS))


def place_for(did: str, key: str) -> Place:
    """Where the first part of a delivery lies: always the same, from its key alone."""
    drawn = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16])
    return Place(did=did, rkey=_tid((KEYS_FROM_US + drawn // CLOCKS % KEYS_SPAN_US) * CLOCKS + drawn % CLOCKS))


def place_of(uri: str) -> Place | None:
    """Where a post of ours lies; None for what is no address of a post with a key as ours are."""
    found = re.fullmatch(rf"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/{re.escape(COLLECTION)}/([{DIGITS}]{{13}})", uri)
    return Place(did=found[1], rkey=found[2]) if found else None


def record_of(
    text: str,
    *,
    made_at: datetime,
    language: str = "",
    names: Mapping[str, str] | None = None,
    embed: Mapping[str, Any] | None = None,
    reply: tuple[Ref, Ref] | None = None,
) -> dict[str, Any]:
    """One post. `names`: who is who among the handles in the text. `reply`: the thread's root, and the parent."""
    record: dict[str, Any] = {"$type": COLLECTION, "text": text, "createdAt": _stamp(made_at)}
    if LANGUAGE.fullmatch(language):
        record["langs"] = [language]
    if facets := facets_of(text, names or {}):
        record["facets"] = facets
    if embed:
        record["embed"] = dict(embed)
    if reply:
        record["reply"] = {"root": reply[0], "parent": reply[1]}
    return record


def facets_of(text: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The text's links, hashtags and known names as the network marks them: by bytes of UTF-8, without overlaps."""
    found, byte, place = [], 0, 0
    for (start, end), feature in sorted(_features(text, names), key=lambda one: one[0]):
        if start < place:
            continue
        byte += _bytes(text[place:start])
        length, place = _bytes(text[start:end]), end
        found.append({"index": {"byteStart": byte, "byteEnd": byte + length}, "features": [feature]})
        byte += length
    return found


def handles_in(text: str) -> list[str]:
    """The handles that the text mentions, in its order, each once."""
    named = (text[start + 1 : end] for (start, end), _ in mentions(text))
    return list(dict.fromkeys(one for one in named if len(one) <= HANDLE_LENGTH_MAX and HANDLE.fullmatch(one)))


def says(record: Mapping[str, Any]) -> Said:
    """What people see in a record: its text, and how many pictures or films."""
    embed = record.get("embed")
    if not isinstance(embed, dict):
        return record.get("text"), 0
    images = embed.get("images")
    return record.get("text"), len(images) if isinstance(images, list) else int("video" in embed)


def _features(text: str, names: Mapping[str, str]) -> Iterator[tuple[Span, dict[str, str]]]:
    links = _links(text)
    yield from ((span, {"$type": "app.bsky.richtext.facet#link", "uri": uri}) for span, uri in links)
    for start, end in hashtags(text):
        tag = text[start + 1 : end]
        if not _inside(start, links) and all(measure(tag, limit) <= limit.max for limit in TAG_LIMITS):
            yield (start, end), {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
    for (start, end), _ in mentions(text):
        if not _inside(start, links) and (did := names.get(text[start + 1 : end])):
            yield (start, end), {"$type": "app.bsky.richtext.facet#mention", "did": did}


def _links(text: str) -> list[tuple[Span, str]]:
    """The links with a scheme, and those without whose ending is a known one."""
    whole = [(span, text[slice(*span)]) for span in web_links(text)]
    bare = [(span, "https://" + text[slice(*span)]) for span in short_links(text) if "://" not in text[slice(*span)]]
    return whole + [one for one in bare if not _inside(one[0][0], whole)]


def _inside(place: int, links: Sequence[tuple[Span, str]]) -> bool:
    return any(start <= place < end for (start, end), _ in links)


def _tid(number: int) -> str:
    digits = []
    for _ in range(13):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _bytes(text: str) -> int:
    return len(text.encode())


def part_made_at(first: datetime, number: int) -> datetime:
    """When part `number` (from 1) of a thread says it was made: in the order of the thread."""
    return first + timedelta(milliseconds=number - 1)

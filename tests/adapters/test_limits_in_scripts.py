"""What the program calls short enough is taken, to the last unit, in every script; and one unit more is refused."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import pytest
import requests

from adapters.bluesky import Bluesky
from adapters.contract import Receipt, Rejected
from adapters.linkedin import LinkedIn
from adapters.mastodon import Mastodon
from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.linkedin import PAGE, LinkedInServer
from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.telegram import TelegramServer
from adapters.scripted.threads import ThreadsServer
from adapters.scripted.x import XServer
from adapters.telegram import Telegram
from adapters.telegram_profile import LIMITS as TELEGRAM
from adapters.threads import Threads
from adapters.x import X
from posts.measure_text import measure
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, keys_of, now, picture
from tests.fakes.progress import MemoryProgress
from tests.journeys.house import TOKEN as MOCK_TOKEN
from tests.journeys.house import published_there, source_there, start_mastodon
from tests.peers.real_bluesky import real_bluesky
from tests.posts.scripts import Sample, samples
from tests.scheduler.cli.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from adapters.contract import Adapter

BOT = "7:a-token-of-a-bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One platform: the adapter that speaks to it, and the texts that it has taken, in their order."""

    adapter: Adapter
    taken: Callable[[], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brimful:
    """A text that uses a platform's limit to the last unit."""

    sample: Sample
    text: str


def brimful(platform: str, program: Program, chosen: list[Sample]) -> list[Brimful]:
    """Each sample said as often as it fits, and filled up with plain letters, by what `preview` says alone."""
    once = _previewed(platform, program, [one.text for one in chosen])
    twice = _previewed(platform, program, [f"{one.text} {one.text}" for one in chosen])
    filled = []
    for sample, (first, most), (second, _) in zip(chosen, once, twice, strict=True):
        again, left = divmod(most - 2 - first, second - first)
        text = " ".join([sample.text] * (again + 1))
        filled.append(Brimful(sample=sample, text=f"{text} {'x' * (left + 1)}"))
    return filled


def _previewed(platform: str, program: Program, texts: list[str]) -> list[tuple[int, int]]:
    """How long `preview` says that each is, and how long it may be."""
    seen = _preview(platform, program, texts)
    return [(one["length"], one["limit"]) for one in seen]  # type: ignore[misc]


def _preview(platform: str, program: Program, texts: list[str]) -> list[dict[str, object]]:
    lines = "\n".join(texts).encode()
    told = program.run("preview", "--platform", platform, "--text", "-", "--json", stdin=lines)
    return [json.loads(line) for line in told.out.splitlines()]


@contextmanager
def scripted_x() -> Iterator[Shop]:
    with XServer(now, keys_of(TOKEN)) as server:
        adapter = X(account(base_url=server.url), KnownSecret(json.dumps(asdict(keys_of(TOKEN)))))
        yield Shop(adapter=adapter, taken=lambda: [one.text for one in server.accepted])


@contextmanager
def scripted_bluesky() -> Iterator[Shop]:
    with BlueskyServer(TOKEN) as server:
        adapter = Bluesky(account(base_url=server.url, handle=server.handle), KnownSecret(TOKEN))
        yield Shop(adapter=adapter, taken=lambda: [one.record["text"] for one in server.accepted])


@contextmanager
def scripted_telegram() -> Iterator[Shop]:
    with TelegramServer(BOT) as server:
        adapter = Telegram(account(base_url=server.url, handle=server.name), KnownSecret(BOT))
        yield Shop(adapter=adapter, taken=lambda: [one.text for one in server.accepted])


@contextmanager
def scripted_mastodon() -> Iterator[Shop]:
    with MastodonServer(now, {TOKEN: "iom"}) as server:
        adapter = Mastodon(account(base_url=server.url), KnownSecret(TOKEN))
        yield Shop(adapter=adapter, taken=lambda: [one.text for one in server.accepted])


@contextmanager
def scripted_linkedin() -> Iterator[Shop]:
    with LinkedInServer(now, TOKEN) as server:
        options = {"author": PAGE, "hashtags": "escaped"}  # so every sign that is counted as escaped is
        adapter = LinkedIn(account(base_url=server.url, options=options), KnownSecret(TOKEN))
        yield Shop(adapter=adapter, taken=lambda: [one.text for one in server.log])


@contextmanager
def scripted_threads() -> Iterator[Shop]:
    with ThreadsServer(now, TOKEN) as server:
        adapter = Threads(account(base_url=server.url), KnownSecret(TOKEN))
        yield Shop(adapter=adapter, taken=lambda: [one.text for one in server.accepted])


SCRIPTED = {
    "x": scripted_x,
    "bluesky": scripted_bluesky,
    "telegram": scripted_telegram,
    "mastodon": scripted_mastodon,
    "linkedin": scripted_linkedin,
    "threads": scripted_threads,
}


def judged(shop: Shop, full: list[Brimful]) -> list[str]:
    """The samples that the platform did not take whole and unchanged, or of which it took more than it may."""
    refused = [one.sample.what for one in full if not _takes(shop, one.text)]
    too_long = [one.sample.what for one in full if _takes(shop, f"{one.text}x")]
    there = set(shop.taken())
    changed = [one.sample.what for one in full if one.text not in there]
    return [*refused, *too_long, *changed]


def _takes(shop: Shop, text: str) -> bool:
    key = hashlib.sha256(text.encode()).hexdigest()
    try:
        return isinstance(shop.adapter.publish(replace(MESSAGE, parts=(text,)), key, MemoryProgress()), Receipt)
    except Rejected:
        return False


@pytest.mark.parametrize("platform", SCRIPTED)
def test_what_preview_calls_full_is_taken_and_one_unit_more_is_refused_by_both(platform: str, tmp_path: Path) -> None:
    """An officer writes up to the number that the program shows; the platform must mean the same number."""
    program = Program(tmp_path)
    full = brimful(platform, program, samples())
    told = _preview(platform, program, [one.text for one in full])
    more = _preview(platform, program, [f"{one.text}x" for one in full])
    assert [one["length"] for one in told] == [one["limit"] for one in told]
    assert not [one for one in told if _blocked(one)]
    assert all(_blocked(one) for one in more)
    with SCRIPTED[platform]() as shop:
        assert judged(shop, full) == []


def _blocked(seen: dict[str, object]) -> bool:
    return any(one["code"] == "too_long" for one in seen["problems"])  # type: ignore[attr-defined]


def test_the_real_bluesky_counts_as_preview_does(tmp_path: Path) -> None:
    """Marks, joiners and conjuncts of twelve scripts, judged by the network's own code."""
    full = brimful("bluesky", Program(tmp_path), samples())
    with real_bluesky() as real:
        where = account(base_url=real.url, handle="alice.test")
        alice = real.did("alice.test")
        shop = Shop(
            adapter=Bluesky(where, KnownSecret(real.app_password("alice"))),
            taken=lambda: [one["value"]["text"] for one in real.records(alice)],
        )
        assert judged(shop, full) == []


def test_a_mastodon_by_others_counts_as_preview_does(tmp_path: Path) -> None:
    """It counts code points and shortens nothing: it can judge the texts in which that is the same."""
    plain = [one for one in samples() if one.lengths["mastodon"] == len(one.text)]
    assert len(plain) >= 8
    full = brimful("mastodon", Program(tmp_path), plain)
    process, port = start_mastodon()
    try:
        base = f"http://127.0.0.1:{port}"
        shop = Shop(
            adapter=Mastodon(account(base_url=base), KnownSecret(MOCK_TOKEN)),
            taken=lambda: [source_there(port, one["id"]) for one in published_there(port)],
        )
        assert judged(shop, full) == []
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("sample", samples(), ids=lambda one: one.what)
def test_a_caption_is_full_where_telegram_says_so(sample: Sample, tmp_path: Path) -> None:
    """Up to its last unit the words stand under the picture; one more, and they follow as a message of their own."""
    (limit,) = TELEGRAM.text_with_media
    first, second = measure(sample.text, limit), measure(f"{sample.text} {sample.text}", limit)
    again, left = divmod(limit.max - 2 - first, second - first)
    full = f"{' '.join([sample.text] * (again + 1))} {'x' * (left + 1)}"
    with TelegramServer(BOT) as server:
        adapter = Telegram(account(base_url=server.url, handle=server.name), KnownSecret(BOT))
        for words in (full, f"{full}x"):
            message = replace(MESSAGE, parts=(words,), media=(picture(tmp_path),))
            assert isinstance(adapter.publish(message, words, MemoryProgress()), Receipt)
        assert [(one.text, one.pictures) for one in server.accepted] == [(full, 1), ("", 1), (f"{full}x", 0)]
        asked = requests.post(
            f"{server.url}/bot{BOT}/sendPhoto",
            data={"chat_id": f"@{server.name}", "caption": f"{full}x"},
            files={"photo": ("card.jpg", picture(tmp_path).path.read_bytes(), "image/jpeg")},
            timeout=10,
        )
    assert "caption is too long" in asked.json()["description"]

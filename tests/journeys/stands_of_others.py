"""Stands before servers that were written by others."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.journeys.house import TOKEN, like, published_there, source_there, start_mastodon
from tests.journeys.stand import Out, Stand, as_out, chained
from tests.journeys.stands_of_networks import alts_of
from tests.peers.real_bluesky import real_bluesky

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def bluesky_by_its_makers(_: Path) -> Iterator[Stand]:
    """The network's own server; the counts would need more machines."""
    with real_bluesky() as real:
        alice, password = real.did("alice.test"), real.app_password("alice")

        def out() -> list[Out]:
            records = [(one["uri"], one["value"]) for one in real.records(alice)]
            parents = [(uri, one.get("reply", {}).get("parent", {}).get("uri", ""), one) for uri, one in records]
            return [as_out([one["text"] for one in chain], alts_of(chain[0])) for chain in chained(parents)]

        yield Stand(
            account="ge-bluesky",
            platform="bluesky",
            kept="file",
            secret=json.dumps({"identifier": "alice.test", "password": password}),
            real=real.url,
            posting=("POST", "/xrpc/com.atproto.repo.putRecord"),
            out=out,
            secrets=lambda: [password],
        )


@contextmanager
def mastodon_by_others(_: Path) -> Iterator[Stand]:
    """A mock that was written by others."""
    process, port = start_mastodon()

    def out() -> list[Out]:
        there = [(one["id"], one["in_reply_to_id"] or "", one) for one in published_there(port)]
        return [
            as_out([source_there(port, one["id"]) for one in chain], _described(chain[0])) for chain in chained(there)
        ]

    def react() -> None:
        for one in published_there(port):
            like(port, one["id"])

    try:
        yield Stand(
            account="ge-mastodon",
            platform="mastodon",
            kept="env",
            secret=TOKEN,
            real=f"http://127.0.0.1:{port}",
            posting=("POST", "/api/v1/statuses"),
            out=out,
            react=react,
            counts=({"likes": 1},),
            secrets=lambda: [TOKEN],
        )
    finally:
        process.terminate()
        process.wait(20)


def _described(status: Any) -> list[str]:
    return [one["description"] for one in status["media_attachments"]]

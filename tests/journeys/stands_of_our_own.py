"""Stands of what is no network: a receiver of webhooks, a person, and the local feed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.outbox_feed import Feed
from tests.adapters.receiver import ReceiverServer
from tests.journeys.stand import Out, Stand, as_out, marked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def webhook(_: Path) -> Iterator[Stand]:
    """A receiver that checks every signature, and makes one post of one key."""
    secret = marked('hmac "\\/+ ღ')
    with ReceiverServer(secret) as server:

        def out() -> list[Out]:
            first = {one["id"]: one for one in reversed(server.events)}
            alts = {key: tuple(picture["alt"] for picture in one["media"]) for key, one in first.items()}
            return [
                as_out(one["parts"], alts[key], comments=[words for words in [one["first_comment"]] if words])
                for key in server.posts
                if (one := first[key])
            ]

        yield Stand(
            account="ge-website",
            platform="webhook",
            kept="vault",
            secret=secret,
            options={"idempotent": "yes"},
            server=server,
            out=out,
            secrets=lambda: [secret],
        )


@contextmanager
def manual(folder: Path) -> Iterator[Stand]:
    """What a person publishes."""

    def out() -> list[Out]:
        return [_kit(one) for one in (folder / "manual" / "ge-by-hand").glob("[!.]*")]

    yield Stand(account="ge-by-hand", platform="manual", out=out, by_hand=True)


def _kit(folder: Path) -> Out:
    parts = sorted(folder.glob("text*.txt"))
    alts = sorted(folder.glob("picture-*-alt-text.txt"))
    below = sorted(folder.glob("first-comment.txt"))
    words, described, comments = ([one.read_text("utf-8") for one in those] for those in (parts, alts, below))
    return as_out(words, described, comments=comments)


@contextmanager
def outbox(folder: Path) -> Iterator[Stand]:
    """The local feed."""
    feed = Feed(folder / "outbox" / "ge-outbox")

    def out() -> list[Out]:
        posts = [one.described for one in feed.posts()]
        return [
            as_out(
                one["parts"],
                [picture["alt_text"] for picture in one["media"]],
                comments=[words for words in [one["first_comment"]] if words],
            )
            for one in posts
        ]

    def react() -> None:
        for one in feed.posts():
            feed.like(one.remote_id, by="nino")

    yield Stand(
        account="ge-outbox",
        platform="outbox",
        out=out,
        react=react,
        counts=({"likes": 1, "comments": 0, "shares": 0},),
    )

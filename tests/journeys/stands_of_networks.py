"""Stands of the networks that were there first: X, Bluesky, Telegram and Mastodon."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.bluesky_video import VideoServer
from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.telegram import TelegramServer
from adapters.scripted.x import XServer
from adapters.scripted.x_auth import OAuth1, OAuth2
from tests.journeys.stand import Out, Stand, as_out, chained, marked, now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def x_by_tokens(_: Path) -> Iterator[Stand]:
    """Tokens that have run out, so that the first call renews them."""
    tokens = OAuth2(
        client_id="july30",
        client_secret=marked("client+/="),
        access_token=marked("never-known"),
        refresh_token=marked("refresh"),
        minted=marked,
    )
    first = [tokens.client_secret, tokens.refresh_token, marked("access")]
    secret = {
        "client_id": tokens.client_id,
        "client_secret": first[0],
        "refresh_token": first[1],
        "access_token": first[2],
    }
    with XServer(now, tokens=tokens, username="mission_tokens") as server:
        yield Stand(
            account="ge-x-tokens",
            **_x(server),
            kept="vault",
            secret=json.dumps(secret),
            secrets=lambda: [*first, *tokens.issued],
        )


@contextmanager
def x_by_keys(_: Path) -> Iterator[Stand]:
    """Keys that last, each call signed."""
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    keys = OAuth1(**{name: marked(f"{name}+/=") for name in names})
    with XServer(now, keys, username="mission_keys") as server:
        yield Stand(
            account="ge-x-keys",
            **_x(server),
            kept="file",
            secret=json.dumps(asdict(keys)),
            secrets=lambda: list(asdict(keys).values()),
        )


def _x(server: XServer) -> dict[str, Any]:
    def out() -> list[Out]:
        chains = chained([(one.remote_id, one.reply_to, one) for one in server.accepted])
        return [as_out([one.text for one in chain], chain[0].alt_texts) for chain in chains]

    def react() -> None:
        for one in server.accepted:
            server.react(one.remote_id, like_count=7, reply_count=2, retweet_count=3, impression_count=99)

    return {
        "platform": "x",
        "server": server,
        "posting": ("POST", "/2/tweets"),
        "out": out,
        "react": react,
        "counts": ({"likes": 7, "comments": 2, "shares": 3, "quotes": 0, "views": 99, "saves": 0},),
        "knows": False,
    }


@contextmanager
def bluesky(_: Path) -> Iterator[Stand]:
    """An app password, and sessions that nobody keeps."""
    password = marked('app "\\/+ é')
    with BlueskyServer(password, handle="mission.test") as server, VideoServer(server) as films:

        def out() -> list[Out]:
            parents = [
                (one.uri, one.record.get("reply", {}).get("parent", {}).get("uri", ""), one.record)
                for one in server.accepted
            ]
            return [as_out([one["text"] for one in chain], alts_of(chain[0])) for chain in chained(parents)]

        def react() -> None:
            for one in server.accepted:
                server.react(one.uri, likeCount=5, repostCount=2, replyCount=1)

        yield Stand(
            account="ge-bluesky",
            platform="bluesky",
            kept="file",
            secret=json.dumps({"identifier": server.handle, "password": password}),
            options={"appview": server.url, "video_url": films.url},
            server=server,
            beside=(films,),
            names_its_server=True,
            posting=("POST", "/xrpc/com.atproto.repo.putRecord"),
            out=out,
            react=react,
            counts=({"likes": 5, "comments": 1, "shares": 2, "quotes": 0, "saves": 0},),
            secrets=lambda: [password, *server.issued],
        )


def alts_of(record: Any) -> tuple[str, ...]:
    """The alt texts of the pictures in a record of the network."""
    return tuple(one["alt"] for one in record.get("embed", {}).get("images", []))


@contextmanager
def telegram(_: Path) -> Iterator[Stand]:
    """A token that stands in every address; a bot is told neither counts nor what became of a post."""
    token = f"7:{marked('bot')}"
    with TelegramServer(token) as server:

        def out() -> list[Out]:
            heads: list[Any] = []
            pictures: dict[int, int] = {}
            for one in server.accepted:  # the pictures of an album after its first have no caption
                head = heads[-1] if heads and one.pictures and not one.text else one
                heads += [one] if head is one else []
                pictures[head.number] = pictures.get(head.number, 0) + one.pictures
            chains = chained([(one.number, one.reply_to or "", one) for one in heads])
            return [as_out([one.text for one in chain], None, pictures=pictures[chain[0].number]) for chain in chains]

        yield Stand(
            account="ge-telegram",
            platform="telegram",
            kept="file",
            secret=json.dumps({"token": token, "chat": f"@{server.name}"}),
            server=server,
            posting=("POST", f"/bot{token}/sendMessage"),
            out=out,
            knows=False,
            secrets=lambda: [token],
        )


@contextmanager
def mastodon(_: Path) -> Iterator[Stand]:
    """A token in the environment."""
    token = marked("token+/=")
    with MastodonServer(now, {token: "mission"}) as server:

        def out() -> list[Out]:
            chains = chained([(one.remote_id, one.reply_to, one) for one in server.accepted])
            return [as_out([one.text for one in chain], chain[0].pictures) for chain in chains]

        def react() -> None:
            for one in server.accepted:
                server.react(one.remote_id, favourites_count=4, replies_count=0, reblogs_count=1)

        yield Stand(
            account="ge-mastodon",
            platform="mastodon",
            kept="env",
            secret=token,
            server=server,
            posting=("POST", "/api/v1/statuses"),
            out=out,
            react=react,
            counts=({"likes": 4, "comments": 0, "shares": 1},),
            secrets=lambda: [token],
        )

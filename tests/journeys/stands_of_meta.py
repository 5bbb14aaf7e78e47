"""Stands of Facebook, Instagram by both of its log-ins, and Threads."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapters.scripted.facebook import PAGE, FacebookServer
from adapters.scripted.instagram import USER as INSTAGRAM_USER
from adapters.scripted.instagram import InstagramServer
from adapters.scripted.threads import USER as THREADS_USER
from adapters.scripted.threads import ThreadsServer
from tests.journeys.stand import Mint, Out, Stand, as_out, chained, marked, now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def facebook(_: Path) -> Iterator[Stand]:
    """A Page's token, and an app that asks for a proof with every call."""
    token, app_secret = marked("page"), marked("app+/=")
    with FacebookServer(now, token, app_secret=app_secret) as server:

        def out() -> list[Out]:
            return [
                as_out(
                    [one.text],
                    one.alt_texts,
                    comments=[text for post, text in server.commented if post == one.remote_id],
                )
                for one in server.accepted
            ]

        def react() -> None:
            for one in server.accepted:
                server.react(one.remote_id, likes=6, shares=2)

        counts = {"likes": 6, "shares": 2, "views": 12, "reach": 12, "clicks": 12}
        yield Stand(
            account="ge-facebook",
            platform="facebook",
            kept="file",
            secret=json.dumps({"access_token": token, "app_secret": app_secret}),
            server=server,
            posting=("POST", f"/{server.version}/{PAGE}/feed"),
            out=out,
            react=react,
            counts=({**counts, "comments": 0}, {**counts, "comments": 1}),
            knows=False,
            secrets=lambda: [token, app_secret],
        )


@contextmanager
def instagram(_: Path) -> Iterator[Stand]:
    """The account's own token, which is renewed at once since nobody wrote down when it ends."""
    token = marked("instagram")
    mint = Mint(issued=[token])
    with InstagramServer(now, token) as server:
        server.minted = mint
        yield Stand(
            account="ge-instagram",
            **_instagram(server),
            kept="vault",
            secret=json.dumps({"access_token": token}),
            secrets=lambda: mint.issued,
        )


@contextmanager
def instagram_by_page(_: Path) -> Iterator[Stand]:
    """The token of the Page that the account is linked to, which does not end, with proofs."""
    token, app_secret = marked("linked-page"), marked("app+/=")
    with InstagramServer(now, token, login="facebook", app_secret=app_secret) as server:
        yield Stand(
            account="ge-instagram-by-page",
            **_instagram(server),
            kept="file",
            secret=json.dumps({"access_token": token, "app_secret": app_secret}),
            options={"login": "facebook"},
            secrets=lambda: [token, app_secret],
        )


def _instagram(server: InstagramServer) -> dict[str, Any]:
    def react() -> None:
        for one in server.accepted:
            server.react(one.remote_id, likes=8)

    return {
        "platform": "instagram",
        "server": server,
        "posting": ("POST", f"/{server.version}/{INSTAGRAM_USER}/media_publish"),
        "out": lambda: [as_out([one.caption], one.alt_texts) for one in server.accepted],
        "react": react,
        "counts": ({"likes": 8, "comments": 0, "views": 7, "reach": 7, "shares": 7, "saves": 7},),
        "knows": False,
    }


@contextmanager
def threads(_: Path) -> Iterator[Stand]:
    """A token that is renewed at once."""
    token = marked("threads")
    mint = Mint(issued=[token])
    with ThreadsServer(now, token) as server:
        server.minted = mint

        def out() -> list[Out]:
            chains = chained([(one.remote_id, one.reply_to, one) for one in server.accepted])
            return [as_out([one.text for one in chain], chain[0].alt_texts) for chain in chains]

        def react() -> None:
            for one in server.accepted:
                server.react(one.remote_id, likes=9)

        yield Stand(
            account="ge-threads",
            platform="threads",
            kept="vault",
            secret=json.dumps({"access_token": token}),
            server=server,
            posting=("POST", f"/{server.version}/{THREADS_USER}/threads_publish"),
            out=out,
            react=react,
            counts=({"likes": 9, "comments": 7, "shares": 7, "quotes": 7, "views": 7, "sends": 7},),
            knows=False,
            secrets=lambda: mint.issued,
        )

"""Stands of LinkedIn: a page, whose posts can be listed and counted, and a person, of whom nothing can be read."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapters.scripted.linkedin import OF_PAGE, OF_PERSON, PAGE, LinkedInServer
from tests.journeys.stand import Mint, Out, Stand, as_out, marked, now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CALLS_PER_DAY = 100_000


@contextmanager
def linkedin_page(_: Path) -> Iterator[Stand]:
    """A token that has run out, and what renews it."""
    renewal = {"refresh_token": marked("refresh"), "client_id": "july30", "client_secret": marked("client+/=")}
    token, run_out = marked("linkedin"), marked("never-known")
    mint = Mint(issued=[token, run_out, renewal["refresh_token"], renewal["client_secret"]])
    with LinkedInServer(now, token, scopes=OF_PAGE) as server:
        server.renewal, server.minted = renewal, mint

        def react() -> None:
            for one in server.log:
                server.react(one.remote_id, likeCount=11, commentCount=1, shareCount=2, impressionCount=90)

        yield Stand(
            account="ge-linkedin",
            **_linkedin(server),
            kept="vault",
            secret=json.dumps({"access_token": run_out, **renewal}),
            options={"author": PAGE},
            react=react,
            counts=({"likes": 11, "comments": 1, "shares": 2, "views": 90, "reach": 0, "clicks": 0},),
            secrets=lambda: mint.issued,
        )


@contextmanager
def linkedin_person(_: Path) -> Iterator[Stand]:
    """A plain token, of somebody who may only write."""
    token = marked("member")
    with LinkedInServer(now, token, scopes=OF_PERSON) as server:
        yield Stand(
            account="ge-linkedin-person",
            **_linkedin(server),
            kept="env",
            secret=token,
            secrets=lambda: [token],
        )


def _linkedin(server: LinkedInServer) -> dict[str, Any]:
    server.per_day = CALLS_PER_DAY

    def out() -> list[Out]:
        return [
            as_out([one.text], _alts(one.content), comments=[it["message"]["text"] for it in one.comments])
            for one in server.log
        ]

    return {
        "platform": "linkedin",
        "server": server,
        "posting": ("POST", "/rest/posts"),
        "out": out,
        "knows": False,
    }


def _alts(content: Mapping[str, Any]) -> list[str]:
    pictures = content.get("multiImage", {}).get("images", [content["media"]] if "media" in content else [])
    return [one.get("altText", "") for one in pictures]

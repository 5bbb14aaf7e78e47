"""The judge's Bluesky and Telegram: each account has a strict server of its own, at /PLATFORM/ACCOUNT."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.mastodon_statuses import Accepted
from adapters.scripted.telegram import TelegramServer
from tests.faults.faces import TOKEN, account_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.scripted.server import Reply, Request

OWN_SERVERS = ("bluesky", "telegram")


def secret_of(account: str, platform: str) -> str:
    """What opens the account at its own server."""
    if platform == "bluesky":
        return json.dumps({"identifier": account, "password": TOKEN + account})
    return json.dumps({"token": f"7:{TOKEN}{account}", "chat": "@rig"})


class _Bluesky(BlueskyServer):
    def __init__(self, account: str):
        super().__init__(TOKEN + account, handle=account)
        self._server.server_close()  # the judge listens for all of its faces

    def taken(self) -> list[tuple[str, str, int]]:
        """Of each post its id, its text, and how many pictures it shows."""
        return [
            (one.uri, one.record["text"], len(one.record.get("embed", {}).get("images", []))) for one in self.accepted
        ]


class _Telegram(TelegramServer):
    def __init__(self, account: str):
        super().__init__(f"7:{TOKEN}{account}", name="rig", number=-1001000000000 - int(account.rpartition("-")[2]))
        self._server.server_close()

    def taken(self) -> list[tuple[str, str, int]]:
        """Of each post its id, its text, and how many pictures it shows."""
        return [(f"{one.chat}/{one.number}", one.text, one.pictures) for one in self.accepted]


class OwnServers:
    """One platform's servers, each made when its account is first heard of."""

    def __init__(self, name: str, note: Callable[[Accepted], None]):
        self.name = name
        self._note = note
        self._servers: dict[str, _Bluesky | _Telegram] = {}

    def hide(self, remote_id: str) -> None:
        """Nothing: what is there is seen there at once."""

    def carry_out(self, request: Request) -> Reply:
        account = account_of(request)
        if account not in self._servers:
            self._servers[account] = _Bluesky(account) if self.name == "bluesky" else _Telegram(account)
        server = self._servers[account]
        before = len(server.taken())
        reply = server.carry_out(replace(request, path=request.path.removeprefix(f"/{self.name}/{account}")))
        for remote_id, text, pictures in server.taken()[before:]:
            self._note(
                Accepted(
                    remote_id=remote_id,
                    account=account,
                    key="",
                    text=text,
                    language="",
                    visibility="public",
                    pictures=("",) * pictures,
                )
            )
        return reply

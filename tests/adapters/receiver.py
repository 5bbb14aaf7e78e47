"""The receiver of docs/webhook.md, behind a real socket: what people copy is what the adapter is tried with."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any

from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json
from tests.docs import blocks, read

if TYPE_CHECKING:
    from collections.abc import Callable


class ReceiverServer(ScriptedServer):
    """The page's receiver for one secret; `posts` is what it made, by key. `events` are all the bodies it took."""

    def __init__(self, secret: str, *, key_id: str = "", now: Callable[[], float] = time):
        super().__init__()
        names: dict[str, Any] = {}
        exec(blocks(read("docs/webhook.md"), "python")[0], names)
        self.receiver = names["Receiver"]({key_id: secret}, now)
        self.events: list[dict[str, Any]] = []

    @property
    def posts(self) -> dict[str, dict[str, str]]:
        """What it made, by key."""
        made: dict[str, dict[str, str]] = self.receiver.posts
        return made

    def carry_out(self, request: Request) -> Reply:
        """What the page's receiver answers."""
        status, told = self.receiver.answer(request.method, request.headers, request.body)
        if status == 200 and request.method == "POST":
            self.events.append(request.json())
        return reply_json(told, status)

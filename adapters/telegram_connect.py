"""Connecting a Telegram channel: the bot's token and the channel that it is an administrator of."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from adapters.contract import Question, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from posts.model import Account

TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+", re.ASCII)
CHAT = re.compile(r"@\w+|-[0-9]+", re.ASCII)


class TelegramTyped:
    """What is asked for one channel."""

    questions = (
        Question(name="token", words="The bot's token, as @BotFather gave it", hidden=True),
        Question(name="chat", words="The channel, as @name or its number that begins with -100"),
    )

    def __init__(self, account: Account):
        self._account = account

    def secret(self, answers: Mapping[str, str]) -> str:
        """What is stored. Raises Rejected for what is no token or no channel."""
        if not TOKEN.fullmatch(answers["token"]):
            raise Rejected("that is no bot's token: one looks like 123456:ABC-DEF, and @BotFather shows it")
        if not CHAT.fullmatch(answers["chat"]):
            raise Rejected("that is no channel: write @name, or its number that begins with -100")
        return json.dumps({"token": answers["token"], "chat": answers["chat"]})

"""Connecting a Bluesky account: its name and an app password, never the password of the account itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from adapters.contract import Question, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from posts.model import Account

APP_PASSWORD = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", re.ASCII)  # as Bluesky's servers make them, 24 Nov 2026


class BlueskyTyped:
    """What is asked for one account."""

    questions = (
        Question(name="identifier", words="The account's name, such as mission.example"),
        Question(name="password", words="An app password (Settings, Privacy and security, App passwords)", hidden=True),
    )

    def __init__(self, account: Account):
        self._account = account

    def secret(self, answers: Mapping[str, str]) -> str:
        """What is stored. Raises Rejected for what is no app password."""
        name, password = answers["identifier"].lstrip("@"), answers["password"]
        if not name:
            raise Rejected("the account's name is missing")
        if not APP_PASSWORD.fullmatch(password):
            raise Rejected(
                "that is no app password: one looks like abcd-efgh-ijkl-mnop, and opens less than the account's own;"
                " make one in the account's settings (Privacy and security, App passwords)"
            )
        return json.dumps({"identifier": name, "password": password})

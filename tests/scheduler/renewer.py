"""A process that opens an X account with tokens kept in the vault: `URL FOLDER SENDERS`, and `die` as a fourth word.

It says that it is ready, waits for a line, and then tells in one JSON list what became of each sender's call.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired
from adapters.x import X
from posts.model import Account
from scheduler.secrets import StoredSecret

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

NAME = "ge-x"


def stored(folder: Path) -> StoredSecret:
    """The account's secret, in the vault of that folder."""
    return StoredSecret(f"vault:{NAME}", folder, {}, key="file:secrets.key")


class Dying:
    """The secret of a process that ends when it is to store new tokens."""

    def __init__(self, secret: StoredSecret):
        self._secret = secret

    def load(self) -> str:
        return self._secret.load()

    def save(self, secret: str) -> None:
        if secret != self.load():
            os._exit(9)

    def renewing(self) -> AbstractContextManager[None]:
        return self._secret.renewing()


def opened_by(adapter: X) -> str:
    try:
        return adapter.whoami().handle
    except AuthExpired as expired:
        return f"expired: {expired}"


def main(url: str, folder: str, senders: str, die: str = "") -> None:
    secret = stored(Path(folder))
    adapter = X(
        Account(id=NAME, mission="GE", platform="x", handle="@iomgeorgia", base_url=url),
        Dying(secret) if die else secret,
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(int(senders)) as pool:
        told = list(pool.map(opened_by, [adapter] * int(senders)))
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A process that renews an account's tokens, kept in the vault: `URL FOLDER SENDERS PLATFORM`, with a fifth word `die`.

It looks when they end and says that it is ready, waits for a line, has each sender open the account (X) or renew ahead
(the others), and then tells in one JSON list what became of each.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from adapters import registry
from adapters.contract import AuthExpired, Perishable
from posts.model import Account
from scheduler.secrets import StoredSecret

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from adapters.contract import Adapter

NAME = "ge-account"


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


def account_at(url: str, platform: str) -> Account:
    """The account, whatever the platform."""
    return Account(id=NAME, mission="GE", platform=platform, handle="@iomgeorgia", base_url=url)


def renewed_by(adapter: Adapter) -> str:
    try:
        if adapter.profile.platform == "x":
            return adapter.whoami().handle
        assert isinstance(adapter, Perishable)
        adapter.renew()
    except AuthExpired as expired:
        return f"expired: {expired}"
    return "renewed"


def main(url: str, folder: str, senders: str, platform: str, die: str = "") -> None:
    secret = stored(Path(folder))
    adapter = registry.build(account_at(url, platform), Dying(secret) if die else secret)
    assert isinstance(adapter, Perishable)
    adapter.horizon()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(int(senders)) as pool:
        told = list(pool.map(renewed_by, [adapter] * int(senders)))
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

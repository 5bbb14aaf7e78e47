"""Looking at a platform whether a post of ours is there; nothing is ever sent from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from adapters.contract import Adapter, Identity, Receipt
    from posts.model import Account, Message
    from scheduler.looks import Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The progress of a look-up: it only remembers."""

    saved: Mapping[str, Mapping[str, object]]
    taken: Collection[str]

    def save(self, step: str, data: Mapping[str, object]) -> None:
        """Never called: a look-up has no steps."""
        raise AssertionError(f"a look-up saves nothing, yet {step} was saved: {sorted(data)}")

    def posting(self) -> None:
        """Never called: a look-up posts nothing."""
        raise AssertionError("a look-up posts nothing")


def find(adapter: Adapter, message: Message, doubt: Doubt, taken: Collection[str]) -> Receipt | None:
    """The receipt of the delivery's own earlier call; None if it is not there. Raises the adapter's failures."""
    return adapter.find(message, doubt.key, doubt.since, Memory(saved=doubt.progress, taken=taken))


def make_sure_whose(adapter: Adapter, account: Account, confirmed: str | None) -> None:
    """The credentials open the account that was confirmed: not to find a post in another one proves nothing.

    Raises AuthExpired where they open another, and what asking gives.
    """
    who = adapter.whoami()
    if confirmed is not None and confirmed != who.remote_id:
        raise another_account(account, who)


def another_account(account: Account, who: Identity) -> AuthExpired:
    """What it means that the account's secret opens that one."""
    return AuthExpired(
        f"the secret of '{account.id}' opens {who.handle or who.remote_id}, which is not the account it was"
        " confirmed for"
    )

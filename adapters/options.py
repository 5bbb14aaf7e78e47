"""What an account's options say, refused in words where it cannot be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from posts.model import Account


def refuse_other_than(account: Account, name: str, known: Sequence[str]) -> None:
    """Nothing, where the option is one of these; the first counts where it is not given. Raises Rejected."""
    if account.options.get(name, known[0]) not in known:
        raise wrong(account, name, f"one of {', '.join(known)}")


def wrong(account: Account, name: str, wanted: str) -> Rejected:
    """The refusal of an option that was given, which says what it has to be instead."""
    given = account.options[name]
    return Rejected(f"account '{account.id}': option {name} is '{given}'; correct it to {wanted}")

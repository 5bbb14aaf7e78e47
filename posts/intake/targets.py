"""Which mission a row speaks for, and through which of its accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.intake.wrong import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from posts.model import Account, Mission


def names_in(cell: str) -> tuple[str, ...]:
    """The names in a cell that are separated by semicolons, each once, in their order."""
    return tuple(dict.fromkeys(name.strip() for name in cell.split(";") if name.strip()))


def find_mission(cell: str, missions: Mapping[str, Mission]) -> str:
    """The code of the mission that is meant. Raises Wrong if there is none of that code."""
    code = cell.strip().upper()
    if not code:
        raise Wrong("no_mission", f"No mission is given: write one of {_list(missions)}.")
    if code not in missions:
        raise Wrong("unknown_mission", f"There is no mission “{cell.strip()}”: write one of {_list(missions)}.")
    return code


def find_accounts(
    names: Sequence[str], platforms: Sequence[str], mission: str, accounts: Sequence[Account]
) -> tuple[str, ...]:
    """The ids of the accounts that are meant: those named, else all of the mission, or all on the platforms named.

    Raises Wrong for an unknown account, one of another mission, or one on another platform than the row names.
    """
    if not names:
        return _all_on(platforms, mission, accounts)
    by_id = {account.id: account for account in accounts}
    own = [account.id for account in accounts if account.mission == mission]
    for name in names:
        if name not in by_id:
            raise Wrong("unknown_account", f"There is no account “{name}”: {mission} has {_list(own)}.")
        if by_id[name].mission != mission:
            raise Wrong(
                "other_mission", f"“{name}” belongs to {by_id[name].mission}, not to {mission}, which has {_list(own)}."
            )
    _refuse_mismatch([by_id[name] for name in names], platforms)
    return tuple(names)


def find_platforms(cell: str, accounts: Sequence[Account]) -> tuple[str, ...]:
    """The platforms that a cell names. Raises Wrong for one on which nobody has an account."""
    known = set(places_of(accounts))
    platforms = tuple(dict.fromkeys(name.casefold() for name in names_in(cell)))
    for name in platforms:
        if name not in known:
            raise Wrong("unknown_platform", f"No account is on “{name}”: the platforms here are {_list(known)}.")
    return platforms


def places_of(accounts: Iterable[Account]) -> frozenset[str]:
    """The platforms that somebody is on, also where a person publishes there."""
    return frozenset(name for one in accounts for name in (one.platform, one.options.get("stands_for", "")) if name)


def _all_on(platforms: Sequence[str], mission: str, accounts: Sequence[Account]) -> tuple[str, ...]:
    own = [account for account in accounts if account.mission == mission]
    if not own:
        raise Wrong("no_account", f"{mission} has no account yet: an administrator must add one.")
    for platform in platforms:
        if all(account.platform != platform for account in own):
            raise Wrong(
                "no_account",
                f"{mission} has no account on {platform}: it is on {_list(account.platform for account in own)}.",
            )
    return tuple(account.id for account in own if not platforms or account.platform in platforms)


def _refuse_mismatch(chosen: Sequence[Account], platforms: Sequence[str]) -> None:
    if platforms and {account.platform for account in chosen} != set(platforms):
        on = ", ".join(f"{account.id} is on {account.platform}" for account in chosen)
        raise Wrong("platform_mismatch", f"The accounts and platforms of this row differ ({on}): leave one cell empty.")


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))) or "none"

"""An account's `options`: each is one that the account's platform knows, or it is told with what is known there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.registry import UnknownPlatformError, profile_of
from scheduler.config_lines import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from scheduler.config_lines import KeyPath


def wrong_options(document: Mapping[str, object], ids: Collection[str]) -> Iterator[tuple[KeyPath, str]]:
    """What no adapter would ever read, with its key: a slip would be noticed on the day, in what was published.

    `ids`: the accounts that an option may name.
    """
    rows = document.get("account")
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        options = row.get("options") if isinstance(row, dict) else None
        if isinstance(options, dict):
            path = ("account", number, "options")
            yield from (((*path, name), why) for name, why in _unknown(str(row.get("platform")), options))
            yield from (((*path, name), why) for name, why in _unread(options, ids))


def _unknown(platform: str, options: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    try:
        known = {one.name for one in profile_of(platform).options}
    except UnknownPlatformError:
        return  # told with the key `platform`
    for name in sorted(options.keys() - known):
        hint = did_you_mean(name, known) if known else "it has none: take it out"
        told = f" Known are {listed(sorted(known))}." if hint.endswith("?") else ""
        yield name, f"the platform '{platform}' knows no such option; {hint}{told}"


def _unread(options: Mapping[str, object], ids: Collection[str]) -> Iterator[tuple[str, str]]:
    by = options.get("measured_by")
    if isinstance(by, str) and by not in ids:
        yield "measured_by", f"there is no [[account]] with the id '{by}'; {did_you_mean(by, ids)}"

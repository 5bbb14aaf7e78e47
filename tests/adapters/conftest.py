"""Servers that several files of tests need."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.mastodon_switches import Switches
from tests.adapters.mastodon_parts import OTHER_TOKEN
from tests.adapters.parts import TOKEN, now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def serve_mastodon() -> Iterator[Callable[..., MastodonServer]]:
    """Starts servers that differ from `ways` as told, and stops them."""
    running: list[MastodonServer] = []

    def start(ways: Switches | None = None, **switches: object) -> MastodonServer:
        tokens = {TOKEN: "iomgeorgia", OTHER_TOKEN: "neighbour"}
        running.append(MastodonServer(now, tokens, replace(ways or Switches(), **switches)).start())  # type: ignore[arg-type]
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def mastodon(serve_mastodon: Callable[..., MastodonServer]) -> MastodonServer:
    """The newest and most obliging one."""
    return serve_mastodon()

"""Who gets the place from which platforms fetch pictures, and what an account hears where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters import registry
from adapters.contract import NotSetUp, Profile
from adapters.fetching import place_for
from adapters.outbox import Outbox
from tests.adapters.parts import KnownSecret, account, picture

if TYPE_CHECKING:
    from pathlib import Path

    from posts.model import Media


class Wall:
    """A public place that any address will do for."""

    def address(self, media: Media) -> str:
        return f"https://pictures.example/{media.sha256}"


def test_a_place_is_handed_on(tmp_path: Path) -> None:
    """The adapter asks it for the address of each picture."""
    found = place_for(account(), Wall())
    assert found.address(picture(tmp_path)).startswith("https://pictures.example/")


def test_without_a_place_the_account_is_refused_and_who_must_act_is_told() -> None:
    """Nobody can mend that by writing the post anew, nor by connecting the account again."""
    with pytest.raises(NotSetUp, match=r"'ge-test'.*\[console\] public_url"):
        place_for(account(), None)


def test_only_those_whose_platform_fetches_pictures_are_given_the_place(tmp_path: Path) -> None:
    """Other people's adapters go on being built with two arguments."""
    board = account(platform="outbox", folder=str(tmp_path))
    assert isinstance(registry.build(board, KnownSecret(), Wall()), Outbox)
    assert Profile(platform="p", limits=Outbox.profile.limits, lookup=Outbox.profile.lookup).fetches_media is False

"""The adapters without a net, in processes that die at any step; the others are tried in `test_causes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.outbox import Outbox
from tests.adapters.parts import KnownSecret, account, picture
from tests.adapters.steps import Folder, StepsContract
from tests.fakes.clock import Clock

if TYPE_CHECKING:
    from pathlib import Path


class TestOutbox(StepsContract):
    """The folder that publishes to nobody."""

    @pytest.fixture
    def stand(self, tmp_path: Path) -> Folder:
        def build() -> Outbox:
            return Outbox(account(folder=str(tmp_path / "out")), KnownSecret())

        album = tuple(picture(tmp_path / "album", f"card-{shade}.jpg", shade=shade) for shade in (40, 80, 120, 160))
        return Folder(build=build, public=lambda: len(build().feed.posts()), clock=Clock(), album=album)

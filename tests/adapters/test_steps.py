"""Adapters in processes that die at any step: those that `test_causes`, which has the others, does not try."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.linkedin import LinkedIn
from adapters.outbox import Outbox
from adapters.scripted.linkedin import OF_PERSON, LinkedInServer
from tests.adapters.cells import Stand
from tests.adapters.parts import TOKEN, KnownSecret, account, picture
from tests.adapters.steps import Folder, StepsContract
from tests.adapters.test_causes import linkedin_words
from tests.fakes.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.http import Http
    from posts.model import Media


@pytest.fixture
def album(tmp_path: Path) -> tuple[Media, ...]:
    return tuple(picture(tmp_path / "album", f"card-{shade}.jpg", shade=shade) for shade in (40, 80, 120, 160))


class TestOutbox(StepsContract):
    """The folder that publishes to nobody."""

    @pytest.fixture
    def stand(self, tmp_path: Path, album: tuple[Media, ...]) -> Folder:
        def build() -> Outbox:
            return Outbox(account(folder=str(tmp_path / "out")), KnownSecret())

        return Folder(build=build, public=lambda: len(build().feed.posts()), clock=Clock(), album=album)


class TestLinkedInPerson(StepsContract):
    """Nobody may list a person's posts: what was perhaps sent stays unknown."""

    @pytest.fixture
    def stand(self, album: tuple[Media, ...]) -> Iterator[Stand]:
        clock = Clock()
        with LinkedInServer(clock, TOKEN, scopes=OF_PERSON) as server:
            server.per_day = 1_000_000

            def build(http: Http) -> LinkedIn:
                return LinkedIn(account(base_url=http.base_url), KnownSecret(TOKEN), http=http)

            yield Stand(
                platform=server,
                build=build,
                public=lambda: server.public + server.comments,
                secrets=lambda: {TOKEN},
                words=linkedin_words(),
                album=album,
                clock=clock,
            )

"""Files that platforms fetch: none is found without its address, no address lives for ever, nothing else is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Rejected
from scheduler.services.handing_out import place_of
from scheduler.web.app import console
from tests.adapters.parts import picture
from tests.scheduler.web.browser import TestClient

if TYPE_CHECKING:
    from adapters.contract import PublicMedia
    from posts.model import Media
    from tests.scheduler.web.newsroom import Newsroom

OUTSIDE = "https://campaign.iom.example"


class Stage:
    """A console that has a public address, and a platform that knows it."""

    def __init__(self, room: Newsroom):
        (room.folder / "secrets.key").write_text("a key of this very test")
        (room.folder / "secrets.key").chmod(0o600)
        self.room = room
        self.settings = replace(room.desk.settings, public_url=OUTSIDE)
        self.platform = TestClient(console(replace(room.desk, settings=self.settings)), base_url=OUTSIDE)
        self.media: Media = picture(self.settings.media_folder)

    @property
    def place(self) -> PublicMedia:
        found = place_of(self.settings, {}, self.room.clock)
        assert found is not None
        return found


@pytest.fixture
def stage(room: Newsroom) -> Stage:
    return Stage(room)


def test_a_platform_fetches_the_very_bytes(stage: Stage) -> None:
    """A picture that is changed on the way was approved by nobody."""
    answer = stage.platform.get(stage.place.address(stage.media))
    assert answer.content == stage.media.path.read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    assert stage.platform.head(stage.place.address(stage.media)).status_code == 200


def test_part_of_a_file_can_be_asked_for(stage: Stage) -> None:
    """Platforms fetch films in parts."""
    answer = stage.platform.get(stage.place.address(stage.media), headers={"Range": "bytes=5-9"})
    assert (answer.status_code, answer.content) == (206, stage.media.path.read_bytes()[5:10])


def test_an_address_is_good_for_a_day_and_ends_after_two(stage: Stage) -> None:
    """An address that leaked must not show a picture for years."""
    address = stage.place.address(stage.media)
    stage.room.clock.tick(hours=24)
    assert stage.platform.get(address).status_code == 200
    stage.room.clock.tick(hours=24)
    assert stage.platform.get(address).status_code == 404
    assert stage.platform.get(stage.place.address(stage.media)).status_code == 200


def test_an_address_stays_the_same_for_the_day(stage: Stage) -> None:
    """A platform that comes back for a file should know it again."""
    address = stage.place.address(stage.media)
    stage.room.clock.tick(hours=3)
    assert stage.place.address(stage.media) == address


@pytest.mark.parametrize("change", ["later", "signature", "name", "climb", "digits"])
def test_no_address_can_be_made_up(stage: Stage, change: str) -> None:
    """What lies in the folder may not be out yet, or never be."""
    picture(stage.settings.media_folder, "other.jpg")
    *start, ends_on, signature, name = stage.place.address(stage.media).split("/")
    made_up = {
        "later": [str(int(ends_on) + 1), signature, name],
        "signature": [ends_on, "0" * len(signature), name],
        "name": [ends_on, signature, "other.jpg"],
        "climb": [ends_on, signature, "..%2Fconfig.toml"],
        "digits": ["²" * 5, signature, name],
    }[change]
    assert stage.platform.get("/".join([*start, *made_up])).status_code == 404


@pytest.mark.parametrize("page", ["/", "/log", "/media/" + "0" * 64, "/health", "/static/console.css", "/publicity"])
def test_strangers_reach_nothing_else(stage: Stage, page: str) -> None:
    """The console has pages that stop a campaign; its public address must not open them."""
    assert stage.platform.get(page).status_code == 421
    assert stage.platform.post("/public/1/2/3").status_code == 405


def test_without_a_public_address_nothing_is_handed_out(stage: Stage) -> None:
    """Whoever did not ask for it has no door to the outside."""
    path = stage.place.address(stage.media).removeprefix(OUTSIDE)
    assert stage.room.browser.get(path).status_code == 404
    assert place_of(stage.room.desk.settings, {}, stage.room.clock) is None


def test_a_file_that_was_changed_or_lies_elsewhere_has_no_address(stage: Stage) -> None:
    """What is fetched must be what was approved."""
    with pytest.raises(Rejected, match="not in the media folder"):
        stage.place.address(picture(stage.room.folder / "elsewhere"))
    stage.media.path.write_bytes(b"something else")
    with pytest.raises(Rejected, match="not the one that was approved"):
        stage.place.address(stage.media)

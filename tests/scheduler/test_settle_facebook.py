"""Settling at a strict Page whose list may leave posts out: adopted where it is seen, else held, never sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from adapters.facebook import Facebook
from adapters.http import Http
from adapters.scripted.facebook import PAGE, FacebookServer
from adapters.scripted.graph import error
from adapters.scripted.server import Mishap, Reply
from posts.model import Account
from scheduler.model import State
from tests.adapters.parts import TOKEN, KnownSecret
from tests.fakes.world import World
from tests.scheduler.office import PATIENCE_S
from tests.scheduler.test_settle import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

FEED = f"/v26.0/{PAGE}/feed"
COMMENT = f"/v26.0/{PAGE}_700000000/comments"


@dataclass(slots=True, kw_only=True)
class Scene:
    """One Page and the desk that posts to it."""

    server: FacebookServer
    desk: Desk

    @property
    def world(self) -> World:
        return self.desk.world

    def settled(self, number: int) -> State:
        """Where the delivery stands after every look and another pass."""
        self.desk.look_at_every_instant()
        self.desk.office.pass_on()
        return self.world.state(number)


@pytest.fixture
def scene(database: Database, clock: Clock) -> Iterator[Scene]:
    with FacebookServer(clock, TOKEN) as server:
        account = Account(id="ge-feed", mission="GE", platform="facebook", base_url=server.url)
        adapter = Facebook(account, KnownSecret(TOKEN), http=Http(server.url, read_timeout_s=2))
        desk = Desk(World(database, clock, (account,)), {"ge-feed": adapter})
        yield Scene(server=server, desk=desk)
        desk.settler.stop(PATIENCE_S)
        desk.office.stop()


def test_a_post_whose_answer_was_lost_is_adopted(scene: Scene) -> None:
    """The Page's list shows it."""
    scene.server.will_fail(Mishap.CLOSE, path=FEED)
    number = scene.world.delivery()
    scene.desk.office.pass_on()
    assert scene.settled(number) is State.PUBLISHED
    assert [one.remote_id for one in scene.server.accepted] == [scene.world.row(number)["remote_id"]]


@pytest.mark.parametrize("what", [Mishap.CLOSE, Reply(status=502), error(1)])
def test_a_post_that_is_not_listed_is_held_and_never_sent_again_by_itself(scene: Scene, what: Mishap | Reply) -> None:
    """The list leaves posts out: whether it is there a person has to see."""
    scene.server.lists = False
    scene.server.will_fail(what, path=FEED)
    number = scene.world.delivery()
    scene.desk.office.pass_on()
    assert scene.settled(number) is State.HELD
    assert len(scene.server.accepted) == (what is Mishap.CLOSE)


def test_the_same_words_right_after_each_other_are_held_for_a_person(scene: Scene) -> None:
    """The platform refuses the second; the first counts for its own delivery and must not be adopted for both."""
    first, second = scene.world.delivery(), scene.world.delivery()
    scene.desk.office.pass_on()
    states = {scene.settled(one) for one in (first, second)}
    assert states == {State.PUBLISHED, State.HELD}
    assert len(scene.server.accepted) == 1


def test_a_post_without_its_first_comment_is_not_called_published(scene: Scene) -> None:
    """The comment holds the hotline: whoever reads 'published' would not look."""
    scene.server.will_fail(error(100, "comments are off"), path=COMMENT)
    number = scene.world.delivery(first_comment="Где помощь")
    scene.desk.office.pass_on()
    assert scene.settled(number) is State.HELD
    assert scene.server.accepted[0].remote_id.partition("_")[2] in scene.world.row(number)["reason"]

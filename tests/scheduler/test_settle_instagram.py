"""A post that its platform prepares for minutes: waited for, carried over a crash, and never published twice."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from adapters.http import Http
from adapters.instagram import Instagram
from adapters.scripted.instagram import USER, InstagramServer
from adapters.scripted.pictures import PictureServer
from adapters.scripted.server import Mishap, Reply
from posts.model import Account
from scheduler.model import State
from scheduler.store import outcomes
from tests.adapters.parts import TOKEN, KnownSecret, picture
from tests.fakes.world import World
from tests.scheduler.office import PATIENCE_S, Office
from tests.scheduler.test_settle import Desk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from adapters.contract import NotReady, Progress, Receipt
    from posts.model import Message
    from scheduler.store.database import Database
    from tests.fakes.clock import Clock

PUBLISH = f"/v26.0/{USER}/media_publish"


@dataclass(slots=True, kw_only=True)
class Scene:
    """One account, its platform and the place for its pictures; each desk is a process of its own."""

    world: World
    server: InstagramServer
    place: PictureServer
    number: int

    def adapter(self) -> Instagram:
        """As a new process would make it."""
        http = Http(self.server.url, read_timeout_s=2)
        return Instagram(self.world.accounts["ge-feed"], KnownSecret(TOKEN), public_media=self.place, http=http)

    def outcomes(self) -> list[str]:
        """What came of each attempt, in order."""
        return [one["outcome"] for one in self.world.attempts(self.number)]


@pytest.fixture
def scene(database: Database, clock: Clock, tmp_path: Path) -> Iterator[Scene]:
    with InstagramServer(clock, TOKEN) as server, PictureServer() as place:
        account = Account(id="ge-feed", mission="GE", platform="instagram", base_url=server.url)
        world = World(database, clock, (account,))
        number = world.delivery(media=(picture(tmp_path),))
        yield Scene(world=world, server=server, place=place, number=number)


@pytest.fixture
def desk(scene: Scene) -> Iterator[Desk]:
    opened = Desk(scene.world, {"ge-feed": scene.adapter()})
    yield opened
    opened.settler.stop(PATIENCE_S)
    opened.office.stop()


class _Held:
    """The progress of a sender that stands still right before it says that it will post."""

    def __init__(self, inner: Progress, hung: threading.Event, wake: threading.Event):
        self._inner, self._hung, self._wake = inner, hung, wake

    @property
    def saved(self) -> Mapping[str, Mapping[str, object]]:
        return self._inner.saved

    @property
    def taken(self) -> Collection[str]:
        return self._inner.taken

    def save(self, step: str, data: Mapping[str, object]) -> None:
        self._inner.save(step, data)

    def posting(self) -> None:
        self._hung.set()
        assert self._wake.wait(PATIENCE_S)
        self._inner.posting()


class Hanging(Instagram):
    """Stands still right before the call that publishes."""

    def __init__(self, scene: Scene):
        super().__init__(scene.world.accounts["ge-feed"], KnownSecret(TOKEN), public_media=scene.place)
        self.hung, self.wake = threading.Event(), threading.Event()

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:
        return super().publish(message, key, _Held(progress, self.hung, self.wake))


# -- still being prepared ------------------------------------------------------------------------------------------


def test_minutes_of_waiting_burn_no_try_and_end_in_one_post(scene: Scene, desk: Desk) -> None:
    """Five tries are all that there are; a platform that takes six minutes must not use them up."""
    scene.server.slow = 6
    for _ in range(6):
        desk.office.pass_on()
        assert (scene.world.state(scene.number), scene.world.row(scene.number)["tries"]) == (State.WAITING, 0)
        desk.office.pass_on()  # not before its minute is over
        scene.world.clock.tick(minutes=1)
    desk.office.pass_on()
    assert scene.world.state(scene.number) is State.PUBLISHED
    assert scene.outcomes() == ["not_ready"] * 6 + ["receipt"]
    assert (len(scene.server.containers), len(scene.server.accepted)) == (1, 1)


def test_what_is_being_prepared_is_known_to_the_next_process(scene: Scene) -> None:
    """To prepare it anew at each start would let it wait for ever."""
    scene.server.slow = 2
    for _ in range(3):
        office = Office(scene.world, {"ge-feed": scene.adapter()})
        office.pass_on()
        office.stop()
        scene.world.clock.tick(minutes=1)
    assert scene.outcomes() == ["not_ready", "not_ready", "receipt"]
    assert (len(scene.server.containers), len(scene.server.accepted)) == (1, 1)


def test_a_process_that_dies_before_it_publishes_leaves_what_it_prepared(scene: Scene) -> None:
    """The next one publishes the same container, and the dead one, should it wake, has lost its fence."""
    dead = Hanging(scene)
    old = Office(scene.world, {"ge-feed": dead})
    old.begin()
    assert dead.hung.wait(PATIENCE_S)
    with scene.world.database.write() as tx:
        assert outcomes.recover(tx, now=scene.world.clock())["waiting"] == 1
    new = Office(scene.world, {"ge-feed": scene.adapter()})
    new.pass_on()
    dead.wake.set()
    old.finish()
    for one in (old, new):
        one.stop()
    assert scene.world.state(scene.number) is State.PUBLISHED
    assert scene.outcomes() == ["died", "receipt"]
    assert (len(scene.server.containers), len(scene.server.accepted)) == (1, 1)


# -- no answer -----------------------------------------------------------------------------------------------------


def test_a_post_whose_answer_was_lost_is_adopted(scene: Scene, desk: Desk) -> None:
    """Its container says that it was published."""
    scene.server.will_fail(Mishap.CLOSE, path=PUBLISH)
    desk.office.pass_on()
    assert scene.world.state(scene.number) is State.UNCLEAR
    desk.look_at_every_instant()
    desk.office.pass_on()
    (taken,) = scene.server.accepted
    row = scene.world.row(scene.number)
    assert (row["state"], row["remote_id"]) == (State.PUBLISHED, taken.remote_id)


def test_a_post_that_was_not_taken_is_held_and_not_sent_again_by_itself(scene: Scene, desk: Desk) -> None:
    """That its container was not published yet does not prove that it will not be."""
    scene.server.will_fail(Reply(status=502), path=PUBLISH)
    desk.office.pass_on()
    desk.look_at_every_instant()
    desk.office.pass_on()
    assert scene.world.state(scene.number) is State.HELD
    assert scene.server.accepted == ()


# -- no public place -----------------------------------------------------------------------------------------------


def test_without_a_public_place_the_account_is_paused_once_and_who_must_act_is_told(scene: Scene) -> None:
    """Fifty posts would fail alike; nobody can mend one by rewording it."""
    account = scene.world.accounts["ge-feed"]
    office = Office(scene.world, {"ge-feed": Instagram(account, KnownSecret(TOKEN))})
    office.pass_on()
    office.stop()
    row = scene.world.row(scene.number)
    assert row["state"] == State.HELD
    assert "[console] public_url" in row["reason"]
    assert "whoever keeps config.toml must act" in row["reason"]
    assert "credentials" not in row["reason"]

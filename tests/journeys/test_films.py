"""One film from a sheet, with its captions and its cover, to every platform that takes films."""

from __future__ import annotations

import random
from base64 import b64encode
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import pytest

from tests.journeys.campaign import DESCRIBED, FILM, SAID, Office, Planned
from tests.journeys.house import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.journeys.stand import Stand

SEED, KILLS = 30, 3
TAKERS = {"ge-bluesky", "ge-telegram", "ge-mastodon"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as opened:
        made = Office(folder=tmp_path, database_url=f"sqlite:///{tmp_path / 'july30.db'}")
        made.open(opened)
        made.proxies = {}  # a pass for a film names the server that it is for, and that is no proxy
        made.stands = [one for one in made.stands if one.profile.limits.film]
        yield made
        made.stop_all()


@pytest.mark.timeout(300)
def test_a_film_is_out_once_wherever_films_go_with_all_that_the_platform_has_a_field_for(office: Office) -> None:
    """Who cannot hear reads the captions, who cannot see hears the description: a film without them is half a film."""
    film = begin(office, [FILM])
    office.start_daemon("up")
    office.settled()

    assert {one.account for one in office.stands} >= TAKERS
    for one in office.stands:
        mine = office.planned_for(one, [FILM])
        assert [it.texts() for it in one.out()] == [it.as_seen(one).texts() for it in mine], one.account
        assert not mine or lacks(one, office.folder, film) == [], one.account


@pytest.mark.timeout(400)
def test_films_whose_process_dies_on_the_way_are_out_once(office: Office) -> None:
    """A film is minutes on its way, so a machine that dies mostly dies in the middle of one."""
    dice = random.Random(SEED)
    films = [replace(FILM, name=f"film-{number}", parts=(f"{FILM.parts[0]} {number}",)) for number in range(1, 7)]
    begin(office, films)
    for calls in sorted(dice.sample(range(10, 200), KILLS)):
        daemon = office.start_daemon("up")
        until(lambda calls=calls: heard(office) >= calls, within_s=90, what=f"{calls} calls")  # type: ignore[misc]
        daemon.kill()
        daemon.wait(20)
    office.start_daemon("up")
    office.settled(within_s=200)

    for one in office.stands:
        mine = {it.name: it.as_seen(one).texts() for it in office.planned_for(one, films)}
        states = {it["external_id"]: it["state"] for it in office.deliveries() if it["account"] == one.account}
        there = Counter(it.texts() for it in one.out())
        assert set(there.values()) <= {1}, one.account
        assert set(states.values()) <= {"published", "held"}, one.account
        assert {mine[name] for name, state in states.items() if state == "published"} <= set(there), one.account
        assert not one.knows or one.by_hand or set(states.values()) == {"published"}, (one.account, states)


def begin(office: Office, films: Sequence[Planned]) -> bytes:
    """Installed, imported with captions and a cover, approved, and due in a moment; the film's bytes."""
    office.build(f"{datetime.now(UTC):%Y-%m-%d}")
    office.queue(films, datetime.now(UTC) + timedelta(seconds=15))
    return (office.folder / "way.mp4").read_bytes()


def heard(office: Office) -> int:
    """How many calls have gone to the platforms."""
    return sum(len(one.server.requests) for one in office.stands if one.server)


def lacks(stand: Stand, folder: Path, film: bytes) -> list[str]:
    """What of the film has not reached the platform, of all that it has a field for."""
    takes = stand.profile.limits.film
    assert takes
    cover = (folder / "way.cover.jpg").read_bytes()
    is_told_where = stand.profile.fetches_films  # and comes for all that lies beside the film as well
    needed = {} if stand.profile.fetches_media or is_told_where else {"film": film}
    needed |= {"captions": SAID.encode()} if takes.captions_max and not is_told_where else {}
    needed |= {"description": DESCRIBED.encode()} if takes.alt_text else {}
    needed |= {"cover": cover} if takes.cover and "film" in needed else {}
    if not stand.server:
        files = [path.read_bytes() for path in (folder / stand.platform).rglob("*") if path.is_file()]
        return [name for name, content in needed.items() if not any(content in one for one in files)]
    bodies = [one.body for server in (stand.server, *stand.beside) for one in server.requests]
    return [name for name, content in needed.items() if not any(holds(one, content) for one in bodies)]


def holds(body: bytes, content: bytes) -> bool:
    """Whether the body of a call holds it, in one of the ways in which bodies are written."""
    return any(one in body for one in (content, b64encode(content), quote_plus(content).encode()))

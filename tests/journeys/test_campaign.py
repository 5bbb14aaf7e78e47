"""A campaign of sixty posts in all scripts, from one sheet to every platform at once."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.proxy import Break
from tests.journeys.campaign import APPROVER, Office, Planned, sixty_posts
from tests.journeys.house import until
from tests.journeys.stands import BY_OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.journeys.stand import Out, Stand

SEED = 30
ADDRESS = "https://social.example/posts/{}"
AFTER_ACCEPTING = (Break.CLOSE, Break.RESET, Break.TRUNCATE, Break.ERROR, Break.GARBAGE)
KILLS = 3
BREAKS = 4
FEWER = 16
SETTLED_S = 200

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as opened:
        made = Office(folder=tmp_path, database_url=f"sqlite:///{tmp_path / 'july30.db'}")
        made.open(opened)
        yield made
        made.stop_all()


def begin(office: Office, planned: Sequence[Planned]) -> None:
    """Installed, imported, approved, and due in a moment."""
    now = datetime.now(UTC)
    office.build(f"{now:%Y-%m-%d}")
    office.queue(planned, datetime.now(UTC) + timedelta(seconds=25))


def test_sixty_posts_are_out_everywhere_once_word_for_word_and_counted(office: Office) -> None:
    """What was approved is what the world sees: every letter, every picture's words, every thread in its order."""
    planned = sixty_posts()
    begin(office, planned)
    office.start_daemon("up")
    office.settled(within_s=SETTLED_S)

    assert [words for one in office.stands for words in wrong(one, office.planned_for(one, planned))] == []
    for one in office.stands:
        state = "held" if one.by_hand else "published"
        assert {it["state"] for it in of(office, one)} == {state}, one.account

    by_hand = next(one for one in office.stands if one.by_hand)
    held = of(office, by_hand)[:4]
    for it in held:
        office.run("queue", "resolve", str(it["id"]), "--published", ADDRESS.format(it["id"]), "--as", APPROVER)
    given_back = [it for it in of(office, by_hand) if it["state"] == "published"]
    assert {it["permalink"] for it in given_back} == {ADDRESS.format(it["id"]) for it in held}

    for one in office.stands:
        one.react()
    expected = {one.account: in_order(one.counts) for one in office.stands}
    until(lambda: counted(office) == expected, within_s=90, what="the counts are the platforms', and nothing elsewhere")
    assert office.run("verify")["ok"] is True


def test_killed_and_cut_off_at_random_nothing_is_out_twice_or_called_out_in_vain(office: Office) -> None:
    """Answers are lost after the platform took it, the process dies three times, and no doubt becomes a second post."""
    planned, dice = sixty_posts(), random.Random(SEED)
    begin(office, planned)
    for one in office.stands:
        method, path = one.posting
        apart = min(6, len(office.planned_for(one, planned)) // BREAKS - 1)
        for _ in range(BREAKS if one.url else 0):  # never two in a row: five would give the server a rest
            how = dice.choice([*AFTER_ACCEPTING, Break.REFUSE])
            office.proxies[one.account].will(how, method=method, path=path, after=dice.randint(1, apart))
    for calls in sorted(dice.sample(range(60, 900), KILLS)):
        daemon = office.start_daemon("up")
        until(lambda calls=calls: office.calls() >= calls, within_s=SETTLED_S, what=f"{calls} calls")  # type: ignore[misc]
        daemon.kill()
        daemon.wait(20)
    office.start_daemon("up")
    office.settled(within_s=SETTLED_S)

    for account, proxy in office.proxies.items():
        assert sum(one.broken is not None for one in proxy.log) >= BREAKS - 1, account
    for one in office.stands:
        mine = office.planned_for(one, planned)
        assert never_in_vain(office, one, mine), one.account
        states = {it["external_id"]: it["state"] for it in of(office, one)}
        assert set(states.values()) <= {"published", "held"}, one.account
        if one.by_hand:
            assert wrong(one, mine) == []
        elif one.knows:  # but a thread that is out in part is a person's, whatever the platform knows
            threads = {it.name for it in mine if len(it.as_seen(one).texts()) > 1}
            assert {name for name, state in states.items() if state == "held"} <= threads, one.account
    assert office.run("verify")["ok"] is True


def test_servers_by_others_say_the_same(tmp_path: Path) -> None:
    """Whoever writes both program and judge may be wrong twice: here the judges are other people's."""
    with ExitStack() as together:
        office = Office(folder=tmp_path, database_url=f"sqlite:///{tmp_path / 'july30.db'}", platforms=BY_OTHERS)
        office.open(together)
        together.callback(office.stop_all)
        planned = sixty_posts()[:FEWER]
        begin(office, planned)
        office.start_daemon()
        office.settled()
        for one in office.stands:
            one.react()
            assert wrong(one, planned) == [], one.account
        until(
            lambda: likes(office) == {"ge-bluesky": {None}, "ge-mastodon": {1}}, within_s=30, what="likes are counted"
        )


def likes(office: Office) -> dict[str, set[int | None]]:
    """The different numbers of likes of each account's posts; None where the platform gives none."""
    return {account: {one.get("likes") for one in counts} for account, counts in counted(office).items()}


def of(office: Office, stand: Stand) -> list[dict[str, Any]]:
    """The account's deliveries."""
    return [one for one in office.deliveries() if one["account"] == stand.account]


def wrong(stand: Stand, planned: Sequence[Planned]) -> list[str]:
    """In which ways what the platform has is not what was planned; each post is to be there once."""
    there, wanted = Counter(compared(stand, planned)), Counter(one.as_seen(stand) for one in planned)
    names = {one.as_seen(stand): one.name for one in planned}
    missing = [f"{stand.account} misses {names[one]}" for one in wanted - there]
    more = [f"{stand.account} has more than planned: {one!a}" for one in there - wanted]
    return [*missing, *more]


def compared(stand: Stand, planned: Sequence[Planned]) -> list[Out]:
    """What is out; a film is told by its words here, and what belongs to it is another journey's matter."""
    films = {one.as_seen(stand).texts(): one.as_seen(stand) for one in planned if one.files}
    return [films.get(one.texts(), one) for one in stand.out()]


def never_in_vain(office: Office, stand: Stand, planned: Sequence[Planned]) -> bool:
    """Whether each part is out at most once, and all of a post that is called published."""
    parts = Counter(part for one in stand.out() for part in one.texts())
    published = {one["external_id"] for one in of(office, stand) if one["state"] == "published"}
    whole = [one.as_seen(stand) for one in planned if one.name in published]
    return max(parts.values()) == 1 and set(whole) <= set(compared(stand, planned))


def counted(office: Office) -> dict[str, list[dict[str, int]]]:
    """Each account's different latest counts of what is published; what the platform does not give is in none."""
    with closing(sqlite3.connect(office.folder / "july30.db")) as database:
        rows = database.execute(
            "SELECT d.id, d.account_id, e.metric, e.value FROM delivery d"
            " LEFT JOIN engagement e ON e.delivery_id = d.id WHERE d.state = 'published' ORDER BY e.id"
        ).fetchall()
    latest: dict[tuple[str, int], dict[str, int]] = {}
    for delivery, account, metric, value in rows:
        latest.setdefault((account, delivery), {}).update({metric: value} if metric else {})
    return {one.account: in_order(different(latest, one.account)) for one in office.stands}


def in_order(counts: Sequence[Mapping[str, int]]) -> list[dict[str, int]]:
    """The same in an order that depends on nothing but them."""
    return sorted(map(dict, counts), key=lambda one: sorted(one.items()))


def different(latest: dict[tuple[str, int], dict[str, int]], account: str) -> list[dict[str, int]]:
    """The account's counts, alike ones once."""
    alike: list[dict[str, int]] = []
    for (whose, _), counts in latest.items():
        alike += [counts] if whose == account and counts not in alike else []
    return alike

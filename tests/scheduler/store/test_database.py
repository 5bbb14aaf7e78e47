"""Two ways to use a database, and plain words when it cannot be used."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from scheduler.model import Unavailable
from scheduler.store import lists
from scheduler.store.database import open_database
from scheduler.store.schema import heartbeat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.world import World

SECRET_WORDS = "words that no log may hold"


def test_a_look_is_consistent(world: World) -> None:
    """What was counted at the top of a report must fit what is listed at its end."""
    world.delivery()
    with world.database.read() as tx:
        before = lists.counts(tx)
        writing = threading.Thread(target=world.delivery)
        writing.start()
        writing.join(30)
        assert lists.counts(tx) == before

    with world.database.read() as tx:
        assert lists.counts(tx)["waiting"] == 2


def test_what_fails_leaves_nothing_behind(world: World) -> None:
    """Everything done inside is committed, or none of it; tables too."""
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(world)

    assert world.count("heartbeat") == 0
    with world.database.write() as tx:
        tx.execute(text("CREATE TABLE half (id INTEGER)"))


def test_every_change_is_marked(world: World) -> None:
    """The daemon looks at this number to learn that a door has changed something."""
    before = world.database.change_mark()
    world.publish(world.delivery())

    assert world.database.change_mark() > before


def test_a_database_that_cannot_be_reached_is_told_in_words(tmp_path: Path) -> None:
    """No traceback, no password; where it was looked for."""
    for url in (f"sqlite:///{tmp_path}/gone/july30.db", f"postgresql+psycopg://me:geheim@/x?host={tmp_path}"):
        database = open_database(url)
        with pytest.raises(Unavailable, match="cannot be used") as told, database.read():
            pass
        assert str(tmp_path) in str(told.value)
        assert "geheim" not in str(told.value)
        database.close()


def test_a_locked_database_is_unavailable_not_broken(world: World, url: str) -> None:
    """A backup that holds the file for long is waited for, then told; the sender tries again."""
    if world.database.dialect != "sqlite":
        return  # PostgreSQL has no lock on the whole database
    impatient = open_database(url, busy_ms=50)

    with world.database.write(), pytest.raises(Unavailable, match="locked"), impatient.write():
        pass
    impatient.close()


def test_when_every_connection_is_in_use_that_is_told(url: str) -> None:
    """It is a kind of "not now", not a fault of the program."""
    database = open_database(url, pool_size=1)
    database._reader.pool._timeout = 0.05  # type: ignore[attr-defined]
    held = [database._reader.connect() for _ in range(9)]

    with pytest.raises(Unavailable, match="connections"), database.read():
        pass
    for one in held:
        one.close()
    database.close()


def test_what_a_row_holds_is_not_told_when_it_is_refused(world: World) -> None:
    """Errors are logged; drafts, names and evidence are nobody's business there."""
    with pytest.raises(DBAPIError) as told:
        world.run("INSERT INTO mission (code, name) VALUES ('XX', :words)", words=SECRET_WORDS)

    assert SECRET_WORDS not in str(told.value).split("DETAIL")[0]


def _write_and_fail(world: World) -> None:
    now = world.clock()
    with world.database.write() as tx:
        tx.execute(text("CREATE TABLE half (id INTEGER)"))
        tx.execute(insert(heartbeat).values(id=1, owner="x", started_at=now, beat_at=now, tzdata="x"))
        raise ZeroDivisionError


def test_a_file_that_is_no_database_is_told_in_words(tmp_path: Path) -> None:
    """A wrong path in config.toml is an everyday mistake; a traceback helps nobody."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(b"PK, and then something else" * 200)
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(Unavailable, match=r"plan\.xlsx cannot be used: file is not a database"), database.read():
        raise AssertionError("it was opened")
    database.close()

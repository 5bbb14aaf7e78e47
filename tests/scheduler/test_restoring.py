"""A backup is whole whenever it is taken, and a restored one sends nothing twice and loses nothing that was there."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.model import Scope, State, WrongUse
from scheduler.restoring import restore
from scheduler.services import operating, reporting
from scheduler.services.keeping import backup
from scheduler.store.lock import SecondSenderError, take
from tests.scheduler.test_watch import due, house, publish, published, watching

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.restoring import Restored
    from scheduler.services.reconciling import Reconciled
    from tests.scheduler.services.office import Office

__all__ = ["house"]
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def put_back(house: Office, copy: Path) -> Restored:
    """The copy is the database now, and the office works with it."""
    house.database.close()
    return restore(house.folder / "config.toml", copy)


def reconciled(done: Restored) -> Reconciled:
    assert done.reconciled is not None
    return done.reconciled


@on_sqlite
def test_what_went_out_since_the_backup_is_published_and_nothing_goes_twice(house: Office) -> None:
    """Yesterday's copy takes for waiting what is out already."""
    copy = house.folder / "copy.db"
    with watching(house) as watch:
        number = due(house)
        assert backup(house.desk, copy).journal_number == 0
        publish(house, watch, "the other")
    done = put_back(house, copy)
    assert (reconciled(done).published, done.words) == ([number], None)
    assert house.world.state(number) is State.PUBLISHED
    assert published(house) == 2
    assert reporting.verify(house.desk).first_bad is None


@on_sqlite
def test_everything_is_paused_until_somebody_has_looked(house: Office) -> None:
    """A cancellation made since the copy is lost: the post would go out although somebody stopped it."""
    copy = house.folder / "copy.db"
    with watching(house):
        number = due(house)
        backup(house.desk, copy)
        operating.cancel(house.desk, [number], why="consent withdrawn")
    put_back(house, copy)
    assert house.world.state(number) is State.WAITING
    told: Any = reporting.status(house.desk)["paused"]
    (paused,) = told
    assert (paused["scope"], "copy.db" in paused["why"]) == (Scope.ALL, True)
    with watching(house) as watch:
        assert watch.standstill.words is None
    assert house.claimable() == set()


@on_sqlite
def test_what_was_there_lies_aside_whole(house: Office) -> None:
    """A wrong copy was named: nothing is lost by it."""
    copy = house.folder / "copy.db"
    with watching(house):
        backup(house.desk, copy)
        due(house, "made since")
    done = put_back(house, copy)
    assert house.world.count("post") == 0
    assert done.aside is not None
    with closing(sqlite3.connect(done.aside)) as before:
        assert before.execute("SELECT text FROM post").fetchall() == [("made since",)]


@on_sqlite
def test_a_database_that_is_gone_can_be_restored(house: Office) -> None:
    """That is what a backup is for."""
    copy = house.folder / "copy.db"
    with watching(house):
        number = due(house)
        backup(house.desk, copy)
    house.database.close()
    (house.folder / "july30.db").unlink()
    assert put_back(house, copy).aside is None
    assert house.world.state(number) is State.WAITING


@on_sqlite
def test_nothing_is_restored_under_a_running_daemon(house: Office) -> None:
    """It would go on writing into the file that was moved aside."""
    copy = house.folder / "copy.db"
    backup(house.desk, copy)
    let_go = take(house.database)
    with pytest.raises(SecondSenderError, match="another july30 daemon"):
        put_back(house, copy)
    let_go()


@on_sqlite
@pytest.mark.parametrize("what", ["nothing", "words", "cut short", "a changed ledger"])
def test_a_copy_that_is_no_good_changes_nothing(house: Office, what: str) -> None:
    """Found out afterwards, both would be gone."""
    copy = house.folder / "copy.db"
    due(house, "still here")
    if what != "nothing":
        backup(house.desk, copy)
    if what == "words":
        copy.write_text("not a database at all")
    if what == "cut short":
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    if what == "a changed ledger":
        with closing(sqlite3.connect(copy)) as opened:
            opened.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE id = 1;")
    with pytest.raises(WrongUse):
        put_back(house, copy)
    assert house.world.count("post") == 1
    assert not list(house.folder.glob("*.before-*"))


@on_sqlite
def test_a_backup_taken_while_others_write_is_one_instant(house: Office) -> None:
    """It is taken on the day itself, in the middle of everything."""
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            due(house)

    writer = threading.Thread(target=write)
    writer.start()
    found = [(0, 0)]
    try:
        while found[-1][0] < 20 and len(found) < 100:
            copy = house.folder / f"copy-{len(found)}.db"
            backup(house.desk, copy)
            found.append(posts_and_approvals(copy))
    finally:
        done.set()
        writer.join()
    assert found[-1][0] >= 20
    assert [posts for posts, _ in found] == [approvals for _, approvals in found]


def posts_and_approvals(copy: Path) -> tuple[int, int]:
    """They are written together, so a copy of one instant has as many of both."""
    with closing(sqlite3.connect(copy)) as opened:
        return tuple(opened.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("post", "approval"))


@on_sqlite
def test_a_backup_is_for_its_owner_and_overwrites_nothing(house: Office) -> None:
    """It holds everything that is going to be said; and the copy of yesterday may be the good one."""
    copy = house.folder / "copy.db"
    backup(house.desk, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    before = copy.read_bytes()
    with pytest.raises(WrongUse, match="there already"):
        backup(house.desk, copy)
    assert copy.read_bytes() == before


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_on_postgresql_it_is_said_what_to_run(house: Office) -> None:
    """Its own tools do it better."""
    with pytest.raises(WrongUse, match="pg_dump --format=custom"):
        backup(house.desk, house.folder / "copy")


@on_sqlite
def test_the_database_itself_is_no_copy(house: Office) -> None:
    """`restore july30.db` would pause everything and change nothing; who types it means another file."""
    due(house)
    with pytest.raises(WrongUse, match="is the database itself"):
        put_back(house, house.folder / "july30.db")


@on_sqlite
def test_what_lies_in_the_wal_file_of_a_copy_is_restored_with_it(house: Office) -> None:
    """The database that was put aside after a crash has one; without it the newest decisions would be lost."""
    crashed = house.folder / "crashed.db"
    number = due(house)
    for ending in ("", "-wal"):
        shutil.copyfile(house.folder / f"july30.db{ending}", f"{crashed}{ending}")
    assert (house.folder / "crashed.db-wal").stat().st_size > 0
    backup(house.desk, house.folder / "copy.db")
    put_back(house, crashed)
    assert house.world.state(number) is State.WAITING


@on_sqlite
def test_a_copy_that_is_refused_leaves_nothing_behind(house: Office) -> None:
    """A stray file beside the database is taken for something by the next person."""
    (house.folder / "empty.db").touch()
    with pytest.raises(WrongUse, match="none of july30's"):
        put_back(house, house.folder / "empty.db")
    copy = house.folder / "copy.db"
    backup(house.desk, copy)
    with closing(sqlite3.connect(copy)) as opened:
        opened.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE id = 1;")
    with pytest.raises(WrongUse, match="broken"):
        put_back(house, copy)
    assert not list(house.folder.glob("*.restored*"))

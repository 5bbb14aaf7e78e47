"""Whoever dies while tables change, a sheet is stored or a copy is made or put back leaves no half behind."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from scheduler.services.keeping import checked
from scheduler.store import ledger, migrate
from scheduler.store.database import Database, open_database
from tests.faults import process
from tests.faults.rig import Rig

if TYPE_CHECKING:
    from pathlib import Path

POSTS = 40
DEATHS = 6
LATER = timedelta(hours=1)


@pytest.mark.parametrize("committed", [False, True])
def test_tables_are_of_the_old_version_or_of_the_new_one(empty_url: str, tmp_path: Path, committed: bool) -> None:
    """An upgrade is done in the evening before; a database of no version would be the end of the campaign."""
    database = open_database(empty_url)
    oldest = str(ScriptDirectory.from_config(migrate._config()).get_base())
    to(database, oldest)
    dead = process.start(process.upgrade_and_die, tmp_path, empty_url, committed)
    dead.join(30)
    assert dead.exitcode == -9
    assert migrate.version(database) == (migrate.newest() if committed else oldest)
    assert migrate.upgrade(database)[1] == migrate.newest()
    database.close()


@pytest.mark.parametrize("committed", [False, True])
def test_a_sheet_is_stored_whole_or_not_at_all(url: str, tmp_path: Path, committed: bool) -> None:
    """Half a plan looks like a plan."""
    with Rig(folder=tmp_path, database_url=url) as rig:
        sheet = rig.sheet(range(POSTS), lambda _: rig.clock() + LATER)
        dead = process.start(process.import_and_die, tmp_path, sheet, committed)
        dead.join(30)
        assert dead.exitcode == -9
        assert sum(rig.states().values()) == (POSTS if committed else 0)
        again = rig.bring_in(sheet)
        assert (again["added"], again["unchanged"]) == ((0, POSTS) if committed else (POSTS, 0))
        assert sum(rig.states().values()) == POSTS


def test_a_copy_is_whole_or_not_there_and_putting_it_back_loses_nothing_that_was_there(tmp_path: Path) -> None:
    """A backup that only looks like one is found out on the day on which it is needed."""
    dice = random.Random(30)
    target = tmp_path / "copy.db"
    with Rig(folder=tmp_path, database_url=f"sqlite:///{tmp_path / 'july30.db'}") as rig:
        rig.add(range(POSTS), lambda _: rig.clock() + LATER)
        for _ in range(DEATHS):
            die_in_the_middle(process.back_up, tmp_path, target, dice.uniform(0.01, 0.3))
            assert not target.exists() or checked(target).ledger_rows
            target.unlink(missing_ok=True)
        process.back_up(tmp_path, target)
        for _ in range(DEATHS):
            die_in_the_middle(process.put_back, tmp_path, target, dice.uniform(0.01, 0.4))
            if (tmp_path / "july30.db").exists():
                assert whole(tmp_path / "july30.db") == POSTS
            else:  # between two names: nothing can be sent, and all that was there lies aside
                assert whole(max(tmp_path.glob("july30.db.before-*Z"))) == POSTS
        process.put_back(tmp_path, target)
        assert whole(tmp_path / "july30.db") == POSTS


def die_in_the_middle(act: object, folder: Path, file: Path, after_s: float) -> None:
    """The process was killed that long after its start, unless it had ended."""
    assert callable(act)
    doomed = process.start(act, folder, file)
    doomed.join(after_s)
    doomed.kill()
    doomed.join()


def whole(file: Path) -> int:
    """How many deliveries the database holds, which must be whole."""
    database = open_database(f"sqlite:///{file}")
    with database.read() as tx:
        assert ledger.verify(tx).first_bad is None
        found = int(tx.exec_driver_sql("SELECT count(*) FROM delivery").scalar() or 0)
    database.close()
    return found


def to(database: Database, revision: str) -> None:
    """The tables are of that version."""
    config = migrate._config()
    with database.write() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, revision)

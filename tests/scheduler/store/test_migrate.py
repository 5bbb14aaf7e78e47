"""The tables at head: what they are, and that they come whole or not at all."""

from __future__ import annotations

import re
import subprocess
import sys
from subprocess import PIPE
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from scheduler.model import MOVES, SchedulerError, WrongUse
from scheduler.store import migrate
from scheduler.store.database import open_database
from scheduler.store.schema import metadata

if TYPE_CHECKING:
    from scheduler.store.database import Database
    from tests.fakes.world import World

UPGRADE = """
import sys
from scheduler.store import migrate
from scheduler.store.database import open_database

database = open_database(sys.argv[1])
migrate.newest()
print("ready", flush=True)
sys.stdin.readline()
print(migrate.upgrade(database)[1])
"""
VIEWS = {"engagement_latest", "delivery_log", "mission_summary"}
TRIGGERS = {
    "sqlite": {
        "delivery_moves",
        "delivery_starts",
        "delivery_stays",
        "delivery_no_replace",
        *(f"{table}_no_{what}" for table in ("audit", "engagement") for what in ("update", "delete", "replace")),
    },
    "postgresql": {"delivery_moves", "delivery_stays", "audit_append_only", "engagement_append_only"},
}
ASK_TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
    ),
}


def test_the_triggers_at_head_are_these(database: Database) -> None:
    """Re-creating a table drops its triggers without a word; this list is what notices."""
    assert set(_triggers(database)) == TRIGGERS[database.dialect]


def test_the_views_at_head_are_these(database: Database) -> None:
    """Reviewers' saved queries name them."""
    with database.read() as tx:
        assert set(inspect(tx).get_view_names()) == VIEWS


def test_the_moves_at_head_are_the_model_s(database: Database) -> None:
    """The migration has them written out; the program and the database must not disagree."""
    there = set(re.findall(r"'(\w+>\w+)'", _triggers(database)["delivery_moves"]))

    assert there == {f"{before}>{after}" for before, allowed in MOVES.items() for after in allowed}


def test_the_tables_at_head_are_the_schema_s(database: Database) -> None:
    """What the program believes of its tables and what a migrated database has are one."""
    with database.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_the_checks_at_head_are_the_schema_s(database: Database, table: str) -> None:
    """Checks are not compared by the comparison of tables, and they are what keeps "published" honest."""
    with database.read() as tx:
        there = {one["name"] for one in inspect(tx).get_check_constraints(table)}

    assert there == {one.name for one in metadata.tables[table].constraints if type(one).__name__ == "CheckConstraint"}


def test_an_empty_database_is_brought_to_the_newest_version(empty_url: str) -> None:
    """`init` says which version it found and which there is now."""
    database = open_database(empty_url)

    assert migrate.upgrade(database) == (None, migrate.newest())
    assert migrate.version(database) == migrate.newest()
    migrate.require_newest(database)
    database.close()


def test_upgrading_twice_is_harmless(world: World) -> None:
    """It is run at every installation, and nobody remembers whether it was."""
    number = world.delivery()

    assert migrate.upgrade(world.database) == (migrate.newest(), migrate.newest())
    assert world.row(number)["id"] == number


def test_two_upgrades_at_once_are_harmless(empty_url: str) -> None:
    """Two services that start together must not leave half a database, nor fail."""
    both = [
        subprocess.Popen([sys.executable, "-c", UPGRADE, empty_url], stdin=PIPE, stdout=PIPE, text=True)
        for _ in range(2)
    ]
    for one in both:
        assert one.stdout
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.flush()

    assert [one.communicate(timeout=60)[0] for one in both] == [f"{migrate.newest()}\n"] * 2


def test_a_failed_migration_leaves_nothing(empty_url: str) -> None:
    """Half of the tables would be a database that can neither be used nor upgraded."""
    database = open_database(empty_url)
    with database.write() as tx:
        tx.execute(text("CREATE TABLE pause (id INTEGER)"))  # stands in the way of the migration's own

    with pytest.raises((SchedulerError, DBAPIError)):
        migrate.upgrade(database)

    with database.read() as tx:
        assert inspect(tx).get_table_names() == ["pause"]
    assert migrate.version(database) is None
    database.close()


def test_a_database_without_tables_is_told_to_be_made(empty_url: str) -> None:
    """The message names the command that helps."""
    database = open_database(empty_url)

    with pytest.raises(WrongUse, match="july30 init"):
        migrate.require_newest(database)
    database.close()


@pytest.mark.parametrize("act", [migrate.require_newest, migrate.upgrade])
def test_a_database_of_a_newer_program_is_left_alone(world: World, act: object) -> None:
    """An old program over new tables would write what the new one cannot read."""
    world.run("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(WrongUse, match="9999"):
        act(world.database)  # type: ignore[operator]


def _triggers(database: Database) -> dict[str, str]:
    with database.read() as tx:
        rows = tx.execute(text(ASK_TRIGGERS[database.dialect])).all()
    return {row[0]: row[1] for row in rows}

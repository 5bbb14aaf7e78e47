"""The tables' versions: brought up to date by Alembic, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from scheduler.model import WrongUse

if TYPE_CHECKING:
    from scheduler.store.database import Database

LOCATION = "scheduler.store:migrations"


def upgrade(database: Database) -> tuple[str | None, str]:
    """The tables are of the newest version; the version before and the one now.

    Raises WrongUse, with everything left as it was, where they are of a version that this program does not know.
    """
    before = version(database)
    config = _config()
    try:
        with database.write() as tx:
            config.attributes["connection"] = tx
            command.upgrade(config, "head")
    except CommandError as error:
        raise WrongUse(f"the database is of version {before}, which a newer july30 has made; use that one") from error
    return before, newest()


def version(database: Database) -> str | None:
    """The version of the tables there; None for an empty database."""
    with database.read() as tx:
        return MigrationContext.configure(tx).get_current_revision()


def newest() -> str:
    """The version that this program needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def require_newest(database: Database) -> None:
    """The tables fit this program. Raises WrongUse with the command that makes them fit."""
    there = version(database)
    if there is None:
        raise WrongUse("the database has no tables yet; run: july30 init")
    if there != newest():
        raise WrongUse(f"the database is of version {there}, this program needs {newest()}; run: july30 db upgrade")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", LOCATION)
    return config

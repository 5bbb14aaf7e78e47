"""A database that really cannot be written or reached: nothing is sent, and everything goes on once it is back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from scheduler.model import State, Unavailable
from tests.scheduler.journal.test_journal import files_up_to
from tests.scheduler.office import Office as Senders
from tests.scheduler.test_watch import due, house, published, watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.scheduler.services.office import Office

__all__ = ["house"]


@contextmanager
def cut_off(house: Office, server: Server) -> Iterator[None]:
    """The server has thrown everybody out of the database and lets nobody in."""
    name = house.database.url.database
    server.run(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    try:
        yield
    finally:
        server.run(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_while_no_file_can_grow_nothing_is_sent_and_afterwards_it_is_once(house: Office) -> None:
    """A full disk: no intent on disk, no call."""
    number = due(house)
    with watching(house) as watch:
        senders = Senders(house.world, house.adapters, watch=watch)
        with files_up_to(1), pytest.raises(Unavailable, match="cannot be used"):
            senders.pass_on()
        assert (house.world.state(number), published(house)) == (State.WAITING, 0)
        senders.pass_on()
        senders.stop()
    assert (house.world.state(number), published(house)) == (State.PUBLISHED, 1)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_while_the_server_lets_nobody_in_nothing_is_sent_and_afterwards_it_is_once(
    house: Office, server: Server
) -> None:
    """It was stopped, or restarted in the middle of the day: connections that were open are dead."""
    number = due(house)
    with watching(house) as watch:
        senders = Senders(house.world, house.adapters, watch=watch)
        with cut_off(house, server), pytest.raises(Unavailable, match="cannot be used"):
            senders.pass_on()
        assert (house.world.state(number), published(house)) == (State.WAITING, 0)
        senders.pass_on()
        senders.stop()
    assert (house.world.state(number), published(house)) == (State.PUBLISHED, 1)

"""There is one sender, and its place is free the moment it is gone."""

from __future__ import annotations

import signal
import subprocess
import sys
from subprocess import PIPE
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from scheduler.model import Unavailable
from scheduler.store.database import open_database
from scheduler.store.lock import SENDER_LOCK, SecondSenderError, take
from tests.journeys.house import until

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.store.database import Database

HOLDER = """
import sys
from scheduler.store.database import open_database
from scheduler.store.lock import take

let_go = take(open_database(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_sender_is_refused_until_the_first_lets_go(database: Database, url: str) -> None:
    """Two daemons over one database would both be right, and everything would go out twice."""
    other = open_database(url)
    let_go = take(database)

    with pytest.raises(SecondSenderError, match="another july30 daemon already sends"):
        take(other)

    let_go()
    take(other)()
    other.close()


def test_the_place_is_free_at_once_after_the_holder_was_killed(database: Database, url: str) -> None:
    """A restart right after SIGKILL must not wait for a stale lock, nor ask a person to remove a file."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdin=PIPE, stdout=PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(SecondSenderError):
        take(database)

    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=10)

    _take_soon(database)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_place_that_was_cut_off_is_noticed_and_can_be_taken_again(database: Database, url: str) -> None:
    """A failover ends the session that holds the lock: from then on another daemon may be the one."""
    place, other = take(database), open_database(url)
    assert place.held()
    cut_off(database)
    assert not place.held()

    theirs = take(other)
    with pytest.raises(SecondSenderError):
        place.take_again()
    theirs()
    place.take_again()
    assert place.held()
    place()
    other.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_file_s_lock_cannot_be_cut_off(database: Database) -> None:
    """It is the process's as long as that lives, also while it is stopped: nobody takes over from one that sleeps."""
    place = take(database)
    place.take_again()
    assert place.held()
    place()


def cut_off(database: Database) -> None:
    """The session that holds the place has been ended by the server."""
    query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key"
    with database.read() as tx:
        assert list(tx.scalars(text(query), {"key": SENDER_LOCK})) == [True]


def test_the_same_file_by_another_name_is_the_same_place(tmp_path: Path) -> None:
    """A link to the file must not make room for a second sender."""
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    first, second = (open_database(f"sqlite:///{tmp_path / name}") for name in ("real.db", "link.db"))
    let_go = take(first)

    with pytest.raises(SecondSenderError):
        take(second)
    let_go()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """In words, with its path; a missing mount is an everyday fault."""
    database = open_database(f"sqlite:///{tmp_path / 'gone' / 'july30.db'}")

    with pytest.raises(Unavailable, match="gone"):
        take(database)


def test_a_password_is_not_told(tmp_path: Path) -> None:
    """The message ends up in logs and tickets."""
    database = open_database(f"postgresql+psycopg://me:very-secret@/july30?host={tmp_path}")

    with pytest.raises(Unavailable) as told:
        take(database)
    assert "very-secret" not in str(told.value)
    database.close()


def _take_soon(database: Database) -> None:
    """A server notices the death of a client within moments, not in the same microsecond."""
    for _ in range(200):
        try:
            take(database)()
        except SecondSenderError:
            with database.read():
                continue
        else:
            return
    raise AssertionError("the place was never free again")


def test_of_many_that_start_at_once_exactly_one_sends(database: Database, url: str) -> None:
    """A service manager and an impatient person start it in the same second."""
    command = [sys.executable, "-c", HOLDER, url]
    starts = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) for _ in range(6)]
    try:
        until(lambda: len(ended(starts)) == len(starts) - 1, within_s=60, what="all but one have ended")
        words = [one.communicate(timeout=10)[1] for one in ended(starts)]
        assert all("another july30 daemon already sends" in one for one in words)
        with pytest.raises(SecondSenderError):
            take(database)
    finally:
        for one in starts:
            one.kill()
            one.communicate()


def ended(starts: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    return [one for one in starts if one.poll() is not None]

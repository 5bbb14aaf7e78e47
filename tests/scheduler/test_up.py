"""Daemon and console in one process: one address, one sender, and a port that is taken is said in words."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from scheduler import up
from scheduler.bootstrap import open_desk, utc_now
from scheduler.demo import prepare
from scheduler.model import WrongUse
from scheduler.store.lock import take
from scheduler.web.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def taken() -> Iterator[str]:
    """An address at which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield f"127.0.0.1:{other.getsockname()[1]}"


@pytest.fixture
def config(tmp_path: Path, taken: str) -> Path:
    """A configuration whose console would listen there."""
    prepare(tmp_path, utc_now)
    path = tmp_path / "config.toml"
    path.write_text(f'{path.read_text(encoding="utf-8")}\n[console]\nlisten = "{taken}"\n', encoding="utf-8")
    return path


def test_a_port_that_is_taken_is_named_with_what_to_do(config: Path, taken: str) -> None:
    """It is the first thing that goes wrong for somebody who starts it twice; nothing may be sent by half a program."""
    with pytest.raises(WrongUse, match=rf"cannot listen at {taken} .*: stop what is there"):
        up.run(config, say=pytest.fail)


def test_the_demo_takes_another_port_and_says_which(config: Path, taken: str) -> None:
    """A newcomer must not need to know about ports; pages at the new one are served as ours."""
    with open_desk(config) as desk, serving(desk, any_port=True) as address:
        assert address.startswith("http://localhost:")
        assert not address.endswith(f":{taken.rpartition(':')[2]}/")


def test_a_second_one_is_refused(config: Path) -> None:
    """One sender per database, also where the sender brings a console along."""
    with open_desk(config) as desk:
        let_go = take(desk.database)
        try:
            with pytest.raises(WrongUse, match="another"):
                up.run(config, say=pytest.fail)
        finally:
            let_go()

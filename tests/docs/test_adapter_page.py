"""The page on adapters names the whole contract, and its example is an adapter that keeps it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from adapters import contract, registry
from tests.adapters.contract import AdapterContract, Bench
from tests.adapters.parts import KnownSecret, account
from tests.adapters.steps import Folder, StepsContract
from tests.docs import blocks, names, read, rows, section
from tests.fakes.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.contract import Adapter

PAGE = read("docs/adding-an-adapter.md")
NAME = "noticeboard"


def test_the_page_tells_every_member_of_the_contract() -> None:
    """Whoever writes an adapter starts from this table."""
    told = [names(cells[0])[0] for cells in rows(section(PAGE, "The contract"))]
    assert told == [name for name in vars(contract.Adapter) if not name.startswith("_")]


def test_the_page_tells_every_failure() -> None:
    """The choice between them is what keeps posts from going out twice."""
    told = [names(cells[0])[0] for cells in rows(section(PAGE, "What may go wrong"))]
    assert told == [one.__name__ for one in contract.Failure.__subclasses__()]


class TestNoticeboard(AdapterContract, StepsContract):
    """The example, installed as somebody else's package would be."""

    @pytest.fixture
    def installed(self, tmp_path: Path) -> Iterator[None]:
        facts = tmp_path / "site" / f"{NAME}-1.0.dist-info"
        facts.mkdir(parents=True)
        (facts.parent / f"{NAME}.py").write_text(blocks(PAGE, "python")[0], encoding="utf-8")
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n")
        said = blocks(PAGE, "toml")[0].replace("[project.entry-points.", "[").replace('"', "")
        (facts / "entry_points.txt").write_text(said)
        sys.path.insert(0, str(facts.parent))
        yield
        sys.path.remove(str(facts.parent))
        sys.modules.pop(NAME, None)

    @pytest.fixture
    def bench(self, installed: None, tmp_path: Path) -> Bench:
        board = account(platform=NAME, folder=str(tmp_path))

        def build(_: str) -> Adapter:
            return registry.build(board, KnownSecret())

        def like(remote_id: str) -> None:
            (tmp_path / board.id / f"{remote_id}.likes").write_text("a reader\n")

        def public() -> int:
            return len(list((tmp_path / board.id).glob("*.txt")))

        return Bench(build=build, public=public, like=like, token="")

    @pytest.fixture
    def stand(self, bench: Bench) -> Folder:
        return Folder(build=lambda: bench.build(""), public=bench.public, clock=Clock())

    def test_its_name_can_be_written_as_a_platform(self, installed: None) -> None:
        """Nothing of ours has to be changed for it."""
        assert NAME in registry.platforms()

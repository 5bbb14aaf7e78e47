"""The rig's own two platforms keep the contract that every adapter keeps: else what they show would show nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import requests

from tests.adapters.contract import AdapterContract, Bench
from tests.adapters.parts import KnownSecret, account, now
from tests.faults.clock import SharedClock
from tests.faults.faces import TOKEN, PlainFace
from tests.faults.judge import Judge
from tests.faults.platforms import ByText, NoLookup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[Judge]:
    SharedClock.make(tmp_path / "clock", now(), speed=1)
    judge = Judge(tmp_path)
    thread = threading.Thread(target=judge.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield judge
    judge.shutdown()
    thread.join()
    judge.server_close()


class TestByText(AdapterContract):
    """Without keys, looked up by text."""

    adapter_class = ByText

    @pytest.fixture
    def bench(self, judge: Judge) -> Bench:
        face: PlainFace = {"by-text": judge.by_text, "no-lookup": judge.no_lookup}[self.adapter_class.face]

        def like(remote_id: str) -> None:
            path = f"{judge.url}/{face.name}/posts/{remote_id}/like"
            assert requests.post(path, headers={"Authorization": f"Bearer {TOKEN}me"}, timeout=10).ok

        return Bench(
            build=lambda token: self.adapter_class(account(base_url=judge.url), KnownSecret(token)),
            public=lambda: len(face.live),
            like=like,
            token=f"{TOKEN}me",
        )


class TestNoLookup(TestByText):
    """Nobody can be asked afterwards."""

    adapter_class = NoLookup

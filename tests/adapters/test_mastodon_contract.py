"""The one contract, held by the Mastodon adapter before servers of every kind."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import requests

from adapters.mastodon import Mastodon
from adapters.scripted.mastodon import MastodonServer
from adapters.scripted.mastodon_switches import GOTOSOCIAL, PLEROMA, Refusals, Switches
from tests.adapters.contract import AdapterContract, Bench, published, some_key, some_message
from tests.adapters.parts import TOKEN, KnownSecret, account, now
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.contract import Adapter

MOCK_TOKEN = "mock_token"


@pytest.mark.usefixtures("server")
class TestStrictMastodon(AdapterContract):
    """Our own server, strict as the documentation."""

    switches = Switches()

    @pytest.fixture
    def server(self) -> Iterator[MastodonServer]:
        with MastodonServer(now, {TOKEN: "iomgeorgia"}, self.switches) as server:
            yield server

    @pytest.fixture
    def bench(self, server: MastodonServer) -> Bench:
        return mastodon_bench(server.url, TOKEN)


class TestOldMastodon(TestStrictMastodon):
    """A server of years ago, with ids that are no numbers, and no way to read what a post was written as."""

    switches = Switches(numeric_ids=False, batches=False, sources=False, instance_v2=False)


class TestPleroma(TestStrictMastodon):
    """Other software, which says and shows much of it differently."""

    switches = PLEROMA


class TestGoToSocial(TestStrictMastodon):
    """Other software once more."""

    switches = GOTOSOCIAL


class TestMastodonThatRefusesWithPages(TestStrictMastodon):
    """Every refusal is a page of HTML, as from a proxy."""

    switches = Switches(refusals=Refusals.PAGE, batches=False)


class TestMastodonThatRefusesWithoutAWord(TestStrictMastodon):
    """Every refusal is its status alone."""

    switches = Switches(refusals=Refusals.NOTHING)


class TestMastodonBehindAWarning(TestStrictMastodon):
    """An account whose posts all stand behind a content warning."""

    @pytest.fixture
    def bench(self, server: MastodonServer) -> Bench:
        return mastodon_bench(server.url, TOKEN, content_warning="ტრეფიკინგი", sensitive="yes")


class TestMastodonThatIgnoresKeys(TestStrictMastodon):
    """The key protects nothing there: only looking before sending again does."""

    switches = Switches(remembers_keys=False)

    def test_a_key_is_published_once_however_often_it_is_sent(self, bench: Bench, adapter: Adapter) -> None:
        """The second call would be a second post, so the look finds the first one before it."""
        before, since, message, key = bench.public(), now(), some_message(), some_key()
        first = published(adapter, message, key)
        found = bench.build(bench.token).find(message, key, since, MemoryProgress())
        assert found is not None
        assert found.remote_id == first.remote_id
        assert bench.public() == before + 1
        published(adapter, message, key)
        assert bench.public() == before + 2


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a mock by others listens."""
    port = free_port()
    program = Path(sys.executable).with_name("mastodon_mock")
    where = ["--in-memory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    with subprocess.Popen([program, "serve", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as mock:
        try:
            wait_until_it_listens(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            mock.terminate()


class TestOthersMastodon(AdapterContract):
    """A mock made by others, who read the documentation with their own eyes."""

    @pytest.fixture
    def bench(self, address: str) -> Bench:
        return mastodon_bench(address, MOCK_TOKEN)


def mastodon_bench(address: str, token: str, **options: str) -> Bench:
    """A Mastodon behind its interface alone: the judge asks it as any stranger would."""
    headers = {"Authorization": f"Bearer {token}"}

    def build(secret: str) -> Mastodon:
        return Mastodon(account(base_url=f"{address}/", options=options), KnownSecret(secret))

    def public() -> int:
        me = build(token).whoami().remote_id
        found, last = 0, ""
        while page := requests.get(
            f"{address}/api/v1/accounts/{me}/statuses",
            params={"limit": "40", **({"max_id": last} if last else {})},
            headers=headers,
            timeout=10,
        ).json():
            found, last = found + len(page), page[-1]["id"]
        return found

    def like(remote_id: str) -> None:
        path = f"/api/v1/statuses/{quote(remote_id, safe='')}/favourite"
        assert requests.post(address + path, headers=headers, timeout=10).ok

    return Bench(build=build, public=public, like=like, token=token)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_until_it_listens(port: int) -> None:
    """Returns when something listens there; fails after 20 seconds."""
    pause = threading.Event()
    for _ in range(400):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        pause.wait(0.05)
    raise AssertionError("the mock did not start")

"""The Bluesky adapter before the real server, and before the real server behind a proxy that breaks answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.bluesky import Bluesky
from adapters.bluesky_counts import BATCH_POSTS, METRICS
from adapters.bluesky_record import place_for
from adapters.contract import Ambiguous, AuthExpired, Gone, Receipt, Rejected, Retryable
from adapters.http import Http
from tests.adapters.contract import AdapterContract, Bench, published
from tests.adapters.films import film
from tests.adapters.films import words as said
from tests.adapters.parts import MESSAGE, KnownSecret, account, now, picture, readings
from tests.fakes.progress import MemoryProgress
from tests.faults.proxy import Break, FaultProxy, Instead
from tests.peers.real_bluesky import RealBluesky, real_bluesky

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from posts.model import Message
    from tests.conftest import Server

PUT = "/xrpc/com.atproto.repo.putRecord"
COUNTS = "/xrpc/app.bsky.feed.getPosts"
UPLOAD = "/xrpc/com.atproto.repo.uploadBlob"
RUN_OUT = Instead(status=400, content=b'{"error": "ExpiredToken", "message": "Token has expired"}')
NOT_THERE = Instead(
    status=400,
    content=b'{"error": "RecordNotFound", "message": "Could not locate record"}',
    headers={"date": "Thu, 29 Jul 2027 05:00:00 GMT"},  # so that the record is not the same to the byte
)
AFTER_ACCEPTING = [Break.CLOSE, Break.RESET, Break.TRUNCATE, Break.HANG, Break.ERROR, Break.GARBAGE]


@pytest.fixture(scope="module")
def real(server: Server) -> Iterator[RealBluesky]:
    server.run("CREATE DATABASE bluesky")
    with real_bluesky(counts=server.url("bluesky").replace("+psycopg", "")) as network:
        yield network


@pytest.fixture(scope="module")
def alone() -> Iterator[RealBluesky]:
    """A server that counts calls, and that no network reads."""
    with real_bluesky(limits=True) as server:
        yield server


@pytest.fixture(scope="module")
def password(real: RealBluesky) -> str:
    return real.app_password("alice")


@pytest.fixture(scope="module")
def alice(real: RealBluesky) -> str:
    return real.did("alice.test")


@pytest.fixture
def proxy(real: RealBluesky) -> Iterator[FaultProxy]:
    with FaultProxy(real.url) as proxy:
        yield proxy


def adapter_at(url: str, password: str, *, patience_s: float = 10, **options: str) -> Bluesky:
    where = account(base_url=url, handle="alice.test", options=options)
    return Bluesky(where, KnownSecret(password), http=Http(url, read_timeout_s=patience_s))


def worded(*parts: str, **given: object) -> Message:
    return replace(MESSAGE, parts=parts, **given)  # type: ignore[arg-type]


class TestRealBluesky(AdapterContract):
    """The server's own code is the judge."""

    @pytest.fixture
    def bench(self, real: RealBluesky, password: str, alice: str) -> Bench:
        def public() -> int:
            real.count_all()
            return len(real.records(alice))

        def like(uri: str) -> None:
            real.like(uri, real.cid(uri))
            real.count_all()

        return Bench(build=lambda secret: adapter_at(real.url, secret), public=public, like=like, token=password)


def test_everything_that_a_post_may_hold_is_valid(real: RealBluesky, password: str, alice: str, tmp_path: Path) -> None:
    """Marks in twelve scripts, four pictures, a language, a name: the server checks each against its own rules."""
    words = (
        "🕊️ @bob.test @nobody.test #საქართველო #Ҳуқуқ #հայերեն #अधिकार #ယုံကြည် #สิทธิ #人権 #حقوق #ሰብአዊ #인권 #quyền"
        " https://iom.example/ge?a=1&b=ქ iom.int/ge."
    )
    media = tuple(picture(tmp_path, f"{number}.png", shade=number) for number in range(4))
    receipt = adapter_at(real.url, password).publish(
        worded(words, media=media, language="uz-Latn"), words, MemoryProgress()
    )
    assert isinstance(receipt, Receipt)
    (record,) = [one["value"] for one in real.records(alice) if one["uri"] == receipt.remote_id]
    assert record["text"] == words
    assert record["langs"] == ["uz-Latn"]
    assert [one["alt"] for one in record["embed"]["images"]] == [one.alt_text for one in media]
    kinds = [one["features"][0]["$type"].partition("#")[2] for one in record["facets"]]
    assert kinds == ["mention", *["tag"] * 11, "link", "link"]


def test_a_film_with_captions_is_valid(real: RealBluesky, password: str, alice: str, tmp_path: Path) -> None:
    """A server without a video service takes it as it is, and checks what we say of it against its own rules."""
    one = replace(film(tmp_path), captions=(said(tmp_path),))
    receipt = published(adapter_at(real.url, password), worded("a film", media=(one,)), "a film")
    (record,) = [one["value"] for one in real.records(alice) if one["uri"] == receipt.remote_id]
    assert record["embed"]["video"]["mimeType"] == "video/mp4"
    assert [one["lang"] for one in record["embed"]["captions"]] == ["ka"]
    assert record["embed"]["captions"][0]["file"]["mimeType"] == "text/vtt"


@pytest.mark.parametrize("link", ["https://iom.example/ge?a=1&b=2#c", "https://iom.example/ქართული", "http://iom.int"])
def test_a_link_card_is_valid(real: RealBluesky, password: str, alice: str, link: str) -> None:
    """An address of a local site may be written in its own script."""
    receipt = adapter_at(real.url, password).publish(worded("words", link=link), f"card {link}", MemoryProgress())
    assert isinstance(receipt, Receipt)
    (record,) = [one["value"] for one in real.records(alice) if one["uri"] == receipt.remote_id]
    assert record["embed"]["external"]["uri"] == link


@pytest.mark.parametrize(
    ("text", "fits"),
    [("ა" * 300, True), ("ა" * 301, False), ("👩\u200d👩\u200d👧" * 166, True), ("👩\u200d👩\u200d👧" * 167, False)],
)
def test_our_limits_are_the_servers(real: RealBluesky, password: str, text: str, fits: bool) -> None:
    """What the check lets through must go out, and what it refuses would have been refused."""
    adapter = adapter_at(real.url, password)
    if fits:
        assert isinstance(adapter.publish(worded(text), text, MemoryProgress()), Receipt)
    else:
        with pytest.raises(Rejected, match="too big"):
            adapter.publish(worded(text), text, MemoryProgress())


@pytest.mark.parametrize("how", AFTER_ACCEPTING)
def test_what_broke_after_the_server_accepted_is_found_and_never_doubled(
    real: RealBluesky, proxy: FaultProxy, password: str, alice: str, how: Break
) -> None:
    """The promise itself: unclear, looked up, adopted; and even a second call makes no second post."""
    proxy.will(how, path=PUT)
    adapter, message, key, since = (
        adapter_at(proxy.url, password, patience_s=3 if how is Break.HANG else 10),
        worded(how),
        f"once {how}",
        now(),
    )
    with pytest.raises(Ambiguous):
        adapter.publish(message, key, MemoryProgress())
    found = adapter.find(message, key, since, MemoryProgress())
    again = adapter_at(proxy.url, password).publish(message, key, MemoryProgress())
    assert [(one.status, one.broken) for one in proxy.log if one.path == PUT] == [(200, how)]
    assert found == again
    assert [one["uri"] for one in real.records(alice) if one["value"]["text"] == how] == [again.remote_id]


def test_two_requests_that_cross_make_one_post(real: RealBluesky, proxy: FaultProxy, password: str, alice: str) -> None:
    """The first may reach the server after we looked in vain: the second is then refused, and adopts it."""
    message, key = worded("crossing"), "crossing"
    first = adapter_at(real.url, password).publish(message, key, MemoryProgress())
    proxy.will(NOT_THERE, method="GET", path="/xrpc/com.atproto.repo.getRecord")
    again = adapter_at(proxy.url, password).publish(message, key, MemoryProgress())
    assert again == first
    assert [one.status for one in proxy.log if one.path == PUT] == [400]
    assert len([one for one in real.records(alice) if one["value"]["text"] == "crossing"]) == 1


def test_what_never_reached_the_server_is_sent_again_by_looking_first(
    real: RealBluesky, proxy: FaultProxy, password: str, alice: str
) -> None:
    """From here it looks like the others; only the look tells it apart."""
    proxy.will(Break.REFUSE, path=PUT)
    adapter, message, since = adapter_at(proxy.url, password), worded("refused"), now()
    with pytest.raises(Ambiguous):
        adapter.publish(message, "refused", MemoryProgress())
    assert adapter.find(message, "refused", since, MemoryProgress()) is None
    assert isinstance(adapter.publish(message, "refused", MemoryProgress()), Receipt)
    assert len([one for one in real.records(alice) if one["value"]["text"] == "refused"]) == 1


@pytest.mark.parametrize("how", AFTER_ACCEPTING)
def test_an_upload_that_broke_is_harmless(proxy: FaultProxy, password: str, tmp_path: Path, how: Break) -> None:
    """Nothing is public yet, and the server knows the same picture by the same name."""
    proxy.will(how, path=UPLOAD)
    adapter, message = (
        adapter_at(proxy.url, password, patience_s=3 if how is Break.HANG else 10),
        worded(how, media=(picture(tmp_path),)),
    )
    with pytest.raises(Retryable):
        adapter.publish(message, f"upload {how}", MemoryProgress())
    assert isinstance(adapter.publish(message, f"upload {how}", MemoryProgress()), Receipt)


@pytest.mark.parametrize("part", [1, 2, 3])
@pytest.mark.parametrize("how", [Break.RESET, Break.REFUSE])
def test_a_thread_that_broke_is_completed_once(
    real: RealBluesky, proxy: FaultProxy, password: str, alice: str, how: Break, part: int
) -> None:
    """Wherever it breaks, each part is out once, under the right parent."""
    parts = tuple(f"{how} at {part}, part {number}" for number in (1, 2, 3))
    message, key = worded(*parts), f"thread {how} {part}"
    proxy.will(how, path=PUT, after=part - 1)
    with pytest.raises(Ambiguous):
        adapter_at(proxy.url, password).publish(message, key, MemoryProgress())
    receipt = published(adapter_at(proxy.url, password), message, key)
    there = {one["value"]["text"]: one for one in real.records(alice) if one["value"]["text"] in parts}
    assert [there[text]["uri"] for text in parts] == list(receipt.parts)
    assert there[parts[2]]["value"]["reply"]["parent"]["uri"] == receipt.parts[1]


def test_what_others_did_is_counted_and_what_is_not_there_is_gone(real: RealBluesky, password: str, alice: str) -> None:
    """The network's own numbers, for as many posts in one call as its server takes, and one more."""
    with FaultProxy(real.appview) as counter:
        adapter = adapter_at(real.url, password, appview=counter.url)
        liked, ignored, deleted = (published(adapter, worded(one), one) for one in ("a", "b", "c"))
        adapter.delete(deleted.remote_id)
        real.like(liked.remote_id, real.cid(liked.remote_id), also={"repost", "reply"})
        real.count_all()
        never = [place_for(alice, f"never {number}").uri for number in range(BATCH_POSTS - 2)]
        answers = adapter.measure([liked.remote_id, deleted.remote_id, *never, ignored.remote_id])
    assert [(one.path, one.status) for one in counter.log] == [(COUNTS, 200)] * 2
    assert {one.remote_id for one in answers if isinstance(one, Gone)} == {deleted.remote_id, *never}
    counted = {(one.remote_id, one.metric): one.value for one in readings(answers)}
    assert counted == {
        **{(liked.remote_id, metric): 1 for metric in ("likes", "comments", "shares")},
        **{(liked.remote_id, metric): 0 for metric in ("quotes", "saves")},
        **{(ignored.remote_id, metric): 0 for metric in METRICS},
    }


def test_the_clock_of_the_server_that_counts_is_heard(real: RealBluesky, password: str) -> None:
    """Where ours is wrong every server that tells the time is a witness."""
    heard: dict[str, datetime] = {}
    adapter = adapter_at(real.url, password, appview=real.appview)
    adapter.listen(heard.__setitem__)
    adapter.measure([place_for("did:plc:nobody", "k").uri])
    assert set(heard) == {real.url, real.appview}


def test_a_server_without_a_network_gives_no_counts(alone: RealBluesky) -> None:
    """A zero would say that nobody liked it."""
    adapter = adapter_at(alone.url, alone.app_password("alice"))
    receipt = published(adapter, worded("uncounted"), "uncounted")
    with pytest.raises(Retryable):
        adapter.measure([receipt.remote_id])


def test_a_session_is_renewed_by_the_server_itself(real: RealBluesky, proxy: FaultProxy, password: str) -> None:
    """It lasts two hours: the post that meets its end goes out with the next one, without a login."""
    proxy.will(RUN_OUT, path=PUT)
    receipt = adapter_at(proxy.url, password).publish(worded("renewed"), "renewed", MemoryProgress())
    assert isinstance(receipt, Receipt)
    sessions = [one.path.rpartition(".")[2] for one in proxy.log if one.path.startswith("/xrpc/com.atproto.server")]
    assert sessions == ["createSession", "refreshSession"]


def test_the_servers_own_limit_of_logins_says_when_it_ends(alone: RealBluesky) -> None:
    """Thirty logins in five minutes; whoever asks sooner is refused again."""
    adapter = Bluesky(account(base_url=alone.url, handle="nobody.test"), KnownSecret("wrong"))
    failures = []
    for _ in range(31):
        with pytest.raises((AuthExpired, Retryable)) as raised:
            adapter.whoami()
        failures.append(raised.value)
    last = failures[-1]
    assert isinstance(last, Retryable)
    assert last.after is not None
    assert 0 < last.after.total_seconds() <= 300

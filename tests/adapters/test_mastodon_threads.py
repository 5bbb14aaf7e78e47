"""Threads: each part a reply to the one before, under a key of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, AuthExpired, NotReady, Receipt, Retryable, Stopped
from adapters.mastodon_instance import LIMITS
from adapters.scripted.mastodon_switches import GOTOSOCIAL, PLEROMA, Switches
from adapters.scripted.server import Mishap, Reply
from tests.adapters.mastodon_parts import STATUSES, THREAD, adapter_for, worded
from tests.adapters.parts import now, picture, readings
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from adapters.scripted.mastodon import MastodonServer


@pytest.fixture
def server(mastodon: MastodonServer) -> MastodonServer:
    return mastodon


def made(outcome: Receipt | NotReady) -> Receipt:
    assert isinstance(outcome, Receipt)
    return outcome


def test_a_thread_is_a_chain_of_replies_each_under_a_key_of_its_own(server: MastodonServer, tmp_path: Path) -> None:
    """One key for all would give the first part back for each; the picture goes with the first."""
    message = replace(THREAD, media=(picture(tmp_path),))
    receipt = made(adapter_for(server).publish(message, "k", MemoryProgress()))
    assert [one.text for one in server.accepted] == ["one", "two", "three"]
    assert [one.reply_to for one in server.accepted] == ["", *receipt.parts[:-1]]
    assert [one.key for one in server.accepted] == ["k", "k-2", "k-3"]
    assert [len(one.pictures) for one in server.accepted] == [1, 0, 0]
    assert receipt.remote_id == receipt.parts[0]


def test_one_part_more_than_a_thread_may_have_is_told_before(server: MastodonServer) -> None:
    """The limit is ours, and the check before approval knows it."""
    assert adapter_for(server).limits().parts_max == LIMITS.parts_max == 25


@pytest.mark.parametrize(
    ("reply", "failure"),
    [(Reply(status=429, headers={"Retry-After": "9"}), Retryable), (Reply(status=401), AuthExpired)],
)
def test_a_thread_that_may_go_on_goes_on_after_its_last_part(
    serve_mastodon: Callable[..., MastodonServer], reply: Reply, failure: type[Exception]
) -> None:
    """Not even a server without keys hears the first part twice."""
    server = serve_mastodon(remembers_keys=False)
    adapter, progress = adapter_for(server), stopped_after(server, parts=1)
    server.will_fail(reply, path=STATUSES)
    with pytest.raises(failure, match=r"part 2 of 3 is not out, those before it are, at http"):
        adapter.publish(THREAD, "k", progress)
    receipt = made(adapter.publish(THREAD, "k", progress))
    assert [one.text for one in server.accepted] == ["one", "two", "three"]
    assert receipt.parts == tuple(one.remote_id for one in server.accepted)


@pytest.mark.parametrize("what", [Mishap.CLOSE, Reply(status=422), Reply(status=404), Reply(status=500)])
def test_a_thread_that_cannot_go_on_is_looked_up(server: MastodonServer, what: Mishap | Reply) -> None:
    """'Not published' would be a lie: the first part is out, and is never taken back by itself."""
    adapter, since, progress = adapter_for(server), now(), stopped_after(server, parts=1)
    server.will_fail(what, path=STATUSES)
    with pytest.raises(Ambiguous, match="part 2 of 3") as raised:
        adapter.publish(THREAD, "k", progress)
    assert raised.value.evidence["out"] == progress.saved["part-1"]["permalink"]
    found = adapter.find(THREAD, "k", since, progress)
    assert found is not None
    assert found.parts == tuple(one.remote_id for one in server.accepted)


@pytest.mark.parametrize("parts", [1, 2])
def test_a_crash_within_a_thread_is_told_apart_by_looking(server: MastodonServer, parts: int) -> None:
    """What is out is found part by part; fewer parts than the message has mean that a person must see to it."""
    since = now()
    saved = dict(stopped_after(server, parts=parts).saved)
    del saved[f"part-{parts}"]
    found = adapter_for(server).find(THREAD, "k", since, MemoryProgress(saved=saved))
    assert found is not None
    assert found.parts == tuple(one.remote_id for one in server.accepted)
    assert len(found.parts) == parts


def test_the_picture_of_a_thread_that_goes_on_is_not_uploaded_again(server: MastodonServer, tmp_path: Path) -> None:
    """It is out with the first part; a second one would hang at the server for nobody."""
    message, progress = replace(THREAD, media=(picture(tmp_path),)), stopped_after(server, parts=1)
    made(adapter_for(server).publish(message, "k", progress))
    assert server.uploads == 0


def test_a_thread_whose_progress_is_lost_is_completed_and_not_repeated(server: MastodonServer) -> None:
    """A database put back from a backup knows of no part; within the hour the keys still do."""
    stopped_after(server, parts=2)
    receipt = made(adapter_for(server).publish(THREAD, "k", MemoryProgress()))
    assert [one.text for one in server.accepted] == ["one", "two", "three"]
    assert receipt.parts == tuple(one.remote_id for one in server.accepted)


def test_parts_that_are_known_to_be_out_are_never_not_there(serve_mastodon: Callable[..., MastodonServer]) -> None:
    """A list that lags must not make 'nothing is out' of what the server has confirmed."""
    server = serve_mastodon(lag=timedelta(hours=1))
    progress = stopped_after(server, parts=1)
    found = adapter_for(server).find(THREAD, "k", now(), progress)
    assert found is not None
    assert (found.parts, found.permalink) == (
        (server.accepted[0].remote_id,),
        progress.saved["part-1"]["permalink"],
    )


def test_a_reply_with_the_same_words_is_no_first_part(server: MastodonServer) -> None:
    """A colleague who repeats the sentence below a post has not published it."""
    since, other = now(), server.write("iomgeorgia", "another")
    server.write("iomgeorgia", "one", reply_to=other)
    assert adapter_for(server).find(THREAD, "k", since, MemoryProgress()) is None
    assert adapter_for(server).find(worded("one"), "k", since, MemoryProgress()) is None


def test_a_part_elsewhere_is_none_of_this_thread(server: MastodonServer) -> None:
    """The same second sentence below another post would complete what is not complete."""
    since = now()
    server.write("iomgeorgia", "one")
    other = server.write("iomgeorgia", "another")
    server.write("iomgeorgia", "two", reply_to=other)
    found = adapter_for(server).find(THREAD, "k", since, MemoryProgress())
    assert found is not None
    assert found.parts == (server.accepted[0].remote_id,)


@pytest.mark.parametrize("ways", [Switches(), PLEROMA, GOTOSOCIAL], ids=["mastodon", "pleroma", "gotosocial"])
def test_a_thread_is_taken_down_whole(serve_mastodon: Callable[..., MastodonServer], ways: Switches) -> None:
    """Its later parts make no sense alone, and may hold what must be gone."""
    server = serve_mastodon(ways)
    adapter = adapter_for(server)
    other = made(adapter.publish(worded("another"), "other", MemoryProgress()))
    receipt = made(adapter.publish(THREAD, "k", MemoryProgress()))
    adapter.delete(receipt.remote_id)
    assert {one.remote_id for one in readings(adapter.measure([other.remote_id, *receipt.parts]))} == {other.remote_id}


def test_nothing_is_deleted_while_the_thread_cannot_be_read(server: MastodonServer) -> None:
    """Without its first part nobody finds the others any more."""
    adapter = adapter_for(server)
    receipt = made(adapter.publish(THREAD, "k", MemoryProgress()))
    server.will_fail(Reply(status=500), method="GET", path=f"{STATUSES}/{receipt.remote_id}/context")
    with pytest.raises(Retryable):
        adapter.delete(receipt.remote_id)
    assert {one.remote_id for one in readings(adapter.measure(receipt.parts))} == set(receipt.parts)


def stopped_after(server: MastodonServer, *, parts: int) -> MemoryProgress:
    """The thread is out up to that part, all of that is known, and its sender has died."""
    with pytest.raises(Stopped):
        adapter_for(server).publish(THREAD, "k", MemoryProgress(stop_at=f"save:part-{parts}"))
    return MemoryProgress(saved=dict(_saved(server)))


def _saved(server: MastodonServer) -> list[tuple[str, dict[str, object]]]:
    """What is saved of every part that is out."""
    return [
        (f"part-{number}", {"id": one.remote_id, "permalink": f"{server.url}/@iomgeorgia/{one.remote_id}"})
        for number, one in enumerate(server.accepted, 1)
    ]

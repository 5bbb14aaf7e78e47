"""The rules that hold for every adapter that publishes; each adapter's tests inherit them whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from adapters.contract import (
    Adapter,
    Ambiguous,
    AuthExpired,
    Duplicate,
    Failure,
    Gone,
    Lookup,
    NotReady,
    Reading,
    Receipt,
    Rejected,
    Stopped,
)
from tests.adapters.films import film
from tests.adapters.parts import MESSAGE, now, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from posts.model import Message


WORKING_MOST = 5
STEPS_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One adapter under test, and the platform behind it as a judge sees it.

    `build(token)` makes a new adapter, as a new process would; `public()` counts what is out now; `like` adds one like.
    `twins`: whether the platform takes the same words twice. `always`: a folder for each picture without which it takes
    nothing.
    """

    build: Callable[[str], Adapter]
    public: Callable[[], int]
    like: Callable[[str], None]
    token: str
    twins: bool = True
    always: tuple[Path, ...] = ()


def some_message(*pictures: Path) -> Message:
    """A message whose words nobody else has."""
    media = tuple(picture(folder, f"card-{number}.jpg") for number, folder in enumerate(pictures))
    return replace(MESSAGE, parts=(f"{MESSAGE.text} {uuid4().hex}",), media=media)


class _EndsAfter(MemoryProgress):
    """A sender that ends right after so many steps, at the next that it wants to commit."""

    def __init__(self, steps: int):
        super().__init__()
        self._steps_left = steps

    def _take(self, step: str) -> None:
        if len(self.steps) >= self._steps_left:
            raise Stopped(step)
        super()._take(step)


def some_key() -> str:
    return uuid4().hex


def published(adapter: Adapter, message: Message, key: str) -> Receipt:
    """The receipt of a message that must go out at once."""
    receipt = sent(adapter, message, key, MemoryProgress())
    assert isinstance(receipt, Receipt)
    return receipt


def sent(adapter: Adapter, message: Message, key: str, progress: MemoryProgress) -> object:
    """What comes of a message once the platform has done with its pictures."""
    for _ in range(WORKING_MOST):
        if not isinstance(result := adapter.publish(message, key, progress), NotReady):
            return result
    raise AssertionError("the platform is never done with it")


def _died(bench: Bench, message: Message, key: str, progress: MemoryProgress) -> bool:
    """Whether the sender was stopped on its way."""
    try:
        sent(bench.build(bench.token), message, key, progress)
    except Stopped:
        return True
    return False


def knows_keys(adapter: Adapter) -> bool:
    """Whether the platform promises that the same key makes one post."""
    return adapter.profile.lookup is Lookup.EXACT or adapter.profile.dedupe_for is not None


class AdapterContract:
    """Inherit it, and give it a fixture `bench`."""

    @pytest.fixture
    def adapter(self, bench: Bench) -> Adapter:
        return bench.build(bench.token)

    def with_media(self, folder: Path) -> Message:
        """A message with something to upload."""
        return some_message(folder)

    def test_a_published_message_has_an_id_and_an_address(self, bench: Bench, adapter: Adapter) -> None:
        """Without both nobody can find the post again, take it down or read its counts."""
        receipt = published(adapter, some_message(*bench.always), some_key())
        assert receipt.remote_id
        assert "://" in receipt.permalink

    def test_a_key_is_published_once_however_often_it_is_sent(self, bench: Bench, adapter: Adapter) -> None:
        """A sender that was cut off sends again; the public must not see it twice.

        Where the platform knows no key nothing is sent again by itself, and the profile must say so.
        """
        if not knows_keys(adapter):
            assert not adapter.profile.resend_after_looks, (
                "neither key nor exact look: nothing may be sent again by itself"
            )
            return
        before, message, key = bench.public(), some_message(*bench.always), some_key()
        first = published(adapter, message, key)
        again = published(bench.build(bench.token), message, key)
        assert again.remote_id == first.remote_id
        assert bench.public() == before + 1

    def test_two_keys_are_two_posts(self, bench: Bench, adapter: Adapter) -> None:
        """A mission may say the same words twice on purpose."""
        before, message = bench.public(), some_message(*bench.always)
        first, again = published(adapter, message, some_key()), message if bench.twins else some_message(*bench.always)
        second = published(adapter, again, some_key())
        assert first.remote_id != second.remote_id
        assert bench.public() == before + 2

    def test_posting_is_committed_exactly_once_and_after_every_upload(self, adapter: Adapter, tmp_path: Path) -> None:
        """After a crash the stage alone tells whether anything may be public."""
        progress = MemoryProgress()
        sent(adapter, self.with_media(tmp_path), some_key(), progress)
        assert progress.steps.count("posting") == 1
        assert progress.steps[-1] == "posting"

    def test_a_sender_that_is_stopped_before_posting_leaves_nothing_public(
        self, bench: Bench, adapter: Adapter, tmp_path: Path
    ) -> None:
        """The red button, lost leases and full disks all work through this."""
        before = bench.public()
        with pytest.raises(Stopped):
            sent(adapter, self.with_media(tmp_path), some_key(), MemoryProgress(stop_at="posting"))
        assert bench.public() == before

    def test_what_progress_holds_is_not_uploaded_again(self, bench: Bench, adapter: Adapter, tmp_path: Path) -> None:
        """A crash between upload and post must not cost the upload twice, nor leave orphans."""
        message, key, progress = self.with_media(tmp_path), some_key(), MemoryProgress(stop_at="posting")
        with pytest.raises(Stopped):
            sent(adapter, message, key, progress)
        resumed = MemoryProgress(saved=progress.saved)
        assert isinstance(bench.build(bench.token).publish(message, key, resumed), Receipt)
        assert {step: data.get("id") for step, data in resumed.saved.items()} == {
            step: data.get("id") for step, data in progress.saved.items()
        }

    def test_whichever_step_a_sender_ends_at_the_next_goes_on_and_the_post_is_out_once(
        self, bench: Bench, adapter: Adapter, tmp_path: Path
    ) -> None:
        """A power cut does not choose its moment; up to the posting call each one is repaired by itself."""
        whole = MemoryProgress()
        sent(adapter, self.with_media(tmp_path / "whole"), some_key(), whole)
        for steps in range(len(whole.steps)):
            before, message, key = bench.public(), self.with_media(tmp_path / str(steps)), some_key()
            broken = _EndsAfter(steps)
            with pytest.raises(Stopped):
                sent(bench.build(bench.token), message, key, broken)
            assert bench.public() == before
            resumed = MemoryProgress(saved=broken.saved)
            assert isinstance(sent(bench.build(bench.token), message, key, resumed), Receipt)
            assert bench.public() == before + 1

    def test_a_film_is_out_once_whichever_step_the_process_dies_at(
        self, bench: Bench, adapter: Adapter, tmp_path: Path
    ) -> None:
        """A film takes many steps and minutes; the next process goes on from what was saved, and from that alone."""
        allowed = adapter.limits().film
        if allowed is None:
            return
        one = film(tmp_path, size_bytes=allowed.bytes_min or 0)
        for steps in range(STEPS_MOST):
            before, message, key = bench.public(), replace(some_message(), media=(one,)), some_key()
            progress = MemoryProgress(steps_most=steps)
            if died := _died(bench, message, key, progress):
                assert bench.public() == before
                sent(bench.build(bench.token), message, key, MemoryProgress(saved=progress.saved))
            assert bench.public() == before + 1
            if not died:
                return
        raise AssertionError("it never comes to an end")

    def test_a_platform_that_knows_the_words_already_says_so_and_shows_them_once(
        self, bench: Bench, adapter: Adapter
    ) -> None:
        """That is looked up, not sent in other words: the quote was approved as it is."""
        if bench.twins:
            return
        before, message = bench.public(), some_message(*bench.always)
        published(adapter, message, some_key())
        with pytest.raises(Duplicate):
            adapter.publish(message, some_key(), MemoryProgress())
        assert bench.public() == before + 1

    def test_find_finds_our_own_post(self, bench: Bench, adapter: Adapter, tmp_path: Path) -> None:
        """An answer that was lost is settled by looking; not finding it means sending twice."""
        since, message, key = now(), self.with_media(tmp_path), some_key()
        receipt = published(adapter, message, key)
        if adapter.profile.lookup is Lookup.NONE:
            assert_cannot_look(adapter, message, key)
            return
        found = bench.build(bench.token).find(message, key, since, MemoryProgress())
        assert found is not None
        assert (found.remote_id, found.permalink) == (receipt.remote_id, receipt.permalink)

    def test_a_thread_that_is_out_whole_is_found_whole(self, bench: Bench, adapter: Adapter) -> None:
        """One whose receipt names fewer parts than it has is held as broken off, and a person goes looking for them."""
        if adapter.profile.lookup is Lookup.NONE or adapter.limits().parts_max == 1:
            return
        since, key = now(), some_key()
        parts = tuple(f"{number}: {uuid4().hex}" for number in (1, 2, 3))
        thread = replace(some_message(*bench.always), parts=parts)
        receipt = published(adapter, thread, key)
        found = bench.build(bench.token).find(thread, key, since, MemoryProgress())
        assert found is not None
        assert (found.remote_id, found.permalink) == (receipt.remote_id, receipt.permalink)
        assert len(found.parts) == len(thread.parts)

    def test_find_finds_nothing_where_only_other_posts_are(self, bench: Bench, adapter: Adapter) -> None:
        """To adopt somebody else's post is a false 'published': ours is then missing for ever."""
        since = now()
        published(adapter, some_message(*bench.always), some_key())
        if adapter.profile.lookup is Lookup.NONE:
            assert_cannot_look(adapter, some_message(*bench.always), some_key())
            return
        assert adapter.find(some_message(*bench.always), some_key(), since, MemoryProgress()) is None

    def test_find_never_takes_what_another_delivery_holds(self, bench: Bench, adapter: Adapter) -> None:
        """Two deliveries with the same words must not share one post."""
        since, message = now(), some_message(*bench.always)
        other = published(adapter, message, some_key())
        if adapter.profile.lookup is Lookup.NONE:
            assert_cannot_look(adapter, message, some_key())
            return
        assert adapter.find(message, some_key(), since, MemoryProgress(taken={other.remote_id})) is None

    def test_counts_are_read_and_what_is_unknown_is_left_out(self, bench: Bench, adapter: Adapter) -> None:
        """A zero that nobody counted is a lie in the report."""
        receipt = published(adapter, some_message(*bench.always), some_key())
        bench.like(receipt.remote_id)
        answers = adapter.measure([receipt.remote_id, "999999999"])
        readings = [one for one in answers if isinstance(one, Reading)]
        assert {one.remote_id for one in answers if isinstance(one, Gone)} <= {"999999999"}
        assert {one.remote_id for one in readings} <= {receipt.remote_id}
        if "likes" in adapter.profile.metrics:
            assert {one.metric: one.value for one in readings}["likes"] == 1
        assert {one.metric for one in readings} <= set(adapter.profile.metrics)

    def test_a_post_is_taken_down_and_taking_it_down_again_is_fine(self, bench: Bench, adapter: Adapter) -> None:
        """When consent is withdrawn a person presses twice, and only 'it is gone' counts."""
        receipt = published(adapter, some_message(*bench.always), some_key())
        before = bench.public()
        if not adapter.profile.can_delete:
            with pytest.raises(Rejected):
                adapter.delete(receipt.remote_id)
            assert bench.public() == before
            return
        adapter.delete(receipt.remote_id)
        adapter.delete(receipt.remote_id)
        assert bench.public() == before - 1
        answers = adapter.measure([receipt.remote_id])
        assert all(isinstance(one, Gone) and one.remote_id == receipt.remote_id for one in answers)

    def test_the_credentials_name_the_same_account_each_time(self, bench: Bench, adapter: Adapter) -> None:
        """The confirmed account is compared with this before anything is sent."""
        assert adapter.whoami() == bench.build(bench.token).whoami()
        assert adapter.whoami().remote_id

    def test_a_wrong_secret_is_the_accounts_fault_and_is_told_to_nobody(self, bench: Bench) -> None:
        """One alert for the account, not one for each post, and no secret in any log."""
        wrong = bench.build("wrong-secret-abcdefgh")
        if not wrong.profile.needs_secret:
            return
        with pytest.raises(AuthExpired) as raised:
            wrong.publish(some_message(*bench.always), some_key(), MemoryProgress())
        assert_tells_no_secret(raised.value, "wrong-secret-abcdefgh")

    def test_the_profile_keeps_its_own_promises(self, adapter: Adapter) -> None:
        """Settling relies on these flags; a flag that lies doubles posts."""
        profile = adapter.profile
        assert profile.lookup is not Lookup.NONE or not profile.resend_after_looks
        assert adapter.limits().text
        assert all(fact.source and fact.unit for fact in profile.facts)


def assert_cannot_look(adapter: Adapter, message: Message, key: str) -> None:
    """Where nobody can look, that is a failure: None would say that the post is surely not there."""
    with pytest.raises(Ambiguous):
        adapter.find(message, key, now(), MemoryProgress())


def assert_tells_no_secret(failure: Failure, secret: str) -> None:
    """Neither the message, nor the evidence, nor what a log would print holds the secret."""
    shown = f"{failure} {failure!r} {failure.evidence} {failure.__cause__!r} {failure.__context__!r}"
    assert secret not in shown

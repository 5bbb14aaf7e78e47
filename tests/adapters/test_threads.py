"""What the Threads adapter makes of a strict server's answers, and of a strict server's silence."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Duplicate,
    Failure,
    Gone,
    Horizon,
    NotReady,
    NotSetUp,
    Perishable,
    Receipt,
    Rejected,
    Restricted,
    Retryable,
    Stopped,
)
from adapters.http import Http
from adapters.scripted.graph import error
from adapters.scripted.pictures import PictureServer
from adapters.scripted.server import Mishap, Reply, reply_json
from adapters.scripted.threads import USER, ThreadsServer
from adapters.threads import Threads
from adapters.threads_profile import LIMITS
from posts.check import check
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import MESSAGE, TOKEN, KeptSecret, KnownSecret, account, now, picture, readings
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUBLISH = f"/v1.0/{USER}/threads_publish"
PREPARE = f"/v1.0/{USER}/threads"
RENEW = "/refresh_access_token"
LOST = error(24, "The requested resource does not exist", subcode=4279009)
THREAD = replace(MESSAGE, parts=("one #Day", "two", "three"))


class Clock:
    """The server's clock, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[ThreadsServer]:
    with ThreadsServer(clock, TOKEN) as server:
        yield server


@pytest.fixture
def wall() -> Iterator[PictureServer]:
    with PictureServer() as wall:
        yield wall


def adapter_for(
    server: ThreadsServer, wall: PictureServer | None = None, patience_s: float = 12, /, **options: str
) -> Threads:
    where = account(base_url=server.url, options=options)
    http = Http(server.url, read_timeout_s=patience_s)
    return Threads(where, KnownSecret(), public_media=wall, http=http)


def made(receipt: object) -> Receipt:
    assert isinstance(receipt, Receipt)
    return receipt


# -- publishing ----------------------------------------------------------------------------------------------------


def test_what_is_prepared_is_known_before_anything_is_public(server: ThreadsServer) -> None:
    """Its status alone tells after a crash whether it was published."""
    progress = MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        adapter_for(server).publish(MESSAGE, "k", progress)
    assert progress.saved["container-1"]["id"] in server.containers
    made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress(saved=progress.saved)))
    assert (len(server.containers), server.public) == (1, 1)


def test_pictures_are_fetched_and_shown_in_order_with_their_alt_texts(
    server: ThreadsServer, wall: PictureServer, tmp_path: Path
) -> None:
    """What was approved is what is seen; several pictures are prepared one by one."""
    media = (picture(tmp_path, "a.png", alt_text="первая ҷ"), picture(tmp_path, "b.jpg", shade=9, alt_text=""))
    adapter_for(server, wall).publish(replace(MESSAGE, media=media[:1]), "k", MemoryProgress())
    adapter_for(server, wall).publish(replace(MESSAGE, media=media), "k", MemoryProgress())
    one, several = server.accepted
    assert (one.text, one.alt_texts) == (MESSAGE.text, ("первая ҷ",))
    assert several.alt_texts == ("первая ҷ", "")
    assert several.pictures == tuple(one.path.read_bytes() for one in media)


def test_without_a_public_place_pictures_are_refused_and_texts_are_not(server: ThreadsServer, tmp_path: Path) -> None:
    """Only whoever keeps config.toml can mend that, and a text needs no such place."""
    with pytest.raises(NotSetUp, match="public_url"):
        adapter_for(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", MemoryProgress())
    made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))


def test_what_is_still_worked_on_is_waited_for_and_not_prepared_again(
    server: ThreadsServer, wall: PictureServer, tmp_path: Path
) -> None:
    """Nothing that is not finished can be published; the first look comes after the time that the documents advise."""
    server.slow = 1
    media = (picture(tmp_path, "a.jpg"), picture(tmp_path, "b.jpg", shade=9))
    message, progress = replace(MESSAGE, media=media), MemoryProgress()
    results = [adapter_for(server, wall).publish(message, "k", progress) for _ in range(4)]
    assert [isinstance(one, NotReady) for one in results] == [True, True, True, False]
    assert isinstance(results[0], NotReady)
    assert results[0].after == timedelta(seconds=30)
    assert (len(server.containers), server.public, progress.steps.count("posting")) == (3, 1, 1)


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [("UNKNOWN", Retryable, Rejected), ("INVALID_ASPEC_RATIO", Rejected, Rejected)],
)
def test_what_breaks_is_prepared_anew_once(
    server: ThreadsServer, words: str, first: type[Failure], second: type[Failure]
) -> None:
    """Chance passes; a picture that the platform finds wrong does not, and only its author can change it."""
    server.breaks, progress = words, MemoryProgress()
    for expected in (first, second):
        with pytest.raises(Failure, match=words) as raised:
            adapter_for(server).publish(MESSAGE, "k", progress)
        assert type(raised.value) is expected
    server.breaks = ""
    made(adapter_for(server).publish(MESSAGE, "k", progress))


def test_what_has_expired_is_prepared_anew(server: ThreadsServer, clock: Clock) -> None:
    """It lives for a day, and a post may be held for longer."""
    progress = MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        adapter_for(server).publish(MESSAGE, "k", progress)
    clock.ahead = timedelta(days=2)
    progress = MemoryProgress(saved=progress.saved)
    with pytest.raises(Retryable, match="anew"):
        adapter_for(server).publish(MESSAGE, "k", progress)
    made(adapter_for(server).publish(MESSAGE, "k", progress))
    assert server.public == 1


def test_a_container_that_is_lost_on_its_way_is_no_post_and_is_prepared_anew(server: ThreadsServer) -> None:
    """The platform often does not know yet, or any more, what it has just called finished."""
    server.loses, progress = 1, MemoryProgress()
    with pytest.raises(Retryable) as raised:
        adapter_for(server).publish(MESSAGE, "k", progress)
    assert raised.value.after == timedelta(seconds=30)
    with pytest.raises(Retryable, match="anew"):
        adapter_for(server).publish(MESSAGE, "k", progress)
    made(adapter_for(server).publish(MESSAGE, "k", progress))
    assert server.public == 1


def test_what_is_there_no_more_and_was_never_refused_may_have_been_published(server: ThreadsServer) -> None:
    """Only a person who looked can say that it was not; then it is prepared anew."""
    progress = MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        adapter_for(server).publish(MESSAGE, "k", progress)
    server.containers.clear()
    progress = MemoryProgress(saved=progress.saved)
    with pytest.raises(Ambiguous, match="may have been published"):
        adapter_for(server).publish(MESSAGE, "k", progress)
    assert adapter_for(server).find(MESSAGE, "k", now(), progress) is None
    made(adapter_for(server).publish(MESSAGE, "k", progress))


def test_what_was_published_already_is_never_published_again(server: ThreadsServer) -> None:
    """A person said that it did not go out; the platform knows better, and it is looked up."""
    since, progress = now(), MemoryProgress()
    server.will_fail(Mishap.CLOSE, path=PUBLISH)
    with pytest.raises(Ambiguous):
        adapter_for(server).publish(MESSAGE, "k", progress)
    with pytest.raises(Duplicate):
        adapter_for(server).publish(MESSAGE, "k", progress)
    assert made(adapter_for(server).find(MESSAGE, "k", since, progress)).remote_id == server.accepted[0].remote_id
    assert server.public == 1


def test_a_place_that_cannot_be_reached_is_chance_once_and_then_everybodys(
    server: ThreadsServer, wall: PictureServer, tmp_path: Path
) -> None:
    """Then no post with a picture fares better, and only whoever keeps the place can mend it."""
    wall.away, progress = True, MemoryProgress()
    message = replace(MESSAGE, media=(picture(tmp_path),))
    with pytest.raises(Retryable, match="could not fetch"):
        adapter_for(server, wall).publish(message, "k", progress)
    with pytest.raises(NotSetUp, match=wall.url):
        adapter_for(server, wall).publish(message, "k", progress)
    wall.away = False
    made(adapter_for(server, wall).publish(message, "k", progress))


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.HANG, Mishap.GARBAGE, Mishap.TRUNCATE])
def test_a_lost_answer_is_looked_up_and_adopted(server: ThreadsServer, mishap: Mishap) -> None:
    """It is out, and must not go out twice."""
    adapter, since, progress = adapter_for(server, None, 1), now(), MemoryProgress()
    server.will_fail(mishap, path=PUBLISH)
    with pytest.raises(Ambiguous):
        adapter.publish(MESSAGE, "k", progress)
    assert made(adapter.find(MESSAGE, "k", since, progress)).remote_id == server.accepted[0].remote_id


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (error(190, "Error validating access token", subcode=463), AuthExpired),
        (error(10, "Application does not have permission"), AuthExpired),
        (error(-1, "User restricted", subcode=4279013), Restricted),
        (error(1, "restricted", subcode=2207051), Restricted),
        (error(4, "Application request limit reached"), Retryable),
        (LOST, Retryable),
        (error(100, "Param text must be at most 500 characters long."), Rejected),
        (error(2, "Service temporarily unavailable"), Ambiguous),
        (error(1, "An unknown error occurred", status=500), Ambiguous),
        (Reply(status=502), Ambiguous),
        (reply_json({"id": ""}), Ambiguous),
        (reply_json({"success": True}), Ambiguous),
    ],
)
def test_each_refusal_of_the_publication_says_whose_turn_it_is(
    server: ThreadsServer, reply: Reply, expected: type[Failure]
) -> None:
    """The wrong one of the four makes a duplicate, or loses a post, or pauses an account for nothing."""
    server.will_fail(reply, path=PUBLISH)
    with pytest.raises(Failure) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert isinstance(raised.value, expected)
    assert_tells_no_secret(raised.value, TOKEN)


@pytest.mark.parametrize("reply", [Reply(status=500), error(2, "later"), error(4, "too many calls"), reply_json({})])
def test_what_fails_while_preparing_is_not_public(server: ThreadsServer, reply: Reply) -> None:
    """Nobody sees a container."""
    server.will_fail(reply, path=PREPARE)
    with pytest.raises(Retryable):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())


def test_an_answer_of_another_shape_is_no_fault_of_ours(server: ThreadsServer) -> None:
    """Whatever stands where a word should be, it is one of the four failures, or no count."""
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    listed = {"data": [{"name": ["likes"], "values": [{"value": [1]}]}]}
    server.will_fail(reply_json(listed), method="GET", path=f"/v1.0/{receipt.remote_id}/insights")
    assert adapter_for(server).measure([receipt.remote_id]) == []
    server.will_fail(reply_json({"status": ["FINISHED"]}), method="GET", path="/v1.0/18100000000000001")
    with pytest.raises(Retryable):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())


def test_a_post_whose_address_is_not_told_is_out_all_the_same(server: ThreadsServer) -> None:
    """To call it anything else would send it twice."""
    server.will_fail(Reply(status=500), method="GET", path="/v1.0/17990000000000000")
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    assert (receipt.remote_id, receipt.permalink) == ("17990000000000000", "https://www.threads.com/@iomgeorgia")


def test_a_day_whose_posts_are_used_up_is_waited_for(server: ThreadsServer) -> None:
    """Nothing is prepared, and nothing of the post is at fault; where the platform does not say, it goes on."""
    server.quota = 1
    made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    told = adapter_for(server).quota()
    assert told is not None
    assert (told.used, told.quota.most) == (1, 1)
    with pytest.raises(Retryable, match="used up"):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert len(server.containers) == 1
    server.will_fail(error(100, "no such field"), method="GET", path=f"/v1.0/{USER}/threads_publishing_limit")
    made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))


def test_what_preview_calls_short_enough_is_short_enough(server: ThreadsServer) -> None:
    """An emoji counts its bytes: 18 of them may be all of a sentence."""
    brimful = replace(MESSAGE, parts=("ღ" * 475 + "👨‍👩‍👧‍👦",))
    assert check(brimful, LIMITS) == ()
    made(adapter_for(server).publish(brimful, "k", MemoryProgress()))
    too_long = replace(brimful, parts=(f"{brimful.text}x",))
    assert [one.code for one in check(too_long, LIMITS)] == ["too_long"]
    with pytest.raises(Rejected, match="500 characters"):
        adapter_for(server).publish(too_long, "k", MemoryProgress())


def test_the_accounts_topic_and_the_link_of_a_text_go_along(
    server: ThreadsServer, wall: PictureServer, tmp_path: Path
) -> None:
    """A link is shown under a text alone: with a picture the platform refuses it."""
    message = replace(MESSAGE, link="https://iom.example/ge?a=1&b=2")
    adapter_for(server, wall, topic_tag="Human Rights").publish(message, "k", MemoryProgress())
    adapter_for(server, wall).publish(replace(message, media=(picture(tmp_path),)), "k", MemoryProgress())
    text, shown = server.accepted
    assert (text.topic, text.link, shown.topic, shown.link) == ("Human Rights", message.link, "EndHumanTrafficking", "")


@pytest.mark.parametrize(
    ("options", "words"),
    [({"topic_tag": "a.b"}, "topic_tag"), ({"topic_tag": "x" * 51}, "topic_tag"), ({"version": "1"}, "version")],
)
def test_an_option_that_cannot_be_meant_is_refused_in_words(
    server: ThreadsServer, options: dict[str, str], words: str
) -> None:
    """Before anything is asked."""
    for ask in (
        lambda: adapter_for(server, **options).publish(MESSAGE, "k", MemoryProgress()),
        adapter_for(server, **options).whoami,
    ):
        with pytest.raises(Rejected, match=f"option {words}"):
            ask()
    assert server.requests == []


# -- threads -------------------------------------------------------------------------------------------------------


def test_each_part_of_a_thread_answers_the_one_before(
    server: ThreadsServer, wall: PictureServer, tmp_path: Path
) -> None:
    """So that readers see it in its order; pictures go with the first."""
    message, progress = replace(THREAD, media=(picture(tmp_path),)), MemoryProgress()
    receipt = made(adapter_for(server, wall).publish(message, "k", progress))
    assert [one.text for one in server.accepted] == list(THREAD.parts)
    assert [one.reply_to for one in server.accepted] == ["", *receipt.parts[:2]]
    assert [len(one.pictures) for one in server.accepted] == [1, 0, 0]
    assert progress.steps.count("posting") == 1


@pytest.mark.parametrize(
    ("reply", "expected"),
    [(error(4, "too many calls"), Retryable), (error(190, "token"), AuthExpired), (error(100, "no"), Ambiguous)],
)
def test_a_thread_that_breaks_off_goes_on_after_the_last_part(
    server: ThreadsServer, reply: Reply, expected: type[Failure]
) -> None:
    """What is out is told, stays, and is not sent again."""
    progress = MemoryProgress()
    made(adapter_for(server).publish(replace(THREAD, parts=THREAD.parts[:1]), "k", progress))
    first = server.accepted[0].remote_id
    progress = MemoryProgress(saved={"part-1": {"id": first, "permalink": "https://www.threads.com/first"}})
    server.will_fail(reply, path=PUBLISH)
    with pytest.raises(Failure) as raised:
        adapter_for(server).publish(THREAD, "k", progress)
    assert type(raised.value) is expected
    assert raised.value.evidence["out"] == "https://www.threads.com/first"
    receipt = made(adapter_for(server).publish(THREAD, "k", progress))
    assert receipt.parts[0] == first
    assert [one.text for one in server.accepted] == list(THREAD.parts)


def test_a_part_that_is_still_worked_on_is_waited_for_with_the_others_out(server: ThreadsServer) -> None:
    """The rest follows by itself."""
    server.slow, progress = 1, MemoryProgress()
    results = [adapter_for(server).publish(THREAD, "k", progress) for _ in range(4)]
    assert [isinstance(one, NotReady) for one in results] == [True, True, True, False]
    assert [one.text for one in server.accepted] == list(THREAD.parts)


def test_a_look_finds_as_many_parts_as_are_there(server: ThreadsServer) -> None:
    """Fewer than the thread has means that it broke off, and a person must see it."""
    since, progress = now(), MemoryProgress()
    receipt = made(adapter_for(server).publish(THREAD, "k", progress))
    assert made(adapter_for(server).find(THREAD, "k", since, MemoryProgress())).parts == receipt.parts
    assert made(adapter_for(server).find(THREAD, "k", since, progress)).parts == receipt.parts
    server.forget(receipt.parts[1])
    assert made(adapter_for(server).find(THREAD, "k", since, MemoryProgress())).parts == receipt.parts[:1]


# -- looking -------------------------------------------------------------------------------------------------------


def test_status_and_list_have_to_agree(server: ThreadsServer) -> None:
    """A list lags behind; and a post with the same words may be somebody else's, by hand."""
    since, progress = now(), MemoryProgress()
    made(adapter_for(server).publish(MESSAGE, "k", progress))
    server.lists = False
    with pytest.raises(Retryable, match=r"PUBLISHED.*not there"):
        adapter_for(server).find(MESSAGE, "k", since, progress)
    server.lists = True
    stopped = MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        adapter_for(server).publish(MESSAGE, "k", stopped)
    with pytest.raises(Retryable, match=r"FINISHED.*there"):
        adapter_for(server).find(MESSAGE, "k", since, stopped)
    server.forget(server.accepted[0].remote_id)
    assert adapter_for(server).find(MESSAGE, "k", since, stopped) is None


def test_an_older_post_with_the_same_words_is_not_ours(
    server: ThreadsServer, wall: PictureServer, tmp_path: Path
) -> None:
    """Last year's, or the same words without the picture."""
    server.write(MESSAGE.text)
    assert adapter_for(server).find(MESSAGE, "k", now() + timedelta(hours=1), MemoryProgress()) is None
    pictured = replace(MESSAGE, media=(picture(tmp_path),))
    assert adapter_for(server, wall).find(pictured, "k", now(), MemoryProgress()) is None
    assert adapter_for(server).find(MESSAGE, "k", now(), MemoryProgress()) is not None


@pytest.mark.parametrize("reply", [error(10, "no permission"), Reply(status=500), reply_json({"paging": {}})])
def test_a_look_that_fails_is_never_a_post_that_is_not_there(server: ThreadsServer, reply: Reply) -> None:
    """None might send it again."""
    server.will_fail(reply, method="GET", path=PREPARE)
    with pytest.raises(Failure):
        adapter_for(server).find(MESSAGE, "k", now(), MemoryProgress())


# -- counts, taking down, tokens -----------------------------------------------------------------------------------


def test_a_post_that_is_gone_is_told_and_one_whose_token_fails_is_not(server: ThreadsServer) -> None:
    """A withdrawn permission reads like a missing post."""
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    server.react(receipt.remote_id, likes=3)
    counted = {one.metric: one.value for one in readings(adapter_for(server).measure([receipt.remote_id, "no-id"]))}
    assert (counted["likes"], set(counted)) == (3, set(adapter_for(server).profile.metrics))
    server.forget(receipt.remote_id)
    (gone,) = adapter_for(server).measure([receipt.remote_id])
    assert isinstance(gone, Gone)
    server.will_fail(error(100, "gone", subcode=33), method="GET", path=f"/v1.0/{receipt.remote_id}/insights")
    server.will_fail(error(190, "token"), method="GET", path="/v1.0/me")
    with pytest.raises(AuthExpired):
        adapter_for(server).measure([receipt.remote_id])


def test_a_thread_is_taken_down_whole_and_nobody_elses_replies_are_looked_for(server: ThreadsServer) -> None:
    """Half of it would still say what was withdrawn."""
    receipt = made(adapter_for(server).publish(THREAD, "k", MemoryProgress()))
    other = server.write("another post")
    adapter_for(server).delete(receipt.remote_id)
    assert server.public == 1
    before = len(server.requests)
    adapter_for(server).delete(other)
    assert not any(one.path.endswith("/replies") for one in server.requests[before:])
    with pytest.raises(Rejected):
        adapter_for(server).delete("@iomgeorgia")
    server.will_fail(error(10, "threads_delete is missing"), method="DELETE")
    with pytest.raises(AuthExpired):
        adapter_for(server).delete(server.write("one more"))


@pytest.mark.parametrize(
    ("kept", "renewals"),
    [
        ({"access_token": TOKEN}, 1),
        ({"access_token": TOKEN, "expires_at": "tomorrow"}, 1),
        ({"access_token": TOKEN, "expires_at": (datetime.now(UTC) + timedelta(days=9)).isoformat()}, 1),
        ({"access_token": TOKEN, "expires_at": (datetime.now(UTC) + timedelta(days=11)).isoformat()}, 0),
    ],
)
def test_a_token_is_renewed_while_it_lives(server: ThreadsServer, kept: dict[str, str], renewals: int) -> None:
    """Afterwards only a person could: nobody would notice before the day itself."""
    place = KeptSecret(json.dumps({**kept, "note": "stays"}))
    adapter = Threads(account(base_url=server.url), place)
    for _ in range(3):
        adapter.whoami()
    adapter.publish(MESSAGE, "k", MemoryProgress())
    assert server.renewals == renewals
    found = json.loads(place.value)
    assert (found["access_token"], found["note"]) == (server.token, "stays")
    if renewals:
        left = datetime.fromisoformat(found["expires_at"]) - now()
        assert timedelta(days=59) < left <= timedelta(days=60)


def test_the_token_says_when_it_ends_and_is_renewed_ahead(server: ThreadsServer) -> None:
    """The daemon asks for that also where nothing is posted for months."""
    place = KeptSecret(json.dumps({"access_token": TOKEN}))
    adapter = Threads(account(base_url=server.url), place)
    assert isinstance(adapter, Perishable)
    assert adapter.horizon() == Horizon()
    adapter.renew()
    found = adapter.horizon()
    assert found.ends_at is not None
    assert timedelta(days=59) < found.ends_at - now() <= timedelta(days=60)
    assert found.renews_from == found.ends_at - timedelta(days=10)
    assert adapter_for(server).horizon() == Horizon()
    server.will_fail(error(190, "ended"), method="GET", path=RENEW)
    with pytest.raises(AuthExpired):
        adapter.renew()


@pytest.mark.parametrize(("age", "why"), [(timedelta(hours=23), "too young"), (timedelta(days=60), "has ended")])
def test_a_token_too_young_or_ended_is_not_renewed_and_asked_for_once_an_hour(
    server: ThreadsServer, age: timedelta, why: str
) -> None:
    """Whatever the platform says: the next posts must not each ask in vain."""
    server.dies(now() - age + timedelta(days=60))
    place = KeptSecret(json.dumps({"access_token": TOKEN}))
    adapter = Threads(account(base_url=server.url), place)
    adapter.horizon()
    with pytest.raises(AuthExpired):
        adapter.renew()
    for _ in range(3):
        with suppress(AuthExpired):
            adapter.whoami()
    asked = [one for one in server.requests if one.path == RENEW]
    assert (len(asked), server.renewals) == (2 if why == "too young" else 1, 0)
    assert json.loads(place.value) == {"access_token": TOKEN}


def test_a_token_as_plain_text_cannot_be_renewed(server: ThreadsServer) -> None:
    """And nothing is asked in its name with an empty one."""
    with pytest.raises(AuthExpired, match="plain text"):
        Threads(account(base_url=server.url), KeptSecret(TOKEN)).renew()
    assert server.requests == []


def test_a_renewal_that_fails_harms_nothing_while_the_token_works(server: ThreadsServer) -> None:
    """A token that is not a day old cannot be renewed yet; and a place may not be one that can be written."""
    place = KeptSecret(json.dumps({"access_token": TOKEN}))
    server.will_fail(error(190, "too young"), method="GET", path=RENEW, times=9)
    adapter = Threads(account(base_url=server.url), place)
    made(adapter.publish(MESSAGE, "k", MemoryProgress()))
    assert json.loads(place.value) == {"access_token": TOKEN}
    made(adapter_for(server).publish(replace(MESSAGE, parts=("plain",)), "k", MemoryProgress()))

"""What the X adapter makes of a strict server's answers, and of a strict server's silence."""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Duplicate,
    Failure,
    Gone,
    Horizon,
    NotReady,
    Receipt,
    Rejected,
    Retryable,
    Stopped,
    UsedUp,
)
from adapters.http import Http
from adapters.scripted.server import Mishap, Reply, reply_json
from adapters.scripted.x import DUPLICATE, XServer
from adapters.scripted.x_auth import OAuth2
from adapters.x import X
from adapters.x_profile import LIMITS
from posts.check import check, length
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import MESSAGE, TOKEN, KeptSecret, KnownSecret, account, keys_of, now, picture, readings
from tests.adapters.raw_server import RawServer, reset
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Message

POSTS = "/2/tweets"
UPLOAD = "/2/media/upload"
RENEW = "/2/oauth2/token"
SECRET = json.dumps(asdict(keys_of(TOKEN)))
THREAD = replace(MESSAGE, parts=("one", "two", "three"))
REFRESH = "a-refresh-token-good-for-once"


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer(now, keys_of(TOKEN)) as server:
        yield server


@pytest.fixture
def rotating() -> Iterator[XServer]:
    """A server that is opened by tokens."""
    tokens = OAuth2(client_id="july30", client_secret="a-client-secret", access_token=TOKEN, refresh_token=REFRESH)
    with XServer(now, tokens=tokens) as server:
        yield server


def adapter_for(server: XServer, secret: str = SECRET, **options: str) -> X:
    where = account(base_url=server.url, options=options, handle=f"@{server.username}")
    return X(where, KnownSecret(secret), http=Http(server.url, read_timeout_s=0.5))


def tokens_of(server: XServer, **given: str) -> KeptSecret:
    """The tokens as they are kept before the first renewal."""
    assert server.tokens is not None
    kept = {"client_id": server.tokens.client_id, "client_secret": server.tokens.client_secret}
    return KeptSecret(json.dumps({**kept, "access_token": TOKEN, "refresh_token": REFRESH, **given}))


def with_tokens(server: XServer, kept: KeptSecret) -> X:
    return X(account(base_url=server.url), kept, http=Http(server.url, read_timeout_s=0.5))


def worded(text: str, **given: object) -> Message:
    return replace(MESSAGE, parts=(text,), **given)  # type: ignore[arg-type]


def made(receipt: object) -> Receipt:
    assert isinstance(receipt, Receipt)
    return receipt


def problem(status: int, detail: str = "why", kind: str = "about:blank", **headers: str) -> Reply:
    """An error as this platform tells of it."""
    told = {"title": "a title", "detail": detail, "type": kind, "status": status}
    return replace(reply_json(told, status), headers=headers)


def coded(status: int, code: int, message: str = "why") -> Reply:
    """An error as the platform's older interface told of it."""
    return reply_json({"errors": [{"code": code, "message": message}]}, status)


# -- publishing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["json", "multipart", "chunked"])
def test_a_post_shows_its_pictures_in_order_with_their_alt_texts(server: XServer, tmp_path: Path, way: str) -> None:
    """What was approved is what is seen, by each of the three documented ways to upload."""
    media = (picture(tmp_path, "a.png", alt_text="первая ҷ"), picture(tmp_path, "b.jpg", shade=9, alt_text=""))
    adapter_for(server, media_upload=way).publish(replace(MESSAGE, media=media), "k", MemoryProgress())
    (accepted,) = server.accepted
    assert (accepted.text, accepted.alt_texts) == (MESSAGE.text, ("первая ҷ", ""))
    contents = [bytes(one.content) for one in server.shelf.pictures.values()]
    assert contents == [one.path.read_bytes() for one in media]


def test_a_large_picture_goes_in_pieces(server: XServer, tmp_path: Path) -> None:
    """The pieces are put together in their order."""
    large = picture(tmp_path)
    large.path.write_bytes(large.path.read_bytes() + b"\0" * 2_500_000)
    message = replace(MESSAGE, media=(replace(large, sha256=""),))
    adapter_for(server, media_upload="chunked").publish(message, "k", MemoryProgress())
    assert [one.pieces for one in server.shelf.pictures.values()] == [3]


def test_a_receipt_leads_to_the_post(server: XServer) -> None:
    """Officers click on it."""
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    assert receipt.permalink == f"https://x.com/iomgeorgia/status/{server.accepted[0].remote_id}"
    assert receipt.parts == (receipt.remote_id,)


def test_a_picture_still_being_processed_is_waited_for_without_a_second_upload(tmp_path: Path) -> None:
    """Waiting is not failing, and uploading again would start the wait again."""
    with XServer(now, keys_of(TOKEN), slow_media=2) as server:
        adapter, progress = adapter_for(server, media_upload="chunked"), MemoryProgress()
        message = replace(MESSAGE, media=(picture(tmp_path),))
        outcomes = [adapter.publish(message, "k", progress) for _ in range(3)]
        assert [type(one) for one in outcomes] == [NotReady, NotReady, Receipt]
        assert isinstance(outcomes[0], NotReady)
        assert outcomes[0].after == timedelta(seconds=3)
        assert server.shelf.uploads == 1
        assert progress.steps.count("posting") == 1


def test_pictures_of_yesterday_are_uploaded_again(server: XServer, tmp_path: Path) -> None:
    """They are kept for a day; a post held for a weekend must still go out with its picture and its alt text."""
    message, adapter, progress = replace(MESSAGE, media=(picture(tmp_path),)), adapter_for(server), MemoryProgress()
    server.will_fail(problem(429), path=POSTS)
    with pytest.raises(Retryable):
        adapter.publish(message, "k", progress)
    server.shelf.pictures.clear()
    with pytest.raises(Retryable, match="an uploaded picture is gone"):
        adapter.publish(message, "k", progress)
    made(adapter.publish(message, "k", progress))
    assert server.accepted[0].alt_texts == (message.media[0].alt_text,)


def test_fresh_pictures_that_the_platform_does_not_take_are_refused(server: XServer, tmp_path: Path) -> None:
    """To upload them for ever would be paid for each time."""
    server.will_fail(problem(400, "Your media IDs are invalid."), path=POSTS)
    with pytest.raises(Rejected, match="media IDs are invalid"):
        adapter_for(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", MemoryProgress())


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_posted(server: XServer, tmp_path: Path) -> None:
    """The text must never go out without its picture."""
    (tmp_path / "card.jpg").write_text("no picture")
    broken = replace(picture(tmp_path / "other"), path=tmp_path / "card.jpg", sha256="")
    with pytest.raises(Rejected, match="could not be recognized"):
        adapter_for(server).publish(replace(MESSAGE, media=(broken,)), "k", MemoryProgress())
    assert server.accepted == ()


def test_a_picture_without_the_alt_text_that_was_approved_is_not_published(server: XServer, tmp_path: Path) -> None:
    """The alt text is a call of its own, and may fail alone."""
    server.will_fail(problem(503), path="/2/media/metadata")
    progress, message = MemoryProgress(), replace(MESSAGE, media=(picture(tmp_path),))
    with pytest.raises(Retryable):
        adapter_for(server).publish(message, "k", progress)
    assert server.accepted == ()
    made(adapter_for(server).publish(message, "k", progress))
    assert server.shelf.uploads == 1


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.GARBAGE, Mishap.TRUNCATE, problem(500), problem(401)])
def test_a_failed_upload_is_no_doubt(server: XServer, tmp_path: Path, mishap: Mishap | Reply) -> None:
    """An orphan picture harms nobody; nothing was public."""
    server.will_fail(mishap, path=UPLOAD)
    progress = MemoryProgress()
    with pytest.raises((Retryable, AuthExpired)):
        adapter_for(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", progress)
    assert progress.steps == []


@pytest.mark.parametrize(
    "options", [{"media_upload": "post"}, {"fields": "x"}, {"links": "none"}, {"text_max": "long"}, {"text_max": "0"}]
)
def test_an_unknown_option_names_the_account_and_the_option(server: XServer, options: dict[str, str]) -> None:
    """A typing error in the configuration is told before the first byte leaves."""
    with pytest.raises(Rejected, match=f"ge-test.*{next(iter(options))}"):
        adapter_for(server, **options).publish(MESSAGE, "k", MemoryProgress())
    assert server.requests == []


# -- the four failures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "failure", "words"),
    [
        (problem(400, "Your Tweet text is too long."), Rejected, "too long"),
        (problem(401), AuthExpired, "connect the account again"),
        (problem(402, kind="https://api.x.com/2/problems/credits"), UsedUp, "buy credits"),
        (problem(429, kind="https://api.x.com/2/problems/usage-capped"), UsedUp, "raise the cap"),
        (problem(403, "You are not permitted to perform this action."), Rejected, "not permitted"),
        (
            problem(403, "Client is not permitted", "https://api.x.com/2/problems/client-forbidden"),
            AuthExpired,
            "why|credentials|protect|Client",
        ),
        (problem(403, "Your account is suspended"), AuthExpired, "suspended"),
        (problem(403, DUPLICATE), Duplicate, "has this post already"),
        (coded(403, 187, "Status is a duplicate."), Duplicate, "has this post already"),
        (coded(403, 185, "User is over daily status update limit."), Retryable, "over daily"),
        (coded(403, 326, "To protect our users"), AuthExpired, "why|credentials|protect|Client"),
        (problem(404), Rejected, "why"),
        (problem(408), Ambiguous, "does not say"),
        (problem(429), Retryable, "later"),
        (problem(500), Ambiguous, "does not say"),
        (problem(502), Ambiguous, "does not say"),
        (problem(503, **{"Retry-After": "9"}), Ambiguous, "does not say"),
        (problem(504), Ambiguous, "does not say"),
        (Reply(status=302, headers={"Location": "https://new.example/"}), Ambiguous, "base_url"),
        (Reply(status=403, body=b"<html>blocked</html>"), Rejected, "blocked"),
        (Reply(status=200), Ambiguous, "without the post's id"),
        (Reply(status=200, body=b"<html>It works!</html>"), Ambiguous, "without the post's id"),
        (Reply(status=201, body=b"[]"), Ambiguous, "without the post's id"),
        (reply_json({"data": {}}, 201), Ambiguous, "without the post's id"),
        (reply_json({"data": {"id": "../me"}}, 201), Ambiguous, "without the post's id"),
        (reply_json({"errors": [{"message": "partly"}]}), Ambiguous, "without the post's id"),
    ],
)
def test_a_refused_post_is_one_of_four_failures(
    server: XServer, reply: Reply, failure: type[Failure], words: str
) -> None:
    """Each leads to somebody else: the officer, the account's owner, the clock, the look-up."""
    server.will_fail(reply, path=POSTS)
    with pytest.raises(failure, match=words) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert type(raised.value) is failure
    assert raised.value.http_status == reply.status
    assert_tells_no_secret(raised.value, TOKEN)
    assert server.accepted == ()


def test_too_many_posts_are_tried_again_when_the_platform_says_so(server: XServer) -> None:
    """The instant is the platform's own; a malformed one must not become an error of ours."""
    server.per_window = 0
    with pytest.raises(Retryable) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.after is not None
    assert timedelta(minutes=14) < raised.value.after <= timedelta(minutes=16)
    server.will_fail(problem(429, **{"x-rate-limit-reset": "soon"}), path=POSTS)
    with pytest.raises(Retryable) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.after is None


@pytest.mark.parametrize("whose", ["user", "app"])
def test_a_day_that_is_used_up_is_not_taken_for_a_quarter_of_an_hour(server: XServer, whose: str) -> None:
    """The short limit's reset would have it asked again in vain all day; people read when the long one ends."""
    ends = now() + timedelta(hours=5)
    day = {f"x-{whose}-limit-24hour-remaining": "0", f"x-{whose}-limit-24hour-reset": str(int(ends.timestamp()))}
    short = {"x-rate-limit-remaining": "91", "x-rate-limit-reset": str(int(now().timestamp()) + 60)}
    server.will_fail(problem(429, **day, **short), path=POSTS)
    with pytest.raises(Retryable, match=f"limit of 24 hours is used up .* anew at {ends:%Y-%m-%d %H:%M} UTC") as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.after == timedelta(hours=1)
    server.will_fail(problem(429, **{**day, f"x-{whose}-limit-24hour-remaining": "7"}, **short), path=POSTS)
    with pytest.raises(Retryable, match="asked to come back later") as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.after is not None
    assert raised.value.after <= timedelta(minutes=2)


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.HANG, Mishap.TRUNCATE, Mishap.GARBAGE])
def test_a_lost_answer_is_ambiguous_and_the_post_is_found(server: XServer, mishap: Mishap) -> None:
    """The server took it: sending again would be the duplicate that people leave over."""
    server.will_fail(mishap, path=POSTS)
    since, adapter = now(), adapter_for(server)
    with pytest.raises(Ambiguous):
        adapter.publish(MESSAGE, "k", MemoryProgress())
    found = adapter.find(MESSAGE, "k", since, MemoryProgress())
    assert found is not None
    assert [one.remote_id for one in server.accepted] == [found.remote_id]


def test_a_connection_reset_after_the_body_left_is_ambiguous() -> None:
    """The library would call it the same as a server that was never reached."""
    with RawServer(reset) as raw:
        adapter = X(account(base_url=raw.url), KnownSecret(SECRET), http=Http(raw.url, read_timeout_s=0.5))
        with pytest.raises(Ambiguous) as raised:
            adapter.publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.evidence["request_left"] is True


def test_a_server_that_was_never_reached_is_tried_again() -> None:
    """Nothing left the house."""
    adapter = X(account(base_url="http://127.0.0.1:9"), KnownSecret(SECRET))
    with pytest.raises(Retryable) as raised:
        adapter.publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.evidence["request_left"] is False


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "a-token",
        "[]",
        "{}",
        '{"access_token": ""}',
        '{"access_token": "two\\nlines"}',
        SECRET.replace(TOKEN, "two words"),
    ],
)
def test_a_secret_that_is_not_whole_is_the_accounts_fault(server: XServer, secret: str) -> None:
    """An empty variable must not be an error of every post."""
    with pytest.raises(AuthExpired, match="not whole"):
        adapter_for(server, secret).whoami()
    assert server.requests == []


def test_keys_may_bear_the_names_of_the_developer_portal(server: XServer) -> None:
    """People copy them from there."""
    kept = asdict(keys_of(TOKEN))
    kept["api_key"], kept["api_key_secret"] = kept.pop("consumer_key"), kept.pop("consumer_secret")
    assert adapter_for(server, json.dumps(kept)).whoami().handle == "iomgeorgia"


# -- crashes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["save:picture-1", "save:alt-1", "save:picture-2", "save:alt-2", "posting"])
def test_a_crash_while_preparing_costs_nothing_but_the_step_itself(server: XServer, tmp_path: Path, step: str) -> None:
    """The next sender goes on where the last one stopped, and the post is there once, with both pictures."""
    media = (picture(tmp_path, "a.jpg", alt_text="one"), picture(tmp_path, "b.jpg", shade=9, alt_text="two"))
    message, progress = replace(MESSAGE, media=media), MemoryProgress(stop_at=step)
    with pytest.raises(Stopped):
        adapter_for(server).publish(message, "k", progress)
    assert server.public == 0
    made(adapter_for(server).publish(message, "k", MemoryProgress(saved=progress.saved)))
    (accepted,) = server.accepted
    assert accepted.alt_texts == ("one", "two")
    assert server.shelf.uploads == 2 + step.startswith("save:picture")


@pytest.mark.parametrize(("step", "out"), [("save:part-1", 1), ("save:part-2", 2)])
def test_a_crash_within_a_thread_is_told_apart_by_looking(server: XServer, step: str, out: int) -> None:
    """What is out is found part by part; fewer parts than the message has mean that a person must see to it."""
    since, progress = now(), MemoryProgress(stop_at=step)
    with pytest.raises(Stopped):
        adapter_for(server).publish(THREAD, "k", progress)
    found = adapter_for(server).find(THREAD, "k", since, MemoryProgress(saved=progress.saved))
    assert found is not None
    assert found.parts == tuple(one.remote_id for one in server.accepted)
    assert len(found.parts) == out


# -- threads -------------------------------------------------------------------------------------------------------


def test_a_thread_is_a_chain_of_replies(server: XServer, tmp_path: Path) -> None:
    """Each part answers the one before it, and the picture goes with the first."""
    message = replace(THREAD, media=(picture(tmp_path),))
    receipt = made(adapter_for(server).publish(message, "k", MemoryProgress()))
    assert [one.reply_to for one in server.accepted] == ["", *receipt.parts[:-1]]
    assert [len(one.alt_texts) for one in server.accepted] == [1, 0, 0]
    assert receipt.remote_id == receipt.parts[0]


def test_a_thread_that_may_go_on_goes_on_after_its_last_part(server: XServer) -> None:
    """A limit in the middle of a thread is no reason to say the first part twice."""
    adapter, progress = adapter_for(server), MemoryProgress()
    server.per_window = 2
    with pytest.raises(Retryable, match=r"part 3 of 3 is not out, those before it are, at https://x\.com/"):
        adapter.publish(THREAD, "k", progress)
    server.per_window = 9
    receipt = made(adapter.publish(THREAD, "k", progress))
    assert [one.text for one in server.accepted] == ["one", "two", "three"]
    assert receipt.parts == tuple(one.remote_id for one in server.accepted)


@pytest.mark.parametrize("reply", [problem(403, "You are not permitted"), problem(400), problem(500)])
def test_a_thread_that_cannot_go_on_is_looked_up(server: XServer, reply: Reply) -> None:
    """'Not published' would be a lie: the first part is out, and is never taken back by itself."""
    adapter, since, progress = adapter_for(server), now(), MemoryProgress()
    server.replies = reply.status != 403
    if server.replies:
        adapter.publish(replace(MESSAGE, parts=("one",)), "k", MemoryProgress())
        progress = MemoryProgress(saved={"part-1": {"id": server.accepted[0].remote_id}})
        server.will_fail(reply, path=POSTS)
    with pytest.raises(Ambiguous, match="part 2 of 3"):
        adapter.publish(THREAD, "k", progress)
    found = adapter.find(THREAD, "k", since, progress)
    assert found is not None
    assert len(found.parts) == 1


def test_parts_that_are_known_to_be_out_are_never_not_there(server: XServer) -> None:
    """A list that lags must not make 'nothing is out' of what the platform has confirmed."""
    server.lists = False
    progress = MemoryProgress(saved={"part-1": {"id": "17"}})
    found = adapter_for(server).find(THREAD, "k", now(), progress)
    assert found is not None
    assert found.parts == ("17",)


def test_a_thread_is_taken_down_whole(server: XServer) -> None:
    """Its later parts make no sense alone, and may hold what must be gone."""
    adapter = adapter_for(server)
    other = adapter.publish(worded("another"), "k", MemoryProgress())
    adapter.delete(made(adapter.publish(THREAD, "k", MemoryProgress())).remote_id)
    assert server.public == 1
    assert readings(adapter.measure([made(other).remote_id]))


def test_what_is_left_of_a_thread_is_taken_down_too(server: XServer) -> None:
    """Somebody has deleted the first part by hand; the others must not stay because of it."""
    adapter = adapter_for(server)
    receipt = made(adapter.publish(THREAD, "k", MemoryProgress()))
    server.forget(receipt.remote_id)
    adapter.delete(receipt.remote_id)
    assert server.public == 0


# -- finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a & b < c > d \"e\" 'f' &amp;",
        "one\ntwo\n\nthree  four",
        "ადამიანი არ იყიდება https://iom.int/ge?a=1&b=2#c და https://iom.int/ge?a=1&b=2#c",
        "see iom.int, https://IOM.int/ and http://iom.int/a/",
        "Инсон фурӯшӣ нест @iom #Ҳуқуқ",
        "e\u0301 is é",
        "👨‍👩‍👧 العربية 人",
    ],
)
@pytest.mark.parametrize("pictures", [0, 1])
def test_a_text_is_recognised_whatever_the_platform_made_of_it(
    server: XServer, tmp_path: Path, text: str, pictures: int
) -> None:
    """Links come back shortened, signs as HTML, pictures as one more link; not recognised means a person at night."""
    since, adapter = now(), adapter_for(server)
    message = worded(text, media=tuple(picture(tmp_path, f"{n}.jpg") for n in range(pictures)))
    receipt = made(adapter.publish(message, "k", MemoryProgress()))
    found = adapter.find(message, "k", since, MemoryProgress())
    assert found is not None
    assert found.remote_id == receipt.remote_id
    assert adapter.find(worded(f"{text}."), "k", since, MemoryProgress()) is None


def test_a_post_with_another_number_of_pictures_is_another_post(server: XServer, tmp_path: Path) -> None:
    """The same words without the card are not what was approved."""
    adapter, since = adapter_for(server), now()
    server.write(MESSAGE.text)
    with_picture = replace(MESSAGE, media=(picture(tmp_path),))
    assert adapter.find(with_picture, "k", since, MemoryProgress()) is None


def test_a_reply_with_the_same_words_is_not_our_post(server: XServer) -> None:
    """Only a post that stands alone can be the first part."""
    first = server.write("somebody's question")
    server.write(MESSAGE.text, reply_to=first)
    assert adapter_for(server).find(MESSAGE, "k", now(), MemoryProgress()) is None


def test_posts_are_looked_for_through_all_pages_and_the_oldest_is_ours(server: XServer) -> None:
    """On the day an account may post a lot; the second with the same words is somebody else's."""
    since = now()
    first = server.write(MESSAGE.text)
    server.write(MESSAGE.text)
    for number in range(150):
        server.write(f"post {number}")
    found = adapter_for(server).find(MESSAGE, "k", since, MemoryProgress())
    assert found is not None
    assert found.remote_id == first
    assert len(found.evidence["also_found"]) == 1  # type: ignore[arg-type]


def test_an_old_post_with_the_same_words_is_not_ours(server: XServer) -> None:
    """Last year's post must not pass for this year's."""
    server.write(MESSAGE.text)
    assert adapter_for(server).find(MESSAGE, "k", now() + timedelta(hours=1), MemoryProgress()) is None


@pytest.mark.parametrize(
    "reply", [problem(500), problem(429), problem(403), problem(404), Reply(), reply_json({}), reply_json({"meta": {}})]
)
def test_what_cannot_be_told_for_certain_is_a_failure(server: XServer, reply: Reply) -> None:
    """'Not there' ends in another decision than 'not known'."""
    adapter = adapter_for(server)
    me = adapter.whoami().remote_id
    server.will_fail(reply, method="GET", path=f"/2/users/{me}/tweets")
    with pytest.raises(Failure):
        adapter.find(MESSAGE, "k", now(), MemoryProgress())


def test_a_server_that_asks_for_the_new_names_is_asked_by_them(server: XServer) -> None:
    """The documents are in two minds about the name of one parameter."""
    server.fields = "post"
    since, adapter = now(), adapter_for(server, fields="post")
    receipt = made(adapter.publish(MESSAGE, "k", MemoryProgress()))
    assert adapter.find(MESSAGE, "k", since, MemoryProgress()) == receipt


# -- counts, deleting ----------------------------------------------------------------------------------------------


def test_counts_are_read_a_hundred_at_a_time(server: XServer) -> None:
    """Reading is paid by the post and limited by the call."""
    ids = [server.write(f"post {number}") for number in range(101)]
    server.react(ids[0], like_count=3, reply_count=2, retweet_count=1, quote_count=4, bookmark_count=5)
    server.react(ids[0], impression_count=600)
    answers = adapter_for(server).measure([*ids, "no id", "17"])
    counted = {one.metric: one.value for one in readings(answers) if one.remote_id == ids[0]}
    assert counted == {"likes": 3, "comments": 2, "shares": 1, "quotes": 4, "saves": 5, "views": 600}
    assert [one.remote_id for one in answers if isinstance(one, Gone)] == ["17"]
    assert [one.path for one in server.requests] == [POSTS, POSTS]


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ({"repost_count": 2}, {"shares": 2}),
        ({"like_count": None, "quote_count": "3", "impression_count": True, "bookmark_count": -1}, {}),
        (None, {}),
    ],
)
def test_only_counts_that_were_given_are_read(server: XServer, told: Any, counted: dict[str, int]) -> None:
    """The name of one count is changing; a zero that nobody counted is a lie in the report."""
    server.will_fail(reply_json({"data": [{"id": "17", "public_metrics": told}]}), method="GET", path=POSTS)
    found = readings(adapter_for(server).measure(["17"]))
    assert {one.metric: one.value for one in found} == counted


@pytest.mark.parametrize("kind", ["not-authorized-for-resource", "disallowed-resource"])
def test_a_post_that_may_not_be_read_is_not_gone(server: XServer, kind: str) -> None:
    """Withheld or protected is not deleted."""
    told = {"errors": [{"resource_id": "17", "type": f"https://api.x.com/2/problems/{kind}"}]}
    server.will_fail(reply_json(told), method="GET", path=POSTS)
    assert list(adapter_for(server).measure(["17"])) == []


@pytest.mark.parametrize("reply", [problem(500), problem(401), reply_json({"data": {"deleted": False}})])
def test_a_post_that_was_not_deleted_is_not_said_to_be(server: XServer, reply: Reply) -> None:
    """Consent was withdrawn: only 'it is gone' counts."""
    remote_id = server.write("to be gone")
    server.will_fail(reply, method="DELETE", path=f"{POSTS}/{remote_id}")
    with pytest.raises(Failure):
        adapter_for(server).delete(remote_id)


# -- tokens --------------------------------------------------------------------------------------------------------


def test_tokens_that_have_run_out_are_renewed_and_kept_before_they_are_used(rotating: XServer) -> None:
    """A refresh token is good once: one that is used and not kept locks the account out for good."""
    kept = tokens_of(rotating, access_token="run-out-long-ago")
    receipt = made(with_tokens(rotating, kept).publish(MESSAGE, "k", MemoryProgress()))
    assert receipt.remote_id == rotating.accepted[0].remote_id
    assert rotating.tokens is not None
    assert json.loads(kept.value)["refresh_token"] == rotating.tokens.refresh_token
    assert json.loads(kept.value)["client_secret"] == "a-client-secret"
    assert len(rotating.accepted) == 1


def test_a_place_that_cannot_keep_the_new_tokens_does_not_cost_the_old_ones(rotating: XServer) -> None:
    """An environment variable cannot be written; that must be said before the refresh token is spent."""

    class Fixed(KeptSecret):
        def save(self, secret: str) -> None:
            raise AuthExpired("cannot keep it; move the secret")

    fixed = Fixed(tokens_of(rotating, access_token="run-out").value)
    with pytest.raises(AuthExpired, match="move the secret"):
        with_tokens(rotating, fixed).publish(MESSAGE, "k", MemoryProgress())
    assert rotating.tokens is not None
    assert rotating.tokens.renewals == 0


class Full(KeptSecret):
    """A place whose disk is full at the second saving."""

    def save(self, secret: str) -> None:
        self.saved.append(secret)
        if len(self.saved) == 2:
            raise AuthExpired("the disk is full")
        self.value = secret


def test_new_tokens_that_could_not_be_kept_are_kept_at_the_next_try(rotating: XServer) -> None:
    """A disk that was full for a minute must not lock the account out."""
    kept = Full(tokens_of(rotating, access_token="run-out").value)
    adapter = with_tokens(rotating, kept)
    with pytest.raises(AuthExpired, match="disk is full"):
        adapter.publish(MESSAGE, "k", MemoryProgress())
    assert rotating.accepted == ()
    made(adapter.publish(MESSAGE, "k", MemoryProgress()))
    assert rotating.tokens is not None
    assert (rotating.tokens.renewals, json.loads(kept.value)["access_token"]) == (1, rotating.tokens.access_token)


def test_tokens_that_were_connected_anew_are_not_overwritten_by_older_ones(rotating: XServer) -> None:
    """Whoever mends an account by hand must find it mended tomorrow too."""
    kept = Full(tokens_of(rotating, access_token="run-out").value)
    adapter = with_tokens(rotating, kept)
    with pytest.raises(AuthExpired, match="disk is full"):
        adapter.whoami()
    assert rotating.tokens is not None
    rotating.tokens.refresh_token = "a-refresh-token-of-today"
    kept.value = tokens_of(rotating, access_token="run-out-too", refresh_token="a-refresh-token-of-today").value
    assert adapter.whoami().handle == "iomgeorgia"
    assert json.loads(kept.value)["access_token"] == rotating.tokens.access_token
    assert rotating.tokens.renewals == 2


def test_many_senders_renew_the_tokens_once(rotating: XServer) -> None:
    """Two renewals with one refresh token are one too many: the platform may revoke them all."""
    adapter = with_tokens(rotating, tokens_of(rotating, access_token="run-out"))
    together = threading.Barrier(8)

    def post(number: int) -> object:
        together.wait()
        return adapter.publish(worded(f"post {number}"), "k", MemoryProgress())

    with ThreadPoolExecutor(8) as senders:
        assert len(list(senders.map(post, range(8)))) == 8
    assert rotating.tokens is not None
    assert rotating.tokens.renewals == 1
    assert len(rotating.accepted) == 8


def test_tokens_that_another_process_has_renewed_are_used(rotating: XServer) -> None:
    """The command line and the daemon share the place where the tokens are kept."""
    kept = tokens_of(rotating, access_token="run-out")
    adapter, other = with_tokens(rotating, kept), with_tokens(rotating, kept)
    other.whoami()
    adapter.whoami()
    assert rotating.tokens is not None
    assert rotating.tokens.renewals == 1


@pytest.mark.parametrize(
    ("given", "ends_on"),
    [
        ({}, None),
        ({"expires_at": "2027-07-30T09:00:00+00:00"}, None),
        ({"expires_at": "2027-07-30T09:00:00+00:00", "refresh_expires_at": "2027-08-01"}, 1),
        ({"expires_at": "2027-07-30T09:00:00+00:00", "refresh_token": ""}, 30),
    ],
)
def test_the_end_of_tokens_is_told_where_it_is_kept(
    rotating: XServer, given: dict[str, str], ends_on: int | None
) -> None:
    """The access token lives for two hours and is renewed: only the end of the renewing asks for a person."""
    found = with_tokens(rotating, tokens_of(rotating, **given)).horizon()
    assert ((found.ends_at and found.ends_at.day), found.renews_from) == (ends_on, None)


def test_tokens_are_renewed_ahead_and_say_when_they_end(rotating: XServer) -> None:
    """Every renewal writes it down, whoever asked for it."""
    kept = tokens_of(rotating)
    with_tokens(rotating, kept).renew()
    found = json.loads(kept.value)
    assert rotating.tokens is not None
    assert (rotating.tokens.renewals, found["access_token"]) == (1, rotating.tokens.access_token)
    assert timedelta(hours=1.9) < datetime.fromisoformat(found["expires_at"]) - now() <= timedelta(hours=2)


def test_keys_last_and_stay(server: XServer) -> None:
    """Nobody shall be warned of what does not come."""
    adapter = adapter_for(server)
    adapter.renew()
    assert adapter.horizon() == Horizon()
    assert server.requests == []


@pytest.mark.parametrize("missing", ["refresh_token", "client_id"])
def test_a_token_that_cannot_be_renewed_says_what_is_missing(rotating: XServer, missing: str) -> None:
    """Before the day, in words that name the scope."""
    kept = tokens_of(rotating, access_token="run-out", **{missing: ""})
    with pytest.raises(AuthExpired, match=r"offline\.access"):
        with_tokens(rotating, kept).whoami()


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (reply_json({"error": "invalid_request"}, 400), AuthExpired),
        (problem(401), AuthExpired),
        (problem(429), Retryable),
        (problem(503), Retryable),
        (reply_json({"token_type": "bearer"}), Retryable),
        (reply_json({"refresh_token": "half-of-a-pair-that-is-new"}), Retryable),
    ],
)
def test_a_renewal_that_fails_is_no_doubt(rotating: XServer, reply: Reply, failure: type[Failure]) -> None:
    """Nothing was published; and half an answer is shown to nobody."""
    rotating.will_fail(reply, path=RENEW)
    with pytest.raises(failure) as raised:
        with_tokens(rotating, tokens_of(rotating, access_token="run-out")).publish(MESSAGE, "k", MemoryProgress())
    for secret in (REFRESH, "a-client-secret", "half-of-a-pair"):
        assert_tells_no_secret(raised.value, secret)
    assert rotating.accepted == ()


# -- what is told --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [None, problem(401, f"{TOKEN} is wrong"), problem(500), Reply(body=TOKEN.encode())])
def test_no_secret_is_told(
    server: XServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, reply: Reply | None
) -> None:
    """Not in a log at its most talkative, nor in an error, its evidence or what is kept of the delivery."""
    caplog.set_level(logging.DEBUG)
    progress = MemoryProgress()
    if reply:
        server.will_fail(reply, path=POSTS)
    shown = ""
    try:
        adapter_for(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", progress)
    except Failure as failure:
        shown = f"{failure} {failure!r} {failure.evidence} {failure.__cause__!r} {failure.__context__!r}"
    shown += caplog.text + json.dumps(dict(progress.saved))
    for secret in asdict(keys_of(TOKEN)).values():
        assert secret not in shown


def test_no_token_is_told_where_tokens_rotate(rotating: XServer, caplog: pytest.LogCaptureFixture) -> None:
    """The library would write the token into its log."""
    caplog.set_level(logging.DEBUG)
    kept = tokens_of(rotating, access_token="run-out-long-ago")
    with_tokens(rotating, kept).publish(MESSAGE, "k", MemoryProgress())
    for secret in (TOKEN, REFRESH, "run-out-long-ago", *json.loads(kept.value).values()):
        assert secret == "july30" or secret not in caplog.text


# -- limits --------------------------------------------------------------------------------------------------------


def test_an_accounts_options_are_its_limits(server: XServer) -> None:
    """Accounts that pay may write more, and a mission that pays by the link may do without."""
    assert adapter_for(server).limits() == LIMITS
    assert adapter_for(server, text_max="4000").limits().text[0].max == 4000
    assert adapter_for(server, links="no").limits().links_max == 0


def test_an_account_without_links_refuses_a_text_that_holds_one(server: XServer) -> None:
    """A link costs thirteen times as much; also one that is written without its scheme."""
    limits = adapter_for(server, links="no").limits()
    codes = [one.code for one in check(worded("see iom.int"), limits)]
    assert codes == ["too_many_links"]


def test_texts_are_counted_as_the_platform_counts() -> None:
    """The same words are short here and long there."""
    count, limit = length("https://iom.int/a/long/address 👋", LIMITS, with_media=False)
    assert (count, limit.max) == (26, 280)


def test_the_numbers_in_the_limits_are_those_of_the_facts() -> None:
    """The number that is checked and the number that is documented must not drift apart."""
    told = {fact.name: fact.value for fact in X.profile.facts}
    assert told["text"] == str(LIMITS.text[0].max)
    assert told["link"] == str(LIMITS.text[0].link_length)
    assert told["parts of a thread"] == str(LIMITS.parts_max)
    assert told["images"] == str(LIMITS.images_max)
    assert told["image size"] == str(LIMITS.image_bytes_max)
    assert LIMITS.alt_text is not None
    assert told["alt text"] == str(LIMITS.alt_text.max)

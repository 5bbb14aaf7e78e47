"""What the Bluesky adapter makes of a strict server's answers, and of a strict server's silence."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.bluesky import Bluesky
from adapters.bluesky_counts import BATCH_POSTS
from adapters.bluesky_profile import LIMITS
from adapters.bluesky_record import place_for
from adapters.contract import Ambiguous, AuthExpired, Duplicate, Failure, Gone, Receipt, Rejected, Retryable, Stopped
from adapters.http import Http
from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.server import Mishap, Reply, reply_json
from posts.check import length
from posts.limits import Unit
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, now, picture, readings
from tests.adapters.raw_server import RawServer, reset
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

PUT = "/xrpc/com.atproto.repo.putRecord"
GET = "/xrpc/com.atproto.repo.getRecord"
UPLOAD = "/xrpc/com.atproto.repo.uploadBlob"
LOGIN = "/xrpc/com.atproto.server.createSession"
RENEW = "/xrpc/com.atproto.server.refreshSession"
COUNTS = "/xrpc/app.bsky.feed.getPosts"
SECRET = json.dumps({"identifier": "@iom.test", "password": TOKEN})
THREAD = replace(MESSAGE, parts=("one", "two", "three"))
LATER = {"RateLimit-Limit": "5000", "RateLimit-Remaining": "0", "RateLimit-Policy": "5000;w=3600"}


@pytest.fixture
def server() -> Iterator[BlueskyServer]:
    with BlueskyServer(TOKEN) as server:
        yield server


def adapter_for(server: BlueskyServer, secret: str = SECRET, **options: str) -> Bluesky:
    where = account(base_url=server.url, options=options)
    return Bluesky(where, KnownSecret(secret), http=Http(server.url, read_timeout_s=2))


def told(error: str, status: int = 400, **headers: str) -> Reply:
    """An error as this platform tells of it."""
    return replace(reply_json({"error": error, "message": f"why {error}"}, status), headers=headers)


def made(receipt: object) -> Receipt:
    assert isinstance(receipt, Receipt)
    return receipt


# -- publishing ----------------------------------------------------------------------------------------------------


def test_a_record_says_what_the_message_says(server: BlueskyServer, tmp_path: Path) -> None:
    """Text, language, pictures in order with their shape and alt texts: what was approved is what is seen."""
    media = (picture(tmp_path, "a.png", alt_text="первая ҷ"), picture(tmp_path, "b.jpg", shade=9, alt_text=""))
    adapter_for(server).publish(replace(MESSAGE, media=media, language="uz-Latn"), "key-1", MemoryProgress())
    (accepted,) = server.accepted
    assert accepted.record["text"] == MESSAGE.text
    assert accepted.record["langs"] == ["uz-Latn"]
    images = accepted.record["embed"]["images"]
    assert [one["alt"] for one in images] == ["первая ҷ", ""]
    assert [one["aspectRatio"] for one in images] == [{"width": 8, "height": 10}] * 2
    assert [one["image"]["mimeType"] for one in images] == ["image/png", "image/jpeg"]


def test_a_post_says_when_it_was_made_by_the_servers_clock(server: BlueskyServer) -> None:
    """Readers see posts in that order; a machine whose clock is wrong must not post into the past."""
    before = now() - timedelta(seconds=2)
    adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    made_at = server.accepted[0].record["createdAt"]
    assert before.isoformat() < made_at.replace("Z", "+00:00") <= now().isoformat()


@pytest.mark.parametrize(("language", "sent"), [("ka", ["ka"]), ("uz-Cyrl", ["uz-Cyrl"]), ("", None), ("?", None)])
def test_only_a_language_tag_is_sent(server: BlueskyServer, language: str, sent: list[str] | None) -> None:
    """Anything else would have the post refused."""
    adapter_for(server).publish(replace(MESSAGE, language=language), "k", MemoryProgress())
    assert server.accepted[0].record.get("langs") == sent


@pytest.mark.parametrize(("options", "card"), [({}, True), ({"link_card": "no"}, False)])
def test_a_link_has_a_card_unless_the_account_wants_none(
    server: BlueskyServer, options: dict[str, str], card: bool
) -> None:
    """The whole address is seen, and nothing is fetched from it."""
    adapter_for(server, **options).publish(
        replace(MESSAGE, link="https://www.iom.example/ge?a=1"), "k", MemoryProgress()
    )
    embed = server.accepted[0].record.get("embed")
    wanted = {"uri": "https://www.iom.example/ge?a=1", "title": "iom.example/ge?a=1", "description": ""}
    assert (embed and embed["external"]) == (wanted if card else None)


def test_in_a_thread_the_card_is_where_the_link_is(server: BlueskyServer, tmp_path: Path) -> None:
    """Under the first part there may be pictures; the link stands in the last."""
    link = "https://iom.example/ge"
    message = replace(MESSAGE, parts=("one", f"two\n{link}"), link=link, media=(picture(tmp_path),))
    adapter_for(server).publish(message, "k", MemoryProgress())
    kinds = [one.record["embed"]["$type"] for one in server.accepted]
    assert kinds == ["app.bsky.embed.images", "app.bsky.embed.external"]


def test_pictures_leave_no_room_for_a_card(server: BlueskyServer, tmp_path: Path) -> None:
    """A post shows one or the other."""
    message = replace(MESSAGE, link="https://iom.example/ge", media=(picture(tmp_path),))
    adapter_for(server).publish(message, "k", MemoryProgress())
    assert server.accepted[0].record["embed"]["$type"] == "app.bsky.embed.images"


def test_a_name_that_can_be_resolved_is_a_mention_and_another_stays_text(server: BlueskyServer) -> None:
    """A wrong mention is worse than none, and no mention is worth a lost post."""
    words = "with @iom.test and @nobody.example"
    adapter_for(server).publish(replace(MESSAGE, parts=(words,)), "k", MemoryProgress())
    (facet,) = server.accepted[0].record["facets"]
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": server.did}]


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.GARBAGE, Reply(status=502)])
def test_names_that_nobody_tells_of_do_not_keep_the_post(server: BlueskyServer, mishap: Mishap | Reply) -> None:
    """The words matter, not who is rung up by them."""
    server.will_fail(mishap, method="GET", path="/xrpc/com.atproto.identity.resolveHandle")
    receipt = adapter_for(server).publish(replace(MESSAGE, parts=("@iom.test",)), "k", MemoryProgress())
    assert isinstance(receipt, Receipt)
    assert "facets" not in server.accepted[0].record


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.HANG, Mishap.TRUNCATE, Mishap.GARBAGE])
def test_a_lost_answer_is_ambiguous_found_and_never_a_second_post(server: BlueskyServer, mishap: Mishap) -> None:
    """The server took it: whether it is looked up or sent again, there is one."""
    server.will_fail(mishap, path=PUT)
    since, adapter = now(), adapter_for(server)
    with pytest.raises(Ambiguous):
        adapter.publish(MESSAGE, "k", MemoryProgress())
    found = made(adapter.find(MESSAGE, "k", since, MemoryProgress()))
    again = made(adapter.publish(MESSAGE, "k", MemoryProgress()))
    assert [one.uri for one in server.accepted] == [found.remote_id] == [again.remote_id]


def test_a_request_that_arrives_late_is_adopted(server: BlueskyServer) -> None:
    """The first call may reach the server after we have looked: the second must not become another post."""
    place = place_for(server.did, "k")
    server.will_fail(told("RecordNotFound"), method="GET", path=GET)
    server.write(place.uri, MESSAGE.text)
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    assert receipt.remote_id == place.uri
    assert server.public == 1


def test_a_late_request_that_cannot_be_seen_is_a_duplicate(server: BlueskyServer) -> None:
    """The server says that it has something under our key: only looking tells what."""
    server.write(place_for(server.did, "k").uri, MESSAGE.text)
    server.will_fail(told("RecordNotFound"), method="GET", path=GET)
    server.will_fail(Reply(status=503), method="GET", path=GET)
    with pytest.raises(Duplicate):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())


@pytest.mark.parametrize("hidden", [0, 1])
def test_another_text_under_our_key_is_never_overwritten_nor_taken_for_ours(server: BlueskyServer, hidden: int) -> None:
    """An earlier version is out: a person must take it down first, and know where."""
    place = place_for(server.did, "k")
    server.write(place.uri, "an earlier version")
    server.will_fail(told("RecordNotFound"), method="GET", path=GET, times=hidden)
    with pytest.raises(Rejected, match=place.rkey):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    with pytest.raises(Ambiguous, match="another version"):
        adapter_for(server).find(MESSAGE, "k", now(), MemoryProgress())
    assert server.accepted == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"<html>It works!</html>",
        b'{"cid": "bafy"}',
        b'{"uri": "at://did:plc:other/app.bsky.feed.post/3l", "cid": "bafy"}',
    ],
)
def test_success_without_our_own_address_is_no_success(server: BlueskyServer, body: bytes) -> None:
    """A false 'published' is worse than a question to a person."""
    server.will_fail(Reply(status=200, body=body), path=PUT)
    with pytest.raises(Ambiguous) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.http_status == 200


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (told("AccountTakedown"), AuthExpired),
        (told("AccountDeactivated"), AuthExpired),
        (Reply(status=403), AuthExpired),
        (told("InvalidRequest"), Rejected),
        (told("PayloadTooLarge", 413), Rejected),
        (Reply(status=302, headers={"Location": "https://new.example/"}), Ambiguous),
        (told("InternalServerError", 500), Ambiguous),
        (told("UpstreamFailure", 502), Ambiguous),
        (Reply(status=503), Ambiguous),
        (Reply(status=504), Ambiguous),
        (Reply(status=503, headers={"Retry-After": "9"}), Retryable),
        (told("BlobNotFound"), Retryable),
    ],
)
def test_a_refused_record_is_one_of_four_failures(server: BlueskyServer, reply: Reply, failure: type[Failure]) -> None:
    """Each leads to somebody else: the officer, the account's owner, the clock, the look-up."""
    server.will_fail(reply, path=PUT)
    with pytest.raises(failure) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert server.accepted == ()
    assert_tells_no_secret(raised.value, TOKEN)


def test_a_limit_says_when_it_ends_by_the_servers_clock(server: BlueskyServer) -> None:
    """5,000 points an hour: whoever asks sooner is refused again."""
    date = "Fri, 30 Jul 2027 05:10:00 GMT"
    server.will_fail(told("RateLimitExceeded", 429, Date=date, **LATER, **{"RateLimit-Reset": "1816924440"}), path=PUT)
    with pytest.raises(Retryable) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.after == timedelta(minutes=4)
    assert isinstance(raised.value.evidence["headers"], dict)
    assert raised.value.evidence["headers"]["ratelimit-remaining"] == "0"


def test_nothing_that_left_is_told_from_nothing_that_arrived() -> None:
    """Refused connections are harmless; a reset after the body is not."""
    with RawServer(reset) as raw:
        url = raw.url
        adapter = Bluesky(account(base_url=url, handle="iom.test"), KnownSecret())
        with pytest.raises(Retryable, match="no whole answer"):
            adapter.publish(MESSAGE, "k", MemoryProgress())
    with pytest.raises(Retryable, match="could not be reached"):
        adapter.publish(MESSAGE, "k", MemoryProgress())


def test_a_server_without_a_clock_is_not_guessed_at(server: BlueskyServer) -> None:
    """A post with an invented time would be hidden among last year's."""
    server.will_fail(told("RecordNotFound"), method="GET", path=GET)
    server.will_fail(told("RecordNotFound", Date="soon"), method="GET", path=GET)
    adapter = adapter_for(server)
    assert adapter.find(MESSAGE, "k", now(), MemoryProgress()) is None
    with pytest.raises(Retryable, match="what time it is"):
        adapter.publish(MESSAGE, "k", MemoryProgress())


def test_the_text_is_counted_as_the_server_counts_it(server: BlueskyServer) -> None:
    """Its two limits hold at once: 200 families are 200 characters and far more than 3,000 bytes."""
    adapter, family = adapter_for(server), "👩\u200d👩\u200d👧"
    used, limit = length(family * 200, adapter.limits(), with_media=False)
    assert (used, limit.unit, limit.max) == (3600, Unit.BYTES, 3000)
    for text, fits in ((family * 166, True), (family * 167, False), ("ა" * 300, True), ("ა" * 301, False)):
        message = replace(MESSAGE, parts=(text,))
        if fits:
            adapter.publish(message, text, MemoryProgress())
        else:
            with pytest.raises(Rejected, match="too big"):
                adapter.publish(message, text, MemoryProgress())


def test_the_numbers_that_are_checked_are_those_that_are_documented() -> None:
    """Whoever corrects one must find the other."""
    facts = {fact.name: fact.value for fact in Bluesky.profile.facts}
    graphemes, size = LIMITS.text
    assert LIMITS.alt_text is not None
    checked = {
        "text": graphemes.max,
        "text size": size.max,
        "images": LIMITS.images_max,
        "image size": LIMITS.image_bytes_max,
        "alt text": LIMITS.alt_text.max,
        "counts": BATCH_POSTS,
    }
    assert checked == {name: int(facts[name]) for name in checked}


def test_an_older_servers_picture_limit_is_an_option(server: BlueskyServer) -> None:
    """Some servers still refuse what is larger than 1,000,000 bytes; the check must know before anybody approves."""
    assert adapter_for(server).limits().image_bytes_max == LIMITS.image_bytes_max
    assert adapter_for(server, image_bytes_max="1000000").limits().image_bytes_max == 1_000_000


def test_an_option_that_is_no_number_names_the_account_and_the_option(server: BlueskyServer) -> None:
    """A typing error in the configuration must not become a picture that is refused on the day."""
    with pytest.raises(Rejected, match=r"ge-test.*image_bytes_max"):
        adapter_for(server, image_bytes_max="1 MB").publish(MESSAGE, "k", MemoryProgress())
    assert server.requests == []


# -- pictures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.GARBAGE, Mishap.TRUNCATE, Reply(status=500)])
def test_a_failed_upload_is_tried_again(server: BlueskyServer, tmp_path: Path, mishap: Mishap | Reply) -> None:
    """An orphan picture harms nobody; nothing was public."""
    server.will_fail(mishap, path=UPLOAD)
    progress = MemoryProgress()
    with pytest.raises(Retryable):
        adapter_for(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", progress)
    assert progress.steps == []


def test_a_picture_that_the_server_threw_away_is_uploaded_again(server: BlueskyServer, tmp_path: Path) -> None:
    """Unused pictures live for minutes; a post that waits out a limit must still go out with its picture."""
    message, adapter, progress = replace(MESSAGE, media=(picture(tmp_path),)), adapter_for(server), MemoryProgress()
    server.will_fail(Reply(status=429), path=PUT)
    with pytest.raises(Retryable):
        adapter.publish(message, "k", progress)
    server.forget_pictures()
    with pytest.raises(Retryable, match="picture is gone"):
        adapter.publish(message, "k", progress)
    assert isinstance(adapter.publish(message, "k", progress), Receipt)
    assert (server.uploads, server.public) == (2, 1)


def test_a_file_that_is_no_picture_is_refused(server: BlueskyServer, tmp_path: Path) -> None:
    """The text must never go out without its picture."""
    (tmp_path / "card.jpg").write_text("no picture")
    broken = replace(picture(tmp_path / "other"), path=tmp_path / "card.jpg", sha256="")
    with pytest.raises(Rejected):
        adapter_for(server).publish(replace(MESSAGE, media=(broken,)), "k", MemoryProgress())
    assert server.accepted == ()


# -- sessions ------------------------------------------------------------------------------------------------------


def test_many_posts_need_one_login(server: BlueskyServer) -> None:
    """A server allows 300 logins a day."""
    adapter = adapter_for(server)
    for number in range(5):
        adapter.publish(MESSAGE, f"k{number}", MemoryProgress())
    adapter.whoami()
    assert (server.logins, server.renewals) == (1, 0)


@pytest.mark.parametrize(("renewable", "logins", "renewals"), [(True, 1, 1), (False, 2, 0)])
def test_a_session_that_has_run_out_is_renewed_and_then_opened_anew(
    server: BlueskyServer, renewable: bool, logins: int, renewals: int
) -> None:
    """It lasts two hours; the post that meets the end of it must not fail."""
    adapter = adapter_for(server)
    adapter.whoami()
    server.run_out(renewable=renewable)
    assert isinstance(adapter.publish(MESSAGE, "k", MemoryProgress()), Receipt)
    assert (server.logins, server.renewals, server.public) == (logins, renewals, 1)


@pytest.mark.parametrize("status", [400, 401])
def test_a_session_that_ends_right_at_posting_is_renewed(server: BlueskyServer, status: int) -> None:
    """The refused call was not carried out: nothing is unclear, and nothing is sent twice."""
    server.will_fail(told("ExpiredToken", status), path=PUT)
    progress = MemoryProgress()
    assert isinstance(adapter_for(server).publish(MESSAGE, "k", progress), Receipt)
    assert (server.renewals, server.public, progress.steps) == (1, 1, ["posting"])


def test_many_senders_log_in_once_and_renew_once(server: BlueskyServer) -> None:
    """At 09:00 sixty-four posts meet a session that ran out overnight; thirty logins in five minutes are allowed."""
    adapter = Bluesky(account(base_url=server.url), KnownSecret(SECRET))
    for expected in ((1, 0), (1, 1)):
        with ThreadPoolExecutor(32) as senders:
            keys = [f"{expected} {number}" for number in range(32)]
            assert all(senders.map(lambda key: adapter.publish(MESSAGE, key, MemoryProgress()), keys))
        assert (server.logins, server.renewals) == expected
        server.run_out()
    assert server.public == 64


def test_a_session_that_is_refused_again_is_the_accounts_fault(server: BlueskyServer) -> None:
    """One alert for the account, not one for each post."""
    server.will_fail(told("ExpiredToken"), path=PUT, times=2)
    with pytest.raises(AuthExpired):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())


def test_a_renewal_that_fails_is_tried_again_later_without_a_login(server: BlueskyServer) -> None:
    """A server in trouble must not cost us the day's logins."""
    adapter = adapter_for(server)
    adapter.whoami()
    server.run_out()
    server.will_fail(Reply(status=503), path=RENEW)
    with pytest.raises(Retryable):
        adapter.publish(MESSAGE, "k", MemoryProgress())
    assert server.logins == 1
    assert isinstance(adapter.publish(MESSAGE, "k", MemoryProgress()), Receipt)
    assert (server.logins, server.renewals) == (1, 1)


def test_the_limit_of_logins_is_waited_for(server: BlueskyServer) -> None:
    """It is no fault of the account."""
    server.will_fail(told("RateLimitExceeded", 429, **{"Retry-After": "290"}), path=LOGIN)
    with pytest.raises(Retryable) as raised:
        adapter_for(server).whoami()
    assert raised.value.after == timedelta(seconds=290)


@pytest.mark.parametrize(
    "secret", ["", "[]", '{"identifier": "iom.test"}', '{"password": ""}', '{"identifier": 1, "password": 2}', "alone"]
)
def test_a_secret_that_is_not_whole_is_the_accounts_fault(server: BlueskyServer, secret: str) -> None:
    """An empty environment variable must not be an error of every post."""
    with pytest.raises(AuthExpired, match="not whole"):
        adapter_for(server, secret).whoami()
    assert server.requests == []


@pytest.mark.parametrize("status", [400, 401])
def test_the_accounts_own_password_is_told_from_an_app_password(server: BlueskyServer, status: int) -> None:
    """With a second factor that one opens nothing unattended; 'connect it again' alone would lead to the same again."""
    server.will_fail(told("AuthFactorTokenRequired", status), path=LOGIN)
    with pytest.raises(AuthExpired, match="make an app password"):
        adapter_for(server).whoami()


def test_every_renewal_uses_the_token_that_the_last_one_gave(server: BlueskyServer) -> None:
    """A renewal token works once; the old one again would end the session, and cost a login."""
    adapter = adapter_for(server)
    for _ in range(3):
        adapter.whoami()
        server.run_out()
    adapter.whoami()
    assert (server.logins, server.renewals) == (1, 3)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"did": "did:plc:x", "accessJwt": "half-a-session-token"}'])
def test_a_login_without_a_session_shows_nothing_of_it(server: BlueskyServer, body: bytes) -> None:
    """Half a session is a secret too."""
    server.will_fail(Reply(status=200, body=body), path=LOGIN)
    with pytest.raises(Retryable, match="without a session") as raised:
        adapter_for(server).whoami()
    assert_tells_no_secret(raised.value, "half-a-session-token")


def test_no_secret_leaves_the_adapter(
    server: BlueskyServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """No password or session stands in progress, receipts, failures or logs, even where a server repeats it."""
    caplog.set_level(0)
    adapter, progress = adapter_for(server), MemoryProgress()
    message = replace(THREAD, media=(picture(tmp_path),))
    seen = [repr(adapter.publish(message, "k", progress)), repr(progress.saved), repr(adapter), repr(vars(adapter))]
    for path in (PUT, UPLOAD, LOGIN, RENEW):
        if path == RENEW:
            server.run_out()
        words = {LOGIN: TOKEN, RENEW: server.issued[-1]}.get(path, " ".join(server.issued))
        server.will_fail(reply_json({"error": "Odd", "message": words}, 418), path=path)
        with pytest.raises(Failure, match=r"\[hidden\]") as raised:
            (adapter if path != LOGIN else adapter_for(server)).publish(message, path, MemoryProgress())
        seen.append(f"{raised.value!r} {raised.value.evidence}")
    shown = " ".join([*seen, caplog.text, *capfd.readouterr()])
    assert not [one for one in (TOKEN, *server.issued) if one in shown]


# -- threads -------------------------------------------------------------------------------------------------------


def test_a_thread_is_one_part_after_the_other(server: BlueskyServer, tmp_path: Path) -> None:
    """Each part answers the one before it, under the same first; pictures and card go with the first."""
    receipt = made(adapter_for(server).publish(replace(THREAD, media=(picture(tmp_path),)), "k", MemoryProgress()))
    one, two, three = server.accepted
    assert receipt.parts == (one.uri, two.uri, three.uri)
    assert receipt.remote_id == one.uri
    assert two.record["reply"] == {"root": {"uri": one.uri, "cid": one.cid}, "parent": {"uri": one.uri, "cid": one.cid}}
    assert three.record["reply"]["parent"]["uri"] == two.uri
    assert ["embed" in part.record for part in server.accepted] == [True, False, False]
    assert one.record["createdAt"] < two.record["createdAt"] < three.record["createdAt"]


@pytest.mark.parametrize("stop_at", ["save:picture-1", "posting", "save:part-1", "save:part-2"])
def test_a_thread_goes_on_wherever_it_was_stopped(server: BlueskyServer, tmp_path: Path, stop_at: str) -> None:
    """A crash at any step costs nothing that is out, and says nothing twice."""
    message, progress = replace(THREAD, media=(picture(tmp_path),)), MemoryProgress(stop_at=stop_at)
    with pytest.raises(Stopped):
        adapter_for(server).publish(message, "k", progress)
    resumed = MemoryProgress(saved=progress.saved)
    receipt = made(adapter_for(server).publish(message, "k", resumed))
    assert [one.record["text"] for one in server.accepted] == ["one", "two", "three"]
    assert receipt.parts == tuple(one.uri for one in server.accepted)
    assert resumed.steps.count("posting") == 1


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_thread_whose_progress_is_lost_is_completed_and_not_repeated(server: BlueskyServer, lost: int) -> None:
    """Its record keys alone tell what is out."""
    adapter = adapter_for(server)
    progress = MemoryProgress(stop_at=f"save:part-{lost}")
    if lost < 3:
        with pytest.raises(Stopped):
            adapter.publish(THREAD, "k", progress)
    receipt = made(adapter.publish(THREAD, "k", MemoryProgress()))
    assert [one.uri for one in server.accepted] == list(receipt.parts)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (told("InvalidRequest"), Ambiguous),
        (Reply(status=500), Ambiguous),
        (Reply(status=429, headers={"Retry-After": "9"}), Retryable),
        (told("AccountTakedown"), AuthExpired),
    ],
)
def test_a_thread_that_breaks_off_says_where_it_is_out(
    server: BlueskyServer, reply: Reply, failure: type[Failure]
) -> None:
    """'Not published' is no longer true, and only what may go on by itself is tried again."""
    adapter, progress = adapter_for(server), MemoryProgress(stop_at="save:part-1")
    with pytest.raises(Stopped):
        adapter.publish(THREAD, "k", progress)
    server.will_fail(reply, path=PUT)
    first = place_for(server.did, "k")
    with pytest.raises(failure, match=rf"part 2 of 3 is not out.*{first.rkey}") as raised:
        adapter.publish(THREAD, "k", MemoryProgress())
    assert raised.value.evidence["out"] == first.permalink
    assert made(adapter.find(THREAD, "k", now(), MemoryProgress())).parts == (first.uri,)
    assert len(made(adapter.publish(THREAD, "k", MemoryProgress())).parts) == 3
    assert len(server.accepted) == 3


def test_a_thread_whose_first_part_was_deleted_is_not_continued(server: BlueskyServer) -> None:
    """Answers to nothing would stand alone in public."""
    adapter, progress = adapter_for(server), MemoryProgress(stop_at="save:part-2")
    with pytest.raises(Stopped):
        adapter.publish(THREAD, "k", progress)
    adapter.delete(place_for(server.did, "k").uri)
    with pytest.raises(Rejected, match="was deleted"):
        adapter.publish(THREAD, "k", MemoryProgress(saved=progress.saved))
    assert server.public == 0


def test_a_thread_is_taken_down_whole(server: BlueskyServer) -> None:
    """A withdrawn consent covers every part; the posts beside it stay."""
    adapter = adapter_for(server)
    adapter.publish(MESSAGE, "other", MemoryProgress())
    receipt = made(adapter.publish(THREAD, "k", MemoryProgress()))
    adapter.delete(receipt.remote_id)
    assert server.public == 1


# -- finding, reading, deleting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=404),
        Reply(status=200, body=b"<html>"),
        Reply(status=200, body=b"{}"),
        told("InvalidRequest"),
        told("RepoNotFound"),
    ],
)
def test_a_look_that_fails_is_no_proof_of_absence(server: BlueskyServer, reply: Reply) -> None:
    """'Could not look' taken for 'not there' sends again."""
    server.will_fail(reply, method="GET", path=GET)
    with pytest.raises(Failure):
        adapter_for(server).find(MESSAGE, "k", now(), MemoryProgress())


def test_counts_come_in_batches_of_twenty_five(server: BlueskyServer) -> None:
    """More than 25 in one call are refused."""
    uris = [place_for(server.did, f"k{number}").uri for number in range(60)]
    for one in uris:
        server.write(one, "words")
        server.react(one, likeCount=3, repostCount=2, replyCount=1, quoteCount=0, bookmarkCount=4)
    counted = readings(adapter_for(server).measure(uris))
    assert len([one for one in server.requests if one.path == COUNTS]) == 3
    assert {one.metric: one.value for one in counted if one.remote_id == uris[59]} == {
        "likes": 3,
        "shares": 2,
        "comments": 1,
        "quotes": 0,
        "saves": 4,
    }


def test_a_server_that_cannot_ask_for_counts_gives_none(server: BlueskyServer) -> None:
    """A zero would say that nobody liked it."""
    uri = place_for(server.did, "k").uri
    server.will_fail(told("UpstreamFailure", 502), method="GET", path=COUNTS)
    with pytest.raises(Retryable):
        adapter_for(server).measure([uri])


def test_counts_are_read_elsewhere_where_the_account_says_so(server: BlueskyServer) -> None:
    """A public address needs no login, and a server of one's own may know no counts."""
    with BlueskyServer(TOKEN) as public:
        uri = place_for(server.did, "k").uri
        public.write(uri, "words")
        counted = readings(adapter_for(server, appview=public.url).measure([uri]))
    assert {one.value for one in counted} == {0}
    assert server.requests == []
    assert "authorization" not in public.requests[0].headers


def test_both_servers_tell_the_time(server: BlueskyServer) -> None:
    """Where our clock is wrong every server that tells the time is a witness."""
    heard: dict[str, datetime] = {}
    with BlueskyServer(TOKEN) as public:
        adapter = adapter_for(server, appview=public.url)
        adapter.listen(heard.__setitem__)
        adapter.measure([place_for(server.did, "k").uri])
        assert set(heard) == {server.url, public.url}


def test_a_post_that_is_left_out_is_looked_up_before_it_is_called_gone(server: BlueskyServer) -> None:
    """Counts come from another server, which is late; only the account's own server knows what is there."""
    kept, gone = (place_for(server.did, key).uri for key in ("kept", "gone"))
    server.write(kept, "words")
    server.will_fail(reply_json({"posts": []}), method="GET", path=COUNTS)
    answers = adapter_for(server).measure([kept, gone])
    assert [one.remote_id for one in answers if isinstance(one, Gone)] == [gone]
    assert readings(answers) == []


def test_a_look_that_fails_costs_no_other_post_its_counts(server: BlueskyServer) -> None:
    """What is not told is left out; the rest is counted."""
    kept, odd = (place_for(server.did, key).uri for key in ("kept", "odd"))
    server.write(kept, "words")
    server.will_fail(Reply(status=502), method="GET", path=GET)
    answers = adapter_for(server).measure([odd, kept])
    assert {one.remote_id for one in answers} == {kept}


@pytest.mark.parametrize("value", [None, "7", -1, True, 1.5])
def test_a_count_that_is_no_number_is_left_out(server: BlueskyServer, value: object) -> None:
    """Only what was counted is reported."""
    uri = place_for(server.did, "k").uri
    post = {"uri": uri, "likeCount": value, "replyCount": 2}
    server.will_fail(reply_json({"posts": [post]}), method="GET", path=COUNTS)
    assert [(one.metric, one.value) for one in readings(adapter_for(server).measure([uri]))] == [("comments", 2)]


def test_nothing_is_asked_for_no_posts(server: BlueskyServer) -> None:
    """An idle account costs no calls."""
    assert adapter_for(server).measure([]) == []
    assert server.requests == []


@pytest.mark.parametrize("remote_id", ["", "7", "at://did:plc:other/app.bsky.feed.post/2222222222222"])
def test_somebody_elses_post_cannot_be_taken_down(server: BlueskyServer, remote_id: str) -> None:
    """The refusal must reach a person."""
    with pytest.raises(Rejected):
        adapter_for(server).delete(remote_id)


def test_a_take_down_that_fails_is_told(server: BlueskyServer) -> None:
    """'It is gone' must be true."""
    uri = place_for(server.did, "k").uri
    server.write(uri, "words")
    server.will_fail(Reply(status=500), path="/xrpc/com.atproto.repo.deleteRecord")
    with pytest.raises(Retryable):
        adapter_for(server).delete(uri)


def test_an_address_as_a_browser_shows_it_names_the_record(server: BlueskyServer) -> None:
    """A person gives that one when they settle a post; without its record it is never measured nor taken down."""
    adapter = adapter_for(server)
    receipt = made(adapter.publish(MESSAGE, "k", MemoryProgress()))
    rkey = receipt.remote_id.rpartition("/")[2]
    for who in (server.handle, server.did):
        assert adapter.remote_id_at(f"https://bsky.example/profile/{who}/post/{rkey}?x=1") == receipt.remote_id
    for other in (f"https://bsky.example/profile/nobody.example/post/{rkey}", "https://bsky.example/profile/x", "x"):
        assert adapter.remote_id_at(other) is None

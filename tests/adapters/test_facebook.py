"""What the Facebook adapter makes of a strict server's answers, and of a strict server's silence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Duplicate,
    Failure,
    Gone,
    Receipt,
    Rejected,
    Restricted,
    Retryable,
    Stopped,
)
from adapters.facebook import Facebook
from adapters.facebook_profile import LIMITS
from adapters.http import Http
from adapters.scripted.facebook import PAGE, FacebookServer
from adapters.scripted.graph import error
from adapters.scripted.server import Mishap, Reply, reply_json
from posts.check import check
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, now, picture, readings
from tests.adapters.raw_server import RawServer, reset
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Message

FEED = f"/v26.0/{PAGE}/feed"
PHOTOS = f"/v26.0/{PAGE}/photos"
COMMENTED = replace(MESSAGE, first_comment="Где помощь: https://iom.example/help")
USAGE = {"X-Business-Use-Case-Usage": json.dumps({"1": [{"type": "pages", "estimated_time_to_regain_access": 19}]})}


@pytest.fixture
def server() -> Iterator[FacebookServer]:
    with FacebookServer(now, TOKEN) as server:
        yield server


def adapter_for(server: FacebookServer, secret: str = TOKEN, **options: str) -> Facebook:
    where = account(base_url=server.url, options=options)
    return Facebook(where, KnownSecret(secret), http=Http(server.url, read_timeout_s=0.5))


def made(receipt: object) -> Receipt:
    assert isinstance(receipt, Receipt)
    return receipt


def with_pictures(folder: Path, count: int = 2) -> Message:
    media = (picture(folder, f"{n}.jpg", shade=9 * n, alt_text=f"первая ҷ {n}") for n in range(count))
    return replace(MESSAGE, media=tuple(media))


# -- publishing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_a_post_shows_its_pictures_in_order_with_their_alt_texts(
    server: FacebookServer, tmp_path: Path, count: int
) -> None:
    """What was approved is what is seen; one picture goes the same two-step way as several."""
    message = with_pictures(tmp_path, count)
    adapter_for(server).publish(message, "k", MemoryProgress())
    (accepted,) = server.accepted
    assert (accepted.text, accepted.alt_texts) == (MESSAGE.text, tuple(one.alt_text for one in message.media))
    assert [one.content for one in server.photos.values()] == [one.path.read_bytes() for one in message.media]


def test_a_link_has_its_card_where_no_picture_stands_beside_it(server: FacebookServer, tmp_path: Path) -> None:
    """The platform shows one or the other, and refuses both."""
    linked = replace(MESSAGE, link="https://iom.example/ge?a=1&b=2")
    adapter_for(server).publish(linked, "k", MemoryProgress())
    adapter_for(server).publish(replace(linked, media=(picture(tmp_path),)), "k2", MemoryProgress())
    assert [(one.link, len(one.alt_texts)) for one in server.accepted] == [(linked.link, 0), ("", 1)]


def test_a_receipt_leads_to_the_post(server: FacebookServer) -> None:
    """Officers click on it."""
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    assert receipt.permalink == f"https://www.facebook.com/{receipt.remote_id.replace('_', '/posts/')}"
    assert receipt.parts == (receipt.remote_id,)


def test_pictures_of_yesterday_are_uploaded_again(server: FacebookServer, tmp_path: Path) -> None:
    """They are kept for a day; a post held for a weekend must still go out with its pictures and their alt texts."""
    message, adapter, progress = with_pictures(tmp_path), adapter_for(server), MemoryProgress()
    server.will_fail(error(4, "Application request limit reached"), path=FEED)
    with pytest.raises(Retryable):
        adapter.publish(message, "k", progress)
    server.forget_photos()
    with pytest.raises(Retryable, match="an uploaded picture is gone"):
        adapter.publish(message, "k", progress)
    made(adapter.publish(message, "k", progress))
    assert [len(one.alt_texts) for one in server.accepted] == [2]


def test_fresh_pictures_that_the_platform_does_not_take_are_refused(server: FacebookServer, tmp_path: Path) -> None:
    """To upload them for ever would end in a block."""
    server.will_fail(error(100, "Invalid parameter: the attached media"), path=FEED)
    with pytest.raises(Rejected, match="attached media"):
        adapter_for(server).publish(with_pictures(tmp_path), "k", MemoryProgress())


@pytest.mark.parametrize(
    "mishap", [Mishap.CLOSE, Mishap.GARBAGE, Mishap.TRUNCATE, error(2), error(190), Reply(status=500)]
)
def test_a_failed_upload_is_no_doubt(server: FacebookServer, tmp_path: Path, mishap: Mishap | Reply) -> None:
    """A picture that nobody sees harms nobody; nothing was public."""
    server.will_fail(mishap, path=PHOTOS)
    progress = MemoryProgress()
    with pytest.raises((Retryable, AuthExpired)):
        adapter_for(server).publish(with_pictures(tmp_path), "k", progress)
    assert progress.steps == []


def test_a_picture_that_was_posted_before_makes_no_duplicate_of_the_post(
    server: FacebookServer, tmp_path: Path
) -> None:
    """To be looked up as if the post itself were out would end in 'perhaps' where it is surely not."""
    server.will_fail(error(100, "These photos were already posted", subcode=1366051), path=PHOTOS)
    with pytest.raises(Rejected, match="already posted"):
        adapter_for(server).publish(with_pictures(tmp_path), "k", MemoryProgress())


@pytest.mark.parametrize("version", ["26", "v26", "latest", "v26.0/me"])
def test_an_unknown_version_names_the_account_and_the_option(server: FacebookServer, version: str) -> None:
    """A typing error in the configuration is told before the first byte leaves."""
    with pytest.raises(Rejected, match=r"ge-test.*version"):
        adapter_for(server, version=version).publish(MESSAGE, "k", MemoryProgress())
    assert server.requests == []


def test_the_version_is_the_accounts_to_choose(server: FacebookServer) -> None:
    """Each lives for two years, and the program may be older than that."""
    server.version = "v27.0"
    made(adapter_for(server, version="v27.0").publish(MESSAGE, "k", MemoryProgress()))


def test_what_is_called_full_is_taken_and_one_unit_more_is_refused_by_both(server: FacebookServer) -> None:
    """The platform must mean the same number as the program that shows it."""
    most, adapter = LIMITS.text[0].max, adapter_for(server)
    full = "ҷ👋" + "ა" * (most - 3)
    made(adapter.publish(replace(MESSAGE, parts=(full,)), "k", MemoryProgress()))
    assert not check(replace(MESSAGE, parts=(full,)), LIMITS)
    longer = replace(MESSAGE, parts=(f"{full}x",))
    assert "too_long" in {one.code for one in check(longer, LIMITS)}
    with pytest.raises(Rejected, match="too long"):
        adapter.publish(longer, "k2", MemoryProgress())


# -- secrets -------------------------------------------------------------------------------------------------------


def test_a_token_stands_in_no_address_and_calls_are_proven_where_the_app_asks_for_it(tmp_path: Path) -> None:
    """Addresses reach the logs of every machine on the way."""
    with FacebookServer(now, TOKEN, app_secret="an-app-secret") as server:
        adapter = adapter_for(server, json.dumps({"access_token": TOKEN, "app_secret": "an-app-secret"}))
        receipt = made(adapter.publish(with_pictures(tmp_path), "k", MemoryProgress()))
        assert readings(adapter.measure([receipt.remote_id]))
        adapter.delete(receipt.remote_id)
        assert not any(TOKEN in str(one.query) or TOKEN in one.path for one in server.requests)
        with pytest.raises(AuthExpired, match=r"proofs.*app_secret"):
            adapter_for(server).publish(MESSAGE, "k", MemoryProgress())


@pytest.mark.parametrize("secret", ["", "[]", "{}", '{"access_token": ""}', "two words", "two\nlines"])
def test_a_secret_that_is_not_whole_is_the_accounts_fault(server: FacebookServer, secret: str) -> None:
    """An empty variable must not be an error of every post."""
    with pytest.raises(AuthExpired, match="not whole"):
        adapter_for(server, secret).whoami()
    assert server.requests == []


def test_a_persons_token_is_told_from_a_pages(server: FacebookServer) -> None:
    """People copy the wrong one of the two, and the platform's own words do not say so."""
    server.is_person = True
    with pytest.raises(AuthExpired, match=r"no Page's.*Page access token"):
        adapter_for(server).whoami()


def test_a_page_without_a_username_goes_by_its_name(server: FacebookServer) -> None:
    """Small Pages have none."""
    server.username = ""
    assert adapter_for(server).whoami().handle == "IOM Georgia"


# -- the four failures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "failure", "words"),
    [
        (error(100, "Invalid parameter"), Rejected, "Invalid parameter"),
        (error(1609005, "The link could not be scraped"), Rejected, "scraped"),
        (error(1), Ambiguous, "fault of its own"),
        (error(2, status=500), Ambiguous, "does not say"),
        (error(100, transient=True), Ambiguous, "fault of its own"),
        (error(4), Retryable, "later"),
        (error(17), Retryable, "later"),
        (error(32), Retryable, "later"),
        (error(341), Retryable, "later"),
        (error(613), Retryable, "later"),
        (error(80001), Retryable, "later"),
        (error(100, subcode=1390008), Retryable, "later"),
        (error(190, subcode=458), AuthExpired, "app was removed"),
        (error(190, subcode=463), AuthExpired, "run out"),
        (error(190, status=401), AuthExpired, "connect the account again"),
        (error(102), AuthExpired, "connect the account again"),
        (error(10), AuthExpired, "permission"),
        (error(200), AuthExpired, "permission"),
        (error(283), AuthExpired, "permission"),
        (error(368), Restricted, "restricts"),
        (error(200, subcode=1404006), Restricted, "restricts"),
        (error(100, subcode=1404102), Rejected, "rules"),
        (error(506, "Duplicate status message"), Duplicate, "has this post already"),
        (error(100, subcode=1366051), Duplicate, "has this post already"),
        (Reply(status=429, headers={"Retry-After": "9"}), Retryable, "later"),
        (Reply(status=500), Ambiguous, "does not say"),
        (Reply(status=502), Ambiguous, "does not say"),
        (Reply(status=503, headers={"Retry-After": "9"}), Ambiguous, "does not say"),
        (Reply(status=302, headers={"Location": "https://new.example/"}), Ambiguous, "base_url"),
        (Reply(status=200), Ambiguous, "does not say"),
        (Reply(status=200, body=b"<html>It works!</html>"), Ambiguous, "does not say"),
        (error(100, status=200), Ambiguous, "does not say"),
        (reply_json({"id": "../me"}), Ambiguous, "without the post's id"),
        (reply_json({"id": 7}), Ambiguous, "without the post's id"),
        (reply_json({"success": True}), Ambiguous, "without the post's id"),
        (reply_json({"error": "plain words"}, 400), Rejected, "plain words"),
        (reply_json({"error": {"code": "190"}}, 400), Rejected, "190"),
    ],
)
def test_a_refused_post_is_one_of_four_failures(
    server: FacebookServer, reply: Reply, failure: type[Failure], words: str
) -> None:
    """Each leads to somebody else: the officer, the account's owner, the clock, the look-up."""
    server.will_fail(reply, path=FEED)
    with pytest.raises(failure, match=words) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert type(raised.value) is failure
    assert raised.value.http_status == reply.status
    assert_tells_no_secret(raised.value, TOKEN)
    assert server.accepted == ()


def test_an_error_keeps_what_the_platforms_support_asks_for(server: FacebookServer) -> None:
    """Without the trace nobody there looks."""
    server.will_fail(error(368, "blocked", subcode=7), path=FEED)
    with pytest.raises(Restricted) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    told = raised.value.evidence
    assert (told["code"], told["subcode"], told["fbtrace_id"]) == (368, 7, "AbCdEfGhIjK")


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        (USAGE, timedelta(minutes=19)),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 600}]}'}, timedelta(hours=1)),
        ({"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 0}]}'}, timedelta(minutes=10)),
        ({"X-Business-Use-Case-Usage": "soon"}, timedelta(minutes=10)),
        ({"X-Business-Use-Case-Usage": '{"1": 7}'}, timedelta(minutes=10)),
        ({"X-App-Usage": '{"call_count": 100}'}, timedelta(minutes=10)),
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({}, timedelta(minutes=10)),
    ],
)
def test_too_many_calls_are_waited_for_as_long_as_the_platform_says(
    server: FacebookServer, headers: dict[str, str], after: timedelta
) -> None:
    """It counts over an hour that rolls on: to come back at once would only count on."""
    server.will_fail(replace(error(80001), headers=headers), path=FEED)
    with pytest.raises(Retryable) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.after == after


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.HANG, Mishap.TRUNCATE, Mishap.GARBAGE])
def test_a_lost_answer_is_ambiguous_and_the_post_is_found(
    server: FacebookServer, tmp_path: Path, mishap: Mishap
) -> None:
    """The server took it: sending again would be the duplicate that people leave over."""
    server.will_fail(mishap, path=FEED)
    since, adapter, message, progress = now(), adapter_for(server), with_pictures(tmp_path), MemoryProgress()
    with pytest.raises(Ambiguous):
        adapter.publish(message, "k", progress)
    found = adapter.find(message, "k", since, progress)
    assert found is not None
    assert [one.remote_id for one in server.accepted] == [found.remote_id]


def test_a_connection_reset_after_the_body_left_is_ambiguous() -> None:
    """A library would call it the same as a server that was never reached."""
    with RawServer(reset) as raw:
        adapter = Facebook(account(base_url=raw.url), KnownSecret(), http=Http(raw.url, read_timeout_s=0.5))
        adapter._page = PAGE
        with pytest.raises(Ambiguous) as raised:
            adapter.publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.evidence["request_left"] is True


# -- crashes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["save:picture-1", "save:picture-2", "posting"])
def test_a_crash_while_preparing_costs_nothing_but_the_step_itself(
    server: FacebookServer, tmp_path: Path, step: str
) -> None:
    """The next sender goes on where the last one stopped, and the post is there once, with both pictures."""
    message, progress = with_pictures(tmp_path), MemoryProgress(stop_at=step)
    with pytest.raises(Stopped):
        adapter_for(server).publish(message, "k", progress)
    assert server.public == 0
    made(adapter_for(server).publish(message, "k", MemoryProgress(saved=progress.saved)))
    assert [len(one.alt_texts) for one in server.accepted] == [2]
    assert server.uploads == 2 + step.startswith("save:")


# -- the first comment ---------------------------------------------------------------------------------------------


def test_the_first_comment_stands_under_the_post(server: FacebookServer) -> None:
    """Its id is a part of the receipt, so that nobody takes the post for whole without it."""
    progress, since = MemoryProgress(), now()
    receipt = made(adapter_for(server).publish(COMMENTED, "k", progress))
    assert server.commented == [(receipt.remote_id, COMMENTED.first_comment)]
    assert len(receipt.parts) == 2
    assert progress.steps == ["posting", "save:part-1"]
    assert adapter_for(server).find(COMMENTED, "k", since, MemoryProgress()) == receipt


def test_a_comment_that_was_asked_to_wait_follows_without_a_second_post(server: FacebookServer) -> None:
    """A limit between the two is no reason to say the post twice."""
    adapter, progress = adapter_for(server), MemoryProgress()
    server.will_fail(error(32), path=f"/v26.0/{PAGE}_700000000/comments")
    with pytest.raises(Retryable, match=r"first comment is not known to be out, those before it are, at https://"):
        adapter.publish(COMMENTED, "k", progress)
    receipt = made(adapter.publish(COMMENTED, "k", MemoryProgress(saved=progress.saved)))
    assert (len(server.accepted), len(server.commented)) == (1, 1)
    assert receipt.parts[0] == server.accepted[0].remote_id


@pytest.mark.parametrize("reply", [error(100, "no comments here"), error(1), reply_json({"success": True})])
def test_a_comment_that_cannot_follow_is_looked_up_and_missed(server: FacebookServer, reply: Reply) -> None:
    """'Not published' would be a lie, and 'published' would hide that the hotline is missing."""
    adapter, progress, since = adapter_for(server), MemoryProgress(), now()
    server.will_fail(reply, path=f"/v26.0/{PAGE}_700000000/comments")
    with pytest.raises(Ambiguous) as raised:
        adapter.publish(COMMENTED, "k", progress)
    found = adapter.find(COMMENTED, "k", since, progress)
    assert found is not None
    assert found.parts == (server.accepted[0].remote_id,)
    assert raised.value.evidence["out"] == found.permalink


def test_a_comment_whose_answer_was_lost_is_found(server: FacebookServer) -> None:
    """It is there: a person would only wonder what to do."""
    adapter, progress, since = adapter_for(server), MemoryProgress(), now()
    server.will_fail(Mishap.CLOSE, path=f"/v26.0/{PAGE}_700000000/comments")
    with pytest.raises(Ambiguous):
        adapter.publish(COMMENTED, "k", progress)
    found = adapter.find(COMMENTED, "k", since, progress)
    assert found is not None
    assert len(found.parts) == 2


# -- finding -------------------------------------------------------------------------------------------------------


def test_a_post_with_the_same_words_but_other_pictures_is_not_ours(server: FacebookServer, tmp_path: Path) -> None:
    """To adopt it would be a false 'published'."""
    since = now()
    server.write(MESSAGE.text)
    assert adapter_for(server).find(with_pictures(tmp_path), "k", since, MemoryProgress()) is None
    assert adapter_for(server).find(MESSAGE, "k", since, MemoryProgress()) is not None


def test_a_post_from_before_our_first_try_is_not_ours(server: FacebookServer) -> None:
    """Last year's words come again every 30 July."""
    server.write(MESSAGE.text)
    assert adapter_for(server).find(MESSAGE, "k", now() + timedelta(hours=1), MemoryProgress()) is None


def test_the_look_goes_on_behind_the_first_page(server: FacebookServer) -> None:
    """A busy Page writes a hundred posts while a sender is away."""
    since, ours = now(), server.write(MESSAGE.text)
    for number in range(150):
        server.write(f"another {number}")
    found = adapter_for(server).find(MESSAGE, "k", since, MemoryProgress())
    assert found is not None
    assert found.remote_id == ours


UNREADABLE: tuple[object, ...] = ({}, [None], [{}], ["7"], [{"id": 7}], [[{"id": "7"}]])


@pytest.mark.parametrize(
    "reply",
    [*(Reply(status=500), error(2), error(10), Reply()), *(reply_json({"data": one}) for one in UNREADABLE)],
)
def test_a_list_that_cannot_be_read_is_never_not_there(server: FacebookServer, reply: Reply) -> None:
    """None would say that it is surely not out."""
    server.will_fail(reply, method="GET", path=f"/v26.0/{PAGE}/published_posts")
    with pytest.raises((Retryable, AuthExpired)):
        adapter_for(server).find(MESSAGE, "k", now(), MemoryProgress())


@pytest.mark.parametrize("end", ["", "/", "?ref=share"])
def test_the_address_that_a_person_gives_leads_to_the_post(server: FacebookServer, end: str) -> None:
    """By its id it is counted, and is not adopted for another delivery with the same words."""
    server.write("another")
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    post = receipt.remote_id.partition("_")[2]
    adapter = adapter_for(server)
    assert adapter.remote_id_at(f"{receipt.permalink}{end}") == receipt.remote_id
    assert (
        adapter.remote_id_at(f"https://m.facebook.com/permalink.php?story_fbid={post}&id={PAGE}") == receipt.remote_id
    )
    for other in ("https://www.facebook.com/another/posts/1", "https://www.facebook.com/", "https://[x"):
        assert adapter.remote_id_at(other) is None
    server.will_fail(error(190), method="GET")
    assert adapter.remote_id_at(receipt.permalink) is None


# -- counts and deleting -------------------------------------------------------------------------------------------


def test_one_metric_that_is_no_longer_given_costs_no_other(server: FacebookServer) -> None:
    """The platform takes metrics away several times a year, and refuses every call that names a dead one."""
    receipt = made(adapter_for(server).publish(COMMENTED, "k", MemoryProgress()))
    server.react(receipt.remote_id, likes=3, shares=2)
    server.dead = {"post_media_view"}
    counts = {one.metric: one.value for one in readings(adapter_for(server).measure([receipt.remote_id]))}
    assert counts == {"likes": 3, "comments": 1, "shares": 2, "reach": 12, "clicks": 12}


def test_many_posts_are_read_in_few_calls(server: FacebookServer) -> None:
    """Each call takes at most fifty readings."""
    posts = [server.write(f"post {number}") for number in range(30)]
    adapter = adapter_for(server)
    adapter.whoami()
    before = len(server.requests)
    assert {one.remote_id for one in readings(adapter.measure(posts))} == set(posts)
    assert len(server.requests) - before == 3


def test_a_missing_permission_makes_no_post_gone(server: FacebookServer) -> None:
    """The platform says the same of both; 'removed' for every post of a Page would be a lie."""
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    server.reads = False
    assert adapter_for(server).measure([receipt.remote_id]) == []
    server.reads = True
    server.forget(receipt.remote_id)
    (gone,) = adapter_for(server).measure([receipt.remote_id])
    assert isinstance(gone, Gone)


@pytest.mark.parametrize("reply", [error(190), error(4)])
def test_what_concerns_the_account_is_told_and_not_taken_for_missing_counts(
    server: FacebookServer, reply: Reply
) -> None:
    """Whoever is asked to stay away stays away."""
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    server.will_fail(reply, path="/v26.0/")
    with pytest.raises((AuthExpired, Retryable)):
        adapter_for(server).measure([receipt.remote_id])


def test_a_post_that_may_not_be_deleted_is_not_called_gone(server: FacebookServer) -> None:
    """Whoever withdrew consent must hear that it is still there."""
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    server.will_fail(error(100, "does not exist, or missing permissions", subcode=33), method="DELETE")
    with pytest.raises(Rejected, match="missing permissions"):
        adapter_for(server).delete(receipt.remote_id)
    assert server.public == 1


def test_what_is_no_post_of_a_page_is_not_deleted(server: FacebookServer) -> None:
    """An address or a number of another platform must not become part of a path."""
    with pytest.raises(Rejected, match="by hand"):
        adapter_for(server).delete("https://www.facebook.com/../me")
    assert server.requests == []

"""What the LinkedIn adapter makes of a strict server's answers, and of a strict server's silence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import requests

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Duplicate,
    Failure,
    Lookup,
    NotReady,
    NotSetUp,
    Perishable,
    Receipt,
    Rejected,
    Retryable,
)
from adapters.http import Http
from adapters.linkedin import LinkedIn
from adapters.linkedin_profile import LIMITS
from adapters.scripted.linkedin import OF_PERSON, PAGE, PERSON, LinkedInServer
from adapters.scripted.linkedin_text import shown
from adapters.scripted.server import Mishap, Reply, reply_json
from posts.check import check
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import MESSAGE, TOKEN, KeptSecret, KnownSecret, account, now, picture, readings
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


POSTS = "/rest/posts"
COMMENTED = replace(MESSAGE, first_comment="More (in ქართული): https://iom.example/ge_2 #Day")


@pytest.fixture
def server() -> Iterator[LinkedInServer]:
    with LinkedInServer(now, TOKEN) as server:
        yield server


@pytest.fixture
def personal() -> Iterator[LinkedInServer]:
    """The server as a person's token sees it."""
    with LinkedInServer(now, TOKEN, scopes=OF_PERSON) as server:
        yield server


def page(server: LinkedInServer, patience_s: float = 12, /, **options: str) -> LinkedIn:
    where = account(base_url=server.url, options={"author": PAGE, **options})
    return LinkedIn(where, KnownSecret(), http=Http(server.url, read_timeout_s=patience_s))


def person(server: LinkedInServer, **options: str) -> LinkedIn:
    return LinkedIn(account(base_url=server.url, options=options), KnownSecret(), http=Http(server.url))


def made(receipt: object) -> Receipt:
    assert isinstance(receipt, Receipt)
    return receipt


def problem(status: int, code: str, message: str = "why") -> Reply:
    """An error as this platform tells of it."""
    return reply_json({"status": status, "code": code, "message": message}, status)


def comment_path(post: str) -> str:
    return f"/rest/socialActions/{quote(post, safe='')}/comments"


# -- publishing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        MESSAGE.text,
        "Call 116 006 (free) [24/7] {now} <here> * _ ~ | \\ @iom #30July2027 #EndHumanTrafficking",
        "ადამიანი არ იყიდება (30 ივლისი) #სიტყვა_ერთი",
        "Одам савдосига йўқ! https://iom.example/a_(b)?c=~d#e_f #СавдогаЙўқ",
        "مع @[IOM Georgia](urn:li:organization:5515715) (اليوم)",
    ],
)
@pytest.mark.parametrize("hashtags", ["plain", "escaped"])
def test_readers_see_the_whole_text(server: LinkedInServer, text: str, hashtags: str) -> None:
    """The platform cuts a post at the first sign that it cannot make out, and answers that it is published."""
    page(server, hashtags=hashtags).publish(replace(MESSAGE, parts=(text,)), "k", MemoryProgress())
    (accepted,) = server.log
    assert accepted.text == text.replace("@[IOM Georgia](urn:li:organization:5515715)", "IOM Georgia")


def test_pictures_are_shown_in_order_with_their_alt_texts(server: LinkedInServer, tmp_path: Path) -> None:
    """What was approved is what is seen; one picture goes in another field than several."""
    media = (picture(tmp_path, "a.png", alt_text="первая ҷ"), picture(tmp_path, "b.jpg", shade=9, alt_text=""))
    page(server).publish(replace(MESSAGE, media=media[:1]), "k", MemoryProgress())
    page(server).publish(replace(MESSAGE, parts=("two",), media=media), "k", MemoryProgress())
    one, several = (accepted.content for accepted in server.log)
    assert one["media"]["altText"] == "первая ҷ"
    assert [shown.get("altText") for shown in several["multiImage"]["images"]] == ["первая ҷ", None]
    contents = [server.images.pictures[shown["id"]].content for shown in several["multiImage"]["images"]]
    assert contents == [one.path.read_bytes() for one in media]


@pytest.mark.parametrize(
    ("link", "title", "content"),
    [
        (
            "https://iom.example/ge",
            "World Day",
            {"article": {"source": "https://iom.example/ge", "title": "World Day"}},
        ),
        ("https://iom.example/ge", "", {}),
        ("", "World Day", {}),
    ],
)
def test_a_link_gets_a_card_where_the_account_has_a_title_for_it(
    server: LinkedInServer, link: str, title: str, content: object
) -> None:
    """The platform reads nothing from the page, and refuses a card without a title."""
    page(server, link_title=title).publish(replace(MESSAGE, link=link), "k", MemoryProgress())
    assert server.log[0].content == content


def test_a_picture_that_is_still_worked_on_is_waited_for_and_not_uploaded_again(
    server: LinkedInServer, tmp_path: Path
) -> None:
    """A post with a picture that is not there yet is refused, or shown without it."""
    server.images.slow = 2
    message, progress = replace(MESSAGE, media=(picture(tmp_path),)), MemoryProgress()
    results = [page(server).publish(message, "k", progress) for _ in range(3)]
    assert [isinstance(one, NotReady) for one in results] == [True, True, False]
    assert (server.images.puts, server.public) == (1, 1)


def test_a_picture_that_the_platform_cannot_use_is_for_the_author(server: LinkedInServer, tmp_path: Path) -> None:
    """Waiting for it would never end."""
    broken = tmp_path / "card.jpg"
    broken.write_bytes(b"no picture")
    message = replace(MESSAGE, media=(replace(picture(tmp_path / "b"), path=broken, sha256=""),))
    with pytest.raises(Rejected, match="could not use it"):
        page(server).publish(message, "k", MemoryProgress())
    assert server.public == 0


def test_a_persons_pictures_are_given_a_while_and_longer_where_the_platform_says_so(
    personal: LinkedInServer, tmp_path: Path
) -> None:
    """A person's token may not ask how far they are."""
    personal.images.slow = 1
    message, progress = replace(MESSAGE, media=(picture(tmp_path),)), MemoryProgress()
    waits = person(personal).publish(message, "k", progress)
    assert isinstance(waits, NotReady)
    assert waits.after == timedelta(seconds=20)
    with pytest.raises(Retryable) as raised:
        person(personal).publish(message, "k", progress)
    assert raised.value.after == timedelta(seconds=20)
    made(person(personal).publish(message, "k", progress))
    assert (personal.images.puts, personal.log[0].author) == (1, PERSON)


@pytest.mark.parametrize("url", ["https://linkedin.com.example/x", "http://www.linkedin.com/x", "file:///x"])
def test_a_picture_goes_to_nobody_but_the_platform(server: LinkedInServer, tmp_path: Path, url: str) -> None:
    """Its address comes with an answer, and the token goes along with the picture."""
    given = {"value": {"image": "urn:li:image:C4", "uploadUrl": url, "uploadUrlExpiresAt": 1}}
    server.will_fail(reply_json(given), path="/rest/images")
    with pytest.raises(Retryable, match="not its own"):
        page(server).publish(replace(MESSAGE, media=(picture(tmp_path),)), "k", MemoryProgress())


def test_an_upload_that_fails_is_begun_anew(server: LinkedInServer, tmp_path: Path) -> None:
    """Its address is good for a while only; nothing is public yet."""
    server.will_fail(Reply(status=410), method="PUT")
    message, progress = replace(MESSAGE, media=(picture(tmp_path),)), MemoryProgress()
    with pytest.raises(Retryable):
        page(server).publish(message, "k", progress)
    made(page(server).publish(message, "k", progress))
    assert server.images.puts == 1


def test_an_answer_without_an_id_may_be_a_post(server: LinkedInServer) -> None:
    """The id comes in a header alone; without it nobody could ever take the post down."""
    server.will_fail(Reply(status=201), path=POSTS)
    with pytest.raises(Ambiguous):
        page(server).publish(MESSAGE, "k", MemoryProgress())


@pytest.mark.parametrize("mishap", list(Mishap))
def test_a_lost_answer_is_looked_up_and_adopted(server: LinkedInServer, mishap: Mishap) -> None:
    """It is out, and must not go out twice. An answer whose header came is no lost one."""
    server.will_fail(mishap, path=POSTS)
    since, progress = now(), MemoryProgress()
    try:
        made(page(server, 1).publish(COMMENTED, "k", progress))
        assert mishap is Mishap.TRUNCATE
    except Ambiguous:
        found = made(page(server).find(replace(COMMENTED, first_comment=""), "k", since, progress))
        assert found.remote_id == server.log[0].remote_id
    assert server.public == 1


@pytest.mark.parametrize(
    ("reply", "expected", "words"),
    [
        (problem(401, "REVOKED_ACCESS_TOKEN"), AuthExpired, "connect the account again"),
        (problem(403, "ACCESS_DENIED"), AuthExpired, "scopes and the role"),
        (problem(426, "NONEXISTENT_VERSION", "Requested version 20250101 is not active"), NotSetUp, "option version"),
        (problem(429, "TOO_MANY_REQUESTS"), Retryable, "used up"),
        (problem(409, "CONFLICT"), Retryable, "busy"),
        (problem(400, "INVALID_URN_TYPE"), Rejected, "INVALID_URN_TYPE"),
        (problem(422, "UNPROCESSABLE_ENTITY", "ERROR :: /content :: bad"), Rejected, "/content"),
        (problem(400, "FIELD_LENGTH_TOO_LONG"), Rejected, "FIELD_LENGTH_TOO_LONG"),
        (problem(400, "MEDIA", "The status of the image is PROCESSING"), Retryable, "still works"),
        (problem(400, "MEDIA", "The status of the image is PROCESSING_FAILED"), Rejected, "PROCESSING_FAILED"),
        (problem(500, "INTERNAL"), Ambiguous, "does not say"),
        (replace(problem(503, "UNAVAILABLE"), headers={"Retry-After": "5"}), Ambiguous, "does not say"),
        (problem(504, "GATEWAY_TIMEOUT"), Ambiguous, "does not say"),
        (Reply(status=302, headers={"Location": "https://elsewhere.example"}), Ambiguous, "base_url"),
    ],
)
def test_each_refusal_says_whose_turn_it_is(
    server: LinkedInServer, reply: Reply, expected: type[Failure], words: str
) -> None:
    """The wrong one of the four makes a duplicate, or loses a post, or pauses an account for nothing."""
    server.will_fail(reply, path=POSTS)
    with pytest.raises(Failure, match=words) as raised:
        page(server).publish(MESSAGE, "k", MemoryProgress())
    assert type(raised.value) is expected
    assert_tells_no_secret(raised.value, TOKEN)


@pytest.mark.parametrize(
    ("date", "after"),
    [
        ("Fri, 30 Jul 2027 23:40:00 GMT", timedelta(minutes=20)),
        ("Fri, 30 Jul 2027 09:00:00 GMT", timedelta(hours=1)),
        ("", None),
    ],
)
def test_a_day_limit_is_waited_for_until_midnight(server: LinkedInServer, date: str, after: timedelta | None) -> None:
    """The platform says nowhere when to come back; its limits start anew at midnight UTC, by its own clock."""
    server.will_fail(replace(problem(429, "TOO_MANY_REQUESTS"), headers={"Date": date}), path=POSTS)
    with pytest.raises(Retryable) as raised:
        page(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.after == after


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"version": "2026-09"}, "option version"),
        ({"version": "202613"}, "option version"),
        ({"author": "urn:li:company:1"}, "option author"),
        ({"hashtags": "yes"}, "option hashtags"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused_in_words(
    server: LinkedInServer, options: dict[str, str], words: str
) -> None:
    """Before anything is asked: whoever wrote it is at hand only now."""
    for ask in (
        lambda: page(server, **options).publish(MESSAGE, "k", MemoryProgress()),
        page(server, **options).whoami,
    ):
        with pytest.raises(Rejected, match=words):
            ask()
    assert server.requests == []


def test_a_version_that_is_switched_off_is_told_to_whoever_keeps_the_file(server: LinkedInServer) -> None:
    """Every post of the account would fail the same way; none of them is at fault."""
    with pytest.raises(NotSetUp, match="202401"):
        page(server, version="202401").publish(MESSAGE, "k", MemoryProgress())


def test_threads_and_too_many_pictures_are_refused_before_anything_is_sent(
    server: LinkedInServer, tmp_path: Path
) -> None:
    """They were approved as a whole."""
    many = tuple(picture(tmp_path, f"{number}.jpg") for number in range(21))
    for message in (replace(MESSAGE, parts=("a", "b")), replace(MESSAGE, media=many)):
        with pytest.raises(Rejected):
            page(server).publish(message, "k", MemoryProgress())
    assert server.requests == []


def test_what_preview_calls_short_enough_is_short_enough_with_its_backslashes(server: LinkedInServer) -> None:
    """Whether the platform counts them nobody says."""
    brimful = replace(MESSAGE, parts=("(" * 1500,))
    assert check(brimful, LIMITS) == ()
    made(page(server).publish(brimful, "k", MemoryProgress()))
    (too_long,) = check(replace(MESSAGE, parts=("(" * 1501,)), LIMITS)
    assert too_long.code == "too_long"


# -- what is there already -----------------------------------------------------------------------------------------


def test_a_duplicate_names_the_post_and_it_is_adopted(server: LinkedInServer) -> None:
    """It is the answer to a call of ours that was lost: evidence that a person can open."""
    since, progress = now(), MemoryProgress()
    server.will_fail(Mishap.CLOSE, path=POSTS)
    with pytest.raises(Ambiguous):
        page(server).publish(MESSAGE, "k", progress)
    with pytest.raises(Duplicate) as raised:
        page(server).publish(MESSAGE, "k", progress)
    named = server.log[0].remote_id
    assert raised.value.evidence["duplicate_of"] == named
    assert named in str(raised.value)
    assert progress.saved["duplicate"] == {"id": named}
    assert made(page(server).find(MESSAGE, "k", since, progress)).remote_id == named


def test_a_duplicate_that_the_list_does_not_show_yet_is_looked_at_by_itself(server: LinkedInServer) -> None:
    """Lists lag behind."""
    since, receipt = now(), made(page(server).publish(MESSAGE, "k", MemoryProgress()))
    empty = reply_json({"elements": [], "paging": {}})
    server.will_fail(empty, method="GET", path=POSTS, times=2)
    progress = MemoryProgress(saved={"duplicate": {"id": receipt.remote_id}})
    assert page(server).find(MESSAGE, "k", since, MemoryProgress()) is None
    assert made(page(server).find(MESSAGE, "k", since, progress)).remote_id == receipt.remote_id


def test_a_duplicate_of_what_is_gone_is_older_or_is_anothers_is_not_adopted(server: LinkedInServer) -> None:
    """The platform remembers posts that somebody has deleted, and those of last year."""
    receipt = made(page(server).publish(MESSAGE, "k", MemoryProgress()))
    saved = {"duplicate": {"id": receipt.remote_id}}
    others = MemoryProgress(saved=saved, taken={receipt.remote_id})
    assert page(server).find(MESSAGE, "k", now(), others) is None
    assert page(server).find(MESSAGE, "k", now() + timedelta(hours=1), MemoryProgress(saved=saved)) is None
    server.forget(receipt.remote_id)
    assert page(server).find(MESSAGE, "k", now(), MemoryProgress(saved=saved)) is None


def test_of_two_that_read_the_same_the_oldest_is_ours_and_the_other_is_told(server: LinkedInServer) -> None:
    """Somebody has posted the same by hand: a person must see it."""
    since = now()
    first = made(page(server).publish(MESSAGE, "k", MemoryProgress()))
    server.log.clear()  # the platform has forgotten it as a duplicate
    second = made(page(server).publish(MESSAGE, "k", MemoryProgress()))
    found = made(page(server).find(MESSAGE, "k", since, MemoryProgress()))
    assert (found.remote_id, found.evidence["also_found"]) == (first.remote_id, [second.permalink])


def test_a_look_through_more_posts_than_one_page_goes_on(server: LinkedInServer) -> None:
    """On the day itself a page may post more than one answer shows."""
    since, receipt = now(), made(page(server).publish(MESSAGE, "k", MemoryProgress()))
    for number in range(105):
        page(server).publish(replace(MESSAGE, parts=(f"post {number}",)), "k", MemoryProgress())
    assert made(page(server).find(MESSAGE, "k", since, MemoryProgress())).remote_id == receipt.remote_id


@pytest.mark.parametrize("reply", [problem(403, "ACCESS_DENIED"), problem(500, "INTERNAL"), reply_json({"paging": {}})])
def test_a_look_that_fails_is_never_a_post_that_is_not_there(server: LinkedInServer, reply: Reply) -> None:
    """None might send it again."""
    server.will_fail(reply, method="GET", path=POSTS)
    with pytest.raises(Failure):
        page(server).find(MESSAGE, "k", now(), MemoryProgress())


def test_a_persons_posts_are_for_a_person_to_look_at(personal: LinkedInServer) -> None:
    """Nobody may list them; the profile of such an account says so, and of what it cannot count."""
    adapter = person(personal)
    made(adapter.publish(MESSAGE, "k", MemoryProgress()))
    with pytest.raises(Duplicate) as raised:
        adapter.publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.evidence["permalink"] == f"https://www.linkedin.com/feed/update/{personal.log[0].remote_id}"
    assert (adapter.profile.lookup, adapter.profile.metrics, adapter.measure(["urn:li:share:1"])) == (
        Lookup.NONE,
        (),
        [],
    )


# -- the first comment ---------------------------------------------------------------------------------------------


def test_the_first_comment_goes_under_the_post_as_plain_text(server: LinkedInServer) -> None:
    """There backslashes would be shown; it is a part of the receipt, so that nobody calls half of it published."""
    progress = MemoryProgress()
    receipt = made(page(server).publish(COMMENTED, "k", progress))
    (comment,) = server.log[0].comments
    assert (comment["message"]["text"], comment["actor"]) == (COMMENTED.first_comment, PAGE)
    assert receipt.parts == (server.log[0].remote_id, comment["commentUrn"])
    assert progress.saved["part-1"]["permalink"] == receipt.permalink
    assert progress.steps.count("posting") == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (problem(429, "TOO_MANY_REQUESTS"), Retryable),
        (problem(403, "ACCESS_DENIED"), AuthExpired),
        (problem(400, "INVALID_VALUE_FOR_FIELD"), Ambiguous),
        (problem(500, "INTERNAL"), Ambiguous),
        (Mishap.CLOSE, Ambiguous),
        (Reply(status=201, body=b"{}"), Ambiguous),
    ],
)
def test_a_comment_that_is_not_out_is_told_with_the_post_that_is(
    server: LinkedInServer, fault: Reply | Mishap, expected: type[Failure]
) -> None:
    """From then on "not published" is no longer true."""
    progress = MemoryProgress()
    server.will_fail(fault, path="")  # the post itself
    with pytest.raises(Failure):
        page(server).publish(COMMENTED, "k", progress)
    assert not progress.saved
    server.log.clear()
    progress = MemoryProgress()
    made(page(server).publish(replace(COMMENTED, first_comment=""), "k", progress))
    progress.save("part-1", {"id": server.log[0].remote_id, "permalink": "https://www.linkedin.com/feed/update/x"})
    server.will_fail(fault, path=comment_path(server.log[0].remote_id))
    with pytest.raises(Failure) as raised:
        page(server).publish(COMMENTED, "k", progress)
    assert type(raised.value) is expected
    assert str(raised.value.evidence["out"]).endswith(server.log[0].remote_id)


def test_a_comment_goes_after_the_post_that_is_out_and_never_with_a_second_one(server: LinkedInServer) -> None:
    """What may be tried again goes on where it stopped."""
    message = replace(COMMENTED, first_comment="")
    receipt = made(page(server).publish(message, "k", MemoryProgress()))
    progress = MemoryProgress(saved={"part-1": {"id": receipt.remote_id, "permalink": receipt.permalink}})
    assert made(page(server).publish(COMMENTED, "k", progress)).parts[0] == receipt.remote_id
    assert (server.public, len(server.log[0].comments)) == (1, 1)
    assert len(made(page(server).publish(COMMENTED, "k", progress)).parts) == 2
    assert len(server.log[0].comments) == 1


def test_a_look_finds_the_comment_too_and_says_where_it_is_missing(server: LinkedInServer) -> None:
    """A comment that was lost must not be made twice either."""
    since = now()
    receipt = made(page(server).publish(COMMENTED, "k", MemoryProgress()))
    assert made(page(server).find(COMMENTED, "k", since, MemoryProgress())).parts == receipt.parts
    server.log[0].comments[0]["actor"] = PERSON
    known = MemoryProgress(saved={"part-1": {"id": receipt.remote_id, "permalink": receipt.permalink}})
    for progress in (MemoryProgress(), known):
        assert made(page(server).find(COMMENTED, "k", since, progress)).parts == (receipt.remote_id,)


# -- accounts, counts, taking down ---------------------------------------------------------------------------------


def test_a_page_and_a_person_are_each_called_by_their_names(server: LinkedInServer, personal: LinkedInServer) -> None:
    """The confirmed account is compared with this before anything is sent."""
    found, who = page(server).whoami(), person(personal).whoami()
    assert (found.remote_id, found.handle, found.url) == (
        PAGE,
        "iom-georgia",
        f"https://www.linkedin.com/company/{5515715}",
    )
    assert (who.remote_id, who.handle) == (PERSON, "Nino Example")


def test_a_page_whose_settings_may_not_be_read_is_called_by_its_number(server: LinkedInServer) -> None:
    """Who may post for a page need not be its administrator."""
    server.scopes -= {"rw_organization_admin"}
    assert page(server).whoami().handle == "5515715"
    server.scopes = frozenset()
    with pytest.raises(AuthExpired):
        page(server).whoami()


def test_a_token_of_somebody_else_is_refused(personal: LinkedInServer) -> None:
    """What goes out under another's name cannot be called back."""
    with pytest.raises(AuthExpired, match=r"urn:li:person:other"):
        person(personal, author="urn:li:person:other").whoami()
    assert person(personal, author=PERSON).whoami().remote_id == PERSON


def test_the_two_kinds_of_posts_are_counted_apart_and_many_at_once(server: LinkedInServer, tmp_path: Path) -> None:
    """Calls are few: some hundreds a day for all accounts."""
    adapter, media = page(server), (picture(tmp_path, "a.jpg"), picture(tmp_path, "b.jpg", shade=9))
    shares = [made(adapter.publish(replace(MESSAGE, parts=(f"{n}",)), "k", MemoryProgress())) for n in range(3)]
    other = made(adapter.publish(replace(MESSAGE, media=media), "k", MemoryProgress()))
    server.react(shares[1].remote_id, likeCount=7, impressionCount=90)
    server.react(other.remote_id, clickCount=3)
    before = len(server.requests)
    ids = [*(one.remote_id for one in shares), other.remote_id, "urn:li:activity:1", "urn:li:share:404"]
    counted = {(one.remote_id, one.metric): one.value for one in readings(adapter.measure(ids))}
    assert len(server.requests) == before + 2
    assert (counted[shares[1].remote_id, "likes"], counted[shares[1].remote_id, "views"]) == (7, 90)
    assert counted[other.remote_id, "clicks"] == 3
    assert {one for one, _ in counted} == {*(one.remote_id for one in shares), other.remote_id}


def test_a_post_of_no_such_name_is_not_asked_to_be_deleted(server: LinkedInServer) -> None:
    """An address that a person gave may lead to anything."""
    with pytest.raises(Rejected):
        page(server).delete("urn:li:activity:1")
    server.will_fail(problem(403, "ACCESS_DENIED"), method="DELETE")
    with pytest.raises(AuthExpired):
        page(server).delete("urn:li:share:1")


RENEWABLE = {"refresh_token": "a-refresh-token", "client_id": "july30", "client_secret": "a-client-secret"}


def test_a_token_that_may_be_renewed_is_and_the_call_is_made_again(server: LinkedInServer) -> None:
    """A call refused for its token was not carried out; the new one is kept before it is used."""
    client = RENEWABLE
    server.renewal = client
    kept = KeptSecret(json.dumps({"access_token": "one-that-ran-out", **client}))
    receipt = made(
        LinkedIn(account(base_url=server.url, options={"author": PAGE}), kept).publish(MESSAGE, "k", MemoryProgress())
    )
    assert receipt.remote_id
    found = json.loads(kept.value)
    assert found.items() >= {"access_token": "access-token-number-1", **server.renewal}.items()
    ends = {name: datetime.fromisoformat(found[name]) - now() for name in ("expires_at", "refresh_expires_at")}
    assert timedelta(days=59) < ends["expires_at"] <= timedelta(days=60)
    assert timedelta(days=364) < ends["refresh_expires_at"] <= timedelta(days=365)
    server.renewal = {}
    kept.value = json.dumps({"access_token": "one-that-ran-out", **client})
    with pytest.raises(AuthExpired) as raised:
        LinkedIn(account(base_url=server.url, options={"author": PAGE}), kept).whoami()
    for secret in ("one-that-ran-out", *client.values()):
        assert secret == "july30" or secret not in str(raised.value)


@pytest.mark.parametrize(
    ("kept", "ends_on"),
    [
        ({}, None),
        ({"expires_at": "soon"}, None),
        ({"expires_at": "0001-01-01T00:00+14:00"}, None),
        ({"expires_at": "2027-07-28"}, 28),
        ({"expires_at": "2027-07-28T02:00:00+04:00"}, 27),
        ({"expires_at": "2027-07-28", **RENEWABLE}, None),
        ({"expires_at": "2027-07-28", "refresh_expires_at": "2027-12-24", **RENEWABLE}, 24),
    ],
)
def test_the_end_of_a_token_is_told_where_it_is_kept(
    server: LinkedInServer, kept: dict[str, str], ends_on: int | None
) -> None:
    """It lives 60 days, and only a person gets another; one that is renewed lasts as long as what renews it."""
    adapter = LinkedIn(account(base_url=server.url), KnownSecret(json.dumps({"access_token": TOKEN, **kept})))
    assert isinstance(adapter, Perishable)
    found = adapter.horizon()
    assert (found.ends_at and found.ends_at.day) == ends_on
    assert found.renews_from is None


def test_what_only_a_person_can_get_anew_is_not_renewed(server: LinkedInServer) -> None:
    """Most apps are no approved partners: nothing is asked, and it is said who must act."""
    kept = KeptSecret(json.dumps({"access_token": TOKEN, "expires_at": "2027-07-28"}))
    with pytest.raises(AuthExpired, match="connect the account again"):
        LinkedIn(account(base_url=server.url), kept).renew()
    assert server.requests == []


def test_renewing_ahead_makes_the_renewing_itself_last_no_longer(server: LinkedInServer) -> None:
    """A year after a person connected it ends, however often it was used: they must be told of that day."""
    server.renewal = RENEWABLE
    server.renewable_until = now() + timedelta(days=40)
    kept = KeptSecret(json.dumps({"access_token": TOKEN, **RENEWABLE}))
    adapter = LinkedIn(account(base_url=server.url), kept)
    for _ in range(2):
        adapter.horizon()
        adapter.renew()
    ends_at = adapter.horizon().ends_at
    assert ends_at is not None
    assert timedelta(days=39) < ends_at - now() <= timedelta(days=40)
    adapter.renew()
    adapter.renew()
    assert server.renewals == 3
    server.renewable_until = now()
    adapter.horizon()
    with pytest.raises(AuthExpired, match="accounts connect"):
        adapter.renew()


@pytest.mark.parametrize("secret", ["", '{"access_token": ""}', '{"access_token": ', "two words"])
def test_a_secret_without_a_token_is_the_accounts_fault(server: LinkedInServer, secret: str) -> None:
    """Nothing is asked with it, and it is told to nobody."""
    with pytest.raises(AuthExpired, match="holds no access token"):
        LinkedIn(account(base_url=server.url), KnownSecret(secret)).whoami()
    assert server.requests == []


# -- the judge itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("little", "seen"),
    [
        ("one (two)", "one "),
        (r"one \(two\)", "one (two)"),
        ("a #tag b", "a #tag b"),
        ("a # b", "a "),
        (r"{hashtag|\#|tag} b", "#tag b"),
        ("@[Name](urn:li:organization:1)!", "Name!"),
        ("@[Name](https://x.example)!", ""),
        ("a_b", "a"),
        ("ends with \\", "ends with "),
    ],
)
def test_the_judge_shows_a_text_up_to_the_first_bare_sign(little: str, seen: str) -> None:
    """As the real one does, or nothing that is forgotten would ever be noticed."""
    assert shown(little) == seen


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("LinkedIn-Version", None, 400),
        ("LinkedIn-Version", "202510", 426),
        ("LinkedIn-Version", "202610", 426),
        ("X-Restli-Protocol-Version", None, 400),
        ("Content-Type", "text/plain", 415),
        ("Authorization", None, 401),
    ],
)
def test_the_judge_wants_every_header(server: LinkedInServer, header: str, value: str | None, status: int) -> None:
    """One that is left out would be refused on the day itself."""
    headers: dict[str, str] = {
        "Authorization": f"Bearer {TOKEN}",
        "LinkedIn-Version": "202609",
        "X-Restli-Protocol-Version": "2.0.0",
        "Content-Type": "application/json",
    }
    if value is None:
        del headers[header]
    else:
        headers[header] = value
    answer = requests.post(server.url + POSTS, data=b"{}", headers=headers, timeout=5)
    assert answer.status_code == status

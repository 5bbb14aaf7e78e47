"""What the Mastodon adapter makes of a strict server's answers, and of a strict server's silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, AuthExpired, Duplicate, Gone, Receipt, Rejected, Retryable
from adapters.scripted.mastodon_switches import GOTOSOCIAL, PLEROMA, Refusals, Switches
from adapters.scripted.server import Mishap, Reply, reply_json
from tests.adapters.mastodon_parts import STATUSES, THREAD, adapter_for, worded
from tests.adapters.parts import MESSAGE, now, picture, readings
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from adapters.scripted.mastodon import MastodonServer


@pytest.fixture
def server(mastodon: MastodonServer) -> MastodonServer:
    return mastodon


# -- publishing ----------------------------------------------------------------------------------------------------


def test_a_status_says_what_the_message_says(server: MastodonServer, tmp_path: Path) -> None:
    """Text, language, visibility, pictures in order, alt texts: what was approved is what is seen."""
    media = (picture(tmp_path, "a.png", alt_text="первая ҷ"), picture(tmp_path, "b.jpg", shade=9, alt_text=""))
    adapter_for(server, visibility="unlisted").publish(
        replace(MESSAGE, media=media, language="uz-Latn"), "key-1", MemoryProgress()
    )
    (accepted,) = server.accepted
    assert (accepted.text, accepted.language, accepted.visibility) == (MESSAGE.text, "uz", "unlisted")
    assert accepted.pictures == ("первая ҷ", "")
    assert accepted.key == "key-1"


@pytest.mark.parametrize(("language", "sent"), [("ka", "ka"), ("uz-Cyrl", "uz"), ("ckb", ""), ("", "")])
def test_only_a_two_letter_language_is_sent(server: MastodonServer, language: str, sent: str) -> None:
    """The server knows ISO 639-1; anything else would have the post refused."""
    adapter_for(server).publish(replace(MESSAGE, language=language), "k", MemoryProgress())
    assert server.accepted[0].language == sent


@pytest.mark.parametrize("numeric_ids", [True, False])
def test_an_id_is_text_and_safe_in_an_address(serve_mastodon: Callable[..., MastodonServer], numeric_ids: bool) -> None:
    """Other software gives ids that are no numbers."""
    server = serve_mastodon(numeric_ids=numeric_ids)
    adapter = adapter_for(server)
    receipt = adapter.publish(MESSAGE, "k", MemoryProgress())
    assert isinstance(receipt, Receipt)
    assert receipt.remote_id == server.accepted[0].remote_id
    server.react(receipt.remote_id, favourites_count=3, replies_count=2, reblogs_count=1)
    counted = {one.metric: one.value for one in readings(adapter.measure([receipt.remote_id]))}
    assert counted == {"likes": 3, "comments": 2, "shares": 1}


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.HANG, Mishap.TRUNCATE, Mishap.GARBAGE])
def test_a_lost_answer_is_ambiguous_and_the_post_is_found(server: MastodonServer, mishap: Mishap) -> None:
    """The server took it: sending again would be the duplicate that people leave over."""
    server.will_fail(mishap, path=STATUSES)
    since, adapter = now(), adapter_for(server)
    with pytest.raises(Ambiguous):
        adapter.publish(MESSAGE, "k", MemoryProgress())
    found = adapter.find(MESSAGE, "k", since, MemoryProgress())
    assert found is not None
    assert [one.remote_id for one in server.accepted] == [found.remote_id]


@pytest.mark.parametrize("ways", [PLEROMA, GOTOSOCIAL], ids=["pleroma", "gotosocial"])
@pytest.mark.parametrize(
    "text",
    [MESSAGE.text, "one\n\ntwo\nthree", "@iom@server.example #Ҳуқуқ https://iom.example/a/very/long/path?q=1&r=2#x"],
)
def test_other_software_is_published_to_found_and_counted(
    serve_mastodon: Callable[..., MastodonServer], ways: Switches, text: str, tmp_path: Path
) -> None:
    """Many missions' servers are no Mastodon and speak its interface: ids, texts and answers have other shapes."""
    server, since = serve_mastodon(ways), now()
    message, adapter = worded(text, media=(picture(tmp_path),)), adapter_for(server)
    receipt = adapter.publish(message, "k", MemoryProgress())
    assert isinstance(receipt, Receipt)
    assert adapter.find(message, "k", since, MemoryProgress()) == receipt
    assert {one.metric: one.value for one in readings(adapter.measure([receipt.remote_id]))}["likes"] == 0
    adapter.delete(receipt.remote_id)
    assert [type(one) for one in adapter.measure([receipt.remote_id])] == [Gone]


def test_a_server_that_forgets_keys_shows_what_looking_first_is_for(
    serve_mastodon: Callable[..., MastodonServer],
) -> None:
    """The same key twice doubles there; only the look before sending again keeps the promise."""
    server = serve_mastodon(remembers_keys=False)
    adapter = adapter_for(server)
    for _ in range(2):
        adapter.publish(MESSAGE, "k", MemoryProgress())
    assert len(server.accepted) == 2
    found = adapter.find(MESSAGE, "k", now(), MemoryProgress())
    assert found is not None
    assert found.remote_id == server.accepted[0].remote_id
    assert found.evidence["also_found"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"id": "1"}',
        b'{"url": "https://m.example/1"}',
        b'{"id": "", "url": "https://m.example/1"}',
        b'{"id": "..", "url": "https://m.example/1"}',
        b'{"id": true, "url": "https://m.example/1"}',
        b'{"id": "1", "url": "javascript:alert(1)"}',
        b'{"id": "1", "scheduled_at": "2027-07-30T09:00:00Z", "params": {}}',
    ],
)
def test_success_without_an_id_and_an_address_is_no_success(server: MastodonServer, body: bytes) -> None:
    """A false 'published' is worse than a question to a person."""
    server.will_fail(Reply(status=200, body=body), path=STATUSES)
    with pytest.raises(Ambiguous) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.http_status == 200


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(status=401), AuthExpired),
        (Reply(status=403), AuthExpired),
        (Reply(status=422, body=b'{"error": "Validation failed"}'), Rejected),
        (Reply(status=404), Rejected),
        (Reply(status=409, body=b'{"error": "An identical request is still being processed"}'), Duplicate),
        (Reply(status=302, headers={"Location": "https://new.example/"}), Ambiguous),
        (Reply(status=500), Ambiguous),
        (Reply(status=503), Ambiguous),
        (Reply(status=503, headers={"Retry-After": "9"}), Retryable),
        (Reply(status=429, headers={"Retry-After": "9"}), Retryable),
    ],
)
def test_a_refused_status_is_one_of_four_failures(
    server: MastodonServer, reply: Reply, failure: type[Exception]
) -> None:
    """Each leads to somebody else: the officer, the account's owner, the clock, the look-up."""
    server.will_fail(reply, path=STATUSES)
    with pytest.raises(failure):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert server.accepted == ()


def test_too_long_a_text_is_refused_with_the_servers_words(server: MastodonServer) -> None:
    """The officer must read why."""
    with pytest.raises(Rejected, match="character limit of 500 exceeded"):
        adapter_for(server).publish(worded("ა" * 501), "k", MemoryProgress())


def test_a_link_costs_23_and_a_mention_only_its_name(server: MastodonServer) -> None:
    """Counting otherwise would refuse posts that fit, or send ones that do not."""
    fits = f"https://iom.example/{'x' * 200} @iom@{'server.' * 9}example " + "ა" * (500 - 23 - 1 - 4 - 1)
    assert isinstance(adapter_for(server).publish(worded(fits), "k", MemoryProgress()), Receipt)
    with pytest.raises(Rejected):
        adapter_for(server).publish(worded(fits + "ა"), "k2", MemoryProgress())


@pytest.mark.parametrize(
    ("option", "value"), [("visibility", "publik"), ("sensitive", "ja"), ("content_warning", "ა" * 500)]
)
def test_an_option_that_cannot_be_meant_names_the_account_and_itself(
    server: MastodonServer, option: str, value: str
) -> None:
    """A typing error in the configuration must not become a post that nobody sees."""
    with pytest.raises(Rejected, match=rf"ge-test.*{option}"):
        adapter_for(server, **{option: value}).publish(MESSAGE, "k", MemoryProgress())
    assert server.accepted == ()


def test_a_content_warning_stands_before_every_post_and_covers_its_pictures(
    server: MastodonServer, tmp_path: Path
) -> None:
    """Survivors read along: what a text is about is said before it is shown."""
    adapter = adapter_for(server, content_warning=" გაფრთხილება: trafficking ")
    adapter.publish(replace(THREAD, media=(picture(tmp_path),)), "k", MemoryProgress())
    assert {(one.warning, one.sensitive) for one in server.accepted} == {("გაფრთხილება: trafficking", True)}


@pytest.mark.parametrize(
    ("given", "covered"), [({}, False), ({"sensitive": "no"}, False), ({"sensitive": "yes"}, True)]
)
def test_pictures_are_covered_only_where_the_account_says_so(
    server: MastodonServer, given: dict[str, str], covered: bool
) -> None:
    """A card behind a click is a card that few see."""
    adapter_for(server, **given).publish(MESSAGE, "k", MemoryProgress())
    assert (server.accepted[0].warning, server.accepted[0].sensitive) == ("", covered)


def test_a_content_warnings_characters_count_as_the_texts_do(server: MastodonServer) -> None:
    """A text that fits alone is refused behind a warning: the officer must see that before, not on the day."""
    warning = "see https://iom.example/why-this-is-covered"  # a link in a warning is as long as it is
    adapter = adapter_for(server, content_warning=warning)
    room = 500 - len(warning)
    assert adapter.limits().text[0].max == room
    assert isinstance(adapter.publish(worded("ა" * room), "k", MemoryProgress()), Receipt)
    with pytest.raises(Rejected, match="character limit"):
        adapter.publish(worded("ა" * (room + 1)), "k2", MemoryProgress())


@pytest.mark.parametrize("refusals", [Refusals.PAGE, Refusals.NOTHING])
def test_a_refusal_is_understood_by_its_status_whatever_its_body(
    serve_mastodon: Callable[..., MastodonServer], refusals: Refusals
) -> None:
    """A page of HTML or nothing at all comes from proxies, and from servers that are tired."""
    server = serve_mastodon(refusals=refusals)
    with pytest.raises(Rejected, match="422"):
        adapter_for(server).publish(worded("ა" * 501), "k", MemoryProgress())
    with pytest.raises(AuthExpired, match="401") as raised:
        adapter_for(server, "a-wrong-token").whoami()
    assert "<" not in str(raised.value)


@pytest.mark.parametrize("status", [404, 405, 410])
def test_a_server_that_is_another_one_for_a_while_fails_no_post(server: MastodonServer, status: int) -> None:
    """A proxy's page in place of a server under repair: the day's post must not be given up for it."""
    page = Reply(status=status, body=b"<html>nothing here</html>")
    server.will_fail(page, method="GET", path="/api/v1/accounts/verify_credentials")
    with pytest.raises(Retryable, match=r"base_url of account 'ge-test'"):
        adapter_for(server).whoami()


def test_the_servers_time_is_heard_with_every_answer(server: MastodonServer) -> None:
    """A wrong clock of ours sends at the wrong hour; nothing else would tell."""
    heard: list[str] = []
    adapter = adapter_for(server)
    adapter.listen(lambda host, at: heard.append(f"{host} {at.tzinfo}"))
    adapter.publish(MESSAGE, "k", MemoryProgress())
    assert heard == [f"{server.url} UTC"]


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "пароль"])
def test_what_cannot_be_a_token_is_the_accounts_fault(server: MastodonServer, token: str) -> None:
    """An empty environment variable must not be an error of every post."""
    with pytest.raises(AuthExpired, match="put the token in again"):
        adapter_for(server, token).whoami()
    assert server.requests == []


# -- finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a & b < c > d \"e\" 'f'",
        "one\ntwo\n\nthree\n\n\n\nfour  five",
        "საქართველო #საქართველო https://iom.example/a/very/long/path/that/is/hidden?in=spans&more=1#x",
        "привет @iom@server.example, @iom@other.example и #Ҳуқуқ",
        "e\u0301 is é",
        "oʻylab 👨‍👩‍👧 العربية",
    ],
)
def test_a_text_is_recognised_whatever_the_server_made_of_it(server: MastodonServer, text: str) -> None:
    """Not recognised means sent again."""
    since, adapter = now(), adapter_for(server)
    receipt = adapter.publish(worded(text), "k", MemoryProgress())
    assert adapter.find(worded(text), "k", since, MemoryProgress()) == receipt


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("Hello @iom@one.example", "Hello @iom@two.example"),
        ("Hello!", "Hello?"),
        ("Hello world", "Hello, world"),
        ("the first", "the second"),
    ],
)
def test_a_text_that_only_looks_alike_is_not_ours(server: MastodonServer, written: str, wanted: str) -> None:
    """To adopt it would be a false 'published'."""
    since = now()
    server.write("iomgeorgia", written)
    assert adapter_for(server).find(worded(wanted), "k", since, MemoryProgress()) is None


def test_a_mention_counts_as_ours_where_the_source_cannot_be_read(server: MastodonServer) -> None:
    """Old servers have no source; letters, pictures, account and time agree, and sending again would double."""
    since = now()
    server.write("iomgeorgia", "Hello @iom@one.example")
    server.will_fail(Reply(status=404), method="GET", path=f"{STATUSES}/{server.accepted[0].remote_id}/source")
    assert adapter_for(server).find(worded("Hello @iom@one.example"), "k", since, MemoryProgress()) is not None


def test_the_number_of_pictures_must_agree(server: MastodonServer) -> None:
    """The same words without the card are another post."""
    since = now()
    server.write("iomgeorgia", MESSAGE.text, pictures=1)
    assert adapter_for(server).find(MESSAGE, "k", since, MemoryProgress()) is None


def test_somebody_elses_post_is_not_ours(server: MastodonServer) -> None:
    """A neighbour may say the same words."""
    since = now()
    server.write("neighbour", MESSAGE.text)
    assert adapter_for(server).find(MESSAGE, "k", since, MemoryProgress()) is None


def test_a_post_from_before_the_attempt_is_not_ours(server: MastodonServer) -> None:
    """Last year's words are no proof of this year's post; ten minutes are given to clocks that differ."""
    server.write("iomgeorgia", MESSAGE.text)
    adapter = adapter_for(server)
    assert adapter.find(MESSAGE, "k", now() + timedelta(minutes=11), MemoryProgress()) is None
    assert adapter.find(MESSAGE, "k", now() + timedelta(minutes=1), MemoryProgress()) is not None


def test_our_own_older_post_that_was_shared_again_is_not_this_one(server: MastodonServer) -> None:
    """Software that lists what was shared though we ask it not to gives last year's words with today's date."""
    shared = {"id": "1", "url": "https://m.example/1", "content": "<p>hello</p>", "created_at": now().isoformat()}
    server.will_fail(
        reply_json([{**shared, "reblog": {**shared, "id": "0"}}]),
        method="GET",
        path="/api/v1/accounts/id-iomgeorgia/statuses",
    )
    server.will_fail(reply_json([]), method="GET", path="/api/v1/accounts/id-iomgeorgia/statuses")
    assert adapter_for(server).find(worded("hello"), "k", now(), MemoryProgress()) is None


def test_our_post_without_an_address_is_not_taken_for_absent(server: MastodonServer) -> None:
    """It is there: to say 'not found' would send it again."""
    status = {"id": "1", "content": "<p>hello</p>", "created_at": now().isoformat(), "media_attachments": []}
    server.will_fail(reply_json([status]), method="GET", path="/api/v1/accounts/id-iomgeorgia/statuses")
    with pytest.raises(Retryable, match="without an address"):
        adapter_for(server).find(worded("hello"), "k", now(), MemoryProgress())


def test_every_page_is_looked_at(server: MastodonServer) -> None:
    """A busy account pushes our post off the first page within minutes on the day."""
    since = now()
    ours = server.write("iomgeorgia", MESSAGE.text)
    for number in range(95):
        server.write("iomgeorgia", f"another one, {number}")
    found = adapter_for(server).find(MESSAGE, "k", since, MemoryProgress())
    assert found is not None
    assert found.remote_id == ours


def test_a_look_that_fails_is_no_proof_of_absence(server: MastodonServer) -> None:
    """'Could not look' taken for 'not there' sends twice."""
    for reply in (Reply(status=500), Reply(status=200, body=b"<html>"), Reply(status=200, body=b"{}")):
        server.will_fail(reply, method="GET", path="/api/v1/accounts/id-iomgeorgia/statuses")
        with pytest.raises(Retryable):
            adapter_for(server).find(MESSAGE, "k", now(), MemoryProgress())


def test_a_server_whose_clock_is_behind_still_shows_our_post_as_ours(server: MastodonServer) -> None:
    """Nine minutes apart; to miss our own post is to publish it twice where the key is ignored."""
    adapter = adapter_for(server)
    receipt = adapter.publish(MESSAGE, "k", MemoryProgress())
    assert adapter.find(MESSAGE, "k", now() + timedelta(minutes=9), MemoryProgress()) == receipt


# -- reading, deleting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("batches", "calls"), [(True, 3), (False, 101)])
def test_counts_come_in_batches_of_forty_where_the_server_can(
    serve_mastodon: Callable[..., MastodonServer], batches: bool, calls: int
) -> None:
    """300 calls in five minutes are all that a server allows; older ones must be asked one by one."""
    server = serve_mastodon(batches=batches)
    ids = [server.write("iomgeorgia", f"number {number}") for number in range(100)]
    assert len(readings(adapter_for(server).measure(ids))) == 300
    assert len(server.requests) == calls


@pytest.mark.parametrize("batches", [True, False])
def test_a_post_that_is_gone_has_no_counts_and_is_told(
    serve_mastodon: Callable[..., MastodonServer], batches: bool
) -> None:
    """A zero would say that nobody liked it; silence, that it is still there."""
    server = serve_mastodon(batches=batches)
    kept = server.write("iomgeorgia", "kept")
    answers = adapter_for(server).measure(["404", kept])
    assert {one.remote_id for one in readings(answers)} == {kept}
    assert [one.remote_id for one in answers if isinstance(one, Gone)] == ["404"]


@pytest.mark.parametrize("page", [Reply(status=404, body=b"<html>nginx</html>"), Reply(status=404)])
def test_a_page_that_is_not_the_servers_own_says_nothing_of_a_post(server: MastodonServer, page: Reply) -> None:
    """A proxy in front of a server under repair answers 404 to everything."""
    number = server.write("iomgeorgia", "kept")
    server.will_fail(reply_json([]), method="GET", path=STATUSES)
    server.will_fail(page, method="GET", path=f"{STATUSES}/{number}")
    assert adapter_for(server).measure([number]) == []


def test_a_post_that_a_batch_leaves_out_is_asked_for_alone(server: MastodonServer) -> None:
    """Servers leave out what they are slow to find; that is no proof."""
    number = server.write("iomgeorgia", "kept")
    server.will_fail(reply_json([]), method="GET", path=STATUSES)
    assert len(readings(adapter_for(server).measure([number]))) == 3


@pytest.mark.parametrize("value", [None, "7", -1, True, 1.5])
def test_a_count_that_is_no_number_is_left_out(server: MastodonServer, value: object) -> None:
    """Only what was counted is reported."""
    status = {"id": "1", "favourites_count": value, "replies_count": 2}
    server.will_fail(reply_json([status]), method="GET", path=STATUSES)
    assert [(one.metric, one.value) for one in readings(adapter_for(server).measure(["1"]))] == [("comments", 2)]


def test_nothing_is_asked_for_no_posts(server: MastodonServer) -> None:
    """An idle account costs no calls."""
    assert adapter_for(server).measure([]) == []
    assert server.requests == []


def test_what_others_answered_stays_when_a_post_is_taken_down(server: MastodonServer) -> None:
    """Only our own words are ours to delete."""
    adapter = adapter_for(server)
    ours = adapter.publish(MESSAGE, "k", MemoryProgress())
    assert isinstance(ours, Receipt)
    theirs = server.write("neighbour", "thank you", reply_to=ours.remote_id)
    ours_to_them = server.write("iomgeorgia", "you are welcome", reply_to=theirs)
    adapter.delete(ours.remote_id)
    assert {one.remote_id for one in readings(adapter.measure([ours.remote_id, theirs, ours_to_them]))} == {
        theirs,
        ours_to_them,
    }


def test_somebody_elses_post_cannot_be_taken_down(server: MastodonServer) -> None:
    """The refusal must reach a person."""
    theirs = server.write("neighbour", "theirs")
    with pytest.raises(AuthExpired):
        adapter_for(server).delete(theirs)

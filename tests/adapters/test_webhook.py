"""What the webhook adapter makes of a receiver that keeps to its page, and of one that does not."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from time import time
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, AuthExpired, Duplicate, Failure, Lookup, Receipt, Rejected, Retryable
from adapters.http import Http
from adapters.scripted.server import Mishap, Reply, reply_json
from adapters.webhook import Webhook
from adapters.webhook_profile import LIMITS
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, now, picture
from tests.adapters.receiver import ReceiverServer
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[ReceiverServer]:
    with ReceiverServer(TOKEN) as server:
        yield server


def adapter_for(server: ReceiverServer, secret: str = TOKEN, clock_s: float = 0, /, **options: str) -> Webhook:
    where = account(base_url=server.url, options=options)
    http = Http(server.url, read_timeout_s=0.5)
    return Webhook(where, KnownSecret(secret), http=http, clock=lambda: time() + clock_s)


def test_a_receiver_is_told_the_whole_post(server: ReceiverServer, tmp_path: Path) -> None:
    """Words, language, link, pictures and their descriptions: what was approved is what arrives."""
    card = picture(tmp_path, alt_text="первая ҷ")
    message = replace(
        MESSAGE,
        parts=("one", "ორი"),
        media=(card,),
        language="uz-Latn",
        link="https://iom.example/ge",
        first_comment="more",
    )
    receipt = adapter_for(server).publish(message, "key-1", MemoryProgress())
    (event,) = server.events
    (sent,) = event.pop("media")
    assert event == {
        "type": "post.publish",
        "id": "key-1",
        "account": "ge-test",
        "text": "one",
        "parts": ["one", "ორი"],
        "language": "uz-Latn",
        "link": "https://iom.example/ge",
        "first_comment": "more",
    }
    assert base64.b64decode(sent.pop("base64")) == card.path.read_bytes()
    assert sent == {"name": "picture-1.jpg", "mime": "image/jpeg", "sha256": card.sha256, "alt": "первая ҷ"}
    assert receipt == Receipt(remote_id="1", permalink="https://www.mission.example/news/1", parts=("1", "1"))


@pytest.mark.parametrize("clock_s", [-301, 301])
def test_what_was_signed_long_ago_is_refused(server: ReceiverServer, clock_s: float) -> None:
    """Whoever listened must not be able to publish it again tomorrow."""
    with pytest.raises(AuthExpired):
        adapter_for(server, TOKEN, clock_s).publish(MESSAGE, "k", MemoryProgress())
    assert server.posts == {}


def test_the_signature_holds_for_these_very_bytes(server: ReceiverServer) -> None:
    """Otherwise anybody on the way could write our posts."""
    adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    (request,) = server.requests
    for other in (
        replace(request, body=request.body.replace(b"EndHuman", b"endHuman")),
        replace(request, headers={**request.headers, "x-timestamp": str(int(time()) - 1)}),
        replace(request, headers={**request.headers, "x-signature": ""}),
        replace(request, headers={**request.headers, "x-key-id": "another"}),
    ):
        assert server.carry_out(other).status == 401
    assert server.carry_out(request).status == 200


def test_a_secret_may_say_which_one_it_is() -> None:
    """Secrets are changed without a gap: the receiver knows both for a while."""
    with ReceiverServer(TOKEN, key_id="2027") as server:
        secret = json.dumps({"key_id": "2027", "secret": TOKEN})
        adapter_for(server, secret).publish(MESSAGE, "k", MemoryProgress())
        assert server.requests[0].headers["x-key-id"] == "2027"
        assert len(server.posts) == 1


@pytest.mark.parametrize(
    "secret", ["", "short", '{"secret": "short"}', json.dumps({"key_id": "a\nb", "secret": TOKEN})]
)
def test_a_secret_that_is_not_whole_is_the_accounts_fault(server: ReceiverServer, secret: str) -> None:
    """A short one can be guessed."""
    with pytest.raises(AuthExpired, match="16 characters"):
        adapter_for(server, secret).publish(MESSAGE, "k", MemoryProgress())
    assert server.requests == []


@pytest.mark.parametrize("address", ["http://hooks.example/x", "http://10.0.0.1", "http://127.0.0.1.example", ""])
def test_nothing_is_sent_where_others_could_read_it(address: str) -> None:
    """Posts are secret until they are out; plain http is for this machine."""
    adapter = Webhook(account(base_url=address), KnownSecret(), http=Http("http://127.0.0.1:9"))
    with pytest.raises(AuthExpired, match="https://"):
        adapter.publish(MESSAGE, "k", MemoryProgress())


@pytest.mark.parametrize(("name", "value"), [("idempotent", "true"), ("text_max", "0"), ("text_max", "many")])
def test_an_option_that_says_nothing_names_the_account_and_the_option(
    server: ReceiverServer, name: str, value: str
) -> None:
    """A slip must not decide whether a post is sent twice."""
    with pytest.raises(Rejected, match=rf"ge-test.*{name}"):
        adapter_for(server, **{name: value}).publish(MESSAGE, "k", MemoryProgress())
    assert server.requests == []


def test_a_receiver_may_take_less(server: ReceiverServer) -> None:
    """A chat that takes 500 must not fail on the day."""
    assert adapter_for(server, text_max="500").limits().text[0].max == 500
    assert adapter_for(server).limits().text == LIMITS.text


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(status=429, headers={"Retry-After": "9"}), Retryable),
        (Reply(status=503, headers={"Retry-After": "9"}), Retryable),
        (Reply(status=401), AuthExpired),
        (Reply(status=403), AuthExpired),
        (Reply(status=404), AuthExpired),
        (Reply(status=410), AuthExpired),
        (Reply(status=422, body=b'{"error": "too long"}'), Rejected),
        (Reply(status=413), Rejected),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), Ambiguous),
        (Reply(status=409), Duplicate),
        (Reply(status=409, body=b'{"id": "7"}'), Duplicate),
        (Reply(status=500), Ambiguous),
        (Reply(status=503), Ambiguous),
        (Reply(status=504), Ambiguous),
        (Reply(status=200), Ambiguous),
        (Reply(status=202, body=b'{"queued": true}'), Ambiguous),
        (Reply(status=200, body=b'{"id": "7"}'), Ambiguous),
        (Reply(status=200, body=b'{"id": true, "url": "https://a.example"}'), Ambiguous),
        (Reply(status=200, body=b'{"id": "7", "url": "javascript:x"}'), Ambiguous),
        (Reply(status=200, body=b"[]"), Ambiguous),
        (Reply(status=200, body=b"x" * 3_000_000), Ambiguous),
        (Mishap.CLOSE, Ambiguous),
        (Mishap.HANG, Ambiguous),
        (Mishap.TRUNCATE, Ambiguous),
        (Mishap.GARBAGE, Ambiguous),
    ],
)
@pytest.mark.parametrize("idempotent", ["yes", "no"])
def test_an_unwelcome_answer_is_one_of_four_failures(
    server: ReceiverServer, reply: Reply | Mishap, failure: type[Failure], idempotent: str
) -> None:
    """A receiver's promise changes what follows, and never what is true: it may be out."""
    server.will_fail(reply)
    with pytest.raises(failure) as raised:
        adapter_for(server, idempotent=idempotent).publish(MESSAGE, "k", MemoryProgress())
    assert type(raised.value) is failure
    assert_tells_no_secret(raised.value, TOKEN)
    assert len(server.requests) == 1


def test_a_receiver_that_has_it_already_and_says_which_has_published_it(server: ReceiverServer) -> None:
    """It is the same key: nobody else's post."""
    server.will_fail(reply_json({"id": 7, "url": "https://a.example/7"}, 409))
    receipt = adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert receipt == Receipt(remote_id="7", permalink="https://a.example/7")


def test_before_the_request_left_trying_again_is_harmless() -> None:
    """Nobody was there to take it."""
    with ReceiverServer(TOKEN) as server:
        adapter = adapter_for(server)
    with pytest.raises(Retryable):
        adapter.publish(MESSAGE, "k", MemoryProgress())


# -- looking -------------------------------------------------------------------------------------------------------


def test_only_a_receiver_that_promises_it_is_asked_and_sent_to_again(server: ReceiverServer) -> None:
    """All others may make two posts of one key."""
    plain, promising = adapter_for(server).profile, adapter_for(server, idempotent="yes").profile
    assert (plain.lookup, plain.resend_after_looks, plain.dedupe_for) == (Lookup.NONE, False, None)
    assert (promising.lookup, promising.resend_after_looks) == (Lookup.EXACT, True)
    assert promising.dedupe_for == timedelta(days=30)
    assert Webhook.profile.lookup is Lookup.NONE


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.HANG, Mishap.GARBAGE])
def test_a_lost_answer_is_found_by_its_key(server: ReceiverServer, mishap: Mishap) -> None:
    """And sent again it would be the same post."""
    adapter = adapter_for(server, idempotent="yes")
    server.will_fail(mishap)
    with pytest.raises(Ambiguous):
        adapter.publish(MESSAGE, "k", MemoryProgress())
    found = adapter.find(MESSAGE, "k", now(), MemoryProgress())
    assert found == adapter.publish(MESSAGE, "k", MemoryProgress())
    assert len(server.posts) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404),
        Reply(status=200),
        Reply(status=200, body=b"{}"),
        Reply(status=200, body=b"<html>"),
        Reply(status=200, body=b'{"id": "7"}'),
        Reply(status=500),
    ],
)
def test_only_a_plain_no_is_no(server: ReceiverServer, reply: Reply) -> None:
    """A proxy's page says nothing of our post; taken for 'not there' it would be sent again."""
    server.will_fail(reply, method="GET")
    with pytest.raises((Retryable, Rejected)):
        adapter_for(server, idempotent="yes").find(MESSAGE, "k", now(), MemoryProgress())


def test_no_secret_leaves_the_adapter(
    server: ReceiverServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The secret signs and is never sent."""
    caplog.set_level(0)
    adapter, progress = adapter_for(server, idempotent="yes"), MemoryProgress()
    seen = [repr(adapter.publish(MESSAGE, "k", progress)), repr(progress.saved), repr(adapter)]
    adapter.find(MESSAGE, "k", now(), MemoryProgress())
    seen += [f"{one.headers} {one.body!r} {one.path} {one.query}" for one in server.requests]
    server.will_fail(reply_json({"error": TOKEN}, 418))
    with pytest.raises(Failure) as raised:
        adapter.publish(MESSAGE, "k", MemoryProgress())
    assert_tells_no_secret(raised.value, TOKEN)
    assert TOKEN not in " ".join([*seen, caplog.text, *capfd.readouterr()])

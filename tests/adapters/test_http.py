"""What a network can do to a call, and which of the four failures it then is."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import tracemalloc
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
)
from urllib3.exceptions import SSLError as UrllibSSLError

from adapters import registry
from adapters.contract import Ambiguous, AuthExpired, Failure, Rejected, Retryable
from adapters.http import Answer, Call, Http, Stretch, Unreadable, Upload, failure_for, never_left, wait_asked
from adapters.http_hiding import hide, hide_bytes
from tests.adapters import raw_server
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import TOKEN
from tests.adapters.raw_server import RawServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POST = Call(
    what="publishing",
    method="POST",
    path="/api/v1/statuses",
    headers={"Authorization": f"Bearer {TOKEN}"},
    query=[("access", TOKEN)],
    json={"status": "hello"},
    hidden=(TOKEN,),
)
SILENCES = [
    raw_server.close,
    raw_server.reset,
    raw_server.hang,
    raw_server.truncate,
    raw_server.truncate_chunks,
    raw_server.drip,
    raw_server.drip_headers,
    raw_server.flood,
    raw_server.nonsense,
]


def quick(url: str) -> Http:
    return Http(url, connect_timeout_s=0.5, read_timeout_s=0.4, bytes_max=500_000)


def connection_error(reason: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(MaxRetryError(HTTPConnectionPool("host"), "/", reason))


def unused_address() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("behave", SILENCES, ids=lambda one: one.__name__)
def test_a_posting_call_that_left_without_a_whole_answer_is_ambiguous(behave: Callable[..., None]) -> None:
    """The server may have published it: whoever sends again may publish twice."""
    with RawServer(behave) as server, pytest.raises(Ambiguous) as raised:
        quick(server.url).post_once(POST)
    assert server.bodies == [b'{"status": "hello"}']
    assert_tells_no_secret(raised.value, TOKEN)


@pytest.mark.parametrize("behave", SILENCES, ids=lambda one: one.__name__)
def test_a_preparing_call_without_a_whole_answer_is_tried_again_later(behave: Callable[..., None]) -> None:
    """Nothing public comes of an upload, so nobody needs to be asked. It is sent once, not again within the call."""
    with RawServer(behave) as server, pytest.raises(Retryable) as raised:
        quick(server.url).prepare(POST)
    assert len(server.bodies) == 1
    assert_tells_no_secret(raised.value, TOKEN)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (requests.ConnectTimeout(), True),
        (connection_error(NameResolutionError("host", HTTPConnection("host"), socket.gaierror())), True),
        (connection_error(NewConnectionError(HTTPConnection("host"), "refused")), True),
        (connection_error(ConnectTimeoutError()), True),
        (connection_error(UrllibSSLError(ssl.SSLCertVerificationError("expired"))), True),
        (connection_error(UrllibSSLError(ssl.SSLEOFError("closed"))), False),
        (connection_error(ProtocolError("aborted")), False),
        (requests.ConnectionError(), False),
        (requests.ReadTimeout(), False),
        (requests.exceptions.ChunkedEncodingError(), False),
        (ConnectionResetError(), False),
        (RuntimeError("our own bug"), False),
    ],
)
def test_only_a_connection_that_never_was_proves_that_nothing_left(error: Exception, expected: bool) -> None:
    """Libraries put 'refused' and 'read and then closed' into one class; taking one for the other doubles a post."""
    assert never_left(error) is expected


def test_a_posting_call_that_never_left_is_tried_again() -> None:
    """No connection proves that nothing was published: a person need not look."""
    with pytest.raises(Retryable) as raised:
        quick(unused_address()).post_once(POST)
    assert raised.value.evidence["request_left"] is False
    assert_tells_no_secret(raised.value, TOKEN)


def test_a_server_whose_queue_is_full_never_got_the_post() -> None:
    """A connection that is not made in time carried nothing."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as full:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        with pytest.raises(Retryable) as raised:
            quick(f"http://127.0.0.1:{full.getsockname()[1]}").post_once(POST)
        for one in waiting:
            one.close()
    assert raised.value.evidence["request_left"] is False


def test_a_redirect_is_not_followed() -> None:
    """Followed, a POST becomes a GET, and its 200 a false 'published'. Not a post is wrong, but an address."""
    moved = b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://new.example/?secret=1\r\nContent-Length: 0\r\n\r\n"
    with RawServer(raw_server.answering(moved)) as server:
        failure = failure_for(quick(server.url).post_once(POST), posting=True)
    assert isinstance(failure, AuthExpired)
    assert "base_url must be changed to https://new.example" in str(failure)
    assert "secret" not in str(failure)
    assert len(server.bodies) == 1


def test_a_redirect_whose_body_never_ends_does_not_hold_the_call() -> None:
    """Nothing may read an answer outside the limits of size and time."""

    def redirect_and_drip(connection: socket.socket, stopped: object) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 100000\r\n\r\n")
        raw_server.drip(connection, stopped)  # type: ignore[arg-type]

    with RawServer(redirect_and_drip) as server, pytest.raises(Ambiguous):
        quick(server.url).post_once(POST)


@pytest.mark.parametrize(
    ("base_url", "token"),
    [("not an address", TOKEN), ("", TOKEN), ("http://[::1", TOKEN), ("http://h", f"{TOKEN}\nX: y")],
)
def test_a_call_that_cannot_be_made_is_refused_without_showing_the_secret(base_url: str, token: str) -> None:
    """A typing error in the configuration needs a person, and the error must be safe to show to one."""
    call = Call(
        what="publishing", method="POST", path="/", headers={"Authorization": f"Bearer {token}"}, hidden=(token,)
    )
    with pytest.raises(Rejected, match="base_url") as raised:
        Http(base_url).post_once(call)
    assert_tells_no_secret(raised.value, TOKEN)


def test_an_answer_that_repeats_our_secret_is_blacked_out() -> None:
    """Error pages repeat requests; their words go into the log."""
    body = f"Invalid token {TOKEN}".encode()
    head = f"HTTP/1.1 401 Unauthorized\r\nX-Request-Id: {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with RawServer(raw_server.answering(head + body)) as server:
        failure = failure_for(quick(server.url).post_once(POST), posting=True)
    assert isinstance(failure, AuthExpired)
    assert_tells_no_secret(failure, TOKEN)


@pytest.mark.parametrize(
    "write",
    [
        quote,
        quote_plus,
        lambda it: quote(it, safe=""),
        lambda it: re.sub("%..", lambda found: found[0].lower(), quote(it, safe="")),
        lambda it: json.dumps(it)[1:-1],
        lambda it: json.dumps(it)[1:-1].replace("/", "\\/"),
        lambda it: json.dumps(it, ensure_ascii=False)[1:-1],
        lambda it: json.dumps(it)[1:-1].replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
        escape,
        lambda it: escape(it, quote=False),
    ],
)
def test_a_secret_is_blacked_out_however_the_server_writes_it(write: Callable[[str], str]) -> None:
    """Servers write what they repeat as addresses, JSON or HTML do; the letters in between would open the account."""
    secret = 'begin/"+<é&>= ღ end'
    told = write(secret)
    body = f'{{"error": "no {told}"}}'.encode()
    answer = Answer(status=401, body=hide_bytes(body, (secret,)), headers={"x-request-id": hide(told, (secret,))})
    for part in ("begin", "end"):
        assert part not in str(answer.evidence())
        assert part not in answer.body.decode()


def test_a_secret_that_was_quoted_twice_shows_no_longer_stretch_of_it() -> None:
    """A server that repeats a body inside of its own: the letters between the signs are most of a token."""
    secret = 'begin+"/the-greater-part-of-it=='
    body = json.dumps({"error": f"not understood: {json.dumps({'password': secret})} {quote(quote(secret))}"})
    assert b"greater-part" not in hide_bytes(body.encode(), (secret,))
    assert hide("user 2244994945", ("2244994945-the-rest-of-a-token",)) == "user 2244994945"


def test_a_call_and_an_upload_do_not_print_what_is_secret_or_huge() -> None:
    """A repr lands in a log sooner or later."""
    upload = Upload(form_field="file", name="a.jpg", mime="image/jpeg", content=b"secret picture")
    assert TOKEN not in repr(POST)
    assert "secret picture" not in repr(upload)


@pytest.mark.parametrize(
    ("head", "heard"),
    [
        (b"Date: Fri, 30 Jul 2027 05:00:00 GMT\r\n", [datetime(2027, 7, 30, 5, tzinfo=UTC)]),
        (b"Date: yesterday\r\n", []),
        (b"", []),
    ],
)
def test_the_time_that_a_server_tells_is_passed_on(head: bytes, heard: list[datetime]) -> None:
    """It is how a wrong clock of ours is noticed."""
    told: list[tuple[str, datetime]] = []
    with RawServer(
        raw_server.answering(b"HTTP/1.1 200 OK\r\n" + head + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
    ) as server:
        http = Http(server.url)
        http.heard = lambda host, theirs: told.append((host, theirs))
        http.prepare(Call(what="a call", method="GET", path="/"))
        assert told == [(server.url, moment) for moment in heard]


def test_cookies_are_not_kept() -> None:
    """One sender's session must never leak into another's call."""
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    with RawServer(raw_server.answering(answer)) as server:
        http = quick(server.url)
        assert [http.prepare(POST).status for _ in range(2)] == [200, 200]
    assert not any(b"cookie:" in head.lower() for head in server.heads)


@pytest.mark.parametrize(
    ("status", "headers", "while_posting", "while_preparing"),
    [
        (200, {}, Ambiguous, Retryable),
        (204, {}, Ambiguous, Retryable),
        (301, {}, AuthExpired, AuthExpired),
        (302, {}, Ambiguous, AuthExpired),
        (400, {}, Rejected, Rejected),
        (401, {}, AuthExpired, AuthExpired),
        (403, {}, AuthExpired, AuthExpired),
        (404, {}, Rejected, Rejected),
        (408, {}, Ambiguous, Retryable),
        (409, {}, Rejected, Rejected),
        (413, {}, Rejected, Rejected),
        (422, {}, Rejected, Rejected),
        (425, {}, Ambiguous, Retryable),
        (429, {}, Retryable, Retryable),
        (500, {}, Ambiguous, Retryable),
        (501, {}, Ambiguous, Retryable),
        (502, {}, Ambiguous, Retryable),
        (503, {}, Ambiguous, Retryable),
        (503, {"retry-after": "30"}, Retryable, Retryable),
        (504, {}, Ambiguous, Retryable),
        (520, {}, Ambiguous, Retryable),
    ],
)
def test_each_status_is_one_of_the_four_failures(
    status: int, headers: dict[str, str], while_posting: type[Failure], while_preparing: type[Failure]
) -> None:
    """This table decides who is asked, who waits, and whether a post can ever go out twice."""
    answer = Answer(status=status, headers=headers, body=b'{"error": "no"}')
    for posting, expected in ((True, while_posting), (False, while_preparing)):
        failure = failure_for(answer, posting)
        assert type(failure) is expected
        assert failure.http_status == status
        assert failure.evidence["words"] == "no"


SENT = "Tue, 30 Jul 2027 09:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "120"}, timedelta(seconds=120)),
        ({"retry-after": "0"}, timedelta(0)),
        ({"retry-after": "1000000000"}, timedelta(hours=1)),
        ({"retry-after": "9" * 5000}, timedelta(hours=1)),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "١٢٠"}, None),
        ({"retry-after": "Tue, 30 Jul 2027 09:05:00 GMT", "date": SENT}, timedelta(minutes=5)),
        ({"retry-after": "Tue, 30 Jul 2027 08:00:00 GMT", "date": SENT}, timedelta(0)),
        ({"retry-after": "Tue, 30 Jul 1927 09:05:00 GMT", "date": SENT}, timedelta(0)),
        ({"retry-after": "Tue, 30 Jul 2099 09:05:00 GMT", "date": SENT}, timedelta(hours=1)),
        ({"retry-after": "Tue, 30 Jul 2027 09:05:00 GMT"}, None),
        (
            {"x-ratelimit-reset": "2027-07-30T09:05:00.123456Z", "date": SENT},
            timedelta(minutes=5, microseconds=123_456),
        ),
        ({"x-ratelimit-reset": "1816938300", "date": SENT}, timedelta(minutes=5)),
        ({"x-rate-limit-reset": "1816938300", "date": SENT}, timedelta(minutes=5)),
        ({"ratelimit-reset": "90"}, timedelta(seconds=90)),
        ({"x-ratelimit-reset": "9999-01-01T00:00:00Z", "date": SENT}, timedelta(hours=1)),
        ({"x-ratelimit-reset": "nan", "date": SENT}, None),
        ({"x-ratelimit-reset": "1e400", "date": SENT}, None),
    ],
)
def test_the_wait_that_is_asked_for_is_kept_within_an_hour(headers: dict[str, str], wait: timedelta | None) -> None:
    """Too short is a ban, absurdly long is a post that silently never goes out."""
    assert wait_asked(headers) == wait


def test_the_reset_of_a_limit_that_was_not_reached_asks_for_nothing() -> None:
    """Servers tell it with every answer; a fault of theirs would otherwise silence the account for five minutes."""
    told = {"x-ratelimit-reset": "2027-07-30T09:05:00Z", "date": SENT}
    waits = {status: failure_for(Answer(status=status, headers=told), posting=False) for status in (429, 500)}
    assert {status: getattr(one, "after", None) for status, one in waits.items()} == {
        429: timedelta(minutes=5),
        500: None,
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": "Text is too long"}', "Text is too long"),
        (b'{"error": "bad", "error_description": "The scope is missing"}', "The scope is missing"),
        (b"<html><h1>502</h1>\n<p>Bad  gateway</p></html>", "502 Bad gateway"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 5000, "x" * 500),
        (b"[" * 100_000, "[" * 500),
    ],
)
def test_the_platforms_words_are_kept_short_and_without_markup(body: bytes, words: str) -> None:
    """They are shown to an officer, in a table."""
    assert Answer(status=400, body=body).words() == words


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id": "1', b"[" * 100_000])
def test_a_body_that_is_no_json_says_so(body: bytes) -> None:
    """Whoever reads it decides what that means; nobody gets a half-read value."""
    with pytest.raises(Unreadable):
        Answer(status=200, body=body).json()


@pytest.mark.parametrize(
    ("body", "fields"), [(b'{"id": "1"}', {"id": "1"}), (b'["id"]', {}), (b"<html>", {}), (b"", {})]
)
def test_a_body_that_is_no_object_has_no_fields(body: bytes, fields: dict[str, str]) -> None:
    """A proxy's page and a bare list name no post: what is looked for in them is not there."""
    assert Answer(status=200, body=body).fields() == fields


@pytest.mark.parametrize("answer", [b"X-Fine: yes", b": no name\r\n no header"])
def test_an_address_is_in_no_log_line(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Some platforms want the token in the address, and the library below tells every address it calls."""
    caplog.set_level(0)
    call = Call(what="publishing", method="POST", path=f"/bot{TOKEN}/send")
    with RawServer(raw_server.answering(b"HTTP/1.1 200 OK\r\n" + answer + b"\r\nContent-Length: 0\r\n\r\n")) as server:
        quick(server.url).prepare(call)
    assert TOKEN not in caplog.text


def test_texts_in_any_script_arrive_as_they_are() -> None:
    """Bytes are what a platform counts and shows."""
    text = "ადამიანი ӯ ғ ʻ العربية"
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with RawServer(raw_server.answering(ok)) as server:
        quick(server.url).post_once(Call(what="publishing", method="POST", path="/", json={"status": text}))
    assert json.loads(server.bodies[0]) == {"status": text}


def test_a_picture_may_take_longer_to_send_than_a_connection_to_be_made() -> None:
    """Missions sit behind slow lines: an upload that moves must not be cut off because it is large."""
    content = b"x" * 12_000_000
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    upload = Upload(form_field="file", name="card.jpg", mime="image/jpeg", content=content)
    with RawServer(raw_server.answering(ok), pause_s=0.02) as server:
        http = Http(server.url, connect_timeout_s=0.2)
        assert http.prepare(Call(what="uploading", method="POST", path="/", upload=upload)).status == 200
    assert content in server.bodies[0]


def test_an_upload_that_never_comes_to_an_end_is_given_up() -> None:
    """A server that takes a little now and then would keep a sender for hours: no piece of it ever times out."""
    upload = Upload(form_field="file", name="card.jpg", mime="image/jpeg", content=b"x" * 30_000_000)
    call = Call(what="uploading", method="POST", path="/", upload=upload)
    with RawServer(raw_server.close, pause_s=0.05) as server, pytest.raises(Retryable) as raised:
        Http(server.url, connect_timeout_s=2, upload_timeout_s=0.2, slowest_bytes_per_s=10**9).prepare(call)
    assert raised.value.evidence["request_left"] is True
    assert not server.bodies or len(server.bodies[0]) < 30_000_000


@pytest.mark.parametrize("in_a_form", [False, True])
def test_part_of_a_file_arrives_byte_for_byte(tmp_path: Path, in_a_form: bool) -> None:
    """Films go in stretches, and a byte too few makes one that cannot be played."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(content := bytes(range(256)) * 1_000)
    stretch = Stretch(path=path, start=100, size_bytes=200_000)
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    call = Call(what="uploading", method="POST", path="/", content=None if in_a_form else stretch, form={"a": "ӯ"})
    if in_a_form:
        call = replace(call, upload=Upload(form_field="file", name="clip.mp4", mime="video/mp4", content=stretch))
    with RawServer(raw_server.answering(ok)) as server:
        assert Http(server.url).prepare(call).ok
    (body,) = server.bodies
    assert content[100:200_100] in body
    assert (len(body) == 200_000) != in_a_form
    assert (b'name="a"\r\n\r\n' + "ӯ".encode() in body) == in_a_form


def test_a_large_file_is_sent_without_being_held_in_memory(tmp_path: Path) -> None:
    """Many senders upload at once, on a small machine."""
    path = tmp_path / "clip.mp4"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    upload = Upload(
        form_field="file", name="clip.mp4", mime="video/mp4", content=Stretch(path=path, start=0, size_bytes=50_000_000)
    )
    swallowed = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_swallow, args=(swallowed,), daemon=True).start()
    tracemalloc.start()
    answer = Http(f"http://127.0.0.1:{swallowed.getsockname()[1]}").prepare(
        Call(what="uploading", method="POST", path="/", upload=upload)
    )
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    swallowed.close()
    assert answer.ok
    assert most_bytes < 3_000_000


def test_a_posting_call_whose_body_did_not_leave_whole_is_tried_again() -> None:
    """No server can make a post of half a form.

    A weak line breaks in the middle of a film; taken for perhaps published, it would cost a person's time.
    """
    upload = Upload(form_field="video", name="clip.mp4", mime="video/mp4", content=b"x" * 30_000_000)
    call = Call(what="publishing", method="POST", path="/", upload=upload)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        threading.Thread(target=_break_off, args=(listening,), daemon=True).start()
        with pytest.raises(Retryable) as raised:
            Http(f"http://127.0.0.1:{listening.getsockname()[1]}").post_once(call)
    assert raised.value.evidence["request_left"] is True


def test_a_posting_call_whose_body_left_whole_is_not(tmp_path: Path) -> None:
    """From its last byte on the post may be public."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x" * 1_000)
    stretch = Stretch(path=path, start=0, size_bytes=1_000)
    upload = Upload(form_field="video", name="clip.mp4", mime="video/mp4", content=stretch)
    for call in (
        Call(what="publishing", method="POST", path="/", upload=upload),
        Call(what="publishing", method="POST", path="/", content=stretch),
    ):
        with RawServer(raw_server.close) as server, pytest.raises(Ambiguous):
            quick(server.url).post_once(call)


def test_a_server_may_be_given_more_time_for_one_call() -> None:
    """One that looks at a whole film is silent for minutes, and is at work."""
    call = Call(what="publishing", method="POST", path="/", patience_s=20)
    with RawServer(raw_server.late) as server:
        assert quick(server.url).post_once(call).ok
        with pytest.raises(Ambiguous):
            quick(server.url).post_once(replace(call, patience_s=None))


def test_a_file_that_became_shorter_is_no_success(tmp_path: Path) -> None:
    """The platform waits for bytes that never come; nothing of it may count as sent."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x" * 1_000)
    call = Call(what="uploading", method="POST", path="/", content=Stretch(path=path, start=0, size_bytes=2_000))
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with RawServer(raw_server.answering(ok)) as server, pytest.raises(Retryable):
        quick(server.url).prepare(call)


def _swallow(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        while not connection.recv(1_000_000).endswith(b"--\r\n"):
            pass
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def _break_off(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    connection.recv(65_536)
    raw_server.reset(connection, threading.Event())
    connection.close()


@pytest.mark.parametrize("platform", sorted(registry.PLATFORMS))
def test_every_adapter_that_asks_a_server_passes_on_its_time(platform: str) -> None:
    """Otherwise a campaign on that platform alone would never notice that its clock is wrong."""
    module, _, name = registry.PLATFORMS[platform].partition(":")
    adapter = getattr(import_module(module), name)
    assert hasattr(adapter, "listen") == ("Http" in vars(import_module(module)))

"""What the Telegram adapter makes of a strict server's answers, and of its silence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Ambiguous, AuthExpired, Failure, Receipt, Rejected, Retryable, Stopped
from adapters.http import Http
from adapters.scripted.server import Mishap, Reply, reply_json
from adapters.scripted.telegram import TelegramServer
from adapters.telegram import Telegram
from adapters.telegram_bot import may_post
from adapters.telegram_profile import LIMITS
from posts.check import check, length
from posts.model import Level
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import MESSAGE, KnownSecret, account, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Message

BOT = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SEND, PHOTO, ALBUM = (f"/bot{BOT}/{method}" for method in ("sendMessage", "sendPhoto", "sendMediaGroup"))
LONG = "ადამიანი არ იყიდება 🕊 " * 60


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer(BOT) as server:
        yield server


def adapter_for(server: TelegramServer, secret: str = "", **options: str) -> Telegram:
    secret = secret or json.dumps({"token": BOT, "chat": "@iomgeorgia"})
    where = account(base_url=server.url, options=options)
    return Telegram(where, KnownSecret(secret), http=Http(server.url, read_timeout_s=0.5))


def made(receipt: object) -> Receipt:
    assert isinstance(receipt, Receipt)
    return receipt


def with_pictures(folder: Path, count: int, text: str = MESSAGE.text) -> Message:
    media = tuple(picture(folder, f"{number}.jpg", shade=number) for number in range(count))
    return replace(MESSAGE, parts=(text,), media=media)


def refused(status: int, words: str, **parameters: int) -> Reply:
    said = {"ok": False, "error_code": status, "description": words, "parameters": parameters}
    return reply_json(said, status)


# -- publishing ----------------------------------------------------------------------------------------------------


def test_a_text_is_sent_as_it_is(server: TelegramServer) -> None:
    """Nothing in a survivor's words may be taken for markup, cut or escaped."""
    text = "*не* _товар_ [x](y) <b> & #Ҳуқуқ https://iom.example/ge?a=1&b=2 🕊"
    receipt = made(adapter_for(server).publish(replace(MESSAGE, parts=(text,)), "k", MemoryProgress()))
    (accepted,) = server.accepted
    assert (accepted.text, accepted.silent, accepted.preview) == (text, False, {})
    assert receipt.remote_id == f"-1001234567890/{accepted.number}"
    assert receipt.permalink == f"https://t.me/iomgeorgia/{accepted.number}"


@pytest.mark.parametrize(
    ("options", "silent", "preview"),
    [
        ({}, False, {"url": "https://iom.example/ge"}),
        ({"link_preview": "no", "silent": "yes"}, True, {"is_disabled": True}),
    ],
)
def test_sound_and_preview_are_the_accounts_choice(
    server: TelegramServer, options: dict[str, str], silent: bool, preview: dict[str, object]
) -> None:
    """Thousands of telephones ring at once; and the preview must be the post's own link's."""
    message = replace(MESSAGE, parts=("https://other.example https://iom.example/ge",), link="https://iom.example/ge")
    adapter_for(server, **options).publish(message, "k", MemoryProgress())
    assert (server.accepted[0].silent, server.accepted[0].preview) == (silent, preview)


def test_a_private_channel_has_addresses_of_its_own() -> None:
    """Without a public name the number is the address, for members."""
    with TelegramServer(BOT, name="") as server:
        secret = json.dumps({"token": BOT, "chat": "-1001234567890"})
        receipt = made(adapter_for(server, secret).publish(MESSAGE, "k", MemoryProgress()))
    assert receipt.permalink == f"https://t.me/c/1234567890/{server.accepted[0].number}"


def test_one_picture_carries_the_text_as_its_caption(server: TelegramServer, tmp_path: Path) -> None:
    """Picture and words are one message wherever they fit into one."""
    adapter_for(server).publish(with_pictures(tmp_path, 1), "k", MemoryProgress())
    assert [(one.text, one.pictures) for one in server.accepted] == [(MESSAGE.text, 1)]


@pytest.mark.parametrize("count", [2, 10])
def test_several_pictures_are_an_album_with_one_caption(server: TelegramServer, tmp_path: Path, count: int) -> None:
    """All of its messages are known, so that all can be taken down."""
    adapter, progress = adapter_for(server), MemoryProgress()
    receipt = made(adapter.publish(with_pictures(tmp_path, count), "k", progress))
    assert [one.text for one in server.accepted] == [MESSAGE.text, *[""] * (count - 1)]
    assert progress.steps == ["posting"]
    adapter.delete(receipt.remote_id)
    assert server.public == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_text_too_long_for_a_caption_follows_its_pictures_as_a_reply(
    server: TelegramServer, tmp_path: Path, count: int
) -> None:
    """The words stand below their picture, and both are known."""
    message, adapter = with_pictures(tmp_path, count, LONG.strip()), adapter_for(server)
    receipt = made(adapter.publish(message, "k", MemoryProgress()))
    *pictures, text = server.accepted
    assert ([one.text for one in pictures], text.text) == ([""] * count, LONG.strip())
    assert text.reply_to == pictures[0].number
    assert len(receipt.parts) == 2
    adapter.delete(receipt.remote_id)
    assert server.public == 0


def test_whoever_reviews_sees_that_a_text_will_follow_its_pictures(server: TelegramServer, tmp_path: Path) -> None:
    """Two messages are not what was drawn: that is said before approval, or refused if the account wants that."""
    message = with_pictures(tmp_path, 1, LONG.strip())
    told = {one.code: one.level for one in check(message, adapter_for(server).limits())}
    assert told == {"text_follows": Level.WARN}
    assert length(message.text, LIMITS, with_media=True)[1].max == 4096
    told = {one.code: one.level for one in check(message, adapter_for(server, long_text="refuse").limits())}
    assert told == {"too_long": Level.BLOCK}


def test_what_is_counted_here_is_what_the_server_counts(server: TelegramServer, tmp_path: Path) -> None:
    """UTF-16 units: an emoji is two."""
    fits = "🕊" * 2048
    adapter_for(server).publish(replace(MESSAGE, parts=(fits,)), "k", MemoryProgress())
    assert check(replace(MESSAGE, parts=(fits,)), LIMITS) == ()
    assert [one.code for one in check(replace(MESSAGE, parts=(fits + "a",)), LIMITS)] == ["too_long"]
    with pytest.raises(Rejected, match="too long"):
        adapter_for(server).publish(replace(MESSAGE, parts=(fits + "a",)), "k", MemoryProgress())
    caption = "🕊" * 512
    adapter_for(server).publish(with_pictures(tmp_path, 1, caption), "k", MemoryProgress())
    assert server.accepted[-1].text == caption


def test_width_and_height_are_limited_together(tmp_path: Path) -> None:
    """A tall card of 3,000 by 8,000 pixels would be refused on the day."""
    wide = replace(picture(tmp_path), width_px=3000, height_px=8000)
    codes = [one.code for one in check(replace(MESSAGE, media=(wide,)), LIMITS)]
    assert codes == ["image_too_large_in_pixels"]


def test_nothing_is_promised_about_alt_text_where_there_is_no_field() -> None:
    """The picture is described in the text."""
    assert LIMITS.alt_text is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("long_text", "cut"), ("link_preview", "maybe"), ("silent", "true"), ("text_max", "0"), ("caption_max", "many")],
)
def test_an_option_that_says_nothing_names_the_account_and_the_option(
    server: TelegramServer, name: str, value: str
) -> None:
    """A slip in the configuration must not become another post than the one that was meant."""
    with pytest.raises(Rejected, match=rf"ge-test.*option {name} is '{value}'"):
        adapter_for(server, **{name: value}).publish(MESSAGE, "k", MemoryProgress())
    assert server.requests == []


def test_numbers_that_differ_are_options(server: TelegramServer) -> None:
    """Whether UTF-16 units are counted is nowhere written."""
    limits = adapter_for(server, text_max="8000", caption_max="2000", image_bytes_max="5").limits()
    assert (limits.text[0].max, limits.text_with_media[0].max, limits.image_bytes_max) == (8000, 2000, 5)


# -- refused, silent -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (refused(429, "Too Many Requests: retry after 41", retry_after=41), Retryable),
        (Reply(status=429, headers={"Retry-After": "41"}), Retryable),
        (refused(400, "Bad Request: chat not found"), AuthExpired),
        (refused(400, "Bad Request: need administrator rights in the channel chat"), AuthExpired),
        (refused(400, "Bad Request: not enough rights to send photos to the chat"), AuthExpired),
        (refused(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009), AuthExpired),
        (refused(401, "Unauthorized"), AuthExpired),
        (refused(404, "Not Found"), AuthExpired),
        (refused(403, "Forbidden: bot was kicked from the channel chat"), AuthExpired),
        (refused(400, "Bad Request: message is too long"), Rejected),
        (refused(400, "Bad Request: IMAGE_PROCESS_FAILED"), Rejected),
        (refused(413, "Request Entity Too Large"), Rejected),
        (Reply(status=302, headers={"Location": "https://new.example/"}), Ambiguous),
        (refused(500, "Internal Server Error"), Ambiguous),
        (Reply(status=502, body=b"<html>Bad Gateway</html>"), Ambiguous),
        (Reply(status=504), Ambiguous),
        (reply_json({"ok": False, "description": "odd"}), Ambiguous),
    ],
)
@pytest.mark.parametrize("pictures", [0, 1])
def test_a_refused_message_is_one_of_four_failures(
    server: TelegramServer, tmp_path: Path, reply: Reply, failure: type[Failure], pictures: int
) -> None:
    """Each leads to somebody else: the officer, the account's owner, the clock, a person who looks."""
    server.will_fail(reply)
    with pytest.raises(failure) as raised:
        adapter_for(server).publish(with_pictures(tmp_path, pictures), "k", MemoryProgress())
    assert type(raised.value) is failure
    assert server.accepted == ()
    if isinstance(raised.value, Retryable):
        assert raised.value.after == timedelta(seconds=41)


@pytest.mark.parametrize("wait", ["41", -1, True, None, 10**30])
def test_a_wait_that_makes_no_sense_is_none_or_an_hour(server: TelegramServer, wait: object) -> None:
    """A post must not sleep for a year because a server spoke nonsense."""
    server.will_fail(reply_json({"ok": False, "parameters": {"retry_after": wait}}, 429))
    with pytest.raises(Retryable) as raised:
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())
    assert raised.value.after in {None, timedelta(hours=1)}


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.HANG, Mishap.TRUNCATE, Mishap.GARBAGE])
@pytest.mark.parametrize("pictures", [0, 1, 2])
def test_a_lost_answer_is_ambiguous(server: TelegramServer, tmp_path: Path, mishap: Mishap, pictures: int) -> None:
    """The server took it, and cannot be asked: only a person may decide."""
    server.will_fail(mishap)
    with pytest.raises(Ambiguous):
        adapter_for(server).publish(with_pictures(tmp_path, pictures), "k", MemoryProgress())
    assert len(server.accepted) == max(1, pictures)


def test_nothing_that_left_may_be_sent_again() -> None:
    """Before the body leaves, trying again is harmless."""
    with TelegramServer(BOT) as server:
        adapter = adapter_for(server)
    with pytest.raises(Retryable):
        adapter.publish(MESSAGE, "k", MemoryProgress())


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        [],
        True,
        {"message_id": 0, "chat": {"id": -1}},
        {"message_id": True, "chat": {"id": -1}},
        {"message_id": "7", "chat": {"id": -1}},
        {"message_id": 7},
        {"message_id": 7, "chat": {"id": "x"}},
        [{"message_id": 7, "chat": {"id": -1}}, {"message_id": 8, "chat": {"id": -1}}],
    ],
)
def test_success_without_a_message_is_no_success(server: TelegramServer, result: object) -> None:
    """A false 'published' is worse than a question; number 0 is a message that the server only plans."""
    server.will_fail(reply_json({"ok": True, "result": result}))
    with pytest.raises(Ambiguous):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())


def test_an_album_of_which_a_picture_is_not_named_is_no_success(server: TelegramServer, tmp_path: Path) -> None:
    """One of two is neither published nor failed."""
    server.will_fail(reply_json({"ok": True, "result": [{"message_id": 7, "chat": {"id": -1}}]}))
    with pytest.raises(Ambiguous):
        adapter_for(server).publish(with_pictures(tmp_path, 2), "k", MemoryProgress())


def test_a_chat_that_has_moved_says_where_to(server: TelegramServer) -> None:
    """Whoever keeps the account must know what to write."""
    server.moved_to = -1009876543210
    with pytest.raises(AuthExpired, match="-1009876543210"):
        adapter_for(server).publish(MESSAGE, "k", MemoryProgress())


# -- the account ---------------------------------------------------------------------------------------------------


def test_the_confirmed_account_is_the_channel(server: TelegramServer) -> None:
    """A bot may post to many; the number stays when the name changes."""
    who = adapter_for(server).whoami()
    assert (who.remote_id, who.handle, who.url) == ("-1001234567890", "iomgeorgia", "https://t.me/iomgeorgia")


def test_a_bot_that_may_not_post_is_told_before_the_day(server: TelegramServer) -> None:
    """A channel's owner needs a minute to let it; on 30 July nobody has one."""
    server.may_post = False
    with pytest.raises(AuthExpired, match="make it an administrator"):
        adapter_for(server).whoami()
    assert server.accepted == ()


@pytest.mark.parametrize(
    ("member", "kind", "may"),
    [
        ({"status": "creator"}, "channel", True),
        ({"status": "administrator", "can_post_messages": True}, "channel", True),
        ({"status": "administrator", "can_post_messages": False}, "channel", False),
        ({"status": "administrator"}, "supergroup", True),
        ({"status": "member"}, "channel", False),
        ({"status": "member"}, "supergroup", True),
        ({"status": "restricted", "can_send_messages": False}, "supergroup", False),
        ({"status": "restricted", "can_send_messages": True}, "supergroup", True),
        ({"status": "left"}, "supergroup", False),
        ({"status": "kicked"}, "channel", False),
        ({"status": "of a later version"}, "channel", True),
        ({}, "channel", True),
    ],
)
def test_only_what_is_said_keeps_a_bot_from_posting(member: dict[str, object], kind: str, may: bool) -> None:
    """Channels take posts from administrators, groups from whoever is in them."""
    assert may_post(member, kind) is may


@pytest.mark.parametrize(
    "reply", [refused(404, "Not Found: method not found"), refused(429, "later", retry_after=9), Reply(status=502)]
)
def test_a_server_that_does_not_say_who_may_post_keeps_nobody_from_it(server: TelegramServer, reply: Reply) -> None:
    """The account is known by then; what is wrong would show at posting."""
    server.will_fail(reply, path=f"/bot{BOT}/getChatMember")
    assert adapter_for(server).whoami().remote_id == "-1001234567890"


@pytest.mark.parametrize(
    "reply", [refused(400, "Bad Request: member list is inaccessible"), refused(403, "Forbidden: bot is not a member")]
)
def test_a_chat_that_shows_the_bot_no_members_lets_it_not_post(server: TelegramServer, reply: Reply) -> None:
    """That is how a channel answers a bot that is not its administrator."""
    server.will_fail(reply, path=f"/bot{BOT}/getChatMember")
    with pytest.raises(AuthExpired, match="make it an administrator"):
        adapter_for(server).whoami()


def test_a_token_alone_opens_the_channel_that_the_handle_names(server: TelegramServer) -> None:
    """The name is no secret and may stand in the configuration."""
    for where in (account(base_url=server.url, handle="iomgeorgia"), account(options={"chat": "@iomgeorgia"})):
        adapter = Telegram(where, KnownSecret(BOT), http=Http(server.url))
        assert adapter.whoami().remote_id == "-1001234567890"


@pytest.mark.parametrize(
    "secret", ["x y", "{}", "[]", '{"token": "1:a/../b", "chat": "@x"}', '{"token": "1:a", "chat": "a b"}', BOT]
)
def test_a_secret_that_is_not_whole_is_the_accounts_fault(server: TelegramServer, secret: str) -> None:
    """It is put in again by whoever keeps it; nothing of it is told, and nothing is called."""
    with pytest.raises(AuthExpired, match=r"ge-test.*not whole") as raised:
        adapter_for(server, secret).publish(MESSAGE, "k", MemoryProgress())
    assert BOT not in str(raised.value)
    assert server.requests == []


def test_no_secret_leaves_the_adapter(
    server: TelegramServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The token stands in every address: not one line, failure or saved step may hold it, whatever the server says."""
    caplog.set_level(0)
    adapter, progress = adapter_for(server), MemoryProgress()
    message = with_pictures(tmp_path, 1, LONG)
    seen = [repr(adapter.publish(message, "k", progress)), repr(progress.saved), repr(adapter), repr(vars(adapter))]
    for reply in (refused(418, f"/bot{BOT}/x {BOT.replace(':', '%3A')}"), Mishap.CLOSE, Mishap.HANG, Reply(status=302)):
        server.will_fail(reply)
        with pytest.raises(Failure) as raised:
            adapter.publish(MESSAGE, "k", MemoryProgress())
        assert_tells_no_secret(raised.value, BOT)
        seen.append(f"{raised.value!r} {raised.value.evidence}")
    shown = " ".join([*seen, caplog.text, *capfd.readouterr()])
    assert "[hidden]" in shown
    assert not [one for one in (BOT, BOT.partition(":")[2]) if one in shown]


# -- several calls -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop_at", ["posting", "save:part-1", "save:part-2"])
def test_a_post_of_several_parts_goes_on_wherever_it_is_known_to_be(
    server: TelegramServer, tmp_path: Path, stop_at: str
) -> None:
    """After a crash the daemon holds it; whoever lets it go again sees the rest, tied to what is out."""
    message = replace(with_pictures(tmp_path, 1, LONG.strip()), parts=(LONG.strip(), "two"))
    progress = MemoryProgress(stop_at=stop_at)
    with pytest.raises(Stopped):
        adapter_for(server).publish(message, "k", progress)
    out = len(server.accepted)
    resumed = MemoryProgress(saved=progress.saved)
    receipt = made(adapter_for(server).publish(message, "k", resumed))
    again = max(0, out - len(progress.saved))  # what was stopped before it could be saved: nobody knows of it
    assert len(server.accepted) == 3 + again
    assert len(receipt.parts) == 3
    assert server.accepted[-1].text == "two"


@pytest.mark.parametrize(
    ("what", "failure"),
    [
        (refused(429, "Too Many Requests", retry_after=7), Retryable),
        (refused(401, "Unauthorized"), AuthExpired),
        (refused(400, "Bad Request: message is too long"), Ambiguous),
        (Mishap.CLOSE, Ambiguous),
        (Reply(status=502), Ambiguous),
    ],
)
def test_a_post_that_breaks_off_says_what_is_out(
    server: TelegramServer, tmp_path: Path, what: Mishap | Reply, failure: type[Failure]
) -> None:
    """Half a post in public must be seen by somebody, and go on where it can."""
    server.will_fail(what, path=SEND)
    message, progress = with_pictures(tmp_path, 1, LONG.strip()), MemoryProgress()
    with pytest.raises(failure, match="part 2 of 2 is not known to be out") as raised:
        adapter_for(server).publish(message, "k", progress)
    assert raised.value.evidence["out"] == f"https://t.me/iomgeorgia/{server.accepted[0].number}"
    if failure is Ambiguous:
        return
    made(adapter_for(server).publish(message, "k", MemoryProgress(saved=progress.saved)))
    assert [one.pictures for one in server.accepted] == [1, 0]
    assert server.accepted[1].reply_to == server.accepted[0].number


@pytest.mark.parametrize("text", ["short now", "two", LONG + "more"])
def test_a_post_that_was_changed_half_way_is_not_continued(server: TelegramServer, tmp_path: Path, text: str) -> None:
    """New words under old pictures were approved by nobody."""
    progress = MemoryProgress(stop_at="save:part-2")
    thread = replace(MESSAGE, parts=(LONG, "two", "three"))
    with pytest.raises(Stopped):
        adapter_for(server).publish(thread, "k", progress)
    out = len(server.accepted)
    with pytest.raises(Rejected, match="earlier version"):
        adapter_for(server).publish(replace(MESSAGE, parts=(text, "two")), "k", MemoryProgress(saved=progress.saved))
    assert len(server.accepted) == out


def test_a_post_whose_beginning_was_deleted_is_not_continued(server: TelegramServer, tmp_path: Path) -> None:
    """A text about a picture that is not there any more helps nobody."""
    message, progress = with_pictures(tmp_path, 1, LONG), MemoryProgress()
    server.will_fail(refused(429, "Too Many Requests", retry_after=7), path=SEND)
    with pytest.raises(Retryable):
        adapter_for(server).publish(message, "k", progress)
    server.forget(server.accepted[0].number)
    with pytest.raises(Rejected, match="deleted meanwhile; queue the post anew"):
        adapter_for(server).publish(message, "k", progress)


# -- taking down ---------------------------------------------------------------------------------------------------


def test_a_message_too_old_to_be_deleted_is_left_to_a_person(server: TelegramServer) -> None:
    """After 48 hours only the app can."""
    receipt = made(adapter_for(server).publish(MESSAGE, "k", MemoryProgress()))
    server.will_fail(refused(400, "Bad Request: message can't be deleted"))
    with pytest.raises(Rejected, match="48 hours only: delete message 41 in the app"):
        adapter_for(server).delete(receipt.remote_id)


def test_the_address_that_a_person_gave_can_be_taken_down(server: TelegramServer) -> None:
    """An unclear message is settled with its address; consent is withdrawn for it too."""
    adapter = adapter_for(server)
    for remote_id in ("41", "https://t.me/iomgeorgia/42?single", "https://t.me/c/1234567890/43?thread=1"):
        adapter.publish(MESSAGE, "k", MemoryProgress())
        adapter.delete(remote_id)
        assert server.public == 0


@pytest.mark.parametrize("remote_id", ["", "x", "41,", "https://t.me/s/iomgeorgia", "https://elsewhere.example/41"])
def test_what_is_no_message_of_this_platform_is_not_deleted(server: TelegramServer, remote_id: str) -> None:
    """Deleting the wrong message is worse than asking a person."""
    with pytest.raises(Rejected, match="by hand"):
        adapter_for(server).delete(remote_id)
    assert server.requests == []


def test_another_channels_message_is_never_ours(server: TelegramServer) -> None:
    """The same number stands for another message there."""
    adapter = adapter_for(server)
    adapter.publish(MESSAGE, "k", MemoryProgress())
    with pytest.raises(AuthExpired):
        adapter.delete("https://t.me/another/41?single")
    assert server.public == 1

"""A Telegram channel, by the documented Bot API.

Numbers and behaviour as read in the description of Bot API 10.1 of 11 Jun 2026 (on 24 Nov 2026). The text is sent as it
is, without a parse mode: nothing in it can be taken for markup, and the server itself makes links of addresses and
hashtags, in every script. A bot cannot read a channel, nor does the server know a key of ours: what may be out is
settled by a person. Nor does it tell views or reactions: there are no counts.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from adapters.contract import (
    Ambiguous,
    Fact,
    Failure,
    Identity,
    Lookup,
    Option,
    Profile,
    Reading,
    Receipt,
    Rejected,
    Retryable,
)
from adapters.http import Http, Upload
from adapters.on_disk import picture_name, read_picture
from adapters.options import refuse_other_than, wrong
from adapters.parts import broken_off, parts_out
from adapters.telegram_bot import Bot
from posts.limits import Limits, TextLimit, Unit
from posts.measure_text import fits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.model import Account, Media, Message

SERVER = "https://api.telegram.org"
READ_TIMEOUT_S = 30  # a silence taken for a failure costs a person's time here: nothing can be looked up
SOURCE, OURS = "Telegram Bot API 10.1", "the safe reading, for the description is silent: option text_max, caption_max"
LIMITS = Limits(
    text=(TextLimit(unit=Unit.UTF16, max=4096),),
    text_with_media=(TextLimit(unit=Unit.UTF16, max=1024),),
    long_text_follows=True,
    images_max=10,
    image_types=("image/jpeg", "image/png"),
    image_bytes_max=10_000_000,
    image_sides_max=10_000,
    image_ratio_min=0.05,
    image_ratio_max=20.0,
)
NUMBERS = ("text_max", "caption_max", "image_bytes_max")
CHOICES = {"long_text": ("follow", "refuse"), "link_preview": ("yes", "no"), "silent": ("no", "yes")}
REMOTE_ID = re.compile(r"(?:(?P<chat>-?\d+)/)?(?P<ids>\d+(?:,\d+)*)", re.ASCII)
ADDRESS = re.compile(r"https://t\.me/(?:c/(?P<private>\d+)|(?P<name>[A-Za-z]\w+))/(?P<ids>\d+)(?:\?.*)?", re.ASCII)


def _fact(name: str, value: str, unit: str, source: str = SOURCE, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 6, 11), sure=sure)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One call that makes something public. `says` is a digest of it, kept to see that it is still the same post."""

    method: str
    fields: Mapping[str, Any]
    uploads: tuple[Upload, ...] = field(default=(), repr=False)
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """The messages that one call made."""

    chat: str
    ids: tuple[int, ...]
    permalink: str


class Telegram:
    """One channel, posted to by a bot that is its administrator.

    Its secret is `{"token": …, "chat": "@name" or "-100…"}`, or the token alone where `handle` names the channel.
    Without base_url the server is https://api.telegram.org. Options, all as text: `long_text`: "refuse" where a text
    that is too long for a picture's caption must not follow as a message of its own (else "follow"); `link_preview`:
    "no" for none; `silent`: "yes" for no sound; `text_max`, `caption_max`, `image_bytes_max`: numbers, should the
    server's differ; `chat`: the channel, where the secret is the token alone.
    """

    profile = Profile(
        platform="telegram",
        limits=LIMITS,
        lookup=Lookup.NONE,
        can_delete=True,
        facts=(
            _fact("text", "4096", "characters after entities parsing"),
            _fact("text with media", "1024", "characters after entities parsing; a longer one follows as a reply"),
            _fact("counting", "UTF-16", "units", OURS, sure=False),
            _fact("images", "10", "pictures of an album"),
            _fact("image size", "10000000", "bytes; 10 MB"),
            _fact("image sides", "10000", "pixels, width and height together"),
            _fact("image ratio", "20", "to one side or the other"),
            _fact("alt text", "none", "there is no field for it"),
            _fact("deleting", "48", "hours after it was sent; later by hand"),
            _fact("calls", "1", "per second and chat, about", "python-telegram-bot 22.8, constants", sure=False),
        ),
        options=(
            Option(
                name="long_text",
                default="follow",
                meaning='a text too long for a caption: `"follow"`, as a reply to its pictures, or `"refuse"`',
            ),
            Option(name="link_preview", default="yes", meaning='`"no"`: links have no preview'),
            Option(name="silent", default="no", meaning='`"yes"`: telephones do not ring'),
            Option(name="text_max", default="4096", meaning="the longest text, in UTF-16 units"),
            Option(name="caption_max", default="1024", meaning="the longest caption, in UTF-16 units"),
            Option(name="image_bytes_max", default="10000000", meaning="the largest picture"),
            Option(
                name="chat",
                default="",
                meaning="the channel, where the secret is the token alone and `handle` is empty",
            ),
        ),
    )

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._account = account
        self._http = http or Http(account.base_url or SERVER, read_timeout_s=READ_TIMEOUT_S)
        self._bot = Bot(account, secrets, self._http)

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def limits(self) -> Limits:
        """The documented ones, with the numbers that the account's options give."""
        texts, captions, size = (self._number(one) for one in NUMBERS)
        text, caption = LIMITS.text[0], LIMITS.text_with_media[0]
        return replace(
            LIMITS,
            text=(replace(text, max=texts or text.max),),
            text_with_media=(replace(caption, max=captions or caption.max),),
            long_text_follows=self._choice("long_text") == "follow",
            image_bytes_max=size or LIMITS.image_bytes_max,
        )

    def whoami(self) -> Identity:
        """The channel that the secret names, and that the bot can see. Raises AuthExpired where there is none."""
        self._bot.ask("asking whose token it is", "getMe", {})
        chat = self._bot.ask("asking for the channel", "getChat", {"chat_id": self._bot.key().chat})
        number = chat.get("id") if isinstance(chat, dict) else None
        if type(number) is not int:
            raise Retryable(f"asking for the channel: {self._http.host} answered without its number")
        name = str(chat.get("username") or "")
        title = str(chat.get("title") or number)
        return Identity(remote_id=str(number), handle=name or title, url=f"https://t.me/{name}" if name else "")

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt:  # noqa: ARG002 - there are no keys
        """The post is public: pictures with their caption, or a text, and each further part as a reply to the last.

        A text too long for a caption follows its pictures. What goes out in several calls is saved after each; one that
        breaks off says so: Retryable and AuthExpired may be tried again, and it goes on; what cannot go on is
        Ambiguous, for a person. Rejected where what was out has been deleted, or said something else.
        """
        self._refuse_unfit()
        pieces = self._pieces(message)
        sent = _known(pieces, progress)
        progress.posting()
        for number in range(len(sent) + 1, len(pieces) + 1):
            try:
                sent.append(self._post(pieces[number - 1], sent[-1] if sent else None))
            except Failure as failure:
                broken = _broken_off(failure, f"part {number} of {len(pieces)}", sent[0] if sent else None)
                raise broken from None
            if number < len(pieces):
                last = sent[-1]
                kept = {"chat": last.chat, "ids": list(last.ids), "permalink": last.permalink}
                progress.save(f"part-{number}", {**kept, "says": pieces[number - 1].says})
        return _receipt(sent)

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """Never found: raises Ambiguous, which says who must look."""
        raise Ambiguous("a bot cannot read what its channel holds; open the channel and look")

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading]:  # noqa: ARG002 - a bot is told no counts
        """Nothing: a bot is told neither views nor reactions."""
        return []

    def delete(self, remote_id: str) -> None:
        """None of its messages is there any more; true also if they were gone already.

        Raises Rejected where the server refuses: after 48 hours it may.
        """
        chat, numbers = _place_of(remote_id)
        for one in reversed(numbers):
            self._delete_one(chat or self._bot.key().chat, one)

    # -- preparing -------------------------------------------------------------------------------------------------

    def _refuse_unfit(self) -> None:
        for name, known in CHOICES.items():
            refuse_other_than(self._account, name, known)
        for name in NUMBERS:
            if name in self._account.options and self._number(name) is None:
                raise wrong(self._account, name, "a number above 0")

    def _choice(self, name: str) -> str:
        return self._account.options.get(name, CHOICES[name][0])

    def _number(self, name: str) -> int | None:
        given = self._account.options.get(name, "")
        return int(given) or None if given.isascii() and given.isdigit() else None

    def _pieces(self, message: Message) -> list[_Piece]:
        """The calls that make the post, in their order."""
        texts = list(message.parts)
        pieces: list[_Piece] = []
        if message.media:
            as_caption = fits(texts[0], self.limits().text_with_media)
            pieces.append(self._album(message.media, texts.pop(0) if as_caption else ""))
        return [*pieces, *(self._text(one, message.link) for one in texts)]

    def _text(self, text: str, link: str) -> _Piece:
        preview: dict[str, object] = {"is_disabled": True} if self._choice("link_preview") == "no" else {}
        if not preview and link and link in text:
            preview = {"url": link}
        fields = {**self._common(), "text": text, **({"link_preview_options": preview} if preview else {})}
        return _Piece(method="sendMessage", fields=fields, says=_digest(text))

    def _album(self, media: Sequence[Media], caption: str) -> _Piece:
        says = _digest(caption, *(one.sha256 for one in media))
        named = {"caption": caption} if caption else {}
        if len(media) == 1:
            fields, photo = {**self._common(), **named}, _upload("photo", 1, media[0])
            return _Piece(method="sendPhoto", fields=fields, uploads=(photo,), says=says)
        uploads = tuple(_upload(f"picture-{number}", number, one) for number, one in enumerate(media, 1))
        photos: list[dict[str, str]] = [{"type": "photo", "media": f"attach://{one.form_field}"} for one in uploads]
        photos[0] |= named  # the caption of the first is that of the album
        return _Piece(method="sendMediaGroup", fields={**self._common(), "media": photos}, uploads=uploads, says=says)

    def _common(self) -> dict[str, Any]:
        silent = {"disable_notification": True} if self._choice("silent") == "yes" else {}
        return {"chat_id": self._bot.key().chat, **silent}

    # -- posting ---------------------------------------------------------------------------------------------------

    def _post(self, piece: _Piece, after: _Sent | None) -> _Sent:
        tied = {"reply_parameters": {"message_id": after.ids[0]}} if after else {}
        result = self._bot.post_once("publishing", piece.method, {**piece.fields, **tied}, piece.uploads)
        messages = result if isinstance(result, list) else [result]
        ids = tuple(number for one in messages if (number := _message_id(one)))
        where = _chat_of(messages[0])
        if where is None or not len(ids) == len(messages) == max(1, len(piece.uploads)):
            raise Ambiguous(
                f"publishing: {self._http.host} said yes, but did not name the message; look into the channel",
                http_status=200,
            )
        chat, name = where
        return _Sent(chat=str(chat), ids=ids, permalink=_permalink(chat, name, ids[0]))

    def _delete_one(self, chat: str, number: int) -> None:
        try:
            self._bot.ask("deleting", "deleteMessage", {"chat_id": chat, "message_id": number})
        except Rejected as refused:
            words = str(refused).casefold()
            if "message to delete not found" in words:
                return
            raise Rejected(
                f"{refused}; a bot may delete a message for 48 hours only: delete message {number} in the app",
                http_status=refused.http_status,
                evidence=refused.evidence,
            ) from None


def _upload(form_field: str, number: int, media: Media) -> Upload:
    name = picture_name(number, media)
    return Upload(form_field=form_field, name=name, mime=media.mime, content=read_picture(media))


def _digest(*said: str) -> str:
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()[:16]


def _message_id(message: object) -> int | None:
    """The message's number; None where there is none, or 0: that one is only planned by the server."""
    number = message.get("message_id") if isinstance(message, dict) else None
    return number if type(number) is int and number > 0 else None


def _chat_of(message: object) -> tuple[int, str] | None:
    """The number of the chat the message is in, and its public name, "" where it has none."""
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict) or type(chat.get("id")) is not int:
        return None
    name = chat.get("username")
    return chat["id"], name if isinstance(name, str) else ""


def _permalink(chat: int, name: str, number: int) -> str:
    if name:
        return f"https://t.me/{name}/{number}"
    return f"https://t.me/c/{str(chat).removeprefix('-100').removeprefix('-')}/{number}"


def _known(pieces: Sequence[_Piece], progress: Progress) -> list[_Sent]:
    """What is known to be out already, in its order. Raises Rejected where that was another post's."""
    known: list[_Sent] = []
    for saved in parts_out(progress):
        ids, link = saved.get("ids"), str(saved.get("permalink"))
        if len(known) >= len(pieces) - 1 or saved.get("says") != pieces[len(known)].says or not isinstance(ids, list):
            raise Rejected(
                f"a part of an earlier version of this post is out at {link}; delete it there, and queue the post anew",
                evidence={"permalink": link},
            )
        known.append(_Sent(chat=str(saved["chat"]), ids=tuple(map(int, ids)), permalink=link))
    return known


def _broken_off(failure: Failure, part: str, first: _Sent | None) -> Failure:
    """What a part's failure means for the post: where others are out already, 'not published' is no longer true."""
    if first is None:
        return failure
    if isinstance(failure, Rejected) and "replied not found" in str(failure):
        return Rejected(
            f"what was out of it, at {first.permalink}, was deleted meanwhile; queue the post anew",
            http_status=failure.http_status,
            evidence=failure.evidence,
        )
    return broken_off(failure, f"{part} is not known to be out", first.permalink)


def _place_of(remote_id: str) -> tuple[str, list[int]]:
    """The chat, "" for our own, and the messages in it; `remote_id` may be the address that a person gave."""
    if found := ADDRESS.fullmatch(remote_id):
        chat = f"@{found['name']}" if found["name"] else f"-100{found['private']}"
    elif found := REMOTE_ID.fullmatch(remote_id):
        chat = found["chat"] or ""
    else:
        raise Rejected(f"deleting: '{remote_id}' is no message of this platform; delete it there by hand")
    return chat, [int(one) for one in found["ids"].split(",")]


def _receipt(sent: Sequence[_Sent]) -> Receipt:
    """`remote_id` names every message, so that all of them can be taken down."""
    first, ids = sent[0], [str(one) for piece in sent for one in piece.ids]
    parts = tuple(f"{piece.chat}/{','.join(map(str, piece.ids))}" for piece in sent)
    return Receipt(remote_id=f"{first.chat}/{','.join(ids)}", permalink=first.permalink, parts=parts)

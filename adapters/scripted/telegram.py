"""A Telegram Bot API server that is strict where its description is, with a log of what it accepted that is the judge.

Fields, types and limits as in the description of Bot API 10.1 of 11 Jun 2026. Of a film it keeps what it would take to
know it again, and not its bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.scripted.counting import utf16_units
from adapters.scripted.server import Reply, Request, ScriptedServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIELDS = {
    "getMe": (),
    "getChat": ("chat_id",),
    "getChatMember": ("chat_id", "user_id"),
    "sendMessage": ("chat_id", "text", "link_preview_options", "disable_notification", "reply_parameters"),
    "sendPhoto": ("chat_id", "photo", "caption", "disable_notification", "reply_parameters"),
    "sendVideo": (
        *("chat_id", "video", "caption", "disable_notification", "reply_parameters"),
        *("width", "height", "duration", "supports_streaming", "cover"),
    ),
    "sendAnimation": (
        *("chat_id", "animation", "caption", "disable_notification", "reply_parameters"),
        *("width", "height", "duration"),
    ),
    "sendMediaGroup": ("chat_id", "media", "disable_notification", "reply_parameters"),
    "deleteMessage": ("chat_id", "message_id"),
}
PICTURES = (b"\xff\xd8\xff", b"\x89PNG")
BOT_ID = 7
PHOTO_BYTES_MAX = 10_000_000
FILM_BYTES_MAX = 50_000_000
SHAPE = {"width": int, "height": int, "duration": int, "supports_streaming": bool, "cover": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One message that the server made public; never changed, never taken back.

    `film`: what it says of the film or GIF that it shows, with `sha256` and `size_bytes` of what arrived.
    """

    number: int
    chat: int
    text: str
    pictures: int
    film: Mapping[str, Any]
    reply_to: int | None
    silent: bool
    preview: Mapping[str, Any]


class _Refused(Exception):
    def __init__(self, description: str, code: int = 400, **parameters: int):
        super().__init__(description)
        more = {"parameters": parameters} if parameters else {}
        self.reply = reply_json({"ok": False, "error_code": code, "description": description, **more}, code)


class TelegramServer(ScriptedServer):
    """The server with one bot, that `token` opens, and one channel, `@name` and `number`, of which it is administrator.

    `name` "" makes it a private channel. `moved_to`: the number that the chat has got meanwhile.
    """

    def __init__(self, token: str, *, name: str = "iomgeorgia", number: int = -1001234567890):
        super().__init__()
        self.token, self.name, self.number = token, name, number
        self.moved_to: int | None = None
        self.may_post = True
        self._last = 40
        self._messages: dict[int, Accepted] = {}
        self._log: list[Accepted] = []

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every message ever made, in order: the judge of whether something went out, and how often."""
        return tuple(self._log)

    @property
    def public(self) -> int:
        """How many messages are in the channel now."""
        return len(self._messages)

    def forget(self, number: int) -> None:
        """Somebody has deleted the message in the app."""
        self._messages.pop(number)

    def carry_out(self, request: Request) -> Reply:
        """What the server does with a request, and answers."""
        try:
            method = self._method(request.path)
            fields, files = _given(request)
            return reply_json({"ok": True, "result": self._carry_out(method, fields, files)})
        except _Refused as refused:
            return refused.reply

    def _method(self, path: str) -> str:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", path)
        if found is None:
            raise _Refused("Not Found", 404)
        if found[1] != self.token:
            raise _Refused("Unauthorized", 401) if ":" in found[1] else _Refused("Not Found", 404)
        if found[2] not in FIELDS:
            raise _Refused("Not Found: method not found", 404)
        return found[2]

    def _carry_out(self, method: str, fields: dict[str, Any], files: Mapping[str, bytes]) -> Any:
        if unknown := set(fields) - set(FIELDS[method]):
            raise _Refused(f"Bad Request: unknown fields {sorted(unknown)}")  # the real one ignores them
        if method == "getMe":
            return {"id": BOT_ID, "is_bot": True, "first_name": "bot", "username": "iom_test_bot"}
        self._check_chat(fields.get("chat_id"))
        if method == "getChat":
            return {**self._chat(), "accent_color_id": 1, "max_reaction_count": 11}
        if method == "getChatMember":
            return self._member(fields)
        if not self.may_post:
            raise _Refused("Bad Request: need administrator rights in the channel chat")
        calls: dict[str, Callable[[dict[str, Any], Mapping[str, bytes]], Any]] = {
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendVideo": self._send_video,
            "sendAnimation": self._send_animation,
            "sendMediaGroup": self._send_media_group,
            "deleteMessage": self._delete,
        }
        return calls[method](fields, files)

    def _chat(self) -> dict[str, Any]:
        named = {"username": self.name} if self.name else {}
        return {"id": self.number, "type": "channel", "title": "IOM", **named}

    def _member(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        if fields.get("user_id") != BOT_ID:
            raise _Refused("Bad Request: user not found")
        return {"status": "administrator", "user": {"id": BOT_ID, "is_bot": True}, "can_post_messages": self.may_post}

    def _check_chat(self, chat: object) -> None:
        if self.moved_to is not None:
            raise _Refused(
                "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.moved_to
            )
        known = {self.number, str(self.number), f"@{self.name}" if self.name else None}
        if not isinstance(chat, int | str) or chat not in known:
            raise _Refused("Bad Request: chat not found")

    def _send_message(self, fields: dict[str, Any], _: Mapping[str, bytes]) -> Any:
        text = fields.get("text")
        if not isinstance(text, str) or not text.strip():
            raise _Refused("Bad Request: message text is empty")
        if utf16_units(text) > 4096:
            raise _Refused("Bad Request: message is too long")
        preview = fields.get("link_preview_options", {})
        if not isinstance(preview, dict) or set(preview) - {"is_disabled", "url"}:
            raise _Refused("Bad Request: can't parse link preview options JSON object")
        return self._keep(fields, text, pictures=0, preview=preview)

    def _send_photo(self, fields: dict[str, Any], files: Mapping[str, bytes]) -> Any:
        _check_picture(files.get("photo"))
        return self._keep(fields, _caption(fields), pictures=1)

    def _send_media_group(self, fields: dict[str, Any], files: Mapping[str, bytes]) -> Any:
        media = fields.get("media")
        if not isinstance(media, list) or not 2 <= len(media) <= 10:
            raise _Refused("Bad Request: media must be an array of 2 to 10")
        films = [_of_album(one, files) for one in media]
        return [
            self._keep(fields, _caption(one), pictures=1, film=film) for one, film in zip(media, films, strict=True)
        ]

    def _send_video(self, fields: dict[str, Any], files: Mapping[str, bytes]) -> Any:
        return self._keep(fields, _caption(fields), pictures=1, film=_film(fields, files.get("video"), files))

    def _send_animation(self, fields: dict[str, Any], files: Mapping[str, bytes]) -> Any:
        film = _film(fields, files.get("animation"), files, also=b"GIF8")
        return self._keep(fields, _caption(fields), pictures=1, film=film)

    def _keep(
        self,
        fields: dict[str, Any],
        text: str,
        *,
        pictures: int,
        preview: Mapping[str, Any] | None = None,
        film: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        reply = fields.get("reply_parameters", {})
        silent = fields.get("disable_notification", False)
        if not isinstance(reply, dict) or set(reply) - {"message_id"} or silent not in {True, False}:
            raise _Refused("Bad Request: wrong type of a field")
        parent = reply.get("message_id")
        if reply and parent not in self._messages:
            raise _Refused("Bad Request: message to be replied not found")
        self._last += 1
        made = Accepted(
            number=self._last,
            chat=self.number,
            text=text,
            pictures=pictures,
            film=film or {},
            reply_to=parent,
            silent=silent,
            preview=preview or {},
        )
        self._messages[made.number] = made
        self._log.append(made)
        return {"message_id": made.number, "chat": self._chat(), "date": 1816923600}

    def _delete(self, fields: dict[str, Any], _: Mapping[str, bytes]) -> bool:
        number = fields.get("message_id")
        if number not in self._messages:
            raise _Refused("Bad Request: message to delete not found")
        del self._messages[number]
        return True


def _given(request: Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The fields with their types, and the files of a form; a form's values are text or JSON."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return request.json(), {}
    if not kind.startswith("multipart/form-data"):
        raise _Refused("Bad Request: unsupported content type")
    form, files = request.form()
    words = ("chat_id", "caption", "text", "cover")
    fields = {name: value if name in words else json.loads(value) for name, value in form.items()}
    return fields, {name: one.content for name, one in files.items()}


def _check_picture(content: bytes | None) -> None:
    if content is None:
        raise _Refused("Bad Request: there is no photo in the request")
    if not content.startswith(PICTURES):
        raise _Refused("Bad Request: IMAGE_PROCESS_FAILED")
    if len(content) > PHOTO_BYTES_MAX:
        raise _Refused("Request Entity Too Large", 413)


def _of_album(one: Mapping[str, Any], files: Mapping[str, bytes]) -> Mapping[str, Any]:
    """What is said of the film; nothing of a picture."""
    content = files.get(str(one.get("media")).removeprefix("attach://"))
    match one.get("type"):
        case "photo" if set(one) <= {"type", "media", "caption"}:
            _check_picture(content)
            return {}
        case "video" if set(one) <= {"type", "media", "caption", *SHAPE}:
            return _film(one, content, files)
        case _:
            raise _Refused("Bad Request: can't parse InputMedia")


def _film(
    fields: Mapping[str, Any], content: bytes | None, files: Mapping[str, bytes], *, also: bytes = b"ftyp"
) -> Mapping[str, Any]:
    if content is None:
        raise _Refused("Bad Request: there is no video in the request")
    if len(content) > FILM_BYTES_MAX:
        raise _Refused("Request Entity Too Large", 413)
    if content[4:8] != b"ftyp" and not content.startswith(also):
        raise _Refused("Bad Request: wrong file type")  # the real one makes a document of it, for nobody to see
    told = {name: fields[name] for name in SHAPE if name in fields}
    if any(type(value) is not SHAPE[name] for name, value in told.items()):
        raise _Refused("Bad Request: wrong type of a field")
    if "cover" in told:
        _check_picture(files.get(told["cover"].removeprefix("attach://")))
    return {**told, "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}


def _caption(fields: Mapping[str, Any]) -> str:
    caption = fields.get("caption", "")
    if not isinstance(caption, str) or utf16_units(caption) > 1024:
        raise _Refused("Bad Request: message caption is too long")
    return caption

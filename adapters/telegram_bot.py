"""How the Telegram Bot API is called: a token that stands in every address, and errors that say more than their status.

Behaviour as read in the description of Bot API 10.1 of 11 Jun 2026 (on 24 Nov 2026).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import AuthExpired, Failure, Retryable
from adapters.http import WAIT_MAX, Answer, Call, Http, failure_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.contract import Secrets
    from adapters.http import Upload
    from posts.model import Account

NO_BOT = frozenset({401, 404})  # the address holds the token: where there is no such bot, there is no such page
ACCOUNT_FAULTS = (
    *("chat not found", "rights", "administrator", "not a member", "kicked", "write_forbidden", "upgraded"),
    *(
        "bot is not",
        "inaccessible",
        "chat_admin_required",
        "chat_restricted",
        "channel_private",
        "peer_id_invalid",
        "deactivated",
    ),
)
PASSES = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What opens a channel: the bot's token, and the channel as `@name` or `-100…`."""

    token: str = field(repr=False)
    chat: str


def key_of(account: Account, secrets: Secrets) -> Key:
    """The token and the channel as they are now. Raises AuthExpired where they are not both there."""
    secret = secrets.load().strip()
    try:
        parts = json.loads(secret)
    except ValueError:
        parts = None
    if not isinstance(parts, dict):
        parts = {"token": secret}
    handle = f"@{account.handle.lstrip('@')}" if account.handle else ""
    token, chat = str(parts.get("token") or ""), str(parts.get("chat") or account.options.get("chat") or handle)
    if re.fullmatch(r"[A-Za-z0-9:_-]+", token) and re.fullmatch(r"@\w+|-?[0-9]+", chat, re.ASCII):
        return Key(token=token, chat=chat)
    raise AuthExpired(
        f"account '{account.id}': its secret is not whole; write"
        ' {"token": "…", "chat": "@channel"}, the channel by its name or its number that begins with -100'
    )


class Bot:
    """One bot's calls to one server. The address of a call is shown to nobody."""

    def __init__(self, account: Account, secrets: Secrets, http: Http):
        self._account = account
        self._secrets = secrets
        self._http = http

    def key(self) -> Key:
        """The token and the channel as they are now. Raises AuthExpired where they are not both there."""
        return key_of(self._account, self._secrets)

    def ask(self, what: str, method: str, fields: Mapping[str, Any]) -> Any:
        """The result of a call that may be repeated."""
        return self._call(self._http.prepare, what, method, {"json": fields}, posting=False)

    def post_once(
        self,
        what: str,
        method: str,
        fields: Mapping[str, Any],
        uploads: Sequence[Upload] = (),
        patience_s: float | None = None,
    ) -> Any:
        """The result of the call that makes something public; fields and files in one request."""
        carried: dict[str, Any] = {"json": fields}
        if uploads:
            form = {name: _in_form(value) for name, value in fields.items()}
            carried = {"form": form, "uploads": uploads, "patience_s": patience_s}
        return self._call(self._http.post_once, what, method, carried, posting=True)

    def _call(
        self,
        send: Callable[[Call], Answer],
        what: str,
        method: str,
        carried: Mapping[str, Any],
        *,
        posting: bool,
    ) -> Any:
        token = self.key().token
        path, hidden = f"/bot{token}/{method}", (token, quote(token, safe=""), token.rpartition(":")[2])
        answer = send(Call(what=what, method="POST", path=path, hidden=hidden, **carried))
        said = answer.fields()
        if answer.ok and said.get("ok") is True and said.get("result"):
            return said["result"]
        raise refusal(answer, said, posting=posting)


def may_post(member: Mapping[str, Any], kind: str) -> bool:
    """Whether a chat of this kind takes posts from that member; what the server does not say is no obstacle."""
    match member.get("status"):
        case "left" | "kicked":
            return False
        case "administrator":
            return member.get("can_post_messages") is not False  # told of channels only
        case "restricted":
            return kind != "channel" and member.get("can_send_messages") is not False
        case "member":
            return kind != "channel"
        case _:
            return True


def refusal(answer: Answer, said: Mapping[str, Any], *, posting: bool) -> Failure:
    """The failure that an unwelcome answer means: what to wait for, and whose fault it is, stand in its body."""
    words, parameters = str(said.get("description") or ""), said.get("parameters")
    told: dict[str, Any] = {"http_status": answer.status, "evidence": answer.evidence()}
    more = parameters if isinstance(parameters, dict) else {}
    wait = more.get("retry_after")
    if answer.status in PASSES and type(wait) is int and wait >= 0:
        after = min(timedelta(seconds=min(wait, 10**6)), WAIT_MAX)
        return Retryable(f"{answer.what}: asked to come back later ({answer.status}: {words})", after=after, **told)
    if moved := more.get("migrate_to_chat_id"):
        return AuthExpired(f'{answer.what}: the chat is now {moved}; write that as "chat" into the secret', **told)
    if answer.status in NO_BOT:
        return AuthExpired(
            f"{answer.what}: there is no such bot ({answer.status}: {words}); put its token in again, or correct the"
            " account's base_url",
            **told,
        )
    if 400 <= answer.status < 500 and any(one in words.casefold() for one in ACCOUNT_FAULTS):
        return no_poster(answer.what, words, **told)
    return failure_for(answer, posting)


def no_poster(what: str, why: str, **told: Any) -> AuthExpired:
    """The failure of a bot that may not post where it should: its channel must let it."""
    return AuthExpired(
        f"{what}: the bot may not post there ({why}); make it an administrator of the channel that may post, and see"
        " that the secret names the channel",
        **told,
    )


def _in_form(value: object) -> str:
    """A field of a multipart form: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

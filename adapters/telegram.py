"""A Telegram channel, by the documented Bot API.

A bot cannot read a channel, nor does the server know a key of ours: what may be out is settled by a person. Nor does it
tell views or reactions: there are no counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.contract import Ambiguous, AuthExpired, Failure, Identity, Receipt, Rejected, Retryable
from adapters.http import Http
from adapters.telegram_bot import Bot, may_post, no_poster
from adapters.telegram_options import limits_of, refuse_unfit
from adapters.telegram_pieces import pieces_of
from adapters.telegram_profile import PROFILE
from adapters.telegram_sent import halted, keep, known_of, place_of, receipt_of, sent_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.contract import Progress, Reading, Secrets
    from adapters.telegram_pieces import Piece
    from adapters.telegram_sent import Sent
    from posts.limits import Limits
    from posts.model import Account, Message

SERVER = "https://api.telegram.org"
CHAT_REFUSED = frozenset({400, 403})  # of the account's faults those that the chat speaks of, not the address
READ_TIMEOUT_S = 30  # a silence taken for a failure costs a person's time here: nothing can be looked up


class Telegram:
    """One channel, posted to by a bot that is its administrator.

    Its secret is `{"token": …, "chat": "@name" or "-100…"}`, or the token alone where `handle` names the channel.
    Without base_url the server is https://api.telegram.org. Options, all as text: `long_text`: "refuse" where a text
    that is too long for a picture's caption must not follow as a message of its own (else "follow"); `link_preview`:
    "no" for none; `silent`: "yes" for no sound; `text_max`, `caption_max`, `image_bytes_max`, `film_bytes_max`:
    numbers, should the server's differ; `chat`: the channel, where the secret is the token alone.
    """

    profile = PROFILE

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._account = account
        self._http = http or Http(account.base_url or SERVER, read_timeout_s=READ_TIMEOUT_S)
        self._bot = Bot(account, secrets, self._http)

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def limits(self) -> Limits:
        """The documented ones, with the numbers that the account's options give."""
        return limits_of(self._account)

    def whoami(self) -> Identity:
        """The channel that the secret names. Raises AuthExpired where there is none, or the bot may not post there."""
        bot = self._bot.ask("asking whose token it is", "getMe", {})
        chat = self._bot.ask("asking for the channel", "getChat", {"chat_id": self._bot.key().chat})
        number = chat.get("id") if isinstance(chat, dict) else None
        if type(number) is not int:
            raise Retryable(f"asking for the channel: {self._http.host} answered without its number")
        self._refuse_no_poster(bot, number, str(chat.get("type") or ""))
        name = str(chat.get("username") or "")
        title = str(chat.get("title") or number)
        return Identity(remote_id=str(number), handle=name or title, url=f"https://t.me/{name}" if name else "")

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt:  # noqa: ARG002 - there are no keys
        """The post is public: pictures and films with their caption, or a text; each further part replies to the last.

        A text too long for a caption follows its pictures. What goes out in several calls is saved after each; one that
        breaks off says so: Retryable and AuthExpired may be tried again, and it goes on; what cannot go on is
        Ambiguous, for a person. Rejected where what was out has been deleted, or said something else.
        """
        refuse_unfit(self._account)
        pieces = pieces_of(message, self._account, self._bot.key().chat)
        sent = known_of(pieces, progress)
        progress.posting()
        for number in range(len(sent) + 1, len(pieces) + 1):
            piece = pieces[number - 1]
            try:
                sent.append(self._post(piece, sent[-1] if sent else None))
            except Failure as failure:
                raise halted(failure, f"part {number} of {len(pieces)}", sent[0] if sent else None) from None
            if number < len(pieces):
                keep(sent[-1], piece, number, progress)
        return receipt_of(sent)

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
        chat, numbers = place_of(remote_id)
        for one in reversed(numbers):
            self._delete_one(chat or self._bot.key().chat, one)

    def _refuse_no_poster(self, bot: object, chat: int, kind: str) -> None:
        """Raises AuthExpired where the server says that the bot may not post; what it does not say will show."""
        what, who = "asking whether the bot may post", bot.get("id") if isinstance(bot, dict) else None
        try:
            member = self._bot.ask(what, "getChatMember", {"chat_id": chat, "user_id": who})
        except AuthExpired as failure:
            if failure.http_status in CHAT_REFUSED:
                raise
            return
        except Failure:
            return
        if isinstance(member, dict) and not may_post(member, kind):
            raise no_poster(what, f"it is there as '{member.get('status')}'")

    def _post(self, piece: Piece, after: Sent | None) -> Sent:
        tied = {"reply_parameters": {"message_id": after.ids[0]}} if after else {}
        fields = {**piece.fields, **tied}
        result = self._bot.post_once("publishing", piece.method, fields, piece.uploads, piece.patience_s)
        return sent_of(result, piece, self._http.host)

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

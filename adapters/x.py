"""An X account, by its documented interface, version 2.

Numbers and behaviour as read in X's documentation and its API description 2.167 of 22 Aug 2026. A post has no key here:
what became of a call whose answer was lost is seen in the account's own posts, and nothing is sent again by itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import (
    Ambiguous,
    Failure,
    Gone,
    Horizon,
    Identity,
    NotReady,
    Reading,
    Receipt,
    Rejected,
    Retryable,
)
from adapters.http import Answer, Call, Http
from adapters.instants import is_older
from adapters.parts import broken_off, parts_out
from adapters.x_access import Access
from adapters.x_answers import data, refusal, words
from adapters.x_films import left_out, may_begin_anew
from adapters.x_media import Pictures, forget
from adapters.x_options import limits_of, refuse_unfit, segment_bytes
from adapters.x_profile import LIMITS, PROFILE
from adapters.x_session import client_for, told
from adapters.x_text import answers, pictures, says, stands_alone
from adapters.x_timeline import Timeline, is_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.contract import Progress, Secrets
    from posts.limits import Limits
    from posts.model import Account, Message

SERVER = "https://api.x.com"
CLOCKS_DIFFER = timedelta(minutes=10)


class X:
    """One X account. Its secret is a JSON object, of one of two kinds.

    Keys that last: `consumer_key`, `consumer_secret`, `access_token`, `access_token_secret` (OAuth 1.0a, with rights to
    read and write). Tokens that are renewed: `client_id`, `access_token`, `refresh_token`, and `client_secret` where
    the client has one (OAuth 2.0, scopes tweet.read tweet.write users.read media.write offline.access); their place
    must be one that can be written.

    Options, all as text: `links`: "no" for posts without links (one costs 13 times more); `text_max` where it may write
    more than 280; `media_upload`: "json" (as when it is not given), "multipart" or "chunked"; `fields`:
    "post" for a server that asks for post.fields where the documents say tweet.fields; `film_bytes_max`,
    `film_seconds_max`: numbers, should the account's films differ; `chunk_bytes`: the pieces in which they go.
    """

    profile = PROFILE

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._account = account
        self._http = http or Http(account.base_url or SERVER)
        self._access = Access(account, secrets, self._http)
        self._pictures = Pictures(self._access, account.options.get("media_upload", "json"), segment_bytes(account))
        self._client = client_for(self._access, account.options.get("fields", "tweet"))
        self._me = ""
        self._timeline = Timeline(self._client, lambda: self._me or self.whoami().remote_id)

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def horizon(self) -> Horizon:
        """Until when a person must connect the account again, where its secret says so."""
        return self._access.horizon()

    def renew(self) -> None:
        """Tokens are new ones; keys stay as they are."""
        self._access.renew()

    def limits(self) -> Limits:
        """The documented ones, with what the account's options say of texts, links and films."""
        return limits_of(self._account)

    def whoami(self) -> Identity:
        """The account that the secret opens. Raises AuthExpired where it opens none."""
        call = Call(what="asking whose account it is", method="GET", path="/2/users/me")
        answer = self._access.send(call)
        if not answer.ok:
            raise refusal(answer, posting=False)
        remote_id, handle = data(answer).get("id"), data(answer).get("username")
        if not is_id(remote_id) or not isinstance(handle, str):
            raise Retryable(f"{call.what}: {self._http.host} answered without an account")
        self._me = str(remote_id)
        return Identity(remote_id=self._me, handle=handle, url=f"https://x.com/{handle}")

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:  # noqa: ARG002
        """The post, or the whole thread, is public, or its pictures or its film are still being worked on.

        A thread goes on after the last part that is known to be out. One that breaks off says so: Retryable and
        AuthExpired may be tried again, and it goes on; what cannot go on is Ambiguous, and looked up.
        """
        self._refuse_unfit(message)
        out = _known_parts(progress)
        used_before = bool(progress.saved.get("picture-1")) or may_begin_anew(progress)
        media_ids = [] if out else self._pictures.ready(message.media, progress)
        if isinstance(media_ids, NotReady):
            return media_ids
        if len(out) < len(message.parts):
            progress.posting()
        for number in range(len(out) + 1, len(message.parts) + 1):
            try:
                out.append(self._put(message.parts[number - 1], [] if out else media_ids, out))
            except _PictureGone as gone:
                raise self._without_picture(gone.answer, progress, used_before=used_before) from None
            except Failure as failure:
                where = self._address(out[0]) if out else ""
                raise broken_off(failure, f"part {number} of {len(message.parts)} is not out", where) from None
            if number < len(message.parts):
                progress.save(f"part-{number}", {"id": out[-1], "permalink": self._address(out[-1])})
        return replace(self._receipt(out), evidence=left_out(progress))

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The oldest post since then that reads like the message and is no other delivery's; None if there is none.

        Of a thread the parts that are there, each a reply to the one before; parts that are known to be out are taken
        for granted.
        """
        begin = since - CLOCKS_DIFFER
        listed = [one for one in reversed(self._timeline.own({"start_time": begin})) if not is_older(one, begin)]
        own = [one for one in listed if one["id"] not in progress.taken]
        known = _known_parts(progress)
        first = [one for one in own if _is_first(one, message)]
        also = [self._address(str(one["id"])) for one in first[1:]]
        out = known or [str(one["id"]) for one in first[:1]]
        if not out:
            return None
        while len(out) < len(message.parts):
            after = [one for one in own if answers(one) == out[-1] and says(one, message.parts[len(out)])]
            if not after:
                break
            out.append(str(after[0]["id"]))
        found = self._receipt(out)
        return replace(found, evidence={"also_found": also}) if also and not known else found

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these posts now, a count that is not given left out; Gone for those it says are not there."""
        return list(self._timeline.counts(remote_ids))

    def delete(self, remote_id: str) -> None:
        """The post is no longer there, nor the later parts of its thread; true also if it was gone already."""
        if not is_id(remote_id):
            raise Rejected(f"deleting: '{remote_id}' is no post of this platform; delete it there by hand")
        for one in reversed([remote_id, *self._timeline.rest_of_thread(remote_id)]):
            answer = told(self._client.delete_tweet, one)
            if answer.status != 404 and (not answer.ok or data(answer).get("deleted") is not True):
                raise refusal(answer, posting=False)

    # -- posting ---------------------------------------------------------------------------------------------------

    def _refuse_unfit(self, message: Message) -> None:
        refuse_unfit(self._account)
        if len(message.media) > LIMITS.images_max:
            raise Rejected(f"{len(message.media)} pictures, and the platform takes {LIMITS.images_max}; remove some")

    def _put(self, text: str, media_ids: list[str], out: Sequence[str]) -> str:
        """The id of the part that is public now, as a reply to the last of those that are out."""
        answer = told(
            self._client.create_tweet,
            text=text or None,
            media_ids=media_ids or None,
            in_reply_to_tweet_id=out[-1] if out else None,
        )
        remote_id = data(answer).get("id")
        if answer.ok and is_id(remote_id):
            return str(remote_id)
        if answer.ok:
            raise Ambiguous(
                f"publishing: {self._http.host} answered {answer.status} without the post's id",
                http_status=answer.status,
                evidence=answer.evidence(),
            )
        if media_ids and answer.status == 400 and "media" in words(answer).lower():
            raise _PictureGone(answer)
        raise refusal(answer, posting=True)

    @staticmethod
    def _without_picture(answer: Answer, progress: Progress, *, used_before: bool) -> Failure:
        """Uploads are kept for a day: earlier ones are made anew, a film once; fresh ones are refused for good."""
        if not used_before:
            if progress.saved.get("film-1"):
                progress.save("film-1", {})  # should a person let it go again
            return refusal(answer, posting=True)
        forget(progress)
        return Retryable(f"publishing: an uploaded picture is gone ({words(answer)})", http_status=answer.status)

    def _receipt(self, out: Sequence[str]) -> Receipt:
        return Receipt(remote_id=out[0], permalink=self._address(out[0]), parts=tuple(out))

    def _address(self, remote_id: str) -> str:
        """Where people see the post; without a handle an address that the platform leads on."""
        return f"https://x.com/{self._account.handle.lstrip('@') or 'i'}/status/{remote_id}"


class _PictureGone(Exception):
    """The post was refused for its pictures."""

    def __init__(self, answer: Answer):
        super().__init__()
        self.answer = answer


def _known_parts(progress: Progress) -> list[str]:
    """The ids of the thread's parts that are known to be out, in their order."""
    return [str(one["id"]) for one in parts_out(progress)]


def _is_first(post: Mapping[str, Any], message: Message) -> bool:
    return stands_alone(post) and pictures(post) == len(message.media) and says(post, message.text)

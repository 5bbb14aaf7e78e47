"""A Mastodon account on any server, by its documented interface.

Numbers and behaviour as read in the Mastodon documentation of 2 Jul 2026 (on 24 Nov 2026).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Fact,
    Failure,
    Gone,
    Identity,
    Lookup,
    NotReady,
    Option,
    Profile,
    Reading,
    Receipt,
    Rejected,
    Retryable,
)
from adapters.html_text import MENTION, bones, normal, plain
from adapters.http import Answer, Call, Http, Unreadable, Upload, failure_for
from adapters.instants import is_older
from adapters.on_disk import picture_name, read_picture
from adapters.options import refuse_other_than
from posts.limits import Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapters.contract import Progress, Secrets
    from posts.model import Account, Media, Message

DOCUMENTATION = "Mastodon documentation, 2 Jul 2026"
READ_ON = date(2026, 11, 24)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.GRAPHEMES, max=500, link_length=23, short_mentions=True),),
    images_max=4,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=16_777_216,
    image_pixels_max=33_177_600,
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=1_500),
    comment_is_a_part=True,
)
METRICS = {"likes": "favourites_count", "comments": "replies_count", "shares": "reblogs_count"}
VISIBILITIES = ("public", "unlisted", "private", "direct")
LOOK_AGAIN = timedelta(seconds=5)
CLOCKS_DIFFER = timedelta(minutes=10)  # generous: not to find our own post may double it
PAGE_POSTS = 40
PAGES_MAX = 50
BATCH_POSTS = 40
STILL_WORKING = frozenset({202, 206})
NOT_THERE = frozenset({404, 410})
NO_SUCH_CALL = frozenset({400, 404, 405})


def _fact(name: str, value: str, unit: str) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=DOCUMENTATION, read_on=READ_ON)


class Mastodon:
    """One Mastodon account. Its secret is an access token with the scopes read and write, and nothing else.

    Option `visibility`: public (as when it is not given), unlisted, private or direct.
    """

    profile = Profile(
        platform="mastodon",
        limits=LIMITS,
        lookup=Lookup.BY_TEXT,
        resend_after_looks=True,
        dedupe_for=timedelta(hours=1),
        metrics=tuple(METRICS),
        can_delete=True,
        needs_base_url=True,
        facts=(
            _fact("text, where the server does not say", "500", "graphemes"),
            _fact("any link", "23", "graphemes"),
            _fact("pictures, where the server does not say", "4", "pictures"),
            _fact("picture size, where the server does not say", "16777216", "bytes"),
            _fact("picture area, where the server does not say", "33177600", "pixels"),
            _fact("alt text, where the server does not say", "1500", "graphemes"),
            _fact("Idempotency-Key is remembered", "1", "hours"),
            _fact("calls", "300", "calls per 5 minutes"),
        ),
        options=(
            Option(
                name="visibility",
                default="public",
                meaning='who sees it: `"public"`, `"unlisted"`, `"private"` or `"direct"`',
            ),
        ),
    )

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._account = account
        self._secrets = secrets
        self._http = http or Http(account.base_url)
        self._limits: Limits | None = None
        self._batches = True

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def limits(self) -> Limits:
        """What this server allows, asked once; the documented defaults where it does not say or cannot be reached."""
        if self._limits is None:
            instance = self._instance()
            if instance is None:
                return self.profile.limits
            self._limits = limits_of(instance)
        return self._limits

    def whoami(self) -> Identity:
        """The account that the token opens. Raises AuthExpired where it opens none."""
        call = self._call("asking whose account it is", "GET", "/api/v1/accounts/verify_credentials")
        found = self._read(call)
        remote_id = _id_of(found)
        if remote_id is None:
            raise Retryable(f"{call.what}: {self._http.host} answered without an account")
        return Identity(remote_id=remote_id, handle=str(found.get("acct", "")), url=str(found.get("url", "")))

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:
        """The status is public under the receipt's address, or its pictures are still being worked on by the server.

        One status only: Raises Rejected for a thread. A first comment is not sent.
        """
        self._refuse_unfit(message)
        pictures = [self._uploaded(one, number, progress) for number, one in enumerate(message.media, 1)]
        if not all(ready for _, ready in pictures):
            return NotReady(after=LOOK_AGAIN, reason="the server is still working on the pictures")
        media_ids = [media_id for media_id, _ in pictures]
        call = self._call(
            "publishing",
            "POST",
            "/api/v1/statuses",
            headers={"Idempotency-Key": key},
            json=self._status(message, media_ids),
        )
        progress.posting()
        return self._outcome(self._http.post_once(call), with_media=bool(media_ids))

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The oldest status since then that reads like the message and is no other delivery's; None if there is none.

        Statuses that differ only in dress (markup, mentions without their server) are compared by their source.
        """
        found = [one for one in self._own_since(since - CLOCKS_DIFFER) if _id_of(one) not in progress.taken]
        alike = [one for one in found if _pictures(one) == len(message.media) and self._says(one, message.text)]
        receipts = [receipt for one in reversed(alike) if (receipt := _receipt(one))]
        if not alike:
            return None
        if not receipts:
            raise Retryable(f"looking for our own posts: {self._http.host} shows the post, but without an address")
        first, *others = receipts
        return replace(first, evidence={"also_found": [one.permalink for one in others]}) if others else first

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these statuses now, a count that is not given left out; Gone for those that are not there."""
        found: list[Reading | Gone] = []
        for one in self._statuses(remote_ids):
            found += [one] if isinstance(one, Gone) else _counts(one, remote_ids)
        return found

    def delete(self, remote_id: str) -> None:
        """The status is no longer there; true also if it was gone already."""
        call = self._call("deleting", "DELETE", f"/api/v1/statuses/{quote(remote_id, safe='')}")
        answer = self._http.prepare(call)
        if not answer.ok and answer.status != 404:
            raise failure_for(answer, posting=False)

    # -- preparing -------------------------------------------------------------------------------------------------

    def _refuse_unfit(self, message: Message) -> None:
        if len(message.parts) != 1:
            raise Rejected(f"a thread of {len(message.parts)} parts cannot be published here; make it one post")
        refuse_other_than(self._account, "visibility", VISIBILITIES)

    def _visibility(self) -> str:
        return self._account.options.get("visibility", "public")

    def _status(self, message: Message, media_ids: Sequence[str]) -> dict[str, object]:
        status: dict[str, object] = {"status": message.text, "visibility": self._visibility()}
        if media_ids:
            status["media_ids"] = list(media_ids)
        language = message.language.partition("-")[0].lower()
        if len(language) == 2:  # ISO 639-1 is all the server takes; a longer code would be an error or nothing
            status["language"] = language
        return status

    def _uploaded(self, picture: Media, number: int, progress: Progress) -> tuple[str, bool]:
        """The picture's id at the server and whether it can be posted; uploaded once, unless it is gone by now."""
        saved = progress.saved.get(f"media-{number}")
        if saved is None:
            return self._upload(picture, number, progress)
        media_id = str(saved["id"])
        state = self._media_state(media_id)
        return self._upload(picture, number, progress) if state == "gone" else (media_id, state == "ready")

    def _upload(self, picture: Media, number: int, progress: Progress) -> tuple[str, bool]:
        name = picture_name(number, picture)
        call = self._call(
            f"uploading {name}",
            "POST",
            "/api/v2/media",
            form={"description": picture.alt_text} if picture.alt_text else {},
            upload=Upload(form_field="file", name=name, mime=picture.mime, content=read_picture(picture)),
        )
        answer = self._http.prepare(call)
        media_id = _id_of(answer.fields()) if answer.ok else None
        if media_id is None:
            raise failure_for(answer, posting=False)
        progress.save(f"media-{number}", {"id": media_id})
        return media_id, answer.status not in STILL_WORKING

    def _media_state(self, media_id: str) -> str:
        call = self._call("looking at an uploaded picture", "GET", f"/api/v1/media/{quote(media_id, safe='')}")
        answer = self._http.prepare(call)
        if answer.status == 404:
            return "gone"
        if not answer.ok:
            raise failure_for(answer, posting=False)
        return "working" if answer.status in STILL_WORKING else "ready"

    def _outcome(self, answer: Answer, *, with_media: bool) -> Receipt | NotReady:
        """What the answer to the posting call means; only an id and an address together mean published."""
        if answer.ok and (receipt := _receipt(answer.fields())):
            return receipt
        if answer.ok:
            raise Ambiguous(
                f"publishing: {self._http.host} answered {answer.status} without the post's id and address",
                http_status=answer.status,
                evidence=answer.evidence(),
            )
        if answer.status == 422 and "not finished processing" in answer.words():
            return NotReady(after=LOOK_AGAIN, reason=answer.words())
        if answer.status == 404 and with_media:
            raise Retryable(f"publishing: an uploaded picture is gone ({answer.words()})", http_status=404)
        raise failure_for(answer, posting=True)

    # -- looking ---------------------------------------------------------------------------------------------------

    def _own_since(self, since: datetime) -> list[dict[str, Any]]:
        """Our own statuses from that instant on, newest first. Raises Retryable where they do not come to an end."""
        path = f"/api/v1/accounts/{quote(self.whoami().remote_id, safe='')}/statuses"
        found: dict[str, dict[str, Any]] = {}
        query = [("limit", str(PAGE_POSTS)), ("exclude_reblogs", "true")]
        for _ in range(PAGES_MAX):
            last = [("max_id", list(found)[-1])] if found else []
            page = self._list(self._call("looking for our own posts", "GET", path, query=[*query, *last]))
            fresh = {remote_id: one for one in page if (remote_id := _id_of(one)) and remote_id not in found}
            found |= {remote_id: one for remote_id, one in fresh.items() if not is_older(one, since)}
            if not fresh or any(is_older(one, since) for one in fresh.values()):
                return list(found.values())
        raise Retryable(f"looking for our own posts: more than {PAGES_MAX * PAGE_POSTS} since {since.isoformat()}")

    def _says(self, status: Mapping[str, Any], text: str) -> bool:
        shown = plain(str(status.get("content", "")))
        if normal(shown) == normal(text) and not MENTION.search(text):
            return True
        if bones(shown) != bones(text):
            return False
        source = self._source(str(status["id"]))
        return source is None or normal(source) == normal(text)

    def _source(self, remote_id: str) -> str | None:
        """The text as it was written; None where the server cannot say."""
        call = self._call("reading a post's source", "GET", f"/api/v1/statuses/{quote(remote_id, safe='')}/source")
        answer = self._http.prepare(call)
        if answer.status in NO_SUCH_CALL:
            return None
        if not answer.ok:
            raise failure_for(answer, posting=False)
        text = answer.fields().get("text")
        return text if isinstance(text, str) else None

    # -- reading ---------------------------------------------------------------------------------------------------

    def _statuses(self, remote_ids: Sequence[str]) -> Iterator[dict[str, Any] | Gone]:
        """These statuses, together where the server can; what it leaves out of a batch is asked for alone."""
        for start in range(0, len(remote_ids), BATCH_POSTS):
            some = remote_ids[start : start + BATCH_POSTS]
            batch = (self._batch(some) if self._batches else None) or []
            there = {_id_of(one) for one in batch}
            yield from batch
            yield from self._one_by_one([one for one in some if one not in there])

    def _batch(self, remote_ids: Sequence[str]) -> list[dict[str, Any]] | None:
        """These statuses in one call; None where the server knows no such call (before Mastodon 4.3)."""
        call = self._call("reading counts", "GET", "/api/v1/statuses", query=[("id[]", one) for one in remote_ids])
        answer = self._http.prepare(call)
        if answer.status in NO_SUCH_CALL:
            self._batches = False
            return None
        return _objects(answer)

    def _one_by_one(self, remote_ids: Sequence[str]) -> Iterator[dict[str, Any] | Gone]:
        for one in remote_ids:
            call = self._call("reading counts", "GET", f"/api/v1/statuses/{quote(one, safe='')}")
            answer = self._http.prepare(call)
            if answer.status in NOT_THERE and "error" in answer.fields():  # the server's own words, not a proxy's page
                yield Gone(remote_id=one, evidence=answer.evidence())
            elif answer.ok:
                yield answer.fields()
            elif answer.status not in NOT_THERE:
                raise failure_for(answer, posting=False)

    def _instance(self) -> dict[str, Any] | None:
        for version in ("v2", "v1"):
            call = Call(what="reading the server's limits", method="GET", path=f"/api/{version}/instance")
            try:
                answer = self._http.prepare(call)
            except Failure:
                return None
            if answer.ok and (found := answer.fields()):
                return found
        return None

    def _read(self, call: Call) -> dict[str, Any]:
        answer = self._http.prepare(call)
        if not answer.ok:
            raise failure_for(answer, posting=False)
        return answer.fields()

    def _list(self, call: Call) -> list[dict[str, Any]]:
        return _objects(self._http.prepare(call))

    def _call(self, what: str, method: str, path: str, **rest: Any) -> Call:
        """A call with the token as it is now. Raises AuthExpired where there is none that can be sent."""
        token = self._secrets.load().strip()
        if not re.fullmatch(r"[!-~]+", token):
            raise AuthExpired(
                f"account '{self._account.id}': what is stored as its token is none; put the token in again, alone"
            )
        headers = {"Authorization": f"Bearer {token}", **rest.pop("headers", {})}
        return Call(what=what, method=method, path=path, headers=headers, hidden=(token,), **rest)


def limits_of(instance: Mapping[str, Any]) -> Limits:
    """The limits that a server's own description states; the documented default for each that it leaves out."""
    configuration = _part(instance, "configuration")
    statuses, media = _part(configuration, "statuses"), _part(configuration, "media_attachments")
    types = media.get("supported_mime_types")
    offered = tuple(one for one in types if str(one).startswith("image/")) if isinstance(types, list) else ()
    text, alt = LIMITS.text[0], LIMITS.alt_text
    return replace(
        LIMITS,
        text=(
            replace(
                text,
                max=_number(statuses, "max_characters") or _number(instance, "max_toot_chars") or text.max,
                link_length=_number(statuses, "characters_reserved_per_url") or text.link_length,
            ),
        ),
        images_max=_number(statuses, "max_media_attachments") or LIMITS.images_max,
        image_types=offered or LIMITS.image_types,
        image_bytes_max=_number(media, "image_size_limit") or LIMITS.image_bytes_max,
        image_pixels_max=_number(media, "image_matrix_limit") or LIMITS.image_pixels_max,
        alt_text=replace(alt, max=_number(media, "description_limit") or alt.max) if alt else None,
    )


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _number(value: Mapping[str, Any], name: str) -> int | None:
    found = value.get(name)
    return found if type(found) is int and found > 0 else None


def _objects(answer: Answer) -> list[dict[str, Any]]:
    """The answer's JSON list of objects. Raises what an answer means that holds none."""
    try:
        found = answer.json() if answer.ok else None
    except Unreadable:
        found = None
    if not isinstance(found, list):
        raise failure_for(answer, posting=False)
    return [one for one in found if isinstance(one, dict)]


def _id_of(value: Mapping[str, Any]) -> str | None:
    """The id, which is text whatever it looks like; None where there is none that can stand in an address."""
    found = value.get("id")
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if text.strip(". ") and text.isprintable() else None


def _receipt(status: Mapping[str, Any]) -> Receipt | None:
    remote_id = _id_of(status)
    address = status.get("url") or status.get("uri")
    if remote_id is None or not isinstance(address, str) or not address.startswith(("https://", "http://")):
        return None
    return Receipt(remote_id=remote_id, permalink=address, parts=(remote_id,))


def _counts(status: Mapping[str, Any], remote_ids: Sequence[str]) -> list[Reading]:
    """The counts that the status gives; none where nobody asked for it."""
    if _id_of(status) not in remote_ids:
        return []
    return [
        Reading(remote_id=str(status["id"]), metric=metric, value=value, source="mastodon")
        for metric, name in METRICS.items()
        if type(value := status.get(name)) is int and value >= 0
    ]


def _pictures(status: Mapping[str, Any]) -> int:
    attached = status.get("media_attachments")
    return len(attached) if isinstance(attached, list) else 0

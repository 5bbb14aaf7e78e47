"""A Bluesky account on any server, by its documented interface (AT Protocol).

Numbers and behaviour as read in the lexicons and the server's source of 20 Aug 2026, and as seen at the real server on
24 Nov 2026. A post's record key is made of our key, and a record is only ever created, never replaced: a delivery that
is sent twice is one post.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from adapters.bluesky_record import (
    COLLECTION,
    Place,
    Ref,
    Said,
    handles_in,
    link_card,
    part_made_at,
    pictures,
    place_for,
    place_of,
    record_of,
    says,
)
from adapters.bluesky_session import XRPC, Session, refusal
from adapters.contract import (
    Ambiguous,
    Duplicate,
    Fact,
    Failure,
    Gone,
    Identity,
    Lookup,
    Option,
    Profile,
    Reading,
    Receipt,
    Rejected,
    Retryable,
)
from adapters.http import Answer, Call, Http
from adapters.on_disk import picture_name, read_picture
from adapters.options import wrong
from adapters.parts import broken_off, parts_out
from posts.limits import Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.model import Account, Media, Message

LEXICONS = "AT Protocol lexicons app.bsky.feed.post and app.bsky.embed.images"
RATES = "Bluesky documentation, rate limits"
SERVER = "https://bsky.social"
LIMITS = Limits(
    text=(TextLimit(unit=Unit.GRAPHEMES, max=300), TextLimit(unit=Unit.BYTES, max=3000)),
    parts_max=25,
    images_max=4,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=2_000_000,
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=2000),
    comment_is_a_part=True,
)
METRICS = {
    "likes": "likeCount",
    "comments": "replyCount",
    "shares": "repostCount",
    "quotes": "quoteCount",
    "saves": "bookmarkCount",
}
BATCH_POSTS = 25
HANDLES_MAX = 5
POST_ADDRESS = re.compile(r"https://[^/]+/profile/(?P<who>[^/?#]+)/post/(?P<rkey>[^/?#]+)/?(?:[?#].*)?")


def _fact(name: str, value: str, unit: str, source: str = LEXICONS, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 8, 20), sure=sure)


class Bluesky:
    """One Bluesky account. Its secret is `{"identifier": handle, "password": app password}`, or the password alone.

    Without base_url the server is https://bsky.social. Options, all as text: `image_bytes_max` for a server with
    another limit (1000000 on older ones), `link_card`: "no" for none, `appview`: an address where counts are read
    without logging in, such as https://public.api.bsky.app; else the account's own server is asked.
    """

    profile = Profile(
        platform="bluesky",
        limits=LIMITS,
        lookup=Lookup.EXACT,
        resend_after_looks=True,
        metrics=tuple(METRICS),
        can_delete=True,
        facts=(
            _fact("text", "300", "graphemes"),
            _fact("text size", "3000", "UTF-8 bytes"),
            _fact("parts of a thread", "25", "posts", "ours; the platform sets no maximum", sure=False),
            _fact("images", "4", "pictures"),
            _fact("image size", "2000000", "bytes; older servers take 1,000,000: option image_bytes_max"),
            _fact("alt text", "2000", "graphemes", "ours; the lexicon sets no maximum", sure=False),
            _fact("logins", "300", "per day and account", RATES),
            _fact("writes", "5000", "points per hour, 3 for a new post", RATES),
            _fact("counts", "25", "posts per call", "AT Protocol lexicon app.bsky.feed.getPosts"),
        ),
        options=(
            Option(
                name="image_bytes_max",
                default="2000000",
                meaning='the largest picture this server takes; older servers: `"1000000"`',
            ),
            Option(
                name="link_card",
                default="yes",
                meaning='`"no"`: a link has no card under the post; with pictures there is none anyway',
            ),
            Option(
                name="appview",
                default="",
                meaning="where counts are read without logging in; else at the account's server",
            ),
        ),
    )

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._account = account
        self._http = http or Http(account.base_url or SERVER)
        self._session = Session(account, secrets, self._http)
        appview = account.options.get("appview")
        self._appview = Http(appview) if appview else None

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def limits(self) -> Limits:
        """The documented ones, with the picture size that the account's options give."""
        given = self._account.options.get("image_bytes_max", "")
        return replace(LIMITS, image_bytes_max=int(given)) if _is_number(given) else LIMITS

    def whoami(self) -> Identity:
        """The account that the app password opens. Raises AuthExpired where it opens none."""
        call = Call(what="asking whose account it is", method="GET", path=f"{XRPC}server.getSession")
        found = self._read(call)
        did = _text(found, "did")
        if did is None:
            raise Retryable(f"{call.what}: {self._http.host} answered without an account")
        return Identity(remote_id=did, handle=str(found.get("handle", "")), url=f"https://bsky.app/profile/{did}")

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt:
        """The post, or the whole thread, is public; what is out already is not said again.

        A thread goes on after the last part that is known to be out. One that breaks off says so: Retryable and
        AuthExpired may be tried again, and it goes on; what cannot go on is Ambiguous, and looked up.
        """
        self._refuse_unfit(message)
        first = place_for(self._session.open().did, key)
        there, told_at = self._look(first)
        refs = _known_parts(progress)
        if there is not None:
            self._make_sure(there, (message.text, len(message.media)), first)
            refs = refs or [{"uri": first.uri, "cid": there["cid"]}]
        elif refs:
            raise Rejected(f"the thread's first part, at {first.permalink}, was deleted meanwhile; queue the post anew")
        if len(refs) < len(message.parts):
            self._post(message, refs, first, _instant(told_at, self._http.host), progress)
        return _receipt(first, len(refs))

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The record under our key, exactly; of a thread the parts that are there; None if the first is not there.

        Raises Ambiguous where something else stands under our key.
        """
        first = place_for(self._session.open().did, key)
        if first.uri in progress.taken:
            return None
        found = 0
        for number, text in enumerate(message.parts):
            there, _ = self._look(first.after(number))
            if there is None:
                break
            if says(there["value"]) != (text, 0 if number else len(message.media)):
                raise Ambiguous(
                    f"looking for our own post: another version of it is out at {first.after(number).permalink}"
                )
            found += 1
        return _receipt(first, found) if found else None

    def remote_id_at(self, address: str) -> str | None:
        """The record behind an address as browsers show it; None where it is none, or nobody tells whose it is."""
        found = POST_ADDRESS.fullmatch(address)
        who = found["who"] if found else ""
        did = who if who.startswith("did:") else self._known_names([f"@{who}"]).get(who)
        uri = f"at://{did}/{COLLECTION}/{found['rkey']}" if found and did else ""
        return uri if place_of(uri) else None

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these posts now, a count that is not given left out; Gone for those that are not there."""
        known = [one for one in remote_ids if place_of(one)]
        found: list[Reading | Gone] = []
        for start in range(0, len(known), BATCH_POSTS):
            found += self._counts(known[start : start + BATCH_POSTS])
        return found

    def delete(self, remote_id: str) -> None:
        """The post is no longer there, nor the later parts of its thread; true also if it was gone already."""
        first = place_of(remote_id)
        if first is None:
            raise Rejected(f"deleting: '{remote_id}' is no post of this platform; delete it there by hand")
        if first.did != self._session.open().did:
            raise Rejected(f"deleting: {remote_id} is another account's post; whoever keeps that one must delete it")
        for place in reversed([first, *self._rest_of_thread(first)]):
            where = {"repo": place.did, "collection": COLLECTION, "rkey": place.rkey}
            call = Call(what="deleting", method="POST", path=f"{XRPC}repo.deleteRecord", json=where)
            self._read(call)

    # -- preparing -------------------------------------------------------------------------------------------------

    def _refuse_unfit(self, message: Message) -> None:
        given = self._account.options.get("image_bytes_max")
        if given is not None and not _is_number(given):
            raise wrong(self._account, "image_bytes_max", "a number of bytes")
        if message.media and len(message.media) > LIMITS.images_max:
            raise Rejected(f"{len(message.media)} pictures, and the platform takes {LIMITS.images_max}; remove some")

    def _embeds(self, message: Message, progress: Progress, *, begun: bool) -> dict[int, dict[str, Any]]:
        """What hangs under which part: the pictures under the first, the link's card under the one that holds it."""
        card = message.link.startswith(("https://", "http://")) and self._account.options.get("link_card") != "no"
        holding = [number for number, part in enumerate(message.parts, 1) if message.link in part]
        embeds = {holding[0] if holding else 1: link_card(message.link)} if card else {}
        if message.media and not begun:
            blobs = [self._uploaded(one, number, progress) for number, one in enumerate(message.media, 1)]
            embeds[1] = pictures(message.media, blobs)
        return embeds

    def _uploaded(self, picture: Media, number: int, progress: Progress) -> Mapping[str, Any]:
        """The picture as the server names it; uploaded once, unless the server has thrown it away meanwhile."""
        saved = progress.saved.get(f"picture-{number}", {}).get("blob")
        if isinstance(saved, dict):
            return saved
        call = Call(
            what=f"uploading {picture_name(number, picture)}",
            method="POST",
            path=f"{XRPC}repo.uploadBlob",
            headers={"Content-Type": picture.mime},
            content=read_picture(picture),
        )
        blob = self._read(call).get("blob")
        if not isinstance(blob, dict) or not isinstance(ref := blob.get("ref"), dict) or not _text(ref, "$link"):
            raise Retryable(f"{call.what}: {self._http.host} answered without naming the picture")
        progress.save(f"picture-{number}", {"id": ref["$link"], "blob": blob})
        return blob

    def _known_names(self, parts: Sequence[str]) -> dict[str, str]:
        """Who the first few handles in the text are; one that nobody can tell of stays plain text.

        A server that does not answer is not asked on: the post has its time, and its words matter more.
        """
        known: dict[str, str] = {}
        for handle in list(dict.fromkeys(one for part in parts for one in handles_in(part)))[:HANDLES_MAX]:
            path, query = f"{XRPC}identity.resolveHandle", [("handle", handle)]
            try:
                answer = self._http.prepare(Call(what="asking who is named", method="GET", path=path, query=query))
            except Failure:
                break
            if answer.ok and (did := _text(answer.fields(), "did")):
                known[handle] = did
        return known

    # -- posting ---------------------------------------------------------------------------------------------------

    def _post(self, message: Message, refs: list[Ref], first: Place, made_at: datetime, progress: Progress) -> None:
        """The parts that are not out yet are out; `refs` holds them all."""
        embeds = self._embeds(message, progress, begun=bool(refs))
        names = self._known_names(message.parts)
        progress.posting()
        for number in range(len(refs) + 1, len(message.parts) + 1):
            record = record_of(
                message.parts[number - 1],
                made_at=part_made_at(made_at, number),
                language=message.language,
                names=names,
                embed=embeds.get(number),
                reply=(refs[0], refs[-1]) if refs else None,
            )
            try:
                refs.append(self._put(first.after(number - 1), record, progress))
            except Failure as failure:
                what, where = f"part {number} of {len(message.parts)} is not out", first.permalink if refs else ""
                raise broken_off(failure, what, where) from None
            if number < len(message.parts):
                progress.save(f"part-{number}", {**refs[-1], "permalink": first.after(number - 1).permalink})

    def _put(self, place: Place, record: Mapping[str, Any], progress: Progress) -> Ref:
        """The record is there, made now or by an earlier call of ours; its strong reference."""
        where = {"repo": place.did, "collection": COLLECTION, "rkey": place.rkey}
        body = {**where, "record": record, "swapRecord": None}  # null: only if there is none yet
        call = Call(what="publishing", method="POST", path=f"{XRPC}repo.putRecord", json=body)
        answer = self._session.post_once(call)
        if answer.ok:
            return self._ref(answer, place)
        error = answer.fields().get("error")
        if error == "InvalidSwap":
            return self._adopted(answer, place, record)
        if error == "BlobNotFound":
            self._forget_pictures(progress)
            raise Retryable(f"publishing: an uploaded picture is gone ({answer.words()})", http_status=answer.status)
        raise refusal(answer, posting=True)

    def _ref(self, answer: Answer, place: Place) -> Ref:
        found = answer.fields()
        cid = _text(found, "cid")
        if found.get("uri") != place.uri or cid is None:
            raise Ambiguous(
                f"publishing: {self._http.host} answered {answer.status} without naming our post",
                http_status=answer.status,
                evidence=answer.evidence(),
            )
        return {"uri": place.uri, "cid": cid}

    def _adopted(self, answer: Answer, place: Place, record: Mapping[str, Any]) -> Ref:
        """What stands there already, if it is ours. Raises Duplicate if it cannot be seen, Rejected if it differs."""
        told: dict[str, Any] = {"http_status": answer.status, "evidence": answer.evidence()}
        try:
            there, _ = self._look(place)
        except Failure as failure:
            raise Duplicate(f"publishing: something stands under our key already ({failure})", **told) from None
        if there is None:
            raise Duplicate("publishing: something stood under our key and is gone again", **told)
        self._make_sure(there, says(record), place)
        return {"uri": place.uri, "cid": there["cid"]}

    def _make_sure(self, there: Mapping[str, Any], wanted: Said, place: Place) -> None:
        if says(there["value"]) != wanted:
            raise Rejected(
                f"an earlier version of this post is out at {place.permalink}; delete it there, then retry this one",
                evidence={"permalink": place.permalink},
            )

    def _forget_pictures(self, progress: Progress) -> None:
        for step in [one for one in progress.saved if one.startswith("picture-")]:
            progress.save(step, {})

    # -- looking, reading ------------------------------------------------------------------------------------------

    def _look(self, place: Place) -> tuple[dict[str, Any] | None, str]:
        """The record with its cid and value, None where the server says there is none; and when the server says so."""
        query = [("repo", place.did), ("collection", COLLECTION), ("rkey", place.rkey)]
        call = Call(what="looking for our own post", method="GET", path=f"{XRPC}repo.getRecord", query=query)
        answer = self._session.prepare(call)
        found, told_at = answer.fields(), answer.headers.get("date", "")
        if answer.status in {400, 404} and found.get("error") == "RecordNotFound":
            return None, told_at
        if not answer.ok:
            raise refusal(answer, posting=False)
        if found.get("uri") != place.uri or not _text(found, "cid") or not isinstance(found.get("value"), dict):
            raise Retryable(f"{call.what}: {self._http.host} answered without the record", http_status=answer.status)
        return found, told_at

    def _rest_of_thread(self, first: Place) -> list[Place]:
        """The later parts of the thread that begins there, as far as they are there."""
        rest: list[Place] = []
        while (there := self._look(place := first.after(len(rest) + 1))[0]) is not None:
            if _root(there["value"]) != first.uri:
                break
            rest.append(place)
        return rest

    def _counts(self, uris: Sequence[str]) -> Iterator[Reading | Gone]:
        query = [("uris", one) for one in uris]
        call = Call(what="reading counts", method="GET", path="/xrpc/app.bsky.feed.getPosts", query=query)
        answer = self._appview.prepare(call) if self._appview else self._session.prepare(call)
        posts = answer.fields().get("posts")
        if not answer.ok or not isinstance(posts, list):
            raise refusal(answer, posting=False)
        there = {one["uri"]: one for one in posts if isinstance(one, dict) and one.get("uri") in uris}
        for uri in uris:
            if uri in there:
                yield from _readings(uri, there[uri])
            elif self._is_gone(uri):
                yield Gone(remote_id=uri, evidence={"call": call.what, "looked_up": "RecordNotFound"})

    def _is_gone(self, uri: str) -> bool:
        """Whether our own server says so; what it does not tell must not cost the other posts their counts."""
        place = place_of(uri)
        try:
            return place is not None and place.did == self._session.open().did and self._look(place)[0] is None
        except Failure:
            return False

    def _read(self, call: Call) -> dict[str, Any]:
        answer = self._session.prepare(call)
        if not answer.ok:
            raise refusal(answer, posting=False)
        return answer.fields()


def _known_parts(progress: Progress) -> list[Ref]:
    """The parts of the thread that are known to be out, in their order."""
    return [{"uri": str(one["uri"]), "cid": str(one["cid"])} for one in parts_out(progress)]


def _receipt(first: Place, parts: int) -> Receipt:
    uris = tuple(first.after(number).uri for number in range(parts))
    return Receipt(remote_id=first.uri, permalink=first.permalink, parts=uris)


def _readings(uri: str, post: Mapping[str, Any]) -> Iterator[Reading]:
    for metric, name in METRICS.items():
        if type(value := post.get(name)) is int and value >= 0:
            yield Reading(remote_id=uri, metric=metric, value=value, source="bluesky")


def _instant(told: str, host: str) -> datetime:
    """The server's own time: a post says when it was made, and our clock need not be right."""
    try:
        found = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        raise Retryable(f"preparing: {host} does not say what time it is") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _root(record: Mapping[str, Any]) -> str | None:
    reply = record.get("reply")
    root = reply.get("root") if isinstance(reply, dict) else None
    return _text(root, "uri") if isinstance(root, dict) else None


def _text(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    return found if isinstance(found, str) and found else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()

"""A Bluesky account on any server, by its documented interface (AT Protocol).

A post's record key is made of our key alone, and a record is only ever created, never replaced: a delivery that is sent
twice is one post, and is found again by its key, whatever else was lost.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from adapters.bluesky_attached import Attached
from adapters.bluesky_counts import Counts
from adapters.bluesky_films import Films
from adapters.bluesky_names import known_names, uri_at
from adapters.bluesky_options import SERVER, limits_of, refuse_unfit, video_service_of
from adapters.bluesky_passes import Passes
from adapters.bluesky_pictures import forget
from adapters.bluesky_profile import LIMITS, PROFILE
from adapters.bluesky_record import part_made_at, place_for, place_of, record_of, says
from adapters.bluesky_repo import PictureGone, Repo, adopted
from adapters.bluesky_session import XRPC, Session, text_in
from adapters.bluesky_video import VideoService
from adapters.contract import Ambiguous, Failure, Identity, NotReady, Receipt, Rejected, Retryable
from adapters.http import Call, Http
from adapters.parts import broken_off, parts_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from adapters.bluesky_record import Place, Ref
    from adapters.contract import Gone, Progress, Reading, Secrets
    from posts.limits import Limits
    from posts.model import Account, Message


class Bluesky:
    """One Bluesky account. Its secret is `{"identifier": handle, "password": app password}`, or the password alone.

    Without base_url the server is https://bsky.social. What its options mean is told in the profile.
    """

    profile = PROFILE

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._account = account
        self._http = http or Http(account.base_url or SERVER)
        self._session = Session(account, secrets, self._http)
        self._repo = Repo(self._session, self._http.host)
        appview = account.options.get("appview")
        self._appview = Http(appview) if appview else None
        self._counts = Counts(self._session, self._repo, self._appview)
        video = video_service_of(account)
        service = VideoService(Http(video), Passes(self._session, self._http)) if video else None
        cards = account.options.get("link_card") != "no"
        self._attached = Attached(self._session, Films(self._session, service), cards=cards)

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given each server's own time with every answer: the account's own, and the one that counts."""
        self._http.heard = heard
        if self._appview:
            self._appview.heard = heard

    def limits(self) -> Limits:
        """The documented ones, with what the account's options give and its server takes."""
        return limits_of(self._account)

    def whoami(self) -> Identity:
        """The account that the app password opens. Raises AuthExpired where it opens none."""
        call = Call(what="asking whose account it is", method="GET", path=f"{XRPC}server.getSession")
        found = self._session.read(call)
        did = text_in(found, "did")
        if did is None:
            raise Retryable(f"{call.what}: {self._http.host} answered without an account")
        return Identity(remote_id=did, handle=str(found.get("handle", "")), url=f"https://bsky.app/profile/{did}")

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:
        """The post, or the whole thread, is public, or its film is still worked on; what is out is not said again.

        A thread goes on after the last part that is known to be out. One that breaks off says so: Retryable and
        AuthExpired may be tried again, and it goes on; what cannot go on is Ambiguous, and looked up.
        """
        self._refuse_unfit(message)
        first = place_for(self._session.open().did, key)
        there, told_at = self._repo.look(first)
        refs = _known_parts(progress)
        if there is not None:
            found = adopted(there, (message.text, len(message.media)), first)
            refs = refs or [found]
        elif refs:
            raise Rejected(f"the thread's first part, at {first.permalink}, was deleted meanwhile; queue the post anew")
        if len(refs) < len(message.parts):
            embeds = self._attached.ready(message, progress, begun=bool(refs))
            if isinstance(embeds, NotReady):
                return embeds
            self._post(message, embeds, refs, first, _instant(told_at, self._http.host), progress)
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
            there, _ = self._repo.look(first.after(number))
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
        return uri_at(address, self._http)

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these posts now, a count that is not given left out; Gone for those that are not there."""
        return self._counts.of(remote_ids)

    def delete(self, remote_id: str) -> None:
        """The post is no longer there, nor the later parts of its thread; true also if it was gone already."""
        first = place_of(remote_id)
        if first is None:
            raise Rejected(f"deleting: '{remote_id}' is no post of this platform; delete it there by hand")
        if first.did != self._session.open().did:
            raise Rejected(f"deleting: {remote_id} is another account's post; whoever keeps that one must delete it")
        for place in reversed([first, *self._repo.rest_of_thread(first)]):
            self._repo.remove(place)

    def _refuse_unfit(self, message: Message) -> None:
        refuse_unfit(self._account)
        if message.media and len(message.media) > LIMITS.images_max:
            raise Rejected(f"{len(message.media)} pictures, and the platform takes {LIMITS.images_max}; remove some")
        if len(message.media) > 1 and any(one.film for one in message.media):
            raise Rejected("a film must be alone in its post; make a post of its own for the rest")

    def _post(
        self,
        message: Message,
        embeds: Mapping[int, Mapping[str, Any]],
        refs: list[Ref],
        first: Place,
        made_at: datetime,
        progress: Progress,
    ) -> None:
        """The parts that are not out yet are out; `refs` holds them all."""
        names = known_names(message.parts, self._http)
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
        try:
            return self._repo.put_once(place, record)
        except PictureGone:
            forget(progress)
            raise


def _known_parts(progress: Progress) -> list[Ref]:
    """The parts of the thread that are known to be out, in their order."""
    return [{"uri": str(one["uri"]), "cid": str(one["cid"])} for one in parts_out(progress)]


def _receipt(first: Place, parts: int) -> Receipt:
    uris = tuple(first.after(number).uri for number in range(parts))
    return Receipt(remote_id=first.uri, permalink=first.permalink, parts=uris)


def _instant(told: str, host: str) -> datetime:
    """The server's own time: a post says when it was made, and our clock need not be right."""
    try:
        found = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        raise Retryable(f"preparing: {host} does not say what time it is") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

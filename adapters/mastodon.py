"""A Mastodon account on any server, by its documented interface; sister software that speaks it is served too.

Numbers and behaviour as read in the Mastodon documentation of 2 Jul 2026 (on 24 Nov 2026). A server remembers our key
for an hour, and some ignore it: what became of a call whose answer was lost is seen in the account's own statuses, and
only after every look in vain it goes again, under the same key.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import Ambiguous, Duplicate, Failure, Gone, NotReady, Receipt, Retryable
from adapters.http import Answer, Http, failure_for
from adapters.mastodon_counts import Counter
from adapters.mastodon_instance import LIMITS, limits_of, read_instance
from adapters.mastodon_look import Lookout
from adapters.mastodon_manner import Manner
from adapters.mastodon_media import LOOK_AGAIN, Pictures
from adapters.mastodon_profile import PROFILE
from adapters.mastodon_session import NOT_THERE, Session, id_of, status_path
from adapters.mastodon_status import counts_of, receipt_of, written
from adapters.parts import broken_off, parts_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.contract import Identity, Progress, Reading, Secrets
    from posts.limits import Limits
    from posts.model import Account, Message

CLOCKS_DIFFER = timedelta(minutes=10)  # generous: not to find our own post may double it


class Mastodon:
    """One Mastodon account. Its secret is an access token with the scopes read and write, and nothing else.

    Options, all as text: `visibility`: public (as when it is not given), unlisted, private or direct;
    `content_warning`: the words before every post; `sensitive`: "yes" covers its pictures.
    """

    profile = PROFILE

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._http = http or Http(account.base_url)
        self._manner = Manner(account)
        self._session = Session(account, secrets, self._http)
        self._pictures = Pictures(self._session)
        self._lookout = Lookout(self._session)
        self._counter = Counter(self._session)
        self._limits: Limits | None = None

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def limits(self) -> Limits:
        """What this server allows beside the content warning, asked once; the documented defaults where it is silent.

        `doubts` says where it could not be asked, or says what cannot be meant.
        """
        if self._limits is None:
            instance = read_instance(self._http)
            if instance is None:
                doubt = f"{self._http.host} could not be asked for its limits"
                return self._manner.beside_warning(replace(LIMITS, doubts=(doubt,)))
            self._limits = self._manner.beside_warning(limits_of(instance))
        return self._limits

    def whoami(self) -> Identity:
        """The account that the token opens. Raises AuthExpired where it opens none."""
        return self._session.whoami()

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:
        """The status, or the whole thread, is public, or its pictures are still being worked on by the server.

        A thread goes on after the last part that is known to be out, each part under a key of its own. One that breaks
        off says so: Retryable and AuthExpired may be tried again, and it goes on; what cannot go on is Ambiguous, and
        looked up.
        """
        self._manner.refuse_unfit(self.limits)
        out = _known_parts(progress)
        media_ids = [] if out else self._pictures.ready(message.media, progress)
        if isinstance(media_ids, NotReady):
            return media_ids
        if len(out) < len(message.parts):
            progress.posting()
        for number in range(len(out) + 1, len(message.parts) + 1):
            try:
                part = self._put(message, number, key, [] if out else media_ids, out)
            except Failure as failure:
                where = out[0].permalink if out else ""
                raise broken_off(failure, f"part {number} of {len(message.parts)} is not out", where) from None
            if isinstance(part, NotReady):
                return part
            out.append(part)
            if number < len(message.parts):
                progress.save(f"part-{number}", {"id": part.remote_id, "permalink": part.permalink})
        return _whole(out[0], [one.remote_id for one in out])

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The oldest status since then that reads like the message and is no other delivery's; None if there is none.

        Of a thread the parts that are there, each a reply to the one before; parts that are known to be out are taken
        for granted.
        """
        own = [one for one in self._lookout.since(since - CLOCKS_DIFFER) if id_of(one) not in progress.taken]
        known = _known_parts(progress)
        first, *others = known[:1] or self._lookout.firsts(own, message) or (None,)
        if first is None:
            return None
        parts = [one.remote_id for one in known or [first]]
        for text in message.parts[len(parts) :]:
            following = self._lookout.after(own, parts[-1], text)
            if following is None:
                break
            parts.append(following)
        also = {"also_found": [one.permalink for one in others]} if others else {}
        return replace(_whole(first, parts), evidence=also)

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these statuses now, a count that is not given left out; Gone for those that are not there."""
        found: list[Reading | Gone] = []
        for one in self._counter.statuses(remote_ids):
            found += [one] if isinstance(one, Gone) else counts_of(one, remote_ids)
        return found

    def delete(self, remote_id: str) -> None:
        """The status is no longer there, nor the later parts of its thread; true also if it was gone already."""
        for one in reversed([remote_id, *self._lookout.rest_of_thread(remote_id)]):
            self._delete_one(one)

    # -- posting ---------------------------------------------------------------------------------------------------

    def _put(
        self, message: Message, number: int, key: str, media_ids: Sequence[str], out: Sequence[Receipt]
    ) -> Receipt | NotReady:
        """The part is public, as a reply to the last of those that are out."""
        status = written(
            message.parts[number - 1],
            language=message.language,
            manner=self._manner.fields(),
            media_ids=media_ids,
            reply_to=out[-1].remote_id if out else "",
        )
        headers = {"Idempotency-Key": key if number == 1 else f"{key}-{number}"}
        call = self._session.call("publishing", "POST", "/api/v1/statuses", headers=headers, json=status)
        return self._outcome(self._http.post_once(call), with_media=bool(media_ids))

    def _delete_one(self, remote_id: str) -> None:
        """A yes that does not name the status is looked after: it may be somebody else's, on the way."""
        answer = self._http.prepare(self._session.call("deleting", "DELETE", status_path(remote_id)))
        if answer.status in NOT_THERE or (answer.ok and id_of(answer.fields()) == remote_id):
            return
        look = self._session.call("looking whether it is gone", "GET", status_path(remote_id))
        if not answer.ok or self._http.prepare(look).status not in NOT_THERE:
            raise failure_for(answer, posting=False)

    def _outcome(self, answer: Answer, *, with_media: bool) -> Receipt | NotReady:
        """What the answer to the posting call means; only an id and an address together mean published."""
        if answer.ok and (receipt := receipt_of(answer.fields())):
            return receipt
        words = answer.words()
        told: dict[str, Any] = {"http_status": answer.status, "evidence": answer.evidence()}
        if answer.ok:
            what = f"publishing: {self._http.host} answered {answer.status} without the post's id and address"
            raise Ambiguous(what, **told)
        if answer.status == 409:  # other software says so while an earlier call under our key is still at work
            raise Duplicate(f"publishing: {self._http.host} has a call under our key already ({words})", **told)
        if answer.status == 422 and "not finished processing" in words:
            return NotReady(after=LOOK_AGAIN, reason=words)
        if answer.status == 404 and with_media:
            raise Retryable(f"publishing: an uploaded picture is gone ({words})", http_status=404)
        raise failure_for(answer, posting=True)


def _known_parts(progress: Progress) -> list[Receipt]:
    """The parts of the thread that are known to be out, in their order."""
    return [Receipt(remote_id=str(one["id"]), permalink=str(one.get("permalink", ""))) for one in parts_out(progress)]


def _whole(first: Receipt, parts: Sequence[str]) -> Receipt:
    return replace(first, parts=tuple(parts))

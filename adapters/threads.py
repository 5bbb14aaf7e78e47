"""A Threads account, by Meta's Threads API.

Numbers and behaviour as read in Meta's documents (on 24 Nov 2026). A post has no key of ours; but what was prepared for
it has an id that is known before anything is public, and its status tells whether it was published.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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
from adapters.fetching import place_for
from adapters.graph import Graph, id_in
from adapters.graph_answers import Unfinished
from adapters.graph_lease import Lease
from adapters.graph_prepared import saved
from adapters.graph_quota import refuse_used_up, usage
from adapters.http import Http
from adapters.options import wrong
from adapters.parts import broken_off, parts_out
from adapters.threads_account import whose
from adapters.threads_answers import SOON, Lost, is_not_there, refusal
from adapters.threads_containers import Containers, status_of
from adapters.threads_counts import counts_of
from adapters.threads_posts import OwnPosts
from adapters.threads_profile import LIMITS, PROFILE, QUOTA, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.contract import Progress, PublicMedia, Secrets, Usage
    from posts.limits import Limits
    from posts.model import Account, Message

SERVER = "https://graph.threads.net"
LIMIT = "/{}/threads_publishing_limit"
READ_TIMEOUT_S = 30  # a silence taken for a failure costs a person's time here
TOPIC = re.compile(r"[^.&]{1,50}")


class Threads:
    """One account. Its secret is an access token, or `{"access_token": …}` in a place that can be written.

    The second is renewed while it lives. The platform fetches pictures itself: `public_media` says from where. Scopes:
    threads_basic, threads_content_publish, threads_manage_insights for counts, threads_delete to take down, and for
    threads of several posts threads_manage_replies and threads_read_replies.
    """

    profile = PROFILE

    def __init__(
        self, account: Account, secrets: Secrets, *, public_media: PublicMedia | None = None, http: Http | None = None
    ):
        self._account = account
        self._public_media = public_media
        self._http = http or Http(account.base_url or SERVER, read_timeout_s=READ_TIMEOUT_S)
        self._graph = Graph(account, secrets, self._http, refusal, version=VERSION)
        self._lease = Lease(account, secrets, self._http, "th_refresh_token")
        self._me: Identity | None = None
        self.listen(lambda _host, _theirs: None)

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""

        def both(host: str, theirs: datetime) -> None:
            self._lease.heard(theirs)
            heard(host, theirs)

        self._http.heard = both

    def horizon(self) -> Horizon:
        """Until when the token is good, where its secret says so."""
        return self._lease.horizon()

    def renew(self) -> None:
        """The token is good for another sixty days."""
        self._lease.renew()

    def quota(self) -> Usage | None:
        """What the platform tells of the posts of 24 hours; None where it does not say."""
        return usage(self._graph, LIMIT.format(self._ours().remote_id), QUOTA)

    def limits(self) -> Limits:
        """The documented ones: all accounts are alike."""
        return LIMITS

    def whoami(self) -> Identity:
        """The account that the token opens. Raises AuthExpired where it opens none."""
        self._refuse_wrong_options()
        me = whose(self._graph)
        self._lease.renew_if_due()
        self._me = me
        return me

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:  # noqa: ARG002
        """The post, or the whole thread, is public, or the platform still works on what it was given.

        What is prepared is known before it is published, and is asked first whether it was: nothing goes out twice. A
        thread goes on after the last part that is known to be out.
        """
        self._refuse_unfit(message)
        me, out = self._ours(), [dict(one) for one in parts_out(progress)]
        if not out and not saved(progress, "container-1"):
            refuse_used_up(self._graph, LIMIT.format(me.remote_id), QUOTA)
        posted = False
        for number in range(len(out) + 1, len(message.parts) + 1):
            try:
                container = self._container(me, message, number, out, progress)
                if not posted:
                    progress.posting()
                    posted = True
                out.append(self._put(me, container, progress))
            except Unfinished as unfinished:
                return NotReady(after=SOON, reason=str(unfinished))
            except Failure as failure:
                raise broken_off(failure, f"part {number} of {len(message.parts)} is not out", _where(out)) from None
            if number < len(message.parts):
                progress.save(f"part-{number}", out[-1])
        return _receipt(out)

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The oldest post since then with the same words and pictures that is no other delivery's; None for none.

        Where what was prepared is known, it has to say that it was published: Retryable as long as list and status do
        not agree. Of a thread the parts that are there, each a reply to the one before.
        """
        me, out = self._ours(), [dict(one) for one in parts_out(progress)]
        own = OwnPosts(self._graph, me.remote_id)
        if not out:
            found = own.like(message, since, progress.taken)
            self._refuse_disagreement(saved(progress, "container-1"), is_listed=found is not None)
            out = [{"id": found[0], "permalink": found[1] or me.url}] if found else []
        if not out:
            return None
        if rest := list(message.parts[len(out) :]):
            replies = own.replies_like(str(out[-1]["id"]), rest, since, progress.taken)
            out += [{"id": one, "permalink": ""} for one in replies]
        return _receipt(out)

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these posts now, each by itself; Gone for those that are not there though the token works."""
        found = [
            one for remote_id in remote_ids if id_in({"id": remote_id}) for one in counts_of(self._graph, remote_id)
        ]
        if any(isinstance(one, Gone) for one in found):
            self.whoami()  # a token that opens nothing reads like a missing post
        return found

    def delete(self, remote_id: str) -> None:
        """The post is no longer there, nor the later parts of its thread; true also if it was gone already."""
        if not id_in({"id": remote_id}):
            raise Rejected(f"deleting: '{remote_id}' is no post of this platform; delete it there by hand")
        own = OwnPosts(self._graph, self._ours().remote_id)
        for one in reversed([remote_id, *own.rest_of_thread(remote_id)]):
            answer = self._graph.answer("deleting", "DELETE", f"/{one}", {})
            if not is_not_there(answer) and (not answer.ok or answer.fields().get("success") is not True):
                raise refusal(answer, posting=False)

    def _ours(self) -> Identity:
        """Whose account it is; its token is looked after on the way."""
        if self._me is None:
            return self.whoami()
        self._lease.renew_if_due()
        return self._me

    # -- publishing ------------------------------------------------------------------------------------------------

    def _refuse_wrong_options(self) -> None:
        self._graph.refuse_unfit()
        if (topic := self._account.options.get("topic_tag", "")) and not TOPIC.fullmatch(topic):
            raise wrong(self._account, "topic_tag", "1 to 50 characters without . and &")

    def _refuse_unfit(self, message: Message) -> None:
        self._refuse_wrong_options()
        if len(message.media) > LIMITS.images_max:
            raise Rejected(f"{len(message.media)} pictures, and the platform takes {LIMITS.images_max}; remove some")

    def _container(
        self, me: Identity, message: Message, number: int, out: Sequence[dict[str, object]], progress: Progress
    ) -> str:
        """The id of what may be published as the next part, a reply to the one before."""
        more = {"reply_to_id": str(out[-1]["id"])} if out else {}
        if number == 1:
            more["topic_tag"] = self._account.options.get("topic_tag", "")
            more["link_attachment"] = "" if message.media else message.link
        containers = Containers(self._graph, me.remote_id, lambda: place_for(self._account, self._public_media))
        return containers.ready(message, number, more, progress)

    def _put(self, me: Identity, container: str, progress: Progress) -> dict[str, object]:
        """The id and the address of the post that is public now; the account's page where its own is not told."""
        try:
            found = self._graph.post_once("publishing", f"/{me.remote_id}/threads_publish", {"creation_id": container})
        except Lost:
            progress.save("lost", {"id": container})
            raise
        remote_id = id_in(found)
        if not remote_id:
            raise Ambiguous(f"publishing: {self._graph.host} said yes without the post's id", http_status=200)
        try:
            told = self._graph.get("asking for the post's address", f"/{remote_id}", {"fields": "permalink"})
        except Failure:  # it is out all the same
            told = {}
        return {"id": remote_id, "permalink": str(told.get("permalink") or me.url)}

    # -- reading ---------------------------------------------------------------------------------------------------

    def _refuse_disagreement(self, container: str, *, is_listed: bool) -> None:
        """Nothing, where the status of what was prepared says the same as the list. Raises Retryable."""
        status, _ = status_of(self._graph, container) if container else ("", "")
        if status and (status == "PUBLISHED") is not is_listed:
            there = "there" if is_listed else "not there"
            raise Retryable(f"looking for our own post: the platform says {status}, and such a post is {there}")


def _where(out: Sequence[dict[str, object]]) -> str:
    """The address of the first part; empty where none is out."""
    return str(out[0]["permalink"]) if out else ""


def _receipt(out: Sequence[dict[str, object]]) -> Receipt:
    return Receipt(
        remote_id=str(out[0]["id"]), permalink=str(out[0]["permalink"]), parts=tuple(str(one["id"]) for one in out)
    )

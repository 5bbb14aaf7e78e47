"""An Instagram professional account, by either of its two log-ins.

Numbers and behaviour as read in Meta's documents and API description of 15 Apr 2026 (on 24 Nov 2026). A post has no key
of ours, but what it is prepared in tells whether it was published.
"""

from __future__ import annotations

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
from adapters.graph import FACEBOOK, Graph, id_in
from adapters.graph_answers import Unfinished
from adapters.graph_lease import Lease
from adapters.graph_prepared import saved
from adapters.graph_quota import refuse_used_up, usage
from adapters.http import Http
from adapters.instagram_account import QUOTA, whose
from adapters.instagram_answers import SOON, refusal
from adapters.instagram_containers import PUBLISHED, Containers, status_of
from adapters.instagram_counts import Counts
from adapters.instagram_posts import own_post, post_at
from adapters.instagram_profile import LIMITS, PROFILE
from adapters.options import refuse_other_than

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.contract import Progress, PublicMedia, Secrets, Usage
    from posts.limits import Limits
    from posts.model import Account, Message

SERVERS = {"instagram": "https://graph.instagram.com", "facebook": FACEBOOK}
LOGINS = tuple(SERVERS)
LIMIT = "/{}/content_publishing_limit"
READ_TIMEOUT_S = 30  # a silence taken for a failure costs a person's time here


class Instagram:
    """One account. Its secret is an access token, or `{"access_token": …, "app_secret": …}` for proofs.

    That of the account itself lives 60 days; as an object, in a place that can be written, it is renewed in good time.
    The platform fetches the pictures itself: `public_media` says from where. Option `login`: "instagram" (as when it is
    not given) for the token of the account itself, "facebook" for that of the Page that it is linked to. Option
    `version`: of the interface. Without base_url the server is the one of the log-in.
    """

    profile = PROFILE

    def __init__(
        self, account: Account, secrets: Secrets, *, public_media: PublicMedia | None = None, http: Http | None = None
    ):
        self._account = account
        self._public_media = public_media
        login = account.options.get("login", LOGINS[0])
        server = account.base_url or SERVERS.get(login, SERVERS[LOGINS[0]])
        self._http = http or Http(server, read_timeout_s=READ_TIMEOUT_S)
        self._graph = Graph(account, secrets, self._http, refusal)
        self._lease = Lease(account, secrets, self._http, "ig_refresh_token") if login == LOGINS[0] else None
        self._counts = Counts(self._graph)
        self._me: Identity | None = None
        self.listen(lambda _host, _theirs: None)

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""

        def both(host: str, theirs: datetime) -> None:
            if self._lease:
                self._lease.heard(theirs)
            heard(host, theirs)

        self._http.heard = both

    def horizon(self) -> Horizon:
        """Until when the token is good, where its secret says so; that of a Page does not end by itself."""
        return self._lease.horizon() if self._lease else Horizon()

    def renew(self) -> None:
        """The token is good for another sixty days; a Page's stays as it is."""
        if self._lease:
            self._lease.renew()

    def limits(self) -> Limits:
        """The documented ones: all accounts are alike."""
        return LIMITS

    def whoami(self) -> Identity:
        """The account that the token opens. Raises AuthExpired where it opens none, NotSetUp without a public place."""
        self._refuse_unfit()
        place_for(self._account, self._public_media)
        self._me = whose(self._graph, linked=self._account.options.get("login") == "facebook")
        self._renew_if_due()
        return self._me

    def quota(self) -> Usage | None:
        """What the platform tells of the posts of 24 hours; None where it does not say."""
        return usage(self._graph, LIMIT.format(self._known().remote_id), QUOTA)

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:  # noqa: ARG002
        """The post is public, or the platform still works on its pictures or its film.

        What was prepared is known before it is published, and is asked first whether it was: so nothing goes out twice.
        """
        place = place_for(self._account, self._public_media)
        self._refuse_unfit()
        _refuse_pictures(message)
        me = self._known()
        containers = Containers(self._graph, me.remote_id, place)
        if not saved(progress, "container"):
            refuse_used_up(self._graph, LIMIT.format(me.remote_id), QUOTA)
        try:
            container = containers.made(message, progress)
            if containers.is_published(container, progress):
                return self._adopted(me, message, progress)
            progress.posting()
            found = self._graph.post_once("publishing", f"/{me.remote_id}/media_publish", {"creation_id": container})
        except Unfinished as unfinished:
            return NotReady(after=SOON, reason=str(unfinished))
        remote_id = id_in(found)
        if not remote_id:
            raise Ambiguous(f"publishing: {self._graph.host} said yes without the post's id", http_status=200)
        return Receipt(remote_id=remote_id, permalink=self._address(me, remote_id), parts=(remote_id,))

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The oldest post since then with the same words and pictures that is no other delivery's; None for none.

        Where what was prepared is known, it has to say that it was published: Retryable as long as list and status do
        not agree.
        """
        me = self._known()
        container = saved(progress, "container")
        status, _ = status_of(self._graph, container) if container else ("", "")
        found = own_post(self._graph, me.remote_id, message, since=since, taken=progress.taken)
        if not status or (status == PUBLISHED and found):
            return _receipt(me, *found) if found else None
        if status != PUBLISHED and not found:
            return None
        there = "there" if found else "not there"
        raise Retryable(f"looking for our own post: the platform says {status}, and such a post is {there}")

    def remote_id_at(self, address: str) -> str | None:
        """What the post there is called; None where it is none of the account's, or the account cannot be read."""
        try:
            return post_at(self._graph, self._known().remote_id, address) or None
        except Failure:
            return None

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these posts now; Gone for those that are not there though we may read."""
        known = [one for one in remote_ids if id_in({"id": one})]
        return list(self._counts.of(self._known().remote_id, known)) if known else []

    def delete(self, remote_id: str) -> None:
        """Never: raises Rejected, which says where a person deletes it."""
        raise Rejected(f"deleting: the platform lets no program delete; delete post {remote_id} in its app")

    def _known(self) -> Identity:
        if self._me is None:
            return self.whoami()
        self._renew_if_due()
        return self._me

    def _renew_if_due(self) -> None:
        """The token of a Page needs no renewal."""
        if self._lease:
            self._lease.renew_if_due()

    # -- publishing ------------------------------------------------------------------------------------------------

    def _refuse_unfit(self) -> None:
        refuse_other_than(self._account, "login", LOGINS)
        self._graph.refuse_unfit()

    def _adopted(self, me: Identity, message: Message, progress: Progress) -> Receipt:
        found = own_post(self._graph, me.remote_id, message, since=None, taken=progress.taken)
        if found is None:
            raise Ambiguous("the platform says that it was published, and does not list it yet")
        return _receipt(me, *found)

    def _address(self, me: Identity, remote_id: str) -> str:
        """Where people see the post; the account's page where that is not told: it is out all the same."""
        try:
            found = self._graph.get("asking for the post's address", f"/{remote_id}", {"fields": "permalink"})
        except Failure:
            return me.url
        return str(found.get("permalink") or me.url)


def _receipt(me: Identity, remote_id: str, permalink: str) -> Receipt:
    return Receipt(remote_id=remote_id, permalink=permalink or me.url, parts=(remote_id,))


def _refuse_pictures(message: Message) -> None:
    """What the platform would fetch in vain."""
    count = len(message.media)
    wrong = [one.path.name for one in message.media if not one.film and one.mime not in LIMITS.image_types]
    if not 1 <= count <= LIMITS.images_max:
        raise Rejected(f"{count} pictures, and the platform takes 1 to {LIMITS.images_max}; add or remove some")
    if wrong:
        raise Rejected(f"{', '.join(wrong)}: the platform takes JPEG alone, and films; convert what is none")

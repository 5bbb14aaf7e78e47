"""An Instagram professional account, by either of its two log-ins.

Numbers and behaviour as read in Meta's documents and API description of 15 Apr 2026 (on 24 Nov 2026). A post has no key
of ours, but what it is prepared in tells whether it was published.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from adapters.contract import (
    Ambiguous,
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
from adapters.fetching import place_for
from adapters.graph import FACEBOOK, VERSION, VERSION_OPTION, Graph, id_in
from adapters.http import Http
from adapters.instagram_account import QUOTA_WHERE_UNSAID, refuse_used_up, whose
from adapters.instagram_answers import SOON, Unfinished, refusal
from adapters.instagram_containers import PUBLISHED, Containers, saved, status_of
from adapters.instagram_counts import METRICS, Counts
from adapters.instagram_posts import own_post, post_at
from adapters.options import refuse_other_than
from posts.limits import Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.contract import Progress, PublicMedia, Secrets
    from posts.model import Account, Message

SERVERS = {"instagram": "https://graph.instagram.com", "facebook": FACEBOOK}
LOGINS = tuple(SERVERS)
READ_TIMEOUT_S = 30  # a silence taken for a failure costs a person's time here
DOCUMENTS = "Meta docs, Instagram content publishing"
LIMITS = Limits(
    text=(TextLimit(unit=Unit.UTF16, max=2200),),
    images_max=10,
    image_types=("image/jpeg",),
    image_bytes_max=8_000_000,
    image_ratio_min=0.8,
    image_ratio_max=1.91,
    alt_text=TextLimit(unit=Unit.UTF16, max=1000),
    media_required=True,
    hashtags_max=30,
    mentions_max=20,
)


def _fact(name: str, value: str, unit: str, *, sure: bool = True) -> Fact:
    source = "third-party audit of the platform's documentation, 4 October 2026"
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 10, 4), sure=sure)


def _documented(name: str, value: str, unit: str, source: str = DOCUMENTS, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 11, 24), sure=sure)


class Instagram:
    """One account. Its secret is an access token, or `{"access_token": …, "app_secret": …}` for proofs.

    The platform fetches the pictures itself: `public_media` says from where. Option `login`: "instagram" (as when it is
    not given) for the token of the account itself, "facebook" for that of the Page that it is linked to. Option
    `version`: of the interface. Without base_url the server is the one of the log-in.
    """

    profile = Profile(
        platform="instagram",
        limits=LIMITS,
        lookup=Lookup.BY_TEXT,
        metrics=METRICS,
        fetches_media=True,
        facts=(
            _fact("text", "2200", "characters, of a kind nobody documents", sure=False),
            _fact("hashtags", "30", "hashtags"),
            _fact("mentions", "20", "mentions"),
            _fact("images", "10", "pictures of a carousel, cropped to the ratio of the first"),
            _fact("image size", "8000000", "bytes; 8 MB, the error text says 8 MiB"),
            _fact("image type", "JPEG", "the only one"),
            _fact("image ratio", "0.8 to 1.91", "width by height"),
            _documented("alt text", "1000", "characters"),
            _documented("posts", str(QUOTA_WHERE_UNSAID), "in 24 hours, where the platform does not say", sure=False),
            _documented("what is prepared lives for", "24", "hours"),
            _documented("version", VERSION, "of the interface; each lives for two years", "facebook-business 26.0.3"),
        ),
        options=(
            Option(
                name="login",
                default="instagram",
                meaning='`"facebook"`: the secret is the token of the Page that the account is linked to',
            ),
            VERSION_OPTION,
        ),
    )

    def __init__(
        self, account: Account, secrets: Secrets, *, public_media: PublicMedia | None = None, http: Http | None = None
    ):
        self._account = account
        self._public_media = public_media
        login = account.options.get("login", LOGINS[0])
        server = account.base_url or SERVERS.get(login, SERVERS[LOGINS[0]])
        self._http = http or Http(server, read_timeout_s=READ_TIMEOUT_S)
        self._graph = Graph(account, secrets, self._http, refusal)
        self._counts = Counts(self._graph)
        self._me: Identity | None = None

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def limits(self) -> Limits:
        """The documented ones: all accounts are alike."""
        return LIMITS

    def whoami(self) -> Identity:
        """The account that the token opens. Raises AuthExpired where it opens none, NotSetUp without a public place."""
        self._refuse_unfit()
        place_for(self._account, self._public_media)
        self._me = whose(self._graph, linked=self._account.options.get("login") == "facebook")
        return self._me

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:  # noqa: ARG002
        """The post is public, or the platform is still fetching its pictures.

        What was prepared is known before it is published, and is asked first whether it was: so nothing goes out twice.
        """
        place = place_for(self._account, self._public_media)
        self._refuse_unfit()
        _refuse_pictures(message)
        me = self._me or self.whoami()
        containers = Containers(self._graph, me.remote_id, place)
        if not saved(progress, "container"):
            refuse_used_up(self._graph, me.remote_id)
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
        me = self._me or self.whoami()
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
            return post_at(self._graph, (self._me or self.whoami()).remote_id, address) or None
        except Failure:
            return None

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these posts now; Gone for those that are not there though we may read."""
        known = [one for one in remote_ids if id_in({"id": one})]
        return list(self._counts.of((self._me or self.whoami()).remote_id, known)) if known else []

    def delete(self, remote_id: str) -> None:
        """Never: raises Rejected, which says where a person deletes it."""
        raise Rejected(f"deleting: the platform lets no program delete; delete post {remote_id} in its app")

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
    count, wrong = len(message.media), [one.path.name for one in message.media if one.mime not in LIMITS.image_types]
    if not 1 <= count <= LIMITS.images_max:
        raise Rejected(f"{count} pictures, and the platform takes 1 to {LIMITS.images_max}; add or remove some")
    if wrong:
        raise Rejected(f"{', '.join(wrong)}: the platform takes JPEG alone; convert what is none")

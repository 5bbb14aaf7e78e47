"""A Facebook Page, by the Graph API.

Numbers and behaviour as read in Meta's documents and API description of 15 Apr 2026 (on 24 Nov 2026). A post has no key
here, and the Page's list may leave posts out: what is not found in it may still be there, and nothing is sent again by
itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from adapters.contract import (
    Ambiguous,
    Failure,
    Gone,
    Identity,
    NotReady,
    Reading,
    Receipt,
    Rejected,
    Retryable,
)
from adapters.facebook_counts import counts_of
from adapters.facebook_films import film_of
from adapters.facebook_photos import uploaded, without_photos
from adapters.facebook_posts import POST_ID, OwnPosts
from adapters.facebook_profile import LIMITS, PROFILE
from adapters.graph import FACEBOOK, Graph, id_in
from adapters.graph_answers import is_no_page, is_not_there, no_page, refusal
from adapters.http import Http
from adapters.parts import broken_off, parts_of, parts_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.limits import Limits
    from posts.model import Account, Message

READ_TIMEOUT_S = 30  # a silence taken for a failure costs a person's time here: not being listed proves nothing
PAGE_FIELDS = "id,name,username,link,category"  # a person has no category: so a person's token is told from a Page's


class Facebook:
    """One Page. Its secret is the Page's access token, or `{"access_token": …, "app_secret": …}` for proofs.

    Without base_url the server is https://graph.facebook.com. Option `version`: of the interface.
    """

    profile = PROFILE

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._http = http or Http(account.base_url or FACEBOOK, read_timeout_s=READ_TIMEOUT_S)
        self._graph = Graph(account, secrets, self._http)
        self._page = ""

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def limits(self) -> Limits:
        """The documented ones: all Pages are alike."""
        return LIMITS

    def whoami(self) -> Identity:
        """The Page that the token opens. Raises AuthExpired where it opens none, or a person."""
        self._graph.refuse_unfit()
        what = "asking whose Page it is"
        try:
            found = self._graph.get(what, "/me", {"fields": PAGE_FIELDS})
        except Rejected as refused:
            raise no_page(what, refused) if is_no_page(refused) else refused from None
        self._page = id_in(found)
        if not self._page:
            raise Retryable(f"{what}: {self._graph.host} answered without a Page")
        handle = str(found.get("username") or found.get("name") or self._page)
        return Identity(remote_id=self._page, handle=handle, url=str(found.get("link") or ""))

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:  # noqa: ARG002 - no keys
        """The post is public, and its first comment under it. Pictures and films are uploaded unpublished before.

        Where the comment is not out the post is: Retryable and AuthExpired may be tried again, and the comment follows;
        what cannot go on is Ambiguous, and looked up.
        """
        self._graph.refuse_unfit()
        page, out = self._page or self.whoami().remote_id, parts_out(progress)
        used_before = bool(progress.saved.get("picture-1"))
        if len(message.media) > LIMITS.images_max:
            raise Rejected(f"{len(message.media)} pictures, and the platform takes {LIMITS.images_max}; remove some")
        film = film_of(self._graph, page, message, progress)
        if film and not out and (wait := film.prepare()):
            return wait
        photos = [] if out or film else uploaded(self._graph, page, message.media, progress)
        progress.posting()
        if out:
            remote_id, permalink = str(out[0]["id"]), str(out[0]["permalink"])
        else:
            try:
                remote_id, permalink = film.publish(message) if film else self._post(page, message, photos)
            except Rejected as refused:
                raise without_photos(refused, progress) if photos and used_before else refused from None
        _, *comments = parts_of(message, comment_follows=True)
        if not comments:
            return Receipt(remote_id=remote_id, permalink=permalink, parts=(remote_id,))
        if not out:
            progress.save("part-1", {"id": remote_id, "permalink": permalink})
        return self._commented(comments[0], remote_id, permalink)

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The oldest post since then that says and shows the same and is no other delivery's; None if none is listed.

        Its first comment is in `parts` where it is there.
        """
        known, page = parts_out(progress), self._page or self.whoami().remote_id
        own = OwnPosts(self._graph, page)
        if known:
            remote_id, permalink = str(known[0]["id"]), str(known[0]["permalink"])
        elif film := film_of(self._graph, page, message, progress):
            if not film.known.get("up") or not (there := film.out()):
                return None
            remote_id, permalink = there
        elif found := own.like(message, since, progress.taken):
            remote_id, permalink = found
        else:
            return None
        _, *comments = parts_of(message, comment_follows=True)
        said = [comment_id for one in comments if (comment_id := own.comment_under(remote_id, one))]
        return Receipt(remote_id=remote_id, permalink=permalink, parts=(remote_id, *said))

    def remote_id_at(self, address: str) -> str | None:
        """What the post there is called; None where it is none of the Page's, or the Page cannot be read."""
        try:
            return OwnPosts(self._graph, self._page or self.whoami().remote_id).at(address) or None
        except Failure:
            return None

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """The counts of these posts now, each by itself; Gone for those that are not there though we may read."""
        known = [one for one in remote_ids if POST_ID.fullmatch(one)]
        return counts_of(self._graph, self._page or self.whoami().remote_id, known) if known else []

    def delete(self, remote_id: str) -> None:
        """The post is no longer there, nor what was said under it; true also if it was gone already."""
        if not POST_ID.fullmatch(remote_id):
            raise Rejected(f"deleting: '{remote_id}' is no post of a Page; delete it there by hand")
        answer = self._graph.answer("deleting", "DELETE", f"/{remote_id}", {})
        if answer.ok and answer.fields().get("success") is True:
            return
        gone = is_not_there(answer) and OwnPosts(self._graph, self._page or self.whoami().remote_id).lacks(remote_id)
        if not gone:
            raise refusal(answer, posting=False)

    # -- posting ---------------------------------------------------------------------------------------------------

    def _post(self, page: str, message: Message, photos: Sequence[str]) -> tuple[str, str]:
        """The id and the address of the post that is public now."""
        fields = {"message": message.text, "fields": "id,permalink_url"}
        if photos:
            fields["attached_media"] = json.dumps([{"media_fbid": one} for one in photos])
        elif message.link:
            fields["link"] = message.link
        found = self._graph.post_once(
            "publishing", f"/{page}/feed", {name: value for name, value in fields.items() if value}
        )
        remote_id = id_in(found, pattern=POST_ID)
        if not remote_id:
            raise Ambiguous(f"publishing: {self._graph.host} said yes without the post's id", http_status=200)
        return remote_id, str(found.get("permalink_url") or f"https://www.facebook.com/{remote_id}")

    def _commented(self, comment: str, remote_id: str, permalink: str) -> Receipt:
        try:
            found = self._graph.post_once("commenting", f"/{remote_id}/comments", {"message": comment})
            comment_id = id_in(found, pattern=POST_ID)
            if not comment_id:
                raise Ambiguous(f"commenting: {self._graph.host} said yes without the comment's id", http_status=200)
        except Failure as failure:
            raise broken_off(failure, "the first comment is not known to be out", permalink) from None
        return Receipt(remote_id=remote_id, permalink=permalink, parts=(remote_id, comment_id))

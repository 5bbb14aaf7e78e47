"""A LinkedIn page or profile, by the documented Posts, Images and Comments interfaces.

Numbers and behaviour as read in the documentation and in audits of it (24 Nov 2026). A post has no key here. What
became of a call whose answer was lost is seen in a page's posts; those of a person nobody may list: somebody looks.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from adapters.contract import (
    Ambiguous,
    Duplicate,
    Failure,
    Horizon,
    Identity,
    Lookup,
    NotReady,
    Receipt,
    Rejected,
)
from adapters.http import Call, Http
from adapters.linkedin_access import Access
from adapters.linkedin_account import PERSON, page_of, person_of
from adapters.linkedin_answers import address, duplicate_of, is_post, refusal
from adapters.linkedin_comments import find_comment, write_comment
from adapters.linkedin_counts import counts_of
from adapters.linkedin_films import Films, captions_refused
from adapters.linkedin_lookup import Posts
from adapters.linkedin_pictures import Pictures
from adapters.linkedin_post import body
from adapters.linkedin_profile import LIMITS, PROFILE
from adapters.options import refuse_other_than, wrong
from adapters.parts import broken_off, parts_of, parts_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.contract import Progress, Reading, Secrets
    from posts.limits import Limits
    from posts.model import Account, Media, Message

SERVER = "https://api.linkedin.com"
AUTHOR = re.compile(r"urn:li:(?:organization:[0-9]{1,20}|person:[\w-]{1,60})", re.ASCII)
CLOCKS_DIFFER = timedelta(minutes=10)
DELETED = frozenset({204, 404, 410})  # any other yes may come from something in between


class LinkedIn:
    """One page (organisation) or one person's profile.

    The secret is an access token, or a JSON object with it as `access_token`; where the program may renew it, also with
    `refresh_token`, `client_id` and `client_secret`. Scopes of a page: w_organization_social and r_organization_social,
    with rw_organization_admin for counts; of a person: openid, profile and w_member_social.
    """

    profile = PROFILE

    def __init__(self, account: Account, secrets: Secrets, *, http: Http | None = None):
        self._account = account
        self._http = http or Http(account.base_url or SERVER)
        self._access = Access(account, secrets, self._http)
        self._author = account.options.get("author", "")
        self._is_person = not self._author or self._author.startswith(PERSON)
        self._pictures = Pictures(self._access, may_look=not self._is_person)
        self._films = Films(self._access)
        if self._is_person:
            self.profile = replace(self.profile, lookup=Lookup.NONE, metrics=())

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the server's own time with every answer."""
        self._http.heard = heard

    def horizon(self) -> Horizon:
        """Until when a person must connect the account again, where its secret says so."""
        return self._access.horizon()

    def renew(self) -> None:
        """The token lasts for another sixty days. Raises AuthExpired where only a person gets another."""
        self._access.renew()

    def limits(self) -> Limits:
        """The documented ones."""
        return LIMITS

    def whoami(self) -> Identity:
        """The page, or the person whose token it is. Raises AuthExpired where the token opens neither."""
        self._refuse_wrong_options()
        return person_of(self._access, self._account) if self._is_person else page_of(self._access, self._author)

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt | NotReady:  # noqa: ARG002
        """The post is public with its first comment, or its pictures or its film are still being worked on.

        Where the comment alone is not out, that is told like a thread that broke off.
        """
        self._refuse_unfit(message)
        author, texts = self._writer(), parts_of(message, comment_follows=True)
        out = [str(one["id"]) for one in parts_out(progress)]
        shown = [] if out else self._shown(message, author, progress)
        if isinstance(shown, NotReady):
            return shown
        if len(out) < len(texts):
            progress.posting()
        if not out:
            out.append(self._put(message, author, shown, progress))
        if len(texts) > 1:
            self._comment(texts[1], author, out, progress)
        return replace(_receipt(out), evidence=captions_refused(progress))

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The oldest post since then that reads like the message and is no other delivery's, with its first comment.

        A post that the platform called ours already is looked at by itself where the list does not show it. Raises
        Ambiguous for a person, whose posts nobody may list.
        """
        if self._is_person:
            raise Ambiguous("the platform does not say which posts a person has; look at the profile itself")
        begin, known = since - CLOCKS_DIFFER, [str(one["id"]) for one in parts_out(progress)]
        posts = Posts(self._access, self._author)
        found = [] if known else posts.ours(message, begin, progress)
        out = known or found[:1] or posts.named_duplicate(message, begin, progress)
        if not out:
            return None
        texts = parts_of(message, comment_follows=True)
        if len(out) < len(texts) and (comment := find_comment(self._access, out[0], self._author, texts[1])):
            out = [*out, comment]
        also = [address(one) for one in found[1:]]
        return replace(_receipt(out), evidence={"also_found": also} if also else {})

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading]:
        """The counts of a page's posts; those of a person nobody may read, and nothing is asked."""
        return [] if self._is_person else counts_of(self._access, self._author, remote_ids)

    def delete(self, remote_id: str) -> None:
        """The post is no longer there, nor what is under it; true also if it was gone already."""
        if not is_post(remote_id):
            raise Rejected(f"deleting: '{remote_id}' is no post of this platform; delete it there by hand")
        headers = {"X-RestLi-Method": "DELETE"}
        call = Call(what="deleting", method="DELETE", path=f"/rest/posts/{quote(remote_id, safe='')}", headers=headers)
        answer = self._access.send(call)
        if answer.status not in DELETED:
            raise refusal(answer, posting=False)

    def _writer(self) -> str:
        """Who posts; a person who is not named in the options is asked for once."""
        if not self._author:
            self._author = person_of(self._access, self._account).remote_id
        return self._author

    def _shown(self, message: Message, author: str, progress: Progress) -> list[str] | NotReady:
        """What the platform calls the pictures, or the film."""
        if any(map(_is_film, message.media)):
            return self._films.ready(message.media[0], author, progress)
        return self._pictures.ready(message.media, author, progress)

    # -- posting ---------------------------------------------------------------------------------------------------

    def _refuse_wrong_options(self) -> None:
        refuse_other_than(self._account, "hashtags", ("plain", "escaped"))
        refuse_other_than(self._account, "film_alt_text", ("yes", "no"))
        self._access.refuse_unknown_version()
        if not AUTHOR.fullmatch(self._account.options.get("author", "") or "urn:li:person:x"):
            raise wrong(self._account, "author", "urn:li:organization:NUMBER or urn:li:person:ID")

    def _refuse_unfit(self, message: Message) -> None:
        self._refuse_wrong_options()
        if len(message.parts) > 1:
            raise Rejected(f"a thread of {len(message.parts)} parts, and the platform has no threads; make it one text")
        if len(message.media) > LIMITS.images_max:
            raise Rejected(f"{len(message.media)} pictures, and the platform takes {LIMITS.images_max}; remove some")
        if len(message.media) > 1 and any(one.film for one in message.media):
            raise Rejected("a film must be alone in its post; make a post of its own for the rest")

    def _put(self, message: Message, author: str, shown: Sequence[str], progress: Progress) -> str:
        """What the platform calls the post that is public now."""
        if any(map(_is_film, message.media)) and self._account.options.get("film_alt_text") == "no":
            message = replace(message, media=tuple(replace(one, alt_text="") for one in message.media))
        written = body(message, author, shown, hashtags_kept=self._keeps_hashtags, link_title=self._link_title)
        answer = self._access.send_json(
            Call(what="publishing", method="POST", path="/rest/posts"), written, posting=True
        )
        remote_id = answer.headers.get("x-restli-id", "")
        if answer.ok and is_post(remote_id):
            return remote_id
        if answer.ok:
            raise Ambiguous(
                f"publishing: {self._http.host} answered {answer.status} without the post's id",
                http_status=answer.status,
                evidence=answer.evidence(),
            )
        failure = refusal(answer, posting=True)
        if isinstance(failure, Duplicate) and (named := duplicate_of(answer)):
            progress.save("duplicate", {"id": named})
        raise failure

    def _comment(self, text: str, author: str, out: list[str], progress: Progress) -> None:
        if len(out) > 1:
            return
        progress.save("part-1", {"id": out[0], "permalink": address(out[0])})
        try:
            out.append(write_comment(self._access, out[0], author, text))
        except Failure as failure:
            raise broken_off(failure, "the first comment is not out", address(out[0])) from None
        progress.save("part-2", {"id": out[1]})

    @property
    def _keeps_hashtags(self) -> bool:
        return self._account.options.get("hashtags", "plain") == "plain"

    @property
    def _link_title(self) -> str:
        return self._account.options.get("link_title", "")


def _is_film(one: Media) -> bool:
    """Whether it goes as a film: a GIF that moves is a picture there."""
    return one.film is not None and one.mime.startswith("video/")


def _receipt(out: Sequence[str]) -> Receipt:
    return Receipt(remote_id=out[0], permalink=address(out[0]), parts=tuple(out))

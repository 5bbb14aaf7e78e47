"""A receiver of your own: each post is one signed JSON request to it. What it has to do stands in docs/webhook.md."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from ipaddress import ip_address
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Duplicate,
    Failure,
    Identity,
    Lookup,
    Reading,
    Receipt,
    Rejected,
)
from adapters.http import Answer, Call, Http, failure_for
from adapters.options import refuse_other_than, wrong
from adapters.webhook_event import event_of
from adapters.webhook_profile import ANSWER_BYTES_MAX, KEY_REMEMBERED, PROFILE, limits_of, text_max_of
from adapters.webhook_signing import signature, signing_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Progress, PublicMedia, Secrets
    from posts.limits import Limits
    from posts.model import Account, Message

NO_RECEIVER = frozenset({404, 410})


class Webhook:
    """One receiver at `base_url`. Its secret signs every request: a text of 16 characters or more, or `{"key_id": …,
    "secret": …}` where the receiver has to know which of several it is.

    Options, all as text: `idempotent`: "yes" where the receiver takes a key that it has already for the same post, and
    answers which post it made of a key: then what is unclear is looked up, and sent again where it is not there.
    Without it, what is unclear goes to a person. `text_max`: the longest text that it takes, in graphemes.
    `public_media`: where the receiver fetches films; None: it is sent none.
    """

    profile = PROFILE

    def __init__(
        self,
        account: Account,
        secrets: Secrets,
        *,
        http: Http | None = None,
        clock: Callable[[], float] = time,
        public_media: PublicMedia | None = None,
    ):
        self._account = account
        self._secrets = secrets
        self._place = public_media
        self._http = http or Http(account.base_url, bytes_max=ANSWER_BYTES_MAX)
        self._clock = clock  # a signature says when it was made, so that it cannot be played again later
        if account.options.get("idempotent") == "yes":
            self.profile = replace(
                self.profile, lookup=Lookup.EXACT, resend_after_looks=True, dedupe_for=KEY_REMEMBERED
            )

    def listen(self, heard: Callable[[str, datetime], None]) -> None:
        """`heard` is given the receiver's own time with every answer."""
        self._http.heard = heard

    def limits(self) -> Limits:
        """Ours, with the longest text that the account's options give; films only where they can be fetched."""
        return limits_of(self._account, films=self._place is not None)

    def whoami(self) -> Identity:
        """The receiver as the configuration names it: it is asked nothing, for it could take that for a post."""
        name = f"{self._http.host}#{hashlib.sha256(self._account.base_url.encode()).hexdigest()[:12]}"
        return Identity(remote_id=name, handle=self._account.handle or self._account.id)

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt:
        """The receiver has taken the whole post, all its parts in one request, and named it and its address."""
        self._refuse_unfit()
        body = json.dumps(event_of(message, key, self._place), ensure_ascii=False).encode("utf-8", "replace")
        call = self._call("publishing", "POST", key, signed=body, content=body)
        progress.posting()
        answer = self._http.post_once(call)
        receipt = _receipt(answer.fields(), message) if answer.ok or answer.status == 409 else None
        if receipt is not None:
            return receipt
        raise self._refusal(answer)

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """What the receiver made of our key, exactly; None where it says that it has none. Never for one that forgets.

        Raises Ambiguous where the account does not say that its receiver can be asked.
        """
        if self.profile.lookup is Lookup.NONE:
            raise Ambiguous("this receiver cannot be asked what it has (option idempotent is not yes); look there")
        self._refuse_unfit()
        answer = self._http.prepare(self._call("looking for our own post", "GET", key, signed=key.encode()))
        said = answer.fields()
        if answer.ok and "id" in said and said["id"] is None:
            return None
        receipt = _receipt(said, message) if answer.ok else None
        if receipt is None:
            raise failure_for(answer, posting=False)
        return None if receipt.remote_id in progress.taken else receipt

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading]:  # noqa: ARG002 - a receiver is asked no counts
        """Nothing: a receiver is asked no counts."""
        return []

    def delete(self, remote_id: str) -> None:
        """Never done by us: raises Rejected, which says who must do it."""
        raise Rejected(f"a receiver is not told to delete: delete {remote_id} there by hand")

    # -- preparing -------------------------------------------------------------------------------------------------

    def _refuse_unfit(self) -> None:
        account = self._account
        if not _safe(account.base_url):
            raise AuthExpired(
                f"account '{account.id}': base_url must begin with https:// (http:// is for this machine alone);"
                " correct it, or others read the posts before they are out"
            )
        refuse_other_than(account, "idempotent", ("no", "yes"))
        if "text_max" in account.options and not text_max_of(account):
            raise wrong(account, "text_max", "a number above 0")

    def _call(self, what: str, method: str, key: str, *, signed: bytes, content: bytes | None = None) -> Call:
        key_id, secret = signing_key(self._secrets, self._account.id)
        at = str(int(self._clock()))
        headers = {
            "Idempotency-Key": key,
            "X-Timestamp": at,
            "X-Signature": signature(secret, at, signed),
            **({"X-Key-Id": key_id} if key_id else {}),
            **({"Content-Type": "application/json"} if content else {}),
        }
        return Call(what=what, method=method, path="", headers=headers, content=content, hidden=(secret,))

    # -- answers ---------------------------------------------------------------------------------------------------

    def _refusal(self, answer: Answer) -> Failure:
        told: dict[str, Any] = {"http_status": answer.status, "evidence": answer.evidence()}
        if answer.ok:
            return Ambiguous(
                f"publishing: {self._http.host} answered {answer.status} without the post's id and url", **told
            )
        if answer.status == 409:
            return Duplicate(f"publishing: {self._http.host} has it already ({answer.words()})", **told)
        if answer.status in NO_RECEIVER:
            return AuthExpired(
                f"publishing: there is no receiver at {self._http.host} ({answer.status}); correct the account's"
                " base_url, or have the receiver put back",
                **told,
            )
        return failure_for(answer, posting=True)


def _safe(address: str) -> bool:
    """Whether what is sent there can be read by nobody on the way: https, or this very machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        at_home = ip_address(host).is_loopback
    except ValueError:
        at_home = host == "localhost"
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and at_home))


def _receipt(said: Mapping[str, Any], message: Message) -> Receipt | None:
    """The post that the receiver names; None where it does not name both its id and its address.

    A thread came in one request: all of its parts are that post.
    """
    remote_id, url = said.get("id"), said.get("url")
    if not isinstance(remote_id, str | int) or isinstance(remote_id, bool) or not str(remote_id).strip():
        return None
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        return None
    remote_id = str(remote_id)
    parts = (remote_id,) * len(message.parts) if len(message.parts) > 1 else ()
    return Receipt(remote_id=remote_id, permalink=url, parts=parts)

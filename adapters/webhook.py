"""A receiver of your own: each post is one signed JSON request to it. What it has to do stands in docs/webhook.md."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from ipaddress import ip_address
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adapters.card_sizes import SQUARE, best_size
from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Duplicate,
    Fact,
    Failure,
    Identity,
    Lookup,
    Option,
    Profile,
    Reading,
    Receipt,
    Rejected,
)
from adapters.http import Answer, Call, Http, failure_for
from adapters.on_disk import picture_name, read_picture
from adapters.options import refuse_other_than, wrong
from posts.limits import Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.model import Account, Message

OURS = "july30's own choice; the receiver may set less: option text_max"
LIMITS = Limits(
    text=(TextLimit(unit=Unit.GRAPHEMES, max=100_000),),
    parts_max=25,
    images_max=10,
    card_size=SQUARE,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=10_000_000,
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=10_000),
    first_comment=(TextLimit(unit=Unit.GRAPHEMES, max=100_000),),
)
KEY_REMEMBERED = timedelta(days=30)
ANSWER_BYTES_MAX = 100_000
NO_RECEIVER = frozenset({404, 410})


def _fact(name: str, value: object, unit: str) -> Fact:
    return Fact(name=name, value=str(value), unit=unit, source=OURS, read_on=date(2026, 11, 27))


class Webhook:
    """One receiver at `base_url`. Its secret signs every request: a text of 16 characters or more, or `{"key_id": …,
    "secret": …}` where the receiver has to know which of several it is.

    Options, all as text: `idempotent`: "yes" where the receiver takes a key that it has already for the same post, and
    answers which post it made of a key: then what is unclear is looked up, and sent again where it is not there.
    Without it, what is unclear goes to a person. `text_max`: the longest text that it takes, in graphemes.
    """

    profile = Profile(
        platform="webhook",
        limits=LIMITS,
        lookup=Lookup.NONE,
        needs_base_url=True,
        facts=(
            _fact("text", 100_000, "graphemes"),
            _fact("images", 10, "pictures"),
            _fact("image size", 10_000_000, "bytes"),
            _fact("alt text", 10_000, "graphemes"),
            best_size(SQUARE, "nobody knows where its receiver shows it", OURS),
            _fact("answer", ANSWER_BYTES_MAX, "bytes"),
            _fact("a key is remembered, where idempotent", KEY_REMEMBERED.days, "days"),
        ),
        options=(
            Option(
                name="idempotent",
                default="no",
                meaning='`"yes"`: the receiver makes one post of one key and says which; then doubt settles by itself',
            ),
            Option(name="text_max", default="100000", meaning="the longest text it takes, in graphemes"),
        ),
    )

    def __init__(
        self, account: Account, secrets: Secrets, *, http: Http | None = None, clock: Callable[[], float] = time
    ):
        self._account = account
        self._secrets = secrets
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
        """Ours, with the longest text that the account's options give."""
        given = self._account.options.get("text_max", "")
        most = int(given) if given.isascii() and given.isdigit() else 0
        return replace(LIMITS, text=(replace(LIMITS.text[0], max=most),)) if most else LIMITS

    def whoami(self) -> Identity:
        """The receiver as the configuration names it: it is asked nothing, for it could take that for a post."""
        name = f"{self._http.host}#{hashlib.sha256(self._account.base_url.encode()).hexdigest()[:12]}"
        return Identity(remote_id=name, handle=self._account.handle or self._account.id)

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt:
        """The receiver has taken the whole post, all its parts in one request, and named it and its address."""
        self._refuse_unfit()
        body = json.dumps(self._event(message, key), ensure_ascii=False).encode("utf-8", "replace")
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
        if "text_max" in account.options and self.limits() is LIMITS:
            raise wrong(account, "text_max", "a number above 0")

    def _event(self, message: Message, key: str) -> dict[str, object]:
        numbered = enumerate(message.media, 1)
        media = [
            {
                "name": picture_name(number, one),
                "mime": one.mime,
                "sha256": one.sha256,
                "alt": one.alt_text,
                "base64": base64.b64encode(read_picture(one)).decode("ascii"),
            }
            for number, one in numbered
        ]
        return {
            "type": "post.publish",
            "id": key,
            "account": message.account,
            "text": message.text,
            "parts": list(message.parts),
            "language": message.language,
            "link": message.link,
            "first_comment": message.first_comment,
            "media": media,
        }

    def _call(self, what: str, method: str, key: str, *, signed: bytes, content: bytes | None = None) -> Call:
        key_id, secret = self._signing_key()
        at = str(int(self._clock()))
        signature = hmac.new(secret.encode(), at.encode() + b"." + signed, hashlib.sha256).hexdigest()
        headers = {
            "Idempotency-Key": key,
            "X-Timestamp": at,
            "X-Signature": f"sha256={signature}",
            **({"X-Key-Id": key_id} if key_id else {}),
            **({"Content-Type": "application/json"} if content else {}),
        }
        return Call(what=what, method=method, path="", headers=headers, content=content, hidden=(secret,))

    def _signing_key(self) -> tuple[str, str]:
        """Which secret it is, and the secret. Raises AuthExpired where it is not whole."""
        secret = self._secrets.load().strip()
        try:
            parts = json.loads(secret)
        except ValueError:
            parts = None
        if not isinstance(parts, dict):
            parts = {"secret": secret}
        key_id, secret = str(parts.get("key_id") or ""), str(parts.get("secret") or "")
        if len(secret) < 16 or not re.fullmatch(r"[\w.-]*", key_id, re.ASCII):
            raise AuthExpired(
                f"account '{self._account.id}': its secret must have 16 characters or more, alone or as"
                ' {"key_id": "…", "secret": "…"}; put it in again here and at the receiver'
            )
        return key_id, secret

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

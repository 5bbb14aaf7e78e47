"""For channels that only a person may publish on: everything is laid out to be pasted by hand."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.contract import Fact, Identity, Lookup, NeedsHand, Profile, Reading, Receipt, Rejected
from adapters.on_disk import name_for, picture_name, prepare_folder, read_picture, reveal
from posts.limits import Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.model import Account, Message

OURS = "july30, our own choice: the person who pastes sees what the channel takes"
LIMITS = Limits(
    text=(TextLimit(unit=Unit.GRAPHEMES, max=5_000),),
    images_max=10,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=1_500),
    first_comment=True,
)


class Manual:
    """One account that a person publishes on, with a folder `folder/id/` of kits. Needs no secret; calls nobody."""

    profile = Profile(
        platform="manual",
        limits=LIMITS,
        lookup=Lookup.NONE,
        by_hand=True,
        needs_secret=False,
        facts=(Fact(name="text", value="5000", unit="graphemes", source=OURS, read_on=date(2026, 11, 24)),),
    )

    def __init__(self, account: Account, secrets: Secrets):  # noqa: ARG002 - every adapter is built alike
        self._account = account
        self._folder = Path(account.folder).absolute() / account.id

    def limits(self) -> Limits:
        """Our own, generous ones: what the channel takes is seen by the person who pastes."""
        return self.profile.limits

    def whoami(self) -> Identity:
        """The account as the configuration names it; the person at the keyboard proves the rest."""
        return Identity(remote_id=self._account.id, handle=self._account.handle or self._account.id)

    def publish(self, message: Message, key: str, progress: Progress) -> NeedsHand:  # noqa: ARG002 - nothing is posted
        """The kit lies in its folder, whole, and nothing is public; the same post again finds the same kit.

        An edited post keeps its key, so the folder's name holds the words as well.
        Raises Rejected where a picture is gone or changed, Retryable where the disk refuses.
        """
        contents = kit_of(message, self._account)
        kit = self._folder / f"{name_for(key)}-{_digest(contents)}"
        if not kit.is_dir():
            reveal(prepare_folder(self._folder, contents), kit)
        return NeedsHand(
            reason=f"paste it by hand from {kit}, then: july30 queue resolve ID --published URL",
            evidence={"folder": str(kit)},
        )

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """None: only the person who pasted knows the address."""
        return None

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading]:  # noqa: ARG002 - nobody can be asked
        """Nothing: no count can be read."""
        return []

    def delete(self, remote_id: str) -> None:
        """Never done by us: raises Rejected, which says who must do it."""
        raise Rejected(f"taken down by hand: open {remote_id} and delete it there, then mark it as removed here")


def kit_of(message: Message, account: Account) -> dict[str, bytes]:
    """The files of a kit, by name. Raises Rejected where a picture is gone or changed."""
    pictures = {picture_name(number, one): read_picture(one) for number, one in enumerate(message.media, 1)}
    words = {**_texts(message), **_alt_texts(message)}
    if message.first_comment:
        words["first-comment.txt"] = message.first_comment
    words["README.txt"] = _readme(message, account, tuple(pictures))
    return {**pictures, **{name: text.encode("utf-8", "replace") for name, text in words.items()}}


def _digest(contents: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, content in contents.items():
        whole.update(name.encode() + hashlib.sha256(content).digest())
    return whole.hexdigest()[:8]


def _texts(message: Message) -> dict[str, str]:
    if len(message.parts) == 1:
        return {"text.txt": message.text}
    return {f"text-{number}.txt": part for number, part in enumerate(message.parts, 1)}


def _alt_texts(message: Message) -> dict[str, str]:
    numbered = enumerate(message.media, 1)
    return {f"picture-{number}-alt-text.txt": one.alt_text for number, one in numbered if one.alt_text}


def _readme(message: Message, account: Account, pictures: Sequence[str]) -> str:
    steps = [f"Sign in as {account.handle or account.id} and start a new post."]
    first, *more = _texts(message)
    steps.append(f"Copy the whole of {first} into it. Change nothing: these words were approved.")
    if pictures:
        steps.append(f"Attach, in this order: {', '.join(pictures)}.")
    steps += [f"Put {name} into the description (alt text) of that picture." for name in _alt_texts(message)]
    steps.append("Publish.")
    steps += [f"Reply to your last post with the whole of {name}." for name in more]
    if message.first_comment:
        steps.append("Put first-comment.txt as the first comment under it.")
    steps.append("Copy the address of the post and tell the queue: july30 queue resolve ID --published ADDRESS")
    return "".join(f"{number}. {step}\n" for number, step in enumerate(steps, 1))

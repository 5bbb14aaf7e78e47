"""Publishes into a folder of our own: nothing leaves the machine, so a campaign can be tried out whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Gone, Identity, Lookup, Profile, Reading, Receipt, Rejected, Retryable
from adapters.on_disk import discard, files_of, name_for, picture_name, prepare_folder, reveal
from adapters.outbox_feed import PAGE, POST, Feed, UnknownPostError, post_page
from posts.limits import FilmLimits, Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.model import Account, Message

OURS = "july30, our own choice"
FILM = FilmLimits(
    types=("video/mp4", "video/quicktime"),
    among_pictures=True,
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=1_500),
    captions_max=20,
    cover=True,
)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.GRAPHEMES, max=5_000),),
    images_max=10,
    card_size=TALL,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes_max=10_000_000,
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=1_500),
    film=FILM,
    gif=replace(FILM, types=("image/gif",)),
    first_comment=(TextLimit(unit=Unit.GRAPHEMES, max=5_000),),
)


class Outbox:
    """One account's outbox: `folder/id/`, one folder per post and a page of them all. Needs no secret."""

    profile = Profile(
        platform="outbox",
        limits=LIMITS,
        lookup=Lookup.EXACT,
        resend_after_looks=True,
        metrics=("likes", "comments", "shares"),
        can_delete=True,
        needs_secret=False,
        facts=(
            Fact(name="text", value="5000", unit="graphemes", source=OURS, read_on=date(2026, 11, 24)),
            Fact(name="image size", value="10000000", unit="bytes", source=OURS, read_on=date(2026, 11, 24)),
            best_size(TALL, "what most of the others show best", OURS),
        ),
    )

    def __init__(self, account: Account, secrets: Secrets):  # noqa: ARG002 - every adapter is built alike
        self._account = account
        self._folder = Path(account.folder).absolute() / account.id
        self.feed = Feed(self._folder)

    def limits(self) -> Limits:
        """Our own, generous ones: a folder carries anything."""
        return self.profile.limits

    def whoami(self) -> Identity:
        """The account as the configuration names it; a folder has no other owner."""
        return Identity(
            remote_id=self._account.id,
            handle=self._account.handle or self._account.id,
            url=(self._folder / PAGE).as_uri(),
        )

    def publish(self, message: Message, key: str, progress: Progress) -> Receipt:
        """The post's folder is there, whole; the same key again gives the same receipt and changes nothing."""
        remote_id = name_for(key)
        if self._is_out(remote_id):
            return self._receipt(remote_id)
        prepared = prepare_folder(self._folder, contents_of(message, key))
        try:
            progress.posting()
        except BaseException:
            discard(prepared)
            raise
        reveal(prepared, self._folder / remote_id)
        return self._receipt(remote_id, page=self._show(remote_id))

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """The receipt of the key, exactly: the folder is there or it is not."""
        remote_id = name_for(key)
        return self._receipt(remote_id) if self._is_out(remote_id) else None

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading | Gone]:
        """What people did in the local feed; Gone for a post that no longer lies in the folder."""
        found: list[Reading | Gone] = []
        for one in remote_ids:
            found += self._read(one)
        return found

    def delete(self, remote_id: str) -> None:
        """The post lies in `removed/`. Raises Rejected for what is no id of ours, Retryable where the disk refuses."""
        try:
            self.feed.remove(remote_id)
        except UnknownPostError as error:
            raise Rejected(str(error)) from error
        except OSError as error:
            raise Retryable(f"{remote_id} cannot be moved ({error.strerror}); make room or rights there") from error

    def _read(self, remote_id: str) -> Sequence[Reading | Gone]:
        try:
            counts = self.feed.counts(remote_id)
        except UnknownPostError:  # where the whole folder is away, a disk is missing and not the post
            return [Gone(remote_id=remote_id)] if self._folder.is_dir() else []
        except OSError as error:
            raise Retryable(f"the counts of {remote_id} cannot be read ({error.strerror}); see to the disk") from error
        return [Reading(remote_id=remote_id, metric=one, value=value, source="outbox") for one, value in counts.items()]

    def _is_out(self, remote_id: str) -> bool:
        return (self._folder / remote_id / POST).is_file()

    def _receipt(self, remote_id: str, page: str = "") -> Receipt:
        return Receipt(
            remote_id=remote_id,
            permalink=(self._folder / remote_id / PAGE).as_uri(),
            parts=(remote_id,),
            evidence={"page": page} if page else {},
        )

    def _show(self, remote_id: str) -> str:
        """What kept the page of all posts from being written, else nothing: the post itself is out either way."""
        try:
            self.feed.write_page(showing=remote_id)
        except OSError as error:
            return f"not written: {error.strerror}"
        return ""


def contents_of(message: Message, key: str) -> dict[str, bytes | Path]:
    """The files of a post's folder. Raises Rejected where a picture or film is gone or changed."""
    names = [picture_name(number, one) for number, one in enumerate(message.media, 1)]
    described = {
        "key": key,
        "account": message.account,
        "platform": message.platform,
        "parts": list(message.parts),
        "language": message.language,
        "link": message.link,
        "first_comment": message.first_comment,
        "media": [
            {
                "file": name,
                "alt_text": one.alt_text,
                "sha256": one.sha256,
                "width": one.width_px,
                "height": one.height_px,
            }
            for name, one in zip(names, message.media, strict=True)
        ],
    }
    return {
        **files_of(message.media),
        "text.txt": "\n\n".join(message.parts).encode("utf-8", "replace"),
        PAGE: post_page(name_for(key), described),
        POST: json.dumps(described, ensure_ascii=False, indent=1).encode("utf-8", "replace"),
    }

"""From what a person wished to what the store keeps: the instant, the kind, the content hash."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from posts.intake.captions import NO_LANGUAGE
from posts.intake.opening import COVER
from scheduler.content import content_hash
from scheduler.plan import kind_for, resolve
from scheduler.store.posts import NewPost, When

if TYPE_CHECKING:
    from typing import BinaryIO

    from posts.intake.draft import Draft
    from posts.model import Captions, Media, Post, Quote
    from scheduler.plan import Resolved
    from scheduler.services.desk import Desk

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
}


def from_draft(desk: Desk, draft: Draft, content: Post) -> NewPost:
    """What the store keeps of a draft. Raises GapError for a local time that does not exist."""
    zone = desk.settings.mission(draft.mission).time_zone
    due = resolve(datetime.combine(draft.local_date, draft.local_time), zone)
    limit = resolve(draft.not_after, zone).instant if draft.not_after else None
    kind = kind_for(draft.kind, draft.local_date, desk.settings.campaign)
    when = when_of(due)
    content_digest = content_hash(
        content, accounts=draft.accounts, local_due=when.local, time_zone=when.zone, kind=kind, not_after=limit
    )
    return NewPost(
        campaign_id=desk.campaign_id,
        external_id=draft.row_key,
        source_hash=source_hash(content_digest, draft.quote, draft.notes),
        content_hash=content_digest,
        content=content,
        accounts=draft.accounts,
        when=when,
        kind=kind,
        not_after=limit,
        quote=draft.quote,
        notes=draft.notes,
        created_by=desk.actor,
    )


def when_of(due: Resolved) -> When:
    """The instant as the store keeps it, with the local wish, its zone and the zone data's version."""
    return When(instant=due.instant, local=due.local.isoformat(timespec="seconds"), zone=due.zone, tzdata=due.tzdata)


def source_hash(content_digest: str, quote: Quote | None, notes: str) -> str:
    """Whether a row says the same as before: the content, the quotation and the notes; not how far its review is."""
    said = [content_digest, notes]
    if quote:
        said += [quote.words, quote.speaker, quote.role, quote.organisation, quote.consent]
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def keep_pictures(post: Post, folder: Path) -> Post:
    """The post with its pictures copied into our media folder, named by what is in them.

    What a reviewer approved can no longer be changed by changing the file beside the sheet.
    """
    return replace(post, media=tuple(_keep(one, folder) for one in post.media)) if post.media else post


def keep_drawn(one: Media, content: bytes) -> None:
    """The picture that we drew ourselves is where `one` says, in our media folder."""
    if not one.path.exists():
        _write(one.path, io.BytesIO(content))


def _keep(one: Media, folder: Path) -> Media:
    """Captions and a cover are named for their film, so that they are found beside it when the plan is exported.

    A picture's other shapes are pictures of their own here.
    """
    there = _copied(one.path, folder / f"{one.sha256}.{_extension(one)}")
    shapes = tuple(_keep(shape, folder) for shape in one.shapes)
    captions = tuple(_keep_captions(words, there) for words in one.captions)
    cover = _keep_cover(one.cover, there) if one.cover else None
    return replace(one, path=there, captions=captions, cover=cover, shapes=shapes)


def _keep_captions(words: Captions, film: Path) -> Captions:
    name = f"{film.stem}.{words.sha256[:16]}.{words.language or NO_LANGUAGE}{words.path.suffix.casefold()}"
    return replace(words, path=_copied(words.path, film.with_name(name)))


def _keep_cover(cover: Media, film: Path) -> Media:
    name = f"{film.stem}.{cover.sha256[:16]}{COVER}.{_extension(cover)}"
    return replace(cover, path=_copied(cover.path, film.with_name(name)))


def _extension(one: Media) -> str:
    return EXTENSIONS.get(one.mime, "bin")


def _copied(path: Path, there: Path) -> Path:
    if not there.exists():
        with path.open("rb") as source:
            _write(there, source)
    return there


def _write(there: Path, source: BinaryIO) -> None:
    """Whole and on the disk before it bears its name."""
    there.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=there.parent, prefix=".unfinished-")
    with os.fdopen(handle, "wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    Path(unfinished).replace(there)

"""The local feed: what lies in the outboxes of all accounts, seen as people see it, and what they do with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from adapters.outbox_feed import POST, Feed, UnknownPostError, is_remote_id
from scheduler.model import State, WrongUse
from scheduler.services.gallery import MIMES, FileShown, vtt_of
from scheduler.services.showing import moment
from scheduler.store import lists
from scheduler.store.lists import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.outbox_feed import FeedPost
    from posts.model import Account
    from scheduler.services.desk import Desk
    from scheduler.services.showing import Moment

SHOWN_MAX = 50
COMMENT_MAX = 1_000
KINDS = ("like", "share", "comment")
NAMES = re.compile(r"(picture-[0-9]{1,3}|film-[0-9]{1,3}(\.cover)?)\.(jpg|png|gif|webp|mp4|mov)")
CAPTIONS = re.compile(r"film-[0-9]{1,3}\.([A-Za-z0-9-]{1,35})\.(srt|vtt)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPicture:
    """A picture or film as it lies in the post's folder; sizes are 0 where the post does not say them.

    `is_film`: it is played. `cover`: the file of the picture that stands for it until then, or empty. `captions`: the
    file and the language of each.
    """

    file: str
    alt_text: str
    width_px: int
    height_px: int
    is_film: bool = False
    cover: str = ""
    captions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Somebody's words under a post."""

    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One post of the feed; `published` is None where the log does not know of it (yet).

    `liked`: the person at this desk likes it already.
    """

    account: str
    handle: str
    mission: str
    remote_id: str
    parts: tuple[str, ...]
    language: str
    link: str
    first_comment: str
    pictures: tuple[FeedPicture, ...]
    counts: Mapping[str, int]
    comments: tuple[Comment, ...]
    liked: bool
    published: Moment | None


def feed(desk: Desk, most: int = SHOWN_MAX) -> list[Entry]:
    """The newest posts of all outboxes, at most `most`; those that the log does not know yet come first."""
    entries = [one for account, box in _boxes(desk) for one in _entries(desk, account, box, most)]
    entries.sort(key=lambda one: one.published.instant if one.published else desk.now(), reverse=True)
    return entries[:most]


def react(desk: Desk, account_id: str, remote_id: str, kind: str, text: str = "") -> None:
    """The person at this desk likes or shares the post, or has said `text` under it.

    Raises WrongUse for an account without a feed, an unknown post or kind, and a comment that is empty or too long.
    """
    box = _box(desk, account_id)
    words = text.strip()
    if kind == "comment" and not 0 < len(words) <= COMMENT_MAX:
        raise WrongUse(f"a comment has 1 to {COMMENT_MAX} characters; this one has {len(words)}")
    try:
        match kind:
            case "like":
                box.like(remote_id, desk.actor)
            case "share":
                box.share(remote_id, desk.actor)
            case "comment":
                box.comment(remote_id, desk.actor, words)
            case _:
                raise WrongUse(f"'{kind}' is nothing one can do with a post; there are {', '.join(KINDS)}")
    except UnknownPostError as error:
        raise WrongUse(f"{account_id} has no post '{remote_id}' in its feed (any more)") from error


def feed_file(desk: Desk, account_id: str, remote_id: str, file: str) -> FileShown | None:
    """A picture, film or cover of a post that is in the feed; None for everything else, whatever the name tries."""
    path = _lying(desk, account_id, remote_id, file) if NAMES.fullmatch(file) else None
    return FileShown(path=path, mime=MIMES[path.suffix]) if path else None


def feed_captions(desk: Desk, account_id: str, remote_id: str, file: str) -> bytes | None:
    """Captions of a film that is in the feed, as WebVTT; None for everything else."""
    path = _lying(desk, account_id, remote_id, file) if CAPTIONS.fullmatch(file) else None
    return vtt_of(path) if path else None


def _lying(desk: Desk, account_id: str, remote_id: str, file: str) -> Path | None:
    account = next((one for one in desk.settings.accounts if one.id == account_id), None)
    if not is_remote_id(remote_id) or account is None or _feed_of(desk, account) is None:
        return None
    folder = _folder(account, remote_id)
    path = folder / file
    return path if (folder / POST).is_file() and path.is_file() and not path.is_symlink() else None


def _folder(account: Account, remote_id: str) -> Path:
    return Path(account.folder).absolute() / account.id / remote_id


def _boxes(desk: Desk) -> Iterator[tuple[Account, Feed]]:
    for account in desk.settings.accounts:
        if box := _feed_of(desk, account):
            yield account, box


def _box(desk: Desk, account_id: str) -> Feed:
    box = _feed_of(desk, desk.settings.account(account_id))
    if box is None:
        raise WrongUse(f"{account_id} has no local feed: what it publishes is at its platform")
    return box


def _feed_of(desk: Desk, account: Account) -> Feed | None:
    if desk.profile(account).needs_secret:
        return None
    box = getattr(desk.adapter_of(account.id), "feed", None)
    return box if isinstance(box, Feed) else None


def _entries(desk: Desk, account: Account, box: Feed, most: int) -> list[Entry]:
    with desk.database.read() as tx:
        rows = lists.queue(tx, Filter(account=account.id, state=State.PUBLISHED))
    known = {row["remote_id"]: cast("dict[str, Any]", row) for row in rows}
    return [_entry(desk, account, one, known.get(one.remote_id)) for one in box.posts(most=most)]


def _entry(desk: Desk, account: Account, one: FeedPost, row: Mapping[str, Any] | None) -> Entry:
    said = one.described
    return Entry(
        account=account.id,
        handle=account.handle or account.id,
        mission=account.mission,
        remote_id=one.remote_id,
        parts=tuple(str(part) for part in said.get("parts", ())),
        language=str(said.get("language", "")),
        link=str(said.get("link", "")),
        first_comment=str(said.get("first_comment", "")),
        pictures=tuple(_picture(it, _folder(account, one.remote_id)) for it in said.get("media", ())),
        counts=one.counts,
        comments=tuple(Comment(by=it.by, text=it.text) for it in one.reactions if it.kind == "comment"),
        liked=any(it.kind == "like" and it.by == desk.actor for it in one.reactions),
        published=moment(row["published_at"], row["time_zone"]) if row else None,
    )


def _picture(said: Mapping[str, Any], folder: Path) -> FeedPicture:
    file = str(said.get("file", ""))
    beside = _beside(folder, file) if file.endswith((".mp4", ".mov")) else []
    return FeedPicture(
        file=file,
        alt_text=str(said.get("alt_text", "")),
        width_px=int(said.get("width") or 0),
        height_px=int(said.get("height") or 0),
        is_film=file.endswith((".mp4", ".mov")),
        cover=next((name for name in beside if ".cover." in name), ""),
        captions=tuple((name, _language(found[1])) for name in beside if (found := CAPTIONS.fullmatch(name))),
    )


def _language(tag: str) -> str:
    """The language that a name tells; captions that tell none are numbered."""
    return "" if tag.isdigit() else tag


def _beside(folder: Path, film: str) -> list[str]:
    """The files that bear the film's name and are not it."""
    stem = film.rpartition(".")[0]
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(f"{stem}.") and path.name != film)

"""The values that everything here is about: what a mission wants to say, and what one platform will see of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, time, timedelta
    from pathlib import Path

    from posts.limits import Quota


class PostsError(Exception):
    """Base of the errors of this room; the message says what happened and who must act."""


class Kind(StrEnum):
    """How a post bears being late."""

    EXACT = "exact"
    DAY = "day"
    WINDOW = "window"
    EVERGREEN = "evergreen"
    RECAP = "recap"


class Level(StrEnum):
    """How much a Problem weighs: block stops, hold asks a reviewer, warn and checklist only tell."""

    BLOCK = "block"
    HOLD = "hold"
    WARN = "warn"
    CHECKLIST = "checklist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason why something cannot or should not go out as it is.

    `span` counts code points of the text it speaks of; None where no place in a text is meant.
    """

    code: str
    level: Level
    message: str
    span: tuple[int, int] | None = None
    suggestion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `start` to `end` in the mission's local time, over midnight where end is before start."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One year's World Day: the day itself and the window around it."""

    name: str
    day: date
    window_before_days: int = 29
    window_after_days: int = 6
    hashtags: tuple[str, ...] = ()
    theme: str = ""
    theme_source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """An IOM country mission; `code` is ISO 3166 alpha-2, `time_zone` an IANA name."""

    code: str
    name: str
    time_zone: str
    languages: tuple[str, ...]
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One mission's channel on one platform; `secret` is where its secret is kept, never the secret.

    `posts_per_month`: how many posts it may make in a calendar month; None where that is not limited. `quota`: what its
    platform takes of it in a time, instead of what is known of the platform. `card_size`: width and
    height, in pixels, in which cards are drawn for it, instead of the one that suits its platform.
    """

    id: str
    mission: str
    platform: str
    base_url: str = ""
    handle: str = ""
    secret: str = ""
    folder: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    posts_per_month: int | None = None
    quota: Quota | None = None
    card_size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What a film or a moving GIF has beyond a still picture, as its file tells it.

    `coding`: the four letters of its picture track (avc1, hvc1 and so on), "gif " for a GIF. `edited`: whether the file
    has an edit list; `starts_at_once`: whether its index stands before its pictures. Some platforms refuse a file for
    either. `frames` is 0 where the file does not tell.
    """

    length: timedelta
    coding: str
    frames: int = 0
    edited: bool = False
    starts_at_once: bool = True

    @property
    def frames_per_second(self) -> float:
        """How many pictures are shown in a second, on average; 0 where unknown."""
        return self.frames / self.length.total_seconds() if self.length else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Captions:
    """What is said in a film, to be read: a SubRip or WebVTT file on our disk, in one language."""

    path: Path
    sha256: str
    size_bytes: int
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One picture or film on our disk, already opened once under limits.

    `film` is None for a still picture. Captions and `cover`, the still picture that stands for a film before it is
    played, go where the platform has a field for them. `shapes`: the same picture in other widths and heights, for the
    platforms that show these better; its alt text is theirs, too.
    """

    path: Path
    sha256: str
    mime: str
    width_px: int
    height_px: int
    size_bytes: int
    alt_text: str = ""
    film: Film | None = None
    captions: tuple[Captions, ...] = ()
    cover: Media | None = None
    shapes: tuple[Media, ...] = ()

    def shaped(self, size: tuple[int, int] | None) -> Media:
        """The same picture in that width and height where there is one, else as it is; without its other shapes."""
        fits = next((one for one in self.shapes if (one.width_px, one.height_px) == size), self)
        return replace(fits, alt_text=self.alt_text, shapes=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Somebody's words; `consent` names the record under which they may be used."""

    words: str
    speaker: str = ""
    role: str = ""
    organisation: str = ""
    language: str = ""
    consent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One message of one mission, before any platform is thought of.

    `overrides` maps a platform's name to the text that replaces `text` there.
    """

    mission: str
    text: str
    language: str = ""
    link: str = ""
    first_comment: str = ""
    media: tuple[Media, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one platform will see: a Post composed for one Account, everything filled in.

    `parts` are the texts in order: one for a plain post, several for a thread; media go with the first.
    """

    account: str
    platform: str
    parts: tuple[str, ...]
    language: str = ""
    link: str = ""
    first_comment: str = ""
    media: tuple[Media, ...] = ()

    @property
    def text(self) -> str:
        """The words of the first part, which most platforms see as the post."""
        return self.parts[0]

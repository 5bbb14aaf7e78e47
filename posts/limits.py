"""What one platform can carry, every number with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


class Unit(StrEnum):
    """The ways in which platforms count how long a text is; see `posts.measure_text`."""

    GRAPHEMES = "graphemes"
    UTF16 = "utf16_units"
    BYTES = "utf8_bytes"
    WEIGHTED = "weighted_code_points"
    EMOJI_BYTES = "graphemes_with_emoji_as_bytes"
    ESCAPED = "utf16_units_with_escapes"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimit:
    """At most `max` of `unit`.

    `link_length`: what any http(s) link costs, in the same unit; None where a link costs its real length.
    `short_mentions`: whether `@user@server` counts only as `@user`.
    """

    unit: Unit
    max: int
    link_length: int | None = None
    short_mentions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmLimits:
    """What one platform takes of films, or of moving GIFs; None means no limit is known.

    `codings`: the four letters of the picture tracks that it plays, empty where it says nothing. `among_pictures`:
    whether a film may stand beside pictures or other films. `frame_pixels_max`: width by height by frames.
    `plain_order`: it refuses a file with an edit list or with its index at the end. Without `alt_text`, `captions_max`
    and `cover` it has no field for them.
    """

    types: tuple[str, ...] = ("video/mp4",)
    codings: tuple[str, ...] = ()
    bytes_min: int | None = None
    bytes_max: int | None = None
    length_min: timedelta | None = None
    length_max: timedelta | None = None
    width_max: int | None = None
    height_max: int | None = None
    pixels_max: int | None = None
    ratio_min: float | None = None
    ratio_max: float | None = None
    frames_max: int | None = None
    frame_pixels_max: int | None = None
    frames_per_second_min: float | None = None
    frames_per_second_max: float | None = None
    plain_order: bool = False
    among_pictures: bool = False
    alt_text: TextLimit | None = None
    captions_max: int = 0
    caption_bytes_max: int | None = None
    cover: bool = False


class Counted(StrEnum):
    """What a platform counts where it takes only so many: posts, every part of a thread, or those after the first."""

    POSTS = "posts"
    PARTS = "parts"
    REPLIES = "replies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A platform takes at most `most` of an account in any stretch of time of that length."""

    most: int
    within: timedelta
    counted: Counted = Counted.PARTS

    def cost(self, parts: int) -> int:
        """How much of it a thread of so many parts uses."""
        return {Counted.POSTS: 1, Counted.PARTS: parts, Counted.REPLIES: parts - 1}[self.counted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Everything `posts.check` needs to know of a platform; None means no limit is known.

    All of `text` hold at once; the first is the one shown to people. `text_with_media`, where not empty, replaces it
    for posts with pictures; `long_text_follows`: a text that is too long for that goes after the pictures, as a message
    of its own. `parts_max`: how many posts a thread may have, 1 where there are no threads. `image_sides_max`: width
    and height together, in pixels. `card_size`: the width and height, in pixels, in which it shows a card best; others
    are taken, too. `alt_text` None: the platform has no field for it. `first_comment`: what
    holds for a comment of its own kind under the post, empty where there is none; `comment_is_a_part`: a comment is a
    post like any other there, so that it goes as the last part of the thread, where there are threads.
    Without `film` and `gif` it takes no films, or no GIFs that move. `quotas`: how many it takes in a time.
    `doubts`: why some of these may not be the server's own, in words.
    """

    text: tuple[TextLimit, ...]
    text_with_media: tuple[TextLimit, ...] = ()
    long_text_follows: bool = False
    parts_max: int = 1
    images_max: int = 1
    image_types: tuple[str, ...] = ("image/jpeg", "image/png")
    image_bytes_max: int | None = None
    image_pixels_max: int | None = None
    image_sides_max: int | None = None
    image_ratio_min: float | None = None
    image_ratio_max: float | None = None
    card_size: tuple[int, int] | None = None
    alt_text: TextLimit | None = None
    film: FilmLimits | None = None
    gif: FilmLimits | None = None
    media_required: bool = False
    hashtags_max: int | None = None
    mentions_max: int | None = None
    links_max: int | None = None
    first_comment: tuple[TextLimit, ...] = ()
    comment_is_a_part: bool = False
    doubts: tuple[str, ...] = ()
    quotas: tuple[Quota, ...] = ()

    def for_text(self, *, with_media: bool) -> tuple[TextLimit, ...]:
        """The limits that hold for the text of a post with or without pictures."""
        return self.text_with_media if with_media and self.text_with_media else self.text

    @property
    def comment_ends_thread(self) -> bool:
        """Whether a first comment goes as the last part of the thread."""
        return self.comment_is_a_part and self.parts_max > 1

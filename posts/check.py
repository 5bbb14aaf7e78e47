"""Every reason why a Message cannot go out as it is, as Problems; none means go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from posts.check_film import check_films, limits_of
from posts.limits import Limits, TextLimit, Unit
from posts.links import distinct_links, hashtags, mentions
from posts.measure_text import at_most, fits, invalid_characters, measure, overrun
from posts.model import Level, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from posts.model import Media, Message

UNITS = {
    Unit.GRAPHEMES: "characters",
    Unit.UTF16: "UTF-16 units (most emoji count 2)",
    Unit.BYTES: "UTF-8 bytes",
    Unit.WEIGHTED: "weighted characters",
    Unit.EMOJI_BYTES: "characters (an emoji counts its bytes)",
    Unit.ESCAPED: "UTF-16 units with the backslashes that the platform wants",
}
CODE_POINTS_MAX = 100_000
_NOTHING_TO_SEE = regex.compile(r"[\s\p{C}]*+")


def check(message: Message, limits: Limits) -> tuple[Problem, ...]:
    """All that stands against the message where `limits` hold, the text's problems first; empty means go.

    Spans count code points of the part (or comment, or alt text) that the problem names. Alt text is demanded of every
    picture; where the platform has no field for it, its absence only warns.
    """
    if endless := tuple(_check_endless(message)):
        return endless
    return (
        *_check_text(message, limits),
        *_check_counts("\n".join(message.parts), limits),
        *_check_link(message, limits),
        *_check_pictures(message, limits),
        *check_films(message, limits),
        *_check_comment(message.first_comment, limits),
    )


def length(text: str, limits: Limits, with_media: bool) -> tuple[int, TextLimit]:
    """How long the text is by the limit that binds it first: the one of which the highest share is used.

    `limits` must know at least one text limit; ValueError if not.
    """
    measured = [(measure(text, limit), limit) for limit in _text_limits(text, limits, with_media=with_media)]
    return max(measured, key=lambda one: one[0] / one[1].max)


def _block(code: str, message: str, span: tuple[int, int] | None = None, suggestion: str = "") -> Problem:
    return Problem(code=code, level=Level.BLOCK, message=message, span=span, suggestion=suggestion)


def _warn(code: str, message: str, suggestion: str = "") -> Problem:
    return Problem(code=code, level=Level.WARN, message=message, suggestion=suggestion)


def _check_endless(message: Message) -> Iterator[Problem]:
    """A text that no platform takes by far; counting it exactly would keep all senders waiting for seconds."""
    texts = [("The text", part) for part in message.parts] + [("The first comment", message.first_comment)]
    for name, text in [*texts, *(("An alt text", one.alt_text) for one in message.media)]:
        if len(text) > CODE_POINTS_MAX:
            yield _block(
                "too_long", f"{name} is {len(text):,} code points long: shorten it to {CODE_POINTS_MAX:,} at most."
            )


def _check_text(message: Message, limits: Limits) -> Iterator[Problem]:
    if not message.media and all(_NOTHING_TO_SEE.fullmatch(part) for part in message.parts[:1]):
        yield _block("empty", "There is nothing to publish: write a text or add a picture.")
    if len(message.parts) > limits.parts_max:
        yield _block(
            "too_many_parts",
            f"The thread has {len(message.parts)} parts, the limit is {limits.parts_max}: join some"
            f"{', or do without the first comment, which is one' if limits.comment_ends_thread else ''}.",
        )
    for number, part in enumerate(message.parts, 1):
        name = "The text" if len(message.parts) == 1 else f"Part {number} of the text"
        if number > 1 and _NOTHING_TO_SEE.fullmatch(part):
            yield _block("empty", f"{name} is empty: write something or remove the part.")
        with_media = bool(message.media) and number == 1
        text_limits = _text_limits(part, limits, with_media=with_media)
        if text_limits != limits.for_text(with_media=with_media):
            yield _follows(name, part, limits)
        yield from _check_invalid(name, part, text_limits)
        yield from _check_length("too_long", name, part, text_limits)


def _text_limits(text: str, limits: Limits, *, with_media: bool) -> tuple[TextLimit, ...]:
    """The limits that hold for this text: those of a text alone where it may follow its pictures and has to."""
    among_pictures = limits.for_text(with_media=with_media)
    follows = with_media and limits.long_text_follows and not fits(text, among_pictures)
    return limits.text if follows else among_pictures


def _follows(name: str, text: str, limits: Limits) -> Problem:
    limit = limits.text_with_media[0]
    return _warn(
        "text_follows",
        f"{name} is {measure(text, limit):,} {UNITS[limit.unit]} long, and {limit.max:,} fit under pictures: it goes"
        " as a second message, right after them.",
        suggestion="Shorten it if pictures and words must be one message.",
    )


def _check_invalid(name: str, text: str, limits: tuple[TextLimit, ...]) -> Iterator[Problem]:
    units = [limit.unit for limit in limits] or [Unit.GRAPHEMES]
    for start, end in sorted({span for unit in units for span in invalid_characters(text, unit)}):
        points = ", ".join(f"U+{ord(point):04X}" for point in text[start : min(end, start + 3)])
        yield _block(
            "invalid_characters",
            f"{name} holds {points} at character {start + 1}, which no platform can show: delete it or type it anew.",
            (start, end),
        )


def _check_length(code: str, name: str, text: str, limits: tuple[TextLimit, ...]) -> Iterator[Problem]:
    for limit in limits:
        if at_most(text, limit) <= limit.max:
            continue  # most texts are far from their limit, and counting is what costs a sender its time
        used = measure(text, limit)
        if used > limit.max:
            yield _block(
                code,
                f"{name} is {used:,} {UNITS[limit.unit]} long, the limit is {limit.max:,}: "
                f"shorten it by {used - limit.max:,}.",
                (overrun(text, limit) or 0, len(text)),
            )


def _check_counts(text: str, limits: Limits) -> Iterator[Problem]:
    found = (
        ("too_many_hashtags", "hashtags", hashtags, limits.hashtags_max),
        ("too_many_mentions", "mentions", _names, limits.mentions_max),
        ("too_many_links", "different links", distinct_links, limits.links_max),
    )
    for code, what, find, most in found:
        if most is not None and (count := len(find(text))) > most:
            yield _block(code, f"The text holds {count} {what}, the limit is {most}: remove {count - most}.")


def _check_link(message: Message, limits: Limits) -> Iterator[Problem]:
    if limits.links_max == 0 and message.link:
        yield _warn(
            "link_left_out", "The account takes no links: the post's link will be left out; say where to look in words."
        )


def _names(text: str) -> set[str]:
    return {text[start:name_end] for (start, _), name_end in mentions(text)}


def _check_pictures(message: Message, limits: Limits) -> Iterator[Problem]:
    pictures = [one for one in message.media if one.film is None]
    count = len(message.media)
    if limits.media_required and not count:
        yield _block("media_required", "The platform takes no post without a picture: add one.")
    if count > limits.images_max:
        yield _block(
            "too_many_images",
            f"The post has {count} pictures, the limit is {limits.images_max}: remove {count - limits.images_max}.",
        )
    for picture in pictures:
        yield from _check_file(picture, limits)
        yield from _check_shape(picture, limits)
    for one in message.media:
        yield from _check_alt_text(one, message, _alt_text_limit(one, limits))


def _check_file(picture: Media, limits: Limits) -> Iterator[Problem]:
    name, size, size_max = picture.path.name, picture.size_bytes, limits.image_bytes_max
    if picture.mime not in limits.image_types:
        yield _block(
            "image_type", f"{name} is {picture.mime}; the platform takes {', '.join(limits.image_types)}: convert it."
        )
    if size_max is not None and size > size_max:
        yield _block(
            "image_too_large", f"{name} has {size:,} bytes, the limit is {size_max:,}: save it smaller or as JPEG."
        )


def _check_shape(picture: Media, limits: Limits) -> Iterator[Problem]:
    name, width, height = picture.path.name, picture.width_px, picture.height_px
    if limits.image_pixels_max is not None and width * height > limits.image_pixels_max:
        yield _block(
            "image_too_many_pixels",
            f"{name} has {width * height:,} pixels, the limit is {limits.image_pixels_max:,}: scale it down.",
        )
    if limits.image_sides_max is not None and width + height > limits.image_sides_max:
        yield _block(
            "image_too_large_in_pixels",
            f"{name} is {width:,} by {height:,} pixels, together more than {limits.image_sides_max:,}: scale it down.",
        )
    ratio = width / max(height, 1)
    least, most = limits.image_ratio_min, limits.image_ratio_max
    if least is not None and ratio < least:
        yield _block(
            "image_ratio", f"{name} is {ratio:.4g} times as wide as high, the least is {least:g}: crop its height."
        )
    if most is not None and ratio > most:
        yield _block(
            "image_ratio", f"{name} is {ratio:.4g} times as wide as high, the most is {most:g}: crop its width."
        )


def _alt_text_limit(one: Media, limits: Limits) -> TextLimit | None:
    """How long its alt text may be; None where the platform has no field for it."""
    if one.film is None:
        return limits.alt_text
    allowed = limits_of(one, limits)
    return allowed.alt_text if allowed else None


def _check_alt_text(picture: Media, message: Message, limit: TextLimit | None) -> Iterator[Problem]:
    name, words = picture.path.name, picture.alt_text.strip()
    if _NOTHING_TO_SEE.fullmatch(words):
        yield _missing_alt_text(name, limit)
        return
    if words.casefold() in (name.casefold(), picture.path.stem.casefold()):
        yield _warn("alt_text_poor", f"The alt text of {name} is only its file name: say what the picture shows.")
    if words in (part.strip() for part in message.parts):
        yield _warn("alt_text_poor", f"The alt text of {name} only repeats the post: say what the picture shows.")
    if limit is not None:
        yield from _check_invalid(f"The alt text of {name}", picture.alt_text, (limit,))
        yield from _check_length("alt_text_too_long", f"The alt text of {name}", picture.alt_text, (limit,))


def _missing_alt_text(name: str, limit: TextLimit | None) -> Problem:
    if limit is None:
        return _warn(
            "alt_text_missing",
            f"{name} has no alt text, and the platform has no field for one: say in the text what it shows.",
        )
    return _block("alt_text_missing", f"{name} has no alt text: say in a sentence what the picture shows.")


def _check_comment(comment: str, limits: Limits) -> Iterator[Problem]:
    if not comment.strip():
        return
    if not limits.first_comment:
        yield _warn(
            "first_comment_unsupported",
            "The platform takes no first comment from here: it will be left out; put what matters into the text.",
        )
        return
    yield from _check_invalid("The first comment", comment, limits.first_comment)
    yield from _check_length("too_long", "The first comment", comment, limits.first_comment)

"""Every reason why a film or a moving GIF cannot go out as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.model import Level, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from posts.limits import FilmLimits, Limits
    from posts.model import Film, Media, Message

SPEEDS_TOLERANCE = 0.01


def limits_of(film: Media, limits: Limits) -> FilmLimits | None:
    """What holds for this film or GIF; None where the platform takes none of its kind."""
    return limits.gif if film.mime == "image/gif" else limits.film


def check_films(message: Message, limits: Limits) -> Iterator[Problem]:
    """All that stands against the message's films and moving GIFs, alt text aside."""
    for one in message.media:
        if one.film is None:
            continue
        allowed = limits_of(one, limits)
        if allowed is None:
            yield _block(
                "film_unsupported", f"{one.path.name} moves, and the platform takes no such file: leave it out."
            )
            continue
        yield from _check_company(one, message, allowed)
        yield from _check_file(one, allowed)
        yield from _check_frame(one, allowed)
        yield from _check_length(one, one.film, allowed)
        yield from _check_order(one, one.film, allowed)
        yield from _check_companions(one, allowed)


def _block(code: str, message: str) -> Problem:
    return Problem(code=code, level=Level.BLOCK, message=message)


def _warn(code: str, message: str) -> Problem:
    return Problem(code=code, level=Level.WARN, message=message)


def _check_company(one: Media, message: Message, allowed: FilmLimits) -> Iterator[Problem]:
    if len(message.media) > 1 and not allowed.among_pictures:
        yield _block(
            "film_not_alone",
            f"{one.path.name} moves, and must be alone in its post: make a post of its own for the rest.",
        )


def _check_file(one: Media, allowed: FilmLimits) -> Iterator[Problem]:
    name, size = one.path.name, one.size_bytes
    if one.mime not in allowed.types:
        yield _block("film_type", f"{name} is {one.mime}; the platform takes {', '.join(allowed.types)}: convert it.")
    elif one.film and allowed.codings and one.film.coding not in allowed.codings:
        yield _block(
            "film_coding",
            f"{name} is coded as '{one.film.coding}'; the platform plays {', '.join(allowed.codings)}: export it anew.",
        )
    if allowed.bytes_max is not None and size > allowed.bytes_max:
        yield _block(
            "film_too_large", f"{name} has {size:,} bytes, the limit is {allowed.bytes_max:,}: export it smaller."
        )
    if allowed.bytes_min is not None and size < allowed.bytes_min:
        yield _block(
            "film_too_small", f"{name} has {size:,} bytes, the least is {allowed.bytes_min:,}: export it larger."
        )


def _check_frame(one: Media, allowed: FilmLimits) -> Iterator[Problem]:
    name, width, height = one.path.name, one.width_px, one.height_px
    for side, length, most in (("wide", width, allowed.width_max), ("high", height, allowed.height_max)):
        if most is not None and length > most:
            yield _block(
                "film_too_many_pixels", f"{name} is {length:,} pixels {side}, the limit is {most:,}: scale it down."
            )
    if allowed.pixels_max is not None and width * height > allowed.pixels_max:
        yield _block(
            "film_too_many_pixels",
            f"{name} has {width * height:,} pixels, the limit is {allowed.pixels_max:,}: scale it down.",
        )
    ratio, least, most_wide = width / max(height, 1), allowed.ratio_min, allowed.ratio_max
    if (least is not None and ratio < least) or (most_wide is not None and ratio > most_wide):
        yield _block(
            "film_ratio",
            f"{name} is {ratio:.4g} times as wide as high; {_between(least, most_wide)} is taken: crop it.",
        )


def _check_length(one: Media, film: Film, allowed: FilmLimits) -> Iterator[Problem]:
    name, least, most = one.path.name, allowed.length_min, allowed.length_max
    if most is not None and film.length > most:
        yield _block("film_too_long", f"{name} takes {_seconds(film.length)} s, the limit is {_seconds(most)}: cut it.")
    if least is not None and film.length < least:
        yield _block(
            "film_too_short", f"{name} takes {_seconds(film.length)} s, the least is {_seconds(least)}: lengthen it."
        )
    if allowed.frames_max is not None and film.frames > allowed.frames_max:
        yield _block(
            "film_too_long", f"{name} has {film.frames:,} frames, the limit is {allowed.frames_max:,}: cut it."
        )
    volume = one.width_px * one.height_px * film.frames
    if allowed.frame_pixels_max is not None and volume > allowed.frame_pixels_max:
        yield _block(
            "film_too_many_pixels",
            f"{name} has {volume:,} pixels in all frames, the limit is {allowed.frame_pixels_max:,}: scale it down.",
        )
    yield from _check_speed(one, film, allowed)


def _check_speed(one: Media, film: Film, allowed: FilmLimits) -> Iterator[Problem]:
    """Only a warning: a file's own account of its frames is an average, and platforms convert."""
    speed, least, most = film.frames_per_second, allowed.frames_per_second_min, allowed.frames_per_second_max
    too_slow = least is not None and speed < least * (1 - SPEEDS_TOLERANCE)
    too_fast = most is not None and speed > most * (1 + SPEEDS_TOLERANCE)
    if speed and (too_slow or too_fast):
        yield _warn(
            "film_speed", f"{one.path.name} shows {speed:.1f} frames a second; {_between(least, most)} is advised."
        )


def _check_order(one: Media, film: Film, allowed: FilmLimits) -> Iterator[Problem]:
    """Only a warning: the platforms' pages demand it, nobody has seen a refusal (read 24 November 2026)."""
    if allowed.plain_order and (film.edited or not film.starts_at_once):
        what = "an edit list" if film.edited else "its index at the end"
        yield _warn(
            "film_order",
            f"{one.path.name} has {what}, which the platform may refuse: export it for the web (fast start).",
        )


def _check_companions(one: Media, allowed: FilmLimits) -> Iterator[Problem]:
    if len(one.captions) > allowed.captions_max:
        told = f"takes {allowed.captions_max}" if allowed.captions_max else "has no field for them"
        yield _warn(
            "captions_left_out",
            f"{one.path.name} has {len(one.captions)} files of captions, the platform {told}: the rest is left out; "
            "burn them into the film if they must be seen there.",
        )
    for words in one.captions[: allowed.captions_max]:
        name, size, size_max = words.path.name, words.size_bytes, allowed.caption_bytes_max
        if size_max is not None and size > size_max:
            yield _block("captions_too_large", f"{name} has {size:,} bytes, the limit is {size_max:,}: shorten it.")
    if one.cover and not allowed.cover:
        yield _warn("cover_left_out", f"{one.path.name}: the platform has no field for a cover, it will be left out.")


def _between(least: float | None, most: float | None) -> str:
    if least is None:
        return f"at most {most:g}"
    return f"{least:g} to {most:g}" if most is not None else f"at least {least:g}"


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():,.1f}".removesuffix(".0")

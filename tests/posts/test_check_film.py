"""Every reason why a film cannot go out is told before anybody approves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from posts.check import check
from posts.limits import FilmLimits, Limits, TextLimit, Unit
from posts.model import Captions, Film, Level, Media, Message

TEXT = TextLimit(unit=Unit.GRAPHEMES, max=100)
ALLOWED = FilmLimits(
    types=("video/mp4",),
    codings=("avc1", "avc3"),
    bytes_min=100,
    bytes_max=1_000,
    length_min=timedelta(seconds=3),
    length_max=timedelta(seconds=90),
    width_max=1_920,
    height_max=1_920,
    pixels_max=1_000_000,
    ratio_min=0.5,
    ratio_max=2.0,
    frames_max=3_000,
    frame_pixels_max=2_000_000_000,
    frames_per_second_min=23,
    frames_per_second_max=60,
    plain_order=True,
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=20),
    captions_max=1,
    caption_bytes_max=50,
    cover=True,
)
LIMITS = Limits(text=(TEXT,), images_max=4, film=ALLOWED, alt_text=TextLimit(unit=Unit.GRAPHEMES, max=5))
STILL = Media(path=Path("a.jpg"), sha256="1", mime="image/jpeg", width_px=8, height_px=8, size_bytes=9, alt_text="Blue")
WORDS = Captions(path=Path("clip.ka.srt"), sha256="2", size_bytes=40, language="ka")
FILM = Media(
    path=Path("clip.mp4"),
    sha256="0",
    mime="video/mp4",
    width_px=720,
    height_px=1_280,
    size_bytes=500,
    alt_text="People at a table",
    film=Film(length=timedelta(seconds=30), coding="avc1", frames=900),
)


def codes(*media: Media, limits: Limits = LIMITS) -> list[tuple[str, Level]]:
    message = Message(account="a", platform="p", parts=("Words",), media=media)
    return [(one.code, one.level) for one in check(message, limits)]


def moving(**changes: Any) -> Media:
    assert FILM.film
    return replace(FILM, film=replace(FILM.film, **changes))


def test_a_film_within_all_limits_goes() -> None:
    """The limits of pictures are not a film's: its alt text is longer than theirs may be."""
    assert codes(FILM) == []
    assert codes(replace(FILM, captions=(WORDS,), cover=STILL)) == []


@pytest.mark.parametrize(
    ("film", "code"),
    [
        (replace(FILM, mime="video/quicktime"), "film_type"),
        (moving(coding="vp09"), "film_coding"),
        (replace(FILM, size_bytes=1_001), "film_too_large"),
        (replace(FILM, size_bytes=99), "film_too_small"),
        (replace(FILM, width_px=1_922, height_px=500), "film_too_many_pixels"),
        (replace(FILM, width_px=500, height_px=1_921), "film_too_many_pixels"),
        (replace(FILM, width_px=1_100, height_px=1_000), "film_too_many_pixels"),
        (replace(FILM, width_px=400, height_px=1_000), "film_ratio"),
        (replace(FILM, width_px=1_210, height_px=600), "film_ratio"),
        (moving(length=timedelta(seconds=90.5), frames=2_715), "film_too_long"),
        (moving(length=timedelta(seconds=2.5), frames=75), "film_too_short"),
        (moving(length=timedelta(seconds=60), frames=3_001), "film_too_long"),
        (moving(length=timedelta(seconds=80), frames=2_400), "film_too_many_pixels"),
        (replace(FILM, alt_text="People who sit at a table"), "alt_text_too_long"),
        (replace(FILM, alt_text=""), "alt_text_missing"),
        (replace(FILM, captions=(replace(WORDS, size_bytes=51),)), "captions_too_large"),
    ],
)
def test_each_limit_of_a_film_stops_it(film: Media, code: str) -> None:
    """A platform would say so after minutes of work, on the day itself."""
    assert (code, Level.BLOCK) in codes(film)


@pytest.mark.parametrize(
    ("film", "code"),
    [
        (moving(frames=300), "film_speed"),
        (moving(frames=2_000), "film_speed"),
        (moving(edited=True), "film_order"),
        (moving(starts_at_once=False), "film_order"),
        (replace(FILM, captions=(WORDS, WORDS)), "captions_left_out"),
    ],
)
def test_what_a_platform_may_bear_only_warns(film: Media, code: str) -> None:
    """Its pages demand more than it checks: an officer is told, and decides."""
    assert (code, Level.WARN) in codes(film)


def test_a_film_stands_alone_where_the_platform_has_it_so() -> None:
    """Most take one film and nothing else."""
    assert ("film_not_alone", Level.BLOCK) in codes(FILM, STILL)
    among = replace(LIMITS, film=replace(ALLOWED, among_pictures=True))
    assert codes(FILM, STILL, limits=among) == []


def test_where_no_film_is_taken_none_goes() -> None:
    """It would be refused, or its first frame shown."""
    assert ("film_unsupported", Level.BLOCK) in codes(FILM, limits=replace(LIMITS, film=None))
    gif = replace(moving(coding="gif "), mime="image/gif")
    assert ("film_unsupported", Level.BLOCK) in codes(gif)
    assert ("film_unsupported", Level.BLOCK) not in codes(
        gif, limits=replace(LIMITS, gif=FilmLimits(types=("image/gif",)))
    )


def test_what_lies_beside_a_film_is_left_out_with_a_word_where_there_is_no_field() -> None:
    """Captions that are missing there must be burnt in, and somebody has to know."""
    bare = replace(LIMITS, film=FilmLimits())
    told = codes(replace(FILM, captions=(WORDS,), cover=STILL, alt_text=""), limits=bare)
    assert told == [
        ("alt_text_missing", Level.WARN),
        ("captions_left_out", Level.WARN),
        ("cover_left_out", Level.WARN),
    ]

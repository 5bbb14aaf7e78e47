"""Every reason why a message cannot go out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from posts.check import check, length
from posts.limits import Limits, TextLimit, Unit
from posts.model import Level, Media, Message

GRAPHEMES = TextLimit(unit=Unit.GRAPHEMES, max=20)
LIMITS = Limits(text=(GRAPHEMES,), alt_text=TextLimit(unit=Unit.GRAPHEMES, max=30))
PICTURE = Media(
    path=Path("card-ge.jpg"),
    sha256="0",
    mime="image/jpeg",
    width_px=1080,
    height_px=1350,
    size_bytes=900_000,
    alt_text="A hand opens a door.",
)
MESSAGE = Message(account="ge-here", platform="here", parts=("ადამიანი",))


def codes(message: Message, limits: Limits = LIMITS) -> list[tuple[str, Level]]:
    return [(problem.code, problem.level) for problem in check(message, limits)]


def with_text(text: str) -> Message:
    return replace(MESSAGE, parts=(text,))


def with_picture(**changes: object) -> Message:
    return replace(MESSAGE, media=(replace(PICTURE, **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize("message", [MESSAGE, with_picture(), replace(with_picture(), parts=("",))])
def test_nothing_against_it_means_go(message: Message) -> None:
    """A warning that is none teaches people to ignore warnings; a picture alone may be a post."""
    assert check(message, LIMITS) == ()


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u2060"])
def test_nothing_to_see_is_blocked(text: str) -> None:
    """Invisible characters are not a post."""
    assert codes(with_text(text)) == [("empty", Level.BLOCK)]


def test_too_long_says_by_how_much_and_from_where() -> None:
    """An officer must see at a glance what to cut."""
    (problem,) = check(with_text("a" * 25), LIMITS)
    assert (problem.code, problem.level, problem.span) == ("too_long", Level.BLOCK, (20, 25))
    assert problem.message == "The text is 25 characters long, the limit is 20: shorten it by 5."


@pytest.mark.parametrize(
    "message",
    [
        with_text("ა" * 100_001),
        replace(MESSAGE, parts=("ა", "ა" * 100_001)),
        replace(MESSAGE, first_comment="ა" * 100_001),
        with_picture(alt_text="ა" * 100_001),
    ],
)
def test_a_text_without_end_is_refused_without_counting_it(message: Message) -> None:
    """Counting a megabyte takes five seconds, in which no other post goes out."""
    (problem,) = check(message, LIMITS)
    assert (problem.code, problem.level) == ("too_long", Level.BLOCK)
    assert "100,001 code points long" in problem.message


def test_every_text_limit_holds_at_once() -> None:
    """A short text of heavy characters may pass one limit and break the other."""
    limits = replace(LIMITS, text=(GRAPHEMES, TextLimit(unit=Unit.BYTES, max=21)))
    (problem,) = check(MESSAGE, limits)
    assert "24 UTF-8 bytes" in problem.message
    assert problem.span == (7, 8)


def test_a_picture_brings_the_limit_for_captions() -> None:
    """Captions are shorter than texts where `text_with_media` says so."""
    limits = replace(LIMITS, text_with_media=(replace(GRAPHEMES, max=5),))
    assert codes(MESSAGE, limits) == []
    assert codes(with_picture(), limits) == [("too_long", Level.BLOCK)]


def test_a_part_of_a_thread_is_named() -> None:
    """In a thread it matters which part is too long."""
    first, second = check(replace(MESSAGE, parts=("a", "", "b" * 21)), replace(LIMITS, parts_max=3))
    assert (first.code, second.code) == ("empty", "too_long")
    assert second.message.startswith("Part 3 of the text")


def test_a_thread_with_too_many_parts_is_blocked() -> None:
    """A platform that takes twenty would break it off in public."""
    thread = replace(MESSAGE, parts=("a", "b", "c"))
    assert codes(thread, replace(LIMITS, parts_max=2)) == [("too_many_parts", Level.BLOCK)]
    assert codes(thread, replace(LIMITS, parts_max=3)) == []


def test_a_message_without_parts_is_empty() -> None:
    """Nothing at all must be a problem, not a crash."""
    assert codes(replace(MESSAGE, parts=())) == [("empty", Level.BLOCK)]


@pytest.mark.parametrize(("character", "name"), [("\x00", "U+0000"), ("\ud83d", "U+D83D"), ("\ufeff", "U+FEFF")])
def test_characters_nobody_can_show_are_blocked_by_name(character: str, name: str) -> None:
    """They are invisible: without name and place nobody finds them."""
    (problem,) = check(with_text(f"ab{character}c"), LIMITS)
    assert (problem.code, problem.level, problem.span) == ("invalid_characters", Level.BLOCK, (2, 3))
    assert f"{name} at character 3" in problem.message
    problem.message.encode("utf-8")


@pytest.mark.parametrize(
    ("changes", "limits", "code"),
    [
        ({"mime": "image/webp"}, {}, "image_type"),
        ({"size_bytes": 1001}, {"image_bytes_max": 1000}, "image_too_large"),
        ({}, {"image_pixels_max": 1080 * 1350 - 1}, "image_too_many_pixels"),
        ({"height_px": 1351}, {"image_ratio_min": 0.8}, "image_ratio"),
        ({"width_px": 2000, "height_px": 1000}, {"image_ratio_max": 1.91}, "image_ratio"),
        ({"alt_text": " "}, {}, "alt_text_missing"),
        ({"alt_text": "a" * 31}, {}, "alt_text_too_long"),
        ({"alt_text": "a\x00"}, {}, "invalid_characters"),
    ],
)
def test_a_picture_the_platform_refuses_is_blocked(
    changes: dict[str, object], limits: dict[str, object], code: str
) -> None:
    """It is cheaper to say so while planning than at nine o'clock on the day."""
    assert codes(with_picture(**changes), replace(LIMITS, **limits)) == [(code, Level.BLOCK)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "changes"),
    [
        ({"image_ratio_min": 0.8}, {}),
        ({"image_ratio_max": 1.91}, {"width_px": 1910, "height_px": 1000}),
        ({"image_pixels_max": 1080 * 1350}, {}),
        ({"image_bytes_max": 900_000}, {}),
    ],
)
def test_a_picture_exactly_at_the_limit_goes(limits: dict[str, object], changes: dict[str, object]) -> None:
    """1080 by 1350 is exactly 4:5, the tallest picture several platforms take."""
    assert codes(with_picture(**changes), replace(LIMITS, **limits)) == []  # type: ignore[arg-type]


def test_too_many_pictures_are_blocked() -> None:
    """A platform that drops the rest silently would show half a story."""
    message = replace(MESSAGE, media=(PICTURE, PICTURE))
    (problem,) = check(message, LIMITS)
    assert problem.message == "The post has 2 pictures, the limit is 1: remove 1."


def test_a_platform_of_pictures_needs_one() -> None:
    """Without a picture such a platform publishes nothing."""
    assert codes(MESSAGE, replace(LIMITS, media_required=True)) == [("media_required", Level.BLOCK)]


def test_missing_alt_text_only_warns_where_there_is_no_field_for_it() -> None:
    """There, the officer can still describe the picture in the text."""
    assert codes(with_picture(alt_text=""), replace(LIMITS, alt_text=None)) == [("alt_text_missing", Level.WARN)]


@pytest.mark.parametrize("alt_text", ["card-ge.jpg", "Card-GE", "ადამიანი"])
def test_alt_text_that_says_nothing_warns(alt_text: str) -> None:
    """A file name read aloud helps nobody, nor does the post read twice."""
    assert codes(with_picture(alt_text=alt_text)) == [("alt_text_poor", Level.WARN)]


@pytest.mark.parametrize(
    ("text", "limits", "code"),
    [
        ("#ა #ბ #в", {"hashtags_max": 2}, "too_many_hashtags"),
        ("@a @b @c", {"mentions_max": 2}, "too_many_mentions"),
        ("http://a.b un.org", {"links_max": 1}, "too_many_links"),
    ],
)
def test_too_many_of_a_kind_are_blocked(text: str, limits: dict[str, object], code: str) -> None:
    """Platforms refuse or hide posts that go over these numbers."""
    assert codes(with_text(text), replace(LIMITS, **limits)) == [(code, Level.BLOCK)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("#ა #ბ", {"hashtags_max": 2}),
        ("@a @b @a", {"mentions_max": 2}),
        ("http://a.b http://a.b", {"links_max": 1}),
    ],
)
def test_as_many_as_allowed_go(text: str, limits: dict[str, object]) -> None:
    """The same mention or link twice is one."""
    assert codes(with_text(text), replace(LIMITS, text=(), **limits)) == []  # type: ignore[arg-type]


def test_a_first_comment_warns_where_there_is_none_and_is_checked_where_there_is() -> None:
    """It would be left out, or refused after the post is public: both are better known before."""
    message = replace(MESSAGE, first_comment="c" * 21)
    assert codes(message) == [("first_comment_unsupported", Level.WARN)]
    assert codes(message, replace(LIMITS, first_comment=(replace(GRAPHEMES, max=20),))) == [("too_long", Level.BLOCK)]
    assert codes(message, replace(LIMITS, first_comment=(replace(GRAPHEMES, max=21),))) == []


@pytest.mark.parametrize("text", ["", "\u200b"])
def test_a_first_comment_alone_is_no_post(text: str) -> None:
    """As the last part of a thread it would follow a post that nobody can see, which no platform takes."""
    thread = replace(MESSAGE, parts=(text, "More"))
    assert codes(thread, replace(LIMITS, parts_max=2)) == [("empty", Level.BLOCK)]


def test_a_first_comment_counts_for_the_most_parts_of_a_thread() -> None:
    """Whoever wrote as many as go must learn why one is too many."""
    limits = replace(LIMITS, parts_max=2, comment_is_a_part=True)
    (found,) = check(replace(MESSAGE, parts=("a", "b", "c")), limits)
    assert (found.code, found.level, "first comment" in found.message) == ("too_many_parts", Level.BLOCK, True)


def test_the_length_shown_is_by_the_limit_that_binds_first() -> None:
    """With two limits the one nearer to its end is what an officer must watch."""
    in_bytes = TextLimit(unit=Unit.BYTES, max=48)
    limits = replace(LIMITS, text=(GRAPHEMES, in_bytes))
    assert length("ადამიანი", limits, with_media=False) == (24, in_bytes)
    assert length("Hello", limits, with_media=False) == (5, GRAPHEMES)

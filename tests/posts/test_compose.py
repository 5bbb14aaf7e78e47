"""Post + Account → Message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from posts.check import check
from posts.compose import compose
from posts.limits import Limits, TextLimit, Unit
from posts.model import Account, Level, Media, Post

LIMITS = Limits(text=(TextLimit(unit=Unit.GRAPHEMES, max=5),))
ROOM = Limits(text=(TextLimit(unit=Unit.GRAPHEMES, max=500),))
ACCOUNT = Account(id="ge-here", mission="GE", platform="here")
LINK = "https://iom.example/ge"

WIDER = Media(path=Path("wide.jpg"), sha256="wide", mime="image/jpeg", width_px=1600, height_px=900, size_bytes=1)
CARD = replace(WIDER, path=Path("tall.jpg"), sha256="tall", width_px=1080, height_px=1350, alt_text="A card")
CARD = replace(CARD, shapes=(WIDER,))


def text_of(text: str, link: str = "") -> str:
    return compose(Post(mission="GE", text=text, link=link), ACCOUNT, LIMITS).text


@pytest.mark.parametrize(
    ("text", "link", "composed"),
    [
        ("ადამიანი", "", "ადამიანი"),
        ("ადამიანი", LINK, f"ადამიანი\n{LINK}"),
        ("", LINK, LINK),
        (f"See {LINK}.", LINK, f"See {LINK}."),
        (f"See {LINK}/more", LINK, f"See {LINK}/more\n{LINK}"),
        ("iom.example: see", "iom.example", "iom.example: see\niom.example"),
        ("see iom.example now", "iom.example", "see iom.example now"),
    ],
)
def test_the_link_stands_on_its_own_line_unless_the_text_holds_it(text: str, link: str, composed: str) -> None:
    """A link twice looks careless; a link lost is a post without a purpose."""
    assert text_of(text, link) == composed


def test_an_account_that_takes_no_links_gets_none() -> None:
    """Where a link costs thirteen times as much, a mission may do without; the officer is warned by `posts.check`."""
    message = compose(Post(mission="GE", text="See us", link=LINK), ACCOUNT, replace(LIMITS, links_max=0))
    assert (message.text, message.link) == ("See us", LINK)
    assert [(one.code, one.level) for one in check(message, replace(ROOM, links_max=0))] == [
        ("link_left_out", Level.WARN)
    ]
    assert not check(message, ROOM)


def test_only_white_space_around_the_text_is_dropped() -> None:
    """The words are the officer's: nothing inside is cut, split or re-cased, however long it is."""
    assert text_of(" \n İstanbul  ИНСОН\n\nʻoʻ \n") == "İstanbul  ИНСОН\n\nʻoʻ"


@pytest.mark.parametrize(
    ("text", "link", "parts"),
    [
        ("one", "", ("one", "More")),
        ("one", LINK, (f"one\n{LINK}", "More")),
        ("one\n---\ntwo", "", ("one", "two", "More")),
        ("", "", ("", "More")),
    ],
)
def test_where_a_reply_is_a_post_the_first_comment_is_the_last_part(
    text: str, link: str, parts: tuple[str, ...]
) -> None:
    """What is built for threads then holds for it; the link stays with what it belongs to."""
    post = Post(mission="GE", text=text, link=link, first_comment=" More\n")
    threads = replace(LIMITS, parts_max=9, comment_is_a_part=True)
    message = compose(post, ACCOUNT, threads)
    assert (message.parts, message.first_comment) == (parts, "")
    assert compose(replace(post, first_comment=" \n"), ACCOUNT, threads).parts == parts[:-1]


@pytest.mark.parametrize("limits", [replace(LIMITS, parts_max=9), replace(LIMITS, comment_is_a_part=True)])
def test_elsewhere_the_first_comment_is_no_part(limits: Limits) -> None:
    """It has a place of its own there, or none: `posts.check` says which."""
    message = compose(Post(mission="GE", text="one", first_comment="More"), ACCOUNT, limits)
    assert (message.parts, message.first_comment) == (("one",), "More")


@pytest.mark.parametrize(
    ("text", "link", "parts"),
    [
        ("one\n---\ntwo", "", ("one", "two")),
        ("one \n\n --- \r\n\n two\n---\nthree", "", ("one", "two", "three")),
        ("---\none\n---\n---\n", "", ("one",)),
        ("one\n---\ntwo", LINK, ("one", f"two\n{LINK}")),
        (f"one {LINK}\n---\ntwo", LINK, (f"one {LINK}", "two")),
        ("one --- two\n----\n—\n***", "", ("one --- two\n----\n—\n***",)),
        ("---", LINK, (LINK,)),
        ("---", "", ("",)),
    ],
)
def test_a_line_of_three_dashes_begins_the_next_part_of_a_thread(text: str, link: str, parts: tuple[str, ...]) -> None:
    """The author says where; a machine that cuts would part a number from its hotline."""
    post = Post(mission="GE", text=text, link=link)
    assert compose(post, ACCOUNT, replace(LIMITS, parts_max=9)).parts == parts
    assert compose(post, ACCOUNT, LIMITS).parts == ("\n\n".join(parts),)


@pytest.mark.parametrize(("override", "composed"), [("There", "There"), (" \n", "Everywhere"), ("", "Everywhere")])
def test_the_platforms_own_text_replaces_the_posts(override: str, composed: str) -> None:
    """An empty cell of a spreadsheet is no wish to publish nothing."""
    post = Post(mission="GE", text="Everywhere", overrides={"here": override, "elsewhere": "No"})
    assert compose(post, ACCOUNT, LIMITS).parts == (composed,)


def test_everything_else_is_carried_over() -> None:
    """What a reviewer approved with the post goes out with it."""
    picture = Media(path=Path("a.jpg"), sha256="0", mime="image/jpeg", width_px=1, height_px=1, size_bytes=1)
    post = Post(mission="GE", text="a", language="ka", link=LINK, first_comment="c", media=(picture,))
    message = compose(post, ACCOUNT, LIMITS)
    assert (message.account, message.platform, message.language) == ("ge-here", "here", "ka")
    assert (message.link, message.first_comment, message.media) == (LINK, "c", (picture,))


def test_each_picture_is_the_shape_that_suits_the_platform_best() -> None:
    """One post, one alt text, and no head cut off by a feed that crops what is high."""
    post = Post(mission="GE", text="one", media=(CARD,))
    (tall,) = compose(post, ACCOUNT, replace(LIMITS, card_size=(1080, 1350))).media
    (wide,) = compose(post, ACCOUNT, replace(LIMITS, card_size=(1600, 900))).media
    assert (tall.sha256, wide.sha256) == ("tall", "wide")
    assert (tall.alt_text, wide.alt_text) == ("A card", "A card")
    assert (tall.shapes, wide.shapes) == ((), ())


def test_what_an_account_wants_comes_before_what_suits_its_platform() -> None:
    """What looks best nobody documents, so whoever looks at the account decides."""
    account = replace(ACCOUNT, card_size=(1600, 900))
    (shown,) = compose(Post(mission="GE", text="one", media=(CARD,)), account, LIMITS).media
    assert shown.sha256 == "wide"


def test_a_picture_without_the_wanted_shape_goes_as_it_is() -> None:
    """A photograph is no card: it has one shape, and that is taken everywhere."""
    for size in (None, (1200, 630)):
        (shown,) = compose(
            Post(mission="GE", text="one", media=(CARD,)), ACCOUNT, replace(LIMITS, card_size=size)
        ).media
        assert shown.sha256 == "tall"

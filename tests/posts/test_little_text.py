"""The text format in which every character that could mean more needs a backslash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.limits import TextLimit, Unit
from posts.little_text import RESERVED, escaped, plain
from posts.measure_text import at_most, measure

ESCAPED = TextLimit(unit=Unit.ESCAPED, max=3000)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize("sign", sorted(RESERVED))
def test_every_reserved_sign_gets_a_backslash(sign: str) -> None:
    """A bare one ends the post there, and the platform calls it published."""
    assert escaped(f"a {sign} b") == f"a \\{sign} b"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("see #EndHumanTrafficking", "see #EndHumanTrafficking"),
        ("#ადამიანი (30 July)", r"#ადამიანი \(30 July\)"),
        ("#World_Day", r"#World\_Day"),
        ("#30 and a#b", r"\#30 and a\#b"),
        ("https://iom.example/a_b#part", r"https://iom.example/a\_b\#part"),
        ("with @[IOM Georgia](urn:li:organization:5515715)!", "with @[IOM Georgia](urn:li:organization:5515715)!"),
        ("with @[A_b](urn:li:person:x_1)", r"with @[A\_b](urn:li:person:x\_1)"),
        ("with @[IOM](https://iom.example)", r"with \@\[IOM\]\(https://iom.example\)"),
        ("@iomgeorgia", r"\@iomgeorgia"),
        ("ქართული, oʻzbekcha, 👋", "ქართული, oʻzbekcha, 👋"),
    ],
)
def test_hashtags_and_mentions_stay_and_nothing_else_does(text: str, sent: str) -> None:
    """They are what readers click; in a link the same signs are only signs."""
    assert escaped(text) == sent


def test_hashtags_may_be_made_plain_words() -> None:
    """Where an account finds that its scripts are not taken as hashtags, nothing may be cut off."""
    assert escaped("see #სიტყვა", hashtags_kept=False) == r"see \#სიტყვა"


@given(st.text(alphabet=st.one_of(st.sampled_from(sorted(RESERVED)), st.characters(codec="utf-8"))))
def test_what_is_sent_reads_as_what_was_written(text: str) -> None:
    """Nothing is cut, split or changed; and a post that is looked up is recognised by this."""
    assert plain(escaped(text, hashtags_kept=False)) == text


@pytest.mark.parametrize(
    ("shown", "read"),
    [(r"see {hashtag|\#|Day}", "see #Day"), ("{hashtag|#|ab}c", "#abc"), (r"a \{hashtag\|\#\|b\}", "a {hashtag|#|b}")],
)
def test_the_long_form_of_a_hashtag_reads_like_the_short_one(shown: str, read: str) -> None:
    """The platform gives posts back in whichever it likes."""
    assert plain(shown) == read


@given(st.text(alphabet=st.one_of(st.sampled_from("#@[](a "), st.characters(codec="utf-8"))))
def test_the_count_is_never_less_than_what_is_sent(text: str) -> None:
    """Whether the platform counts the backslashes nobody says: what fits with them fits without."""
    counted = measure(text, ESCAPED)
    assert units(escaped(text)) <= counted == units(escaped(text, hashtags_kept=False)) <= at_most(text, ESCAPED)

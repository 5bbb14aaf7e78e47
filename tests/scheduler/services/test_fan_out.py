"""One post to every platform there is: each gets its own words and the picture in the shape that suits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.registry import PLATFORMS, profile_of
from posts.cards.sizes import SIZES
from posts.check import check
from posts.compose import compose
from posts.model import Account, Post, Quote
from scheduler.config import load
from scheduler.services.carding import draw_card

if TYPE_CHECKING:
    from pathlib import Path

    from posts.model import Message

CONFIG = """\
[campaign]
name = "World Day"
day = 2027-07-30

[[mission]]
code = "GE"
name = "IOM Georgia"
time_zone = "Asia/Tbilisi"
languages = ["ka"]
"""
QUOTE = Quote(words="ნიმუში: პასპორტი მხოლოდ შენია", speaker="ნიმუში", language="ka")
SHORT = {"x": "For X", "threads": "For Threads", "telegram": "For Telegram"}
WANTED = {
    "bluesky": "1080x1350",
    "facebook": "1080x1350",
    "instagram": "1080x1350",
    "linkedin": "1080x1350",
    "manual": "1080x1350",
    "mastodon": "1600x900",
    "outbox": "1080x1350",
    "telegram": "1080x1350",
    "threads": "1080x1350",
    "webhook": "1080x1080",
    "x": "1600x900",
}


@pytest.fixture
def messages(tmp_path: Path) -> dict[str, Message]:
    """What every platform is given of one post with a card; the card's files are on the disk."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    mission = load(tmp_path / "config.toml").mission("GE")
    limits = {name: profile_of(name).limits for name in PLATFORMS}
    drawn = draw_card(QUOTE, [one.card_size for one in limits.values() if one.card_size], mission, tmp_path)
    drawn.keep()
    post = Post(mission="GE", text=QUOTE.words, language="ka", media=(drawn.picture,), overrides=SHORT)
    return {
        name: compose(post, Account(id=f"ge-{name}", mission="GE", platform=name), one) for name, one in limits.items()
    }


def test_every_platform_has_the_card_in_its_own_size(messages: dict[str, Message]) -> None:
    """A card whose name and role a feed has cut off is nobody's words."""
    shown = {name: f"{one.media[0].width_px}x{one.media[0].height_px}" for name, one in messages.items()}
    assert shown == WANTED
    assert {len(one.media) for one in messages.values()} == {1}
    assert len({one.media[0].alt_text for one in messages.values()}) == 1


def test_every_platform_has_its_own_words_or_those_of_all(messages: dict[str, Message]) -> None:
    """And none has another's."""
    assert {name: one.text for name, one in messages.items()} == {
        name: SHORT.get(name, QUOTE.words) for name in PLATFORMS
    }


def test_every_platform_takes_the_card_that_is_meant_for_it(messages: dict[str, Message]) -> None:
    """A size that looks best and is refused would be the worst of all."""
    for name, message in messages.items():
        found = check(message, profile_of(name).limits)
        assert not [one for one in found if one.level == "block"], name


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_platforms_best_size_is_one_that_cards_are_drawn_in(name: str) -> None:
    """Another one would be asked for in vain; where it was read, and that nobody is sure of it, is a fact."""
    profile = profile_of(name)
    assert profile.limits.card_size in [size.px for size in SIZES]
    (fact,) = [one for one in profile.facts if one.name == "a card's size"]
    assert (fact.value, fact.sure) == (WANTED[name], False)

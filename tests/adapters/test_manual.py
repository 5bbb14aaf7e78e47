"""Kits for channels on which only a person may publish."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from adapters.contract import Ambiguous, NeedsHand, Rejected
from adapters.manual import Manual
from posts.compose import compose
from posts.model import Post
from tests.adapters.parts import MESSAGE, KnownSecret, account, now, picture
from tests.fakes.progress import MemoryProgress


@pytest.fixture
def manual(tmp_path: Path) -> Manual:
    return Manual(account(folder=str(tmp_path / "kits"), handle="iomgeorgia"), KnownSecret())


def kit(outcome: NeedsHand) -> Path:
    return Path(str(outcome.evidence["folder"]))


def test_a_kit_holds_all_that_is_to_be_pasted(manual: Manual, tmp_path: Path) -> None:
    """On the day nobody has time to look for the second picture."""
    media = (picture(tmp_path, "z.png", alt_text="первая"), picture(tmp_path, "a.jpg", alt_text=""))
    folder = kit(manual.publish(replace(MESSAGE, media=media, first_comment="hello"), "key", MemoryProgress()))
    assert sorted(one.name for one in folder.iterdir()) == [
        "README.txt",
        "first-comment.txt",
        "kit.html",
        "picture-1-alt-text.txt",
        "picture-1.png",
        "picture-2.jpg",
        "text.txt",
    ]
    assert (folder / "text.txt").read_text("utf-8") == MESSAGE.text
    assert (folder / "picture-1-alt-text.txt").read_text("utf-8") == "первая"


def test_the_steps_are_numbered_and_name_the_account_and_the_files(manual: Manual, tmp_path: Path) -> None:
    """Whoever is on duty may never have done it before."""
    message = replace(MESSAGE, media=(picture(tmp_path),), first_comment="hello")
    steps = (kit(manual.publish(message, "key", MemoryProgress())) / "README.txt").read_text("utf-8").splitlines()
    assert [one.split(". ")[0] for one in steps] == [str(number) for number in range(1, len(steps) + 1)]
    for name in ("iomgeorgia", "text.txt", "picture-1.jpg", "first-comment.txt", "july30 queue resolve"):
        assert any(name in one for one in steps)


def test_a_thread_has_a_file_for_each_part(manual: Manual) -> None:
    """Copying the right part must need no thinking."""
    folder = kit(manual.publish(replace(MESSAGE, parts=("one", "two")), "key", MemoryProgress()))
    assert [(folder / f"text-{number}.txt").read_text("utf-8") for number in (1, 2)] == ["one", "two"]


def test_it_says_where_the_kit_lies_and_what_to_do_after(manual: Manual) -> None:
    """The reason is all that the queue shows."""
    outcome = manual.publish(MESSAGE, "key", MemoryProgress())
    assert str(kit(outcome)) in outcome.reason
    assert "july30 queue resolve ID --published URL" in outcome.reason


def test_nothing_is_public_so_posting_is_never_committed(manual: Manual) -> None:
    """A crash here leaves nothing to be looked up."""
    progress = MemoryProgress(stop_at="posting")
    manual.publish(MESSAGE, "key", progress)
    assert progress.steps == []


def test_the_same_post_has_one_kit_and_an_edited_one_its_own(manual: Manual) -> None:
    """The key stays when words are corrected; the old words must not be pasted."""
    first = manual.publish(MESSAGE, "key", MemoryProgress())
    again = manual.publish(MESSAGE, "key", MemoryProgress())
    edited = manual.publish(replace(MESSAGE, parts=("corrected",)), "key", MemoryProgress())
    assert first == again
    assert (kit(edited) / "text.txt").read_text("utf-8") == "corrected"
    assert kit(first) != kit(edited)


def test_what_only_a_person_can_know_is_not_guessed(manual: Manual) -> None:
    """No address, no counts, no taking down: each would be invented."""
    with pytest.raises(Ambiguous):
        manual.find(MESSAGE, "key", now(), MemoryProgress())
    assert manual.measure(["https://channel.example/1"]) == []
    with pytest.raises(Rejected, match="taken down by hand"):
        manual.delete("https://channel.example/1")
    assert manual.profile.by_hand
    assert manual.whoami().handle == "iomgeorgia"


class Boxes(HTMLParser):
    """What a browser makes of the page: each text box with its words, and the addresses that are loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, str] = {}
        self.loaded: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._open = str(given["aria-label"]) if tag == "textarea" else ""
        self.loaded += [str(given[name]) for name in ("src", "href") if name in given]

    def handle_data(self, data: str) -> None:
        if self._open:
            self.words[self._open] = self.words.get(self._open, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._open = ""


def test_a_page_copies_each_text_as_it_is(manual: Manual, tmp_path: Path) -> None:
    """Whoever selects by hand loses the last line; and nothing of the text may become markup or be loaded."""
    text = '\nfirst\n</textarea><script>x()</script> "q" & \u202bعربي'
    message = replace(MESSAGE, parts=(text, "two"), media=(picture(tmp_path, alt_text="a <b>"),), first_comment="c & d")
    page = (kit(manual.publish(message, "key", MemoryProgress())) / "kit.html").read_text("utf-8")
    boxes = Boxes()
    boxes.feed(page)
    assert {name: words.removeprefix("\n") for name, words in boxes.words.items()} == {
        "text-1.txt": text,
        "text-2.txt": "two",
        "picture-1-alt-text.txt": "a <b>",
        "first-comment.txt": "c & d",
    }
    assert set(boxes.loaded) == {"picture-1.jpg"}
    assert page.count("<button>Copy</button>") == 4


def test_a_channel_that_stands_for_a_platform_has_its_limits_and_its_text(tmp_path: Path) -> None:
    """Lengths are those of the place where it is pasted; a quotation for one platform is not for another."""
    where = account(platform="manual", folder=str(tmp_path), options={"stands_for": "instagram"})
    limits = Manual(where, KnownSecret()).limits()
    assert (limits.text[0].max, limits.media_required, limits.first_comment) == (2200, True, limits.text)
    post = Post(mission="GE", text="for all", overrides={"instagram": "for there", "manual": "for hands"})
    message = replace(compose(post, where, limits), media=(picture(tmp_path),))
    assert message.text == "for there"
    folder = kit(Manual(where, KnownSecret()).publish(message, "key", MemoryProgress()))
    assert "9 of 2,200 UTF-16 units" in (folder / "kit.html").read_text("utf-8")
    assert "Sign in as ge-test on instagram" in (folder / "README.txt").read_text("utf-8")


def test_a_platform_that_does_not_exist_names_the_account_and_the_option(tmp_path: Path) -> None:
    """A slip must not make the limits generous."""
    where = account(folder=str(tmp_path), options={"stands_for": "instagramm"})
    with pytest.raises(Rejected, match=r"ge-test.*stands_for.*instagramm"):
        Manual(where, KnownSecret()).publish(MESSAGE, "key", MemoryProgress())

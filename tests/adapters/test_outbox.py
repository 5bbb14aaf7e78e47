"""The outbox: whole folders, and a feed that anybody may look at."""

from __future__ import annotations

import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from adapters.contract import Gone, Rejected, Retryable, Stopped
from adapters.on_disk import name_for
from adapters.outbox import Outbox
from adapters.outbox_feed import REACTIONS, Feed, UnknownPostError
from tests.adapters.parts import MESSAGE, KnownSecret, account, now, picture, readings
from tests.fakes.progress import MemoryProgress

EVIL = "<script>alert('x')</script> \"quoted\" & more"
NOT_OURS = ["", "..", ".", "../ge-test", "a/b", "0123456789abcdeF", "0123456789abcdef\n", "index.html", "é" * 16]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(account(folder=str(tmp_path)), KnownSecret())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ge-test"


def post(outbox: Outbox, key: str = "key", text: str = MESSAGE.text) -> str:
    return outbox.publish(replace(MESSAGE, parts=(text,)), key, MemoryProgress()).remote_id


def test_a_posts_folder_holds_everything_that_was_approved(outbox: Outbox, folder: Path, tmp_path: Path) -> None:
    """It is the proof of what would have gone out."""
    media = (picture(tmp_path, "a.png"), picture(tmp_path, "b.jpg", alt_text="второе"))
    message = replace(MESSAGE, parts=("one", "two"), media=media, link="https://iom.example", first_comment="hello")
    receipt = outbox.publish(message, "key", MemoryProgress())
    out = folder / receipt.remote_id
    names = {one.name for one in out.iterdir()}
    assert names == {"index.html", "picture-1.png", "picture-2.jpg", "post.json", "text.txt"}
    assert (out / "text.txt").read_text("utf-8") == "one\n\ntwo"
    assert (out / "picture-2.jpg").read_bytes() == media[1].path.read_bytes()
    described = json.loads((out / "post.json").read_text("utf-8"))
    assert described["key"] == "key"
    assert described["parts"] == ["one", "two"]
    assert described["first_comment"] == "hello"
    assert described["media"][1] == {
        "file": "picture-2.jpg", "alt_text": "второе", "sha256": media[1].sha256, "width": 8, "height": 10,
    }  # fmt: skip


def test_the_permalink_opens(outbox: Outbox) -> None:
    """An address in the report must lead somewhere."""
    receipt = outbox.publish(MESSAGE, "key", MemoryProgress())
    page = Path(unquote(urlsplit(receipt.permalink).path)).read_text("utf-8")
    assert "ადამიანი არ იყიდება" in page


def test_a_folder_is_there_whole_or_not_at_all(outbox: Outbox, folder: Path, tmp_path: Path) -> None:
    """A reader, or a look-up after a crash, must never meet half a post."""
    message = replace(MESSAGE, media=(picture(tmp_path), picture(tmp_path, "gone.jpg")))
    message.media[1].path.unlink()
    with pytest.raises(Rejected, match=r"gone\.jpg"):
        outbox.publish(message, "key", MemoryProgress())
    assert outbox.find(message, "key", now(), MemoryProgress()) is None
    assert not folder.exists()


def test_a_stopped_sender_leaves_not_even_a_hidden_folder(outbox: Outbox, folder: Path) -> None:
    """Disks fill up in a long campaign."""
    with pytest.raises(Stopped):
        outbox.publish(MESSAGE, "key", MemoryProgress(stop_at="posting"))
    assert [one for one in folder.rglob("*") if one.is_file()] == []


def test_a_disk_that_refuses_is_tried_again(tmp_path: Path) -> None:
    """Nothing was published; the message says which folder."""
    (tmp_path / "ge-test").write_text("a file is in the way")
    with pytest.raises(Retryable, match="ge-test"):
        post(Outbox(account(folder=str(tmp_path)), KnownSecret()))


def test_many_senders_of_one_key_publish_once(outbox: Outbox, folder: Path) -> None:
    """Whatever raced, the public sees one post."""
    with ThreadPoolExecutor(8) as senders:
        ids = set(senders.map(lambda _: post(outbox), range(16)))
    assert ids == {name_for("key")}
    assert len(outbox.feed.posts()) == 1


def test_the_page_shows_every_post_of_many_senders(outbox: Outbox, folder: Path) -> None:
    """The last to write must not wipe out what another has just shown."""
    with ThreadPoolExecutor(8) as senders:
        ids = list(senders.map(lambda number: post(outbox, f"key {number}"), range(24)))
    page = (folder / "index.html").read_text("utf-8")
    assert all(f'id="{one}"' in page for one in ids)


def test_a_page_that_cannot_be_written_does_not_undo_the_post(outbox: Outbox, folder: Path) -> None:
    """It is out: to call it failed would send it again."""
    (folder / "index.html").mkdir(parents=True)
    receipt = outbox.publish(MESSAGE, "key", MemoryProgress())
    assert "not written" in str(receipt.evidence["page"])


def test_the_newest_post_comes_first(outbox: Outbox, folder: Path) -> None:
    """As in any feed."""
    first, second = post(outbox, "1"), post(outbox, "2")
    os.utime(folder / first / "post.json", ns=(1, 1))
    assert [one.remote_id for one in outbox.feed.posts()] == [second, first]


# -- the feed ------------------------------------------------------------------------------------------------------


def test_likes_count_each_person_once(outbox: Outbox) -> None:
    """As on every platform."""
    remote_id = post(outbox)
    for who in ("Ana", "Ana", "Боб"):
        outbox.feed.like(remote_id, who)
    outbox.feed.share(remote_id, "Ana")
    outbox.feed.comment(remote_id, "Ana", "one\ntwo")
    outbox.feed.comment(remote_id, "Ana", "three")
    assert outbox.feed.counts(remote_id) == {"likes": 2, "comments": 2, "shares": 1}
    assert {one.metric: one.value for one in readings(outbox.measure([remote_id]))} == {
        "likes": 2,
        "comments": 2,
        "shares": 1,
    }


@pytest.mark.parametrize("broken", [b'{"kind": "li', b"\xff\xfe\n", b"[]\n", b'{"kind": "stare"}\n', b"\n\n"])
def test_a_line_that_cannot_be_read_spoils_no_other(outbox: Outbox, folder: Path, broken: bytes) -> None:
    """A power cut in the middle of a line costs that line and no other."""
    remote_id = post(outbox)
    (folder / remote_id / REACTIONS).write_bytes(broken)
    outbox.feed.like(remote_id, "Ana")
    assert outbox.feed.counts(remote_id)["likes"] == 1


def test_reactions_of_many_at_once_are_all_kept(outbox: Outbox) -> None:
    """A count that loses some is no count."""
    remote_id = post(outbox)
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda number: outbox.feed.like(remote_id, f"person {number}"), range(40)))
    assert outbox.feed.counts(remote_id)["likes"] == 40


@pytest.mark.parametrize("remote_id", NOT_OURS)
def test_an_id_from_outside_never_becomes_a_path(outbox: Outbox, folder: Path, remote_id: str) -> None:
    """The console passes on what a browser sends."""
    post(outbox)
    with pytest.raises(UnknownPostError):
        outbox.feed.like(remote_id, "Ana")
    with pytest.raises(Rejected):
        outbox.delete(remote_id)
    assert readings(outbox.measure([remote_id])) == []
    assert len(outbox.feed.posts()) == 1


def test_a_post_taken_down_is_kept_aside_and_on_no_page(outbox: Outbox, folder: Path) -> None:
    """Taken down for the public, kept for those who must answer for it."""
    remote_id = post(outbox)
    outbox.delete(remote_id)
    post(outbox)
    outbox.delete(remote_id)
    assert sorted(one.name for one in (folder / "removed").iterdir()) == [remote_id, f"{remote_id}-2"]
    assert remote_id not in (folder / "index.html").read_text("utf-8")
    with pytest.raises(UnknownPostError):
        outbox.feed.like(remote_id, "Ana")


def test_a_post_that_no_longer_lies_there_is_told_and_a_missing_disk_is_not(outbox: Outbox, folder: Path) -> None:
    """An unmounted disk must not read as fifty posts taken down."""
    remote_id = post(outbox)
    outbox.delete(remote_id)
    assert outbox.measure([remote_id]) == [Gone(remote_id=remote_id)]
    folder.rename(folder.with_name("elsewhere"))
    assert outbox.measure([remote_id]) == []


# -- the page ------------------------------------------------------------------------------------------------------


def test_every_word_on_the_page_is_escaped(outbox: Outbox, folder: Path, tmp_path: Path) -> None:
    """Comments come from anybody; a quotation may hold anything."""
    evil = replace(
        MESSAGE, parts=(EVIL,), language=EVIL, link="https://x/?" + EVIL, first_comment=EVIL,
        media=(picture(tmp_path, alt_text=EVIL),),
    )  # fmt: skip
    remote_id = outbox.publish(evil, "key", MemoryProgress()).remote_id
    outbox.feed.comment(remote_id, EVIL, EVIL)
    for page in (folder / "index.html", folder / remote_id / "index.html"):
        assert "<script" not in page.read_text("utf-8")
        assert '"quoted"' not in page.read_text("utf-8")


def test_a_link_that_is_no_web_address_is_not_made_one(outbox: Outbox, folder: Path) -> None:
    """`javascript:` in a spreadsheet's link column must not wait for a click."""
    outbox.publish(replace(MESSAGE, parts=("x",), link="javascript:alert(1)"), "key", MemoryProgress())
    assert "javascript" not in (folder / "index.html").read_text("utf-8")


def test_the_page_can_be_read_by_everybody(outbox: Outbox, folder: Path, tmp_path: Path) -> None:
    """A language for each text, words for each picture, headings in order, and nothing that may run."""
    outbox.publish(replace(MESSAGE, media=(picture(tmp_path, alt_text="A card"),)), "key", MemoryProgress())
    page = (folder / "index.html").read_text("utf-8")
    assert '<html lang="en">' in page
    assert 'lang="ka" dir="auto"' in page
    assert 'alt="A card"' in page
    assert "default-src 'none'" in page
    assert re.findall(r"<h(\d)", page) == ["1", "2"]


@pytest.mark.parametrize("described", ["", "[]", '{"media": [{}]}', '{"parts": []}'])
def test_a_description_damaged_by_hand_does_not_stop_the_feed(outbox: Outbox, folder: Path, described: str) -> None:
    """The next post must go out and be seen all the same."""
    (folder / post(outbox, "1") / "post.json").write_text(described)
    assert outbox.publish(MESSAGE, "2", MemoryProgress()).evidence == {}


def test_an_empty_feed_says_so(tmp_path: Path) -> None:
    """A blank page looks broken."""
    Feed(tmp_path).write_page()
    assert "Nothing has been published" in (tmp_path / "index.html").read_text("utf-8")


def test_a_reader_never_meets_half_a_page(outbox: Outbox, folder: Path) -> None:
    """The page is replaced in one move, also while it is being read."""
    post(outbox)
    stop, broken = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            if not (folder / "index.html").read_text("utf-8").endswith("</html>\n"):
                broken.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        post(outbox, f"key {number}")
    stop.set()
    reader.join()
    assert broken == []

"""What lies beside a film goes with it: captions and a cover, found by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from posts.captions import as_srt, as_vtt
from posts.intake.opening import open_all, shape_name
from posts.intake.pictures import MediaError
from tests.posts.films import Reel

if TYPE_CHECKING:
    from pathlib import Path

SRT = "1\n00:00:01,000 --> 00:00:02,500\nҲуқуқи шумо\n\n2\n00:00:03,000 --> 00:00:04,000\nთქვენი უფლება\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nҲуқуқи шумо\n\n00:00:03.000 --> 00:00:04.000\nთქვენი უფლება\n"


def files(folder: Path) -> dict[str, Path]:
    """A film, its captions in two languages and in none that is told, its cover, and a picture that is not its own."""
    Reel().write(folder / "clip.mp4")
    for name in ("clip.cover.jpg", "other.jpg"):
        Image.new("RGB", (8, 8)).save(folder / name)
    for name, text in (("clip.uz-Latn.srt", SRT), ("clip.tg.vtt", VTT), ("clip.srt", SRT)):
        (folder / name).write_text(text, encoding="utf-8")
    return {path.name: path for path in folder.iterdir()}


def test_captions_and_cover_go_to_the_film_that_they_are_named_for(tmp_path: Path) -> None:
    """A sheet has one cell for files, and an officer should not need three more."""
    there = files(tmp_path)
    film, picture = open_all([there[name] for name in ("clip.uz-Latn.srt", "clip.mp4", "other.jpg", "clip.tg.vtt")])
    assert (film.path.name, picture.path.name, picture.film) == ("clip.mp4", "other.jpg", None)
    assert [one.language for one in film.captions] == ["uz-Latn", "tg"]
    (again,) = open_all([there["clip.mp4"], there["clip.cover.jpg"], there["clip.srt"]])
    assert again.cover is not None
    assert (again.cover.path.name, [one.language for one in again.captions]) == ("clip.cover.jpg", [""])


@pytest.mark.parametrize("names", [["clip.tg.vtt"], ["other.jpg", "clip.cover.jpg"], ["other.jpg", "clip.srt"]])
def test_captions_without_their_film_are_refused(tmp_path: Path, names: list[str]) -> None:
    """They would be left out in silence."""
    there = files(tmp_path)
    with pytest.raises(MediaError, match=rf"{names[-1]}: there is no film of that name"):
        open_all([there[name] for name in names])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello", "no captions"),
        (b"", "no captions"),
        (b"1\nsoon --> later\nx\n", "no line that can be shown"),
        ("1\n00:00:01,000 --> 00:00:02,000\nправа\n".encode("cp1251"), "UTF-8"),
        (b"x" * 500_001, "500 KB"),
    ],
)
def test_what_is_no_captions_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    """A platform would take the film and drop them, and nobody would know before a deaf reader does."""
    there = files(tmp_path)
    there["clip.srt"].write_bytes(content)
    with pytest.raises(MediaError, match=rf"clip\.srt: .*{words}"):
        open_all([there["clip.mp4"], there["clip.srt"]])


@pytest.mark.parametrize("given", [SRT, VTT, "\ufeff" + SRT, SRT.replace("\n", "\r\n")])
def test_captions_are_given_in_the_form_that_a_platform_takes(given: str) -> None:
    """Some take SubRip alone, others WebVTT alone; the words stay as they are."""
    assert as_srt(given.encode()).decode() == SRT
    assert as_vtt(given.encode()).decode() == VTT


def picture(folder: Path, name: str, size: tuple[int, int]) -> Path:
    Image.new("RGB", size).save(folder / name)
    return folder / name


def test_a_picture_named_with_its_size_is_a_shape_of_the_one_without(tmp_path: Path) -> None:
    """A designer draws one card for each platform; the post still has one picture with one alt text."""
    tall, wide = picture(tmp_path, "card.jpg", (40, 50)), picture(tmp_path, "card.32x18.png", (32, 18))
    (one,) = open_all([wide, tall])
    assert (one.path, [shape.path for shape in one.shapes]) == (tall, [wide])
    assert shape_name(tall, one.shapes[0]) == wide.name


def test_a_size_in_the_name_alone_makes_no_shape(tmp_path: Path) -> None:
    """Photographs are often called so, and none must be left out for it."""
    first, second = picture(tmp_path, "a.40x50.jpg", (40, 50)), picture(tmp_path, "b.jpg", (9, 9))
    assert [one.path for one in open_all([first, second])] == [first, second]


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("card.32x18.jpg", (30, 18), "it is 30x18"),
        ("card.40x50.jpg", (40, 50), "in this size already"),
    ],
)
def test_a_shape_that_is_not_what_its_name_says_is_refused(
    tmp_path: Path, name: str, size: tuple[int, int], words: str
) -> None:
    """It would never be chosen, and nobody would know why."""
    tall = picture(tmp_path, "card.jpg", (40, 50))
    with pytest.raises(MediaError, match=words):
        open_all([tall, picture(tmp_path, name, size)])


def test_a_film_has_no_shapes(tmp_path: Path) -> None:
    """Two films of one name are two films, and a still picture is a cover."""
    film = tmp_path / "clip.mp4"
    Reel().write(film)
    with pytest.raises(MediaError, match="only still pictures"):
        open_all([film, picture(tmp_path, "clip.40x50.jpg", (40, 50))])

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageChops

from posts.cards.errors import CardError
from posts.cards.raster import jpeg_of
from posts.cards.render import Card, render
from posts.cards.sizes import LINK, PORTRAIT, SIZES, Size, size_of
from posts.cards.templates import DEFAULT, template_of
from posts.model import Quote
from tests.posts.cards.samples import QUOTES

ONE_CARD = (
    "from posts.cards.render import render; from posts.cards.sizes import LINK; from posts.model import Quote; "
    "print(render(Quote(words='Sample: ხალხი, ҷӯӣғ', language='ka'), size=LINK).sha256)"
)


def card(quote: Quote, size: Size = LINK) -> Card:
    return render(quote, size=size, mission_name="IOM Sampleland", hashtag="#EndHumanTrafficking")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_card_is_a_small_jpeg_of_the_asked_size_without_metadata(size: Size) -> None:
    """Bluesky refuses a million bytes, Instagram anything but JPEG, and metadata tells where officers work."""
    done = card(QUOTES["ru"], size)
    with Image.open(io.BytesIO(done.jpeg)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (size.width_px, size.height_px))
        assert set(picture.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert picture.layer[0][1:3] == picture.layer[1][1:3] == (1, 1)  # type: ignore[attr-defined]
    assert (done.width_px, done.height_px) == (size.width_px, size.height_px)
    assert len(done.jpeg) < 950_000
    assert done.sha256 == hashlib.sha256(done.jpeg).hexdigest()


def test_the_same_quotation_gives_the_same_bytes_in_another_process() -> None:
    """A card is known by its hash: drawn anew it must be the same card."""
    here = render(Quote(words="Sample: ხალხი, ҷӯӣғ", language="ka"), size=LINK).sha256
    there = subprocess.run([sys.executable, "-c", ONE_CARD], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here


def test_threads_draw_the_same_as_one() -> None:
    """A font whose weight another thread changes draws in the wrong one: every card has its own fonts."""
    quotes = list(QUOTES.values())[:4] * 3
    alone = [card(quote).sha256 for quote in quotes]
    with ThreadPoolExecutor(4) as pool:
        assert [one.sha256 for one in pool.map(card, quotes)] == alone


def test_ink_stays_inside_the_margins() -> None:
    """The pixels are asked, not the layout: right and left edges show nothing but ground."""
    done = render(QUOTES["tg"], size=PORTRAIT)
    ground = template_of(DEFAULT).colours.ground.rgb
    with Image.open(io.BytesIO(done.jpeg)) as picture:
        for left, right in ((0, 12), (PORTRAIT.width_px - 80, PORTRAIT.width_px)):
            strip = picture.crop((left, 40, right, PORTRAIT.height_px))
            plain = Image.new("RGB", strip.size, ground)
            assert max(ImageChops.difference(strip, plain).tobytes()) < 8


def test_letters_are_drawn_and_not_boxes() -> None:
    """Other letters, other pixels: boxes would all look the same."""
    drawn = {render(Quote(words=one * 3), size=LINK).sha256 for one in "ҷӯӣғқҳўіїєґʻაბგ"}
    assert len(drawn) == len("ҷӯӣғқҳўіїєґʻაბგ")


def test_a_picture_too_heavy_is_saved_more_plainly_and_else_refused() -> None:
    """A photograph as ground may weigh too much for the strictest platform."""
    noise = Image.effect_noise((400, 400), 90).convert("RGB")
    whole = jpeg_of(noise)
    assert len(jpeg_of(noise, bytes_max=len(whole) - 1)) < len(whole)
    with pytest.raises(CardError, match="1,000 bytes"):
        jpeg_of(noise, bytes_max=1_000)


def test_a_card_does_not_print_its_picture() -> None:
    """Logs are for people."""
    assert "jpeg" not in repr(card(QUOTES["en"]))


@pytest.mark.parametrize("text", ["1080x1350", "1080×1350", " 1080X1350 "])
def test_a_size_is_read_as_people_write_it(text: str) -> None:
    """The sign between the numbers is a matter of keyboards."""
    assert size_of(text) == PORTRAIT


@pytest.mark.parametrize("text", ["", "1080", "1080x1351", "99999x99999", "axb"])
def test_an_unknown_size_lists_those_there_are(text: str) -> None:
    """Templates are proven in five sizes, no others."""
    with pytest.raises(CardError, match="1080x1350, 1080x1080, 1600x900, 1200x630, 1080x1920"):
        size_of(text)

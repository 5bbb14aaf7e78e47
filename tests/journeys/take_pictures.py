"""The README's pictures, taken of a running demo: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.journeys.browser import launched, visit, what_is_missing
from tests.journeys.house import until
from tests.journeys.showing_off import demo
from tests.journeys.test_demo_browser import COUNTED_WITHIN_S, counted

WIDTH_PX, HEIGHT_PX = 1360, 800
COLOURS = 256  # enough for flat pages; a third of the bytes
CARD_HEIGHT_PX = 540
CARDS = ("sample-08-ge.jpg", "sample-09-uz.jpg", "sample-10-tj.jpg")


def take(target: Path) -> None:
    """Pictures of the pages and of three cards are in the folder."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, demo(Path(made) / "demo") as running, launched() as browser:
        until(lambda: counted(running.address), within_s=COUNTED_WITHIN_S, what="counts in the log")
        with visit(browser, running.address, width=WIDTH_PX) as seen:
            seen.page.set_viewport_size({"width": WIDTH_PX, "height": HEIGHT_PX})
            for name, address in (
                ("today", "/"),
                ("calendar", "/calendar"),
                ("log", "/log?state=published"),
                ("feed", "/feed"),
            ):
                seen.open(address)
                seen.page.wait_for_load_state("networkidle")
                seen.page.screenshot(path=str(target / f"{name}.png"))
                _shrink(target / f"{name}.png")
        _cards(Path(made) / "demo", target / "cards.png")


def _shrink(picture: Path) -> None:
    with Image.open(picture) as whole:
        whole.convert("RGB").quantize(COLOURS).save(picture, optimize=True)


def _cards(folder: Path, target: Path) -> None:
    """Three cards side by side."""
    drawn = [Image.open(folder / name).convert("RGB") for name in CARDS]
    width = CARD_HEIGHT_PX * 1080 // 1350
    row = Image.new("RGB", (width * len(drawn) + 16 * (len(drawn) - 1), CARD_HEIGHT_PX), "white")
    for number, one in enumerate(drawn):
        row.paste(one.resize((width, CARD_HEIGHT_PX), Image.Resampling.LANCZOS), (number * (width + 16), 0))
    row.quantize(COLOURS).save(target, optimize=True)


if __name__ == "__main__":
    if words := what_is_missing():
        sys.exit(words)
    take(Path(sys.argv[1]))

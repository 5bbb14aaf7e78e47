"""A real browser at the console, which takes down whatever the browser complains of."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = Path("/usr/bin/chromium")
# Without these it knocks on its maker's hosts.
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(kw_only=True)
class Visit:
    """One browser window at the console, and everything that it complained of."""

    page: Any
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        assert self.page.goto(self.base + address).ok, address

    def wider_than_the_window(self) -> int:
        """By how many pixels the page must be pushed sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def note_request(self, request: Any) -> None:
        if not request.url.startswith(self.base):
            self.complaints.append(f"asked {urlsplit(request.url).netloc or request.url[:40]}")

    def note_word(self, word: Any) -> None:
        if word.type in {"error", "warning"}:
            self.complaints.append(f"said {word.text}")

    def note_answer(self, answer: Any) -> None:
        if answer.status >= 400:
            self.complaints.append(f"got {answer.status} for {answer.url}")


def what_is_missing() -> str:
    """Why no browser can be started here; empty where one can."""
    there = CHROMIUM.exists() and find_spec("playwright") is not None
    return "" if there else f"no browser journey: it needs {CHROMIUM} and the package playwright"


@contextmanager
def launched() -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


@contextmanager
def visit(
    chromium: Any, base: str, *, width: int = 1440, scheme: str = "light", scripts: bool = True
) -> Iterator[Visit]:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
    )
    seen = Visit(page=context.new_page(), base=base)
    seen.page.on("request", seen.note_request)
    seen.page.on("console", seen.note_word)
    seen.page.on("response", seen.note_answer)
    seen.page.on("pageerror", lambda error: seen.complaints.append(f"failed: {error}"))
    yield seen
    context.close()


def keep(seen: Visit, folder: Path, name: str) -> None:
    """A picture of the page beside the test's files, for whoever wants to look."""
    (folder / "shots").mkdir(exist_ok=True)
    seen.page.screenshot(path=str(folder / "shots" / f"{name}.png"), full_page=True)

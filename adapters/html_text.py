"""Text as a server shows it, brought back to what was written, so that two texts can be compared."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

MENTION = re.compile(r"(?<![\w/])@([\w.-]*\w)@[\w-]+(?:\.[\w-]+)*")


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's signature
        if tag in {"br", "p", "li", "div", "blockquote"}:
            self.pieces.append("\n")


def plain(html: str) -> str:
    """The words of a piece of HTML: breaks and paragraphs are line breaks, tags gone, entities unescaped."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return "".join(parser.pieces).strip()


def normal(text: str) -> str:
    """The text in Unicode's composed form with every run of white space as one space: equal if a reader sees it so."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def bones(text: str) -> str:
    """Only the letters and digits, mentions without their server: equal where two texts differ in dress alone."""
    return "".join(one for one in MENTION.sub(r"@\1", normal(text)) if one.isalnum())

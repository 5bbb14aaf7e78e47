"""A web page → paragraphs, without what is no text of the article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from posts.article.article import tidy
from posts.article.word_lists import listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selectolax.lexbor import LexborNode

_NAMES = frozenset({".htm", ".html", ".xhtml"})
_START = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_NOT_TEXT = frozenset({"script", "style", "noscript", "template", "nav", "footer", "form", "svg", "head", "iframe"})
_INLINE = listed(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s small span strong sub sup time u var wbr"
)
_TEXT = "-text"
_PARAGRAPH = "\n\n"


def is_web_page(path: Path, text: str) -> bool:
    """Whether the text is HTML: by its name, or by how it begins."""
    return path.suffix.casefold() in _NAMES or _START.match(text) is not None


def web_page_language(page: str) -> str:
    """What the page's own `lang` says; empty if it says nothing."""
    root = LexborHTMLParser(page).root
    return tidy(root.attributes.get("lang") or "") if root else ""


def web_page_paragraphs(page: str) -> tuple[str, ...]:
    """The paragraphs, tidied; a single line break is a space, two are a paragraph; `<q>` gets its quotation marks."""
    root = LexborHTMLParser(page).root
    text = "".join(_pieces(root)) if root else ""
    return tuple(filter(None, map(tidy, re.split(r"\n\s*\n", text))))


def _pieces(root: LexborNode) -> Iterator[str]:
    """The page's text in order; line feeds stand only where the page breaks a line or a block begins or ends.

    Without recursion: pages from the web may be nested deeper than Python is.
    """
    todo: list[LexborNode | str] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            yield node
        elif node.tag == _TEXT:
            yield re.sub(r"\s+", " ", node.text(deep=False))
        elif node.tag == "br":
            yield "\n"
        elif node.tag not in _NOT_TEXT:
            yield _edge(node.tag, "“")
            todo += [_edge(node.tag, "”"), *reversed(_children(node))]


def _edge(tag: str | None, mark: str) -> str:
    if tag == "q":
        return mark
    return "" if tag in _INLINE else _PARAGRAPH


def _children(node: LexborNode) -> list[LexborNode]:
    children, child = [], node.child
    while child is not None:
        children.append(child)
        child = child.next
    return children

"""A text as servers show it: Mastodon in paragraphs and with links in three pieces, other software barer."""

from __future__ import annotations

import re
from html import escape

ENTITY = re.compile(
    r"(?P<link>https?://[^\s<>]+)|(?<![\w/])@(?P<user>\w+)@(?P<host>[\w.-]+\w)|(?<![\w/])#(?P<tag>\w*[^\W\d]\w*)"
)


def to_html(text: str, *, bare: bool = False) -> str:
    """Paragraphs, links in three pieces, mentions without their server, hashtags; `bare`: line breaks, whole links."""
    if bare:
        return _inline(text.strip(), bare=True).replace("\n", "<br>")
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "".join(f"<p>{_inline(one, bare=False).replace(chr(10), '<br />')}</p>" for one in paragraphs)


def _inline(text: str, *, bare: bool) -> str:
    pieces, at = [], 0
    for found in ENTITY.finditer(text):
        pieces += [escape(text[at : found.start()], quote=False), _entity(found, bare=bare)]
        at = found.end()
    return "".join([*pieces, escape(text[at:], quote=False)])


def _entity(found: re.Match[str], *, bare: bool) -> str:
    if address := found["link"]:
        return _link(address, bare=bare)
    if user := found["user"]:
        return f'<span class="h-card"><a href="https://{found["host"]}/@{user}">@<span>{user}</span></a></span>'
    return f'<a href="https://scripted.example/tags/{found["tag"]}" rel="tag">#<span>{found["tag"]}</span></a>'


def _link(address: str, *, bare: bool) -> str:
    if bare:
        return f'<a href="{escape(address)}" rel="ugc">{escape(address)}</a>'
    scheme, rest = address.split("://", 1)
    shown, hidden = escape(rest[:30]), escape(rest[30:])
    return (
        f'<a href="{escape(address)}" rel="nofollow noopener"><span class="invisible">{scheme}://</span>'
        f'<span class="ellipsis">{shown}</span><span class="invisible">{hidden}</span></a>'
    )

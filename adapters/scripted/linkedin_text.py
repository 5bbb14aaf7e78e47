"""What the scripted LinkedIn shows of a text in the little format: up to the first sign that means nothing there.

Written anew from the documented grammar, with nothing from `posts`: the program's own escaping is what is judged here.
"""

from __future__ import annotations

import re

RESERVED = "\\|{}@[]()<>#*_~"
MENTION = re.compile(r"@\[((?:\\.|[^\\\[\]])+)\]\(urn:li:(?:person|organization):(?:\\.|[\w-])+\)")
TEMPLATE = re.compile(r"\{hashtag\|\\?[#＃]\|((?:\\.|[^\\}])+)\}")
HASHTAG = re.compile(r"#(\w+)")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def shown(little: str) -> str:
    """The text as readers see it; where a reserved sign stands bare, nothing after it is there any more."""
    seen, at = list[str](), 0
    while at < len(little):
        piece, at = _piece(little, at)
        if not piece:
            break
        seen.append(piece)
    return "".join(seen)


def given_back(little: str) -> str:
    """The text as the interface gives it back: its hashtags in their long form."""
    return re.sub(r"(?<!\\)#(\w+)", r"{hashtag|\\#|\1}", little)


def _piece(little: str, at: int) -> tuple[str, int]:
    """What a reader sees of the next element, and where it ends; empty where the rest is cut off."""
    for pattern, before in ((ESCAPED, ""), (MENTION, ""), (TEMPLATE, "#"), (HASHTAG, "#")):
        if found := pattern.match(little, at):
            return before + ESCAPED.sub(r"\1", found[1]), found.end()
    return ("" if little[at] in RESERVED else little[at]), at + 1

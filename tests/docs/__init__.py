"""The pages for people, read as data: sections, tables and code, so that tests can hold them against the program."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def papers() -> list[Path]:
    """Every page of the project."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def read(name: str) -> str:
    """The page of that name, such as "docs/operating.md"."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its rank or higher. KeyError if there is no such heading."""
    bare = _without_code(text)
    found = re.search(rf"^(#+) {re.escape(heading)}\n", bare, re.MULTILINE)
    if found is None:
        raise KeyError(heading)
    end = re.compile(rf"^#{{1,{len(found[1])}}} ", re.MULTILINE).search(bare, found.end())
    return text[found.end() : end.start() if end else len(text)]


def rows(text: str) -> list[list[str]]:
    """The cells of the first table, without its header and as written."""
    table = re.search(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    lines = table[0].strip().split("\n")[2:] if table else []
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def snippets(text: str) -> list[str]:
    """Everything that a reader may type: code within lines, and the lines of shell blocks with their continuations."""
    shell = "".join(blocks(text, "sh") + blocks(text, "ini")).replace("\\\n", " ")
    return [*re.findall(r"`([^`\n]+)`", _without_code(text)), *shell.splitlines()]


def _without_code(text: str) -> str:
    """The same text with its fenced blocks blanked, every other character in its place."""
    return re.sub(r"^```.*?^```$", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.MULTILINE | re.DOTALL)

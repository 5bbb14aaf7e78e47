"""On which line of a TOML text a key stands: the parser of the standard library does not say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      (?P<string> \"{3}(?:\\.|[^\\])*?\"{3}(?!\") | '{3}.*?'{3}(?!') | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<comment> \#[^\n]* )
    | (?P<mark> [\n\[\]{}=.,] )
    | (?P<bare> [^\s\[\]{}=.,\#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)


def find_lines(text: str) -> Mapping[KeyPath, int]:
    """The line, counted from 1, of every table header and key of a valid TOML text, by path.

    Elements of [[tables]] are numbered from 0, as parsers do. What stands inside a list or an inline table is not
    looked into; see `line_of`. Of a text that is not valid TOML, the result means nothing.
    """
    lines: dict[KeyPath, int] = {(): 1}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for line, words in _statements(text):
        if words[0] == "[":
            table = _header(words, counts)
            lines.setdefault(table[:-1] if isinstance(table[-1], int) else table, line)
            lines[table] = line
        else:
            key = [*table, *_names(words[: words.index("=")] if "=" in words else words)]
            for length in range(len(table) + 1, len(key) + 1):
                lines.setdefault(tuple(key[:length]), line)
    return lines


def line_of(path: Sequence[str | int], lines: Mapping[KeyPath, int]) -> int:
    """The line of the key, or of the nearest thing around it that has one; 1 where nothing has."""
    whole = tuple(path)
    return next((lines[whole[:end]] for end in range(len(whole), -1, -1) if whole[:end] in lines), 1)


def spoken(path: Sequence[str | int]) -> str:
    """The path as people count: ("account", 1, "platform") → "account[2].platform"."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _statements(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each header or assignment with the line it begins on, however many lines its value goes on for."""
    words: list[str] = []
    line = start = 1
    depth = 0
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word == "\n" and words and depth == 0:
            yield start, words
            words = []
        elif word != "\n" and token.lastgroup != "comment":
            start = start if words else line
            words.append(word)
            depth += (word in ("[", "{")) - (word in ("]", "}"))
        line += word.count("\n")
    if words:
        yield start, words


def _header(words: Sequence[str], counts: dict[KeyPath, int]) -> KeyPath:
    many = words[1] == "["
    *parents, last = _names(words)
    path: KeyPath = ()
    for name in parents:
        path = (*path, name)
        path = (*path, counts[path] - 1) if path in counts else path
    path = (*path, last)
    if many:
        counts[path] = counts.get(path, 0) + 1
        path = (*path, counts[path] - 1)
    return path


def _names(words: Sequence[str]) -> list[str]:
    return [word.strip("\"'") for word in words if word not in ("[", "]", ".")]

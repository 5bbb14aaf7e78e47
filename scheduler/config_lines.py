"""TOML for people: a file read in whatever way it was saved, and every error with the line its key stands on."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING

from scheduler.model import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

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


class ConfigError(WrongUse):
    """The configuration cannot be used; `errors` holds every reason, each with file, line and key, and never a value
    that may be secret."""

    def __init__(self, errors: Sequence[str]):
        self.errors = tuple(errors)
        super().__init__("\n".join(errors))


def read_text(path: Path) -> str:
    """The file's text. Raises ConfigError where it is missing, cannot be read, or is not saved as UTF-8."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            [f"there is no {path}; run `july30 init` to make one, or name yours: --config PATH"]
        ) from None
    except OSError as error:
        raise ConfigError([f"{path} cannot be read: {error.strerror}"]) from None
    if b"\0" in content:
        raise ConfigError([f"{path.name} is saved as UTF-16; open it in an editor and save it as UTF-8"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = "is not UTF-8 (perhaps Windows-1251); open the file in an editor and save it as UTF-8"
        raise ConfigError([f"{path.name}, line {line}: this {wrong}"]) from None


def parse(text: str, path: Path) -> dict[str, object]:
    """What the text says, by table and key. Raises ConfigError with the line where it is not TOML."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError([f"{path.name}: its lists are nested too deeply to be meant"]) from None
    except ValueError as error:
        what, _, where = str(error).partition(" (at ")
        line = match[1] if (match := re.match(r"line (\d+)", where)) else str(len(text.splitlines()) or 1)
        raise ConfigError([f"{path.name}, line {line}: {_syntax(what)}"]) from None


def placed(found: Iterable[tuple[KeyPath, str]], text: str, path: Path) -> list[str]:
    """The errors found at keys of this text, in the order of its lines: "config.toml, line 12, account[2].id: …"."""
    lines = find_lines(text)
    by_line = sorted((line_of(key, lines), spoken(key), what) for key, what in found)
    return [f"{path.name}, line {line}, {key}: {what}" for line, key, what in by_line]


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


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """Which known name is near to what was written, or else all of them."""
    names = sorted(known)
    near = get_close_matches(written.lower(), [name.lower() for name in names], n=1)
    return f"did you mean {listed(n for n in names if n.lower() in near)}?" if near else f"known are {listed(names)}"


def listed(names: Iterable[str]) -> str:
    """The names in quotation marks, in their order."""
    return ", ".join(f"'{name}'" for name in names) or "none"


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


def _syntax(what: str) -> str:
    if what.startswith("Cannot"):
        return "the same key or table stands here a second time; keep one of them"
    if "\\" in what or "hex" in what:
        return "a backslash means something else between double quotes; write / instead, or use 'single quotes'"
    return f'this line is not understood ({what}); write it as key = "text in straight quotation marks"'

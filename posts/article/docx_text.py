"""A docx file → paragraphs. Nothing of it is unpacked but the document itself, under a limit.

Read here rather than by a library: those that list a paragraph's runs lose accepted insertions and content controls.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from posts.article.article import FILE_BYTES_MAX, ArticleError, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"  # what "Strict Open XML" is saved with
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DOCUMENT = "word/document.xml"
_PARAGRAPH, _TEXT = f"{_WORD}p", f"{_WORD}t"
_TAKEN_OUT = frozenset({f"{_WORD}del", f"{_WORD}moveFrom", f"{_COMPATIBILITY}Fallback"})
_WRITTEN_AS = {f"{_WORD}tab": " ", f"{_WORD}br": " ", f"{_WORD}cr": " ", f"{_WORD}noBreakHyphen": "-"}
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, SyntaxError)


def docx_paragraphs(path: Path, data: bytes) -> tuple[str, ...]:
    """The paragraphs in order, tidied, those of tables and text boxes included; what a reviewer struck out is left out.

    Raises ArticleError for a broken, locked or oversized file, and for an archive that is no docx.
    """
    try:
        return tuple(filter(None, map(tidy, _paragraphs(io.BytesIO(_document(path, data))))))
    except DefusedXmlException as error:
        raise ArticleError(f"{path}: it is not as word processors write it: copy the text into a new one.") from error
    except _BROKEN as error:
        raise ArticleError(f"{path}: the document is broken ({error}): open it and save it again as .docx.") from error


def _document(path: Path, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            entry = archive.getinfo(_DOCUMENT)
        except KeyError as error:
            raise ArticleError(f"{path}: this is an archive but no .docx: save the article as .docx.") from error
        if entry.flag_bits & _ENCRYPTED:
            raise ArticleError(f"{path}: it is protected by a password: save it as a plain .docx.")
        with archive.open(entry) as part:
            content = part.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise ArticleError(f"{path}: unpacked it has more than {FILE_BYTES_MAX // 1024 // 1024} MB of text.")
    return content


def _paragraphs(xml: IO[bytes]) -> Iterator[str]:
    """Each paragraph as it ends, so those of a text box come before the one that it hangs on."""
    open_: list[list[str]] = []
    taken_out = 0
    for event, element in ElementTree.iterparse(xml, events=("start", "end"), forbid_dtd=True):
        tag = element.tag.replace(_STRICT, _WORD)
        if tag in _TAKEN_OUT:
            taken_out += 1 if event == "start" else -1
        elif tag == _PARAGRAPH and event == "start":
            open_.append([])
        elif tag == _PARAGRAPH:
            yield "".join(open_.pop())
        elif event == "end" and open_ and not taken_out:
            open_[-1].append((element.text or "") if tag == _TEXT else _WRITTEN_AS.get(tag, ""))
        if event == "end":
            element.clear()

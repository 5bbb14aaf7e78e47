"""A file → an Article, by what the file holds rather than by what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.article.article import FILE_BYTES_MAX, Article, ArticleError
from posts.article.docx_text import docx_paragraphs
from posts.article.language import language_of
from posts.article.plain_text import decode, paragraphs_of
from posts.article.web_page import is_web_page, web_page_language, web_page_paragraphs

if TYPE_CHECKING:
    from pathlib import Path

_TEXT_NAMES = frozenset({"", ".txt", ".text", ".md", ".htm", ".html", ".xhtml"})
_NOT_ARTICLES = {
    b"%PDF": "is a PDF",
    b"{\\rtf": "is in Rich Text Format",
    b"\xd0\xcf\x11\xe0": "is in the old .doc format or protected by a password",
}
_ZIP = b"PK\x03\x04"


def read_article(path: Path) -> Article:
    """The paragraphs of a txt, html or docx file, and the language it names or shows; nothing is re-cased.

    Raises ArticleError for a file that is missing, empty, broken, larger than 20 MB (unpacked too), or anything else.
    """
    data = _read(path)
    _refuse_others(path, data)
    if data.startswith(_ZIP):
        return _article(path, docx_paragraphs(path, data))
    text = decode(path, data)
    if is_web_page(path, text):
        return _article(path, web_page_paragraphs(text), web_page_language(text))
    return _article(path, paragraphs_of(text))


def _article(path: Path, paragraphs: tuple[str, ...], language: str = "") -> Article:
    if not paragraphs:
        raise ArticleError(f"{path}: there is no text in it.")
    return Article(paragraphs=paragraphs, language_hint=language or language_of(" ".join(paragraphs)))


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ArticleError(f"{path}: there is no such file.")
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ArticleError(f"{path}: the file cannot be read ({error}).") from error
    if len(data) > FILE_BYTES_MAX:
        raise ArticleError(f"{path}: the file has more than {FILE_BYTES_MAX // 1024 // 1024} MB.")
    return data


def _refuse_others(path: Path, data: bytes) -> None:
    for start, what in _NOT_ARTICLES.items():
        if data.startswith(start):
            raise ArticleError(f"{path}: this {what}: save the article as .docx or as a text file.")
    if not data.startswith(_ZIP) and path.suffix.casefold() not in _TEXT_NAMES:
        raise ArticleError(f"{path}: this is no article as .txt, .html or .docx: save it as one of these.")

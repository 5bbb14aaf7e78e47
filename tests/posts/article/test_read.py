from __future__ import annotations

import html
import io
import zipfile
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml import parse_xml

from posts.article.article import FILE_BYTES_MAX, ArticleError
from posts.article.plain_text import paragraphs_of
from posts.article.quotations import quotations
from posts.article.read import read_article
from tests.posts.article import samples

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = [samples.ENGLISH, samples.RUSSIAN, samples.GEORGIAN, samples.UNCLOSED]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_file(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(path))
    return path


def page(*paragraphs: str, language: str = "") -> str:
    body = "".join(f"<div><p>{html.escape(one)}</p></div>" for one in paragraphs)
    return f'<!doctype html><html lang="{language}"><head><title>“No”</title></head><body><nav>Menu</nav>{body}</body>'


@pytest.mark.parametrize("text", SAMPLES)
def test_the_same_article_is_the_same_as_text_page_and_document(tmp_path: Path, text: str) -> None:
    """Missions send whatever they have; the quotations must not depend on it."""
    (tmp_path / "a.txt").write_text(text, "utf-8-sig")
    (tmp_path / "a.html").write_text(page(*paragraphs_of(text)), "utf-8")
    word_file(tmp_path / "a.docx", *paragraphs_of(text))
    read = [read_article(tmp_path / name) for name in ("a.txt", "a.html", "a.docx")]
    assert {one.paragraphs for one in read} == {paragraphs_of(text)}
    assert all(quotations(one) == quotations(read[0]) != () for one in read)


def test_lines_wrapped_by_hand_are_one_paragraph_and_long_lines_are_their_own(tmp_path: Path) -> None:
    """A quotation must not be cut where a mail program broke the line."""
    (tmp_path / "a.txt").write_bytes("one\r\ntwo\r\n \r\nthree".encode("utf-16"))
    assert read_article(tmp_path / "a.txt").paragraphs == ("one two", "three")
    assert paragraphs_of("long " * 30 + "\nshort") == (("long " * 30).strip(), "short")


def test_a_page_is_read_without_what_is_no_text_of_it(tmp_path: Path) -> None:
    """Scripts, menus and styles hold quotation marks by the hundred."""
    body = (
        "<script>'“x”'</script><p>One<br>line,&nbsp;<b>b</b>old\u00ad <q>said</q><br><br>Two</p><footer>f</footer>Three"
    )
    (tmp_path / "a.html").write_text(f"<html lang='ro'><body>{body}", "utf-8")
    article = read_article(tmp_path / "a.html")
    assert article.paragraphs == ("One line, bold “said”", "Two", "Three")
    assert article.language_hint == "ro"


def test_a_page_in_an_older_encoding_is_read_as_it_says(tmp_path: Path) -> None:
    """Older mission sites are in windows-1251."""
    (tmp_path / "a.htm").write_bytes("<html><meta charset=windows-1251><p>Дорога".encode("cp1251"))
    assert read_article(tmp_path / "a.htm").paragraphs == ("Дорога",)


def test_a_page_nested_deeper_than_python_is_read(tmp_path: Path) -> None:
    """A page from outside must not end in a traceback."""
    (tmp_path / "a.html").write_text("<div>" * 3_000 + "deep", "utf-8")
    assert read_article(tmp_path / "a.html").paragraphs == ("deep",)


def test_accepted_insertions_links_and_tables_are_read_and_deletions_are_not(tmp_path: Path) -> None:
    """Press officers send documents with tracked changes: an inserted sentence lost is a quotation cut in two."""
    document = docx.Document()
    paragraph = document.add_paragraph("one ")
    for tracked in (
        f"<w:ins {W}><w:r><w:t>two</w:t></w:r></w:ins>",
        f"<w:moveFrom {W}><w:r><w:t>gone</w:t></w:r></w:moveFrom>",
        f"<w:del {W}><w:r><w:delText>gone</w:delText></w:r></w:del>",
        f"<w:sdt {W}><w:sdtContent><w:r><w:tab/><w:t>three</w:t></w:r></w:sdtContent></w:sdt>",
    ):
        paragraph._p.append(parse_xml(tracked))
    document.add_table(1, 1).cell(0, 0).text = "four"
    document.save(str(tmp_path / "a.docx"))
    assert read_article(tmp_path / "a.docx").paragraphs == ("one two three", "four")


def test_a_strict_open_xml_document_is_read(tmp_path: Path) -> None:
    """Some ministries save nothing else; read as empty, every quotation in it would be missed."""
    text = b'<w:p xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:r><w:t>one</w:t></w:r></w:p>'
    (tmp_path / "a.docx").write_bytes(archive(word__document=text))
    assert read_article(tmp_path / "a.docx").paragraphs == ("one",)


def archive(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/") + ".xml", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.pdf", b"%PDF-1.7 x", "PDF"),
        ("a.doc", b"\xd0\xcf\x11\xe0 x", "old .doc"),
        ("a.rtf", b"{\\rtf1 x}", "Rich Text"),
        ("a.jpg", b"\xff\xd8\xff", "no article"),
        ("a.txt", b"", "no text in it"),
        ("a.txt", b"a\0b", "this is no text"),
        ("a.txt", "Дорога".encode("cp1251"), "not in utf-8"),
        ("a.html", b"<meta charset=nonsense>x", "not in nonsense"),
        ("a.html", b"<script>x</script>", "no text in it"),
        ("a.docx", b"PK\x03\x04 broken", "broken"),
        ("a.docx", archive(xl__workbook=b"<x/>"), "no .docx"),
        ("a.docx", archive(word__document=b"<x>"), "broken"),
        ("a.docx", archive(word__document=b'<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'), "not as word processors"),
        ("a.docx", archive(word__document=b" " * (FILE_BYTES_MAX + 1)), "more than 20 MB"),
        ("a.txt", b"a" * (FILE_BYTES_MAX + 1), "more than 20 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_and_reason(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    """A person must learn which file and what to do, never see a traceback, and no archive may fill the memory."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ArticleError, match=says) as refused:
        read_article(path)
    assert str(path) in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A typing error in a name is the commonest mistake of all."""
    with pytest.raises(ArticleError, match=r"none\.txt: there is no such file"):
        read_article(tmp_path / "none.txt")

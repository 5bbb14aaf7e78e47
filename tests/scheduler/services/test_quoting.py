from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from posts.article.article import ArticleError
from scheduler.services.quoting import as_json, quote_article
from tests.posts.article import samples

if TYPE_CHECKING:
    from pathlib import Path


def test_an_article_becomes_quotations_in_the_shape_that_scripts_rely_on(tmp_path: Path) -> None:
    """The names of these keys are a promise to other people's scripts."""
    path = tmp_path / "release.txt"
    path.write_text(samples.ENGLISH, "utf-8")
    first, *_ = quotes = quote_article(path)
    told = as_json(quotes)
    assert list(told) == ["quotes"]
    assert as_json([first])["quotes"] == [
        {
            "text": "Nobody should pay for a job with their freedom",
            "speaker": "Marta Hollis",
            "role": "Programme Officer",
            "organisation": "IOM Moldova",
            "language": "en",
        }
    ]


def test_no_quotation_from_an_article_comes_with_consent(tmp_path: Path) -> None:
    """Having been quoted once is no agreement to be on a card."""
    path = tmp_path / "release.txt"
    path.write_text(samples.RUSSIAN, "utf-8")
    assert {quote.consent for quote in quote_article(path)} == {""}


def test_an_article_without_quotations_gives_an_empty_list(tmp_path: Path) -> None:
    """None found is an answer, not an error."""
    path = tmp_path / "release.txt"
    path.write_text("Nothing was said here.", "utf-8")
    assert as_json(quote_article(path)) == {"quotes": []}


def test_a_file_that_is_no_article_is_refused(tmp_path: Path) -> None:
    """The door turns it into one message and exit code 2."""
    with pytest.raises(ArticleError):
        quote_article(tmp_path / "none.txt")

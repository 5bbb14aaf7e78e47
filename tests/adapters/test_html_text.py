"""Bringing a server's HTML back to the words that were sent."""

from __future__ import annotations

import pytest

from adapters.html_text import bones, normal, plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<br>two</p><p>three</p>", "one\ntwo\nthree"),
        ("<p>one<br />two</p>", "one\ntwo"),
        ("a &lt;b&gt; &amp; &#39;c&#x27; &quot;", "a <b> & 'c' \""),
        (
            '<a href="https://x.example"><span class="invisible">https://</span><span>x.example</span></a>',
            "https://x.example",
        ),
        ('<p><a href="#">#<span>Ҳуқуқ</span></a></p>', "#Ҳуқуқ"),
        ("no markup", "no markup"),
        ("", ""),
    ],
)
def test_markup_goes_and_words_stay(html: str, text: str) -> None:
    """A post that is not recognised is sent again."""
    assert plain(html) == text


def test_equal_to_a_reader_is_equal() -> None:
    """Servers compose accents and squeeze spaces; readers see no difference."""
    assert normal("e\u0301  a\n\nb ") == normal("\u00e9 a b")


def test_the_case_of_a_text_is_kept() -> None:
    """Georgian capitals and small letters are different letters in Unicode, and different words to a reader."""
    assert normal("ᲐᲑ") != normal("აბ")
    assert bones("Ab") != bones("aB")


def test_bones_are_letters_and_digits_with_mentions_cut_short() -> None:
    """That is what survives every server's dressing."""
    assert bones("Hi @iom@server.example, **30** July!") == bones("<Hi> @iom 30 July") == "Hiiom30July"

"""An Article → its quotations: words that stand in marks and that somebody is said to have said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posts.article.article import tidy
from posts.article.interrupted import said_within
from posts.article.language import language_or_hint
from posts.article.passages import enough, passages
from posts.article.people import Speaker, has_title
from posts.article.speakers import Same, introduced_by, named_before, speaker_of
from posts.model import Quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from posts.article.article import Article
    from posts.article.passages import Passage


def quotations(article: Article) -> tuple[Quote, ...]:
    """Every quotation in the article's order, without its own marks; those inside stay. White space is single spaces.

    A quotation is in marks, has four words at least, and a speaker whom the text names near it: titles and words held
    at a distance are none, nor are fragments inside somebody else's sentence. Paragraphs of one quotation are parted by
    an empty line. Where the speaker is put between the words, both halves are quotations. Everything is as written: a
    comma at the end is left out, since it belongs to the sentence around. Consent is empty: an article gives none.
    """
    return tuple(_quotes(article))


def _quotes(article: Article) -> Iterator[Quote]:
    last: Speaker | None = None
    last_paragraph = -1
    known: dict[str, Speaker] = {}
    for passage in passages([tidy(paragraph) for paragraph in article.paragraphs]):
        halves, speaker = _said(passage, last, here=passage.paragraph == last_paragraph)
        speaker = _fuller(speaker, known) if speaker else None
        if speaker is None:
            continue
        last, last_paragraph = speaker, passage.last_paragraph
        for half in halves:
            if enough(half):
                yield _quote(half, speaker, article.language_hint)


def _said(passage: Passage, last: Speaker | None, *, here: bool) -> tuple[tuple[str, ...], Speaker | None]:
    """The words, in two halves if their speaker is named between them, and the speaker; None if nobody is named."""
    place = passage.place
    whole = (place.words,)
    if isinstance(introduced_by(place.before), Speaker):
        return whole, speaker_of(place, last, here=here)
    halves, within = said_within(place.words, closed=passage.closed)
    if within is Same.AS_BEFORE:
        return halves, named_before(place, last)
    return (halves, within) if isinstance(within, Speaker) else (whole, speaker_of(place, last, here=here))


def _fuller(speaker: Speaker, known: dict[str, Speaker]) -> Speaker | None:
    """The speaker as first named in the article, where this is but a surname; None if nobody is sure to be meant."""
    surname = speaker.name.split()[-1]
    short = speaker.name == surname or has_title(speaker.name)
    if short and not speaker.role and surname in known:
        return known[surname]
    if not speaker.sure:
        return None
    known.setdefault(surname, speaker)
    return speaker


def _quote(words: str, speaker: Speaker, hint: str) -> Quote:
    return Quote(
        words=words.strip().removesuffix(",").rstrip(),
        speaker=speaker.name,
        role=speaker.role,
        organisation=speaker.organisation,
        language=language_or_hint(words, hint),
    )

"""What a person works for, as far as the words about the person say it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import regex

from posts.article.word_lists import ORGANISATION_STEMS, ORGANISATION_WORDS, ROLE_STEMS, ROLE_WORDS

_WORD = regex.compile(r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}'’ʻʼ‘`-]*[\p{L}\p{M}\p{N}ʻʼ])?\.?")
_POSSESSIVE = regex.compile(r"['’]s$|-[\p{Georgian}]+$")
_CASELESS = regex.compile(r"[\p{Georgian}\p{Arabic}]")
_IN_A_COUNTRY = regex.compile(r"\s+(?:в|во|у|ў)\s+\p{Lu}[\p{L}-]+")
_ACRONYM_LETTERS = range(2, 8)
_COUNTRY_WORDS_MAX = 3
_ALSO_COUNTRIES = ("Bosnia and Herzegovina", "Türkiye", "Czechia", "United Kingdom", "Central Asia", "South Sudan")


def words_of(text: str) -> list[regex.Match[str]]:
    """The words of the text with their places; a full stop right behind a word belongs to it (initials)."""
    return list(_WORD.finditer(text))


def is_role_word(word: str) -> bool:
    """Whether the word names what somebody does, in a language that we know it of."""
    folded = word.casefold().rstrip(".")
    return folded in ROLE_WORDS or (folded.startswith(ROLE_STEMS) and not folded.startswith(ORGANISATION_STEMS))


def is_organisation_word(word: str) -> bool:
    """Whether the word begins or ends the names of organisations: a ministry, a fund, an embassy."""
    folded = word.casefold().rstrip(".")
    return folded in ORGANISATION_WORDS or folded.startswith(ORGANISATION_STEMS)


def is_acronym(word: str) -> bool:
    """Whether the word is written all in capitals, as IOM or МОМ are, and is no role such as MP."""
    bare = _POSSESSIVE.sub("", word).rstrip(".")
    return bare.isalpha() and bare.isupper() and len(bare) in _ACRONYM_LETTERS and not is_role_word(bare)


def has_role(text: str) -> bool:
    """Whether any word of the text names what somebody does."""
    return any(is_role_word(word[0]) for word in words_of(text))


def is_organisation(text: str) -> bool:
    """Whether the text is the name of an organisation and nothing else: "IOM Georgia", "Ministry of Justice"."""
    words = [word[0] for word in words_of(text)]
    if not words or any(is_role_word(word) and not is_organisation_word(word) for word in words):
        return False
    return _begins_with_acronym(words) or any(map(is_organisation_word, words)) or _names_a_country_of_somebody(words)


def organisation_in(text: str) -> str:
    """The organisation whose acronym stands in the text, with the country behind it; empty where there is none."""
    words = words_of(text)
    for index, word in enumerate(words):
        if is_acronym(word[0]):
            return _POSSESSIVE.sub("", text[word.start() : _end_of_country(text, words, index)])
    return ""


def has_case(text: str) -> bool:
    """Whether capitals mean anything in the text's script; in Georgian and Arabic they do not."""
    return _CASELESS.search(text) is None


def is_country(name: str) -> bool:
    """Whether the words are a country's English name, as the zone data lists them."""
    return name.casefold() in _countries()


def _end_of_country(text: str, words: list[regex.Match[str]], index: int) -> int:
    behind = words[index + 1 : index + 1 + _COUNTRY_WORDS_MAX]
    start = words[index].end()
    for count in range(len(behind), 0, -1):
        if is_country(text[behind[0].start() : behind[count - 1].end()]):
            return int(behind[count - 1].end())
    named = _IN_A_COUNTRY.match(text, start)
    return int(named.end()) if named else int(start)


def _begins_with_acronym(words: list[str]) -> bool:
    """As "IOM Georgia" and «МОМ в Грузии» do; a small letter at the end is what somebody is there, not where."""
    return is_acronym(words[0]) and (words[-1][0].isupper() or not has_case(words[-1]))


def _names_a_country_of_somebody(words: list[str]) -> bool:
    return len(words) > 1 and words[0][0].isupper() and is_country(words[-1])


@cache
def _countries() -> frozenset[str]:
    """The names of ISO 3166, from the tzdata package: comments begin with #, then code, tab, name."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    names = (line.split("\t")[1] for line in lines if line and not line.startswith("#"))
    return frozenset(name.casefold() for name in (*names, *_ALSO_COUNTRIES))

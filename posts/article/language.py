"""Which language words are in: by script, by letters no neighbour has, then by the commonest little words.

The letters are those of the national alphabets; the lists hold only words that the neighbours do not write alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from posts.article.word_lists import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOK_AT_CHARACTERS = 20_000
_SCRIPTS = ("Latin", "Cyrillic", "Georgian", "Armenian", "Arabic")
_LETTERS = {name: regex.compile(rf"\p{{{name}}}") for name in _SCRIPTS}
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}’ʻʼ‘'`]*")
_MOSTLY = 0.6
_WORDS_NEEDED = 2

_PERSIAN = frozenset("پچژگکی")
_UZBEK_LATIN = regex.compile(r"(?i)\b\w*[og][ʻ‘’ʼ'`]\w+")
_WORDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "Latin": {
        "en": listed(
            "the and of to in is are was we our for with that this have has will be not they it must can all "
            "you my your who from by at about every people before do i a me were what when there been their his her"
        ),
        "ro": listed("și pentru este sunt din care prin noi această acest nu mai trebuie ale persoane fi"),
        "uz-Latn": listed("va bilan uchun bu biz bizning har kerak ham emas odam inson qilish barcha"),
    },
    "Cyrillic": {
        "ru": listed("и в не на что мы для это с как от все наша наши но чтобы который мы по из их"),
        "uk": listed("що та для це є від як нас наша про щоб ми із й"),
        "tg": listed("ва дар ки аз бо барои мо ин аст ба одамон инсон"),
        "uz-Cyrl": listed("ва билан учун бу биз бизнинг керак ҳам инсон одам"),
        "kk": listed("және мен үшін бұл біз бар адам деп барлық"),
        "ky": listed("жана үчүн бул биз менен адам бардык болот керек"),
    },
}
_SCRIPT_OF: Mapping[str, str] = {
    **{language: script for script, known in _WORDS.items() for language in known},
    "be": "Cyrillic",
    "ka": "Georgian",
    "hy": "Armenian",
    "az": "Latin",
    "ar": "Arabic",
}


def language_of(words: str) -> str:
    """The BCP 47 tag, of en ru uk be ka tg uz-Latn uz-Cyrl kk ky hy az ro ar; empty where that is not sure.

    Only the first 20,000 characters are looked at.
    """
    looked_at = words[:_LOOK_AT_CHARACTERS].casefold()
    script = _script(looked_at)
    if script in {"Georgian", "Armenian"}:
        return {"Georgian": "ka", "Armenian": "hy"}[script]
    if script == "Arabic":
        return "" if _PERSIAN & set(looked_at) else "ar"
    if script == "Cyrillic":
        return _cyrillic(set(looked_at)) or _by_words(looked_at, script)
    return _latin(looked_at) or _by_words(looked_at, script)


def language_or_hint(words: str, hint: str) -> str:
    """The language of the words; where it is not sure, the hint's, if it is written in the script of the words."""
    sure = language_of(words)
    known = hint if hint in _SCRIPT_OF else hint.partition("-")[0]
    return sure or (known if known in _SCRIPT_OF and _SCRIPT_OF[known] == _script(words) else "")


def _script(words: str) -> str:
    """The script that most letters are in; empty where none prevails."""
    counts = {name: len(letters.findall(words)) for name, letters in _LETTERS.items()}
    name, most = max(counts.items(), key=lambda item: item[1])
    return name if most and most >= _MOSTLY * sum(counts.values()) else ""


def _cyrillic(letters: set[str]) -> str:
    """The language whose own letters there are and whose missing letters there are none; empty if that is nobody's."""
    has = letters.__contains__
    rules = (
        ("tg", any(map(has, "ҷӣӯ"))),
        ("kk", any(map(has, "әұһ")) or (has("і") and any(map(has, "қғңүө")))),
        ("uz-Cyrl", has("ў") and not has("і") and not has("ы")),
        ("be", has("ў") and has("і") and not has("и")),
        ("uk", any(map(has, "їєґ")) or (has("і") and not any(map(has, "ыэёъўқғңүөә")))),
        ("ky", any(map(has, "ңөү")) and not any(map(has, "іқғҳ"))),
    )
    possible = [language for language, fits_letters in rules if fits_letters]
    return possible[0] if len(possible) == 1 else ""


def _latin(words: str) -> str:
    if "ə" in words:
        return "az"
    if any(letter in words for letter in "șță"):
        return "ro"
    return "uz-Latn" if len(_UZBEK_LATIN.findall(words)) >= _WORDS_NEEDED else ""


def _by_words(words: str, script: str) -> str:
    """The language with the most of its little words, if they are two different ones and more than any other's."""
    there = set(_WORD.findall(words))
    scores = sorted(
        ((len(there & known), language) for language, known in _WORDS.get(script, {}).items()), reverse=True
    )
    if not scores or scores[0][0] < _WORDS_NEEDED or scores[0][0] == scores[1][0]:
        return ""
    return scores[0][1]

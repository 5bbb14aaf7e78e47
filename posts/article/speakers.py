"""Who said the marked words: named right before them, right after them, or in the sentence before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import regex

from posts.article.organisations import words_of
from posts.article.people import PHRASE_CHARACTERS_MAX, Speaker, has_name, person
from posts.article.sentences import count_sentences, ends_a_sentence, first_sentence, last_sentence
from posts.article.word_lists import PRONOUNS, SAYING, SPEAKING

if TYPE_CHECKING:
    from collections.abc import Collection

_INTRODUCES = (":", "՝", "—", "–", " -")
_THAT = regex.compile(r"\s+(?:that|что|що|што)$")
_LEAD = regex.compile(r"[\s,.;!?»”“\"]*(?P<dash>[—–-]\s*)?")
_PUNCTUATION = (",", ".", "!", "?", "…", ":", "։", "؟", "،", "—", "–", "-")
_VERB_WITHIN_WORDS = 3


class Same(Enum):
    """A speaker who is named elsewhere: "she said" means whoever was named last."""

    AS_BEFORE = "as before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What stands around marked words: in their paragraph, back to the marked words before and on to those behind.

    `previous` and `following` are the whole paragraphs around, empty where other marked words stand between.
    """

    words: str
    before: str
    after: str
    previous: str = ""
    following: str = ""

    @property
    def alone(self) -> bool:
        """Whether the words are sentences of their own and not part of the sentence around them."""
        ended = ends_a_sentence(self.words) or self.after.lstrip()[:1] in {".", "!", "?", "…"}
        return ends_a_sentence(self.before) and bool(self.words.strip()) and ended


def speaker_of(place: Place, last: Speaker | None, *, here: bool) -> Speaker | None:
    """Who said the words; None if nothing near says it, and then they are no quotation.

    `last`: whoever was quoted last in the article; `here`: in the same paragraph.
    """
    named = introduced_by(place.before or _colon(place.previous)) or said_after(place.after, place.words)
    if isinstance(named, Speaker):
        return named
    if named is Same.AS_BEFORE:
        return named_before(place, last)
    if here and last is not None and (going_on := _going_on(place)) is not None:
        return going_on if isinstance(going_on, Speaker) else last
    return _from_around(place) if place.alone else None


def named_before(place: Place, last: Speaker | None) -> Speaker | None:
    """Whom "she said" means: the person of the sentence before, or whoever was quoted last, or else None."""
    return named_in(last_sentence(place.before)) or last or named_in(last_sentence(place.previous))


def introduced_by(before: str) -> Speaker | Same | None:
    """Whom the text right before the words names as their speaker: "Name, Role:" or "Name, Role, said"."""
    sentence = _THAT.sub("", last_sentence(before)[-PHRASE_CHARACTERS_MAX:].rstrip(" ,"))
    if sentence.endswith(_INTRODUCES):
        phrase = sentence.rstrip(" :՝—–-,")
        return _doubted(said_by(phrase)) or _heading(phrase)
    words = words_of(sentence)
    return _doubted(said_by(sentence)) if words and words[-1][0].casefold() in SAYING else None


def _doubted(found: Speaker | Same | None) -> Speaker | Same | None:
    """The same, unless all that is known of the speaker is one word: then it is not sure to be a person's name."""
    if not isinstance(found, Speaker) or " " in found.name or found.role or found.organisation:
        return found
    return replace(found, sure=False)


def _heading(phrase: str) -> Speaker | None:
    """The person that the phrase is all about: it begins with the name, or says what that person does."""
    found = person(phrase)
    told = found is not None and (found.role or found.organisation or phrase.lstrip().startswith(found.name))
    return found if told else None


def said_after(after: str, words: str) -> Speaker | Same | None:
    """Whom the text right after the words names: "said Name, Role", "Name, Role, said", "— Name, Role"."""
    sentence = first_sentence(after[_lead_end(after) :][: PHRASE_CHARACTERS_MAX + 1]).strip()
    opening = [word[0].casefold() for word in words_of(sentence)[:_VERB_WITHIN_WORDS]]
    if opening and opening[0] in SAYING:
        return said_by(sentence)
    if not words.rstrip().endswith(_PUNCTUATION) and not after.lstrip().startswith(_PUNCTUATION):
        return None
    found = said_by(sentence, from_start=True)
    dash = _LEAD.match(after)
    return found or (person(sentence) if dash is not None and dash["dash"] else None)


def said_by(phrase: str, *, from_start: bool = False, verbs: Collection[str] = SAYING) -> Speaker | Same | None:
    """Whom a phrase with a verb of saying names, before the verb or else behind it; None without such a verb.

    `from_start`: what stands before the verb must be the speaker, or the verb must be among the first words.
    """
    words = words_of(phrase)
    for index, word in enumerate(words):
        if word[0].casefold().rstrip(".") in verbs:
            left, right = _outside_marks(phrase[: word.start()]), phrase[word.end() :]
            if _is_pronoun(left, last=True) or _is_pronoun(right, last=False):
                return Same.AS_BEFORE
            behind = index < _VERB_WITHIN_WORDS or not from_start
            return person(left, one_word=True) or (person(right, one_word=True) if behind else None)
    return None


def _outside_marks(left: str) -> str:
    """What stands before a verb, if it is no quotation: in “No,” said somebody, “No” is nobody's name."""
    return "" if left.rstrip(" ,—–-").endswith(("”", "“", "»", '"')) else left


def named_in(sentence: str) -> Speaker | None:
    """The person that a sentence says something was said by, or names together with a role; None if there is none."""
    found = said_by(sentence) or said_by(sentence, verbs=SPEAKING)
    if isinstance(found, Speaker):
        return found
    plain = person(sentence[:PHRASE_CHARACTERS_MAX])
    return plain if plain is not None and (plain.role or plain.organisation) else None


def _going_on(place: Place) -> Speaker | Same | None:
    """For words after others of the same paragraph: the same speaker goes on, unless somebody else is named between."""
    if not place.alone:
        return Same.AS_BEFORE if place.before.rstrip().endswith(",") else None
    if count_sentences(place.before) <= 1:
        return Same.AS_BEFORE
    between = last_sentence(place.before)
    return named_in(between) or (None if has_name(between) else Same.AS_BEFORE)


def _from_around(place: Place) -> Speaker | None:
    """The sentence before, or the signature under words that fill their paragraph."""
    signed = place.following.lstrip()[:PHRASE_CHARACTERS_MAX]
    if not place.before.strip() and not place.after.strip(" .") and signed.startswith(("—", "–", "- ")):
        return person(signed.lstrip("—–- ")) or named_in(last_sentence(place.previous))
    return named_in(last_sentence(place.before or place.previous))


def _colon(paragraph: str) -> str:
    return paragraph if paragraph.endswith(":") else ""


def _lead_end(after: str) -> int:
    match = _LEAD.match(after)
    return int(match.end()) if match else 0


def _is_pronoun(side: str, *, last: bool) -> bool:
    """Whether the words next to the verb are a pronoun: "she" said, said "she"."""
    words = words_of(side)
    near = words[-1 if last else 0][0].casefold().rstrip(".") if words else ""
    return len(words) <= _VERB_WITHIN_WORDS and near in PRONOUNS

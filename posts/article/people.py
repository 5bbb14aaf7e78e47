"""Words about a person → name, role, organisation; every one of them as written, grammatical case included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from posts.article.organisations import (
    has_case,
    has_role,
    is_acronym,
    is_country,
    is_organisation,
    is_organisation_word,
    is_role_word,
    organisation_in,
    words_of,
)
from posts.article.word_lists import (
    AFTER_NAMES,
    ASIDES,
    BETWEEN_NAMES,
    JOINS_AN_ORGANISATION,
    LEADING,
    NO_NAMES,
    OF,
    PLACING,
    PRONOUNS,
    SAYING,
    TITLES,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

PHRASE_CHARACTERS_MAX = 300

_PARTS = regex.compile(r"[,،();]|\s[—–-]\s")
_PARTS_LOOKED_AT = 4
_NAME_WORDS_MAX = 6
_CASELESS_NAME_WORDS_MAX = 3
_PREFIX_WORDS_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who said it; role and organisation are empty where nothing is said of them.

    Not `sure`: a single word in front of a verb may be anything ("Posters said"), unless it was a speaker's before.
    """

    name: str
    role: str = ""
    organisation: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A name within a part of a phrase, and what stands around it there."""

    before: str
    name: str
    after: str


def person(phrase: str, *, one_word: bool = False) -> Speaker | None:
    """The person that a phrase such as "Name, Role, IOM Country" or "Role Name" is about; None if it is about none.

    A name has two words at least; with `one_word` the phrase's first part may be a name of one. A phrase that is
    nothing but an organisation is that organisation speaking.
    """
    if len(phrase) > PHRASE_CHARACTERS_MAX:
        return None
    parts = [part for part in (_trimmed(part) for part in _PARTS.split(phrase)) if part]
    for index, part in enumerate(parts[:_PARTS_LOOKED_AT]):
        named = _named(part, one_word=one_word and index == 0)
        if named is not None:
            return _speaker(named, parts[:index], parts[index + 1 :])
    return _organisation_alone(parts) if one_word else None


def has_name(text: str) -> bool:
    """Whether the text, of any length, has words in it that may be somebody's name."""
    return any(_run_in(part) is not None for part in _PARTS.split(text))


def _trimmed(part: str) -> str:
    """The part without the article or conjunction that it begins with."""
    bare = part.strip(" .:,՝։؟")
    first, _, rest = bare.partition(" ")
    return rest.strip() if first.casefold() in LEADING and rest else bare


def _named(part: str, *, one_word: bool) -> _Named | None:
    if not has_case(part):
        return _caseless(part)
    if one_word and _is_one_name(part):
        return _Named(before="", name=part, after="")
    run = _run_in(part)
    if run is None:
        return None
    return _Named(before=part[: run[0]].strip(), name=part[run[0] : run[1]], after=part[run[1] :].strip())


def has_title(name: str) -> bool:
    """Whether the name begins with "Ms." or the like."""
    return name.split()[0].casefold().rstrip(".") in TITLES


def _is_one_name(part: str) -> bool:
    """Whether the part is one name of a person, perhaps with a title, and nothing else: "Madina", "Ms. Hollis"."""
    words = [word[0] for word in words_of(part)]
    words = words[1:] if len(words) > 1 and has_title(words[0]) else words
    if len(words) != 1 or not part.endswith(words[0]) or is_acronym(words[0]):
        return False
    return _may_be_name(words[0]) and words[0].casefold() not in PRONOUNS


def _caseless(part: str) -> _Named | None:
    """Without capitals to go by: a short part without a role is a name; after a role the last two words are."""
    words = words_of(part)
    folded = {word[0].casefold() for word in words}
    if len(words) < 2 or folded & SAYING or folded & PRONOUNS:
        return None
    with_role = has_role(part) or is_organisation(part)
    if not with_role:
        return _Named(before="", name=part, after="") if len(words) <= _CASELESS_NAME_WORDS_MAX else None
    name = part[words[-2].start() :]
    if len(words) == 2 or has_role(name) or is_organisation(name):
        return None
    return _Named(before=part[: words[-2].start()].strip(), name=name, after="")


def _run_in(part: str) -> tuple[int, int] | None:
    """The place of the name: words in capitals side by side, at the part's beginning or else the last such."""
    runs = [run for run in (_without_place(part, *run) for run in _runs(part)) if _is_name(part[run[0] : run[1]])]
    if not runs:
        return None
    return runs[0] if runs[0][0] == 0 else runs[-1]


def _runs(part: str) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    end = -1
    for word in words_of(part):
        joined = end >= 0 and part[end : word.start()].isspace()
        if _in_a_name(word[0], joined=joined):
            end = word.end()
            runs.append((runs.pop()[0] if joined else word.start(), end))
        else:
            end = -1
    return [(start, start + len(_without_tail(part[start:end]))) for start, end in runs]


def _without_tail(run: str) -> str:
    """The run without the little words that it ends with: they joined nothing."""
    words = run.split(" ")
    while len(words) > 1 and words[-1].casefold() in BETWEEN_NAMES:
        words.pop()
    return " ".join(words)


def _in_a_name(word: str, *, joined: bool) -> bool:
    """Whether the word may be part of a name; some words may be only where they are `joined` to one before."""
    folded = word.casefold()
    if joined and (folded in BETWEEN_NAMES or folded in AFTER_NAMES):
        return True
    return _may_be_name(word) and (joined or not is_acronym(word))


def _may_be_name(word: str) -> bool:
    folded = word.casefold()
    if not word[0].isupper() or folded.rstrip(".") in NO_NAMES or folded in SAYING:
        return False
    return not (is_role_word(word) or is_organisation_word(word) or is_country(word))


def _without_place(part: str, start: int, end: int) -> tuple[int, int]:
    """The run without its first word where that is no name: "in Saint Petersburg", "Head of Procurement Name Name"."""
    before = part[:start].rpartition(" ")[0].rpartition(" ")[2].casefold()
    first, _, rest = part[start:end].partition(" ")
    if before in PLACING or (before in OF and " " in rest):
        return (start + len(first) + 1, end) if rest else (end, end)
    return start, end


def _is_name(run: str) -> bool:
    words = run.split()
    in_capitals = [word for word in words if word[0].isupper()]
    return len(in_capitals) >= 2 and len(words) <= _NAME_WORDS_MAX and not is_acronym(words[0])


def _speaker(named: _Named, before: Sequence[str], after: Sequence[str]) -> Speaker:
    prefix = _role_before(", ".join((*before, named.before)).strip(", "))
    behind = _behind(named.after)
    about = [part for part in (prefix, behind, *_until_aside(after)) if part]
    organisations = [part for part in about if is_organisation(part)]
    role = ", ".join(part for part in about if part not in organisations)
    organisation = ", ".join(organisations) or organisation_in(role)
    return Speaker(name=named.name, role=role, organisation=organisation)


def _role_before(prefix: str) -> str:
    """What stands before a name, if it says what the person does; from the first such word where much else precedes."""
    words = words_of(prefix)
    telling = [word for word in words if is_role_word(word[0]) or is_acronym(word[0]) or is_organisation_word(word[0])]
    if not telling:
        return ""
    aside = words[0][0].casefold() in ASIDES or len(words) > _PREFIX_WORDS_MAX
    return prefix[telling[0].start() :] if aside else prefix


def _behind(after: str) -> str:
    """What stands right behind a name, if it says whom the person belongs to: "of IOM Georgia"."""
    first, _, rest = after.partition(" ")
    return rest if first.casefold() in JOINS_AN_ORGANISATION and is_organisation(rest) else ""


def _until_aside(parts: Sequence[str]) -> list[str]:
    """The parts that are still about the person: those before "at the opening" or "adding that"."""
    kept: list[str] = []
    for part in parts:
        words = words_of(part)
        if not words or words[0][0].casefold() in ASIDES | SAYING:
            break
        kept.append(part)
    return kept


def _organisation_alone(parts: Sequence[str]) -> Speaker | None:
    if parts and is_organisation(parts[0]) and (is_acronym(words_of(parts[0])[0][0])):
        return Speaker(name=parts[0], organisation=parts[0])
    return None

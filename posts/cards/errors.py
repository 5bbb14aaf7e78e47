"""Why a card cannot be drawn; each message says what a person has to change."""

from __future__ import annotations

from posts.model import PostsError


class CardError(PostsError):
    """Base of everything that keeps a card from being drawn."""


class TemplateError(CardError):
    """A template is unknown, broken, or too poor in contrast to be read; the message names it and the key."""


class MissingGlyphError(CardError):
    """No font at hand has this character: it would show as an empty box. `character` is the one that was met first."""

    def __init__(self, message: str, *, character: str):
        super().__init__(message)
        self.character = character


class ScriptError(MissingGlyphError):
    """The character belongs to a script that cards cannot set properly yet; `script` names it."""

    def __init__(self, message: str, *, character: str, script: str):
        super().__init__(message, character=character)
        self.script = script


class TooLongError(CardError):
    """A text does not fit even at its smallest size.

    `words_over` and `characters_over` tell about how much must go; both are 0 where one single word is too wide.
    """

    def __init__(self, message: str, *, words_over: int = 0, characters_over: int = 0):
        super().__init__(message)
        self.words_over = words_over
        self.characters_over = characters_over

"""How an account's statuses are shown: what its options say, the same for every one.

Fields and values from the Mastodon documentation of 2 Jul 2026, methods statuses (read on 24 Nov 2026).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.options import refuse_other_than, wrong
from posts.limits import TextLimit, Unit
from posts.measure_text import measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from posts.limits import Limits
    from posts.model import Account

VISIBILITIES = ("public", "unlisted", "private", "direct")
SENSITIVE = ("no", "yes")
WARNING = TextLimit(unit=Unit.GRAPHEMES, max=1)  # a content warning's links and mentions are not shortened


class Manner:
    """What the options `visibility`, `content_warning` and `sensitive` of one account mean."""

    def __init__(self, account: Account):
        self._account = account
        self._warning = account.options.get("content_warning", "").strip()

    def refuse_unfit(self, limits: Callable[[], Limits]) -> None:
        """Nothing, where the options can be meant. Raises Rejected, which names the account and the option."""
        refuse_other_than(self._account, "visibility", VISIBILITIES)
        refuse_other_than(self._account, "sensitive", SENSITIVE)
        if self._warning and limits().text[0].max <= 1:
            raise wrong(self._account, "content_warning", "fewer words: it leaves no room for a text")

    def beside_warning(self, limits: Limits) -> Limits:
        """What is left for a text that stands behind the content warning: one character at least."""
        text = limits.text[0]
        left = text.max - measure(self._warning, WARNING)
        return replace(limits, text=(replace(text, max=max(1, left)),))

    def fields(self) -> dict[str, object]:
        """What every status of the account says of itself beside its words."""
        options = self._account.options
        told: dict[str, object] = {"visibility": options.get("visibility", VISIBILITIES[0])}
        if self._warning:
            told["spoiler_text"] = self._warning
        if self._warning or options.get("sensitive") == "yes":
            told["sensitive"] = True
        return told

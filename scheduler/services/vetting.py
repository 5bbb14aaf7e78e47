"""Whether a post may go out on its accounts: profile → compose → check, before anything is stored or let go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.contract import Failure, Rejected
from adapters.on_disk import files_of
from posts.check import check
from posts.compose import card_size, compose
from posts.model import Level, Problem
from scheduler.model import WrongUse
from scheduler.services.crowding import Crowding

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from datetime import datetime

    from posts.limits import Limits
    from posts.model import Account, Media, Post
    from scheduler.services.desk import Desk


class Vetting:
    """Checks posts against accounts; each account's limits are asked for once, each picture is read once."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._limits: dict[str, tuple[Limits, tuple[Problem, ...]]] = {}
        self._pictures: dict[Media, tuple[Problem, ...]] = {}
        self._crowding = Crowding(desk)

    def stored_problems(self, post: Post, accounts: Sequence[str], due: datetime, key: Hashable) -> list[Problem]:
        """As `problems` and `crowded`, and what has become of the post's pictures since it was queued."""
        gone = [found for one in post.media for shape in (one, *one.shapes) for found in self._picture(shape)]
        self.plan(post, accounts, due, key)
        return [*gone, *self.problems(post, accounts), *self.crowded(accounts, due)]

    def plan(self, post: Post, accounts: Iterable[str], due: datetime, key: Hashable) -> None:
        """The post, known by its number or any other key, is counted among what is planned on the accounts."""
        for account in self._configured(accounts):
            self._crowding.put(account, self._known_limits(account)[0], post, due, key)

    def crowded(self, accounts: Iterable[str], due: datetime) -> list[Problem]:
        """Warnings where more is planned on these accounts around that time than they can make."""
        return [
            replace(one, message=f"{account.id}: {one.message}")
            for account in self._configured(accounts)
            for one in self._crowding.problems(account, self._known_limits(account)[0], due)
        ]

    def problems(self, post: Post, accounts: Iterable[str]) -> list[Problem]:
        """Every reason why the post could not go out as it is on these accounts; each names its account."""
        found = []
        for number in accounts:
            try:
                account = self._desk.settings.account(number)
            except WrongUse as error:
                found.append(Problem(code="account_gone", level=Level.BLOCK, message=str(error)))
                continue
            limits, unsure = self._known_limits(account)
            mine = (*unsure, *check(compose(post, account, limits), limits))
            found += [replace(one, message=f"{account.id}: {one.message}") for one in mine]
        return found

    def card_sizes(self, accounts: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """The widths and heights, in pixels, of the pictures that suit these accounts best, each once."""
        known = [card_size(one, self._known_limits(one)[0]) for one in self._configured(accounts)]
        return tuple(dict.fromkeys(one for one in known if one))

    def _picture(self, media: Media) -> tuple[Problem, ...]:
        if media not in self._pictures:
            self._pictures[media] = _read(media)
        return self._pictures[media]

    def _configured(self, accounts: Iterable[str]) -> list[Account]:
        named = set(accounts)
        return [one for one in self._desk.settings.accounts if one.id in named]

    def _known_limits(self, account: Account) -> tuple[Limits, tuple[Problem, ...]]:
        if account.id not in self._limits:
            self._limits[account.id] = self._ask(account)
        return self._limits[account.id]

    def _ask(self, account: Account) -> tuple[Limits, tuple[Problem, ...]]:
        usual = self._desk.profile(account).limits
        try:
            limits = self._desk.limits(account)
        except Failure as failure:
            words = f"its own limits could not be read ({failure}); the usual ones of {account.platform} were taken"
            return usual, (_unsure(words),)
        usually = f"the usual limit of {account.platform} was taken"
        return limits, tuple(_unsure(f"{doubt}; {usually}") for doubt in limits.doubts)


def _read(media: Media) -> tuple[Problem, ...]:
    try:
        files_of((media,))
    except Rejected as error:
        return (Problem(code="picture_gone", level=Level.BLOCK, message=str(error)),)
    except Failure as failure:
        return (Problem(code="picture_unread", level=Level.WARN, message=str(failure)),)
    return ()


def _unsure(words: str) -> Problem:
    return Problem(code="limits_unknown", level=Level.WARN, message=words)

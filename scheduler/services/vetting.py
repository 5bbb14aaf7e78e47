"""Whether a post may go out on its accounts: profile → compose → check, before anything is stored or let go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.contract import Failure, Rejected
from adapters.on_disk import read_picture
from adapters.parts import parts_of
from posts.check import check
from posts.compose import compose
from posts.model import Level, Problem
from scheduler.budgets import made_this_month, used_up
from scheduler.model import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from posts.limits import Limits
    from posts.model import Account, Media, Message, Post
    from scheduler.services.desk import Desk


class Vetting:
    """Checks posts against accounts; each account's limits are asked for once, each picture is read once."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._limits: dict[str, tuple[Limits, tuple[Problem, ...]]] = {}
        self._pictures: dict[Media, tuple[Problem, ...]] = {}

    def stored_problems(self, post: Post, accounts: Iterable[str]) -> list[Problem]:
        """As `problems`, and what has become of the post's pictures since it was queued."""
        gone = [found for one in post.media for found in self._picture(one)]
        return [*gone, *self.problems(post, accounts)]

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
            message = compose(post, account, limits)
            mine = (*unsure, *self._budget(account, message), *check(message, limits))
            found += [replace(one, message=f"{account.id}: {one.message}") for one in mine]
        return found

    def _picture(self, media: Media) -> tuple[Problem, ...]:
        if media not in self._pictures:
            self._pictures[media] = _read(media)
        return self._pictures[media]

    def _budget(self, account: Account, message: Message) -> tuple[Problem, ...]:
        """A warning where the account has too few posts left this month; the post may be for another one."""
        if not (most := account.posts_per_month):
            return ()
        with self._desk.database.read() as tx:
            made = made_this_month(tx, account.id, self._desk.now())
        follows = self._desk.profile(account).comment_follows
        needed = len(parts_of(message, comment_follows=follows))
        words = used_up(account.id, most, self._desk.now(), made=made, needed=needed)
        return (Problem(code="budget_used_up", level=Level.WARN, message=words),) if made + needed > most else ()

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
        read_picture(media)
    except Rejected as error:
        return (Problem(code="picture_gone", level=Level.BLOCK, message=str(error)),)
    except Failure as failure:
        return (Problem(code="picture_unread", level=Level.WARN, message=str(failure)),)
    return ()


def _unsure(words: str) -> Problem:
    return Problem(code="limits_unknown", level=Level.WARN, message=words)

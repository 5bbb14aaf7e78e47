"""For channels that only a person may publish on: everything is laid out to be pasted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.card_sizes import TALL, best_size
from adapters.contract import Ambiguous, Fact, Identity, Lookup, NeedsHand, Option, Profile, Reading, Receipt, Rejected
from adapters.manual_kit import PAGE, kit_of, lay_out
from adapters.on_disk import name_for
from adapters.options import wrong
from adapters.registry import UnknownPlatformError, platforms, profile_of
from posts.limits import FilmLimits, Limits, TextLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapters.contract import Progress, Secrets
    from posts.model import Account, Message

OURS = "july30, our own choice: the person who pastes sees what the channel takes"
FILM = FilmLimits(
    types=("video/mp4", "video/quicktime"),
    among_pictures=True,
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=1_500),
    captions_max=20,
    cover=True,
)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.GRAPHEMES, max=5_000),),
    parts_max=25,
    images_max=10,
    card_size=TALL,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    alt_text=TextLimit(unit=Unit.GRAPHEMES, max=1_500),
    film=FILM,
    gif=replace(FILM, types=("image/gif",)),
    first_comment=(TextLimit(unit=Unit.GRAPHEMES, max=5_000),),
)


class Manual:
    """One account that a person publishes on, with a folder `folder/id/` of kits. Needs no secret; calls nobody.

    Options: `stands_for`: the platform on which the person publishes; without it our own limits hold. `measured_by`:
    the id of an account of ours on that platform, on the same server, which reads the counts.
    """

    profile = Profile(
        platform="manual",
        limits=LIMITS,
        lookup=Lookup.NONE,
        by_hand=True,
        needs_secret=False,
        facts=(
            Fact(name="text", value="5000", unit="graphemes", source=OURS, read_on=date(2026, 11, 24)),
            best_size(TALL, "where it stands for no other platform", OURS),
        ),
        options=(
            Option(
                name="stands_for",
                default="",
                meaning="the platform where the person publishes: its limits hold, and the text that is meant for it",
            ),
            Option(
                name="measured_by",
                default="",
                meaning="the id of an account of ours on that platform, which reads the counts of what is given back",
            ),
        ),
    )

    def __init__(self, account: Account, secrets: Secrets):  # noqa: ARG002 - every adapter is built alike
        self._account = account
        self._folder = Path(account.folder).absolute() / account.id

    def limits(self) -> Limits:
        """Those of the platform that it stands for; else our own, generous ones. Raises Rejected for no platform."""
        name = self._account.options.get("stands_for", "")
        if not name:
            return self.profile.limits
        try:
            limits = profile_of(name).limits
        except UnknownPlatformError:
            raise wrong(self._account, "stands_for", f"one of {', '.join(platforms())}") from None
        return replace(limits, first_comment=limits.first_comment or limits.text)  # whoever pastes can comment, too

    def whoami(self) -> Identity:
        """The account as the configuration names it; the person at the keyboard proves the rest."""
        return Identity(remote_id=self._account.id, handle=self._account.handle or self._account.id)

    def publish(self, message: Message, key: str, progress: Progress) -> NeedsHand:  # noqa: ARG002 - nothing is posted
        """The kit lies in its folder, whole, and nothing is public; the same post again finds the same kit.

        An edited post keeps its key, so the folder's name holds the words as well.
        Raises Rejected where a picture is gone or changed, Retryable where the disk refuses.
        """
        contents = kit_of(message, self._account, self.limits())
        kit = lay_out(contents, self._folder, name_for(key))
        return NeedsHand(
            reason=f"paste it by hand from {kit} (open {PAGE}), then: july30 queue resolve ID --published URL",
            evidence={"folder": str(kit)},
        )

    def find(self, message: Message, key: str, since: datetime, progress: Progress) -> Receipt | None:  # noqa: ARG002
        """Never found: raises Ambiguous, for only the person who pasted knows the address."""
        raise Ambiguous("only the person who pasted it knows; ask them for its address")

    def measure(self, remote_ids: Sequence[str]) -> Sequence[Reading]:  # noqa: ARG002 - nobody can be asked
        """Nothing: no count can be read."""
        return []

    def delete(self, remote_id: str) -> None:
        """Never done by us: raises Rejected, which says who must do it."""
        raise Rejected(f"taken down by hand: open {remote_id} and delete it there, then mark it as removed here")

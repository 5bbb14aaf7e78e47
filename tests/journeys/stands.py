"""The platforms that a campaign goes to. A new one is a function of its own, and its name here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.stands_of_linkedin import linkedin_page, linkedin_person
from tests.journeys.stands_of_meta import facebook, instagram, instagram_by_page, threads
from tests.journeys.stands_of_networks import bluesky, mastodon, telegram, x_by_keys, x_by_tokens
from tests.journeys.stands_of_others import bluesky_by_its_makers, mastodon_by_others
from tests.journeys.stands_of_our_own import manual, outbox, webhook

if TYPE_CHECKING:
    from tests.journeys.stand import Stands

STANDS: Stands = (
    x_by_tokens,
    x_by_keys,
    bluesky,
    telegram,
    mastodon,
    facebook,
    instagram,
    instagram_by_page,
    threads,
    linkedin_page,
    linkedin_person,
    webhook,
    manual,
    outbox,
)
BY_OTHERS: Stands = (bluesky_by_its_makers, mastodon_by_others)

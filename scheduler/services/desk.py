"""What every service works with: the settings, the database, the adapters, the time and who acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from adapters.contract import Adapter, Profile
    from posts.limits import Limits
    from posts.model import Account
    from scheduler.clocks import Clocks
    from scheduler.config import Settings
    from scheduler.store.database import Database
    from scheduler.store.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One person's place at the work. `now()` is aware and in UTC; `actor` is who the audit says it was.

    `person`: who proved by their token that it is them; None for the local operator. See `permitting` for what follows.
    `environment`: where `env:` secrets are looked up. `clocks`: whether `now` can be believed; None where nobody looks.
    """

    settings: Settings
    database: Database
    campaign_id: int
    adapter_of: Callable[[str], Adapter]
    now: Callable[[], datetime]
    actor: str
    person: Person | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    clocks: Clocks | None = field(default=None, repr=False)

    def profile(self, account: Account) -> Profile:
        """What the account's platform promises."""
        return registry.profile_of(account.platform)

    def own_profile(self, account: Account) -> Profile:
        """What is promised to this very account: its options may allow more than its platform does by itself."""
        return self.adapter_of(account.id).profile

    def reader_of(self, account_id: str) -> Adapter:
        """Who can read what this account's posts have got: another account where a person publishes for this one."""
        account = self.settings.account(account_id)
        return self.adapter_of(account.options.get("measured_by") or account_id)

    def limits(self, account: Account) -> Limits:
        """The account's own limits. Raises the adapter's failures where its server has to be asked and cannot be."""
        return self.adapter_of(account.id).limits()

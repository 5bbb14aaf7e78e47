"""Settings → everything wired: the only place that names concrete classes and, with the daemon, reads the clock."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from adapters import registry
from adapters.contract import Dated, Failure
from scheduler import vault
from scheduler.clocks import Clocks
from scheduler.config import load
from scheduler.delivery import Courier, Rhythm
from scheduler.engine.embedded import Lanes
from scheduler.model import WrongUse
from scheduler.plan import window_end
from scheduler.services.desk import Desk
from scheduler.services.handing_out import place_of
from scheduler.settle import Settler
from scheduler.store import catalogue, migrate
from scheduler.store.database import Database, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from adapters.contract import Adapter, PublicMedia
    from scheduler.config import Settings
    from scheduler.journal.writing import Journal
    from scheduler.standstill import Standstill
    from scheduler.store.writer import GroupWriter

NO_FILE = (
    "there is no database {file}: whoever looks after this machine puts it back (is its disk mounted?), or restores a"
    " copy of it: july30 restore; only where there never was one: july30 init"
)


def utc_now() -> datetime:
    """The wall clock, aware and in UTC."""
    return datetime.now(UTC)


def whoever() -> str:
    """Who sits at this machine, as the audit names them where nobody says who acts."""
    return f"operator:{os.environ.get('SUDO_USER') or os.environ.get('USER') or 'local'}"


class Shelf:
    """The adapters of the configured accounts, each made on first use and kept.

    `public_media`: where platforms that fetch pictures themselves find ours; None where there is no such place.
    """

    def __init__(
        self,
        settings: Settings,
        heard: Callable[[str, datetime], None] | None = None,
        public_media: PublicMedia | None = None,
    ):
        self._settings = settings
        self._heard = heard
        self._public_media = public_media
        self._made: dict[str, Adapter] = {}
        self._making = threading.Lock()

    def __call__(self, account_id: str) -> Adapter:
        """The account's adapter. Raises WrongUse for an account that is not configured."""
        with self._making:
            if account_id not in self._made:
                account = self._settings.account(account_id)
                secret = self._settings.secret_at(account.secret, os.environ)
                made = self._made[account_id] = registry.build(account, secret, self._public_media)
                if self._heard and isinstance(made, Dated):
                    made.listen(self._heard)
            return self._made[account_id]


class Marks:
    """What tells whether an account's secret is another than before; nobody can tell the secret from it."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]):
        self._settings = settings
        self._environment = environment
        self._salt = secrets.token_bytes(32)

    def __call__(self, account_id: str) -> str:
        """The mark of the secret as it is now; empty where the account has none, or it cannot be read just now."""
        account = self._settings.account(account_id)
        if not account.secret:
            return ""
        try:
            secret = self._settings.secret_at(account.secret, self._environment).load()
        except Failure:
            return ""  # the adapter says so, in its own words
        return hmac.new(self._salt, secret.encode(), hashlib.sha256).hexdigest()


def create(path: Path) -> tuple[Settings, str | None, str]:
    """The database of this configuration exists and is of the newest version; the version before, and the one now."""
    settings = load(path)
    if settings.database_url.startswith("sqlite:///"):
        folder = os.path.dirname(settings.database_url.removeprefix("sqlite:///"))  # noqa: PTH120 - part of an address
        os.makedirs(folder or ".", exist_ok=True)  # noqa: PTH103
    database = open_database(settings.database_url)
    try:
        before, now = migrate.upgrade(database)
        with database.write() as tx:
            catalogue.apply(tx, settings.campaign, settings.missions, settings.accounts, utc_now())
    finally:
        database.close()
    return settings, before, now


def key_made(settings: Settings) -> bool:
    """The vault has its key, if that is a file; whether it was made now. Raises OSError where it cannot be made."""
    kind, _, place = settings.secrets_key.partition(":")
    return kind == "file" and vault.make_key(settings.path.parent / place)


@contextmanager
def open_desk(path: Path) -> Iterator[Desk]:
    """A desk for one command; what config.toml says is applied, and everything is closed at the end.

    Raises WrongUse for a broken configuration or a database that `init` has not made.
    """
    settings = load(path)
    database = open_database(settings.database_url)
    try:
        yield desk_over(settings, database, whoever())
    finally:
        database.close()


def desk_over(settings: Settings, database: Database, actor: str) -> Desk:
    """A desk over an open database, with the catalogue brought up to the settings.

    Raises WrongUse where its file is not there: merely opening it would make an empty one in its place.
    """
    if database.same_file() is None:
        raise WrongUse(NO_FILE.format(file=database.url.database))
    migrate.require_newest(database)
    with database.read() as tx:
        fits = catalogue.fits(tx, settings.campaign, settings.missions, settings.accounts)
    if not fits:
        with database.write() as tx:
            catalogue.apply(tx, settings.campaign, settings.missions, settings.accounts, utc_now())
    with database.read() as tx:
        campaign_id = catalogue.campaign_of(tx, settings.campaign.day)
    clocks = Clocks(utc_now, monotonic)
    return Desk(
        settings=settings,
        database=database,
        campaign_id=campaign_id,
        adapter_of=Shelf(settings, clocks.heard, place_of(settings, os.environ, utc_now)),
        clocks=clocks,
        now=utc_now,
        actor=actor,
        environment=os.environ,
    )


def rhythm_of(settings: Settings) -> Rhythm:
    """When counts are read: by the cadence, until so long after the window's end in the last zone to get there."""
    ends = [window_end(settings.campaign, one.time_zone) for one in settings.missions]
    return Rhythm(cadence=settings.cadence, until=max(ends) + settings.measure_until, looks=settings.looks)


def courier_over(
    desk: Desk, writer: GroupWriter, standstill: Standstill, journal: Journal, *, on_free: Callable[[], None]
) -> tuple[Courier, Lanes]:
    """The courier and the lanes it hands deliveries to; neither is started. `on_free`: a pass has something to do."""

    def free(server: str) -> None:
        if courier.wanted(server):
            on_free()

    lanes = Lanes(desk.settings.concurrency, on_free=free)
    courier = Courier(
        database=desk.database,
        writer=writer,
        lanes=lanes,
        accounts={one.id: one for one in desk.settings.accounts},
        adapter_of=desk.adapter_of,
        rhythm=rhythm_of(desk.settings),
        clock=desk.now,
        owner=f"{socket.gethostname()}:{os.getpid()}",
        standstill=standstill,
        journal=journal,
        on_room=on_free,
        mark_of=Marks(desk.settings, desk.environment),
    )
    return courier, lanes


def settler_over(desk: Desk, stopping: threading.Event) -> Settler:
    """What looks up unclear deliveries; it begins nothing by itself, and nothing at all once `stopping` is set."""
    return Settler(
        database=desk.database,
        accounts={one.id: one for one in desk.settings.accounts},
        adapter_of=desk.adapter_of,
        profile_of=desk.own_profile,
        rhythm=rhythm_of(desk.settings),
        clock=desk.now,
        stopping=stopping,
    )

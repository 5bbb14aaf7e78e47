"""config.toml → Settings: read once at start, checked whole, every error named by its key and line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationError

from adapters.registry import platforms
from posts.cards.errors import CardError
from posts.cards.sizes import size_of
from posts.limits import Quota
from posts.model import Account, Campaign, Mission, QuietHours
from scheduler import vault
from scheduler.apps import LOOPBACK, RegisteredApp
from scheduler.config_lines import ConfigError, did_you_mean, listed, parse, placed, read_text, spoken
from scheduler.config_options import wrong_options
from scheduler.model import WrongUse
from scheduler.object_storage import Bucket
from scheduler.secrets import KINDS, StoredSecret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from scheduler.config_lines import KeyPath

__all__ = ["ConfigError", "Settings", "load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What config.toml says, with every path absolute.

    `looks` and `cadence` are offsets, the shortest first; `measure_until` counts from the end of the campaign's window;
    `warnings` are for people and stop nothing. The text of this object holds no password and no secret address.
    """

    path: Path
    campaign: Campaign
    database_url: str = field(repr=False)
    engine_kind: str
    concurrency: int
    listen: str
    public_url: str
    review_levels: int
    two_person_release: bool
    looks: tuple[timedelta, ...]
    cadence: tuple[timedelta, ...]
    measure_until: timedelta
    secrets_key: str
    media_folder: Path
    s3: Bucket | None
    s3_secret: str
    journal_folder: Path
    alert_urls: tuple[str, ...] = field(repr=False)
    dead_man_ping: str = field(repr=False)
    missions: tuple[Mission, ...]
    accounts: tuple[Account, ...]
    warnings: tuple[str, ...]
    apps: tuple[RegisteredApp, ...] = ()

    def mission(self, code: str) -> Mission:
        """The mission of this code. Raises WrongUse, naming those there are."""
        for mission in self.missions:
            if mission.code == code:
                return mission
        raise WrongUse(f"no mission '{code}' in {self.path.name}; there are {listed(m.code for m in self.missions)}")

    def account(self, id: str) -> Account:  # noqa: A002 - the key's name in the file
        """The account of this id. Raises WrongUse, naming those there are."""
        for account in self.accounts:
            if account.id == id:
                return account
        raise WrongUse(f"no account '{id}' in {self.path.name}; there are {listed(a.id for a in self.accounts)}")

    def secret_at(self, reference: str, environment: Mapping[str, str]) -> StoredSecret:
        """The secret that the file says is kept there; nothing is read yet."""
        return StoredSecret(reference, self.path.parent, environment, key=self.secrets_key)


def load(path: Path) -> Settings:
    """The settings of this file; relative paths in it are relative to its folder. Nothing is created or connected.

    Raises ConfigError with everything that is wrong.
    """
    text = read_text(path)
    document = parse(text, path)
    found = list(_contradictions(document))
    try:
        config = _File.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        found = [*((one["loc"], _explained(one)) for one in details), *found]
        raise ConfigError(placed(found, text, path)) from None
    if found:
        raise ConfigError(placed(found, text, path))
    return _settings(config, path.absolute())


# --- values: each function returns what the program needs or raises ValueError with what to write instead


def _duration(value: object) -> timedelta:
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if not isinstance(value, str) or not (match := re.fullmatch(r"([0-9]{1,5})([smhd])", value)):
        raise ValueError('is no duration; write a number and s, m, h or d: "20s", "2m", "1h", "90d"')
    if int(match[1]) == 0:
        raise ValueError('must be longer than nothing, such as "20s"')
    return timedelta(**{units[match[2]]: int(match[1])})


def _ascending(offsets: list[timedelta]) -> list[timedelta]:
    if offsets != sorted(offsets):
        raise ValueError("must begin with the shortest: each counts from the same moment")
    return offsets


def _quiet_hours(value: object) -> QuietHours:
    clock = r"([01][0-9]|2[0-3]):([0-5][0-9])"
    if not isinstance(value, str) or not (match := re.fullmatch(rf"{clock}\s*[-–]\s*{clock}", value)):
        raise ValueError('are no quiet hours; write them as "21:00-08:00"')
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if start == end:
        raise ValueError("end when they begin; leave the key out where there are none")
    return QuietHours(start=start, end=end)


def _quota(value: object) -> Quota:
    if not isinstance(value, str) or not (match := re.fullmatch(r"([1-9][0-9]{0,5}) in ([0-9]{1,5}[smhd])", value)):
        raise ValueError('is no quota; write how many in which time: "50 in 24h"')
    return Quota(most=int(match[1]), within=_duration(match[2]))


def _time_zone(value: str) -> str:
    if value in _zones():
        return value
    city = value.rpartition("/")[2].casefold()
    near = [zone for zone in sorted(_zones()) if zone.rpartition("/")[2].casefold() == city]
    near = near or get_close_matches(value, _zones(), n=3)
    hint = f"did you mean {listed(near)}?" if near else "write one like Asia/Tbilisi"
    raise ValueError(f"'{value}' is no IANA time zone; {hint}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def _platform(value: str) -> str:
    if value in (known := platforms()):
        return value
    raise ValueError(f"'{value}' is no platform july30 knows; {did_you_mean(value, known)}")


def _card_size(value: str) -> str:
    try:
        return str(size_of(value)) if value else value
    except CardError as error:
        raise ValueError(str(error)) from error


def _reference(value: str) -> str:
    if value.startswith("vault:"):
        raise ValueError("cannot be in the vault, which keeps accounts' secrets; write env:NAME, file:PATH, …")
    forms = r"env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00-\x1f]+|credential:[\w.@-]+|keyring:[^/\x00-\x1f]+/[^\x00-\x1f]+"
    if value and not re.fullmatch(forms, value):
        raise ValueError(
            "must say where the secret is kept, never the secret itself; write env:NAME, file:PATH, credential:NAME or "
            "keyring:SERVICE/NAME (if this was the secret, it has been seen in a file: replace it at the platform)"
        )
    return value


def _account_secret(value: str) -> str:
    if value.startswith("vault:"):
        if re.fullmatch(rf"vault:{vault.NAME}", value):
            return value
        raise ValueError("must be vault: and a name of letters, digits, dots and dashes, such as vault:ge-x")
    return _reference(value)


def _alert_address(value: str) -> str:
    if _is_reference(value):
        return _reference(value)
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\x00-\x1f]+", value):
        return value
    raise ValueError("must be an Apprise address such as mailto://…, or env:NAME, file:PATH, … where it is kept")


def _ping_address(value: str) -> str:
    return _reference(value) if _is_reference(value) else _web_address(value)


def _is_reference(value: str) -> bool:
    kind, colon, rest = value.partition(":")
    return bool(colon) and kind in KINDS and not rest.startswith("//")


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable, parts = False, urlsplit("")
    if value and (not usable or re.search(r"\s", value)):
        raise ValueError('is no web address; write one like "https://social.example"')
    if parts.username is not None:
        raise ValueError("holds a name or password; secrets belong under secret")
    return value


def _database_url(value: str) -> str:
    if value.startswith("postgresql+psycopg://"):
        return value
    name = value.removeprefix("sqlite:///").partition("?")[0]
    if not value.startswith("sqlite:///") or not name or name.startswith((":memory:", "file:")):
        raise ValueError('must be "sqlite:///july30.db" (three strokes, then a file) or "postgresql+psycopg://…"')
    return value


def _form(pattern: str, wanted: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {wanted}")
        return value

    return AfterValidator(check)


def _engine(value: str) -> str:
    if value == "procrastinate":
        raise ValueError('many machines come later; write "embedded"')
    if value != "embedded":
        raise ValueError('must be "embedded"')
    return value


def _levels(value: int) -> int:
    if value not in {0, 1, 2}:
        raise ValueError("must be 0, 1 or 2")
    return value


# --- the shape of the file: keys, types, and what holds where a key is left out

Words = Annotated[str, Field(min_length=1)]
Day = Annotated[date, Field(ge=date(2014, 1, 1), le=date(2999, 12, 31))]
Days = Annotated[int, Field(ge=0, le=366)]
Duration = Annotated[InstanceOf[timedelta], BeforeValidator(_duration)]
Offsets = Annotated[list[Duration], Field(min_length=1), AfterValidator(_ascending)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Reference = Annotated[str, AfterValidator(_reference)]
AccountSecret = Annotated[str, AfterValidator(_account_secret)]
Folder = Annotated[
    str, _form(r"[^~\x00-\x1f][^\x00-\x1f]*", "a folder: relative to this file, or whole; ~ is not replaced")
]
Hashtag = Annotated[str, _form(r"#\w+", 'one hashtag without spaces, such as "#EndHumanTrafficking"')]
Country = Annotated[str, _form(r"[A-Z]{2}", 'an ISO 3166 code of two capital letters, such as "GE"')]
Language = Annotated[
    str,
    _form(
        r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[a-z0-9]{5,8})*",
        'a language tag, such as "ka", "uz-Latn" or "pt-BR"',
    ),
]
AccountId = Annotated[
    str,
    _form(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", 'letters, digits, dots and dashes, at most 64, such as "ge-mastodon"'),
]
Listen = Annotated[
    str,
    _form(
        r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])",
        'host and port, such as "127.0.0.1:8730"; port 0 takes any free one',
    ),
]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class _Campaign(_Table):
    name: Words
    day: Day
    window_before: Days = 29
    window_after: Days = 6
    hashtags: list[Hashtag] = []
    theme: str = ""
    theme_source: str = ""


class _Database(_Table):
    url: Annotated[str, AfterValidator(_database_url)] = "sqlite:///july30.db"


class _Engine(_Table):
    kind: Annotated[str, AfterValidator(_engine)] = "embedded"
    concurrency: Annotated[int, Field(ge=1, le=512)] = 64


class _Console(_Table):
    listen: Listen = "127.0.0.1:8730"
    public_url: WebAddress = ""


class _Review(_Table):
    levels: Annotated[int, AfterValidator(_levels)] = 0
    two_person_release: bool = False


class _Settle(_Table):
    looks: Offsets = [timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=5)]


class _Measure(_Table):
    cadence: Offsets = [*(timedelta(minutes=count) for count in (1, 5, 15, 60, 360)), timedelta(days=1)]
    until: Duration = timedelta(days=90)


class _Secrets(_Table):
    key: Annotated[Reference, Field(min_length=1)] = "file:secrets.key"


class _Storage(_Table):
    bucket: Words
    endpoint: WebAddress = ""
    region: str = ""
    prefix: str = "july30/"
    secret: AccountSecret


class _Media(_Table):
    folder: Folder = "media"
    s3: _Storage | None = None


class _Journal(_Table):
    folder: Folder = "journal"


class _Alerts(_Table):
    urls: list[Annotated[str, AfterValidator(_alert_address)]] = []
    dead_man_ping: Annotated[str, AfterValidator(_ping_address)] = ""


class _Mission(_Table):
    code: Country
    name: Words
    time_zone: Annotated[str, AfterValidator(_time_zone)]
    languages: Annotated[list[Language], Field(min_length=1)]
    quiet_hours: Annotated[InstanceOf[QuietHours] | None, BeforeValidator(_quiet_hours)] = None


class _Account(_Table):
    id: AccountId
    mission: Words
    platform: Annotated[str, AfterValidator(_platform)]
    base_url: WebAddress = ""
    handle: str = ""
    secret: AccountSecret = ""
    folder: Folder | None = None
    options: dict[str, str] = {}
    posts_per_month: Annotated[int, Field(ge=1)] | None = None
    quota: Annotated[InstanceOf[Quota] | None, BeforeValidator(_quota)] = None
    card_size: Annotated[str, AfterValidator(_card_size)] = ""


class _App(_Table):
    platform: Annotated[str, AfterValidator(_platform)]
    client_id: Words
    secret: Reference = ""
    redirect: Annotated[WebAddress, Field(min_length=1)] = LOOPBACK
    scopes: list[Words] = []


class _File(_Table):
    campaign: _Campaign
    database: _Database = _Database()
    engine: _Engine = _Engine()
    console: _Console = _Console()
    review: _Review = _Review()
    settle: _Settle = _Settle()
    measure: _Measure = _Measure()
    secrets: _Secrets = _Secrets()
    media: _Media = _Media()
    journal: _Journal = _Journal()
    alerts: _Alerts = _Alerts()
    mission: list[_Mission] = []
    account: list[_Account] = []
    app: list[_App] = []


# --- what is wrong, in sentences


def _contradictions(document: Mapping[str, object]) -> Iterator[tuple[KeyPath, str]]:
    """What is wrong between tables, each of which may be right alone or wrong in itself."""
    codes, ids = _written(document, "mission", "code"), _written(document, "account", "id")
    if not document.get("mission"):
        yield ("mission",), "there is none; write at least one [[mission]] with code, name, time_zone and languages"
    yield from _repeated(codes)
    yield from _repeated(ids)
    yield from _repeated(_written(document, "app", "platform"))
    yield from wrong_options(document, set(ids.values()))
    for path, code in _written(document, "account", "mission").items():
        if codes and code not in codes.values():
            yield path, f"there is no [[mission]] with the code '{code}'; {did_you_mean(code, set(codes.values()))}"


def _written(document: Mapping[str, object], table: str, key: str) -> dict[KeyPath, str]:
    rows = document.get(table)
    pairs = enumerate(rows) if isinstance(rows, list) else ()
    return {(table, n, key): row[key] for n, row in pairs if isinstance(row, dict) and isinstance(row.get(key), str)}


def _repeated(written: Mapping[KeyPath, str]) -> Iterator[tuple[KeyPath, str]]:
    first: dict[str, KeyPath] = {}
    for path, value in written.items():
        if value in first:
            yield path, f"'{value}' is taken by {spoken(first[value][:-1])}; each needs its own"
        first.setdefault(value, path)


def _explained(error: ErrorDetails) -> str:
    context, path = error.get("ctx", {}), error["loc"]
    match error["type"]:
        case "extra_forbidden":
            return f"july30 knows no such key; {did_you_mean(str(path[-1]), _keys_around(path))}"
        case "value_error":
            return str(context["error"])
        case "list_type" if path in (("mission",), ("account",), ("app",)):
            return f"must be in double brackets: [[{path[0]}]]"
        case "too_short" | "string_too_short":
            return "must not be empty"
        case "greater_than_equal":
            return f"must be {context['ge']} or more"
        case "less_than_equal":
            return f"must be {context['le']} or less"
        case kind:
            return _WANTED.get(kind, error["msg"])


_WANTED = {
    "missing": "is missing",
    "string_type": 'must be text in "quotation marks"',
    "int_type": "must be a whole number without quotation marks",
    "date_type": "must be a day without quotation marks, such as 2027-07-30",
    "list_type": 'must be a list, such as ["one", "two"]',
    "model_type": "must be a table: its name in [brackets] on a line of its own, its keys below",
    "dict_type": 'must be a table, such as { key = "text" }',
}


def _keys_around(path: Sequence[str | int]) -> Iterable[str]:
    model: type[BaseModel] = _File
    for name in path[:-1]:
        if isinstance(name, str):
            annotation = model.model_fields[name].annotation
            model = (get_args(annotation) or (annotation,))[0]
    return model.model_fields


# --- from the file's shape to the values of posts


def _bucket(it: _Storage) -> Bucket:
    return Bucket(name=it.bucket, endpoint=it.endpoint, region=it.region, prefix=it.prefix)


def _settings(config: _File, path: Path) -> Settings:
    base = path.parent
    accounts = tuple(_account(one, base) for one in config.account)
    return Settings(
        path=path,
        campaign=_campaign(config.campaign),
        database_url=_absolute_database(config.database.url, base),
        engine_kind=config.engine.kind,
        concurrency=config.engine.concurrency,
        listen=config.console.listen,
        public_url=config.console.public_url,
        review_levels=config.review.levels,
        two_person_release=config.review.two_person_release,
        looks=tuple(config.settle.looks),
        cadence=tuple(config.measure.cadence),
        measure_until=config.measure.until,
        secrets_key=config.secrets.key,
        media_folder=base / config.media.folder,
        s3=_bucket(config.media.s3) if config.media.s3 else None,
        s3_secret=config.media.s3.secret if config.media.s3 else "",
        journal_folder=base / config.journal.folder,
        alert_urls=tuple(config.alerts.urls),
        dead_man_ping=config.alerts.dead_man_ping,
        missions=tuple(_mission(one) for one in config.mission),
        accounts=accounts,
        warnings=(*_shared_channels(accounts), *_open_wires(accounts)),
        apps=tuple(_app(one) for one in config.app),
    )


def _campaign(table: _Campaign) -> Campaign:
    return Campaign(
        name=table.name,
        day=table.day,
        window_before_days=table.window_before,
        window_after_days=table.window_after,
        hashtags=tuple(table.hashtags),
        theme=table.theme,
        theme_source=table.theme_source,
    )


def _mission(table: _Mission) -> Mission:
    return Mission(
        code=table.code,
        name=table.name,
        time_zone=table.time_zone,
        languages=tuple(table.languages),
        quiet_hours=table.quiet_hours,
    )


def _account(table: _Account, base: Path) -> Account:
    return Account(
        id=table.id,
        mission=table.mission,
        platform=table.platform,
        base_url=table.base_url,
        handle=table.handle,
        secret=table.secret,
        folder=str(base / (table.folder or table.platform)),
        options=table.options,
        posts_per_month=table.posts_per_month,
        quota=table.quota,
        card_size=size_of(table.card_size).px if table.card_size else None,
    )


def _app(table: _App) -> RegisteredApp:
    return RegisteredApp(
        platform=table.platform,
        client_id=table.client_id,
        secret=table.secret,
        redirect=table.redirect,
        scopes=tuple(table.scopes),
    )


def _absolute_database(url: str, base: Path) -> str:
    if not url.startswith("sqlite:///"):
        return url
    name, mark, query = url.removeprefix("sqlite:///").partition("?")
    return f"sqlite:///{(base / name).as_posix()}{mark}{query}"


def _shared_channels(accounts: Sequence[Account]) -> Iterator[str]:
    first: dict[tuple[str, str, str], str] = {}
    for one in accounts:
        channel = (one.platform, one.base_url.rstrip("/"), one.handle.lstrip("@").casefold())
        if one.handle and channel in first:
            yield (
                f"the accounts '{first[channel]}' and '{one.id}' are one channel ('{one.handle}' on {one.platform}): "
                "what is queued for both appears there twice"
            )
        first.setdefault(channel, one.id)


def _open_wires(accounts: Sequence[Account]) -> Iterator[str]:
    for one in accounts:
        host = urlsplit(one.base_url).hostname or ""
        if one.base_url.startswith("http:") and host not in ("localhost", "127.0.0.1", "::1"):
            yield f"the account '{one.id}' is reached over http: its secret can be read on the way; write https"

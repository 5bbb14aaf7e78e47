"""config.toml: read whole, checked whole, every error in words an officer can act on."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from posts.limits import Quota
from posts.model import QuietHours
from scheduler.config import ConfigError, Settings, load
from scheduler.config_lines import find_lines, line_of
from scheduler.model import WrongUse

ROOT = Path(__file__).parents[2]
CANARY = "canary-7f3a"
CAMPAIGN = """\
[campaign]
name = "World Day"
day = 2027-07-30
"""
MISSION = """\
[[mission]]
code = "GE"
name = "IOM Georgia"
time_zone = "Asia/Tbilisi"
languages = ["ka", "en"]
"""
ACCOUNT = """\
[[account]]
id = "ge-outbox"
mission = "GE"
platform = "outbox"
"""
SMALLEST = CAMPAIGN + MISSION + ACCOUNT


def settings(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def errors(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        settings(folder, text)
    return caught.value.errors


def test_the_example_loads_as_it_is_and_needs_no_secret() -> None:
    """It is the first thing a new officer starts from; a mistake in it would be everybody's mistake."""
    example = load(ROOT / "config.example.toml")
    assert [mission.code for mission in example.missions] == ["BY", "UA", "GE", "UZ", "TJ"]
    assert {account.platform for account in example.accounts} == {"outbox"}
    assert {account.mission for account in example.accounts} == {mission.code for mission in example.missions}
    assert not any(account.secret for account in example.accounts)
    assert (example.review_levels, example.warnings) == (0, ())


def test_the_commented_accounts_of_the_example_are_right_too(tmp_path: Path) -> None:
    """People take away the number sign and expect it to work."""
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    woken = re.sub(r"^# (\[\[(?:account|app)\]\]|\[media.s3\]|[a-z_]+ = )", r"\1", example, flags=re.MULTILINE)
    found = settings(tmp_path, woken)
    platforms = [account.platform for account in found.accounts if account.platform != "outbox"]
    assert found.s3 is not None
    assert [one.platform for one in found.apps] == ["x"]
    earlier = ["mastodon", "bluesky", "telegram", "webhook", "manual", "x", "facebook", "instagram"]
    assert platforms == [*earlier, "linkedin", "threads"]


def test_a_key_left_out_means_what_the_example_says(tmp_path: Path) -> None:
    """Documentation and program must not drift apart: the example shows every default."""
    example, smallest = load(ROOT / "config.example.toml"), settings(tmp_path, SMALLEST)
    for name in ("engine_kind", "concurrency", "listen", "public_url", "review_levels", "looks", "cadence"):
        assert getattr(smallest, name) == getattr(example, name), name
    assert (smallest.measure_until, smallest.secrets_key) == (timedelta(days=90), "file:secrets.key")
    assert (smallest.campaign.window_before_days, smallest.campaign.window_after_days) == (29, 6)


def test_values_arrive_as_what_they_mean(tmp_path: Path) -> None:
    """Everything behind this door works with days, spans and paths, never with text to be read again."""
    found = settings(
        tmp_path,
        CAMPAIGN
        + 'hashtags = ["#EndHumanTrafficking", "#ТорговляЛюдьми"]\n[settle]\nlooks = ["2s", "6s"]\n'
        + MISSION
        + 'quiet_hours = "21:00-08:00"\n'
        + ACCOUNT.replace('"outbox"', '"mastodon"')
        + 'options = { visibility = "unlisted" }\n',
    )
    assert found.campaign.day == date(2027, 7, 30)
    assert found.campaign.hashtags == ("#EndHumanTrafficking", "#ТорговляЛюдьми")
    assert found.looks == (timedelta(seconds=2), timedelta(seconds=6))
    assert found.mission("GE").quiet_hours == QuietHours(start=time(21), end=time(8))
    assert found.account("ge-outbox").options == {"visibility": "unlisted"}


def test_an_account_may_say_its_own_quota(tmp_path: Path) -> None:
    """What its platform's pages leave open, whoever runs it knows."""
    found = settings(tmp_path, SMALLEST + 'quota = "50 in 24h"\n').account("ge-outbox")
    assert found.quota == Quota(most=50, within=timedelta(hours=24))


def test_an_account_may_say_its_own_card_size(tmp_path: Path) -> None:
    """What looks best, no platform documents: whoever looks at it knows."""
    assert settings(tmp_path, SMALLEST).account("ge-outbox").card_size is None
    assert settings(tmp_path, SMALLEST + 'card_size = "1600x900"\n').account("ge-outbox").card_size == (1600, 900)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """A daemon started from elsewhere must not open another, empty database and publish everything again."""
    found = settings(tmp_path, SMALLEST + 'folder = "out/ge"\n')
    assert found.path == tmp_path / "config.toml"
    assert found.database_url == f"sqlite:///{tmp_path}/july30.db"
    assert (found.media_folder, found.journal_folder) == (tmp_path / "media", tmp_path / "journal")
    assert found.account("ge-outbox").folder == str(tmp_path / "out/ge")
    assert settings(tmp_path, SMALLEST).account("ge-outbox").folder == str(tmp_path / "outbox")


@pytest.mark.parametrize(
    "url", ["sqlite:////srv/july30/july30.db", "postgresql+psycopg://july30@db/july30", "postgresql+psycopg:///july30"]
)
def test_a_database_address_that_is_whole_is_kept(tmp_path: Path, url: str) -> None:
    """What the administrator wrote out is what is opened."""
    assert settings(tmp_path, f'{SMALLEST}[database]\nurl = "{url}"\n').database_url == url


def test_the_text_of_the_settings_holds_no_secret(tmp_path: Path) -> None:
    """Settings end in logs and tracebacks."""
    found = settings(
        tmp_path,
        f'{SMALLEST}[database]\nurl = "postgresql+psycopg://july30:{CANARY}@db/july30"\n'
        f'[alerts]\nurls = ["tgram://{CANARY}/1"]\ndead_man_ping = "https://ping.example/{CANARY}"\n',
    )
    assert CANARY in found.database_url
    assert found.alert_urls == (f"tgram://{CANARY}/1",)
    assert CANARY not in repr(found)


@pytest.mark.parametrize("encode", [lambda text: b"\xef\xbb\xbf" + text.encode(), lambda text: text.encode()])
def test_marks_and_line_ends_of_windows_are_accepted(tmp_path: Path, encode: object) -> None:
    """Notepad writes both without being asked."""
    path = tmp_path / "config.toml"
    assert callable(encode)
    path.write_bytes(encode(SMALLEST.replace("\n", "\r\n")))
    assert load(path).campaign.name == "World Day"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SMALLEST.encode("utf-16"), "saved as UTF-16"),
        (SMALLEST.encode("utf-16-le"), "saved as UTF-16"),
        (
            SMALLEST.replace("IOM Georgia", "МОМ").encode("cp1251"),
            r"line 6: this is not UTF-8 \(perhaps Windows-1251\)",
        ),
        (b"[campaign\n", "line 1: this line is not understood"),
        (b"\n\nday = 30 July\n", "line 3: this line is not understood"),
        (b'[database]\nurl = "C:\\data"\n', "line 2: a backslash"),
        (b"[review]\nlevels = 0\nlevels = 0\n", "line 3: the same key or table stands here a second time"),
        (b"[review]\n[media]\n[review]\n", "line 3: the same key or table"),
        (b'[campaign]\nname = """\n\nWorld Day\n', "line 4: this line"),
        (b"day = " + b"[" * 100_000, "line 1|nested"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(tmp_path: Path, content: bytes, words: str) -> None:
    """A traceback here would be the first thing a new officer sees of us."""
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        load(path)


def test_a_missing_file_names_the_command_that_makes_one(tmp_path: Path) -> None:
    """The first command on a fresh machine is usually the wrong one."""
    with pytest.raises(ConfigError, match="run `july30 init`"):
        load(tmp_path / "config.toml")


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    """`--config .` is an easy slip."""
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (SMALLEST.replace('"outbox"', '"outbux"'), "line 12, account[1].platform: 'outbux' is no platform"),
        (SMALLEST.replace('"outbox"', '"outbux"'), "did you mean 'outbox'?"),
        (SMALLEST.replace("platform =", "plattform ="), "line 12, account[1].plattform: july30 knows no such key"),
        (SMALLEST.replace("platform =", "plattform ="), "line 9, account[1].platform: is missing"),
        (SMALLEST.replace("platform =", "plattform ="), "did you mean 'platform'?"),
        (SMALLEST + "[revew]\n", "line 13, revew: july30 knows no such key; did you mean 'review'?"),
        (SMALLEST + "[media]\nwhere = 1\n", "line 14, media.where: july30 knows no such key; known are 'folder'"),
        (SMALLEST + "[review]\nlevels = 3\n", "line 14, review.levels: must be 0, 1 or 2"),
        (SMALLEST + "[review]\nlevels = -1\n", "must be 0, 1 or 2"),
        (SMALLEST + "[review]\nlevels = true\n", "must be a whole number without quotation marks"),
        (SMALLEST + '[engine]\nkind = "procrastinate"\n', 'engine.kind: many machines come later; write "embedded"'),
        (SMALLEST + '[engine]\nkind = "threads"\n', 'engine.kind: must be "embedded"'),
        (SMALLEST + "[engine]\nconcurrency = 0\n", "engine.concurrency: must be 1 or more"),
        (SMALLEST + "[engine]\nconcurrency = 10000\n", "engine.concurrency: must be 512 or less"),
        (SMALLEST + '[console]\nlisten = "8730"\n', "console.listen: must be host and port"),
        (SMALLEST + '[console]\nlisten = "127.0.0.1:65536"\n', "console.listen: must be host and port"),
        (SMALLEST + '[console]\npublic_url = "july30.example"\n', "console.public_url: is no web address"),
        (SMALLEST + '[settle]\nlooks = ["20"]\n', "line 14, settle.looks[1]: is no duration"),
        (SMALLEST + '[settle]\nlooks = ["0s"]\n', "must be longer than nothing"),
        (SMALLEST + "[settle]\nlooks = []\n", "settle.looks: must not be empty"),
        (SMALLEST + '[measure]\ncadence = ["5m", "1m"]\n', "measure.cadence: must begin with the shortest"),
        (SMALLEST + "[measure]\nuntil = 90\n", "measure.until: is no duration"),
        (SMALLEST + '[secrets]\nkey = ""\n', "secrets.key: must not be empty"),
        (SMALLEST + '[media]\nfolder = "~/media"\n', "media.folder: must be a folder"),
        (SMALLEST + '[journal]\nfolder = ""\n', "journal.folder: must be a folder"),
        (SMALLEST + '[alerts]\nurls = "mailto:a"\n', 'alerts.urls: must be a list, such as ["one", "two"]'),
        (SMALLEST + '[database]\nurl = "mysql://db"\n', 'database.url: must be "sqlite:///july30.db"'),
        (SMALLEST + '[database]\nurl = "sqlite://"\n', 'database.url: must be "sqlite:///july30.db"'),
        (SMALLEST + '[database]\nurl = "sqlite:///:memory:"\n', 'database.url: must be "sqlite:///july30.db"'),
        (SMALLEST + '[database]\nurl = "postgresql://db/x"\n', "postgresql+psycopg://"),
        (MISSION + ACCOUNT, "line 1, campaign: is missing"),
        (SMALLEST.replace("2027-07-30", '"2027-07-30"'), "line 3, campaign.day: must be a day without quotation marks"),
        (SMALLEST.replace("2027-07-30", "2027-07-30T09:00:00"), "campaign.day: must be a day"),
        (CAMPAIGN + "window_after = -1\n" + MISSION, "campaign.window_after: must be 0 or more"),
        (CAMPAIGN + 'hashtags = ["End"]\n' + MISSION, "campaign.hashtags[1]: must be one hashtag"),
        (CAMPAIGN, "line 1, mission: there is none"),
        (SMALLEST.replace("[[mission]]", "[mission]"), "line 4, mission: must be in double brackets: [[mission]]"),
        ("campaign = 1\n" + MISSION, "line 1, campaign: must be a table"),
        (SMALLEST.replace('"GE"\nname', '"ge"\nname'), "mission[1].code: must be an ISO 3166 code"),
        (SMALLEST.replace("Asia/Tbilisi", "Asia/Tiblisi"), "did you mean 'Asia/Tbilisi', "),
        (SMALLEST.replace("Asia/Tbilisi", "asia/tbilisi"), "did you mean 'Asia/Tbilisi'?"),
        (SMALLEST.replace("Asia/Tbilisi", "Tbilisi"), "line 7, mission[1].time_zone: 'Tbilisi' is no IANA time zone"),
        (SMALLEST.replace("Asia/Tbilisi", "+04:00"), "write one like Asia/Tbilisi"),
        (SMALLEST.replace('["ka", "en"]', "[]"), "mission[1].languages: must not be empty"),
        (SMALLEST.replace('"ka"', '"ქართული"'), "mission[1].languages[1]: must be a language tag"),
        (SMALLEST.replace('"ka"', '"uz_Latn"'), "mission[1].languages[1]: must be a language tag"),
        (
            CAMPAIGN + MISSION + 'quiet_hours = "9pm-8am"\n',
            'quiet_hours: are no quiet hours; write them as "21:00-08:00"',
        ),
        (CAMPAIGN + MISSION + 'quiet_hours = "24:00-08:00"\n', "are no quiet hours"),
        (CAMPAIGN + MISSION + 'quiet_hours = "08:00-08:00"\n', "end when they begin"),
        (SMALLEST + "quota = 50\n", 'account[1].quota: is no quota; write how many in which time: "50 in 24h"'),
        (SMALLEST + 'quota = "0 in 24h"\n', "is no quota"),
        (SMALLEST + 'quota = "50 in 0h"\n', "must be longer than nothing"),
        (SMALLEST + 'card_size = "100x100"\n', "account[1].card_size: cards are not drawn in '100x100': choose one of"),
        (CAMPAIGN + MISSION + MISSION, "line 10, mission[2].code: 'GE' is taken by mission[1]"),
        (SMALLEST + ACCOUNT, "line 14, account[2].id: 'ge-outbox' is taken by account[1]"),
        (SMALLEST.replace('mission = "GE"', 'mission = "ge"'), "line 11, account[1].mission: there is no [[mission]]"),
        (SMALLEST.replace('mission = "GE"', 'mission = "ge"'), "did you mean 'GE'?"),
        (SMALLEST.replace("ge-outbox", "../ge"), "account[1].id: must be letters, digits, dots and dashes"),
        (SMALLEST + 'base_url = "mastodon.example"\n', "account[1].base_url: is no web address"),
        (SMALLEST + 'base_url = "https://host:port"\n', "account[1].base_url: is no web address"),
        (SMALLEST + 'secret = "vault:../ge"\n', "account[1].secret: must be vault: and a name"),
        (SMALLEST + '[secrets]\nkey = "vault:ge"\n', "secrets.key: cannot be in the vault"),
        (SMALLEST + "secret = 5\n", 'account[1].secret: must be text in "quotation marks"'),
        (SMALLEST + "options = { characters = 500 }\n", 'account[1].options.characters: must be text in "quotation'),
        (SMALLEST + 'options = "x"\n', 'account[1].options: must be a table, such as { key = "text" }'),
    ],
)
def test_what_is_wrong_is_named_with_line_key_and_remedy(tmp_path: Path, text: str, error: str) -> None:
    """Whoever reads this has the file open in an editor and no manual at hand."""
    found = errors(tmp_path, text)
    assert any(error in one for one in found), found
    assert all(one.startswith("config.toml, line ") for one in found)


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """One error per start would mean a morning of starts."""
    text = SMALLEST.replace("2027-07-30", "30").replace("Tbilisi", "Tiblisi").replace('"outbox"', '"outbux"') + ACCOUNT
    found = errors(tmp_path, text)
    assert [int(one.split()[2].rstrip(",")) for one in found] == [3, 7, 12, 14]


@pytest.mark.parametrize(
    "reference", ["env:GE_TOKEN", "file:secrets/ge.token", "credential:ge-token", "keyring:july30/ge"]
)
def test_a_secret_is_known_by_its_reference(tmp_path: Path, reference: str) -> None:
    """The file can then be shown, mailed and kept in a repository."""
    assert settings(tmp_path, f'{SMALLEST}secret = "{reference}"\n').account("ge-outbox").secret == reference


@pytest.mark.parametrize(
    "line",
    [
        f'secret = "{CANARY}"',
        f'secret = "env:{CANARY}"',
        f'secret = ["{CANARY}"]',
        f'secret = {{ token = "{CANARY}" }}',
        f'token = "{CANARY}"',
        f'base_url = "https://user:{CANARY}@social.example"',
        f'[database]\nurl = "postgresql://july30:{CANARY}@db/july30"',
        f'[secrets]\nkey = "{CANARY}"',
        f'secret = "{CANARY}',
    ],
)
def test_a_secret_written_into_the_file_is_refused_and_never_shown(tmp_path: Path, line: str) -> None:
    """Errors are copied into mails and tickets."""
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, f"{SMALLEST}{line}\n")
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value.__cause__)


def test_two_accounts_on_one_channel_are_a_warning(tmp_path: Path) -> None:
    """It may be meant, yet a reader would see every post twice."""
    first = ACCOUNT + 'handle = "@Mission"\nbase_url = "https://social.example/"\n'
    second = first.replace("ge-outbox", "ge-second").replace("@Mission", "mission").replace("example/", "example")
    [warning] = settings(tmp_path, CAMPAIGN + MISSION + first + second).warnings
    assert "'ge-outbox' and 'ge-second' are one channel" in warning
    elsewhere = second.replace("social.example", "other.example")
    assert settings(tmp_path, CAMPAIGN + MISSION + first + elsewhere).warnings == ()


@pytest.mark.parametrize(
    ("base_url", "count"),
    [("http://127.0.0.1:8080", 0), ("http://[::1]:80", 0), ("http://localhost", 0), ("http://social.example", 1)],
)
def test_a_secret_sent_without_encryption_is_a_warning(tmp_path: Path, base_url: str, count: int) -> None:
    """Test servers on this machine speak http; nothing else should."""
    assert len(settings(tmp_path, f'{SMALLEST}base_url = "{base_url}"\n').warnings) == count


def test_a_mission_or_account_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    """A mistyped code on the command line is answered with those that exist."""
    found = settings(tmp_path, SMALLEST)
    with pytest.raises(WrongUse, match=r"no mission 'XX' in config\.toml; there are 'GE'"):
        found.mission("XX")
    with pytest.raises(WrongUse, match=r"no account 'xx' in config\.toml; there are 'ge-outbox'"):
        found.account("xx")


TANGLED = '''\
# [no.table]
top = """
[not.a.table]
key = "no key"
"""

"quoted key" = 'a # b'   # c = 1
dotted.inner.leaf = [ 1, # ]
  2,
  { x = "}" } ]
[ table . "sub.table" ]
"a" = 1
[[many]]
x = \'\'\'
[[many]]
\'\'\'
[many.child]
y = 2
[[many]]
[[many.deep]]
z = "\\"]\\\\"
w = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 7),
        (("dotted",), 8),
        (("dotted", "inner", "leaf"), 8),
        (("dotted", "inner", "leaf", 2, "x"), 8),
        (("table", "sub.table"), 11),
        (("table", "sub.table", "a"), 12),
        (("many",), 13),
        (("many", 0), 13),
        (("many", 0, "x"), 14),
        (("many", 0, "child", "y"), 18),
        (("many", 1), 19),
        (("many", 1, "deep", 0, "w"), 22),
        (("nowhere",), 1),
    ],
)
def test_the_line_of_a_key_is_found_in_any_way_of_writing_toml(path: tuple[str | int, ...], line: int) -> None:
    """A wrong line number sends people to the wrong account."""
    assert tomllib.loads(TANGLED)
    assert line_of(path, find_lines(TANGLED)) == line


# -- who is told -----------------------------------------------------------------------------------------------------


def alerts(*urls: str, ping: str = "") -> str:
    written = ", ".join(f'"{one}"' for one in urls)
    return SMALLEST + f'[alerts]\nurls = [{written}]\ndead_man_ping = "{ping}"\n'


def test_who_is_told_may_be_written_or_kept_as_a_secret(tmp_path: Path) -> None:
    """Both are common; neither may show in what the program says of its settings."""
    told = settings(tmp_path, alerts("json://chat.example/t0ken", "env:CHAT", ping="file:ping.secret"))
    assert (told.alert_urls, told.dead_man_ping) == (("json://chat.example/t0ken", "env:CHAT"), "file:ping.secret")
    assert "t0ken" not in repr(told)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (alerts(f"{CANARY}@mail.example"), "alerts.urls"),
        (alerts("env:NOT A NAME"), "alerts.urls"),
        (alerts(ping=f"{CANARY}.example/ping"), "alerts.dead_man_ping"),
        (alerts(ping="ftp://ping.example"), "alerts.dead_man_ping"),
    ],
)
def test_an_address_that_is_none_is_a_mistake_and_is_not_shown(tmp_path: Path, text: str, key: str) -> None:
    """Found on 30 July, it would be found too late; and it may hold a password."""
    (error,) = errors(tmp_path, text)
    assert (key in error, CANARY in error) == (True, False)


def test_an_app_is_one_per_platform_and_says_where_its_secret_is(tmp_path: Path) -> None:
    """Two would be one too many to choose from, and a secret never stands in the file."""
    app = '[[app]]\nplatform = "x"\nclient_id = "app-1"\n'
    path = tmp_path / "config.toml"
    path.write_text(f"{SMALLEST}\n{app}secret = 'env:X_APP'\n", encoding="utf-8")
    (found,) = load(path).apps
    assert (found.platform, found.client_id, found.secret, found.redirect) == (
        "x",
        "app-1",
        "env:X_APP",
        "http://127.0.0.1:8731/",
    )
    for wrong in (f"{app}{app}", f"{app}secret = 'canary-of-the-app'\n", f"{app}secret = 'vault:x'\n"):
        path.write_text(f"{SMALLEST}\n{wrong}", encoding="utf-8")
        with pytest.raises(ConfigError) as told:
            load(path)
        assert "canary" not in str(told.value)

"""Where secrets are kept: read when needed, replaced whole, shown to nobody."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired, Retryable
from scheduler.secrets import StoredSecret
from scheduler.turns import turn
from tests.fakes.shortage import no_files_left

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from adapters.contract import Secrets

CANARY = "canary-7f3a"


def stored(reference: str, folder: Path, environment: Mapping[str, str] | None = None) -> Secrets:
    return StoredSecret(reference, folder, environment or {})


def secret_file(folder: Path, content: bytes = CANARY.encode(), mode: int = 0o600) -> Path:
    path = folder / "ge.token"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_env_is_read_from_the_environment_given(tmp_path: Path) -> None:
    """The environment is handed in, so that a test or a worker can never pick up somebody else's."""
    assert stored("env:GE_TOKEN", tmp_path, {"GE_TOKEN": CANARY}).load() == CANARY


def test_file_is_read_beside_the_configuration(tmp_path: Path) -> None:
    """Where july30 was started from must not matter."""
    secret_file(tmp_path)
    assert stored("file:ge.token", tmp_path).load() == CANARY


@pytest.mark.parametrize("content", [b"canary-7f3a\n", b"\xef\xbb\xbfcanary-7f3a\r\n", b"  canary-7f3a"])
def test_what_editors_put_around_a_secret_is_not_part_of_it(tmp_path: Path, content: bytes) -> None:
    """A line end in a token is refused by every platform with an error that names something else."""
    secret_file(tmp_path, content)
    assert stored("file:ge.token", tmp_path).load() == CANARY


def test_a_machine_short_of_open_files_does_not_break_the_account(tmp_path: Path) -> None:
    """An account that is paused for it needs a person on the campaign day, and nothing is wrong with it."""
    secret_file(tmp_path)
    secret = stored("file:ge.token", tmp_path)
    with no_files_left(), pytest.raises(Retryable, match="just now"):
        secret.load()
    assert secret.load() == CANARY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_can_read_is_refused_with_the_command_to_run(tmp_path: Path, mode: int) -> None:
    """The token of a mission's page must not be open to everyone with a login on the machine."""
    path = secret_file(tmp_path, mode=mode)
    with pytest.raises(AuthExpired, match=f"chmod 600 '{path}'"):
        stored("file:ge.token", tmp_path).load()


def test_credential_is_read_from_the_folder_of_systemd(tmp_path: Path) -> None:
    """systemd guards that folder itself, and its files may show a group bit."""
    secret_file(tmp_path, mode=0o440)
    assert stored("credential:ge.token", tmp_path / "x", {"CREDENTIALS_DIRECTORY": str(tmp_path)}).load() == CANARY


@pytest.mark.parametrize(
    ("reference", "environment", "words"),
    [
        ("", {}, "no secret configured"),
        ("env:GE_TOKEN", {}, "GE_TOKEN is not set"),
        ("env:GE_TOKEN", {"GE_TOKEN": " \n"}, "env:GE_TOKEN is empty"),
        ("file:missing", {}, "No such file"),
        ("file:.", {}, "Is a directory"),
        ("credential:ge", {}, "LoadCredential=ge:PATH"),
        ("credential:../ge", {"CREDENTIALS_DIRECTORY": "/nowhere"}, "no slash"),
        ("keyring:july30", {}, "keyring:SERVICE/NAME"),
    ],
)
def test_a_secret_that_is_not_there_says_where_it_was_looked_for(
    tmp_path: Path, reference: str, environment: dict[str, str], words: str
) -> None:
    """The account is held, and whoever keeps it reads this sentence."""
    with pytest.raises(AuthExpired, match=words):
        stored(reference, tmp_path, environment).load()


def test_a_secret_in_the_wrong_encoding_is_not_shown(tmp_path: Path) -> None:
    """Python's own error would carry the whole content."""
    secret_file(tmp_path, b"canary-7f3a\xff")
    with pytest.raises(AuthExpired, match="not text in UTF-8") as caught:
        stored("file:ge.token", tmp_path).load()
    assert "canary" not in str(caught.value)


def test_a_secret_written_in_the_place_of_a_reference_is_not_shown(tmp_path: Path) -> None:
    """Somebody will paste the token itself one day; it must not end in a log."""
    secret = stored(CANARY, tmp_path)
    for call in (secret.load, lambda: secret.save("new")):
        with pytest.raises(AuthExpired, match="no reference") as caught:
            call()
        assert "canary" not in str(caught.value)
    assert "canary" not in repr(secret)


def test_the_text_of_a_stored_secret_is_its_reference_alone(tmp_path: Path) -> None:
    """Objects end in logs and tracebacks; an environment holds every token of the machine."""
    assert repr(stored("env:GE_TOKEN", tmp_path, {"GE_TOKEN": CANARY})) == "StoredSecret('env:GE_TOKEN')"


def test_a_rotated_secret_replaces_the_file_for_its_owner_alone(tmp_path: Path) -> None:
    """Platforms that rotate refuse the old token at once: half a file would lock the mission out."""
    path = secret_file(tmp_path)
    secret = stored("file:ge.token", tmp_path)
    secret.save("new ҷ ʻ")
    assert secret.load() == "new ҷ ʻ"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["ge.token"]


def test_a_rotated_secret_goes_to_where_a_link_points(tmp_path: Path) -> None:
    """Replacing the link would leave the old token in the place that others use."""
    (tmp_path / "vault").mkdir()
    target = secret_file(tmp_path / "vault")
    (tmp_path / "link").symlink_to(target)
    stored("file:link", tmp_path).save("new")
    assert target.read_text(encoding="utf-8") == "new"
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:GE_TOKEN", "move the account's secret to vault:NAME"),
        ("credential:ge", "move the account's secret to vault:NAME"),
        ("file:missing/ge.token", "cannot be written"),
        ("", "no secret configured"),
    ],
)
def test_a_secret_that_cannot_be_kept_is_an_error(tmp_path: Path, reference: str, words: str) -> None:
    """A new token that is used but not kept works until the next start and then never again."""
    with pytest.raises(AuthExpired, match=words) as caught:
        stored(reference, tmp_path).save(CANARY)
    assert "canary" not in str(caught.value)


class KeyringError(Exception):
    """What the real package raises."""


class FakeKeyring(ModuleType):
    """The two functions of the real package that we use, with a dictionary behind them."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, name: str) -> str | None:
        if self.locked:
            raise KeyringError(CANARY)
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[service, name] = secret


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    errors = ModuleType("keyring.errors")
    errors.KeyringError = KeyringError  # type: ignore[attr-defined]
    fake = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", fake)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return fake


def test_a_keyring_keeps_what_was_saved(tmp_path: Path, keyring: FakeKeyring) -> None:
    """On a laptop the keyring of the desktop is the safest place there is."""
    stored("keyring:july30/ge", tmp_path).save(CANARY)
    assert keyring.kept == {("july30", "ge"): CANARY}
    assert stored("keyring:july30/ge", tmp_path).load() == CANARY


def test_a_keyring_without_the_secret_names_the_command_to_run(tmp_path: Path, keyring: FakeKeyring) -> None:
    """The first start of an account begins here."""
    with pytest.raises(AuthExpired, match="keyring set 'july30' 'ge'"):
        stored("keyring:july30/ge", tmp_path).load()


def test_a_locked_keyring_is_named_and_its_words_are_not_kept(tmp_path: Path, keyring: FakeKeyring) -> None:
    """A daemon without a desktop meets a locked keyring; what the keyring says is not ours to log."""
    keyring.locked = True
    with pytest.raises(AuthExpired, match="KeyringError") as caught:
        stored("keyring:july30/ge", tmp_path).load()
    assert "canary" not in str(caught.value)


def test_a_missing_keyring_package_is_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is an extra: most installations do without it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(AuthExpired, match=r"pip install 'july30\[keyring\]'"):
        stored("keyring:july30/ge", tmp_path).load()


@pytest.mark.parametrize(
    ("reference", "lock"),
    [("file:ge.token", ".ge.token.lock"), ("vault:ge", "vault/ge.lock"), ("keyring:july30/ge", "vault/keyring.lock")],
)
def test_a_secret_that_can_be_renewed_is_renewed_by_one_at_a_time(tmp_path: Path, reference: str, lock: str) -> None:
    """Its lock lies beside it, for its owner alone, and stays: a lock that is deleted is no lock."""
    with stored(reference, tmp_path).renewing():
        assert (tmp_path / lock).stat().st_mode & 0o777 == 0o600
        with pytest.raises(Retryable), turn(tmp_path / lock, 0):
            pass
    assert (tmp_path / lock).exists()


@pytest.mark.parametrize("reference", ["env:GE_TOKEN", "credential:ge", ""])
def test_a_secret_that_nobody_can_write_needs_no_lock(tmp_path: Path, reference: str) -> None:
    """Nobody renews it: keeping the new one is refused before the old one is spent."""
    with stored(reference, tmp_path).renewing():
        assert list(tmp_path.iterdir()) == []

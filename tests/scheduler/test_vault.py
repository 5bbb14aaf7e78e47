"""The vault: sealed for everybody without the key, and each secret bound to its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.contract import AuthExpired
from scheduler import vault
from scheduler.secrets import StoredSecret

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-7f3a"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a key, as `init` leaves it."""
    assert vault.make_key(tmp_path / "secrets.key")
    return tmp_path


def in_vault(folder: Path, name: str = "ge-x", key: str = "file:secrets.key") -> StoredSecret:
    return StoredSecret(f"vault:{name}", folder, {}, key=key)


def test_what_was_put_into_the_vault_comes_out_and_lies_there_unreadable(folder: Path) -> None:
    """A copy of the folder, or a look at the disk, tells nothing."""
    in_vault(folder).save(f"{CANARY} ҷ\n{{}}")
    assert in_vault(folder).load() == f"{CANARY} ҷ\n{{}}"
    kept = [one for one in folder.rglob("*") if one.is_file()]
    assert all(CANARY.encode() not in one.read_bytes() for one in kept)
    assert {one.name for one in kept} == {"secrets.key", "ge-x.sealed"}
    assert all(one.stat().st_mode & 0o077 == 0 for one in [*kept, folder / "vault"])


def test_a_new_secret_replaces_the_old_one(folder: Path) -> None:
    """Tokens rotate every two hours."""
    for secret in ("old", "new"):
        in_vault(folder).save(secret)
    assert in_vault(folder).load() == "new"


def test_a_key_is_made_once_and_never_overwritten(folder: Path) -> None:
    """A second key would lock away what the first one sealed."""
    before = (folder / "secrets.key").read_bytes()
    assert not vault.make_key(folder / "secrets.key")
    assert (folder / "secrets.key").read_bytes() == before
    assert (folder / "secrets.key").stat().st_mode & 0o777 == 0o600


def test_a_secret_under_another_name_is_not_opened(folder: Path) -> None:
    """Whoever can move files must not make one mission's account post in another's name."""
    in_vault(folder, "ge-x").save(CANARY)
    (folder / "vault" / "ge-x.sealed").rename(folder / "vault" / "am-x.sealed")
    with pytest.raises(AuthExpired, match="under this name") as caught:
        in_vault(folder, "am-x").load()
    assert CANARY not in f"{caught.value!r} {caught.value.__context__!r}"


@pytest.mark.parametrize("spoil", ["another key", "no key", "no sealed text"])
def test_what_cannot_be_opened_says_who_must_act(folder: Path, spoil: str) -> None:
    """The account is held, and whoever keeps it reads this sentence."""
    in_vault(folder).save(CANARY)
    key, sealed = folder / "secrets.key", folder / "vault" / "ge-x.sealed"
    if spoil == "another key":
        key.unlink()
        vault.make_key(key)
    elif spoil == "no key":
        key.write_text("not a key")
    else:
        sealed.write_text("gAAAAA")
    with pytest.raises(AuthExpired, match=r"put .* back"):
        in_vault(folder).load()


@pytest.mark.parametrize("key", ["", "file:missing.key", "env:NOT_SET"])
def test_without_a_key_the_vault_stays_shut(folder: Path, key: str) -> None:
    """Nothing may be kept in clear because a key is missing."""
    with pytest.raises(AuthExpired, match=r"\[secrets\] key, cannot be had"):
        in_vault(folder, key=key).save(CANARY)
    assert not list(folder.glob("vault/*"))


def test_a_key_that_others_can_read_is_refused(folder: Path) -> None:
    """The key is all that stands between a copy of the folder and every account."""
    (folder / "secrets.key").chmod(0o644)
    with pytest.raises(AuthExpired, match="chmod 600"):
        in_vault(folder).save(CANARY)


def test_an_empty_place_in_the_vault_names_the_command(folder: Path) -> None:
    """The first start of an account begins here."""
    with pytest.raises(AuthExpired, match="july30 accounts connect"):
        in_vault(folder).load()


@pytest.mark.parametrize("name", ["", "../ge", "a/b", ".hidden", "a" * 65])
def test_a_name_stays_inside_the_vault(folder: Path, name: str) -> None:
    """A name is no path."""
    for call in (in_vault(folder, name).load, lambda: in_vault(folder, name).save(CANARY)):
        with pytest.raises(AuthExpired, match="names are letters"):
            call()

"""Secrets that july30 keeps itself: each sealed with one key that lies elsewhere, and bound to its name."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.fernet import Fernet

FOLDER = "vault"
NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"


def place(folder: Path, name: str) -> Path:
    """Where the secret of that name is kept. Raises AuthExpired for what cannot be a name."""
    if not re.fullmatch(NAME, name):
        raise AuthExpired(
            "the vault's names are letters, digits, dots and dashes; write vault:NAME, such as the account's"
        )
    return folder / FOLDER / f"{name}.sealed"


def seal(key: str, name: str, secret: str) -> str:
    """The secret as it is kept; nobody reads it without the key. Raises AuthExpired where the key is none."""
    return _box(key).encrypt(json.dumps({"name": name, "secret": secret}).encode()).decode()


def unseal(key: str, name: str, sealed: str) -> str:
    """The secret that was sealed under that name. Raises AuthExpired where it was another key, or another name."""
    from cryptography.fernet import InvalidToken

    box = _box(key)
    try:
        found = json.loads(box.decrypt(sealed.encode()))
    except (InvalidToken, ValueError):
        found = {}
    if found.get("name") != name:
        raise AuthExpired(
            f"vault:{name} was not sealed with this key under this name; put the right key back, or store the secret"
            " again: july30 accounts connect"
        )
    return str(found["secret"])


def make_key(path: Path) -> bool:
    """There is a key, readable by its owner alone; whether it was made now. An old one is never touched."""
    from cryptography.fernet import Fernet

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(Fernet.generate_key() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    return True


def _box(key: str) -> Fernet:
    from cryptography.fernet import Fernet

    try:
        return Fernet(key)
    except ValueError:
        raise AuthExpired("[secrets] key does not lead to a key that july30 made; put that one back") from None

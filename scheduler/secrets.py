"""Where an account's secret is kept, and how it is read and replaced there."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from adapters.contract import AuthExpired, Retryable
from adapters.on_disk import passes
from scheduler import vault
from scheduler.turns import turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

KINDS = ("env", "file", "credential", "keyring", "vault")
WRITABLE = ("vault", "file", "keyring")
FIXED = ("env", "credential")  # july30 reads these and cannot write them
SECRET_BYTES_MAX = 65_536


class _Keyring(Protocol):
    def get_password(self, service: str, name: str) -> str | None: ...
    def set_password(self, service: str, name: str, secret: str) -> None: ...


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """One account's secret, known only by its reference; nothing is read before it is asked for.

    `reference` is env:NAME, file:PATH (relative to `folder`, readable by its owner alone), credential:NAME (systemd),
    keyring:SERVICE/NAME, vault:NAME (our own store, which `key` opens: a reference too), or empty where the account has
    none. Neither its text nor any error holds the secret.
    """

    reference: str
    folder: Path = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    key: str = field(default="", repr=False)

    def __repr__(self) -> str:
        known = self._parts()[0] in KINDS or not self.reference
        return f"StoredSecret({self.reference if known else 'not a reference'!r})"

    def load(self) -> str:
        """The secret as it is now, without white space around it.

        Raises AuthExpired where there is none, where it cannot be read, and where others could read its file too;
        Retryable where this machine is short of something for the moment.
        """
        kind, name = self._parts()
        match kind:
            case "env":
                secret = self._from_environment(name)
            case "file":
                secret = _read(self._path(name), private=True)
            case "credential":
                secret = _read(self._credential(name), private=False)
            case "keyring":
                secret = _from_keyring(name)
            case "vault":
                sealed = _read(self._sealed(name), private=True)
                secret = vault.unseal(self._key(), name, sealed)
            case _:
                raise self._no_place()
        if secret := secret.strip():
            return secret
        raise AuthExpired(f"the secret at {self.reference} is empty; put the account's secret there")

    def save(self, secret: str) -> None:
        """The new secret is durable in the place of the old one, which is gone; a crash leaves one of the two whole.

        Raises AuthExpired where the place cannot be written, and for env: and credential:, which nobody can write.
        """
        kind, name = self._parts()
        match kind:
            case "file":
                _replace(self._path(name), secret)
            case "keyring":
                service, name = _keyring_names(name)
                with _keyring() as keyring:
                    keyring.set_password(service, name, secret)
            case "vault":
                sealed = vault.seal(self._key(), name, secret)
                path = vault.place(self.folder, name)
                _replace(_private_folder(path.parent) / path.name, sealed)
            case "env" | "credential":
                raise AuthExpired(
                    f"the platform gave out a new secret, and {self.reference} cannot keep it; "
                    "move the account's secret to vault:NAME, file:PATH or keyring:SERVICE/NAME and connect it again"
                )
            case _:
                raise self._no_place()

    def renewing(self) -> AbstractContextManager[None]:
        """Within it no other process or thread of this machine renews the secret; beside it lies a lock file.

        What nobody can write is renewed by nobody, and has no lock.
        """
        kind, name = self._parts()
        match kind:
            case "file":
                path = self._path(name)
                return turn(path.with_name(f".{path.name}.lock"))
            case "keyring":
                return turn(_private_folder(self.folder / vault.FOLDER) / "keyring.lock")
            case "vault":
                path = vault.place(self.folder, name)
                return turn(_private_folder(path.parent) / f"{path.stem}.lock")
            case _:
                return nullcontext()

    def _parts(self) -> tuple[str, str]:
        kind, _, name = self.reference.partition(":")
        return kind, name

    def _no_place(self) -> AuthExpired:
        if not self.reference:
            return AuthExpired('no secret configured; write secret = "env:NAME" or "file:PATH" for this account')
        return AuthExpired(f"the account's secret is no reference; write one of {', '.join(f'{k}:' for k in KINDS)}")

    def _from_environment(self, name: str) -> str:
        if name in self.environment:
            return self.environment[name]
        raise AuthExpired(f"the environment variable {name} is not set; set it where july30 is started")

    def _sealed(self, name: str) -> Path:
        path = vault.place(self.folder, name)
        if not path.exists():
            raise AuthExpired(f"vault:{name} holds no secret; store it: july30 accounts connect")
        return path

    def _key(self) -> str:
        """What opens the vault. Raises AuthExpired where it cannot be read."""
        try:
            return StoredSecret(self.key, self.folder, self.environment).load()
        except AuthExpired as error:
            raise AuthExpired(
                f"the vault's key, [secrets] key, cannot be had: {error}; `july30 init` makes one"
            ) from None

    def _path(self, name: str) -> Path:
        return (self.folder / name).resolve()

    def _credential(self, name: str) -> Path:
        folder = self.environment.get("CREDENTIALS_DIRECTORY", "")
        if not folder:
            raise AuthExpired(
                f"systemd handed over no credentials; write LoadCredential={name}:PATH into the service's unit"
            )
        if Path(name).name != name:
            raise AuthExpired(f"'{name}' is not the name of a credential; it holds no slash")
        return Path(folder) / name


def reveal(written: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What is written there; where that is a reference, the secret kept at it. Raises AuthExpired as `load` does."""
    kind, _, rest = written.partition(":")
    if kind not in KINDS or rest.startswith("//"):
        return written
    return StoredSecret(written, folder, environment).load()


def _read(path: Path, *, private: bool) -> str:
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = stream.read(SECRET_BYTES_MAX)
    except OSError as error:
        if passes(error):
            raise Retryable(f"the secret file {path} cannot be read just now ({error.strerror})") from None
        raise AuthExpired(f"the secret file {path} cannot be read: {error.strerror}") from None
    if private and os.name == "posix" and mode & 0o077:
        raise AuthExpired(f"others can read the secret file {path}; run: chmod 600 '{path}'")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AuthExpired(f"the secret file {path} is not text in UTF-8; write it again") from None


def _replace(path: Path, secret: str) -> None:
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(secret.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise AuthExpired(f"the new secret cannot be written to {path}: {error.strerror}") from None


def _private_folder(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise AuthExpired(f"the folder {path} cannot be made: {error.strerror}") from None
    return path


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _from_keyring(names: str) -> str:
    service, name = _keyring_names(names)
    with _keyring() as keyring:
        secret = keyring.get_password(service, name)
    if secret is None:
        raise AuthExpired(f"the keyring has no secret '{name}' of '{service}'; run: keyring set '{service}' '{name}'")
    return secret


def _keyring_names(names: str) -> tuple[str, str]:
    service, slash, name = names.partition("/")
    if service and slash and name:
        return service, name
    raise AuthExpired("the secret's place is incomplete; write keyring:SERVICE/NAME")


@contextmanager
def _keyring() -> Iterator[_Keyring]:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise AuthExpired("the package keyring is not installed; run: pip install 'july30[keyring]'") from None
    try:
        yield cast("_Keyring", keyring)
    except KeyringError as error:
        raise AuthExpired(f"the keyring does not answer ({type(error).__name__}); unlock or set it up") from None

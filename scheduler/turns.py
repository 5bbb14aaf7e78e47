"""Whose turn it is, among the processes of one machine: a lock on a file, free the moment its holder dies."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from adapters.contract import AuthExpired, Retryable
from adapters.on_disk import passes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 40.0  # a call to a platform ends within 25 seconds, and writing takes no time
LOOK_S = 0.05


@contextmanager
def turn(path: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Within it nobody else has a turn at this file, which is made and stays.

    Raises Retryable where whoever has it does not end, AuthExpired where there can be no such file.
    """
    handle = _opened(path)
    try:
        _wait_for(handle, path, patience_s)
        yield
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if passes(error):
            raise Retryable(f"the lock file {path} cannot be opened just now ({error.strerror})") from None
        raise AuthExpired(f"the lock file {path} cannot be written: {error.strerror}") from None


def _wait_for(handle: int, path: Path, patience_s: float) -> None:
    """The lock is ours. The system's own waiting knows no end, so it is asked again and again."""
    ends_at, nobody = monotonic() + patience_s, Event()
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= ends_at:
                words = f"another process of july30 has held {path} for {patience_s:.0f} s; see what it does, or end it"
                raise Retryable(words) from None
        nobody.wait(LOOK_S)

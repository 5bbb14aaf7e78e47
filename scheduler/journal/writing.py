"""Appending to the send journal: what is about to be posted is on the disk before the call."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from structlog import get_logger

from scheduler.journal.lines import JournalAwayError, Line, What, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from scheduler.journal.lines import Subject
    from scheduler.model import Outcome

log = get_logger()
FILE_BYTES_MAX = 8_000_000
FILES_FLUSHED = 3
NAME = "sent-{number:012}.jsonl"


class Journal:
    """The journal of one database, written by one process. `open` it first; safe to share between threads.

    `on_trouble` is told, in words for people, whenever a line could not be written.
    """

    def __init__(
        self, folder: Path, *, on_trouble: Callable[[str], None] = lambda _words: None, bytes_max: int = FILE_BYTES_MAX
    ):
        self.folder = folder
        self._on_trouble = on_trouble
        self._bytes_max = bytes_max
        self._turn = threading.Lock()
        self._instance = ""
        self._number = 0
        self._file = -1
        self._path = folder
        self._unsound = False

    @property
    def number(self) -> int:
        """The number of the last line."""
        return self._number

    def open(self, instance: str, number: int) -> None:
        """The next line is `number` + 1, for that database. Nothing is written yet."""
        with self._turn:
            self._let_go()
            self._instance, self._number, self._unsound = instance, number, False

    def flush(self) -> None:
        """What earlier processes wrote is on the disk, so that the database may know of it. Raises JournalAwayError."""
        try:
            for path in sorted(self.folder.glob("sent-*.jsonl"))[-FILES_FLUSHED:]:
                with path.open("rb") as stream:
                    os.fdatasync(stream.fileno())
        except OSError as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Everything written is on the disk, as far as the disk takes it."""
        with self._turn:
            self._let_go()

    def intend(self, about: Sequence[tuple[Subject, str, datetime]]) -> int:
        """These (subject, payload hash, now) are on the disk; the number of the last line.

        Raises JournalAwayError where they are not: then none of the calls may be made.
        """
        return self._append_durably([(What.INTENT, one, payload, at, None) for one, payload, at in about])

    def uncalled(self, subject: Subject, at: datetime) -> None:
        """The journal says, as soon as the disk takes it, that the last intent did not become a call."""
        self._try([(What.UNCALLED, subject, "", at, None)])

    def tell(self, subject: Subject, outcome: Outcome) -> None:
        """The journal says, as soon as the disk takes it, what came of the call. Nothing is raised."""
        self._try([(What.OUTCOME, subject, "", outcome.finished_at, outcome)])

    def note(self, what: What, at: datetime) -> int:
        """A line about the journal itself is on the disk; its number. Raises JournalAwayError."""
        return self._append_durably([(what, None, "", at, None)])

    def _append_durably(self, wanted: Sequence[_Wanted]) -> int:
        with self._turn:
            last = self._append(wanted)
            handle = os.dup(self._file)
        try:  # out here, so that what came of other calls need not wait for the disk
            os.fdatasync(handle)
        except OSError as error:
            raise self._refused(error) from error
        finally:
            os.close(handle)
        return last

    def _try(self, wanted: Sequence[_Wanted]) -> None:
        try:
            with self._turn:
                self._append(wanted)
        except JournalAwayError as error:
            log.warning("not in the journal", error=str(error))

    def _append(self, wanted: Sequence[_Wanted]) -> int:
        first = self._number + 1
        lines = [
            Line(
                number=first + more,
                batch=first,
                instance=self._instance,
                what=what,
                at=at,
                subject=subject,
                payload=payload,
                outcome=outcome,
            )
            for more, (what, subject, payload, at, outcome) in enumerate(wanted)
        ]
        self._whole(b"".join(map(encode, lines)))
        self._number += len(lines)
        return self._number

    def _whole(self, content: bytes) -> None:
        """All of it is in the file, or nothing: what was cut short is taken back, or else shut off by a line end."""
        size = -1
        try:
            size = self._ready()
            _write(self._file, b"\n" + content if self._unsound else content)
        except OSError as error:
            if size >= 0:
                self._take_back(size)
            raise self._refused(error) from error
        self._unsound = False

    def _refused(self, error: OSError) -> JournalAwayError:
        words = (
            f"The send journal in {self.folder} cannot be written ({error.strerror}): whoever looks after this machine"
            " must make room there, or make it writable; sending then goes on by itself."
        )
        self._on_trouble(words)
        return JournalAwayError(words)

    def _ready(self) -> int:
        """A file is open, and it is the one that lies in the folder under its name; its size."""
        if self._file >= 0:
            now, there = os.fstat(self._file), os.stat(self._path)  # noqa: PTH116 - beside fstat
            if (now.st_ino, now.st_dev) != (there.st_ino, there.st_dev):
                raise FileNotFoundError(2, "the file was taken away or replaced")
            if now.st_size < self._bytes_max:
                return now.st_size
            self._let_go()
        self._path = self.folder / NAME.format(number=self._number + 1)
        self._file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = os.fstat(self._file).st_size
        self._unsound = size > 0 and os.pread(self._file, 1, size - 1) != b"\n"
        _sync_folder(self.folder)
        return size

    def _take_back(self, size: int) -> None:
        try:
            os.ftruncate(self._file, size)
        except OSError:
            self._unsound = True

    def _let_go(self) -> None:
        if self._file >= 0:
            try:
                os.fdatasync(self._file)
            except OSError as error:
                log.warning("journal not flushed", error=str(error))
            os.close(self._file)
            self._file = -1


if TYPE_CHECKING:
    _Wanted = tuple[What, Subject | None, str, datetime, Outcome | None]


def _write(file: int, content: bytes) -> None:
    """All of the content; a disk that fills up takes only a part at first."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


def _sync_folder(folder: Path) -> None:
    """The names in the folder are on the disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

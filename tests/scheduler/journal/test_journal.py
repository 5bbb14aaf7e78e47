"""The send journal keeps what was sent, line by line, whatever happens to the disk or the process."""

from __future__ import annotations

import resource
import stat
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.journal.lines import Subject, What, decode
from scheduler.journal.reading import read
from scheduler.journal.writing import Journal
from scheduler.model import Outcome, State, Unavailable
from tests.fakes.clock import MORNING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = "0f0e"


def subject(number: int = 7, fence: int = 1) -> Subject:
    return Subject(delivery=number, post=3, account="ge-feed", fence=fence, key=f"key-{number}", content="c" * 64)


def outcome(number: int = 7, **more: Any) -> Outcome:
    given: dict[str, Any] = {"name": "receipt", "state": State.PUBLISHED, "remote_id": "r7"} | more
    return Outcome(delivery_id=number, attempt_id=9, fence=1, finished_at=MORNING, **given)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = opened(tmp_path)
    yield made
    made.close()


def opened(folder: Path, number: int = 0, **more: Any) -> Journal:
    made = Journal(folder, **more)
    made.open(OURS, number)
    return made


def intend(journal: Journal, *numbers: int) -> int:
    return journal.intend([(subject(one), "hash", MORNING) for one in numbers])


def test_what_is_written_is_read_back_in_its_order(journal: Journal, tmp_path: Path) -> None:
    """It is the only witness once the database is an old copy."""
    late: dict[str, Any] = {
        "permalink": "https://x.example/7",
        "late_by_s": 3,
        "measure_at": MORNING + timedelta(minutes=1),
    }
    assert intend(journal, 7, 8) == 2
    journal.tell(subject(), outcome(**late))
    journal.uncalled(subject(8), MORNING)
    told = read(tmp_path, after=0)
    assert [(one.number, one.batch, one.what) for one in told.lines] == [
        (1, 1, What.INTENT),
        (2, 1, What.INTENT),
        (3, 3, What.OUTCOME),
        (4, 4, What.UNCALLED),
    ]
    assert (told.last, told.instance, told.lines[0].subject) == (4, OURS, subject())
    assert told.lines[2].outcome == Outcome(
        delivery_id=7, attempt_id=0, fence=1, name="receipt", state=State.PUBLISHED, finished_at=MORNING,
        remote_id="r7", **late,
    )  # fmt: skip


def test_only_its_owner_can_read_it(journal: Journal, tmp_path: Path) -> None:
    """Other people of the machine need not know what is going to be said."""
    intend(journal, 7)
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_cut_short_by_a_power_cut_is_left_out_and_the_next_one_is_whole(tmp_path: Path) -> None:
    """The last line may be half; everything before it and after it counts."""
    first = opened(tmp_path)
    intend(first, 7, 8)
    first.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    assert read(tmp_path, after=0).last == 1
    again = opened(tmp_path, 1)
    intend(again, 9)
    again.close()
    assert [one.number for one in read(tmp_path, after=0).lines] == [1, 2]


def test_a_half_line_in_the_file_that_is_continued_does_not_swallow_the_next(tmp_path: Path) -> None:
    """The first line of a run may be the one that was cut; the next run writes into a file of the same name."""
    (tmp_path / "sent-000000000001.jsonl").write_bytes(b'{"n":1,"batch":1,"inst')
    again = opened(tmp_path)
    intend(again, 7)
    again.close()
    assert [one.number for one in read(tmp_path, after=0).lines] == [1]


def test_it_goes_on_in_another_file_when_one_is_full(tmp_path: Path) -> None:
    """No file grows for ever, and none is thrown away."""
    journal = opened(tmp_path, bytes_max=500)
    for number in range(1, 11):
        intend(journal, number)
    journal.close()
    assert len(list(tmp_path.iterdir())) > 2
    told = read(tmp_path, after=0)
    assert [one.number for one in told.lines] == list(range(1, 11))
    assert [one.number for one in told.after(8)] == [9, 10]


def test_a_disk_that_takes_only_half_leaves_no_half_line(tmp_path: Path) -> None:
    """What was refused was not sent, and the next line must not stick to the rest of it."""
    troubles: list[str] = []
    journal = opened(tmp_path, on_trouble=troubles.append)
    intend(journal, 7)
    size = next(tmp_path.iterdir()).stat().st_size
    with files_up_to(size + 100), pytest.raises(Unavailable, match="cannot be written"):
        intend(journal, 8, 9)
    assert next(tmp_path.iterdir()).stat().st_size == size
    assert len(troubles) == 1
    assert intend(journal, 10) == 2
    journal.close()
    assert [one.subject.delivery for one in read(tmp_path, after=0).lines if one.subject] == [7, 10]


@pytest.mark.parametrize("how", ["deleted", "moved away", "replaced"])
def test_a_file_that_was_taken_away_is_noticed(tmp_path: Path, how: str) -> None:
    """The system would go on writing into a file that nobody will ever find again."""
    journal = opened(tmp_path)
    intend(journal, 7)
    (path,) = tmp_path.iterdir()
    if how == "deleted":
        path.unlink()
    else:
        path.rename(tmp_path / "elsewhere")
    if how == "replaced":
        path.touch()
    with pytest.raises(Unavailable, match="cannot be written"):
        intend(journal, 8)
    journal.close()


def test_an_outcome_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """The platform has said yes; the database may still take it."""
    journal = opened(tmp_path / "gone")
    journal.tell(subject(), outcome())
    journal.close()


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b"\xff", b'{"n":1}', b"null", b"[" * 100_000])
def test_what_is_no_line_of_ours_is_left_out(raw: bytes) -> None:
    """A damaged journal must not keep the daemon from starting."""
    assert decode(raw) is None


def test_a_journal_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    """Whether there should be one, the database knows."""
    assert read(tmp_path / "gone", after=0).last == 0


@contextmanager
def files_up_to(size_bytes: int) -> Iterator[None]:
    """No file of this process may grow beyond that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

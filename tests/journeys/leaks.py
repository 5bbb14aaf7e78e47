"""Whether a secret turns up where it has no business, in whatever form it was written there."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

PIECE = 12  # a few letters of a secret are told on purpose by nobody, and by chance in 16^12


def forms(secret: str) -> dict[str, bytes]:
    """How the secret may have been written, by what was done to it; half of one is a leak too."""
    found = re.search("[0-9a-f]{32}", secret)
    plain = (found[0] if found else secret).encode()
    shifted = {f"base64, shifted by {shift}": _in_base64(plain, shift) for shift in range(3)}
    return {
        "its beginning": plain[:PIECE],
        "its end": plain[-PIECE:],
        "backwards": plain[::-1],
        "hexadecimal": plain.hex().encode(),
        "percent": b"".join(b"%%%02X" % one for one in plain),
        "JSON escapes": b"".join(b"\\u%04x" % one for one in plain),
        "JSON escapes, backwards": b"".join(b"\\u%04x" % one for one in plain)[::-1],
        "numbers of HTML": b"".join(b"&#%d;" % one for one in plain),
        **shifted,
    }


def leaks(places: Iterable[tuple[str, bytes]], secrets: Mapping[str, Collection[str]]) -> list[str]:
    """Where which secret stands, and in what form. `secrets`: by whose they are."""
    known = [
        (whose, how, form) for whose, those in secrets.items() for one in those for how, form in forms(one).items()
    ]
    return [
        f"{whose}: {how}, in {name}"
        for name, content in places
        for whose, how, form in known
        if form in content or form in content.lower()
    ]


def below(folder: Path, besides: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Every file in the folder and what is packed in it; those below the names `besides` are left out."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and inside.parts[0] not in besides:
            content = path.read_bytes()
            yield str(inside), content
            yield from _unpacked(str(inside), content)


def children(process_id: int) -> Iterator[int]:
    """The numbers of the process's children, and of theirs."""
    for task in Path(f"/proc/{process_id}/task").glob("*/children"):
        for one in task.read_text().split():
            yield int(one)
            yield from children(int(one))


def shown_by(process_id: int) -> Iterator[tuple[str, bytes]]:
    """What anybody of this machine can see of a process: its arguments, and its children's surroundings."""
    yield f"arguments of {process_id}", Path(f"/proc/{process_id}/cmdline").read_bytes()
    for one in children(process_id):
        yield f"arguments of the child {one}", Path(f"/proc/{one}/cmdline").read_bytes()
        yield f"surroundings of the child {one}", Path(f"/proc/{one}/environ").read_bytes()


def _in_base64(plain: bytes, shift: int) -> bytes:
    """Those letters that do not depend on what stands before and behind."""
    letters = base64.b64encode(bytes(shift) + plain).rstrip(b"=")
    whole = letters[:-1] if (len(plain) + shift) % 3 else letters
    return whole[(0, 2, 3)[shift] :]


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for one in packed.namelist():
                yield f"{name}/{one}", packed.read(one)

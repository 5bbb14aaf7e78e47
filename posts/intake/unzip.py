"""The parts of an xlsx file, unpacked under limits before anything interprets them."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from posts.intake.draft import SheetError
from posts.intake.table import FILE_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PARTS_MAX = 1_000
_RATIO_MAX = 200
_RATIO_MATTERS_FROM_BYTES = 1024 * 1024
_ENCRYPTED = 0x1
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


def is_workbook(file: Path, data: bytes) -> bool:
    """Whether the file must be read as a workbook, by its content. Raises SheetError for workbooks we do not read.

    Those are .xls and .xlsb, files with a password, and files that are only called xlsx.
    """
    if data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        what = "is protected by a password" if locked else "is in the old .xls format"
        raise SheetError(f"{file}: the workbook {what}: save it as a plain .xlsx.")
    called_workbook = file.suffix.casefold() in {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
    if called_workbook and not data.startswith(_ZIP):
        raise SheetError(
            f"{file}: this is no workbook, whatever its name says: save it again as .xlsx or as CSV UTF-8."
        )
    return data.startswith(_ZIP)


def unpack(file: Path, data: bytes) -> dict[str, bytes]:
    """Every part by its name. Raises SheetError for a broken, locked, oversized or otherwise suspicious archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_declared(file, archive.infolist(), len(data))
            parts = _read_parts(file, archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise SheetError(f"{file}: the workbook is broken ({error}): open it and save it again as .xlsx.") from error
    _check_parts(file, parts)
    return parts


def _check_declared(file: Path, entries: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    if len(entries) > _PARTS_MAX or len({entry.filename for entry in entries}) < len(entries):
        raise SheetError(
            f"{file}: this is not a workbook as spreadsheet programs write it (too many or doubled parts)."
        )
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise SheetError(f"{file}: the workbook is protected by a password: save it as a plain .xlsx.")
    unpacked_bytes = sum(entry.file_size for entry in entries)
    if unpacked_bytes > FILE_BYTES_MAX:
        raise _too_large(file)
    if unpacked_bytes > max(_RATIO_MATTERS_FROM_BYTES, _RATIO_MAX * packed_bytes):
        raise SheetError(f"{file}: the workbook is packed suspiciously tight: copy the plan into a new one.")


def _read_parts(file: Path, archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Every part, counting what really comes out and not what was declared."""
    parts: dict[str, bytes] = {}
    left = FILE_BYTES_MAX
    for entry in archive.infolist():
        with archive.open(entry) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _too_large(file)
        parts[entry.filename] = content
    return parts


def _too_large(file: Path) -> SheetError:
    megabytes = FILE_BYTES_MAX // 1024 // 1024
    return SheetError(f"{file}: unpacked the workbook has more than {megabytes} MB: copy the plan into a new one.")


def _check_parts(file: Path, parts: Mapping[str, bytes]) -> None:
    types = parts.get("[Content_Types].xml", b"")
    if b"macroEnabled" in types or any(name.endswith("vbaProject.bin") for name in parts):
        raise SheetError(f"{file}: the workbook has macros, which are not read: save it as a plain .xlsx.")
    if not any(name.startswith("xl/workbook") for name in parts) or any(n.endswith("workbook.bin") for n in parts):
        raise SheetError(f"{file}: this is an archive but no .xlsx workbook: save the plan as .xlsx or as CSV UTF-8.")
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content):
            raise SheetError(
                f"{file}: {name} is not as spreadsheet programs write it: copy the plan into a new workbook."
            )

"""What a request carries, as sources in their order: nothing of a file is read before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.http_calls import Call, Stretch, Upload


def carried(call: Call) -> tuple[Sequence[bytes | Stretch], str]:
    """The body's sources and its type; no sources where the call carries no files and no whole body.

    The type is "" where the caller names it.
    """
    if call.content is not None:
        return [call.content], ""
    uploads = [*([call.upload] if call.upload else []), *call.uploads]
    if not uploads:
        return [], ""
    boundary = choose_boundary()
    sources: list[bytes | Stretch] = []
    for name, value in call.form.items():
        sources += [_head(boundary, RequestField(name, b"")), value.encode(), b"\r\n"]
    for one in uploads:
        sources += [_head(boundary, _file_field(one)), one.content, b"\r\n"]
    return [*sources, f"--{boundary}--\r\n".encode()], f"multipart/form-data; boundary={boundary}"


def _file_field(one: Upload) -> RequestField:
    made = RequestField(one.form_field, b"", filename=one.name)
    made.make_multipart(content_type=one.mime)
    return made


def _head(boundary: str, described: RequestField) -> bytes:
    if not described.headers:
        described.make_multipart()
    return f"--{boundary}\r\n{described.render_headers()}".encode()

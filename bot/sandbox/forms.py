"""Request bodies: JSON, or a multipart form of ``payload_json`` and ``files[n]``."""

from __future__ import annotations

import json
import re
from email.message import Message as Headers
from typing import TYPE_CHECKING, Any

from aiohttp import content_disposition_filename, parse_content_disposition

from bot.sandbox.protocol import MAX_REQUEST_BYTES
from bot.sandbox.refusal import Reason, Refusal
from bot.sandbox.uploads import Upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiohttp import web

_FILE = re.compile(r"files\[(\d+)\]")


async def read(request: web.Request, *, at_most: int = MAX_REQUEST_BYTES) -> bytes:
    """Read a whole body; one that is too large is read to its end too, so that its sender hears the answer.

    Raises:
        Refusal: 40005.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.content.iter_chunked(1 << 18):
        size += len(chunk)
        if size <= at_most:
            chunks.append(chunk)
    if size > at_most:
        raise Refusal(Reason.TOO_LARGE)
    return b"".join(chunks)


def parse(content_type: str, body: bytes) -> tuple[Any, dict[int, Upload]]:
    """Give the JSON and the files of a request; None where there is no JSON.

    Raises:
        Refusal: 50109, what should be JSON or a form is not; 50035, a part of the form is unknown.
    """
    if not content_type.startswith("multipart/form-data"):
        return (_json(body) if body else None), {}
    payload: Any = None
    files: dict[int, Upload] = {}
    for name, filename, data in parts(content_type, body):
        if name == "payload_json":
            payload = _json(data)
        elif (number := _FILE.fullmatch(name)) and filename is not None:
            files[int(number[1])] = Upload(filename, data)
        else:
            error = {"code": "UNKNOWN_FIELD", "message": "A form holds payload_json and files[n]."}
            raise Refusal(Reason.INVALID_FORM, {name: {"_errors": [error]}})
    return ({} if payload is None else payload), files


def parts(content_type: str, body: bytes) -> Iterator[tuple[str, str | None, bytes]]:
    """Give name, filename and content of each part.

    Raises:
        Refusal: 50109, no boundary.
    """
    header = Headers()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str):
        raise Refusal(Reason.UNREADABLE)
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        disposition = next(
            (
                line.split(b":", 1)[1]
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-disposition:")
            ),
            b"",
        )
        _, parameters = parse_content_disposition(disposition.strip().decode())
        name = content_disposition_filename(parameters, "name") or ""
        yield name, content_disposition_filename(parameters), data.removesuffix(b"\r\n")


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Refusal(Reason.UNREADABLE) from None

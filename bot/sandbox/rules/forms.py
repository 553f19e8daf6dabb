"""Request bodies: JSON, or a form of ``payload_json`` and, of several parts, ``files[n]``."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from email.message import Message as Headers
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import content_disposition_filename, parse_content_disposition

from bot.sandbox.rules import json_body
from bot.sandbox.rules.protocol import MAX_FILES, MAX_REQUEST_BYTES
from bot.sandbox.rules.refusal import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiohttp import web

    from bot.sandbox.rules.refusal import Path

_FILE = re.compile(r"files\[(\d{1,9})\]")
_URL_ENCODED = "application/x-www-form-urlencoded"
_MOST_PARTS = 4 * MAX_FILES
"""Of one form; what has more is refused before its parts are looked at."""
_LONGEST_HEAD = 8192
"""Bytes of a part's header lines."""


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


@dataclass(frozen=True, slots=True)
class UploadedFile:
    filename: str
    data: bytes


@dataclass(frozen=True)
class Form:
    payload: Any
    """The JSON; None where there is none."""
    files: dict[int, UploadedFile] = field(default_factory=dict[int, UploadedFile])
    unread: list[tuple[Path, str, str]] = field(default_factory=list[tuple["Path", str, str]])
    """Parts that Discord has no name for: where, a code, a sentence."""


def parse(content_type: str, body: bytes) -> Form:
    """Give the JSON and the files of a request.

    Raises:
        Refusal: 50109, what should be JSON or a form is not; 50035, a part is called what no client calls one.
    """
    if content_type.startswith(_URL_ENCODED):
        given = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        return _form((name, None, value.encode()) for name, value in given)
    if content_type.startswith("multipart/form-data"):
        return _form(parts(content_type, body))
    return Form(json_body.decode(body) if body else None)


def _form(given: Iterable[tuple[str, str | None, bytes]]) -> Form:
    payload: Any = None
    files: dict[int, UploadedFile] = {}
    unread: list[tuple[Path, str, str]] = []
    for name, filename, data in given:
        if name == "payload_json":
            payload = json_body.decode(data)
        elif (number := _FILE.fullmatch(name)) and filename is not None:
            files[int(number[1])] = UploadedFile(filename, data)
        elif name.isidentifier():
            unread.append(((name,), "UNKNOWN_FIELD", "A form holds payload_json and files[n]."))
        else:
            error = {"code": "UNKNOWN_FIELD", "message": "A form holds payload_json and files[n]."}
            raise Refusal(Reason.INVALID_FORM, {name: {"_errors": [error]}})
    return Form({} if payload is None else payload, files, unread)


def parts(content_type: str, body: bytes) -> Iterator[tuple[str, str | None, bytes]]:
    """Give name, filename and content of each part.

    Raises:
        Refusal: 50109, no boundary or a part without its head; 50035, more parts than any form has.
    """
    header = Headers()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str):
        raise Refusal(Reason.UNREADABLE)
    pieces = body.split(b"--" + boundary.encode(), _MOST_PARTS + 2)
    if len(pieces) > _MOST_PARTS + 2:
        error = {"code": "BASE_TYPE_MAX_LENGTH", "message": f"Must be {MAX_FILES} or fewer in length."}
        raise Refusal(Reason.INVALID_FORM, {"files": {"_errors": [error]}})
    for part in pieces[1:-1]:
        end = part.find(b"\r\n\r\n", 0, _LONGEST_HEAD)
        if end < 0:
            raise Refusal(Reason.UNREADABLE)
        name, filename = _named(part[:end])
        yield name, filename, part[end + 4 :].removesuffix(b"\r\n")


def _named(head: bytes) -> tuple[str, str | None]:
    disposition = next(
        (line.split(b":", 1)[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-disposition:")),
        b"",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # aiohttp speaks of malformed ones; here they are a part without a name
        _, parameters = parse_content_disposition(disposition.strip().decode(errors="replace"))
    return content_disposition_filename(parameters, "name") or "", content_disposition_filename(parameters)

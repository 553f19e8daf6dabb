"""Files that came with a request: what becomes an attachment, under which name, within which limits."""

from __future__ import annotations

import mimetypes
import re
from types import NoneType
from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.rules.forms import UploadedFile
from bot.sandbox.rules.picture_size import picture_size
from bot.sandbox.rules.protocol import MAX_FILE_BYTES, MAX_FILES, NITRO_FILE_BYTES, Json, number
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world.attachment import Attachment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.rules.refusal import Problems
    from bot.sandbox.world.state import Channel, User, World

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_SPOILER = "SPOILER_"
_LONGEST_NAME = 260
"""Of a longer one the end is kept, because the type is there."""


def safe_name(filename: str) -> str:
    """Give the name that Discord stores: spaces become underscores, other special characters go."""
    return _UNSAFE.sub("", filename[-_LONGEST_NAME:].replace(" ", "_")) or "unknown"


def limit(channel: Channel, uploader: User) -> int:
    """Give how large a file may be: what the guild's boosts allow, or the uploader's Nitro, if that is more."""
    here = channel.guild.max_file_bytes if channel.guild else MAX_FILE_BYTES
    return max(here, NITRO_FILE_BYTES[uploader.premium_type]) if uploader.premium_type else here


def store(upload: UploadedFile, world: World, *, channel_id: int, name: str | None = None) -> Attachment:
    filename = safe_name(name or upload.filename)
    content_type, _ = mimetypes.guess_type(filename)
    image = content_type is not None and content_type.startswith("image/")
    width, height = (picture_size(upload.data) if image else None) or (None, None)
    attachment = Attachment(world.new_id(), filename, content_type, upload.data, width, height, channel_id=channel_id)
    world.keep(attachment)
    return attachment


def arrange(
    entries: list[Json] | None,
    files: dict[int, UploadedFile],
    kept: list[Attachment],
    *,
    channel: Channel,
    uploader: User,
    world: World,
    problems: Problems,
) -> list[Attachment]:
    """Give a message's attachments after a request.

    Args:
        entries: The request's ``attachments``: what shall be there afterwards; None keeps all and adds the new ones.
        files: Uploads by the number in ``files[n]``.
        kept: Those that the message has.
        channel: Where it stands; its guild sets the limit.
        uploader: Whose Nitro may raise it: the author, or who is answered by an interaction's token.
        world: Where new ones are stored.
        problems: Receives what is wrong with the entries; nothing is stored once there is any.

    Raises:
        Refusal: 40005, a file over the limit.
    """
    if any(len(upload.data) > limit(channel, uploader) for upload in files.values()):
        raise Refusal(Reason.TOO_LARGE)
    _check_entries(entries or (), problems)
    if problems.found:
        return []
    by_id = {one.id: one for one in kept}
    plan: list[tuple[Attachment | UploadedFile, Json]] = []
    if entries is None:
        plan = [(one, {}) for one in kept]
    for index, entry in enumerate(entries or ()):
        wanted = _id_of(entry)
        found = files.get(wanted) or by_id.get(wanted)
        if found is None:
            problems.add(("attachments", index, "id"), "ATTACHMENT_NOT_FOUND", "There is no such file or attachment.")
        else:
            plan.append((found, entry))
    listed = {_id_of(entry) for entry in entries or ()}
    plan += [(upload, {}) for place, upload in files.items() if place not in listed]
    if len(plan) > MAX_FILES:
        problems.add(("attachments",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if problems.found:
        return []
    return [_placed(one, entry, channel, world) for one, entry in plan]


def _id_of(entry: Json) -> int:
    """Give the number of an upload or the id of an attachment, -1 for what is neither."""
    value = entry.get("id")
    return number(value) if value in {0, "0"} else number(value) or -1


def _check_entries(entries: Sequence[Any], problems: Problems) -> None:
    """Find what is no object, and names that are no text."""
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            problems.add(("attachments", index), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            continue
        if not isinstance(cast("Json", entry).get("id", 0), (int, str)):
            problems.add(("attachments", index, "id"), "NUMBER_TYPE_COERCE", "Value is not snowflake.")
        for name in ("filename", "description", "title"):
            if not isinstance(cast("Json", entry).get(name), (str, NoneType)):
                problems.add(("attachments", index, name), "STRING_TYPE_CONVERT", "Could not interpret as string.")


def _placed(one: Attachment | UploadedFile, entry: Json, channel: Channel, world: World) -> Attachment:
    if isinstance(one, UploadedFile):
        one = store(one, world, channel_id=channel.id, name=entry.get("filename"))
    if "description" in entry:
        one.description = entry["description"]
    if "title" in entry:
        one.title = entry["title"]
    one.spoiler = one.spoiler or bool(entry.get("is_spoiler")) or one.filename.startswith(_SPOILER)
    return one

"""Where pictures stand in a message: attached, in embeds, in galleries, forwarded, or in the message it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import discord

MAX_COMPONENTS = 200
"""Of one message; Discord allows forty."""

_ENDINGS = (".png", ".webp", ".jpg", ".jpeg", ".jfif", ".avif")
_UNTYPED = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""What a file has whose sender did not say what it is: its first bytes will."""


class MessagePicture(NamedTuple):
    """A file that may be a picture."""

    url: str
    proxy_url: str = ""
    """Discord's own copy, where the file is not at Discord."""
    size: int = 0
    """In bytes; 0 where nobody says."""


def pictures_in(message: discord.Message) -> list[MessagePicture]:
    """Give every picture of a message, those that are attached to it first; none comes twice."""
    parts: list[Any] = [message, *message.message_snapshots]
    answered = message.reference.resolved if message.reference is not None else None
    if hasattr(answered, "attachments"):  # else it is gone, or nobody has looked
        parts.append(answered)
    found = dict.fromkeys(picture for part in parts for picture in _of(part))
    return list({picture.url: picture for picture in reversed(found)}.values())[::-1]


def pictures_among(files: Iterable[discord.Attachment]) -> list[MessagePicture]:
    """Give the files that may be pictures: those that say so first, then those that say nothing."""
    said, unsaid = list[MessagePicture](), list[MessagePicture]()
    for file in files:
        kind = (file.content_type or "").partition(";")[0].strip().casefold()
        picture = MessagePicture(file.url, file.proxy_url, file.size)
        if kind.startswith("image/"):
            said.append(picture)
        elif kind in _UNTYPED or file.filename.casefold().endswith(_ENDINGS):
            unsaid.append(picture)
    return [*said, *unsaid]


def _of(part: Any) -> Iterator[MessagePicture]:
    yield from pictures_among(part.attachments)
    for embed in part.embeds:
        for media in (embed.image, embed.thumbnail):
            if media.url:
                yield MessagePicture(media.url, media.proxy_url or "")
    waiting, looked_at = list(getattr(part, "components", ())), 0
    while waiting and looked_at < MAX_COMPONENTS:
        component = waiting.pop(0)
        looked_at += 1
        media = getattr(component, "media", None)
        if media is not None and getattr(media, "url", ""):
            kind = (getattr(media, "content_type", None) or "").casefold()
            if not kind or kind.startswith("image/") or kind in _UNTYPED:
                yield MessagePicture(media.url, getattr(media, "proxy_url", None) or "")
        inner = [
            *getattr(component, "children", ()),
            *getattr(component, "items", ()),
            getattr(component, "accessory", None),
        ]
        waiting = [*(one for one in inner if one is not None), *waiting]

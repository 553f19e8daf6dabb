"""The Spoiler button's effect: the same message, its pictures behind a spoiler or in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import yarl
from discord import ui

if TYPE_CHECKING:
    from collections.abc import Iterator


def spoiled(message: discord.Message) -> bool | None:
    """Tell whether a message's pictures are behind a spoiler; None where it shows none."""
    items = [item for gallery in _galleries(ui.LayoutView.from_message(message)) for item in gallery.items]
    return any(item.spoiler for item in items) if items else None


def with_spoiler(message: discord.Message, *, spoiler: bool) -> ui.LayoutView:
    """Give what the message shows, with or without spoilers; its attachments have to stay."""
    view = ui.LayoutView.from_message(message, timeout=None)
    for gallery in _galleries(view):
        gallery.items = [
            discord.MediaGalleryItem(
                f"attachment://{yarl.URL(item.media.url).name}", description=item.description, spoiler=spoiler
            )
            for item in gallery.items
        ]
    # Its buttons are known by their custom_ids; what discord.py keeps of a view that goes on would only be a leak.
    view.stop()
    return view


def _galleries(view: ui.LayoutView) -> Iterator[ui.MediaGallery[ui.LayoutView]]:
    return (item for item in view.walk_children() if isinstance(item, ui.MediaGallery))

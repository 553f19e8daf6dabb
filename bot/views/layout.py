"""Views that discord.py sends and forgets: what is pressed in them is found by its custom id in `bot.routes`."""

from __future__ import annotations

from discord import ui


def layout(*items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    """Make a view of these.

    It is stopped from the start: of one that goes on, discord.py would keep every item in memory until the bot ends.
    """
    view = ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view

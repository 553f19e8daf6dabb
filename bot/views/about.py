"""What `/about` shows: who draws, under which licence, who runs it, and what is stored for how long."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import discord
from discord import ui

from bot.sentences import about as says
from bot.sentences.joined import as_written
from bot.sentences.rendering import render
from bot.views.card import WAITING
from bot.views.layout import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot import config
    from bot.views.licence import Licence

CARD_URL = "https://huggingface.co/cagliostrolab/animagine-xl-4.0"


OTHERS = 8
"""Checkpoints whose licence is named, besides that which draws by itself."""


class Facts(NamedTuple):
    """What is true of the running bot."""

    model: str | None
    """As the engine calls it; None while it is not ready."""
    licence: Licence
    tagger: bool
    """Every picture is rated before it is shown."""
    contact: str
    privacy: str
    retention: config.RetentionSettings
    draft: tuple[str, str] = ("", "")
    """What makes drafts, and its licence; "": there are none, or nobody said."""
    others: Sequence[tuple[str, Licence]] = ()
    """The other checkpoints that may be chosen, by title, with their licences."""


def about(facts: Facts) -> ui.LayoutView:
    """Write the private answer."""
    others = "\n".join(render(says.another_model(title, one.name, one.url)) for title, one in facts.others[:OTHERS])
    name, licence = facts.draft
    draft = render(says.draft(name, licence)) if name and licence else ""
    texts = (_bot(facts), others, draft, _privacy(facts.retention), facts.privacy.strip())
    items = (ui.TextDisplay[ui.LayoutView](text) for text in texts if text)
    return layout(ui.Container(*items, accent_colour=WAITING))


def _bot(facts: Facts) -> str:
    contact = facts.contact.strip()
    return render(
        says.bot(
            model=says.MODEL_NOT_READY if facts.model is None else says.model(facts.model),
            rated=says.RATED if facts.tagger else says.NOT_RATED,
            contact=as_written(contact) if contact else says.NO_CONTACT,
            card_url=CARD_URL,
            licence=facts.licence.name,
            licence_url=facts.licence.url,
            eshi_version=version("eshi"),
            discord_version=discord.__version__,
            python_version=platform.python_version(),
        )
    )


def _privacy(kept: config.RetentionSettings) -> str:
    days = (kept.records_days, kept.pictures_days, kept.drafts_days, kept.audit_days, kept.backups_days)
    return render(says.privacy(*days))

"""What `/about` shows: who draws, under which licence, who runs it, and what is stored for how long."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import discord
from discord import ui

from bot.views.card import WAITING
from bot.views.layout import layout
from bot.views.terms import LICENCE, LICENCE_URL

if TYPE_CHECKING:
    from bot import config

CARD_URL = "https://huggingface.co/cagliostrolab/animagine-xl-4.0"


class Facts(NamedTuple):
    """What is true of the running bot."""

    model: str | None
    """As the engine calls it; None while it is not ready."""
    tagger: bool
    """Every picture is rated before it is shown."""
    contact: str
    privacy: str
    retention: config.RetentionSettings


def about(facts: Facts) -> ui.LayoutView:
    """Write the private answer."""
    texts = (_bot(facts), _privacy(facts.retention), facts.privacy.strip())
    items = (ui.TextDisplay[ui.LayoutView](text) for text in texts if text)
    return layout(ui.Container(*items, accent_colour=WAITING))


def _bot(facts: Facts) -> str:
    model = "not ready yet" if facts.model is None else f"`{facts.model}`"
    rated = (
        "A picture tagger looks at every picture before it is shown."
        if facts.tagger
        else "No picture tagger is configured: the words are checked, and pictures are not looked at by a machine."
    )
    contact = facts.contact.strip() or "Whoever runs this bot has not said how to reach them; ask the server's admins."
    return f"""\
## Eshi
I draw pictures from words, with AI. Every picture is made by a machine, and says so.
**Model** {model}. I am made for [Animagine XL 4.0]({CARD_URL}).
**Licence of the model** [{LICENCE}]({LICENCE_URL}); `/terms` shows what it asks of you, with its text.
**Pictures** {rated}
**Contact** {contact}
**Versions** Eshi {version("eshi")}, discord.py {discord.__version__}, Python {platform.python_version()}"""


def _privacy(kept: config.RetentionSettings) -> str:
    return f"""\
## What I store about you
- What you asked for, with where and when: {_days(kept.records_days)}. Its pictures, on my disk: \
{_days(kept.pictures_days)}. Previews and forms: {_days(kept.drafts_days)}.
- Your defaults, your favourites, and that you accepted the terms: until you say otherwise.
- Refusals, and reports of pictures: {_days(kept.audit_days)}, with the prompt only as a fingerprint unless your \
server's admins want to see prompts.
- Strikes and time-outs: until they are over, under a fingerprint of your id instead of your name.

I read no messages but those that you open my menu on, and I pass nothing on. `/me export` gives you all of it as a \
file, `/me forget` deletes it."""


def _days(days: float) -> str:
    return "1 day" if days == 1 else f"{days:g} days"

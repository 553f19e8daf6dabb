"""What the text options offer while somebody types: words that the model knows, and presets by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from discord import app_commands

from bot.commands.me import favourites
from bot.prompt import terms
from bot.prompt.tags import mentioned
from bot.prompt.vocabulary.suggest import MAX_CHARS, MAX_CHOICES
from bot.safety.gate import limit
from bot.safety.ratings import exceeds, lowest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Any

    import discord

    from bot.app import Eshi
    from bot.config import Rating
    from bot.prompt.presets import Negative, Quality, Style
    from bot.prompt.vocabulary.entry import Entry
    from bot.prompt.vocabulary.suggest import Field
    from bot.safety.wording import TextFilter

    Offering = Callable[[discord.Interaction[Eshi], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


def words(field: Field) -> Offering:
    """Complete what is typed into an option from the vocabulary, and a begun ``@name`` from one's favourites."""

    async def suggest(interaction: discord.Interaction[Eshi], typed: str) -> list[app_commands.Choice[str]]:
        if field in ("tags", "more_tags") and typed.rpartition(",")[2].strip().startswith("@"):
            return await favourites(interaction, typed)
        asked = _asked(interaction)
        here = limit(await interaction.client.gatekeeper.situation_here(interaction))
        allowed = partial(fits, interaction.client.words, asked, lowest(asked, here or "safe"))
        found = interaction.client.prompt_writer.vocabulary.suggest(field, typed, allowed)
        return [app_commands.Choice(name=choice.name, value=choice.value) for choice in found]

    return suggest


def presets(table: Literal["quality", "style"]) -> Offering:
    """Offer the presets whose name or description has what is typed, those whose name begins with it first."""

    async def suggest(interaction: discord.Interaction[Eshi], typed: str) -> list[app_commands.Choice[str]]:
        wanted = typed.strip().casefold()
        known: Mapping[str, Quality | Negative | Style] = getattr(interaction.client.prompt_writer.presets, table)
        lines = {name: f"{name} · {preset.description}" for name, preset in known.items()}
        found = [name for name, line in lines.items() if wanted in line.casefold()]
        found.sort(key=lambda name: not name.startswith(wanted))
        return [app_commands.Choice(name=_shortened(lines[name]), value=name) for name in found[:MAX_CHOICES]]

    return suggest


def fits(words: TextFilter, asked: Rating, drawn: Rating, entry: Entry) -> bool:
    """Tell whether an entry may be offered for what is asked, and for as much of it as this place draws."""
    return words.offers(entry, asked) and words.offers(entry, drawn)


def _asked(interaction: discord.Interaction[Eshi]) -> Rating:
    """Give the highest rating that the other options name so far; `safe` where none does."""
    filled = cast("Mapping[str, object]", interaction.namespace.__dict__)
    texts = (filled.get(option) for option in ("rating", "tags", "more_tags"))
    asked: Rating = "safe"
    for text in texts:
        for tag in mentioned(text) if isinstance(text, str) else ():
            rating = terms.rating(tag)
            asked = rating if rating and exceeds(rating, asked) else asked
    return asked


def _shortened(line: str) -> str:
    return line if len(line) <= MAX_CHARS else f"{line[: MAX_CHARS - 1].rstrip()}…"

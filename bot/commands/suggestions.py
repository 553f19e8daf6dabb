"""What the text options offer while somebody types: words that the model knows, and presets by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

from discord import app_commands

from bot.commands.choices import MAX_CHOICE_CHARS, MAX_CHOICES
from bot.prompt import terms
from bot.prompt.lora_choices import suggest as suggest_loras
from bot.prompt.preset_choices import named, words_of_negatives
from bot.prompt.tags import mentioned
from bot.prompt.vocabulary.suggest import suggest as complete
from bot.safety.gate import limit, may_choose, may_use
from bot.safety.ratings import exceeds, lowest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping
    from typing import Any

    import discord

    from bot.actions.imagine import RequestBuilder
    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Rating
    from bot.prompt.loras import OfferedLora
    from bot.prompt.presets import Presets
    from bot.prompt.vocabulary.entry import Entry
    from bot.prompt.vocabulary.suggest import Choice, Field
    from bot.prompt.vocabulary.vocabulary import Vocabulary
    from bot.safety.wording import TextFilter

    Offering = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """Whatever is offered fits what is asked for and the place where it is asked."""

    gatekeeper: Gatekeeper
    imagine: RequestBuilder
    vocabulary: Vocabulary
    presets: Presets
    text_filter: TextFilter

    def words(self, field: Field) -> Offering:
        """Complete what is typed into an option from the vocabulary, and a begun ``@name`` from one's favourites."""

        async def suggest(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
            if field in ("prompt", "more_tags") and typed.rpartition(",")[2].strip().startswith("@"):
                found = await self.favourites(interaction, typed)
                return _as_typed_first(typed, found) if field == "prompt" else found
            asked = _asked(interaction)
            here = limit(await self.gatekeeper.situation_here(interaction))
            allowed = partial(fits, self.text_filter, asked, lowest(asked, here or "safe"))
            usual = self._usual_negative if field == "negative" else ()
            return _choices(complete(self.vocabulary, field, typed, allowed, usual))

        return suggest

    @cached_property
    def _usual_negative(self) -> tuple[str, ...]:
        """What people exclude first: the words of the negative presets that belong to no rating above `safe`."""
        found = words_of_negatives(self.presets.negative)
        return tuple(tag for tag in found if self.text_filter.level(tag) == "safe")

    async def favourites(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        """Complete ``@name`` at the end of a line of tags."""
        found = await self.imagine.suggest(interaction.user.id, typed, MAX_CHOICE_CHARS)
        return [app_commands.Choice(name=one.shown, value=one.line) for one in found]

    async def loras(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        """Complete LoRAs that may be used here, for what is asked; of their words those that this rating may read."""
        situation = await self.gatekeeper.situation_here(interaction)
        asked = _asked(interaction)
        offered = [one for one in self.imagine.writer.loras.offered() if may_use(situation, one.rule, asked)]

        def words_of(lora: OfferedLora) -> tuple[str, ...]:
            words = lora.rule.words or lora.file.words
            return tuple([word for word in words if not self.text_filter.not_for_a_lora(word, asked)])

        return _choices(suggest_loras(typed, offered, words_of))

    async def models(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        """Offer the checkpoints that may be chosen here, for what is asked."""
        situation = await self.gatekeeper.situation_here(interaction)
        asked = _asked(interaction)
        offered = [one.title for one in self.imagine.writer.models.offered() if may_choose(situation, one, asked)]
        wanted = typed.strip().casefold()
        return [app_commands.Choice(name=one, value=one) for one in offered if wanted in one.casefold()][:MAX_CHOICES]

    async def quality(self, _interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        return _choices(named(self.presets.quality, typed))

    async def style(self, _interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        return _choices(named(self.presets.style, typed))


def _as_typed_first(typed: str, found: list[app_commands.Choice[str]]) -> list[app_commands.Choice[str]]:
    """Put a prompt as it is typed before what completes it; what is too long to be a choice has none."""
    if len(typed) > MAX_CHOICE_CHARS:
        return []
    others = [choice for choice in found if choice.value.split() != typed.split()]
    return [app_commands.Choice(name=typed, value=typed), *others][:MAX_CHOICES]


def _choices(found: Iterable[Choice]) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=choice.name, value=choice.value) for choice in found]


def fits(words: TextFilter, asked: Rating, drawn: Rating, entry: Entry) -> bool:
    """Tell whether an entry may be offered for what is asked, and for as much of it as this place draws."""
    return words.offers(entry, asked) and (drawn == asked or words.offers(entry, drawn))


def _asked(interaction: discord.Interaction[Any]) -> Rating:
    """Give the highest rating that the other options name so far; `safe` where none does."""
    filled = cast("Mapping[str, object]", interaction.namespace.__dict__)
    texts = (filled.get(option) for option in ("rating", "prompt", "more_tags"))
    asked: Rating = "safe"
    for text in texts:
        for tag in mentioned(text) if isinstance(text, str) else ():
            rating = terms.rating(tag)
            asked = rating if rating and exceeds(rating, asked) else asked
    return asked

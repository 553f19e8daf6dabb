"""What a person typed, as that person means it: own defaults for what was left out, favourites for their names."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from bot.answer import tell
from bot.errors import InvalidRequest
from bot.long_texts import chars_of, worked_on
from bot.picture.recipes import pasted
from bot.prompt import favourites, tags
from bot.prompt.completion import check_offered, varies
from bot.prompt.fitting import fitting
from bot.prompt.leaving_out import NothingKnown
from bot.prompt.near import near
from bot.prompt.terms import key
from bot.prompt.unknown_words import all_known, unknown_words
from bot.retrying import NOT_DONE
from bot.sentences import prompt as says
from bot.sentences import recipes, uploads, words
from bot.sentences.joined import in_a_row, in_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import discord

    from bot.config import Limits, Rating
    from bot.flow.intake import Intake
    from bot.prompt.presets import Presets
    from bot.prompt.prompt_writer import PromptWriter
    from bot.prompt.vocabulary.entry import Entry
    from bot.request import Options, Request
    from bot.sentences.sentence import Sentence
    from bot.store import Store

log = logging.getLogger(__name__)

PERSONAL = ("shape", "quality", "negative_preset", "style", "steps", "count")
"""The options that a person may have a default for."""

NO_STYLE = "none"
"""Typed as the style, it is none, whatever the person's default."""


_FREE = ("prompt", "tags", "more_tags")
"""Where a favourite may stand."""

_TOLD = ("overruled", "left_out", "contradiction")
"""Notes of which their asker is told unasked: about words that are not in the picture, or that may not be."""


class PersonalRequest(NamedTuple):
    """A request, and sentences about what was not taken as its asker left it."""

    request: Request
    notes: tuple[Sentence, ...]


@dataclass(kw_only=True, eq=False)
class RequestBuilder:
    """The step from options to a request that knows who asks; every door where people type goes through it."""

    intake: Intake
    store: Store
    limits: Limits
    presets: Presets
    writer: PromptWriter
    offers: Callable[[Entry, Rating], bool]
    """Whether a tag may be offered where this rating is the highest."""

    async def ask(
        self,
        interaction: discord.Interaction[Any],
        options: Options,
        *,
        given: str = "",
        notes: tuple[Sentence, ...] = (),
    ) -> None:
        """Queue what was typed, and tell privately what was taken otherwise.

        Args:
            interaction: Whose.
            options: What was typed, or stood in a form that was sent.
            given: Words in it that somebody else wrote.
            notes: What else its asker is told in private.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        personal = await self.request(interaction.user.id, options, guild_id=interaction.guild_id)
        await self.intake.ask(interaction, personal.request, given=given)
        await self._tell(interaction, (*notes, *personal.notes))

    async def ask_again(
        self,
        interaction: discord.Interaction[Any],
        request: Request,
        *,
        given: str = "",
        notes: tuple[Sentence, ...] = (),
    ) -> None:
        """Queue a request that somebody made before; what is left out of it here and now is named again.

        Args:
            interaction: Whose.
            request: As it is to be drawn.
            given: Words in it that somebody else wrote.
            notes: What else its asker is told in private.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        check_offered(request, self.limits)
        self.writer.models.as_now(request)
        request = self.writer.loras.as_now(request)
        await self.intake.ask(interaction, request, given=given)
        left_out = await worked_on(chars_of(request), partial(self._left_out, request))
        await self._tell(interaction, (*notes, *left_out))

    async def _tell(self, interaction: discord.Interaction[Any], notes: tuple[Sentence, ...]) -> None:
        if not notes:
            return
        try:
            await tell(interaction, in_lines(notes))
        except NOT_DONE as error:
            log.warning("interaction %s: its notes cannot be told: %s", interaction.id, error)

    async def request(self, user_id: int, options: Options, *, guild_id: int | None) -> PersonalRequest:
        """Make the request that this person means in this server; None: in a direct message.

        Raises:
            InvalidRequest: With one sentence for the person who asked.
        """
        options, said_of_recipe = await worked_on(len(options.prompt or ""), partial(self._unpasted, options))
        usual, left_out = fitting(await self.store.people.defaults(user_id), self.limits, self.presets)
        notes = [*said_of_recipe, *(says.default_left_out(phrase) for phrase in left_out)]
        if any("@" in (getattr(options, name) or "") for name in _FREE):
            options = self._expanded(options, await self.store.people.favourites(user_id), notes)
        filled = await self._with_model(fill(options, usual), guild_id)
        if filled.change is not None and varies(filled):
            notes.append(uploads.NOT_VARIED)
        try:
            request, said = await worked_on(chars_of(filled), partial(self._understood, filled))
        except NothingKnown as refused:
            meant = await asyncio.to_thread(self._unknown, refused.request, refused.words)
            raise InvalidRequest(in_a_row((refused.sentence, *meant[:1]))) from refused
        composed = self.writer.compose(request)
        notes += [*said, *(note.sentence for note in composed.notes if note.kind in _TOLD)]
        file = self.writer.models.file_of(request.model)
        notes += self.writer.loras.notes(request, "" if file is None else file[0])
        typed = self._without_declared(request)
        if not await worked_on(chars_of(request), partial(all_known, typed, self.writer.vocabulary)):
            notes += await asyncio.to_thread(self._unknown, typed, composed.left_out)
        return PersonalRequest(request, tuple(notes))

    async def _with_model(self, options: Options, guild_id: int | None) -> Options:
        """Fill in the checkpoint that this server's admins chose, where it can be drawn with."""
        if options.model is not None or guild_id is None or not self.writer.models.several:
            return options
        chosen = (await self.store.policies.of(guild_id)).model
        here = {rule.title: rule.name for rule in self.writer.models.offered()}
        return msgspec.structs.replace(options, model=here.get(chosen, ""))

    def _unpasted(self, options: Options) -> tuple[Options, tuple[Sentence, ...]]:
        """Read a recipe that was pasted as the prompt; what was chosen besides wins over what it says.

        Raises:
            InvalidRequest: It is JSON that is no recipe.
        """
        if options.prompt is None or not pasted.is_recipe(options.prompt):
            return options, ()
        kind, usual = self.writer.vocabulary.kind, self.writer.config.defaults.sampler
        mapped = pasted.read(
            options.prompt,
            self.limits,
            self.presets,
            kind=kind,
            usual_sampler=usual,
            is_lora=self.writer.loras.has,
            models=self.writer.models,
        )
        chosen = {name: value for name, value in msgspec.structs.asdict(options).items() if value is not None}
        del chosen["prompt"]
        return msgspec.structs.replace(mapped.options, **chosen), (recipes.PROMPT_READ, *mapped.unmapped)

    def _left_out(self, request: Request) -> tuple[Sentence, ...]:
        return tuple([note.sentence for note in self.writer.compose(request).notes if note.kind == "left_out"])

    def _unknown(self, request: Request, left_out: tuple[str, ...]) -> tuple[Sentence, ...]:
        """Name the words that nobody knows; what was perhaps meant takes some milliseconds to be found."""
        allowed = partial(self._may_offer, rating=request.rating)
        return unknown_words(request, self.writer.vocabulary, allowed, left_out)

    def _without_declared(self, request: Request) -> Request:
        """Leave out the words that were declared for its LoRAs: they are known, whatever the vocabulary knows."""
        declared = self.writer.loras.words_of(request)
        if not declared:
            return request
        kept = tags.join(item for item in tags.read(request.tags).items if key(item) not in declared)
        return msgspec.structs.replace(request, tags=kept)

    def _may_offer(self, entry: Entry, *, rating: Rating) -> bool:
        return self.offers(entry, rating)

    def _understood(self, options: Options) -> PersonalRequest:
        """Complete what was typed, whichever program's syntax it is in."""
        understood = self.writer.understand(options)
        return PersonalRequest(self.writer.complete(understood.options), understood.said)

    async def suggest(self, user_id: int, typed: str, max_chars: int) -> list[favourites.Suggested]:
        """Complete the name of a favourite at the end of a line of tags; nothing where none was begun."""
        if "@" not in typed:
            return []
        return favourites.suggest(typed, await self.store.people.favourites(user_id), max_chars)

    @staticmethod
    def _expanded(options: Options, known: Mapping[str, str], notes: list[Sentence]) -> Options:
        written = {name: favourites.expand(getattr(options, name) or "", known) for name in _FREE}
        unknown = list(dict.fromkeys(name for found in written.values() for name in found.unknown))
        if known:
            notes.extend(says.unknown_favourite(name, near(name, known)) for name in unknown[:3])
        else:
            notes.extend(words.no_favourites(name) for name in unknown[:1])
        changes = {name: found.text for name, found in written.items() if getattr(options, name) is not None}
        return msgspec.structs.replace(options, **changes)


def fill(options: Options, usual: Options) -> Options:
    """Put a person's defaults where an option was left out."""
    if (options.style or "").strip().casefold() == NO_STYLE:
        options = msgspec.structs.replace(options, style="")
    missing = {name: getattr(usual, name) for name in PERSONAL if getattr(options, name) is None}
    return msgspec.structs.replace(options, **missing)

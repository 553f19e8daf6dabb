"""From a request that exists to the next one: its words, its style and its numbers in forms, and Draw between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from bot.answer import NO_PINGS
from bot.errors import InvalidRequest
from bot.request import Change, words_of_options
from bot.routes import Route, chosen, on_form, on_press
from bot.safety.ratings import is_rating
from bot.sentences import edit as says
from bot.sentences.recipes import FORM_TOO_OLD
from bot.views.edit import FILLED, REMIXED, Changes, EditForm, Offers, changes, edit_id, form_id, sent_texts
from bot.views.edit_screen import PRESS, WHICH, EditState, screen
from engine.marking import AREAS, Area

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import discord

    from bot.actions.imagine import RequestBuilder
    from bot.checks.gatekeeper import Gatekeeper
    from bot.request import Options
    from bot.sentences.sentence import Sentence
    from bot.store import Store
    from bot.store.forms import OpenForm

TITLES = {"words": says.WORDS_TITLE, "style": says.STYLE_TITLE, "numbers": says.NUMBERS_TITLE}


@dataclass(kw_only=True, eq=False)
class Editing:
    """Everything is private and in the table of forms before Draw is pressed, so that nothing of it is lost."""

    gatekeeper: Gatekeeper
    """Knows what may be drawn where."""
    store: Store
    imagine: RequestBuilder
    """Draws what it came to."""
    offers: Offers
    now: Callable[[], float]
    """Unix time in seconds."""

    def routes(self) -> list[Route]:
        """Hand in the private message, and the forms that it opens."""
        return [
            on_press(PRESS, self.press),
            on_press(WHICH, self.choose_picture),
            on_form(FILLED, self.fill),
            on_form(REMIXED, self.fill_old),
        ]

    async def open_words(
        self, interaction: discord.Interaction[Any], job_id: str, options: Options, title: Sentence
    ) -> None:
        """Open the words of a job at once: they are what is changed most."""
        await interaction.response.send_modal(EditForm(edit_id(job_id), "words", options, self.offers, title=title))

    async def show_words(self, interaction: discord.Interaction[Any], form: OpenForm) -> None:
        """Show what became of the words that were sent, and all else."""
        sent = sent_texts(interaction)
        values = dict(changes("words", form, sent).values)
        if is_rating(rating := sent.get("rating", "")):  # a form of an earlier version had it, too
            values["rating"] = rating
        form = msgspec.structs.replace(form, **values)
        await self.show(interaction, await self.store.forms.keep(interaction.user.id, form, now=self.now()), form)

    async def show(self, interaction: discord.Interaction[Any], kept_as: str, form: OpenForm) -> None:
        """Answer with the private message about a form that is kept."""
        view = screen(await self._step(interaction, kept_as, form))
        if interaction.response.is_done():
            await interaction.edit_original_response(view=view, allowed_mentions=NO_PINGS)
        else:
            await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def choose_picture(self, interaction: discord.Interaction[Any]) -> None:
        """Go on with one of several pictures."""
        kept_as = "".join(chosen(interaction)[:1])
        await self._renew(interaction, kept_as, await self._form(interaction, kept_as))

    async def press(self, interaction: discord.Interaction[Any], form_id: str, act: str) -> None:
        """Draw, open one of the forms, or take another rating.

        Raises:
            Refused: It is not kept any more, or not drawn here; the message says why.
        """
        form = await self._form(interaction, form_id)
        match act:
            case "draw":
                await self.imagine.ask(interaction, form, given=form.given)
            case "rating":
                rating = "".join(chosen(interaction)[:1])
                await self._change(interaction, form_id, Changes({"rating": rating} if is_rating(rating) else {}))
            case "area":
                area: Area | None = next((one for one in AREAS if one in chosen(interaction)), None)
                change = Change(area=area)  # in place of a mask or an edge, too
                await self._change(interaction, form_id, Changes({"change": area and msgspec.structs.asdict(change)}))
            case _:
                await self._open(interaction, form_id, form, act)

    async def fill(self, interaction: discord.Interaction[Any], form_id: str, act: str) -> None:
        """Take what somebody changed in a form, and leave the rest."""
        form = await self._form(interaction, form_id)
        match act:
            case "words" | "style" | "numbers":
                await self._change(interaction, form_id, changes(act, form, sent_texts(interaction)))
            case _:
                raise InvalidRequest(FORM_TOO_OLD)

    async def fill_old(self, interaction: discord.Interaction[Any], form_id: str) -> None:
        """Take a form that an earlier version had opened."""
        form = await self._form(interaction, form_id)
        given = form.given or words_of_options(form)  # it did not know whose words they were
        await self.show_words(interaction, msgspec.structs.replace(form, given=given))

    async def _open(self, interaction: discord.Interaction[Any], kept_as: str, form: OpenForm, act: str) -> None:
        match act:
            case "words" | "style" | "numbers":
                custom_id = form_id(kept_as, act)
                await interaction.response.send_modal(EditForm(custom_id, act, form, self.offers, title=TITLES[act]))
            case _:
                raise InvalidRequest(FORM_TOO_OLD)

    async def _change(self, interaction: discord.Interaction[Any], kept_as: str, read: Changes) -> None:
        form = await self.store.forms.change(kept_as, interaction.user.id, read.values)
        if form is None:
            raise InvalidRequest(FORM_TOO_OLD)
        await self._renew(interaction, kept_as, form, wrong=read.wrong)

    async def _renew(
        self, interaction: discord.Interaction[Any], kept_as: str, form: OpenForm, *, wrong: Sequence[Sentence] = ()
    ) -> None:
        """Let the private message show how it stands now."""
        step = await self._step(interaction, kept_as, form, wrong=wrong)
        await interaction.response.edit_message(view=screen(step), allowed_mentions=NO_PINGS)

    async def _step(
        self, interaction: discord.Interaction[Any], kept_as: str, form: OpenForm, *, wrong: Sequence[Sentence] = ()
    ) -> EditState:
        highest = await self.gatekeeper.highest_here(interaction)
        try:
            personal = await self.imagine.request(interaction.user.id, form, guild_id=interaction.guild_id)
        except InvalidRequest as error:
            wrong = [*wrong, error.sentence]
        else:
            raised = await self.imagine.intake.raised(personal.request)
            if raised.rating != personal.request.rating:
                wrong = [*wrong, says.rated_as_its_picture(raised.rating)]
        return EditState(kept_as, form, highest, wrong)

    async def _form(self, interaction: discord.Interaction[Any], kept_as: str) -> OpenForm:
        form = await self.store.forms.get(kept_as, interaction.user.id)
        if form is None:
            raise InvalidRequest(FORM_TOO_OLD)
        return form

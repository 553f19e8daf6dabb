"""What `/settings why` does: it asks the gate about a request that nobody made, and says the answer of an admin's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answer import tell
from bot.checks.admins import admins_server
from bot.long_texts import worked_on
from bot.request import Options
from bot.safety.gate import explain, limit, nameable
from bot.safety.gate_question import GateQuestion
from bot.safety.naming import Telling
from bot.safety.ratings import ORDER
from bot.sentences import gate
from bot.sentences import settings as screen_says
from bot.sentences import why as says
from bot.sentences.joined import in_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import discord

    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Rating
    from bot.prompt.prompt_writer import PromptWriter
    from bot.safety.verdict import Step
    from bot.safety.wording import TextFilter
    from bot.sentences.sentence import Sentence
    from bot.sentences.why import Whose

_WHOSE: dict[str, Whose] = {
    "operator": "operator",
    "tagger": "operator",
    "place": "discord",
    "server": "server",
    "channel": "server",
    "role": "server",
    "channels": "server",
    "access": "server",
    "lock": "person",
    "lora": "operator",
    "adults": "operator",
}
"""Whose rules they are; those that are not here hold everywhere, and a denied tag says itself who denied it."""


@dataclass(kw_only=True, eq=False)
class Why:
    """Nothing is drawn, counted or written down."""

    gatekeeper: Gatekeeper
    writer: PromptWriter
    words: TextFilter

    async def explain(
        self,
        interaction: discord.Interaction[Any],
        user: discord.Member | discord.User,
        channel_id: int,
        *,
        rating: Rating | None,
        prompt: str | None,
    ) -> None:
        """Tell what would become of somebody's request, rule by rule; words are named as far as this place reads them.

        Raises:
            NotYours: To somebody who may not manage the server.
            InvalidRequest: The prompt is no request.
        """
        guild = admins_server(interaction)
        situation = await self.gatekeeper.situation_for(user, guild.id, channel_id)
        telling = Telling(nameable(await self.gatekeeper.situation_here(interaction)), guards=True)

        def answer() -> tuple[Rating, list[Step]]:
            question = self._question(prompt, rating)
            return self.words.asks_for(question), list(explain(situation, question, self.words, telling))

        asked, steps = await worked_on(len(prompt or ""), answer)
        said = _said(user.id, channel_id, asked, steps, limit(situation), with_words=bool(prompt))
        await tell(interaction, in_lines(tuple(said)))

    def _question(self, prompt: str | None, rating: Rating | None) -> GateQuestion:
        if not prompt:
            return GateQuestion(rating=rating or ORDER[0])
        options = self.writer.understand(Options(prompt=prompt, rating=rating)).options
        request = self.writer.complete(options)
        return self.gatekeeper.gate_question(request, self.gatekeeper.compose(request))


def _said(
    member: int, channel: int, rating: Rating, steps: Sequence[Step], highest: Rating | None, *, with_words: bool
) -> Iterator[Sentence]:
    at = next(number for number, step in enumerate(steps) if step.rule == "length")
    of_words = steps[at:] if with_words else ()
    first_no = next((step for step in (*steps[:at], *of_words) if not step.allowed), None)
    if first_no is None:
        yield says.drawn(rating, member, channel)
    else:
        yield says.not_drawn(rating, member, channel, first_no.rule, _whose(first_no))
    for step in steps[:at]:
        yield screen_says.rule(step.rule, step.allowed, _about(step, rating, member, channel))
    refused = [step for step in of_words if not step.allowed]
    for step in refused:
        yield screen_says.rule(step.rule, allowed=False, says=step.sentence)
    if with_words and not refused:
        yield screen_says.rule("words", allowed=True, says=gate.FOUND_NOTHING)
    yield says.nothing_there(member, channel) if highest is None else says.up_to(member, channel, highest)
    yield says.WITHOUT_DEFAULTS if with_words else says.WITHOUT_WORDS


def _whose(step: Step) -> Whose:
    if step.rule == "denied":
        return "operator" if step.sentence.values["by"] == "operator" else "server"
    return _WHOSE.get(step.rule, "core")


def _about(step: Step, rating: Rating, member: int, channel: int) -> Sentence:
    """Say what a rule says of the person who is asked about, and not to them."""
    values: dict[str, Any] = step.sentence.values
    match step.rule:
        case "channels":
            return says.draws(channel) if step.allowed else says.draws_not(channel)
        case "access":
            return says.may_ask(member, rating) if step.allowed else says.may_not_ask(member, rating)
        case "lock":
            return says.not_locked(member) if step.allowed else says.locked(member, values["until"])
        case _ if "decider" in values:
            return says.limit(values["decider"], values["place"], values["highest"], member, channel)
        case _:
            return step.sentence

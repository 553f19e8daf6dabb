"""Asks the gate about a place, a person and a request as they are at this moment; every door of the bot asks here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from bot.checks.place import missing_permissions, spot_of
from bot.checks.roles import roles_of
from bot.errors import InvalidRequest, NotYours, PromptRefused
from bot.long_texts import chars_of, worked_on
from bot.safety.audit import AuditRecord
from bot.safety.gate import Asker, Situation, Verdict, brings, judge, limit, shows, shows_all
from bot.safety.gate_question import tags_of, without_tags
from bot.sentences import audit, more
from bot.sentences import gate as says
from bot.sentences.joined import as_written
from bot.store.patience import WAITS_S, patiently

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    import discord

    from bot.checks.audit import Audit
    from bot.checks.lockouts import Lockouts
    from bot.checks.roles import Roles
    from bot.config import Rating
    from bot.job import Job
    from bot.prompt.compose import Composed
    from bot.request import Request
    from bot.safety.gate_question import ComposedTexts, GateQuestion
    from bot.safety.policy import OperatorPolicy, ServerPolicy
    from bot.safety.wording import TextFilter
    from bot.sentences.sentence import Sentence
    from bot.store.policies import Policies

STRANGER = Asker(roles=None)
"""Somebody about whom nothing is known: every limit of any role counts."""

REPORTED = Verdict(
    allowed=False,
    rule="reported",
    sentence=says.REPORTED,
)


@dataclass(kw_only=True, eq=False)
class Gatekeeper:
    """Looks up what the gate needs to know, never remembers it, and hands on what the gate says."""

    client: discord.Client
    operator: OperatorPolicy
    policies: Policies
    roles: Roles
    lockouts: Lockouts
    audit: Audit
    compose: Callable[[Request], Composed]
    gate_question: Callable[[Request, ComposedTexts], GateQuestion]
    words: TextFilter
    hides: Callable[[str], Awaitable[bool]]
    now: Callable[[], float]
    wildcards: frozenset[str] = frozenset()
    """What the operator's wildcards may have put among somebody's tags, as `tags_of` gives it."""

    # What the gate has to know

    async def situation(self, guild_id: int | None, channel_id: int, person: Asker = STRANGER) -> Situation:
        """Look up what decides about this place as it is now."""
        place, channels = await spot_of(self.client, guild_id, channel_id)
        server = await self.policies.of(guild_id)
        return Situation(
            place=place, operator=self.operator, server=server, guild_id=guild_id, channels=channels, person=person
        )

    async def situation_here(self, interaction: discord.Interaction[Any]) -> Situation:
        """Look up what decides about somebody who does something, where they do it."""
        return await self.situation_for(interaction.user, interaction.guild_id, interaction.channel_id or 0)

    async def situation_for(
        self, user: discord.Member | discord.User, guild_id: int | None, channel_id: int
    ) -> Situation:
        """Look up what decides about somebody as an interaction shows them, wherever."""
        person = Asker(roles=roles_of(user), locked_until=await self.lockouts.until(user.id, guild_id))
        return await self.situation(guild_id, channel_id, person)

    async def situation_of(self, job: Job) -> Situation:
        """Look up what decides about a job, whose asker may have gone since; a store that fails is waited out.

        Once for an event is enough, however much of it is judged; it is as old as what it is kept for.
        """
        return await patiently(partial(self._situation_of, job), WAITS_S)

    async def _situation_of(self, job: Job) -> Situation:
        roles = None
        if job.guild_id is not None and (job.request.loras or (await self.policy(job.guild_id)).asks_for_roles):
            roles = await self.roles.of(job.guild_id, job.user_id)
        person = Asker(roles=roles, locked_until=await self.lockouts.until(job.user_id, job.guild_id))
        return await self.situation(job.guild_id, job.channel_id, person)

    async def policy(self, guild_id: int | None) -> ServerPolicy:
        """Look up what a server's admins decided."""
        return await self.policies.of(guild_id)

    # What the gate says

    async def highest_here(self, interaction: discord.Interaction[Any]) -> Rating:
        """Give the highest rating that a form may offer where this happens.

        Raises:
            PromptRefused: Nothing can be drawn here.
        """
        situation = await self.situation_here(interaction)
        highest = limit(situation)
        if highest is None:
            raise PromptRefused(await self._refused(interaction, shows(situation, "safe", "safe")))
        return highest

    async def check_brings(self, interaction: discord.Interaction[Any]) -> None:
        """Let somebody bring a picture to begin with, where they ask.

        Raises:
            PromptRefused: Nothing may be drawn from it for them, here and now; with the sentence for them.
        """
        await self._check(interaction, brings(await self.situation_here(interaction)))

    async def check(self, interaction: discord.Interaction[Any], request: Request, *, given: str = "") -> Composed:
        """Write the texts of a request that may be drawn where it is asked for.

        Args:
            interaction: Where, and whose.
            request: What is asked for.
            given: Words in it that somebody else wrote, of a recipe: they are no strike of who sends them on.

        Raises:
            Refused: It may not; the message says why.
        """
        if interaction.channel_id is None:
            raise InvalidRequest(says.NO_CHANNEL)
        if missing := missing_permissions(interaction):
            raise InvalidRequest(says.cannot_post(missing))
        composed = await worked_on(chars_of(request), partial(self.compose, request))
        verdict = await self._judge(
            await self.situation_here(interaction), request, composed, in_private=True, own=not given
        )
        if verdict.strike:
            question = self.gate_question(request, composed)
            own = without_tags(question, tags_of(given) | self.wildcards)
            if own != question:
                here = await self.situation_here(interaction)
                verdict = judge(here, own, self.words, in_private=True, own=not given)
        if not verdict.allowed:
            raise PromptRefused(await self._refused(interaction, verdict, composed.prompt))
        return composed

    async def check_starts(self, interaction: discord.Interaction[Any], owner: int | None) -> None:
        """Let somebody press what draws at once under a picture.

        Args:
            interaction: Theirs.
            owner: Whose picture it is; None: nobody knows.

        Raises:
            NotYours: Only its owner may, here.
        """
        if interaction.user.id != owner and not (await self.policy(interaction.guild_id)).others_draw:
            raise NotYours(more.only_owner(owner))

    async def judge_begun(self, job: Job) -> Verdict:
        """Ask the gate whether a job that was accepted may still be drawn in its place as it is now."""
        parent = job.request.parent
        if parent is not None and await patiently(partial(self.hides, parent.job_id), WAITS_S):
            return await self._noted(job, REPORTED, audit.BEFORE_DRAWN)
        request = msgspec.structs.replace(job.request, from_upload=job.from_upload)
        verdict = await self._judge(await self.situation_of(job), request, job)
        return await self._noted(job, verdict, audit.BEFORE_DRAWN)

    async def _judge(
        self,
        situation: Situation,
        request: Request,
        texts: ComposedTexts,
        *,
        in_private: bool = False,
        own: bool = True,
    ) -> Verdict:
        return await worked_on(
            chars_of(request) + len(texts.prompt) + len(texts.negative_prompt),
            lambda: judge(situation, self.gate_question(request, texts), self.words, in_private=in_private, own=own),
        )

    async def judge_shown(self, job: Job, situation: Situation) -> Verdict:
        """Ask the gate whether anything of a job may be shown in its place, by what was asked for."""
        if await patiently(partial(self.hides, job.id), WAITS_S):
            return REPORTED
        asked = job.request.rating
        return await self._noted(job, shows(situation, asked, asked), audit.BEFORE_SHOWN)

    async def judge_pictures(
        self, job: Job, situation: Situation, measured: Mapping[int, Rating | None]
    ) -> dict[int, Verdict]:
        """Ask the gate which pictures of a job may be shown in its place.

        Args:
            job: Whose.
            situation: The job's, as it is now.
            measured: What each of them shows, by number; None of one that is not rated.
        """
        verdicts = {number: shows(situation, job.request.rating, one) for number, one in measured.items()}
        for number, verdict in verdicts.items():
            seen = measured[number]
            await self._noted(job, verdict, audit.picture(number + 1, seen))
        return verdicts

    async def judge_restored(self, job: Job, situation: Situation, measured: Iterable[Rating | None]) -> Verdict:
        """Ask the gate whether all that a moderator finds harmless may be shown in its place."""
        verdict = shows_all(situation, job.request.rating, measured)
        return await self._noted(job, verdict, audit.BEFORE_RESTORED)

    async def check_rating(self, interaction: discord.Interaction[Any], rating: Rating) -> None:
        """Let somebody see what belongs to this rating, where they ask.

        Raises:
            PromptRefused: They may not; with the sentence for them.
        """
        await self._check(interaction, shows(await self.situation_here(interaction), rating, rating))

    async def check_shown(
        self, interaction: discord.Interaction[Any], job: Job, measured: Iterable[Rating | None]
    ) -> None:
        """Let somebody see what became of a job, where they ask; `measured` is what its pictures show.

        Raises:
            PromptRefused: They may not; with the sentence for them.
        """
        if await self.hides(job.id):
            raise PromptRefused(REPORTED.sentence)
        await self.check_looked_at(interaction, job, measured)

    async def check_pictures(
        self, interaction: discord.Interaction[Any], here: Situation, job: Job, measured: Mapping[int, Rating | None]
    ) -> frozenset[int]:
        """Let somebody see those pictures of a job that may be shown where they ask, wherever it was drawn.

        Args:
            interaction: Theirs.
            here: Where they ask.
            job: Whose pictures.
            measured: What each of them shows, by number.

        Raises:
            PromptRefused: There are some, and none may; with the sentence for them.
        """
        if await self.hides(job.id):
            raise PromptRefused(REPORTED.sentence)
        verdicts = {number: shows(here, job.request.rating, one) for number, one in measured.items()}
        allowed = frozenset(number for number, verdict in verdicts.items() if verdict.allowed)
        if verdicts and not allowed:
            await self._check(interaction, next(iter(verdicts.values())), audit.to_see(job.id))
        return allowed

    async def lets_read(self, interaction: discord.Interaction[Any], job: Job) -> bool:
        """Tell whether somebody may read what was asked for, where they ask."""
        asked = job.request.rating
        return shows(await self.situation_here(interaction), asked, asked).allowed

    async def check_looked_at(
        self, interaction: discord.Interaction[Any], job: Job, measured: Iterable[Rating | None]
    ) -> None:
        """Let somebody see it, reported or not; otherwise as `check_shown`.

        Raises:
            PromptRefused: They may not; with the sentence for them.
        """
        verdict = shows_all(await self.situation_here(interaction), job.request.rating, measured)
        await self._check(interaction, verdict, audit.to_see(job.id))

    async def _check(
        self, interaction: discord.Interaction[Any], verdict: Verdict, detail: Sentence | None = None
    ) -> None:
        if not verdict.allowed:
            raise PromptRefused(await self._refused(interaction, verdict, detail=detail))

    async def withheld(self, job: Job, detail: str) -> None:
        """Write down that the engine keeps to itself what it drew for a job; `detail` is its own word for why."""
        await self._note(job, "withheld", as_written(detail))

    # What becomes of a no

    async def _refused(
        self, interaction: discord.Interaction[Any], verdict: Verdict, prompt: str = "", detail: Sentence | None = None
    ) -> Sentence:
        """Write a refusal down, count it, and give the sentence for the person."""
        user_id, guild_id = interaction.user.id, interaction.guild_id
        record = AuditRecord(
            event="refused",
            at=self.now(),
            user_id=user_id,
            guild_id=guild_id,
            channel_id=interaction.channel_id,
            rule=verdict.rule,
            detail=detail,
        )
        await self.audit.write(record, words=prompt)
        if not verdict.strike:
            return verdict.sentence
        counted, next_lock_s = await self.lockouts.strike(user_id, guild_id)
        if until := await self.lockouts.until(user_id, guild_id):
            return says.locked_by_strikes(verdict.sentence, until)
        return says.warned(verdict.sentence, counted, self.lockouts.per_lock, round(next_lock_s))

    async def _noted(self, job: Job, verdict: Verdict, what: Sentence) -> Verdict:
        """Write down that a job was stopped; what changed since it was accepted is no fault of its asker's."""
        if not verdict.allowed:
            await self._note(job, verdict.rule, what)
        return verdict

    async def _note(self, job: Job, rule: str, what: Sentence) -> None:
        record = AuditRecord(
            event="refused",
            at=self.now(),
            user_id=job.user_id,
            guild_id=job.guild_id,
            channel_id=job.channel_id,
            rule=rule,
            detail=audit.of_job(job.id, what),
        )
        await patiently(partial(self.audit.write, record, words=job.prompt), WAITS_S)

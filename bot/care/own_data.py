"""What is stored about one person: all of it as a file, or none of it any more."""

from __future__ import annotations

import asyncio
import gzip
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import discord
import msgspec

from bot.answer import NO_PINGS
from bot.errors import InvalidRequest, NotYours
from bot.job import UNFINISHED
from bot.routes import Route, on_press
from bot.sentences import me as says
from bot.sentences.rendering import plain, render
from bot.views import own_data as view

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.care.moderation import Moderation
    from bot.flow.journeys import Journeys
    from bot.job import Job
    from bot.safety.audit import AuditRecord
    from bot.store import Store

_HANDLES = ("interaction_token", "token_created_at", "interaction_id", "application_id")
"""Of a job's record: they open its message for a quarter of an hour, and say nothing about anybody."""

HIGHEST_SECOND = 253_402_300_799
"""The last one that a date can be written of: 9999-12-31."""


class OwnData:
    """Everything is given to, and taken back by, the person whom it is about."""

    def __init__(self, store: Store, journeys: Journeys, moderation: Moderation, *, now: Callable[[], float]) -> None:
        self._store = store
        self._journeys = journeys
        self._moderation = moderation
        self._now = now

    def routes(self) -> list[Route]:
        """Hand in the button that confirms."""
        return [on_press(view.FORGET, self._confirmed)]

    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """Send everything as a private file.

        Raises:
            InvalidRequest: It is more than one message takes.
        """
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await self._collected(interaction.user.id)
        written, name = await asyncio.to_thread(_written, data, interaction.filesize_limit)
        if len(written) > interaction.filesize_limit:
            raise InvalidRequest(says.EXPORT_TOO_LARGE)
        file = discord.File(io.BytesIO(written), filename=name)
        await interaction.edit_original_response(
            content=render(says.EXPORTED), attachments=[file], allowed_mentions=NO_PINGS
        )

    async def ask_to_forget(self, interaction: discord.Interaction[Any]) -> None:
        """Say what will go and what will stay, before anything does."""
        shown = view.confirm(interaction.user.id)
        await interaction.response.send_message(view=shown, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _confirmed(self, interaction: discord.Interaction[Any], user_id: str) -> None:
        await self.forget(interaction, int(user_id))

    async def forget(self, interaction: discord.Interaction[Any], user_id: int) -> None:
        """Forget the person who confirms it.

        Raises:
            NotYours: Somebody else's button.
        """
        if interaction.user.id != user_id:
            raise NotYours(says.NOT_ABOUT_YOU)
        await interaction.response.defer()
        jobs = await self._forget(user_id)
        await interaction.edit_original_response(view=view.forgotten(jobs), allowed_mentions=NO_PINGS)

    async def _forget(self, user_id: int) -> int:
        """Stop and delete everything; give the number of jobs."""
        store, count = self._store, 0
        await store.forgotten.note(user_id, now=self._now())
        async for job in store.jobs.of(user_id):
            if job.state in UNFINISHED:
                await self._journeys.cancel(job)
            await self._moderation.withdraw(job)
            await store.pictures.drop(job.id)
            await store.jobs.delete(job.id)
            count += 1
        for table in (
            store.inputs,
            store.drafts,
            store.forms,
            store.people,
            store.acceptances,
            store.reports,
            store.records,
        ):
            await table.forget(user_id)
        await store.forgotten.note(user_id, now=self._now())  # of a backup that was taken while this was under way
        await store.scrub()
        return count

    async def _collected(self, user_id: int) -> dict[str, object]:
        """Gather all that names this person or can be found by their id."""
        store = self._store
        return {
            "user_id": user_id,
            "exported_at": self._now(),
            "accepted_terms": [
                {"version": version, "accepted_at": at} for version, at in (await store.acceptances.of(user_id)).items()
            ],
            "defaults": _plain(await store.people.defaults(user_id)),
            "favourites": await store.people.favourites(user_id),
            "told_when_done": await store.people.is_always_told(user_id),
            "requests": [await self._of_job(job) async for job in store.jobs.of(user_id)],
            "brought_pictures": [_plain(one) for one in await store.inputs.of(user_id)],
            "previews": [_plain(draft) for draft in await store.drafts.of(user_id)],
            "forms": [_plain(form) for form in await store.forms.of(user_id)],
            "reports": [_plain(report) for report in await store.reports.by(user_id)],
            "audit_log": [_of_record(record) for record in await store.records.of(user_id)],
            "strikes": [{"given_at": at} for at in await store.strikes.of(user_id)],
            "time_outs": [
                {"guild_id": guild_id, "until": until}
                for guild_id, until in (await store.strikes.locks(user_id)).items()
            ],
            "let_draw_again": [
                {"guild_id": guild_id, "at": at} for guild_id, at in (await store.strikes.lifts(user_id)).items()
            ],
        }

    async def _of_job(self, job: Job) -> dict[str, object]:
        told: dict[str, object] = {name: value for name, value in _plain(job).items() if name not in _HANDLES}
        told |= {name: plain(said) for name, said in (("error", job.error), ("kept", job.kept)) if said is not None}
        told["notes"] = [plain(note) for note in job.notes]
        return told | {"pictures": [_plain(picture) for picture in await self._store.pictures.of(job.id)]}


def _of_record(record: AuditRecord) -> dict[str, object]:
    told: dict[str, object] = _plain(record)
    return told | {"detail": "" if record.detail is None else plain(record.detail)}


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    """Give the fields that say something."""
    return {name: one for name, one in msgspec.to_builtins(value).items() if one is not None}


def _written(data: dict[str, object], limit: int) -> tuple[bytes, str]:
    """Write the file and name it, compressed where it is too large otherwise."""
    text = msgspec.json.format(msgspec.json.encode(_readable("", data)), indent=2)
    return (text, "eshi-about-me.json") if len(text) <= limit else (gzip.compress(text), "eshi-about-me.json.gz")


def _readable(name: str, value: Any) -> Any:
    """Write times as dates, and Discord's ids as text: other programs round such long numbers."""
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {key: _readable(key, one) for key, one in table.items()}
    if isinstance(value, list):
        return [_readable(name, one) for one in cast("list[Any]", value)]
    if isinstance(value, int) and name.endswith("_id"):
        return str(value)
    if isinstance(value, int | float) and (name.endswith("_at") or name in {"at", "until"}):
        return datetime.fromtimestamp(min(value, HIGHEST_SECOND), UTC).isoformat(timespec="seconds")
    return value

"""What the settings screen does: every press is checked for the right, changes one thing, and is written down."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.answer import NO_PINGS, tell
from bot.checks.admins import admins_server
from bot.errors import InvalidRequest
from bot.reading.kinds import POLICY
from bot.routes import Route, chosen, on_form, on_press
from bot.safety import changes
from bot.safety.audit import AuditRecord
from bot.safety.policy import MAX_FILE_BYTES, exported
from bot.sentences import settings as says
from bot.sentences.rendering import render
from bot.views.edit import sent_texts
from bot.views.import_question import import_question, mark_of
from bot.views.queue_settings import WEIGHTS, LimitsForm, touched
from bot.views.setting_controls import CONTROL, NONE
from bot.views.settings import FORM, MODELS, PAGES, PLACES, DeniedForm, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.attachments import Attachments
    from bot.checks.admission import Admission
    from bot.checks.audit import Audit
    from bot.checks.gatekeeper import Gatekeeper
    from bot.flow.dispatch import Dispatch
    from bot.prompt.models import KnownModels
    from bot.safety.changes import Change
    from bot.safety.policy import ServerPolicy
    from bot.sentences.sentence import Sentence
    from bot.store.policies import Policies

FILE = "settings.toml"

_PAGE_OF = {
    "pick_channel": "channels",
    "channel_limit": "channels",
    "pick_role": "roles",
    "role_limit": "roles",
    "needed": "who",
    "others_draw": "who",
    "pick_priority": "line",
    "priority": "line",
    "model": "models",
    "models": "models",
}
"""On which page a control stands, where that is not the first."""


@dataclass(kw_only=True, eq=False)
class Settings:
    """What admins see and change."""

    gatekeeper: Gatekeeper
    policies: Policies
    audit: Audit
    attachments: Attachments
    admission: Admission
    dispatch: Dispatch
    models: KnownModels
    now: Callable[[], float]

    def routes(self) -> list[Route]:
        """Hand in the controls of the screen and its forms."""
        return [on_press(CONTROL, self._pressed), on_form(FORM, self.submit)]

    async def open(self, interaction: discord.Interaction[Any]) -> None:
        """Show the screen privately.

        Raises:
            NotYours: To somebody who may not manage the server.
        """
        guild = admins_server(interaction)
        view = self._screen(guild, "ratings", await self.policies.of(guild.id))
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _pressed(self, interaction: discord.Interaction[Any], *, act: str, argument: str) -> None:
        await self.act(interaction, act, argument, chosen(interaction))

    async def act(self, interaction: discord.Interaction[Any], act: str, argument: str, values: Sequence[str]) -> None:
        """Do what a control of the screen says, and show the screen as it is then.

        Args:
            interaction: The press or the choice.
            act: Which control.
            argument: What it is about, as its custom id says.
            values: What was chosen in a menu; empty for a button, and for a menu that was emptied.

        Raises:
            Refused: Nothing was changed; the message says why.
        """
        guild = admins_server(interaction)
        picked = values[0] if values else ""
        if act == "denied":
            await interaction.response.send_modal(DeniedForm(await self.policies.of(guild.id)))
            return
        if act == "limits" and argument in changes.LIMITS:
            form = LimitsForm(argument, await self.policies.of(guild.id), self.admission.operator)
            await interaction.response.send_modal(form)
            return
        if act == "import":
            await self._take_file(interaction, argument)
            return
        if act == "leave":
            await self._answered(interaction, says.LEFT_FILE)
            return
        page, about = _PAGE_OF.get(act, "ratings"), ""
        match act:
            case "page" if argument in {*PAGES, MODELS}:
                page = argument
            case "pick_channel" | "pick_role" | "pick_priority":
                about = picked
            case _:
                await self._change(interaction, guild, _change(guild, act, argument, values))
        view = self._screen(guild, page, await self.policies.of(guild.id), about)
        await interaction.response.edit_message(view=view, allowed_mentions=NO_PINGS)

    async def submit(self, interaction: discord.Interaction[Any], form: str) -> None:
        """Change what was typed into a form, and show the screen as it is then.

        Args:
            interaction: The sent form.
            form: Which one, as its custom id says.

        Raises:
            Refused: Nothing was changed; the message says why.
        """
        guild = admins_server(interaction)
        sent = sent_texts(interaction)
        if form == "denied":
            change = changes.deny(*(changes.tags_of(sent.get(field, "")) for field in ("added", "removed")))
        else:
            change = changes.limit(touched(sent))
        policy = await self._change(interaction, guild, change)
        view = self._screen(guild, "ratings" if form == "denied" else "line", policy)
        await interaction.response.edit_message(view=view, allowed_mentions=NO_PINGS)

    async def send_file(self, interaction: discord.Interaction[Any]) -> None:
        """Give the whole policy as the file that `show_file` reads."""
        guild = admins_server(interaction)
        await interaction.response.send_message(
            render(says.EXPORTED),
            file=_file(await self.policies.of(guild.id)),
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )

    async def show_file(self, interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
        """Show what a file would change, and change nothing before somebody says so.

        Raises:
            Refused: It cannot be used; the message says why.
        """
        guild = admins_server(interaction)
        policy = await self._read(interaction, guild, file)
        before = await self.policies.of(guild.id)
        told = changes.described(before, policy)
        if not told:
            await tell(interaction, says.NO_NEWS)
            return
        await interaction.response.send_message(
            _cut(render(says.would_change(says.changes(told)))),
            file=_file(policy),
            view=import_question(mark_of(before, policy)),
            ephemeral=True,
            allowed_mentions=NO_PINGS,
        )

    async def _take_file(self, interaction: discord.Interaction[Any], mark: str) -> None:
        """Put the file under a question in place of the whole policy: all of it, or nothing.

        Where the settings are no longer those that the question compared it with, it asks again.
        """
        guild = admins_server(interaction)
        attached = interaction.message.attachments if interaction.message is not None else []
        if not attached:
            raise InvalidRequest(says.NO_FILE)
        policy = await self._read(interaction, guild, attached[0])
        before = await self.policies.of(guild.id)
        told = changes.described(before, policy)
        if told and mark != mark_of(before, policy):
            again = says.changed_meanwhile(says.would_change(says.changes(told)))
            await interaction.response.edit_message(
                content=_cut(render(again)),
                view=import_question(mark_of(before, policy)),
                allowed_mentions=NO_PINGS,
            )
            return
        await self._change(interaction, guild, lambda _before: policy)
        said = says.taken(says.changes(told)) if told else says.NO_NEWS
        await self._answered(interaction, said)

    async def _answered(self, interaction: discord.Interaction[Any], said: Sentence) -> None:
        await interaction.response.edit_message(
            content=_cut(render(said)), view=None, attachments=[], allowed_mentions=NO_PINGS
        )

    async def _read(
        self, interaction: discord.Interaction[Any], guild: discord.Guild, file: discord.Attachment
    ) -> ServerPolicy:
        if file.size > MAX_FILE_BYTES:
            raise InvalidRequest(says.file_too_large(MAX_FILE_BYTES // 1024))
        policy = await self.attachments.first([file], POLICY, person=interaction.user.id)
        assert policy is not None  # noqa: S101  it is a policy or refused
        _require_known(guild, policy)
        return policy

    async def _change(
        self, interaction: discord.Interaction[Any], guild: discord.Guild, change: Change
    ) -> ServerPolicy:
        before, after = await self.policies.change(guild.id, change)
        if told := changes.described(before, after):
            self.admission.decided(guild.id, after)
            await self.dispatch.queue_changed()
            record = AuditRecord(
                event="changed",
                at=self.now(),
                user_id=interaction.user.id,
                guild_id=guild.id,
                channel_id=interaction.channel_id,
                detail=says.changes(told),
            )
            await self.audit.write(record)
        return after

    def _screen(self, guild: discord.Guild, page: str, policy: ServerPolicy, picked: str = "") -> discord.ui.LayoutView:
        known = {str(one.id) for one in guild.channels if one.type in PLACES} | {str(one.id) for one in guild.roles}
        models = [one.title for one in self.models.all()]
        limits = self.admission.operator
        return screen(page, policy, self.gatekeeper.operator, limits=limits, known=known, chosen=picked, models=models)


def _change(guild: discord.Guild, act: str, argument: str, values: Sequence[str]) -> Change:
    """Say what a control changes.

    Raises:
        InvalidRequest: It is none of ours any more, or it asks for what the bot cannot do.
    """
    chosen = values[0] if values else None
    match act, argument:
        case (("open_limit" | "age_restricted_limit"), "") if chosen is not None:
            return changes.set_field(act, chosen)
        case (("spoilers" | "log_prompts" | "others_draw"), ("on" | "off")):
            return changes.set_field(act, argument == "on")
        case (("channels" | "models"), ""):
            return changes.set_field(act, tuple(values))
        case "model", "" if chosen is not None:
            return changes.set_field(act, chosen)
        case "log_channel", "":
            return changes.set_field(act, None if chosen is None else _writable(guild, chosen))
        case (("channel_limit" | "role_limit"), _) if argument.isdecimal():
            return changes.set_entry(f"{act}s", argument, None if chosen in (None, NONE) else chosen)
        case "priority", _ if argument.isdecimal() and chosen in WEIGHTS:
            return changes.set_entry("priority_roles", argument, WEIGHTS[chosen])
        case "needed", _:
            return changes.set_entry("needed_roles", argument, tuple(values) or None)
        case _:
            raise InvalidRequest(says.OLD_CONTROL)


def _writable(guild: discord.Guild, channel_id: str) -> str:
    channel = guild.get_channel(int(channel_id))
    rights = channel.permissions_for(guild.me) if channel is not None else discord.Permissions.none()
    if not (rights.view_channel and rights.send_messages):
        raise InvalidRequest(says.CANNOT_WRITE_THERE)
    return channel_id


def _require_known(guild: discord.Guild, policy: ServerPolicy) -> None:
    """Refuse a file of another server, or of a time before something was deleted: its rules would hold for nobody."""
    channels = {*policy.channel_limits, *policy.channels, *([policy.log_channel] if policy.log_channel else [])}
    needed = {role for roles in policy.needed_roles.values() for role in roles}
    roles = {*policy.role_limits, *policy.priority_roles, *needed}
    strange = [one for one in channels if guild.get_channel_or_thread(int(one)) is None]
    strange += [one for one in roles if guild.get_role(int(one)) is None]
    if strange:
        raise InvalidRequest(says.strangers_in_file(tuple(sorted(strange)[:10])))


def _file(policy: ServerPolicy) -> discord.File:
    return discord.File(io.BytesIO(exported(policy)), filename=FILE)


def _cut(text: str) -> str:
    return text if len(text) <= 1900 else f"{text[:1900]}…"  # noqa: PLR2004  of the 2,000 that a message may have

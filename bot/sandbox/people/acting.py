"""What a person does in a chat: say, command, press, choose, submit, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.people import asking
from bot.sandbox.people.acts import Acts
from bot.sandbox.people.denied import Denied, forbidden, unknown
from bot.sandbox.rules import forms
from bot.sandbox.rules.forms import UploadedFile
from bot.sandbox.rules.protocol import Json, Permission, number
from bot.sandbox.world import message_payloads, payloads, permissions, uploads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.people.asking import Ask, Handler
    from bot.sandbox.world.local_discord import LocalDiscord
    from bot.sandbox.world.state import Interaction


_MOST_UPLOADED = 1 << 26
"""64 MiB: enough to bring the bot more than it takes; Nitro's 500 are not kept in memory."""


class ActingHandlers:
    def __init__(self, local: LocalDiscord) -> None:
        self._local = local
        self._world = local.world
        self._acts = Acts(local)

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        channel = r"/channels/{channel:\d+}"
        message = channel + r"/messages/{message:\d+}"
        modal = r"/modals/{interaction:\d+}"
        yield "POST", "/attachments", self.upload
        yield "PUT", "/installation", self.install
        yield "DELETE", "/installation", self.uninstall
        yield "POST", "/direct-messages", self.open_direct_message
        yield "POST", f"{channel}/messages", self.say
        yield "POST", f"{channel}/slash", self.slash
        yield "POST", f"{channel}/autocomplete", self.autocomplete
        yield "POST", channel + r"/users/{user:\d+}/menu", self.user_menu
        yield "POST", f"{message}/menu", self.message_menu
        yield "POST", f"{message}/press", self.press
        yield "POST", f"{message}/choose", self.choose
        yield "PUT", message + "/reactions/{emoji}", self.react
        yield "DELETE", message + "/reactions/{emoji}", self.unreact
        yield "DELETE", message, self.delete_message
        yield "POST", f"{modal}/submit", self.submit
        yield "DELETE", modal, self.close_modal

    async def upload(self, ask: Ask) -> Json:
        raw = await forms.read(ask.request, at_most=_MOST_UPLOADED)
        for name, filename, data in forms.parts(ask.request.headers.get("Content-Type", ""), raw):
            if name == "file" and filename is not None:
                attachment = uploads.store(UploadedFile(filename, data), self._world, channel_id=0)
                return {"attachment": message_payloads.attachment(attachment, self._world)}
        raise Denied(400, "invalid_body", "The form has no part named file.")

    async def open_direct_message(self, ask: Ask) -> Json:
        body = await ask.body(asking.OpenDirectMessage)
        found = [self._world.users.get(number(one)) for one in body.recipient_ids or [body.recipient_id]]
        others = [one for one in found if one is not None and one is not ask.me]
        if not others or len(others) < len(found) or (self._world.bot in others and len(others) > 1):
            raise unknown("user")
        known = len(self._world.channels)
        channel = self._world.private_channel([ask.me, *others])
        if len(self._world.channels) > known:
            self._local.broadcast.private_channel_opened(channel)
        return {"channel": payloads.private_channel(channel, ask.me, self._world)}

    async def install(self, ask: Ask) -> None:
        self._world.installed_by.add(ask.me.id)
        self._local.broadcast.commands_changed()

    async def uninstall(self, ask: Ask) -> None:
        self._world.installed_by.discard(ask.me.id)
        self._local.broadcast.commands_changed()

    async def say(self, ask: Ask) -> Json:
        channel, body = ask.channel, await ask.body(asking.Say)
        if not permissions.may(ask.me, channel, permissions.sending_in(channel)):
            raise forbidden("You cannot write in this channel.")
        if body.attachments and not permissions.may(ask.me, channel, Permission.ATTACH_FILES):
            raise forbidden("You cannot attach files in this channel.")
        sent: Json = {"content": body.content}
        if body.reply_to is not None:
            sent["message_reference"] = {"message_id": body.reply_to}
        files: dict[int, UploadedFile] = {}
        for place, attachment_id in enumerate(body.attachments):
            stored = self._world.attachments.get(number(attachment_id))
            if stored is None:
                raise unknown("attachment")
            files[place] = UploadedFile(stored.filename, stored.data)
        message = self._local.messages.create(channel, ask.me, sent, files)
        if channel.is_thread:
            self._local.places.join_thread(channel, ask.me)
        return {"message": message_payloads.message(message, self._world)}

    async def slash(self, ask: Ask) -> Interaction:
        channel, body = ask.channel, await ask.body(asking.Slash)
        return self._acts.slash(ask.me, channel, body.command, body.options)

    async def autocomplete(self, ask: Ask) -> Json:
        channel, body = ask.channel, await ask.body(asking.Autocomplete)
        interaction = self._acts.autocomplete(ask.me, channel, body.command, body.options, body.focused)
        choices = None if interaction.choices is None else await interaction.choices
        if choices is None:
            raise Denied(504, "did_not_respond", f"{self._world.bot.username} did not respond in time.")
        return {"interaction_id": str(interaction.id), "choices": choices}

    async def message_menu(self, ask: Ask) -> Interaction:
        message, body = ask.message, await ask.body(asking.Menu)
        return self._acts.message_menu(ask.me, message, body.command)

    async def user_menu(self, ask: Ask) -> Interaction:
        channel, body = ask.channel, await ask.body(asking.Menu)
        return self._acts.user_menu(ask.me, channel, str(ask.id("user")), body.command)

    async def press(self, ask: Ask) -> Interaction:
        message, body = ask.message, await ask.body(asking.Press)
        return self._acts.press(ask.me, message, body.custom_id)

    async def choose(self, ask: Ask) -> Interaction:
        message, body = ask.message, await ask.body(asking.Choose)
        return self._acts.choose(ask.me, message, body.custom_id, body.values)

    async def react(self, ask: Ask) -> None:
        self._local.reactions.add(ask.message, ask.request.match_info["emoji"], ask.me)

    async def unreact(self, ask: Ask) -> None:
        self._local.reactions.remove(ask.message, ask.request.match_info["emoji"], ask.me)

    async def delete_message(self, ask: Ask) -> None:
        message = ask.message
        if message.ephemeral:
            self._local.messages.dismiss(message)
        elif message.author is ask.me or permissions.may(ask.me, message.channel, Permission.MANAGE_MESSAGES):
            self._local.messages.delete(message)
        else:
            raise forbidden()

    async def submit(self, ask: Ask) -> Interaction:
        body = await ask.body(asking.Submit)
        return self._acts.submit(ask.me, str(ask.id("interaction")), body.values)

    async def close_modal(self, ask: Ask) -> None:
        interaction, _ = self._acts.modal(ask.me, str(ask.id("interaction")))
        interaction.modal = None

"""Messages, whoever writes them: one set of rules for making, editing and deleting, whatever the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.rules import components
from bot.sandbox.rules.bounds_table import TABLE
from bot.sandbox.rules.protocol import WITH_MESSAGES, Json, MessageFlag, number
from bot.sandbox.rules.refusal import Problems, Reason, Refusal
from bot.sandbox.world import mentions, rendering, uploads
from bot.sandbox.world.state import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.rules.forms import UploadedFile
    from bot.sandbox.world.broadcast import Broadcast
    from bot.sandbox.world.state import Channel, Interaction, User, World

_SETTABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2
_NONCE_WINDOW_S = 300.0
"""The "past few minutes" of the documentation ("Create Message", enforce_nonce)."""
_MOST_NONCES = 10_000
NOBODY = 0
"""Who sees a dismissed message."""


class Messages:
    """All changes to messages go through here, so that every one is checked and told."""

    def __init__(self, world: World, broadcast: Broadcast) -> None:
        self._world = world
        self._broadcast = broadcast
        self._by_nonce: dict[tuple[int, str], Message] = {}
        """Of an author's nonce the newest message."""

    def find(self, channel: Channel, message_id: int, viewer: User) -> Message:
        """Look a message up as somebody sees it.

        Raises:
            Refusal: 10008, it is not there or not for these eyes.
        """
        message = channel.messages.get(message_id)
        if message is None or message.deleted or (message.visible_to not in {None, viewer.id}):
            raise Refusal(Reason.UNKNOWN_MESSAGE)
        return message

    def create(
        self,
        channel: Channel,
        author: User,
        body: Json,
        files: dict[int, UploadedFile],
        *,
        interaction: Interaction | None = None,
        message_id: int | None = None,
        once_checked: Callable[[], None] = lambda: None,
    ) -> Message:
        """Post a message.

        Args:
            channel: Where.
            author: Who.
            body: The request's JSON.
            files: Uploads by their number.
            interaction: What it answers.
            message_id: That of the thread which it begins; by default drawn.
            once_checked: Called before anybody hears of the message, unless it is refused.

        Raises:
            Refusal: 10003, 40005, 50006, 50008 or 50035; nothing was posted.
        """
        if channel.deleted:
            raise Refusal(Reason.UNKNOWN_CHANNEL)
        if channel.type not in WITH_MESSAGES:
            raise Refusal(Reason.NOT_A_TEXT_CHANNEL)
        if (earlier := self._same_nonce(author, body)) is not None:
            return earlier
        message = Message(
            message_id or self._world.new_id(), channel, author, self._world.clock.now(), interaction=interaction
        )
        flags = MessageFlag(body.get("flags") or 0)
        problems = Problems()
        if interaction is not None and (flags & MessageFlag.EPHEMERAL or interaction.hushed):
            message.visible_to = interaction.user.id
            message.flags = MessageFlag.EPHEMERAL
            flags &= ~MessageFlag.EPHEMERAL
        message.nonce = body.get("nonce")
        message.reply_to = self._replied(channel, body, problems)
        uploader = author if interaction is None else interaction.user
        self._apply(message, body, files, flags, problems, uploader=uploader)
        once_checked()
        channel.messages[message.id] = message
        self._remember_nonce(message)
        if channel.archived:  # writing opens a thread again
            channel.archived = False
            self._broadcast.channel_updated(channel, self._broadcast.viewers(channel))
        self._broadcast.message_created(message, mentions.notified(message))
        return message

    def defer(self, interaction: Interaction, *, ephemeral: bool) -> Message:
        """Post the "thinking" message, to be filled later."""
        message = Message(
            self._world.new_id(),
            interaction.channel,
            self._world.bot,
            self._world.clock.now(),
            flags=MessageFlag.LOADING | (MessageFlag.EPHEMERAL if ephemeral else MessageFlag(0)),
            interaction=interaction,
            visible_to=interaction.user.id if ephemeral else None,
        )
        interaction.channel.messages[message.id] = message
        self._broadcast.message_created(message, set())
        return message

    def edit(
        self, message: Message, body: Json, files: dict[int, UploadedFile], *, uploader: User | None = None
    ) -> Message:
        """Change what the request names and keep the rest; a "thinking" message becomes a real one.

        Args:
            message: Which.
            body: The request's JSON.
            files: Uploads by their number.
            uploader: Whose limit of files counts; by default the author's.

        Raises:
            Refusal: 10003, 10008, 40005, 50006, 50035 or 50083; nothing was changed.
        """
        if message.channel.deleted:
            raise Refusal(Reason.UNKNOWN_CHANNEL)
        if message.deleted:
            raise Refusal(Reason.UNKNOWN_MESSAGE)
        if message.channel.archived:
            raise Refusal(Reason.THREAD_IS_ARCHIVED)
        filled = MessageFlag.LOADING in message.flags
        flags = MessageFlag(body["flags"] or 0) if "flags" in body else message.flags & _SETTABLE
        problems = Problems()
        if message.is_layout and not flags & MessageFlag.COMPONENTS_V2:
            problems.add(("flags",), "MESSAGE_COMPONENTS_V2_FLAG_PERMANENT", "This flag cannot be removed.")
        if filled:
            flags &= ~MessageFlag.EPHEMERAL  # a followup that fills the answer may repeat it; the deferral decided
        self._apply(message, body, files, flags, problems, uploader=uploader or message.author)
        if not filled:
            message.edited_at = self._world.clock.now()
        self._broadcast.message_updated(message)
        return message

    def dismiss(self, message: Message) -> None:
        """Take an ephemeral message out of the one view that it is in; its token may still edit it."""
        self._broadcast.message_deleted(message)
        message.visible_to = NOBODY

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        for attachment in message.attachments:
            self._world.drop(attachment)
        self._broadcast.message_deleted(message)

    def _apply(
        self,
        message: Message,
        body: Json,
        files: dict[int, UploadedFile],
        flags: MessageFlag,
        problems: Problems,
        *,
        uploader: User,
    ) -> None:
        """Check the message as it would be, then make it so."""
        layout = bool(flags & MessageFlag.COMPONENTS_V2)
        content: str = (body["content"] or "").strip() if "content" in body else message.content
        sent_embeds: list[Json] = (body["embeds"] or []) if "embeds" in body else message.embeds
        allowed: Json | None = body.get("allowed_mentions")
        if flags & ~_SETTABLE:
            problems.add(("flags",), "MESSAGE_FLAGS_INVALID", "These flags cannot be set here.")
        _check_text(content, sent_embeds, problems, layout=layout)
        mentions.check(allowed, problems)
        filenames = _filenames_after(message, body, files)
        sent_components: list[Json] = (body.get("components") or []) if "components" in body else []
        if "components" in body:
            components.check_message(sent_components, layout=layout, filenames=filenames, problems=problems)
        elif layout and not message.is_layout and message.components:
            problems.add(("components",), "BASE_TYPE_REQUIRED", "Components of the old kind must be replaced.")
        attachments = uploads.arrange(
            body.get("attachments"),
            files,
            message.attachments,
            channel=message.channel,
            uploader=uploader,
            world=self._world,
            problems=problems,
        )
        problems.refuse()
        written = (
            rendering.components(sent_components, attachments, self._world)
            if "components" in body
            else message.components
        )
        unseen = body.get("poll") or body.get("sticker_ids")  # taken, and not shown here
        if not (written or unseen or (not layout and (content or sent_embeds or attachments))):
            for one in set(attachments) - set(message.attachments):
                self._world.drop(one)
            raise Refusal(Reason.EMPTY_MESSAGE)
        for one in set(message.attachments) - set(attachments):
            self._world.drop(one)
        for one in attachments:
            one.ephemeral = message.ephemeral
        if "embeds" in body:
            message.embeds = rendering.embeds(sent_embeds, attachments, self._world)
        message.content, message.components, message.attachments = content, written, attachments
        message.flags = flags | (message.flags & MessageFlag.EPHEMERAL)
        self._mention(message, allowed)

    def _mention(self, message: Message, allowed: Json | None) -> None:
        text = "\n".join([message.content, *components.texts(message.components)])
        found = mentions.find(text, allowed, message.author, message.channel, self._world)
        if message.reply_to is not None and message.edited_at is None:
            found.users += [one for one in mentions.replied_to(message.reply_to, allowed) if one not in found.users]
        message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone

    def _replied(self, channel: Channel, body: Json, problems: Problems) -> Message | None:
        reference: Json | None = body.get("message_reference")
        if reference is None:
            return None
        if reference.get("type"):
            problems.add(("message_reference", "type"), "UNKNOWN_FIELD", "Forwarding is unknown here.")
        found = channel.messages.get(number(reference.get("message_id")))
        if found is None and reference.get("fail_if_not_exists", True):
            problems.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return found

    def _same_nonce(self, author: User, body: Json) -> Message | None:
        """Find what this author posted anywhere with this nonce in the past few minutes, where the request insists."""
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        found = self._by_nonce.get((author.id, str(body["nonce"])))
        fresh = found is not None and found.created_at > self._world.clock.now() - _NONCE_WINDOW_S
        return found if fresh else None

    def _remember_nonce(self, message: Message) -> None:
        if message.nonce is None:
            return
        self._by_nonce[message.author.id, str(message.nonce)] = message
        if len(self._by_nonce) > _MOST_NONCES:
            del self._by_nonce[next(iter(self._by_nonce))]


def _check_text(content: str, embeds: list[Json], problems: Problems, *, layout: bool) -> None:
    TABLE.check({"content": content, "embeds": embeds}, "message", problems)
    for name, present in (("content", content), ("embeds", embeds)):
        if layout and present:
            problems.add(
                (name,),
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _filenames_after(message: Message, body: Json, files: dict[int, UploadedFile]) -> set[str]:
    """Give the names that ``attachment://`` may use: of what the message will carry."""
    entries: list[Any] | None = body.get("attachments")
    whole: list[Json] = [one for one in entries or () if isinstance(one, dict)]
    named = {number(one.get("id")): one.get("filename") for one in whole}
    new = {uploads.safe_name(str(named.get(place) or upload.filename)) for place, upload in files.items()}
    return new | {one.filename for one in message.attachments if entries is None or one.id in named}

"""The bounds that Discord sets to every field which it reads here: one table, by kind of object.

The numbers are those of Discord's documentation and of its OpenAPI description, which agree unless a row says why not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.rules.bounds import Bound, Measure, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

M = Measure
_INT53 = (1 << 53) - 1

# Kinds that share rows. A post is the first message of a forum's thread, an answer what an interaction's token says.
_POSTED = ("message", "post")
_NEW = (*_POSTED, "answer", "webhook message")
_WRITTEN = (*_NEW, "message edit")
_DEFAULTS = {"user": ("user",), "role": ("role",), "mentionable": ("user", "role"), "channel": ("channel",)}
_BY_ID = tuple(f"{one} select" for one in _DEFAULTS)
_SELECTS = ("string select", *_BY_ID)
_GROUPS = ("radio group", "checkbox group")
_INPUTS = (*_SELECTS, *_GROUPS, "text input", "file upload", "checkbox")
_LAYOUTS = ("section", "text display", "thumbnail", "media gallery", "file", "separator", "container", "label")
_COMPONENTS = ("action row", "button", *_INPUTS, *_LAYOUTS)
_LABELLED = ("select option", "group option")
_COMMANDS = ("command", "command edit")
_NESTING = ("sub-command", "group")
_CHOOSING = ("string", "integer", "number")
_OPTIONS = (*_NESTING, *(f"{one} option" for one in (*_CHOOSING, "channel", "other")))
_CHOICES = tuple(f"{one} choice" for one in _CHOOSING)
_THREADS = ("thread", "thread from a message")

FAMILIES: Mapping[str, Mapping[int, str]] = {
    "component": {
        1: "action row",
        2: "button",
        3: "string select",
        4: "text input",
        5: "user select",
        6: "role select",
        7: "mentionable select",
        8: "channel select",
        9: "section",
        10: "text display",
        11: "thumbnail",
        12: "media gallery",
        13: "file",
        14: "separator",
        17: "container",
        18: "label",
        19: "file upload",
        21: "radio group",
        22: "checkbox group",
        23: "checkbox",
    },
    "option": {
        1: "sub-command",
        2: "group",
        3: "string option",
        4: "integer option",
        5: "other option",
        6: "other option",
        7: "channel option",
        8: "other option",
        9: "other option",
        10: "number option",
        11: "other option",
    },
    "any callback": {
        1: "bare callback",
        4: "message callback",
        5: "message callback",
        6: "message callback",
        7: "message callback",
        8: "autocomplete callback",
        9: "modal callback",
        12: "bare callback",
    },
}
"""Kinds that are told apart by their ``type``."""

_MESSAGES = (
    Bound(_WRITTEN, "content", M.TRIMMED, most=2000, why="4,000 in the description, which is what Nitro gives people."),
    Bound(_WRITTEN, "embeds", M.ITEMS, most=10),
    Bound(_WRITTEN, "embeds[]", M.PART, required=True, inside="embed"),
    Bound(_WRITTEN, "embeds", M.EMBED_TEXT, most=6000, why="Documentation, Embed Limits: of all embeds together."),
    Bound(_WRITTEN, "components", M.ITEMS, most=40),
    Bound(_WRITTEN, "components[]", M.PART, required=True, inside="component"),
    Bound(_WRITTEN, "attachments", M.ITEMS, most=10),
    Bound(_WRITTEN, "attachments[]", M.PART, required=True, inside="attachment"),
    Bound(_WRITTEN, "allowed_mentions", M.PART, inside="mentions"),
    Bound(_NEW, "poll", M.PART, inside="poll"),
    Bound(_POSTED, "sticker_ids", M.ITEMS, most=3),
    Bound((*_POSTED, "message edit"), "sticker_ids[]", M.SNOWFLAKE),
    Bound(("message",), "nonce", M.NONCE, most=25),
    Bound(("message",), "message_reference", M.PART, inside="reference"),
    Bound(("webhook message",), "username", M.TEXT, 1, 80),
    Bound(("webhook message",), "avatar_url", M.KEY, most=2048),
    Bound(("webhook message",), "thread_name", M.KEY, most=100),
    Bound(("webhook message",), "applied_tags", M.ITEMS, most=5),
    Bound(("webhook message",), "applied_tags[]", M.SNOWFLAKE),
    Bound(("mentions",), "parse", M.UNIQUE),
    Bound(("mentions",), "parse[]", M.CHOICE, among=("users", "roles", "everyone")),
    Bound(("mentions",), "users", M.UNIQUE, most=100),
    Bound(("mentions",), "users[]", M.SNOWFLAKE),
    Bound(("mentions",), "roles", M.UNIQUE, most=100),
    Bound(("mentions",), "roles[]", M.SNOWFLAKE),
    Bound(("reference",), "message_id", M.SNOWFLAKE, required=True),
    Bound(("reference",), "channel_id", M.SNOWFLAKE),
    Bound(("reference",), "guild_id", M.SNOWFLAKE),
    Bound(("attachment",), "id", M.SNOWFLAKE, required=True),
    Bound(("attachment",), "filename", M.TEXT, 1, 1024),
    Bound(("attachment",), "description", M.KEY, most=1024),
    Bound(("attachment",), "title", M.KEY, most=1024),
    Bound(("attachment",), "waveform", M.KEY, most=400),
    Bound(("attachment",), "duration_secs", M.DECIMAL, 0, 2**31 - 1),
    Bound(("poll",), "question", M.PART, required=True, inside="poll text"),
    Bound(("poll",), "answers", M.ITEMS, 1, 10, required=True),
    Bound(("poll",), "answers[]", M.PART, required=True, inside="poll answer"),
    Bound(("poll",), "duration", M.NUMBER, 1, 768),
    Bound(("poll",), "layout_type", M.CHOICE, among=(1,)),
    Bound(("poll answer",), "poll_media", M.PART, required=True, inside="poll text"),
    Bound(("poll text",), "text", M.TEXT, 1, 300),
    Bound(("poll text",), "emoji", M.PART, inside="poll emoji"),
    Bound(("poll emoji",), "name", M.KEY, most=32),
    Bound(("poll emoji",), "id", M.SNOWFLAKE),
)

_HTTP = ("http", "https")
_OR_ATTACHED = (*_HTTP, "attachment")
_EMBEDS = (
    Bound(("embed",), "title", M.TRIMMED, most=256),
    Bound(("embed",), "description", M.TRIMMED, most=4096),
    Bound(("embed",), "url", M.ADDRESS, most=2048, among=_HTTP),
    Bound(("embed",), "color", M.NUMBER, 0, 0xFFFFFF),
    Bound(("embed",), "fields", M.ITEMS, most=25),
    Bound(("embed",), "fields[]", M.PART, required=True, inside="embed field"),
    Bound(("embed",), "author", M.PART, inside="embed author"),
    Bound(("embed",), "footer", M.PART, inside="embed footer"),
    Bound(("embed",), "provider", M.PART, inside="embed provider"),
    *(Bound(("embed",), name, M.PART, inside="embed picture") for name in ("image", "thumbnail", "video")),
    Bound(
        ("embed field",),
        "name",
        M.TRIMMED,
        1,
        256,
        required=True,
        why="The description takes an empty name; Discord says that it is required.",
    ),
    Bound(
        ("embed field",),
        "value",
        M.TRIMMED,
        1,
        1024,
        required=True,
        why="The description takes an empty value; Discord says that it is required.",
    ),
    Bound(("embed author",), "name", M.TRIMMED, most=256),
    Bound(("embed author",), "url", M.ADDRESS, most=2048, among=_HTTP),
    Bound(("embed author",), "icon_url", M.ADDRESS, most=2048, among=_OR_ATTACHED),
    Bound(("embed footer",), "text", M.TRIMMED, most=2048),
    Bound(("embed footer",), "icon_url", M.ADDRESS, most=2048, among=_OR_ATTACHED),
    Bound(("embed provider",), "name", M.TRIMMED, most=256),
    Bound(("embed provider",), "url", M.KEY, most=2048),
    Bound(("embed picture",), "url", M.ADDRESS, most=2048, among=_OR_ATTACHED),
    Bound(("embed picture",), "description", M.KEY, most=4096),
    Bound(("embed picture",), "placeholder", M.KEY, most=64),
    Bound(("embed picture",), "placeholder_version", M.NUMBER, 0, 2**31 - 1),
)

_CONTROLS = (
    Bound(_COMPONENTS, "id", M.NUMBER, 0, 2**31 - 1, why="Documentation, Anatomy of a Component: 32 bits."),
    Bound(("action row",), "components", M.ITEMS, 1, 5, required=True),
    Bound(("action row",), "components[]", M.PART, required=True, inside="component"),
    Bound(("button",), "style", M.CHOICE, among=(1, 2, 3, 4, 5, 6), required=True),
    Bound(("button",), "label", M.KEY, most=80),
    Bound(("button",), "custom_id", M.KEY, 1, 100),
    Bound(("button",), "url", M.ADDRESS, most=512, among=(*_HTTP, "discord")),
    Bound(("button",), "sku_id", M.SNOWFLAKE),
    Bound(("button", "select option"), "emoji", M.PART, inside="emoji"),
    Bound(("emoji",), "name", M.KEY, most=32),
    Bound(("emoji",), "id", M.SNOWFLAKE),
    Bound(_INPUTS, "custom_id", M.KEY, 1, 100, required=True),
    Bound(_SELECTS, "placeholder", M.KEY, most=150),
    Bound(_SELECTS, "min_values", M.NUMBER, 0, 25),
    Bound(_SELECTS, "max_values", M.NUMBER, 1, 25),
    Bound(("string select",), "options", M.ITEMS, 1, 25, required=True),
    Bound(("string select",), "options[]", M.PART, required=True, inside="select option"),
    Bound(_LABELLED, "label", M.TEXT, 1, 100, required=True),
    Bound(_LABELLED, "value", M.KEY, 1, 100, required=True),
    Bound(_LABELLED, "description", M.KEY, most=100),
    Bound(_BY_ID, "default_values", M.ITEMS, most=25),
    *(
        Bound((f"{one} select",), "default_values[]", M.PART, required=True, inside=f"default {one}")
        for one in _DEFAULTS
    ),
    *(Bound((f"default {one}",), "type", M.CHOICE, among=them, required=True) for one, them in _DEFAULTS.items()),
    Bound(tuple(f"default {one}" for one in _DEFAULTS), "id", M.SNOWFLAKE, required=True),
    Bound(("channel select", "channel option"), "channel_types", M.UNIQUE),
    Bound(("channel select", "channel option"), "channel_types[]", M.CHOICE, among=(0, 1, 2, 3, 4, 5, *range(10, 16))),
)

_LAYOUT = (
    Bound(("section",), "components", M.ITEMS, 1, 3, required=True),
    Bound(("section",), "components[]", M.PART, required=True, inside="component"),
    Bound(("section",), "accessory", M.PART, required=True, inside="component"),
    Bound(("text display",), "content", M.TEXT, 1, 4000, required=True),
    Bound(("thumbnail",), "media", M.PART, required=True, inside="media"),
    Bound(("media gallery",), "items", M.ITEMS, 1, 10, required=True),
    Bound(("media gallery",), "items[]", M.PART, required=True, inside="gallery item"),
    Bound(("gallery item",), "media", M.PART, required=True, inside="media"),
    Bound(("gallery item", "thumbnail"), "description", M.TEXT, 1, 1024),
    Bound(("file",), "file", M.PART, required=True, inside="media"),
    Bound(("media",), "url", M.ADDRESS, most=2048, among=_OR_ATTACHED, required=True),
    Bound(("separator",), "spacing", M.CHOICE, among=(1, 2)),
    Bound(("container",), "accent_color", M.NUMBER, 0, 0xFFFFFF),
    Bound(("container",), "components", M.ITEMS, 1, 40, required=True),
    Bound(("container",), "components[]", M.PART, required=True, inside="component"),
)

_MODALS = (
    Bound(("modal",), "custom_id", M.KEY, 1, 100, required=True),
    Bound(("modal",), "title", M.TEXT, 1, 45, required=True),
    Bound(("modal",), "components", M.ITEMS, 1, 5, required=True, why="Documentation, Modal; 40 in the description."),
    Bound(("modal",), "components[]", M.PART, required=True, inside="component"),
    Bound(("label",), "label", M.TEXT, 1, 45, required=True),
    Bound(("label",), "description", M.TEXT, 1, 100),
    Bound(("label",), "component", M.PART, required=True, inside="component"),
    Bound(("text input",), "style", M.CHOICE, among=(1, 2), required=True),
    Bound(("text input",), "label", M.TEXT, 1, 45),
    Bound(("text input",), "placeholder", M.KEY, most=100),
    Bound(("text input",), "value", M.KEY, most=4000),
    Bound(("text input",), "min_length", M.NUMBER, 0, 4000),
    Bound(("text input",), "max_length", M.NUMBER, 1, 4000),
    Bound(("file upload", "checkbox group"), "min_values", M.NUMBER, 0, 10),
    Bound(("file upload", "checkbox group"), "max_values", M.NUMBER, 1, 10),
    Bound(("radio group",), "options", M.ITEMS, 2, 10, required=True),
    Bound(("checkbox group",), "options", M.ITEMS, 1, 10, required=True),
    Bound(_GROUPS, "options[]", M.PART, required=True, inside="group option"),
)

_CALLBACKS = (
    Bound(("callback",), "", M.PART, inside="any callback"),
    Bound(("message callback",), "data", M.PART, inside="answer"),
    Bound(("autocomplete callback",), "data", M.PART, required=True, inside="suggestions"),
    Bound(("modal callback",), "data", M.PART, required=True, inside="modal"),
    Bound(
        ("suggestions",), "choices", M.ITEMS, most=25, required=True, why="Documentation, Autocomplete; its only field."
    ),
    Bound(("suggestions",), "choices[]", M.PART, required=True, inside="suggestion"),
    Bound(
        ("suggestion",),
        "value",
        M.VALUE,
        most=100,
        required=True,
        why="Documentation, Application Command Option Choice; 6,000 characters in the description.",
    ),
)

_REGISTERING = (
    Bound(("commands",), "", M.ITEMS, most=130),
    Bound(("commands",), "[]", M.PART, required=True, inside="command"),
    Bound(("command",), "name", M.TEXT, 1, 32, required=True),
    Bound(("command edit",), "name", M.TEXT, 1, 32),
    Bound(_OPTIONS, "name", M.TEXT, 1, 32, required=True),
    Bound((*_COMMANDS, *_OPTIONS), "name_localizations", M.ENTRIES, most=34),
    Bound((*_COMMANDS, *_OPTIONS), "name_localizations.*", M.TEXT, 1, 32),
    Bound(_COMMANDS, "description", M.KEY, most=100),
    Bound(_OPTIONS, "description", M.TEXT, 1, 100, required=True),
    Bound((*_COMMANDS, *_OPTIONS), "description_localizations", M.ENTRIES, most=34),
    Bound((*_COMMANDS, *_OPTIONS), "description_localizations.*", M.TEXT, 1, 100),
    Bound((*_COMMANDS, *_NESTING), "options", M.ITEMS, most=25),
    Bound((*_COMMANDS, *_NESTING), "options[]", M.PART, required=True, inside="option"),
    Bound(_COMMANDS, "default_member_permissions", M.BITS, 0, 2**54 - 1),
    Bound(_COMMANDS, "contexts", M.UNIQUE, least=1),
    Bound(_COMMANDS, "contexts[]", M.CHOICE, among=(0, 1, 2)),
    Bound(_COMMANDS, "integration_types", M.UNIQUE, least=1),
    Bound(_COMMANDS, "integration_types[]", M.CHOICE, among=(0, 1)),
    Bound(_COMMANDS, "handler", M.CHOICE, among=(1, 2)),
    Bound(("command",), "type", M.CHOICE, among=(1, 2, 3, 4)),
    Bound(("command",), "id", M.SNOWFLAKE),
    Bound(tuple(f"{one} option" for one in _CHOOSING), "choices", M.ITEMS, most=25),
    *(Bound((f"{one} option",), "choices[]", M.PART, required=True, inside=f"{one} choice") for one in _CHOOSING),
    Bound((*_CHOICES, "suggestion"), "name", M.TEXT, 1, 100, required=True),
    Bound((*_CHOICES, "suggestion"), "name_localizations", M.ENTRIES, most=34),
    Bound((*_CHOICES, "suggestion"), "name_localizations.*", M.TEXT, 1, 100),
    Bound(
        ("string choice",),
        "value",
        M.KEY,
        most=100,
        required=True,
        why="Documentation, Application Command Option Choice; 6,000 in the description.",
    ),
    Bound(("integer choice",), "value", M.NUMBER, -_INT53, _INT53, required=True),
    Bound(("number choice",), "value", M.DECIMAL, required=True),
    Bound(("integer option",), "min_value", M.NUMBER, -_INT53, _INT53),
    Bound(("integer option",), "max_value", M.NUMBER, -_INT53, _INT53),
    Bound(("number option",), "min_value", M.DECIMAL),
    Bound(("number option",), "max_value", M.DECIMAL),
    Bound(("string option",), "min_length", M.NUMBER, 0, 6000),
    Bound(("string option",), "max_length", M.NUMBER, 1, 6000),
)

_PLACES = (
    Bound(_THREADS, "name", M.TEXT, 1, 100, required=True),
    Bound(_THREADS, "auto_archive_duration", M.CHOICE, among=(60, 1440, 4320, 10080)),
    Bound(_THREADS, "rate_limit_per_user", M.NUMBER, 0, 21600),
    Bound(("thread",), "type", M.CHOICE, among=(10, 11, 12)),
    Bound(("thread",), "applied_tags", M.ITEMS, most=5),
    Bound(("thread",), "applied_tags[]", M.SNOWFLAKE),
    Bound(("thread",), "message", M.PART, inside="post"),
    Bound(("direct message",), "recipient_id", M.SNOWFLAKE),
)

_QUERIES = (
    Bound(("query of messages",), "limit", M.NUMBER, 1, 100),
    Bound(("query of members",), "limit", M.NUMBER, 1, 1000),
    Bound(("query of members",), "after", M.NUMBER, least=0),
    Bound(("query of guilds",), "limit", M.NUMBER, 1, 200),
    Bound(("query of entitlements", "query of reactions", "query of thread members"), "limit", M.NUMBER, 1, 100),
    Bound(("query of pins",), "limit", M.NUMBER, 1, 50),
    Bound(("query of bans",), "limit", M.NUMBER, 1, 1000),
)

TABLE = Table(
    (
        *_MESSAGES,
        *_EMBEDS,
        *_CONTROLS,
        *_LAYOUT,
        *_MODALS,
        *_CALLBACKS,
        *_REGISTERING,
        *_PLACES,
        *_QUERIES,
    ),
    FAMILIES,
)

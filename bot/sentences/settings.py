"""What `/settings` says: what holds in a server, what an admin changed, and why something cannot be."""

from __future__ import annotations

from typing import Literal

from bot.sentences.quoting import escaped, quoted
from bot.sentences.sentence import Sentence, fixed, sentence

# Why something cannot be changed

SERVER_ONLY = fixed("settings.SERVER_ONLY", "Settings belong to a server.")
ADMINS_ONLY = fixed(
    "settings.ADMINS_ONLY", "Only members with the right Manage Server may see and change the settings."
)
OLD_CONTROL = fixed(
    "settings.OLD_CONTROL", "This control is from an older version of me. Please open `/settings show` again."
)
CANNOT_BE_CHOSEN = fixed(
    "settings.CANNOT_BE_CHOSEN", "This choice is no longer possible. Please open `/settings show` again."
)
CANNOT_WRITE_THERE = fixed(
    "settings.CANNOT_WRITE_THERE",
    "I cannot write in that channel. Please give me View Channel and Send Messages there.",
)


@sentence
def file_too_large(most_kib: int) -> str:
    return f"The file is larger than {most_kib} KiB; nothing was changed."


@sentence
def file_unusable(reason: str) -> str:
    return f"The file cannot be used, and nothing was changed: {escaped(reason)}"


NO_TEXT_FILE = fixed(
    "settings.NO_TEXT_FILE",
    "This is no text file, so nothing was changed. `/settings export` gives one of the right kind.",
)


@sentence
def unreadable_file(line: int, column: int) -> str:
    return (
        f"The file is wrong at line {line}, column {column}, so nothing was changed. "
        "`/settings export` shows how such a file is written."
    )


def _one_of(names: tuple[str, ...]) -> str:
    shown = [f"`{name}`" for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


@sentence
def no_such_setting(name: str, names: tuple[str, ...]) -> str:
    meant = f" Did you mean {_one_of(names[:2])}?" if 0 < len(names) <= 2 else ""  # noqa: PLR2004  those that look alike
    return f"There is no setting {quoted(name)}, so nothing was changed.{meant}"


@sentence
def no_such_value(setting: str, value: str, names: tuple[str, ...]) -> str:
    right = f" It can be {_one_of(names)}." if names else ""
    return f"The setting `{setting}` cannot be {quoted(value)}, so nothing was changed.{right}"


Wanted = Literal["number", "switch", "list", "table", "text", "id"]
_WANTED: dict[Wanted, str] = {
    "number": "a number",
    "switch": "`true` or `false`",
    "list": "a list, such as `[]`",
    "table": "a table, such as `{}`",
    "text": "a text between quotes",
    "id": "an id of Discord between quotes: digits only",
}


@sentence
def unfit_value(setting: str, wanted: Wanted, bound: str) -> str:
    """Say what a setting has to be; `bound` is a comparison such as ``>= 1``."""
    within = f" {bound}" if bound else ""
    return f"The setting `{setting}` must be {_WANTED[wanted]}{within}, so nothing was changed."


@sentence
def strangers_in_file(ids: tuple[str, ...]) -> str:
    named = ", ".join(f"`{one}`" for one in ids)
    return f"The file names channels or roles that this server does not have: {named}. Nothing was changed."


@sentence
def too_many_entries(most: int) -> str:
    return f"There are already {most} entries, which is the maximum. Please remove one first."


@sentence
def too_many_denied(tags: int, most: int) -> str:
    return f"That would make {tags} denied tags; a server can have at most {most}."


@sentence
def tag_too_long(most_chars: int) -> str:
    return f"A tag has at most {most_chars} characters. Please put commas between tags."


Limit = Literal[
    "max_queue",
    "max_running",
    "max_pictures_per_day",
    "max_queue_per_person",
    "max_running_per_person",
    "max_pictures_per_person_per_day",
]
"""The numbers of a policy that limit, by their fields."""

_COUNTS: dict[Limit, str] = {
    "max_queue": "requests waiting",
    "max_running": "requests drawn at once",
    "max_pictures_per_day": "pictures in 24 hours",
    "max_queue_per_person": "requests waiting",
    "max_running_per_person": "requests drawn at once",
    "max_pictures_per_person_per_day": "pictures in 24 hours",
}


@sentence
def no_limit_number(limit: Limit, most: int) -> str:
    return (
        f"**{_COUNTS[limit].capitalize()}** must be a whole number from 1 to {most:,}, or empty. Nothing was changed."
    )


# What was changed, as moderators read it

_FIELDS = {
    "open_limit": "open channels",
    "age_restricted_limit": "age-restricted channels",
    "channel_limits": "limit of",
    "role_limits": "limit of",
    "channels": "channels to draw in",
    "needed_roles": "who may ask for",
    "denied": "denied tags",
    "log_prompts": "prompts in the log",
    "others_draw": "drawing from pictures of others",
    "priority_roles": "share of",
    "model": "model where nobody chooses",
    "models": "models that are offered",
}
_MENTIONS = {"channel_limits": "<#{}>", "role_limits": "<@&{}>", "priority_roles": "<@&{}>", "log_channel": "<#{}>"}
_ABSENT = {"needed_roles": "everybody", "priority_roles": "1"}


def _field(name: str) -> str:
    for limit, counted in _COUNTS.items():
        if limit == name:
            return f"limit of {counted}{' per person' if 'per_person' in name else ''}"
    return _FIELDS.get(name, name.replace("_", " "))


def _shown(value: Changed, absent: str, mention: str = "{}") -> str:
    if value is None:
        return absent
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return f"{len(value)} role{'' if len(value) == 1 else 's'}"
    return mention.format(value)


Changed = str | int | float | bool | tuple[str, ...] | None
"""What a setting can be; several are roles."""


@sentence
def changed(field: str, old: Changed, new: Changed) -> str:
    mention = _MENTIONS.get(field, "{}")
    return f"{_field(field)}: {_shown(old, 'none', mention)} → {_shown(new, 'none', mention)}"


@sentence
def changed_entry(field: str, key: str, old: Changed, new: Changed) -> str:
    absent = _ABSENT.get(field, "none")
    return f"{_field(field)} {_MENTIONS.get(field, '{}').format(key)}: {_shown(old, absent)} → {_shown(new, absent)}"


@sentence
def changed_list(field: str, added: int, removed: int) -> str:
    return f"{_field(field)}: {added} added, {removed} removed"


@sentence
def changes(of: tuple[Sentence, ...]) -> str:
    return "; ".join(map(str, of))


@sentence
def would_change(told: Sentence) -> str:
    return f"This file would change: {told!s}"


@sentence
def changed_meanwhile(told: Sentence) -> str:
    return f"Somebody changed the settings meanwhile. {told!s}"


TAKE_FILE = fixed("settings.TAKE_FILE", "Import")
LEAVE_FILE = fixed("settings.LEAVE_FILE", "Keep the current settings")
LEFT_FILE = fixed("settings.LEFT_FILE", "Nothing was changed.")
NO_FILE = fixed("settings.NO_FILE", "I cannot find the file any more. Please use `/settings import` again.")


@sentence
def taken(told: Sentence) -> str:
    return f"Imported. {told!s}"


NO_NEWS = fixed("settings.NO_NEWS", "The file is the same as the current settings.")
EXPORTED = fixed("settings.EXPORTED", "These are the settings of this server. `/settings import` reads such a file.")

# Why something would be refused


@sentence
def why_allowed(rating: str, member: int, channel: int) -> str:
    return f"`{rating}` for <@{member}> in <#{channel}> is allowed."


@sentence
def why_refused(rating: str, member: int, channel: int, rule: str) -> str:
    return f"`{rating}` for <@{member}> in <#{channel}> is refused by the rule **{rule}**."


@sentence
def rule(name: str, allowed: bool, says: Sentence) -> str:
    return f"{'✅' if allowed else '❌'} **{name}** {says!s}"


WORDS_TOO = fixed("settings.WORDS_TOO", "-# The words of a request are checked as well, by the rules of its rating.")

# The screen

CHANGE = fixed("settings.CHANGE", "Change…")
TURN_ON = fixed("settings.TURN_ON", "Turn on")
TURN_OFF = fixed("settings.TURN_OFF", "Turn off")
BY_FILE = fixed(
    "settings.BY_FILE", "-# There is more here than a menu can show. Use `/settings export` and `/settings import`."
)
NONE_THERE = fixed("settings.NONE_THERE", "There are none.")
CHOOSE_ROLE = fixed("settings.CHOOSE_ROLE", "Choose a role")
CHOOSE_CHANNEL = fixed("settings.CHOOSE_CHANNEL", "Choose a channel")
EVERY_CHANNEL = fixed("settings.EVERY_CHANNEL", "Every channel")
NO_LOG_CHANNEL = fixed("settings.NO_LOG_CHANNEL", "No log channel")
EVERYBODY = fixed("settings.EVERYBODY", "Everybody")

RATINGS_PAGE = fixed("settings.RATINGS_PAGE", "Ratings")
CHANNELS_PAGE = fixed("settings.CHANNELS_PAGE", "Channels")
ROLES_PAGE = fixed("settings.ROLES_PAGE", "Roles")
WHO_PAGE = fixed("settings.WHO_PAGE", "Who may ask")
LINE_PAGE = fixed("settings.LINE_PAGE", "Queue")
MODELS_PAGE = fixed("settings.MODELS_PAGE", "Models")


@sentence
def switch(on: bool, what: Sentence) -> str:
    return f"**{'On' if on else 'Off'}**: {what!s}."


@sentence
def and_more(more: int) -> str:
    return f"- and {more} more; see `/settings export`"


MODELS_HEAD = fixed("settings.MODELS_HEAD", "## Models of this server")
USUAL_MODEL = fixed("settings.USUAL_MODEL", "**Which model draws** where nobody chooses one")
OFFERED_MODELS = fixed("settings.OFFERED_MODELS", "**Which models members may choose**")
EVERY_MODEL = fixed("settings.EVERY_MODEL", "Every model")
RATINGS_HEAD = fixed("settings.RATINGS_HEAD", "## What may be drawn in this server")
OPEN_GET = fixed("settings.OPEN_GET", "**Channels that are not age-restricted**: maximum rating")
RESTRICTED_GET = fixed("settings.RESTRICTED_GET", "**Age-restricted channels**: maximum rating")


@sentence
def no_tagger(highest: str) -> str:
    return f"-# Nothing above `{highest}` is drawn, because this bot has no picture tagger."


@sentence
def operators_highest(highest: str) -> str:
    return f"-# The operator of this bot allows nothing above `{highest}`."


def _mentions(mention: str, ids: tuple[str, ...], more: int) -> str:
    named = ", ".join(mention.format(one) for one in ids)
    return f"{named} and {more} more" if more else named


@sentence
def draws_in(channels: tuple[str, ...], more: int) -> str:
    where = _mentions("<#{}>", channels, more) if channels else "every channel"
    return f"**I draw in** {where}."


@sentence
def told_in(channel: str | None) -> str:
    return f"**Log channel**, for refusals, changes and reports: {'none' if channel is None else f'<#{channel}>'}."


SPOILERS = fixed("settings.SPOILERS", "`sensitive` pictures are behind a spoiler")
OTHERS_DRAW = fixed("settings.OTHERS_DRAW", "Everybody may press what draws under a picture of others")
LOG_PROMPTS = fixed("settings.LOG_PROMPTS", "The log shows prompts, not only their hashes")


NO_TAGS = fixed("settings.NO_TAGS", "none.")


@sentence
def so_many_tags(number: int) -> str:
    return f"{number}; see `/settings export`."


@sentence
def denied_tags(tags: Sentence) -> str:
    return f"**Denied tags**, besides those that are never drawn: {tags!s}"


LimitedKind = Literal["channel", "role"]
_MENTION: dict[LimitedKind, str] = {"channel": "<#{}>", "role": "<@&{}>"}

CHANNELS_HEAD = fixed("settings.CHANNELS_HEAD", "## Limits of channels")
ROLES_HEAD = fixed("settings.ROLES_HEAD", "## Limits of roles")
CHANNELS_NOTE = fixed(
    "settings.CHANNELS_NOTE", "-# A limit of a channel or category can only lower the rating that is allowed there."
)
ROLES_NOTE = fixed(
    "settings.ROLES_NOTE",
    "-# A limit of a role can only lower the allowed rating. With several roles the lowest counts.",
)


@sentence
def limit_of(kind: LimitedKind, one: str, rating: str) -> str:
    return f"- {_MENTION[kind].format(one)}: at most `{rating}`"


@sentence
def gets_at_most(kind: LimitedKind, one: str) -> str:
    return f"{_MENTION[kind].format(one)}: maximum rating"


NO_OWN_LIMIT = fixed("settings.NO_OWN_LIMIT", "no limit of its own")

WHO_HEAD = fixed("settings.WHO_HEAD", "## Who may ask for what")
WHO_NOTE = fixed(
    "settings.WHO_NOTE", "-# A rule also counts for the ratings above it. Without a rule, everybody may ask."
)


@sentence
def who_may_ask(rating: str, roles: tuple[str, ...] | None, more: int) -> str:
    """Name the roles; None is everybody, and no role is nobody."""
    who = "everybody" if roles is None else _mentions("<@&{}>", roles, more) if roles else "nobody"
    return f"`{rating}`: {who}"


DENIED_TITLE = fixed("settings.DENIED_TITLE", "Denied tags")
TAGS_TO_DENY = fixed("settings.TAGS_TO_DENY", "Tags to deny")
TAGS_TO_ALLOW = fixed("settings.TAGS_TO_ALLOW", "Tags to allow again")
TAGS_HINT = fixed("settings.TAGS_HINT", "spider, clown")


@sentence
def denied_now(tags: Sentence) -> str:
    return f"Now: {tags!s}"


# The page about the queue

LINE_HEAD = fixed("settings.LINE_HEAD", "## The queue of this server")
SERVER_LIMITS = fixed("settings.SERVER_LIMITS", "Limits of the whole server")
PERSON_LIMITS = fixed("settings.PERSON_LIMITS", "Limits of each person")
ABOUT_LIMITS = fixed(
    "settings.ABOUT_LIMITS",
    """\
-# A change counts at once, and removes nothing from the queue. The operator's limits count as well; they count a \
person in all servers together.""",
)
ABOUT_PRIORITY = fixed(
    "settings.ABOUT_PRIORITY",
    """\
**Priority roles** have a larger share of this server's turns, never all of it. At 3 somebody has three turns while \
everybody else has one. With several roles the largest counts. A change counts from the next request on.""",
)


@sentence
def limits_title(title: Sentence) -> str:
    return f"**{title!s}**"


@sentence
def counted(limit: Limit) -> str:
    return _COUNTS[limit].capitalize()


@sentence
def holds(limit: Limit, own: int | None, operators: int | None) -> str:
    """Say what holds, and whose it is."""
    return f"- {_COUNTS[limit].capitalize()}: {_held(own, operators)}"


def _held(own: int | None, operators: int | None) -> str:
    if operators is None:
        return "no limit" if own is None else f"at most {own:,}"
    if own is None:
        return f"at most {operators:,}, the operator's limit"
    if own < operators:
        return f"at most {own:,} (the operator's limit is {operators:,})"
    return f"at most {operators:,}, the operator's limit (this server's own is {own:,})"


@sentence
def empty_is(operators: int | None) -> str:
    return "Empty: no limit." if operators is None else f"Empty: the operator's limit, {operators:,}."


@sentence
def share_of(role: str, weight: float) -> str:
    return f"- <@&{role}>: {weight:g} × the usual share"


@sentence
def gives(role: str) -> str:
    return f"<@&{role}>: share of the turns"


USUAL_SHARE = fixed("settings.USUAL_SHARE", "the usual share")


@sentence
def shares(weight: float) -> str:
    return f"{weight:g} × the usual share"

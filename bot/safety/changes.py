"""What an admin changes in a server's policy, one thing at a time, and how the audit log tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec
from msgspec.structs import replace

from bot.errors import InvalidRequest
from bot.safety.policy import MAX_DENIED, MAX_ENTRIES, MAX_PRIORITY_ROLES, MOST, ServerPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Change = Callable[[ServerPolicy], ServerPolicy]

TAG_CHARS = 100

LIMITS = {
    "server": {
        "max_queue": "requests waiting",
        "max_running": "requests drawn at once",
        "max_pictures_per_day": "pictures in 24 hours",
    },
    "person": {
        "max_queue_per_person": "requests waiting",
        "max_running_per_person": "requests drawn at once",
        "max_pictures_per_person_per_day": "pictures in 24 hours",
    },
}
"""What a server's admins limit, for all together and for each person: fields of its policy, and what they count."""


def set_field(name: str, value: object) -> Change:
    """Set one field, whatever else changed meanwhile."""

    def change(policy: ServerPolicy) -> ServerPolicy:
        return _valid(replace(policy, **{name: value}))

    return change


def set_entry(name: str, key: str, value: object | None) -> Change:
    """Set one entry of a table, or remove it where the value is None; the other entries stay."""

    def change(policy: ServerPolicy) -> ServerPolicy:
        table: dict[str, object] = {one: kept for one, kept in getattr(policy, name).items() if one != key}
        if value is not None:
            table[key] = value
        if len(table) > (most := _MOST_ENTRIES.get(name, MAX_ENTRIES)):
            raise InvalidRequest(f"There are {most} entries already. Please remove one first.")
        return _valid(replace(policy, **{name: table}))

    return change


def limit(typed: Mapping[str, str]) -> Change:
    """Set limits as somebody typed them into a form, by the fields of `LIMITS`; an empty one is none.

    Raises:
        InvalidRequest: One of them is no number that a limit can be.
    """
    labels = LIMITS["server"] | LIMITS["person"]
    limits = {field: _limit(labels[field], text) for field, text in typed.items() if field in labels}

    def change(policy: ServerPolicy) -> ServerPolicy:
        return replace(policy, **limits)

    return change


def _limit(label: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST):
        raise InvalidRequest(
            f"**{label.capitalize()}** takes a whole number from 1 to {MOST:,}, or nothing. Nothing was changed."
        )
    return int(text)


def deny(added: Iterable[str], removed: Iterable[str]) -> Change:
    """Add tags to the server's denied ones, and take others away; what the core refuses stays refused."""
    added, gone = list(added), {_key(tag) for tag in removed}

    def change(policy: ServerPolicy) -> ServerPolicy:
        tags = {_key(tag): tag for tag in (*policy.denied, *added)}
        kept = tuple(tag for key, tag in tags.items() if key not in gone)
        if len(kept) > MAX_DENIED:
            raise InvalidRequest(f"There would be {len(kept)} denied tags; a server can have {MAX_DENIED}.")
        return replace(policy, denied=kept)

    return change


def tags_of(text: str) -> list[str]:
    """Read tags as somebody typed them into a form, between commas and line ends.

    Raises:
        InvalidRequest: One of them is too long to be one.
    """
    tags = [tag for part in text.replace("\n", ",").split(",") if (tag := " ".join(part.split()))]
    if any(len(tag) > TAG_CHARS for tag in tags):
        raise InvalidRequest(f"A tag has at most {TAG_CHARS} characters. Please put commas between tags.")
    return tags


def described(before: ServerPolicy, after: ServerPolicy) -> tuple[str, ...]:
    """Tell every change in a few words, as moderators read them; no change is no words."""
    old, new = msgspec.structs.asdict(before), msgspec.structs.asdict(after)
    return tuple(told for name in new if old[name] != new[name] for told in _told(name, old[name], new[name]))


def _told(name: str, old: Any, new: Any) -> Iterator[str]:
    label, mention = _LABELS.get(name, name.replace("_", " ")), _MENTIONS.get(name, "{}")
    if name in _TABLES:
        yield from _told_entries(label, mention, old, new, _ABSENT.get(name, "none"))
    elif name in _LISTS:
        yield f"{label}: {len({*new} - {*old})} added, {len({*old} - {*new})} removed"
    else:
        yield f"{label}: {_shown(old, 'none', mention)} → {_shown(new, 'none', mention)}"


def _told_entries(
    label: str, mention: str, old: Mapping[str, object], new: Mapping[str, object], absent: str
) -> Iterator[str]:
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before != after:
            yield f"{label} {mention.format(key)}: {_shown(before, absent)} → {_shown(after, absent)}"


def _shown(value: object, absent: str, mention: str = "{}") -> str:
    if value is None:
        return absent
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        roles = cast("tuple[object, ...]", value)
        return f"{len(roles)} role{'' if len(roles) == 1 else 's'}"
    return mention.format(value)


_TABLES = {"channel_limits", "role_limits", "needed_roles", "priority_roles"}
_MOST_ENTRIES = {"priority_roles": MAX_PRIORITY_ROLES}
_ABSENT = {"needed_roles": "everybody", "priority_roles": "1"}
_LISTS = {"channels", "denied"}
_MENTIONS = {"channel_limits": "<#{}>", "role_limits": "<@&{}>", "priority_roles": "<@&{}>", "log_channel": "<#{}>"}
_LABELS = {
    "open_limit": "open channels",
    "age_restricted_limit": "age-restricted channels",
    "channel_limits": "limit of",
    "role_limits": "limit of",
    "channels": "channels to draw in",
    "needed_roles": "who may ask for",
    "denied": "denied tags",
    "log_prompts": "prompts in the log",
    "priority_roles": "share of",
    **{field: f"limit of {label}" for field, label in LIMITS["server"].items()},
    **{field: f"limit of {label} per person" for field, label in LIMITS["person"].items()},
}


def _key(tag: str) -> str:
    return " ".join(tag.replace("_", " ").casefold().split())


def _valid(policy: ServerPolicy) -> ServerPolicy:
    """Hold a change against the same bounds as a file.

    Raises:
        InvalidRequest: A screen or its sender made up a value that cannot be.
    """
    try:
        return msgspec.convert(msgspec.to_builtins(policy), ServerPolicy)
    except msgspec.ValidationError as error:
        raise InvalidRequest("This cannot be chosen. Please open `/settings` again.") from error

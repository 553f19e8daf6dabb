"""What an admin changes in a server's policy, one thing at a time, and how the audit log tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec.structs import replace

from bot.errors import InvalidRequest
from bot.safety.policy import MAX_DENIED, MAX_ENTRIES, MAX_PRIORITY_ROLES, MOST, ServerPolicy
from bot.sentences import settings as says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bot.sentences.sentence import Sentence
    from bot.sentences.settings import Limit

    Change = Callable[[ServerPolicy], ServerPolicy]

TAG_CHARS = 100

Scope = Literal["server", "person"]

LIMITS: dict[Scope, tuple[Limit, ...]] = {
    "server": ("max_queue", "max_running", "max_pictures_per_day"),
    "person": ("max_queue_per_person", "max_running_per_person", "max_pictures_per_person_per_day"),
}
"""What a server's admins limit, for all together and for each person: fields of its policy."""


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
            raise InvalidRequest(says.too_many_entries(most))
        return _valid(replace(policy, **{name: table}))

    return change


def limit(typed: Mapping[str, str]) -> Change:
    """Set limits as somebody typed them into a form, by the fields of `LIMITS`; an empty one is none.

    Raises:
        InvalidRequest: One of them is no number that a limit can be.
    """
    limits = {field: _limit(field, typed[field]) for fields in LIMITS.values() for field in fields if field in typed}

    def change(policy: ServerPolicy) -> ServerPolicy:
        return replace(policy, **limits)

    return change


def _limit(field: Limit, text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST):
        raise InvalidRequest(says.no_limit_number(field, MOST))
    return int(text)


def deny(added: Iterable[str], removed: Iterable[str]) -> Change:
    """Add tags to the server's denied ones, and take others away; what the core refuses stays refused."""
    added, gone = list(added), {_key(tag) for tag in removed}

    def change(policy: ServerPolicy) -> ServerPolicy:
        tags = {_key(tag): tag for tag in (*policy.denied, *added)}
        kept = tuple(tag for key, tag in tags.items() if key not in gone)
        if len(kept) > MAX_DENIED:
            raise InvalidRequest(says.too_many_denied(len(kept), MAX_DENIED))
        return replace(policy, denied=kept)

    return change


def tags_of(text: str) -> list[str]:
    """Read tags as somebody typed them into a form, between commas and line ends.

    Raises:
        InvalidRequest: One of them is too long to be one.
    """
    tags = [tag for part in text.replace("\n", ",").split(",") if (tag := " ".join(part.split()))]
    if any(len(tag) > TAG_CHARS for tag in tags):
        raise InvalidRequest(says.tag_too_long(TAG_CHARS))
    return tags


def described(before: ServerPolicy, after: ServerPolicy) -> tuple[Sentence, ...]:
    """Tell every change in a few words, as moderators read them; no change is no words."""
    old, new = msgspec.structs.asdict(before), msgspec.structs.asdict(after)
    return tuple(told for name in new if old[name] != new[name] for told in _told(name, old[name], new[name]))


def _told(name: str, old: Any, new: Any) -> Iterator[Sentence]:
    if name in _TABLES:
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                yield says.changed_entry(name, key, old.get(key), new.get(key))
    elif name in _LISTS:
        yield says.changed_list(name, len({*new} - {*old}), len({*old} - {*new}))
    else:
        yield says.changed(name, old, new)


_TABLES = {"channel_limits", "role_limits", "needed_roles", "priority_roles"}
_MOST_ENTRIES = {"priority_roles": MAX_PRIORITY_ROLES}
_LISTS = {"channels", "denied", "models"}


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
        raise InvalidRequest(says.CANNOT_BE_CHOSEN) from error

"""Buttons, menus, layouts and modals: the rules that Discord enforces and its OpenAPI description does not state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.rules import selections
from bot.sandbox.rules.protocol import (
    MAX_COMPONENTS,
    MAX_LAYOUT_TEXT,
    SELECTS,
    ButtonStyle,
    ComponentType,
    Json,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.sandbox.rules.refusal import Path, Problems

C = ComponentType

_SELECT = frozenset({"custom_id", "placeholder", "min_values", "max_values", "disabled", "required", "default_values"})
FIELDS: dict[C, frozenset[str]] = {
    C.ACTION_ROW: frozenset({"components"}),
    C.BUTTON: frozenset({"custom_id", "style", "label", "disabled", "url", "sku_id", "emoji"}),
    C.STRING_SELECT: _SELECT - {"default_values"} | {"options"},
    C.TEXT_INPUT: frozenset(
        {"custom_id", "style", "label", "value", "placeholder", "required", "min_length", "max_length"}
    ),
    C.USER_SELECT: _SELECT,
    C.ROLE_SELECT: _SELECT,
    C.MENTIONABLE_SELECT: _SELECT,
    C.CHANNEL_SELECT: _SELECT | {"channel_types"},
    C.SECTION: frozenset({"components", "accessory"}),
    C.TEXT_DISPLAY: frozenset({"content"}),
    C.THUMBNAIL: frozenset({"media", "description", "spoiler"}),
    C.MEDIA_GALLERY: frozenset({"items"}),
    C.FILE: frozenset({"file", "spoiler"}),
    C.SEPARATOR: frozenset({"spacing", "divider"}),
    C.CONTAINER: frozenset({"accent_color", "components", "spoiler"}),
    C.LABEL: frozenset({"label", "description", "component"}),
    C.FILE_UPLOAD: frozenset({"custom_id", "min_values", "max_values", "required", "file_types"}),
    C.RADIO_GROUP: frozenset({"custom_id", "required", "options"}),
    C.CHECKBOX_GROUP: frozenset({"custom_id", "min_values", "max_values", "required", "options"}),
    C.CHECKBOX: frozenset({"custom_id", "default"}),
}
_IN_CONTAINER = frozenset({C.ACTION_ROW, C.SECTION, C.TEXT_DISPLAY, C.MEDIA_GALLERY, C.FILE, C.SEPARATOR})
_IN_LAYOUT = _IN_CONTAINER | {C.CONTAINER}
_IN_LABEL = SELECTS | {C.TEXT_INPUT, C.FILE_UPLOAD, C.RADIO_GROUP, C.CHECKBOX_GROUP, C.CHECKBOX}
MODAL_INPUTS = _IN_LABEL
_MAX_ROWS = 5
_MAX_BUTTONS = 5
_REFERENCE = "attachment://"


def walk(components: list[Json], path: Path = ("components",)) -> Iterator[tuple[Path, Json]]:
    """Give every component with its place, outer ones first."""
    for index, component in enumerate(components):
        yield from _walk_one(component, (*path, index))


def _walk_one(component: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    yield path, component
    yield from walk(component.get("components") or [], (*path, "components"))
    for single in ("accessory", "component"):
        if component.get(single):
            yield from _walk_one(component[single], (*path, single))


def texts(components: list[Json]) -> list[str]:
    """What people read in a layout."""
    return [one["content"] for _, one in walk(components) if one["type"] == C.TEXT_DISPLAY]


def media(components: list[Json]) -> Iterator[tuple[Path, Json]]:
    """Give every reference to a picture or file, with its place."""
    for path, one in walk(components):
        if one["type"] == C.MEDIA_GALLERY:
            for index, item in enumerate(one["items"]):
                yield (*path, "items", index, "media"), item["media"]
        elif one["type"] == C.THUMBNAIL:
            yield (*path, "media"), one["media"]
        elif one["type"] == C.FILE:
            yield (*path, "file"), one["file"]


def referenced_name(url: str) -> str | None:
    """Give the filename that ``attachment://name`` means, None for any other address."""
    return url.removeprefix(_REFERENCE) if url.startswith(_REFERENCE) else None


def check_message(components: list[Json], *, layout: bool, filenames: Collection[str], problems: Problems) -> None:
    """Find what a message's components do wrong; `filenames` are those that the message will carry."""
    if not _check_shapes(components, problems):
        return
    _check_nesting(components, _IN_LAYOUT if layout else frozenset({C.ACTION_ROW}), problems)
    if layout:
        _check_size_of_layout(components, problems)
    elif len(components) > _MAX_ROWS:
        problems.add(("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    _check_each(components, problems)
    for path, one in media(components):
        name = referenced_name(str(one.get("url", "")))
        if name is not None and name not in filenames:
            problems.add(
                (*path, "url"),
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"The referenced attachment {name!r} was not found.",
            )
        elif name is None and not str(one.get("url", "")).startswith(("http://", "https://")):
            problems.add((*path, "url"), "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def check_modal(data: Json, problems: Problems) -> None:
    components: list[Json] = data.get("components") or []
    if not _check_shapes(components, problems):
        return
    if len(components) > _MAX_ROWS:
        problems.add(("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    _check_nesting(components, frozenset({C.ACTION_ROW, C.LABEL, C.TEXT_DISPLAY}), problems, modal=True)
    _check_each(components, problems)
    for path, one in walk(components):
        selections.check_in_modal(one, path, problems, labelled=path[-1] == "component")


def _check_shapes(components: list[Json], problems: Problems) -> bool:
    """Find unknown types and missing fields; the other rules look only at what is whole."""
    before = len(problems.found)
    for path, one in walk(components):
        if one.get("type") not in list(C):
            problems.add((*path, "type"), "UNION_TYPE_CHOICES", f"Unknown component type {one.get('type')!r}.")
            continue
        for name in _REQUIRED.get(C(one["type"]), ()):
            if one.get(name) is None:
                problems.add((*path, name), "BASE_TYPE_REQUIRED", "This field is required")
    return len(problems.found) == before


_REQUIRED: dict[C, tuple[str, ...]] = {
    C.ACTION_ROW: ("components",),
    C.BUTTON: ("style",),
    C.SECTION: ("components", "accessory"),
    C.TEXT_DISPLAY: ("content",),
    C.THUMBNAIL: ("media",),
    C.MEDIA_GALLERY: ("items",),
    C.FILE: ("file",),
    C.CONTAINER: ("components",),
    C.LABEL: ("label", "component"),
} | dict.fromkeys(_IN_LABEL, ("custom_id",))


def _check_nesting(components: list[Json], allowed: frozenset[C], problems: Problems, *, modal: bool = False) -> None:
    for index, one in enumerate(components):
        path: Path = ("components", index)
        if one["type"] not in allowed:
            _misplaced(one, path, problems)
            continue
        _check_children(one, path, problems, modal=modal)
        if one["type"] == C.CONTAINER:
            for inner, child in enumerate(one["components"]):
                child_path = (*path, "components", inner)
                if child["type"] not in _IN_CONTAINER:
                    _misplaced(child, child_path, problems)
                else:
                    _check_children(child, child_path, problems, modal=modal)


def _misplaced(one: Json, path: Path, problems: Problems) -> None:
    name = C(one["type"]).name.lower().replace("_", " ")
    problems.add((*path, "type"), "COMPONENT_TYPE_INVALID", f"A {name} is not allowed in this place.")


def _check_children(one: Json, path: Path, problems: Problems, *, modal: bool) -> None:
    children: list[Json] = one.get("components") or []
    kinds = [child["type"] for child in children]
    match one["type"]:
        case C.ACTION_ROW:
            buttons = all(kind == C.BUTTON for kind in kinds) and len(kinds) <= _MAX_BUTTONS and not modal
            single = len(kinds) == 1 and (kinds[0] == C.TEXT_INPUT if modal else kinds[0] in SELECTS)
            if not kinds or not (buttons or single):
                problems.add(
                    (*path, "components"),
                    "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                    "An action row holds one text input of a modal."
                    if modal
                    else "An action row holds up to five buttons or one select menu.",
                )
        case C.SECTION:
            if not 1 <= len(kinds) <= 3 or any(kind != C.TEXT_DISPLAY for kind in kinds):  # noqa: PLR2004 - documented
                problems.add((*path, "components"), "BASE_TYPE_BAD_LENGTH", "A section holds one to three texts.")
            if one["accessory"]["type"] not in {C.BUTTON, C.THUMBNAIL}:
                _misplaced(one["accessory"], (*path, "accessory"), problems)
        case C.LABEL:
            if one["component"]["type"] not in _IN_LABEL:
                _misplaced(one["component"], (*path, "component"), problems)
        case _:
            pass


def _check_size_of_layout(components: list[Json], problems: Problems) -> None:
    total = sum(1 for _ in walk(components))
    if total > MAX_COMPONENTS:
        problems.add(
            ("components",),
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The total number of components is {total}, more than {MAX_COMPONENTS}.",
        )
    characters = sum(map(len, texts(components)))
    if characters > MAX_LAYOUT_TEXT:
        problems.add(
            ("components",),
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The text of all components is {characters} characters, more than {MAX_LAYOUT_TEXT}.",
        )


def _check_each(components: list[Json], problems: Problems) -> None:
    custom_ids: set[str] = set()
    ids: set[int] = set()
    for path, one in walk(components):
        if one["type"] == C.BUTTON:
            _check_button(one, path, problems)
        elif one["type"] in SELECTS or one["type"] in {C.RADIO_GROUP, C.CHECKBOX_GROUP, C.FILE_UPLOAD}:
            _check_choice(one, path, problems)
        selections.check(one, path, problems)
        custom_id = str(one.get("custom_id") or "")
        if custom_id and custom_id in custom_ids:
            problems.add(
                (*path, "custom_id"),
                "COMPONENT_CUSTOM_ID_DUPLICATED",
                "Component custom id cannot be duplicated",
            )
        custom_ids.add(custom_id)
        if one.get("id") and one["id"] in ids:
            problems.add((*path, "id"), "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        ids.add(one.get("id") or 0)


def _check_button(one: Json, path: Path, problems: Problems) -> None:
    link = one["style"] == ButtonStyle.LINK
    premium = one["style"] == ButtonStyle.PREMIUM
    needed = "url" if link else "sku_id" if premium else "custom_id"
    if not one.get(needed):
        problems.add((*path, needed), "BASE_TYPE_REQUIRED", "This field is required")
    for other in {"url", "sku_id", "custom_id"} - {needed}:
        if one.get(other):
            problems.add(path, "BUTTON_COMPONENT_INVALID_FIELDS", f"A button of this style cannot have a {other}.")
    if not premium and not (one.get("label") or "").strip() and not one.get("emoji"):
        problems.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button needs a label or an emoji.")
    selections.check_emoji(one, path, problems)


def _check_choice(one: Json, path: Path, problems: Problems) -> None:
    least, most = one.get("min_values"), one.get("max_values")
    if least is not None and most is not None and least > most:
        problems.add((*path, "min_values"), "BASE_TYPE_MAX", "min_values is greater than max_values.")
    if "options" not in FIELDS[C(one["type"])]:
        return
    options: list[Json] = one.get("options") or []
    if not options:
        problems.add((*path, "options"), "BASE_TYPE_BAD_LENGTH", "Must be at least 1 in length.")
    seen: set[str] = set()
    for index, option in enumerate(options):
        if option.get("value") in seen:
            problems.add(
                (*path, "options", index, "value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        seen.add(str(option.get("value")))

"""The rules that Discord's OpenAPI description misses, as tables: what is refused, where, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.rules import command_rules, components
from bot.sandbox.rules.refusal import Problems, Refusal


def command(**more):
    return {"name": "draw", "description": "Draws."} | more


def option(name="a", **more):
    return {"type": 3, "name": name, "description": "An option."} | more


def found(check, *arguments, **more):
    problems = Problems()
    check(*arguments, problems=problems, **more)
    return {(path, code) for path, code, _ in problems.found}


CHOICES = [{"name": "a", "value": "a"}]
LONG_CHOICES = [{"name": f"{number:0100}", "value": f"{number:0100}"} for number in range(25)]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        (command(name="Draw"), ("name",), "APPLICATION_COMMAND_INVALID_NAME"),
        (command(name="draw it"), ("name",), "APPLICATION_COMMAND_INVALID_NAME"),
        (command(name="x" * 33), ("name",), "APPLICATION_COMMAND_INVALID_NAME"),
        (command(name="a!"), ("name",), "APPLICATION_COMMAND_INVALID_NAME"),
        (command(description=""), ("description",), "BASE_TYPE_REQUIRED"),
        (command(type=3, name="Quote it"), ("description",), "APPLICATION_COMMAND_INVALID_FIELD"),
        (
            command(options=[option(autocomplete=True, choices=CHOICES)]),
            ("options", 0, "autocomplete"),
            "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES",
        ),
        (
            command(options=[option(), option("b", required=True)]),
            ("options", 1, "required"),
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (
            command(options=[option(), option()]),
            ("options", 1, "name"),
            "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED",
        ),
        (
            command(options=[option(choices=CHOICES * 2)]),
            ("options", 0, "choices"),
            "APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATE",
        ),
        (command(options=[option(type=4, min_value=2, max_value=1)]), ("options", 0, "min_value"), "NUMBER_TYPE_MAX"),
        (
            command(options=[option(type=1), option("b")]),
            ("options",),
            "APPLICATION_COMMAND_OPTIONS_MIXED",
        ),
        (
            command(options=[option(type=5, choices=CHOICES)]),
            ("options", 0, "type"),
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        ),
        (
            command(options=[option(f"o{number}", choices=LONG_CHOICES) for number in range(2)]),
            (),
            "APPLICATION_COMMAND_TOO_LARGE",
        ),
    ],
)
def test_commands_that_are_refused(body, path, code):
    """Each wrong command is refused at the place where it is wrong."""
    assert (path, code) in found(command_rules.check, body, ())


@pytest.mark.parametrize("name", ["draw", "draw-it", "zeichne_es", "描く", "l'image", "วาด", "१२"])
def test_names_of_every_script_are_fine(name):
    """Letters and digits of any script, dash, underscore and apostrophe make a name."""
    assert found(command_rules.check, command(name=name), ()) == set()


@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)])
def test_so_many_commands_and_no_more(kind, most):
    """A hundred slash commands, fifteen menus of each kind."""
    texts = {"description": "Draws."} if kind == 1 else {}
    commands = [{"name": f"c{number}", "type": kind} | texts for number in range(most + 1)]
    assert found(command_rules.check_all, commands[:most]) == set()
    assert found(command_rules.check_all, commands) == {((), "APPLICATION_COMMANDS_TOO_MANY")}


def test_two_commands_of_one_name_are_refused():
    """A name is used once for each kind."""
    assert ((0, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME") in found(
        command_rules.check_all, [command(), command()]
    )
    assert found(command_rules.check_all, [command(), {"name": "draw", "type": 2}]) == set()


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=32), st.integers(1, 25))
def test_the_size_of_a_command_is_the_sum_of_its_texts(name, number):
    """Every name, description and value counts."""
    options = [option(f"o{place}", choices=[{"name": "n" * 5, "value": "v" * 7}]) for place in range(number)]
    expected = len(name) + len("Draws.") + sum(len(one["name"]) + len("An option.") + 12 for one in options)
    assert command_rules.text_length(command(name=name, options=options)) == expected


def button(custom_id="a", **more):
    return {"type": 2, "style": 1, "label": "A", "custom_id": custom_id} | more


def row(*children):
    return {"type": 1, "components": list(children)}


def text(content="a"):
    return {"type": 10, "content": content}


def box(*children):
    return {"type": 17, "components": list(children)}


def gallery(*urls):
    return {"type": 12, "items": [{"media": {"url": url}} for url in urls]}


def section(*children, **more):
    return {"type": 9, "components": list(children)} | more


def select(custom_id="s", **more):
    return {"type": 3, "custom_id": custom_id, "options": [{"label": "a", "value": "a"}]} | more


LEGACY, LAYOUT = False, True
DUPLICATED = "COMPONENT_CUSTOM_ID_DUPLICATED"
TOO_LONG = "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
INNER = ("components", 0, "components", 0)
"""The first control of the first row."""


@pytest.mark.parametrize(
    ("layout", "sent", "path", "code"),
    [
        (LEGACY, [row(button(str(n))) for n in range(6)], ("components",), "BASE_TYPE_BAD_LENGTH"),
        (LEGACY, [row(button()), row(button())], ("components", 1, "components", 0, "custom_id"), DUPLICATED),
        (LEGACY, [row(button(None))], (*INNER, "custom_id"), "BASE_TYPE_REQUIRED"),
        (LEGACY, [row(button(None, style=5))], (*INNER, "url"), "BASE_TYPE_REQUIRED"),
        (LEGACY, [row(button(style=5, url="https://a.b"))], INNER, "BUTTON_COMPONENT_INVALID_FIELDS"),
        (LEGACY, [row(button(label=None))], INNER, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED"),
        (LEGACY, [row(*map(button, "abcdef"))], ("components", 0, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        (LEGACY, [row(select(), button())], ("components", 0, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        (LEGACY, [row()], ("components", 0, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        (LEGACY, [row(select(options=[]))], (*INNER, "options"), "BASE_TYPE_BAD_LENGTH"),
        (LEGACY, [row(select(min_values=2, max_values=1))], (*INNER, "min_values"), "BASE_TYPE_MAX"),
        (LEGACY, [button()], ("components", 0, "type"), "COMPONENT_TYPE_INVALID"),
        (LEGACY, [text()], ("components", 0, "type"), "COMPONENT_TYPE_INVALID"),
        (LEGACY, [{"type": 98}], ("components", 0, "type"), "UNION_TYPE_CHOICES"),
        (LAYOUT, [box(box(text()))], (*INNER, "type"), "COMPONENT_TYPE_INVALID"),
        (LAYOUT, [box(*[text()] * 39), text()], ("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        (LAYOUT, [text("x" * 2001), box(text("y" * 2000))], ("components",), TOO_LONG),
        (
            LAYOUT,
            [gallery("attachment://there.png", "attachment://missing.png")],
            ("components", 0, "items", 1, "media", "url"),
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        (LAYOUT, [gallery("file:///a")], ("components", 0, "items", 0, "media", "url"), "URL_TYPE_INVALID_URL"),
        (LAYOUT, [section(accessory=button())], ("components", 0, "components"), "BASE_TYPE_BAD_LENGTH"),
        (LAYOUT, [section(text())], ("components", 0, "accessory"), "BASE_TYPE_REQUIRED"),
        (LAYOUT, [text() | {"id": 3}, text() | {"id": 3}], ("components", 1, "id"), "COMPONENT_ID_DUPLICATED"),
    ],
)
def test_components_that_are_refused(layout, sent, path, code):
    """Each wrong component is refused at the place where it is wrong."""
    assert (path, code) in found(components.check_message, sent, layout=layout, filenames={"there.png"})


@pytest.mark.parametrize(
    ("layout", "sent"),
    [
        (LEGACY, [row(*map(button, "abcde")), row(select())]),
        (LAYOUT, [box(*[text()] * 38), text()]),
        (LAYOUT, [text("x" * 4000)]),
        (LAYOUT, [gallery("attachment://there.png", "https://example.org/a.png"), row(button())]),
        (LAYOUT, [section(text(), accessory={"type": 11, "media": {"url": "http://a.b/c"}})]),
        (LAYOUT, [{"type": 13, "file": {"url": "attachment://there.png"}}, {"type": 14, "divider": False}]),
    ],
)
def test_components_that_are_fine(layout, sent):
    """At the limits everything still stands."""
    assert found(components.check_message, sent, layout=layout, filenames={"there.png"}) == set()


def label(component):
    return {"type": 18, "label": "L", "component": component}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([label({"type": 4, "custom_id": str(n), "style": 1}) for n in range(6)], "BASE_TYPE_BAD_LENGTH"),
        ([label(button())], "COMPONENT_TYPE_INVALID"),
        ([row(button())], "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ([box(text())], "COMPONENT_TYPE_INVALID"),
        ([label({"type": 4, "custom_id": "a", "style": 1})] * 2, "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ([label({"type": 4, "style": 1})], "BASE_TYPE_REQUIRED"),
    ],
)
def test_modals_that_are_refused(sent, code):
    """A modal has at most five fields, each labelled, no buttons and no name twice."""
    assert code in {one for _, one in found(components.check_modal, {"components": sent})}


def test_all_that_is_wrong_is_said_at_once():
    """The tree holds every finding under its own place."""
    problems = Problems()
    problems.add(("embeds", 0), "A", "first")
    problems.add(("embeds", 0), "B", "second")
    problems.add((), "C", "third")
    with pytest.raises(Refusal) as refusal:
        problems.refuse()
    assert refusal.value.body() == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {
            "embeds": {"0": {"_errors": [{"code": "A", "message": "first"}, {"code": "B", "message": "second"}]}},
            "_errors": [{"code": "C", "message": "third"}],
        },
    }

"""The rules between two fields of a component, and of what suggestions stand for: what is refused, and what is not."""

import pytest

from bot.sandbox.rules import components
from bot.sandbox.rules.emoji import is_emoji
from bot.sandbox.rules.protocol import InteractionType
from bot.sandbox.rules.refusal import Problems


def found(check, *arguments, **more):
    problems = Problems()
    check(*arguments, problems=problems, **more)
    return {(path, code) for path, code, _ in problems.found}


def in_message(component):
    row = {"type": 1, "components": [component]}
    return {(path[4:], code) for path, code in found(components.check_message, [row], layout=False, filenames=())}


def in_modal(component):
    label = {"type": 18, "label": "L", "component": component}
    return {(path[3:], code) for path, code in found(components.check_modal, {"components": [label]})}


def options(number, defaults=0):
    return [{"label": "a", "value": str(at), "default": at < defaults} for at in range(number)]


def select(**more):
    return {"type": 3, "custom_id": "s", "options": options(3)} | more


def users(**more):
    return {"type": 5, "custom_id": "s"} | more


def button(**more):
    return {"type": 2, "style": 1, "custom_id": "b"} | more


def text_input(**more):
    return {"type": 4, "custom_id": "i", "style": 1} | more


DEFAULTS = [{"id": str(number), "type": "user"} for number in range(3)]


@pytest.mark.parametrize(
    ("component", "fine", "place", "code"),
    [
        (
            select(options=options(3, 2)),
            select(options=options(3, 1)),
            ("options",),
            "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
        ),
        (select(max_values=4), select(max_values=3), ("options",), "BASE_TYPE_BAD_LENGTH"),
        (
            users(default_values=DEFAULTS),
            users(default_values=DEFAULTS, max_values=3),
            ("default_values",),
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            users(default_values=DEFAULTS[:1], min_values=2, max_values=3),
            users(default_values=DEFAULTS[:2], min_values=2, max_values=3),
            ("default_values",),
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            button(emoji={"name": "notanemoji"}),
            button(emoji={"name": "👍"}),
            ("emoji", "name"),
            "COMPONENT_INVALID_EMOJI",
        ),
        (
            button(emoji={"name": "👍👍"}),
            button(emoji={"name": "own", "id": "1"}),
            ("emoji", "name"),
            "COMPONENT_INVALID_EMOJI",
        ),
        (button(label="  "), button(label="a"), (), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED"),
    ],
)
def test_a_message_component_that_contradicts_itself(component, fine, place, code):
    """One step over the rule is refused, at the rule it is not."""
    assert in_message(component) == {(place, code)}
    assert in_message(fine) == set()


@pytest.mark.parametrize(
    ("component", "fine", "place", "code"),
    [
        (select(disabled=True), select(disabled=False), ("disabled",), "SELECT_COMPONENT_INVALID_FIELDS"),
        (text_input(label="a"), text_input(label=None), ("label",), "TEXT_INPUT_COMPONENT_INVALID_FIELDS"),
        (text_input(value="ab", max_length=1), text_input(value="a", max_length=1), ("value",), "BASE_TYPE_BAD_LENGTH"),
        (text_input(value="a", min_length=2), text_input(value="", min_length=2), ("value",), "BASE_TYPE_BAD_LENGTH"),
        (
            text_input(min_length=2, max_length=1),
            text_input(min_length=1, max_length=1),
            ("min_length",),
            "BASE_TYPE_MAX",
        ),
        (
            {"type": 21, "custom_id": "r", "options": options(3, 2)},
            {"type": 21, "custom_id": "r", "options": options(3, 1)},
            ("options",),
            "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
        ),
        (
            {"type": 22, "custom_id": "c", "options": options(3), "max_values": 4},
            {"type": 22, "custom_id": "c", "options": options(3, 3)},
            ("options",),
            "BASE_TYPE_BAD_LENGTH",
        ),
    ],
)
def test_an_input_of_a_modal_that_contradicts_itself(component, fine, place, code):
    """What a modal's input demands, it allows."""
    assert in_modal(component) == {(place, code)}
    assert in_modal(fine) == set()


def test_a_text_input_in_a_row_has_its_own_label():
    """Only the label around it spares it one."""
    row = {"type": 1, "components": [text_input()]}
    assert found(components.check_modal, {"components": [row]}) == {
        (("components", 0, "components", 0, "label"), "BASE_TYPE_REQUIRED")
    }


EMOJI = "👍 ❤️ ❤ 1️⃣ #️⃣ 🏳️‍🌈 🇩🇪 ℹ️ ™️ ‼️ 〰️ ▶️ ➕ 👩🏽‍🚀 🧑‍🧑‍🧒 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🪿 🔁 ⏹️ ✅"


def test_emoji_of_every_kind_are_taken():
    """Keys, flags, skins, joined pictures, and signs with or without their selector."""
    assert [one for one in EMOJI.split(" ") if not is_emoji(one)] == []


@pytest.mark.parametrize("text", ["", "a", "1", "notanemoji", ":smile:", "👍a", "👍 ", "🇩", "<:a:1>", "é", "絵"])
def test_words_are_no_emoji(text):
    """Letters, names between colons and halves of a flag are refused."""
    assert not is_emoji(text)


OF_TYPES = [(3, "a", 1), (3, "a", 1.5), (4, 1, "1"), (4, 1, 1.5), (10, 1.5, "1.5"), (10, 1, True)]


@pytest.mark.parametrize("case", OF_TYPES)
@pytest.mark.parametrize("nested", [False, True])
async def test_a_suggestion_is_of_its_options_type(api, sandbox, case, nested):
    """Texts for a text and whole numbers for a whole number, in sub-commands too; a refused one may be mended."""
    kind, fine, wrong = case
    focused = {"name": "what", "type": kind, "value": "", "focused": True}
    data = {
        "id": "1",
        "name": "find",
        "options": [{"name": "it", "type": 1, "options": [focused]} if nested else focused],
    }
    yuki = next(one for one in sandbox.world.users.values() if one.username == "yuki")
    general = next(one for one in sandbox.world.channels.values() if one.name == "general")
    asked = sandbox.local.interactions.open("autocomplete", yuki, general, data, type_=InteractionType.AUTOCOMPLETE)
    for value, status in ((wrong, 400), (fine, 200)):
        answer = {"type": 8, "data": {"choices": [{"name": "a", "value": value}]}}
        assert (await api.answer(asked, answer))[0] == status

"""Dynamic prompts: bounded, reproducible, and gone from what is stored."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError, InvalidRequest
from bot.prompt import wildcards
from bot.prompt.dynamic import MAX_DEPTH, draw, escape
from tests.refusing import refused

GROUPS = {
    "hair": ("red hair", "blue hair"),
    "outfit": ("{black|white} dress", "__hair__"),
    "loop": ("__loop__",),
    "many": ("__many__ __many__", "x"),
    "none": (),
    "eye_color": ("green eyes",),
}


def drawer(seed):
    return Random(seed)


def outcomes(text):
    return {draw(text, GROUPS, drawer(seed), 100) for seed in range(60)}


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("plain, ^_^, a|b", {"plain, ^_^, a|b"}),
        ("{red|blue} hair", {"red hair", "blue hair"}),
        ("{|very }long", {"long", "very long"}),
        ("{{masterpiece}}", {"masterpiece"}),
        ("{a|{b|c} d}", {"a", "b d", "c d"}),
        ("__hair__!", {"red hair!", "blue hair!"}),
        ("__outfit__", {"black dress", "white dress", "red hair", "blue hair"}),
        ("__Eye color__, __eye-color__", {"green eyes, green eyes"}),
        (r"\{a\|b\}, {\|\||\}}", {r"{a\|b}, ||", r"{a\|b}, }"}),
        (r"a \(b\), {\(x\)}", {r"a \(b\), \(x\)"}),
        (">__<, __", {">__<, __"}),
    ],
)
def test_every_choice_is_made_and_every_outcome_can_happen(text, possible):
    """Braces pick one, groups draw one, both nest, and a backslash keeps a brace."""
    assert outcomes(text) == possible


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{a|b", r"A \{ has no \}"),
        ("a}", r"A \} has no \{"),
        ("__hear__", "no group “__hear__”: did you mean “hair”"),
        ("__none__", "“__none__” is empty"),
        ("__loop__", "at most 10 deep"),
        ("{" * 11 + "}" * 11, "at most 10 deep"),
        ("{" * 2000, "at most 10 deep"),
        ("{}" * 201, "One text may have at most 200 choices"),
        ("{" + "x" * 101 + "}", "longer than 100 characters"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(text, said):
    """Bounds hold before anything is built."""
    with refused(InvalidRequest, said):
        draw(text, GROUPS, drawer(0), 100)


def test_a_group_that_doubles_itself_ends():
    """Draws, depth and length are bounded together."""
    for seed in range(30):
        try:
            draw("__many__" * 3, GROUPS, drawer(seed), 100)
        except InvalidRequest:
            continue


def test_without_groups_the_sentence_says_so():
    with refused(InvalidRequest, "There is no group “__hair__”, because this bot has no groups"):
        draw("__hair__", {}, drawer(0), 100)


def test_the_deepest_choice_allowed_is_drawn():
    assert draw("{" * MAX_DEPTH + "x" + "}" * MAX_DEPTH, {}, drawer(0), 100) == "x"


@given(st.text(st.sampled_from(list("ab{}|\\_ ")), max_size=30), st.integers())
def test_what_was_drawn_is_never_drawn_from_again(text, seed):
    """Stored text, escaped for a form, draws as itself."""
    try:
        drawn = draw(text, {"a": ("x",), "b": ("y", "z")}, drawer(seed), 100)
    except InvalidRequest:
        return
    again = draw(escape(drawn), {}, drawer(0), 200)
    assert again.replace("\\", "") == drawn.replace("\\", "")


def test_an_operator_s_wildcard_files_are_groups(tmp_path):
    """One file a group, one line a choice."""
    (tmp_path / "Hat Colour.txt").write_text("\ufeffred hat\n\n# not this\n blue hat \n", encoding="utf-8")
    (tmp_path / "readme.md").write_text("no group")
    assert wildcards.load(tmp_path) == {"hat_colour": ("red hat", "blue hat")}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("a__b.txt", b"x", "a__b.txt: the name"), ("a.txt", b"#", "a.txt: holds no choice"), ("a.txt", b"\xff", "UTF-8")],
)
def test_a_wildcard_file_that_cannot_be_used_is_named(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        wildcards.load(tmp_path)


def test_an_absent_wildcard_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere: cannot be read: No such file"):
        wildcards.load(tmp_path / "nowhere")

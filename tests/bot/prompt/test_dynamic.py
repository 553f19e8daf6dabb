"""Dynamic prompts: bounded, reproducible, and gone from what is stored."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError, InvalidRequest
from bot.prompt import wildcards
from bot.prompt.dynamic import MAX_DEPTH, draw, escape
from bot.prompt.foreign.understand import understand
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


def test_a_pack_has_folders_and_files_of_every_kind(tmp_path):
    """Upper-case endings, any names, text as Windows writes it, YAML and JSON with groups in groups."""
    (tmp_path / "clothes" / "winter").mkdir(parents=True)
    (tmp_path / "Colour.TXT").write_bytes("\ufeffred\r\nblue\r\n".encode("utf-16-le"))
    (tmp_path / "clothes" / "hats.txt").write_text("red hat # rare\n2::blue hat\n#no\n", encoding="utf-8")
    (tmp_path / "clothes" / "winter" / "été (doux).txt").write_text("coat\n", encoding="utf-8")
    (tmp_path / "light.yaml").write_text(
        "light:\n  warm: [sunset, candle]\n  on: yes\n  2: [7, yes]\n", encoding="utf-8"
    )
    (tmp_path / "list.json").write_text('["a", "b"]', encoding="utf-8")
    groups = wildcards.load(tmp_path)
    assert groups == {
        "colour": ("red", "blue"),
        "clothes/hats": ("red hat", "blue hat"),
        "clothes/winter/été_(doux)": ("coat",),
        "light/warm": ("sunset", "candle"),
        "light/2": ("7", "yes"),
        "list": ("a", "b"),
    }
    assert groups["clothes/hats"].weights == (1, 2)
    assert draw("__clothes/winter/été (doux)__, __Light/Warm__", groups, drawer(0), 100) == "coat, candle"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("_.txt", b"x", "nobody can name this group"),
        ("a.txt", b"#", "a.txt: a: holds no choice"),
        ("a.txt", b"\xff", "UTF-8; the file was left out"),
        ("a.txt", b"x\n{y", r"a.txt:2: this choice was left out: A { has no }"),
        ("a.txt", b"x\n__nowhere__", r"a.txt:2: this choice was left out: there is no group “__nowhere__”"),
        ("a.txt", b"x" * 6000, "it has more than 5,000 characters"),
        ("a.yaml", b"a: &b [c]\nd: *b", "line 2: an alias"),
        ("a.yaml", b"[" * 500, "nested too deeply; the file was left out"),
        ("a.yaml", b"a: [", "the file was left out"),
        ("a.json", b'{"a": ' * 5000, "the file was left out"),
        ("hair-y.txt", b"x", "are one group, __hair_y__"),
    ],
)
def test_what_cannot_be_used_is_the_operator_s_message_and_stops_nothing(tmp_path, caplog, name, content, said):
    """File and line, when the bot starts; the others are read, and no member is told of it."""
    (tmp_path / "hair_y.txt").write_text("red hair")
    (tmp_path / name).write_bytes(content)
    assert "red hair" in wildcards.load(tmp_path)["hair_y"]
    assert any(said in message for message in caplog.messages), caplog.messages


DOCUMENTED = {
    "flavours": ("chocolate", "vanilla", "strawberry"),
    "seasons": ("summer", "{autumn|fall}", "winter"),
    "people": ("__africa__",),
    "africa": ("Zimbabwean",),
    "colours_cold": ("blue",),
    "colours_warm": ("red",),
    "artists/finnish": ("Edelfelt",),
    "artists/dutch/old": ("Bosch",),
    "season_clothes": ("In ${season}, I wear ${season} shirts",),
    "weighted": wildcards.Group.of_lines(["0::never", "2::red", "blue"]),
}


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("{summer|autumn|winter|spring} is coming", ("spring", "autumn", "summer")),
        ("{0.5::summer|0.1::autumn|0.3::winter|0.1::spring}", ("winter", "summer", "spring")),
        ("{0::a|1::b}", ("b", "b", "b")),
        (
            "{2$$chocolate|vanilla|strawberry}",
            ("vanilla, strawberry", "chocolate, strawberry", "chocolate, strawberry"),
        ),
        ("{2$$ and $$chocolate|vanilla}", ("vanilla and chocolate", "chocolate and vanilla", "chocolate and vanilla")),
        ("{1-2$$ and $$chocolate|vanilla|strawberry}", ("vanilla and chocolate", "strawberry", "chocolate")),
        ("{-2$$chocolate|vanilla|strawberry}", ("vanilla, chocolate", "strawberry", "chocolate")),
        ("{2-$$a|b|c}", ("b, a, c", "c, a", "a, c")),
        ("{4$$a|b}", ("b, a", "a, b", "a, b")),
        ("__africa__", ("Zimbabwean",) * 3),
        ("{2$$__flavours__}", ("vanilla, strawberry", "chocolate, strawberry", "chocolate, strawberry")),
        ("{2$$__flavours__|__flavours__}", ("chocolate, vanilla", "vanilla, chocolate", "chocolate, vanilla")),
        ("__seasons__", ("fall", "summer", "summer")),
        ("__people__", ("Zimbabwean",) * 3),
        ("__colours*__", ("red", "blue", "blue")),
        ("__artists/**__, __artists/*__", ("Bosch, Edelfelt", "Edelfelt, Edelfelt", "Edelfelt, Edelfelt")),
        ("__weighted__", ("blue", "red", "blue")),
        ("${x=!{a|b}}In ${x}, ${x} and ${x}", ("In b, b and b", "In a, a and a", "In a, a and a")),
        ("${x={a|b}}In ${x}, ${x} and ${x}", ("In b, b and a", "In a, a and b", "In a, a and a")),
        ("__season_clothes(season=winter)__", ("In winter, I wear winter shirts",) * 3),
        ("${season=spring}__season_clothes__", ("In spring, I wear spring shirts",) * 3),
        ("In ${season:summer}", ("In summer",) * 3),
        ("{@a|b} and {@c|d}", ("b and d", "a and c", "b and d")),
        ("{~a|b} __~africa__ __@africa__", ("b Zimbabwean Zimbabwean",) + ("a Zimbabwean Zimbabwean",) * 2),
    ],
)
def test_the_grammar_is_that_of_sd_dynamic_prompts(text, drawn):
    """Every form of its guide (docs/SYNTAX.md), and what it draws for the seeds 0, 1 and 2."""
    found = tuple(draw(text, DOCUMENTED, drawer(seed), 1000) for seed in range(3))
    assert tuple(one.removesuffix(" is coming") for one in found) == drawn


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${x}", r"There is no value for “\${x}”"),
        ("${}", "A variable is written"),
        ("".join(f"${{x{n}=a}}" for n in range(51)), "At most 50 variables"),
        ("${x=${x}}${x}", "at most 10 deep"),
        ("{300$$__flavours__}" * 70, "at most 200 choices"),
        ("__clothes/hats__", "no group “__clothes/hats__”"),
    ],
)
def test_variables_and_counts_have_their_bounds(text, said):
    with refused(InvalidRequest, said):
        draw(text, DOCUMENTED, drawer(0), 10_000)


def test_a_template_over_several_lines_is_read_as_one():
    """Its comments and line ends are none of the prompt's."""
    written = """
        # Set the season variable
        ${season={
            summer
            |autumn
            # | fall    # commented this value out
            |winter
        }}
        In ${season:summer}, I wear   # what
        red, shirts
    """
    text = understand(written).text
    assert {draw(text, {}, drawer(seed), 200).lstrip(", ") for seed in range(20)} == {
        f"In {season}, I wear, red, shirts" for season in ("summer", "autumn", "winter")
    }


def test_an_absent_wildcard_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere: cannot be read: No such file"):
        wildcards.load(tmp_path / "nowhere")

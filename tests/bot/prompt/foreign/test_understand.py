"""What people write who come from another program means the same here, or a sentence says what became of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt.foreign.understand import understand, understand_options
from bot.request import Options
from bot.sentences.rendering import plain
from engine.grammar import parse

KNOWN = {"solo", "smile", "long hair", "hair", "night", "looking at viewer", "red eyes", "black dress"}


def kind(tag):
    return "general" if tag in KNOWN else None


LORA = "there is no such LoRA here"
EMBEDDING = "embeddings are not used here"
CHANGES = "changes while a picture is drawn"


@pytest.mark.parametrize(
    ("theirs", "ours", "said"),
    [
        (
            "1girl、red hair，smile，（night：1.2）",
            "1girl, red hair, smile, (night:1.2)",
            "“、” and “，” were read as commas",
        ),
        ("1girl；smile。night", "1girl, smile, night", "“；” and “。” were read as commas"),
        ("（night：１．２）", "(night:1.2)", "Full-width letters, digits and signs"),
        ("1girl\r\nsolo\nsmile", "1girl, solo, smile", "Line breaks were read as commas."),
        ("1girl,\nsolo,\n\nsmile", "1girl, solo, smile", ""),
        ("1girl | solo|smile", "1girl, solo, smile", "“|” was read as a comma."),
        ("1girl; solo; smile", "1girl, solo, smile", "“;” was read as a comma."),
        ("steins;gate, |_|, :|, >:|, o_|", "steins;gate, |_|, :|, >:|, o_|", ""),
        (
            "1girl solo smile long hair",
            "1girl, solo, smile, long hair",
            "the tags “1girl”, “solo”, “smile” and “long hair”",
        ),
        (
            "1girl solo long_hair looking_at_viewer kei_(m_k)",
            "1girl, solo, long_hair, looking_at_viewer, kei_(m_k)",
            "no comma",
        ),
        ("１ｇｉｒｌ、ｓｍｉｌｅ", "1girl, smile", "Full-width letters"),
        ("- 1girl\n- solo\n- smile", "1girl, solo, smile", "Line breaks"),
        ("• 1girl\n• solo", "1girl, solo", "Line breaks"),
        ("1. 1girl\n2) solo\n10. smile", "1girl, solo, smile", "Line breaks"),
        ("- 1girl - solo - long hair", "1girl, solo, long hair", "“-” was read as a comma."),
        ("#1girl #solo #long_hair", "1girl, solo, long_hair", "“#” was read as a comma."),
        ('"1girl", "long hair", “smile”', "1girl, long hair, smile", "quotation marks around the tags"),
        ("1girl / solo / smile", "1girl, solo, smile", "“/” was read as a comma."),
        ("? 1girl 6.5M\n? long hair 4.1M\n? smile 900k", "1girl, long hair, smile", "numbers behind the tags"),
        ("1girl 5400000\nlong_hair 4100000", "1girl, long_hair", "numbers behind the tags"),
        ("track 1\ntrack 22", "track 1, track 22", "Line breaks"),
        ("-_-, o/, m/, #hashtag, half-elf, smile - night", "-_-, o/, m/, #hashtag, half-elf, smile - night", ""),
        ("a girl with long hair", "a girl with long hair", ""),
        ("black dress", "black dress", ""),
        ("👩‍🎨, 🏳️‍🌈, smile", "👩‍🎨, 🏳️‍🌈, smile", ""),
    ],
)
def test_tags_are_separated_as_they_were_meant(theirs, ours, said):
    """By other scripts' marks, line ends, bars, and nothing but spaces; a face keeps its marks."""
    understood = understand(theirs, kind)
    assert understood.text == ours
    assert said in " ".join(map(plain, understood.said))
    assert bool(understood.said) == bool(said)


@pytest.mark.parametrize(
    ("theirs", "ours", "said"),
    [
        ("{smile}, x", "(smile:1.05), x", "NovelAI"),
        ("{{smile}}, 1.5::red eyes::, [night]", "(smile:1.1025), (red eyes:1.5), (night:0.9524)", "“{{smile}}”"),
        ("{{a, {b}}}, c", "((a, (b:1.05):1.1025)), c".replace("((", "(").replace("))", ")"), "NovelAI"),
        ("0.5::a, b::, c", "(a, b:0.5), c", "NovelAI"),
        ("1.2::a, 0.8::b", "(a:1.2), (b:0.8)", "NovelAI"),
        ("-1::hat::, x", ", x", "“-1::hat::” was left out: no weight is below 0 here"),
        ("3::smile::", "(smile:2)", "is drawn at the weight 2"),
        ("||red|blue|| hair", "{red|blue} hair", "NovelAI"),
        ("{red|blue} hair, {2$$a|b}, ${x=!{a|b}}", "{red|blue} hair, {2$$a|b}, ${x=!{a|b}}", ""),
        ("{0.7::wet|0.3::windy}", "{0.7::wet|0.3::windy}", ""),
        (r"\{x\}, [x], (y), (z:1.3)", r"\{x\}, [x], (y), (z:1.3)", ""),
        ("(smile)1.3, x", "(smile:1.3), x", "InvokeAI"),
        ("red hair++, x", "red (hair:1.21), x", "“hair++” is “(hair:1.21)”"),
        ("(red hair)--, x", "(red hair:0.81), x", "InvokeAI"),
        ("c++, 6+girls, k-on!", "c++, 6+girls, k-on!", ""),
    ],
)
def test_weights_of_others_are_ours(theirs, ours, said):
    """Where they have an exact meaning; which program's they are is seen by what only it has."""
    understood = understand(theirs, kind)
    weights = [(s.text.strip(), round(s.weight, 4)) for section in parse(understood.text) for s in section]
    assert weights == [(s.text.strip(), round(s.weight, 4)) for section in parse(ours) for s in section]
    assert said in " ".join(map(plain, understood.said))
    assert bool(understood.said) == bool(said)


@pytest.mark.parametrize(
    ("theirs", "ours", "said"),
    [
        ("<lora:ink wash:0.8>, smile", " , smile", f"“<lora:ink wash:0.8>” was left out: {LORA}"),
        ("<lyco:a:1> <hypernet:b:1>x", "   x", f"“<hypernet:b:1>” was left out: {LORA}"),
        ("<3, <o>_<o>", "<3, <o>_<o>", ""),
        ("<segment:face>x <break> y", " x BREAK y", "“<segment:face>” was left out"),
        ("<random:red|blue> hair, <wildcard:hats>", "{red|blue} hair, __hats__", ""),
        ("embedding:bad-hands, x", ", x", f"“embedding:bad-hands” was left out: {EMBEDDING}"),
        ("(embedding:bad:1.2), x", ", x", EMBEDDING),
        ("[smile:0.5]", "smile", f"“[smile:0.5]” {CHANGES}, which is not done here: it is “smile” throughout."),
        ("[(red hair:1.2):blue hair:0.4]", "blue hair", f"“[(red hair:1.2):blue hair:0.4]” {CHANGES}"),
        ("[red hair:blue hair:0.8]", "red hair", CHANGES),
        ("[red hair::12]", "red hair", CHANGES),
        ("[cat|dog] x", "cat x", f"“[cat|dog]” {CHANGES}"),
        ("[re:zero], [emilia (re:zero)]", "[re:zero], [emilia (re:zero)]", ""),
        ("a cat :1.2 AND a dog:0.5", "a cat, a dog", "“AND” was read as a comma"),
        ("a fox --ar 2:3 --niji 6 --seed 42", "a fox", "“--ar 2:3” was left out: settings are options of their own"),
        ("a fox —ar 2:3", "a fox", "“—ar 2:3” was left out"),
        ("a fox --no text, hat --v 6", "a fox", "“--no text, hat” was left out: put what you do not want into"),
        ("a fox -- a hare, x--", "a fox -- a hare, x--", ""),
        ("1girl ADDCOL red ADDBASE x", "1girl BREAK red BREAK x", "“ADDCOL” was read as BREAK"),
        ("x COUPLE MASK(0 0.5) y", "x BREAK  y", "“MASK(0 0.5)” was left out"),
    ],
)
def test_what_cannot_be_done_is_said_and_never_drawn_as_letters(theirs, ours, said):
    """Left out, or kept as far as it can be."""
    understood = understand(theirs, kind)
    assert understood.text.split() == ours.replace(" ,", ",").split() or understood.text == ours
    assert said in " ".join(map(plain, understood.said))
    assert bool(understood.said) == bool(said)


def test_quality_words_of_pony_stay_and_are_named():
    """In a sentence once; the model here was trained on other words."""
    options, said = understand_options(Options(tags="score_9, score_8_up, source_anime, score_9, smile"))
    assert options.tags == "score_9, score_8_up, source_anime, score_9, smile"
    assert [*map(plain, said)] == [
        "“score_9”, “score_8_up” and “source_anime” are words of Pony models. This model may not understand them."
    ]


def test_a_picture_of_novelai_s_may_have_brackets_that_nobody_closed():
    """They are none there."""
    assert understand("{{smile, [x", dialect="novelai").text == "smile, x"
    assert understand("{{smile, [x").text == "{{smile, [x"


def test_every_field_is_looked_at_and_names_keep_their_semicolons():
    options, said = understand_options(
        Options(subject="1girl；1boy", series="a; b", negative="{hat}", more_tags="x++, yy++")
    )
    assert (options.subject, options.series, options.negative) == ("1girl, 1boy", "a; b", "(hat:1.05)")
    assert options.more_tags == "x++, (yy:1.21)"
    assert len(said) == 3


PIECES = st.sampled_from([*"ab1.:|{}[]()<>,+- \\\n、（", "AND", "<lora:", "::", "1.2::", "a++", "embedding:x"])


@given(st.lists(PIECES, max_size=25).map("".join))
def test_every_text_is_understood_somehow(text):
    """Nothing raises, whatever stands in whatever, and nobody reads a page of sentences."""
    for dialect in ("", "novelai", "invokeai", "comfyui", "webui"):
        assert len(understand(text, kind, dialect).said) <= 12

"""The presets: ours are complete, an operator's extend them, and a wrong file is named."""

import pytest

from bot.errors import ConfigError, InvalidRequest
from bot.prompt import presets, tags
from bot.prompt.compose import compose
from bot.prompt.terms import QUALITY_TAGS
from bot.request import Request
from tests.refusing import refused

EXTRA = """
[style.Chalk]
prompt = "chalk (medium), blackboard"
description = "Chalk on a blackboard"

[quality.light]
prompt = "good score"
description = "Ours, changed"
"""


def test_every_preset_that_is_promised_is_there(ours):
    """The card's enhancement line, the ten quality and score tags one by one, three negatives, ten styles."""
    assert ours.quality["standard"].prompt == "masterpiece, high score, great score, absurdres"
    assert {"standard", "light", "none", *QUALITY_TAGS} - {"absurdres"} == set(ours.quality)
    assert all(ours.quality[tag].prompt == tag for tag in QUALITY_TAGS if tag != "absurdres")
    assert set(ours.negative) == {"card", "light", "none"}
    assert len(ours.style) >= 10


def test_our_presets_are_written_as_tags_without_syntax(ours):
    """No bracket is open, no weight is set, no tag is there twice."""
    for text in [
        *(preset.prompt for preset in ours.quality.values()),
        *(preset.negative for preset in ours.negative.values()),
        *(text for style in ours.style.values() for text in (style.prompt, style.negative)),
    ]:
        read = tags.read(text)
        assert not read.closed
        assert len(set(read.items)) == len(read.items)
        assert all(tags.opened(item) == (item,) for item in read.items)


def test_an_operator_s_file_extends_and_replaces(tmp_path):
    """Names are compared in lower case; what is not named stays ours."""
    path = tmp_path / "presets.toml"
    path.write_text(EXTRA)
    read = presets.load(path)
    assert read.style["chalk"].prompt == "chalk (medium), blackboard"
    assert read.quality["light"].prompt == "good score"
    assert read.negative == presets.load().negative


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[style", "presets.toml: "),
        ("[looks.a]\nx = 1", r"\$\.looks: only the tables"),
        ("[style.a]\nprompt = 'x'", r"\$\.style\.'a': .*description"),
        ("[style.a]\nprompt = 3\ndescription = 'x'", r"\$\.style\.'a': .*\$\.prompt"),
        ("[quality.a]\nprompt = 'x'\nnegative = 'y'\ndescription = 'x'", "negative"),
        ("[style.a]\nprompt = '''a\nb'''\ndescription = 'x'", r"\$\.prompt"),
        ("[style.'']\nprompt = 'a'\ndescription = 'x'", r"\$\.style\.''"),
        ("quality = 3", "presets.toml"),
    ],
)
def test_a_wrong_file_is_named_with_the_place_in_it(tmp_path, text, said):
    path = tmp_path / "presets.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        presets.load(path)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read"):
        presets.load(tmp_path / "absent.toml")


def test_an_unknown_name_is_a_sentence_with_near_ones(ours):
    with refused(InvalidRequest, r"There is no style “water color”: did you mean “watercolour”"):
        presets.pick(ours.style, "style", "water color")


def test_webui_s_styles_are_presets(tmp_path, caplog):
    """As it writes them, marks and line ends of Windows included; what is its own is said to the operator."""
    path = tmp_path / "styles.CSV"
    path.write_bytes(
        '\ufeffname,prompt,negative_prompt\r\n--- Looks ---,,\r\nInk,"ink drawing of {prompt},\r\nmonochrome",'
        "colour\r\n"
        'Glow,"glow, <lora:glow:1>",\r\n'.encode()
    )
    styles = presets.load(path).style
    assert (styles["ink"].prompt, styles["ink"].negative) == ("ink drawing of {prompt}, monochrome", "colour")
    assert styles["glow"].prompt == "glow"
    assert "--- looks ---" not in styles
    assert any("<lora:glow:1>" in message for message in caplog.messages)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", 'name,prompt\n"open,1\n'])
def test_a_csv_that_is_none_of_styles_is_named(tmp_path, text):
    (tmp_path / "styles.csv").write_text(text)
    with pytest.raises(ConfigError, match=r"styles\.csv"):
        presets.load(tmp_path / "styles.csv")


@pytest.mark.parametrize(
    ("style", "prompt"),
    [
        ("ink drawing of {prompt}, monochrome", "1girl, safe, ink drawing of (red hair:1.2), smile, monochrome"),
        ("ink, {prompt}", "1girl, safe, ink, (red hair:1.2), smile"),
        ("{prompt} in ink", "1girl, safe, (red hair:1.2), smile in ink"),
        ("{prompt}", "1girl, safe, (red hair:1.2), smile"),
    ],
)
def test_the_tags_take_their_place_in_a_style(tmp_path, style, prompt):
    """Of the whole prompt the count, the names and the rating stay in front, as the model was trained."""
    path = tmp_path / "presets.toml"
    path.write_text(f'[style.ink]\nprompt = "{style}"\nnegative = "{{prompt}}, colour"\ndescription = "Ink"\n')
    request = Request(subject="1girl", tags="(red hair:1.2), smile", style="ink", quality="none", seed=1)
    composed = compose(request, presets.load(path))
    assert composed.prompt == prompt
    assert "{prompt}" not in composed.negative_prompt

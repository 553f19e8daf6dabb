"""LoRAs by name: chosen, typed as in WebUI, completed, written back, and known to the operator's file."""

import msgspec
import pytest

from bot.errors import ConfigError, InvalidRequest
from bot.prompt import loras
from bot.prompt.completion import options_of
from bot.prompt.lora_choices import suggest
from bot.prompt.loras import KnownLoras, LoraRule, taken_out
from bot.request import Options, Request
from bot.sentences.rendering import plain
from engine.wire import ChosenLora, FoundLora

FILES = (
    FoundLora(name="line art", hash="0a", title="Line art", words=("lineart",), base="animagine-xl-4.0-opt"),
    FoundLora(name="rin_v2", hash="0b", title="Rin of the hills", base="ponyDiffusionV6XL"),
    FoundLora(name="broken", wrong="it is cut off"),
)
RULES = {"line art": LoraRule(name="line art", weight=0.8, words=("lineart, ink",), rating="sensitive")}


@pytest.fixture
def known():
    found = KnownLoras(RULES)
    found.heard(FILES)
    return found


def refusal(known, text):
    with pytest.raises(InvalidRequest) as caught:
        known.choose(text)
    return plain(caught.value.sentence)


def test_names_and_weights_are_read(known):
    """However a name is spelled, by its title too; without a weight the operator's counts, and one is both."""
    assert known.choose("Line_Art; rin of the hills:0.6:0.4") == (
        ChosenLora(name="line art", hash="0a", weight=0.8, te_weight=0.8),
        ChosenLora(name="rin_v2", hash="0b", weight=0.6, te_weight=0.4),
    )
    assert known.choose(" line art : 1.25 ;")[0].te_weight == 1.25


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lin art", "There is no LoRA “lin art”: did you mean “line art”?"),
        ("broken", "There is no LoRA “broken”"),
        ("line art:3", "The weight of the LoRA “line art” is 3; it may be from 0 to 2."),
        ("line art:much", "“much” is no weight for the LoRA “line art”"),
        ("line art:nan", "it may be from 0 to 2"),
        ("line art; Line art:0.5", "The LoRA “line art” is there twice"),
    ],
)
def test_what_cannot_be_chosen_is_a_sentence(known, text, said):
    assert said in refusal(known, text)


def test_three_at_most_and_none_where_there_are_none():
    many = KnownLoras({})
    assert "There are no LoRAs here" in refusal(many, "a")
    many.heard([FoundLora(name=name) for name in "abcd"])
    assert len(many.choose("a;b;c")) == 3
    assert "At most 3 LoRAs" in refusal(many, "a;b;c;d")


def test_what_is_written_back_is_read_as_the_same(known):
    """Under Edit they stand among the tags."""
    chosen = known.choose("line art:0.35; rin_v2:0.6:0.4")
    options = options_of(Request(seed=1, tags="smile", loras=chosen))
    assert options.tags == "smile, <lora:line art:0.35>, <lora:rin_v2:te=0.4:unet=0.6>"
    found = taken_out(options, known)
    assert (found.tags, known.choose(found.lora)) == ("smile", chosen)


@pytest.mark.parametrize(
    ("prompt", "words", "lora"),
    [
        ("1girl, <lora:line art:0.7>, smile", "1girl, smile", "line art:0.7"),
        ("<lora:line art>", "", "line art"),
        ("1girl <lora:rin_v2:0.4:0.6>", "1girl", "rin_v2:0.6:0.4"),
        ("1girl <lora:rin_v2:te=0.4:unet=0.6>", "1girl", "rin_v2:0.6:0.4"),
        ("<lora:Line Art:0.5>, a, <lora:rin_v2:1>", "a", "line art:0.5; rin_v2:1"),
        ("1girl, <lora:nobody:0.7>", "1girl, <lora:nobody:0.7>", None),
    ],
)
def test_what_is_typed_as_in_webui_means_the_same(known, prompt, words, lora):
    """By place it takes the weight of the texts first; one that is not there stays, and is told elsewhere."""
    found = taken_out(Options(prompt=prompt), known)
    assert (found.prompt, found.lora) == (words, lora)


def test_what_is_typed_wins_over_what_was_chosen_before(known):
    found = taken_out(Options(tags="<lora:line art:0.2>", lora="line art:0.9; rin_v2:1"), known)
    assert (found.tags, found.lora) == ("", "rin_v2:1; line art:0.2")


def test_an_old_request_takes_the_files_that_are_there_now(known):
    """A file under the same name is drawn with, whatever it was; one that is gone is named."""
    old = Request(seed=1, loras=(ChosenLora(name="line art", hash="ff"),))
    assert known.as_now(old).loras[0].hash == "0a"
    gone = msgspec.structs.replace(old, loras=(ChosenLora(name="gone", hash="ff"),))
    with pytest.raises(InvalidRequest) as caught:
        known.as_now(gone)
    assert "There is no LoRA “gone”" in plain(caught.value.sentence)
    assert KnownLoras({}).as_now(gone) is gone


def test_one_that_was_made_for_another_checkpoint_says_so(known):
    request = Request(seed=1, loras=known.choose("line art; rin_v2"))
    assert list(known.notes(request, "")) == []
    [note] = known.notes(request, "animagine-xl-4.0-opt")
    assert "was made for “ponyDiffusionV6XL”" in plain(note)


def offered(known, typed):
    return [choice.value for choice in suggest(typed, known.offered(), lambda one: one.rule.words or one.file.words)]


def test_one_after_the_other_is_completed(known):
    """Names with their usual weights, then weights, then the next one; nothing is offered twice."""
    assert offered(known, "") == ["line art:0.8", "rin_v2:1"]
    assert offered(known, "hills") == ["rin_v2:1"]
    assert offered(known, "line art:") == [f"line art:{weight}" for weight in ("0.8", "0.4", "0.6", "1", "1.2")]
    assert offered(known, "line art:1") == ["line art:1", "line art:1.2", "line art:1; "]
    assert offered(known, "line art:0.8; ") == ["line art:0.8; rin_v2:1"]
    assert offered(known, "line art:0.8; r") == ["line art:0.8; rin_v2:1"]
    assert offered(known, "a;b;c;") == []
    [choice, _] = suggest("", known.offered(), lambda one: one.rule.words)
    assert choice.name == "Line art, 0 to 2 · lineart, ink"


def test_the_operator_s_file_is_read_by_name(tmp_path):
    path = tmp_path / "loras.toml"
    path.write_text('[[loras]]\nname = "a"\nrating = "nsfw"\nservers = [1]\nroles = [2]\nweight = 0.5\nwords = ["b"]\n')
    assert loras.load(path) == {
        "a": LoraRule(name="a", rating="nsfw", servers=(1,), roles=(2,), weight=0.5, words=("b",))
    }
    assert loras.load(None) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[loras]]\nname = "a"\n[[loras]]\nname = "a"\n', "stands there twice"),
        ('[[loras]]\nname = "a"\nwieght = 1\n', "wieght"),
        ('[[loras]]\nname = "a"\nweight = 3\n', "weight"),
        ('[[loras]]\nname = "a"\nrating = "mild"\n', "rating"),
    ],
)
def test_a_wrong_file_is_refused_at_the_start(tmp_path, text, said):
    path = tmp_path / "loras.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        loras.load(path)

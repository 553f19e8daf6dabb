"""Where nothing looks at the pictures, a safe request is drawn without the words that nobody vouches for."""

from functools import partial

import msgspec
import pytest

from bot import config
from bot.errors import InvalidRequest
from bot.prompt import presets
from bot.prompt.completion import Completion
from bot.prompt.compose import compose
from bot.prompt.leaving_out import leaving_out
from bot.request import Options
from bot.safety.wording import TextFilter
from bot.sentences.rendering import plain

PRESETS = presets.load()
COMPOSE = partial(compose, presets=PRESETS)
COMPLETION = Completion(config=config.Bot(), presets=PRESETS, groups={}, draw_seed=lambda: 1, compose=COMPOSE)
CAREFULLY = leaving_out(COMPOSE, TextFilter(None).unknown_words)


def written(**options):
    return CAREFULLY(COMPLETION.complete(Options(**options)))


def test_unknown_words_are_left_out_and_named():
    """A note says which; what is known of the tag stays, under its weight."""
    composed = written(tags="1girl, zorgblat, (smile:1.2), a Zorgblat under a tree, (blorp:1.3)")
    assert "orgblat" not in composed.prompt
    assert "blorp" not in composed.prompt
    assert "(smile:1.2)" in composed.prompt
    assert "a under a tree" in composed.prompt
    notes = [plain(note.sentence) for note in composed.notes if note.kind == "left_out"]
    assert len(notes) == 1
    assert "zorgblat" in notes[0]
    assert "blorp" in notes[0]


def test_half_a_name_is_left_out_with_the_other_half_and_the_sentence_stays():
    """What was known of a word only beside the one that is left out goes with it."""
    pair = {"neighbour", "zorgblat"}
    alone = leaving_out(COMPOSE, lambda tag: ("zorgblat",) if "zorgblat" in tag else tuple(pair & {*tag.split()}))
    request = COMPLETION.complete(Options(tags="a girl reads zorgblat neighbour"))
    composed = alone(request)
    assert "a girl reads," in composed.prompt
    assert composed.left_out == ("zorgblat", "neighbour")


def test_names_are_left_out_whole():
    """Half a name is somebody else's."""
    composed = written(subject="1girl", character="zorgblat the brave; smile")
    assert "brave" not in composed.prompt
    assert "smile" in composed.prompt


def test_nothing_left_is_refused():
    """With the words that were not known."""
    with pytest.raises(InvalidRequest) as refused:
        written(tags="zorgblat, ブローブ")
    assert "zorgblat" in plain(refused.value.sentence)


def test_what_is_known_is_written_as_ever():
    """Also at other ratings, where the gate refuses."""
    plain = COMPLETION.complete(Options(tags="1girl, a girl under a tree, (smile:1.2) BREAK night"))
    assert CAREFULLY(plain) == COMPOSE(plain)
    above = msgspec.structs.replace(plain, rating="sensitive", tags="zorgblat")
    assert CAREFULLY(above) == COMPOSE(above)

"""A sentence is a value that can be sent, stored and read again, and that its reader gets in words."""

import logging
from pathlib import Path

import msgspec
import pytest

from bot.sentences import ends, gate, joined, queue
from bot.sentences.joined import as_written, in_a_row, in_lines
from bot.sentences.rendering import NO_WORDS, ROOMS, render
from bot.sentences.sentence import ENGLISH, Sentence, fixed, sentence
from tests.bot.sentences.samples import some_of

FOLDER = Path(gate.__file__).parent

NO_ROOMS = {"__init__", "sentence", "rendering", "quoting"}

STORED = (
    *("audit", "edit", "ends", "foreign", "gate", "joined", "loras", "models", "prompt", "recipes", "reports"),
    *("settings", "uploads"),
)
"""The files whose sentences are kept with a job, with a form or in the audit log."""

RELEASED = Path(__file__).with_name("stored.txt")
"""Each of those with the names of its values; a line here never changes and never goes: a row may say it for years."""


@pytest.mark.parametrize("room", [room.__name__.rpartition(".")[2] for room in ROOMS])
def test_every_sentence_is_said_for_all_its_values(room):
    """Also after it went through the database and over a pipe."""
    for said in (one for known in ENGLISH if known.partition(".")[0] == room for one in some_of(known)):
        words = render(said)
        assert words, said
        for stored in (msgspec.json, msgspec.msgpack):
            again = stored.decode(stored.encode(said), type=Sentence)
            assert again == said
            assert render(again) == words


def test_every_file_of_sentences_is_known_to_who_renders_them():
    """What was stored may be of any."""
    rooms = [room.__name__.rpartition(".")[2] for room in ROOMS]
    assert sorted(rooms) == rooms
    assert set(rooms) == {path.stem for path in FOLDER.glob("*.py")} - NO_ROOMS


def test_a_sentence_is_called_by_its_file_and_its_name():
    """So it is found, and there are no two of one name."""
    for room in ROOMS:
        name = room.__name__.rpartition(".")[2]
        fixed_ones = {key: one.id for key, one in vars(room).items() if isinstance(one, Sentence)}
        assert fixed_ones == {key: f"{name}.{key}" for key in fixed_ones}
    with pytest.raises(ValueError, match=r"two sentences called ends\.CANCELLED"):
        fixed("ends.CANCELLED", "Cancelled, again.")


def test_what_was_ever_stored_can_be_said():
    """An id and the names of its values stay; a new one gets a new line."""
    known = [
        f"{sentence_id}({', '.join(values_of(english))})"
        for sentence_id, english in sorted(ENGLISH.items())
        if sentence_id.partition(".")[0] in STORED
    ]
    assert "\n".join(known) + "\n" == RELEASED.read_text()


def values_of(english):
    return [name for name in english.__annotations__ if name != "return"]


def test_the_same_sentence_is_the_same_value():
    """However its values are given."""
    assert queue.server_full(3, 3) == queue.server_full(waiting=3, most=3)
    assert queue.server_full(3, 3) != queue.server_full(3, 4)
    assert queue.server_full(3, 3).values == {"waiting": 3, "most": 3}


def test_a_number_brings_its_own_plural():
    assert render(queue.yours(0)) == "You have no requests in the queue."
    assert render(queue.yours(1)) == "You have 1 request in the queue."
    assert render(queue.yours(2)) == "You have 2 requests in the queue."


def test_a_sentence_in_a_sentence_is_said_first():
    """In lists too."""
    inner = ends.stopped(ends.MESSAGE_DELETED)
    assert render(inner) == "Its message was deleted. So I stopped."
    assert render(joined.in_lines((inner, ends.CANCELLED))) == "Its message was deleted. So I stopped.\nCancelled."
    assert render(in_a_row((in_lines((ends.CANCELLED,)), as_written("`x`")))) == "Cancelled. `x`"


def test_a_sentence_does_not_become_text_by_accident():
    """A log names it; a text that it is put into is an error."""
    assert str(gate.locked_out(5)) == "gate.locked_out"
    with pytest.raises(TypeError, match=r"gate\.locked_out is put into a text"):
        f"{gate.locked_out(5)}"


def test_what_nobody_has_words_for_any_more_says_so(caplog):
    """A database that a newer version wrote into."""
    with caplog.at_level(logging.ERROR):
        assert render(Sentence("ends.of_a_later_version", {"x": 1})) == NO_WORDS
    assert "ends.of_a_later_version" in caplog.text


@pytest.mark.parametrize(
    ("sentence_id", "values"),
    [
        ("queue.server_full", {}),
        ("queue.server_full", {"waiting": 1, "most": 2, "x": 3}),
        ("recipes.recipe_too_long", {"chars": "many", "most": 2}),
        ("prompt.line_break", {"option": "poem"}),
        ("joined.in_lines", {"of": 5}),
    ],
)
def test_what_does_not_fit_its_sentence_says_so(sentence_id, values, caplog):
    """A damaged row, or a reader of files that was taken over: somebody is answered all the same."""
    assert render(Sentence(sentence_id, values)) == NO_WORDS
    assert f"{sentence_id} cannot be said with its values" in caplog.text


def test_sentences_in_sentences_without_end_are_none():
    nested = ends.CANCELLED
    for _ in range(5000):
        nested = Sentence("ends.stopped", {"why": nested})
    assert render(nested).startswith(NO_WORDS)


def test_a_value_that_may_be_left_out_has_its_usual_one():
    @sentence
    def greeted(name: str, again: bool = False) -> str:
        return f"Hello{' again' if again else ''}, {name}."

    try:
        assert render(greeted("Yuki")) == "Hello, Yuki."
        assert render(greeted("Yuki", again=True)) == "Hello again, Yuki."
    finally:
        del ENGLISH["test_sentences.greeted"]

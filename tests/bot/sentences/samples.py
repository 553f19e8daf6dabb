"""Every sentence with values of every kind that it takes."""

from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from bot.sentences import ends
from bot.sentences.joined import as_written
from bot.sentences.sentence import ENGLISH, Sentence
from engine.wire import Rating

SAMPLES = {
    int: (0, 1, 2, 1000),
    float: (1.0, 2.5, 0.0),
    str: ("1", "two words", "“x” `y` {z} %s"),
    bool: (True, False),
    NoneType: (None,),
    Sentence: (as_written("Because."), ends.CANCELLED),
}


def samples(hint):
    """A few values of a type."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    if get_origin(hint) is tuple:
        one, _ = get_args(hint)
        return [samples(one)[:number] for number in (1, 2)]
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        return [value for one in get_args(hint) for value in samples(one)]
    return SAMPLES[hint]


def some_of(sentence_id):
    """A sentence with each of the sampled values of every parameter at least once."""
    english = ENGLISH[sentence_id]
    hints = get_type_hints(english, {**english.__globals__, "Rating": Rating, "Sentence": Sentence})
    hints.pop("return", None)
    tried = {name: samples(hint) for name, hint in hints.items()}
    for turn in range(max(map(len, tried.values()), default=1)):
        yield Sentence(sentence_id, {name: tuple_of(values[turn % len(values)]) for name, values in tried.items()})


def tuple_of(value):
    return tuple(value) if isinstance(value, list) else value

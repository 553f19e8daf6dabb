"""What is said of a prompt and its options: why it is no request, and what was done to the words."""

from __future__ import annotations

from typing import Literal

from bot.sentences.quoting import quoted
from bot.sentences.sentence import Sentence, fixed, sentence

TextOption = Literal[
    "subject",
    "character",
    "series",
    "rating",
    "prompt",
    "tags",
    "more_tags",
    "shape",
    "negative",
    "quality",
    "negative_preset",
    "style",
    "sampler",
]
"""Every option that holds text."""

_THE: dict[TextOption, str] = {
    "subject": "the subject",
    "character": "the character",
    "series": "the series",
    "rating": "the rating",
    "prompt": "the prompt",
    "tags": "the tags",
    "more_tags": "the additional tags",
    "shape": "the shape",
    "negative": "the negative prompt",
    "quality": "the quality",
    "negative_preset": "the negative preset",
    "style": "the style",
    "sampler": "the sampler",
}

Named = Literal["shape", "quality", "negative_preset", "style", "sampler", "subject", "rating"]
"""What is chosen by a name."""

_NAMED: dict[Named, str] = {
    "shape": "shape",
    "quality": "quality preset",
    "negative_preset": "negative preset",
    "style": "style",
    "sampler": "sampler",
    "subject": "subject",
    "rating": "rating",
}

Measure = Literal["seed", "year", "count", "steps", "guidance"]
"""What is a number."""

_MEASURES: dict[Measure, str] = {
    "seed": "seed",
    "year": "year",
    "count": "number of pictures",
    "steps": "number of steps",
    "guidance": "guidance",
}

TextName = Literal["prompt", "negative"]
_WRITTEN: dict[TextName, str] = {"prompt": "prompt", "negative": "negative prompt"}

Free = Literal["tags", "negative"]
"""The two fields for free words."""
_FREE: dict[Free, str] = {"tags": "tags", "negative": "negative prompt"}

# Names that nobody knows


@sentence
def did_you_mean(names: tuple[str, ...]) -> str:
    return "did you mean " + " or ".join(map(quoted, names)) + "?"


@sentence
def choose_one(names: tuple[str, ...], more: int) -> str:
    others = f" and {more} more" if more else ""
    return "choose one of " + ", ".join(map(quoted, names)) + others + "."


@sentence
def unknown_name(kind: Named, name: str, near: Sentence) -> str:
    return f"There is no {_NAMED[kind]} {quoted(name)}: {near!s}"


# Why something is no request


SAY_WHAT = fixed("prompt.SAY_WHAT", "Say what to draw, in words or tags: `/imagine a girl with red hair at night`.")


@sentence
def too_long(text: TextName, chars: int, most: int) -> str:
    return f"The whole {_WRITTEN[text]} has {chars:,} characters; at most {most:,} are allowed."


@sentence
def too_many_characters(option: TextOption, chars: int, most: int) -> str:
    return f"There are {chars:,} characters in {_THE[option]}; at most {most:,} are allowed."


@sentence
def line_break(option: TextOption) -> str:
    return f"There is a line break in {_THE[option]}; please write it on one line."


@sentence
def unseen_character(option: TextOption, code: int, control: bool) -> str:
    what = "a control character" if control else "an invisible character"
    return f"There is {what} (U+{code:04X}) in {_THE[option]}; please leave it out."


@sentence
def weight(words: str, value: float) -> str:
    return f"The weight of {quoted(words)} is {value:.4g}; it may be from 0 to 2."


@sentence
def outside(measure: Measure, value: float, low: float, high: float) -> str:
    form = "" if measure == "year" else ","
    return f"The {_MEASURES[measure]} may be from {low:{form}} to {high:{form}}; {value:{form}} is outside."


# Choices


@sentence
def choices_too_deep(most: int) -> str:
    return f"Choices may be nested at most {most} deep."


@sentence
def drawn_too_long(most: int) -> str:
    return f"With its choices made, the text is longer than {most:,} characters."


@sentence
def too_many_choices(most: int) -> str:
    return f"One text may have at most {most} choices."


@sentence
def no_groups(group: str) -> str:
    return f"There is no group {quoted(group)}, because this bot has no groups."


@sentence
def unknown_group(group: str, near: Sentence) -> str:
    return f"There is no group {quoted(group)}: {near!s}"


@sentence
def no_such_group(group: str) -> str:
    """Say it of an operator's line, behind the words that name the line."""
    return f"there is no group {quoted(group)}"


@sentence
def empty_group(group: str) -> str:
    return f"The group {quoted(group)} is empty."


@sentence
def no_variable(written: str) -> str:
    return f"A variable is written `${{name=value}}` or `${{name}}`, and not {quoted(written)}."


@sentence
def too_many_variables(most: int) -> str:
    return f"At most {most} variables are kept for one text."


@sentence
def no_value(variable: str) -> str:
    return f"There is no value for {quoted(f'${{{variable}}}')}; give it one: `${{{variable}=…}}`."


BRACE_NOT_OPENED = fixed("prompt.BRACE_NOT_OPENED", r"A } has no { before it. For the sign itself, write `\}`.")
BRACE_NOT_CLOSED = fixed("prompt.BRACE_NOT_CLOSED", r"A { has no } after it. For the sign itself, write `\{`.")

# What was done to the words

NoteKind = Literal["moved", "dropped", "escaped", "closed", "contradiction", "overruled", "left_out"]

_KINDS: dict[NoteKind, str] = {
    "moved": "Moved",
    "dropped": "Dropped",
    "escaped": "Escaped",
    "closed": "Closed",
    "contradiction": "Contradiction",
    "overruled": "Not used",
    "left_out": "Left out",
}


@sentence
def noted(kind: NoteKind, note: Sentence) -> str:
    return f"{_KINDS[kind]}: {note!s}"


_MOST_NAMED = 10


@sentence
def words_left_out(words: tuple[str, ...]) -> str:
    named = ", ".join(map(quoted, words[:_MOST_NAMED]))
    return f"Only words that I know are drawn here, so I left out {named}."


@sentence
def nothing_known(words: tuple[str, ...]) -> str:
    named = ", ".join(map(quoted, words[:_MOST_NAMED]))
    return (
        f"Nothing looks at the pictures here, so only words that I know are drawn, and I do not know {named}."
        " Please say it in plain English."
    )


@sentence
def bracket_closed(field: Free) -> str:
    return f"A bracket in the {_FREE[field]} had no partner; it was closed or written as text."


@sentence
def says_nothing(item: str) -> str:
    return f"{quoted(item)} means nothing to the model; it was dropped."


@sentence
def brackets_escaped(tag: str) -> str:
    return rf"The brackets in {quoted(tag)} are written `\(` and `\)`: they belong to the tag."


@sentence
def break_dropped(field: Free) -> str:
    return f"A BREAK with no tag before or after it in the {_FREE[field]} was dropped."


Home = Literal["counts", "quality", "rating", "year"]

_HOMES: dict[Home, str] = {
    "counts": "the front, where the count tags stand",
    "quality": "the end, where the quality tags stand",
    "rating": "the place of the rating",
    "year": "the place of the year, before the quality tags",
}


@sentence
def moved(item: str, home: Home) -> str:
    return f"{quoted(item)} moved to {_HOMES[home]}."


BREAK_BEFORE_ALL = fixed("prompt.BREAK_BEFORE_ALL", "A BREAK with nothing left before it was dropped.")
BREAK_AFTER_ALL = fixed("prompt.BREAK_AFTER_ALL", "A BREAK with nothing left after it was dropped.")


@sentence
def there_already(item: str) -> str:
    return f"{quoted(item)} is there already; it was dropped."


@sentence
def other_rating(rating: str, other: str) -> str:
    return f"The rating is {quoted(rating)} and the tags say {quoted(other)}: the tag was dropped."


@sentence
def other_year(year: int, other: int) -> str:
    return f"“year {other}” was dropped: the picture is of the year {year}."


@sentence
def quality_already(item: str) -> str:
    return f"{quoted(item)} is among the quality tags already; it is written once."


@sentence
def contradict(first: str, second: str) -> str:
    return f"{quoted(first)} and {quoted(second)} contradict each other."


@sentence
def in_both(tag: str) -> str:
    return f"{quoted(tag)} is in the prompt and in the negative prompt; the two work against each other."


# What cannot be had here, as a phrase in a sentence


@sentence
def so_many_steps(steps: int) -> str:
    return f"{steps:,} step{'' if steps == 1 else 's'}"


@sentence
def so_many_pictures(count: int) -> str:
    return f"{count:,} pictures"


@sentence
def such_guidance(guidance: float) -> str:
    return f"guidance {guidance:g}"


@sentence
def that_name(kind: Named, name: str) -> str:
    return f"the {_NAMED[kind]} {quoted(name)}"


@sentence
def default_left_out(what: Sentence) -> str:
    return (
        f"Your default, {what!s}, is no longer available here, so I used the bot's. "
        "You can change yours with `/me defaults set`."
    )


@sentence
def unknown_favourite(name: str, near: Sentence) -> str:
    return f"You have no favourite {quoted(f'@{name}')}, so it was read as words: {near!s}"

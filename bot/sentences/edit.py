"""What stands in the forms under Edit and Remix, and on the private message that leads from one to the next."""

from __future__ import annotations

from bot.sentences.quoting import quoted
from bot.sentences.sentence import fixed, sentence

# The private message


@sentence
def setting(name: str, value: str) -> str:
    return f"**{_spoken(name)}** {value}"


@sentence
def varied(seed: int, strength: float) -> str:
    """Say what of a variation no form shows."""
    return f"A variation: turned towards seed {seed}, strength {strength:g}. Without a seed it is none."


YOURS = fixed("edit.YOURS", "as usual")
"""Instead of the value of an option that was left out."""
NONE = fixed("edit.NONE", "none")
ANEW = fixed("edit.ANEW", "a new one each time")
SEEN_BY_YOU = fixed("edit.SEEN_BY_YOU", "Only you will see the picture.")
NOTHING_DRAWN_YET = fixed("edit.NOTHING_DRAWN_YET", "Nothing is drawn before you press Draw.")
CHOOSE_RATING = fixed("edit.CHOOSE_RATING", "Choose a rating that is allowed here")


@sentence
def rated(rating: str) -> str:
    return f"Rating: {rating}"


@sentence
def rated_as_its_picture(rating: str) -> str:
    """Say why a lower rating was not taken."""
    return f"It begins with a picture that is `{rating}`, so it is drawn at `{rating}`."


@sentence
def more_notes(more: int) -> str:
    return f"And {more} more like this."


# Its buttons, and the forms that they open

WORDS = fixed("edit.WORDS", "Words …")
WORDS_TITLE = fixed("edit.WORDS_TITLE", "The words")
STYLE = fixed("edit.STYLE", "Shape and style …")
STYLE_TITLE = fixed("edit.STYLE_TITLE", "Shape and style")
NUMBERS = fixed("edit.NUMBERS", "Numbers …")
NUMBERS_TITLE = fixed("edit.NUMBERS_TITLE", "Numbers")


@sentence
def field(name: str) -> str:
    return _spoken(name)


@sentence
def cut(most: int) -> str:
    return f"The first {most:,} characters. The rest stays unless you change this."


@sentence
def between(low: float, high: float, usual: bool) -> str:
    return f"{low:g} to {high:g}; empty: {'as usual' if usual else 'none'}"


CHARACTER_HINT = fixed("edit.CHARACTER_HINT", "hatsune miku")
SERIES_HINT = fixed("edit.SERIES_HINT", "vocaloid")
SEED_HINT = fixed("edit.SEED_HINT", "Empty: a new one each time")


@sentence
def no_number(name: str, typed: str) -> str:
    return f"{quoted(typed)} is not a number, so the {name} stayed as it was."


# Which of several pictures

WHICH = fixed("edit.WHICH", "Which picture?")
SEVERAL = fixed("edit.SEVERAL", "There are several pictures here. Choose the one to start from.")


@sentence
def picture(number: int) -> str:
    return f"Picture {number}"


@sentence
def seeded(seed: int | None, words: str) -> str:
    return words if seed is None else f"seed {seed} · {words}"


@sentence
def without_recipe(numbers: tuple[str, ...]) -> str:
    if len(numbers) == 1:
        return f"Picture {numbers[0]} has no recipe that I can read."
    return f"Pictures {', '.join(numbers[:-1])} and {numbers[-1]} have no recipe that I can read."


@sentence
def only_one(number: int) -> str:
    return f"Of these pictures only number {number} has a recipe that I can read."


@sentence
def only_first(most: int) -> str:
    return f"I read the first {most} pictures of a message."


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()

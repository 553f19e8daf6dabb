"""What `/me` says: own defaults, favourites, and all that is stored about somebody."""

from __future__ import annotations

from bot.sentences.quoting import quoted
from bot.sentences.sentence import Sentence, fixed, sentence

# Defaults

NOTHING_CHOSEN = fixed("me.NOTHING_CHOSEN", "Choose at least one option to set. `/me defaults show` tells what is set.")
NO_DEFAULTS = fixed(
    "me.NO_DEFAULTS", "You have no defaults of your own: what you leave out is as the bot's operator set it."
)


@sentence
def default(option: str, value: str) -> str:
    return f"**{option}**: {value}"


@sentence
def defaults(of: tuple[Sentence, ...]) -> str:
    return "\n".join(("Where you leave these out, I take:", *map(str, of)))


WILL_TELL = fixed("me.WILL_TELL", "From now on I tell you when a picture that took more than a minute is done.")
TELLS_ON_PRESS = fixed("me.TELLS_ON_PRESS", "I tell you only about pictures whose **Tell me when done** you press.")

# Favourites


@sentence
def no_name(most_chars: int) -> str:
    return (
        f"A name has at most {most_chars} letters, digits, hyphens and underscores, "
        "and begins with a letter or a digit."
    )


@sentence
def favourite_too_long(chars: int, most: int) -> str:
    return f"There are {chars:,} characters in this favourite; at most {most} are kept."


FAVOURITE_EMPTY = fixed("me.FAVOURITE_EMPTY", "A favourite has to stand for some tags.")


@sentence
def too_many_favourites(most: int) -> str:
    return f"You have {most} favourites, which is as many as I keep. Please delete one first."


@sentence
def favourite_kept(name: str, text: str) -> str:
    return f"Kept. `@{name}` in your tags now stands for: {text}"


NO_FAVOURITES_YET = fixed("me.NO_FAVOURITES_YET", "You have no favourites yet. Keep one with `/me favourite save`.")


@sentence
def favourite(name: str, text: str) -> str:
    return f"`@{name}` {text}"


@sentence
def favourite_deleted(name: str) -> str:
    return f"Deleted `@{name}`."


NO_FAVOURITES = fixed("me.NO_FAVOURITES", "You have no favourites.")


@sentence
def unknown_favourite(name: str, near: Sentence) -> str:
    return f"You have no favourite {quoted(f'@{name}')}: {near!s}"


# All that is stored

EXPORTED = fixed(
    "me.EXPORTED", "This is everything that I store about you. The pictures themselves are in their messages."
)
EXPORT_TOO_LARGE = fixed(
    "me.EXPORT_TOO_LARGE", "This is more than Discord takes in one file. Whoever runs this bot can help you."
)
NOT_ABOUT_YOU = fixed("me.NOT_ABOUT_YOU", "This is not about you.")
FORGET_ME = fixed("me.FORGET_ME", "Forget me")
CONFIRM = fixed(
    "me.CONFIRM",
    """\
## Forget me
This cannot be undone. I stop what I am drawing for you, and delete your requests with their prompts, your pictures \
on my disk, your previews, defaults and favourites, and your acceptance of the terms. In the audit log your name goes.

Pictures that were posted stay in their channels: if they should go too, delete them first, for then I no longer know \
that they are yours. Strikes and time-outs last until they are over; they name nobody, but they know you again.""",
)


@sentence
def forgotten(jobs: int) -> str:
    requests = "1 request" if jobs == 1 else f"{jobs} requests"
    return f"Done. I have forgotten you, and {requests} of yours."

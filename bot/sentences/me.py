"""What `/me` says: own defaults, favourites, and all that is stored about somebody."""

from __future__ import annotations

from bot.sentences.quoting import quoted
from bot.sentences.sentence import Sentence, fixed, sentence

# Defaults

NOTHING_CHOSEN = fixed("me.NOTHING_CHOSEN", "Choose at least one option to set. `/me defaults show` shows what is set.")
NO_DEFAULTS = fixed(
    "me.NO_DEFAULTS", "You have no defaults of your own. Options that you leave out have the operator's values."
)


@sentence
def default(option: str, value: str) -> str:
    return f"**{option}**: {value}"


@sentence
def defaults(of: tuple[Sentence, ...]) -> str:
    return "\n".join(("When you leave these options out, I use:", *map(str, of)))


WILL_TELL = fixed("me.WILL_TELL", "From now on I ping you when a picture that took more than a minute is done.")
TELLS_ON_PRESS = fixed("me.TELLS_ON_PRESS", "I ping you only for requests where you press **Tell me when done**.")

# Favourites


@sentence
def no_name(most_chars: int) -> str:
    return (
        f"A name has at most {most_chars} letters, digits, hyphens and underscores, "
        "and starts with a letter or a digit."
    )


@sentence
def favourite_too_long(chars: int, most: int) -> str:
    return f"This favourite has {chars:,} characters; at most {most} are allowed."


FAVOURITE_NEVER_DRAWN = fixed(
    "me.FAVOURITE_NEVER_DRAWN", "Some of these words are never drawn here, so I do not keep them."
)
FAVOURITE_OF_LINES = fixed(
    "me.FAVOURITE_OF_LINES", "There is a line break in this favourite; please write it on one line."
)
FAVOURITE_EMPTY = fixed("me.FAVOURITE_EMPTY", "A favourite needs at least one tag.")


@sentence
def too_many_favourites(most: int) -> str:
    return f"You already have {most} favourites, which is the maximum. Please delete one first."


@sentence
def favourite_kept(name: str, text: str) -> str:
    return f"Saved. `@{name}` in your prompt now stands for: {text}"


NO_FAVOURITES_YET = fixed("me.NO_FAVOURITES_YET", "You have no favourites yet. Save one with `/me favourite save`.")


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
    "me.EXPORT_TOO_LARGE", "This file is too large for Discord. Please ask the operator of this bot."
)
NOT_ABOUT_YOU = fixed("me.NOT_ABOUT_YOU", "This is not about you.")
FORGET_ME = fixed("me.FORGET_ME", "Forget me")
CONFIRM = fixed(
    "me.CONFIRM",
    """\
## Forget me
This cannot be undone. I stop what I am drawing for you, and I delete:
- your requests with their prompts, and your pictures on my disk;
- your previews, defaults and favourites;
- your acceptance of the terms.

Your name is removed from the audit log. Strikes and time-outs stay until they end, under a hash that still \
recognises you.

Pictures that were posted stay in their channels. If you want them gone, delete them first: afterwards I no longer \
know that they are yours.""",
)


@sentence
def forgotten(jobs: int) -> str:
    requests = "1 request" if jobs == 1 else f"{jobs} requests"
    return f"Done. I have deleted everything about you, {requests} included."

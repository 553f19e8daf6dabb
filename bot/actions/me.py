"""What a person does with own defaults and favourites, and the sentence that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.utils import escape_markdown

from bot.actions.imagine import PERSONAL, fill
from bot.errors import InvalidRequest
from bot.prompt import favourites
from bot.prompt.sentences import near, quoted
from bot.request import Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.request import Request
    from bot.store import Store

LISTED_CHARS = 40
"""Of a favourite's text in the list: twenty-five of them, names and escapes included, have 4,000 characters."""


class Preferences:
    """Everything is read, changed and deleted by its owner alone: no method takes anybody else's id."""

    def __init__(self, store: Store, complete: Callable[[Options], Request]) -> None:
        """Keep in this store what completes to a request."""
        self._people = store.people
        self._complete = complete

    async def show_defaults(self, user_id: int) -> str:
        """Say what stands for the options that this person leaves out."""
        return _described(await self._people.defaults(user_id))

    async def set_defaults(self, user_id: int, chosen: Options) -> str:
        """Set what was chosen; None leaves a default as it is.

        Raises:
            InvalidRequest: Nothing was chosen, or something that cannot be had.
        """
        changes = {name: value for name in PERSONAL if (value := getattr(chosen, name)) is not None}
        if not changes:
            raise InvalidRequest("Choose at least one option to set. `/me defaults show` tells what is set.")
        self._complete(fill(Options(subject="1girl"), chosen))
        return _described(await self._people.change_defaults(user_id, changes))

    async def reset_defaults(self, user_id: int, name: str | None) -> str:
        """Forget one default, by the name of its option; None: all of them."""
        if name is None:
            await self._people.forget_defaults(user_id)
            return _described(Options())
        return _described(await self._people.change_defaults(user_id, {name: None}))

    async def tell_when_done(self, user_id: int, *, wanted: bool) -> str:
        """Have a person told of everything that took a while, or not."""
        await self._people.tell_always(user_id, wanted=wanted)
        if wanted:
            return "From now on I tell you when a picture that took more than a minute is done."
        return "I tell you only about pictures whose **Tell me when done** you press."

    async def save_favourite(self, user_id: int, name: str, text: str) -> str:
        """Keep tags under a name, in place of what it stood for.

        Raises:
            InvalidRequest: It cannot be a name, or the text cannot be drawn, or there are as many as may be.
        """
        key = favourites.key(name)
        if key is None:
            raise InvalidRequest(
                f"A name has at most {favourites.NAME_CHARS} letters, digits, hyphens and underscores, "
                "and begins with a letter or a digit."
            )
        if len(text) > favourites.TEXT_CHARS:
            raise InvalidRequest(
                f"There are {len(text):,} characters in this favourite; at most {favourites.TEXT_CHARS} are kept."
            )
        if not text.strip(" ,"):
            raise InvalidRequest("A favourite has to stand for some tags.")
        self._complete(Options(subject="1girl", tags=text))
        if not await self._people.save_favourite(user_id, key, text.strip(), most=favourites.MOST):
            raise InvalidRequest(
                f"You have {favourites.MOST} favourites, which is as many as I keep. Please delete one first."
            )
        return f"Kept. `@{key}` in your tags now stands for: {escape_markdown(text.strip())}"

    async def list_favourites(self, user_id: int) -> str:
        """Show every favourite with the beginning of its text."""
        kept = await self._people.favourites(user_id)
        if not kept:
            return "You have no favourites yet. Keep one with `/me favourite save`."
        return "\n".join(f"`@{name}` {_beginning(text)}" for name, text in kept.items())

    async def delete_favourite(self, user_id: int, name: str) -> str:
        """Forget a favourite.

        Raises:
            InvalidRequest: There is none of that name.
        """
        key = favourites.key(name) or name.strip().casefold()
        if await self._people.delete_favourite(user_id, key):
            return f"Deleted `@{key}`."
        kept = await self._people.favourites(user_id)
        raise InvalidRequest(
            f"You have no favourite {quoted(f'@{key}')}: {near(key, kept)}" if kept else "You have no favourites."
        )


def _described(defaults: Options) -> str:
    chosen = [
        f"**{name.replace('_', ' ')}**: {escape_markdown(str(value))}"
        for name in PERSONAL
        if (value := getattr(defaults, name)) is not None
    ]
    if not chosen:
        return "You have no defaults of your own: what you leave out is as the bot's operator set it."
    return "Where you leave these out, I take:\n" + "\n".join(chosen)


def _beginning(text: str) -> str:
    return escape_markdown(text if len(text) <= LISTED_CHARS else f"{text[: LISTED_CHARS - 1].rstrip(' ,')}…")

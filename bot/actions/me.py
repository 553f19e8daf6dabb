"""What a person does with own defaults and favourites, and the sentence that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.utils import escape_markdown

from bot.actions.imagine import PERSONAL, fill
from bot.errors import InvalidRequest
from bot.prompt import favourites
from bot.prompt.near import near
from bot.request import Options
from bot.sentences import me as says
from bot.sentences.joined import in_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.request import Request
    from bot.sentences.sentence import Sentence
    from bot.store import Store

LISTED_CHARS = 40
"""Of a favourite's text in the list: twenty-five of them, names and escapes included, have 4,000 characters."""


class Preferences:
    """Everything is read, changed and deleted by its owner alone: no method takes anybody else's id."""

    def __init__(
        self, store: Store, complete: Callable[[Options], Request], never_drawn: Callable[[str], bool]
    ) -> None:
        """Keep in this store what completes to a request, and may be drawn somewhere."""
        self._people = store.people
        self._complete = complete
        self._never_drawn = never_drawn

    async def show_defaults(self, user_id: int) -> Sentence:
        """Say what stands for the options that this person leaves out."""
        return _described(await self._people.defaults(user_id))

    async def set_defaults(self, user_id: int, chosen: Options) -> Sentence:
        """Set what was chosen; None leaves a default as it is.

        Raises:
            InvalidRequest: Nothing was chosen, or something that cannot be had.
        """
        changes = {name: value for name in PERSONAL if (value := getattr(chosen, name)) is not None}
        if not changes:
            raise InvalidRequest(says.NOTHING_CHOSEN)
        self._complete(fill(Options(subject="1girl"), chosen))
        return _described(await self._people.change_defaults(user_id, changes))

    async def reset_defaults(self, user_id: int, name: str | None) -> Sentence:
        """Forget one default, by the name of its option; None: all of them."""
        if name is None:
            await self._people.forget_defaults(user_id)
            return _described(Options())
        return _described(await self._people.change_defaults(user_id, {name: None}))

    async def tell_when_done(self, user_id: int, *, wanted: bool) -> Sentence:
        """Have a person told of everything that took a while, or not."""
        await self._people.tell_always(user_id, wanted=wanted)
        return says.WILL_TELL if wanted else says.TELLS_ON_PRESS

    async def save_favourite(self, user_id: int, name: str, text: str) -> Sentence:
        """Keep tags under a name, in place of what it stood for.

        Raises:
            InvalidRequest: It cannot be a name, or the text cannot be drawn, or there are as many as may be.
        """
        key = favourites.key(name)
        if key is None:
            raise InvalidRequest(says.no_name(favourites.NAME_CHARS))
        if len(text) > favourites.TEXT_CHARS:
            raise InvalidRequest(says.favourite_too_long(len(text), favourites.TEXT_CHARS))
        if len(text.splitlines()) > 1:
            raise InvalidRequest(says.FAVOURITE_OF_LINES)
        if not text.strip(" ,"):
            raise InvalidRequest(says.FAVOURITE_EMPTY)
        self._complete(Options(subject="1girl", tags=text))
        if self._never_drawn(text):
            raise InvalidRequest(says.FAVOURITE_NEVER_DRAWN)
        if not await self._people.save_favourite(user_id, key, text.strip(), most=favourites.MOST):
            raise InvalidRequest(says.too_many_favourites(favourites.MOST))
        return says.favourite_kept(key, escape_markdown(text.strip()))

    async def list_favourites(self, user_id: int) -> Sentence:
        """Show every favourite with the beginning of its text."""
        kept = await self._people.favourites(user_id)
        if not kept:
            return says.NO_FAVOURITES_YET
        return in_lines(tuple(says.favourite(name, _beginning(text)) for name, text in kept.items()))

    async def delete_favourite(self, user_id: int, name: str) -> Sentence:
        """Forget a favourite.

        Raises:
            InvalidRequest: There is none of that name.
        """
        key = favourites.key(name) or name.strip().casefold()
        if await self._people.delete_favourite(user_id, key):
            return says.favourite_deleted(key)
        kept = await self._people.favourites(user_id)
        raise InvalidRequest(says.unknown_favourite(key, near(key, kept)) if kept else says.NO_FAVOURITES)


def _described(defaults: Options) -> Sentence:
    chosen = [
        says.default(name.replace("_", " "), escape_markdown(str(value)))
        for name in PERSONAL
        if (value := getattr(defaults, name)) is not None
    ]
    if not chosen:
        return says.NO_DEFAULTS
    return says.defaults(tuple(chosen))


def _beginning(text: str) -> str:
    return escape_markdown(text if len(text) <= LISTED_CHARS else f"{text[: LISTED_CHARS - 1].rstrip(' ,')}…")

"""What an operator or a server adds to the lists: names of real people, and tags that are drawn nowhere there."""

from __future__ import annotations

from bot.safety.question_texts import tag_key
from bot.safety.text.lexicon import Lexicon
from bot.safety.text.lists import Kind, Mark, Term


def added_terms(people: tuple[str, ...], denied: tuple[str, ...]) -> Lexicon:
    """Index what an operator or a server added to the core."""
    terms = [Term(tag_key(name), Mark(Kind.PEOPLE)) for name in people]
    spelled = dict.fromkeys(spelling for tag in denied for spelling in _singular_and_plural(tag_key(tag)))
    return Lexicon(terms + [Term(tag, Mark(Kind.DENIED)) for tag in spelled])


def _singular_and_plural(tag: str) -> tuple[str, ...]:
    """Give the spellings of a tag in English for one and for many; too many spellings hurt nobody."""
    if not tag.isascii():
        return (tag,)
    one = tag.removesuffix("s") if tag.endswith("s") and not tag.endswith("ss") else tag
    many = [f"{one}s", f"{one}es"] + ([f"{one[:-1]}ies"] if one.endswith("y") else [])
    return (tag, one, *many)

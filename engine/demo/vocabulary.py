"""The demo checkpoint's own vocabulary: every tag it was taught is one token, everything else is spelt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokenizers import AddedToken
from transformers import CLIPTokenizer

from engine.demo.portrait import every_tag

if TYPE_CHECKING:
    from collections.abc import Iterable

START, END = "<|startoftext|>", "<|endoftext|>"
_WORD_END = "</w>"


def make_tokenizer() -> CLIPTokenizer:
    """Make the tokenizer; both text encoders read with the same one.

    The words that coloured tags are made of are tokens too, so that "(red:1.4) hair" is two tokens. Any other text
    falls to single characters, as CLIP's byte-level pairs would leave it.
    """
    tags = every_tag()
    words = sorted({word for tag in tags for word in tag.split() if word.isalpha() and len(tag.split()) == 2})
    merges = tuple(_merges(words))
    symbols = [letter + end for end in ("", _WORD_END) for letter in _byte_letters()]
    pieces = dict.fromkeys([*symbols, *(left + right for left, right in merges)])
    vocabulary = {piece: number for number, piece in enumerate([*pieces, START, END])}
    pairs: Any = list(merges)  # the annotation knows only the slow tokenizer's strings
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=pairs, model_max_length=77)
    whole: list[Any] = [AddedToken(tag, single_word=True, normalized=True, lstrip=True, rstrip=True) for tag in tags]
    tokenizer.add_tokens(whole)
    return tokenizer


def _merges(words: Iterable[str]) -> dict[tuple[str, str], None]:
    """Build each word letter by letter, its last letter carrying the mark of a word's end."""
    found: dict[tuple[str, str], None] = {}
    for word in words:
        letters = [*word[:-1], word[-1] + _WORD_END]
        built = letters[0]
        for letter in letters[1:]:
            found[built, letter] = None
            built += letter
    return found


def _byte_letters() -> list[str]:
    """Give the letter that stands for each byte (the table of GPT-2's byte-level encoding)."""
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    return [*map(chr, sorted(printable)), *(chr(256 + number) for number in range(256 - len(printable)))]

"""The demo checkpoint's own vocabulary: each tag it is taught and each of their words is a token; the rest is spelt."""

from __future__ import annotations

from typing import Any

from tokenizers import AddedToken
from transformers import CLIPTokenizer

from engine.demo.illustrator.tags import every_tag

_WORD_END = "</w>"
_START, _END = "<|startoftext|>", "<|endoftext|>"


def words() -> tuple[str, ...]:
    """Give the words that tags of two or more are made of, each once, which are no tags themselves."""
    tags = set(every_tag())
    found = {word for tag in tags for word in tag.split() if word.isalpha() and " " in tag}
    return tuple(sorted(found - tags))


def make_tokenizer() -> CLIPTokenizer:
    """Make the tokenizer; both text encoders read with the same one.

    "(red:1.4) hair" is two tokens, "red hair" one; any other text falls to single characters, as CLIP's byte-level
    pairs would leave it.
    """
    symbols = [letter + end for end in ("", _WORD_END) for letter in _byte_letters()]
    vocabulary = {piece: number for number, piece in enumerate([*symbols, _START, _END])}
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)
    whole: list[Any] = [
        AddedToken(text, single_word=True, normalized=True, lstrip=True, rstrip=True)
        for text in (*every_tag(), *words())
    ]
    tokenizer.add_tokens(whole)
    return tokenizer


def _byte_letters() -> list[str]:
    """Give the letter that stands for each byte (the table of GPT-2's byte-level encoding)."""
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    return [*map(chr, sorted(printable)), *(chr(256 + number) for number in range(256 - len(printable)))]

"""A text as the checkpoint's own tokens spell it, where its tokenizer files and `tokenizers` are at hand."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

END_OF_WORD = "</w>"
"""How CLIP's vocabulary marks the last piece of a word."""


def decoder(checkpoint: Path) -> Callable[[str], str] | None:
    """Read the first tokenizer of a checkpoint in diffusers layout.

    Returns:
        What spells a text from its token ids; None where ``tokenizer/vocab.json`` and ``merges.txt`` or the package
        are missing. The filter reads the text itself in any case.
    """
    vocabulary, merges = (checkpoint / "tokenizer" / name for name in ("vocab.json", "merges.txt"))
    if not (vocabulary.is_file() and merges.is_file()):
        return None
    try:
        tokenizers: Any = import_module("tokenizers")
    except ModuleNotFoundError:
        return None
    return _spelling(tokenizers, vocabulary, merges)


def _spelling(tokenizers: Any, vocabulary: Path, merges: Path) -> Callable[[str], str]:
    """Build CLIP's tokenizer: NFC, single spaces, lower case, byte pairs (openai/CLIP, simple_tokenizer.py)."""
    normal, before = tokenizers.normalizers, tokenizers.pre_tokenizers
    bpe = tokenizers.models.BPE.from_file(str(vocabulary), str(merges), end_of_word_suffix=END_OF_WORD)
    tokenizer = tokenizers.Tokenizer(bpe)
    tokenizer.normalizer = normal.Sequence(
        [normal.NFC(), normal.Replace(tokenizers.Regex(r"\s+"), " "), normal.Lowercase()]
    )
    words = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
    tokenizer.pre_tokenizer = before.Sequence(
        [before.Split(tokenizers.Regex(words), "removed", invert=True), before.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = tokenizers.decoders.ByteLevel()

    def spell(text: str) -> str:
        ids: list[int] = tokenizer.encode(text).ids
        spelled: str = tokenizer.decode(ids)
        return spelled.replace(END_OF_WORD, " ").strip()

    return spell

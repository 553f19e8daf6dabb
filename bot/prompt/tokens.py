"""How many tokens a text comes to, and in which chunks the model's two text encoders read it.

Needs the library `tokenizers` and the configured model's tokenizer files; the bot draws as well without them.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from engine.config import SHARED
from engine.grammar import chunk, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.config import Config

ENCODERS = ("tokenizer", "tokenizer_2")
"""The folders of a checkpoint in diffusers layout, in the order in which the model has its text encoders."""

_FILES = ("vocab.json", "merges.txt")
"""How the published checkpoints have a tokenizer."""
_WHOLE = "tokenizer.json"
"""How newer versions of transformers write one."""
_COMMA = ",</w>"
_START, _END = "<|startoftext|>", "<|endoftext|>"
_WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
"""What CLIP takes for a word (openai/CLIP, ``simple_tokenizer.py``)."""


class Chunks(Struct, frozen=True):
    """How many tokens each chunk of a text holds, for each of the two encoders; at most 75 fit into one."""

    encoders: tuple[tuple[int, ...], ...]


class _Token(Struct, frozen=True):
    """A token as older files write it."""

    content: str


class _Settings(Struct, frozen=True):
    """What counts here of ``tokenizer_config.json``."""

    pad_token: str | _Token | None = None


class Tokens:
    """Reads texts as the engine does, once the files are there: the engine may still be fetching them."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._encode: list[Callable[[str], tuple[int, ...]]] = []

    def count(self, *texts: str) -> list[Chunks] | None:
        """Cut texts into chunks; None where library or files are not at hand. Reads files: not for the event loop."""
        if not self._encode:
            found = folders(self._config)
            if not found or importlib.util.find_spec("tokenizers") is None:
                return None
            self._encode = [_encoder(folder) for folder in found]
        return [Chunks(tuple(encode(text) for encode in self._encode)) for text in texts]


def folders(config: Config) -> Sequence[Path]:
    """Find the tokenizers.

    They are in the folder that the configuration names for a file, in the model's own, among this program's files for
    any other file, or in the hub's cache.
    """
    named, model = config.model, config.resolve(config.model.model)
    for place in (config.resolve(named.config_folder), model) if named.config_folder else (model,):
        named_so = [place / name for name in ENCODERS]
        if all(_is_tokenizer(folder) for folder in named_so):
            return named_so
    if model.is_dir() or named.config_folder:
        return []
    if model.suffix == ".safetensors":  # also before it was downloaded
        return [SHARED / name for name in ENCODERS]
    return _cached(named.model, named.revision or None)


def _is_tokenizer(folder: Path) -> bool:
    return (folder / _WHOLE).is_file() or all((folder / file).is_file() for file in _FILES)


def _cached(repository: str, revision: str | None) -> list[Path]:
    """Look into the hub's cache, without asking the hub."""
    if importlib.util.find_spec("huggingface_hub") is None:
        return []
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = [
            try_to_load_from_cache(repository, f"{name}/{file}", revision=revision)
            for name in ENCODERS
            for file in _FILES
        ]
    except HFValidationError:  # neither a path nor a repository
        return []
    paths = [Path(path) for path in found if isinstance(path, str)]
    return list(dict.fromkeys(path.parent for path in paths)) if len(paths) == len(found) else []


def _encoder(folder: Path) -> Callable[[str], tuple[int, ...]]:
    """Read one tokenizer, as a function that gives the tokens in each chunk of a text."""
    tokenizer = _tokenizer(folder)
    comma: int | None = tokenizer.token_to_id(_COMMA)

    def encode(text: str) -> tuple[int, ...]:
        sections = (
            [(tokenizer.encode(segment.text, add_special_tokens=False).ids, segment.weight) for segment in section]
            for section in parse(text)
        )
        return tuple(len(part.ids) for part in chunk(sections, comma=comma))

    return encode


def _tokenizer(folder: Path) -> Any:
    """Set up byte-pair encoding over lower case, as transformers' ``CLIPTokenizer`` does."""
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import BPE

    if (folder / _WHOLE).is_file():
        tokenizer: Any = Tokenizer.from_file(str(folder / _WHOLE))
        tokenizer.no_truncation()
        return tokenizer
    vocabulary: dict[str, int] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" ") for line in lines if line and not line.startswith("#version")]
    tokenizer = Tokenizer(
        BPE(
            vocab=vocabulary,
            merges=[(first, second) for first, second in pairs],
            continuing_subword_prefix="",
            end_of_word_suffix="</w>",
            fuse_unk=False,
            unk_token=_END,
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.add_special_tokens([_START, _END, *_padding(folder)])
    return tokenizer


def _padding(folder: Path) -> list[str]:
    """Find the token that pads: SDXL's second one is ``!``, which is then a token of its own wherever it stands."""
    try:
        found = msgspec.json.decode((folder / "tokenizer_config.json").read_bytes(), type=_Settings).pad_token
    except FileNotFoundError:
        return []
    token = found.content if isinstance(found, _Token) else found
    return [token] if token else []

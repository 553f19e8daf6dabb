"""``python -m bot prompt``: what ``/imagine`` would send for the same options, without Discord."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import config
from bot.prompt.prompt_writer import PromptWriter
from bot.prompt.unknown_words import unknown_words
from bot.prompt.vocabulary.suggest import everything
from bot.request import SHAPES, Options
from bot.sentences.prompt import noted
from bot.sentences.rendering import plain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from bot.prompt.compose import Composed

_ABOUT = "Print the prompt and the negative prompt that /imagine would send for the same options, without Discord."

WORDS = {
    "prompt": "what you want to see, in free words or as tags; (weights:1.2) and {choices|here} work",
    "subject": "who is in the picture: 1girl, 2boys, no humans …; separate several with ';'",
    "character": "a character by name; separate several with ';'",
    "series": "the series that they are from; separate several with ';' or ','",
    "rating": "content rating: safe (default), sensitive, nsfw or explicit",
    "more_tags": "more tags",
    "negative": "what you do not want in the picture, besides the preset",
    "quality": "a quality preset",
    "negative_preset": "a negative preset",
    "style": "a style preset",
    "shape": "size and orientation, one of: " + ", ".join(SHAPES),
    "sampler": "sampling method: one of those that the configuration offers",
}
_NUMBERS: dict[str, tuple[type[int | float], str]] = {
    "year": (int, "draw in the style of this year: 2005 to 2025"),
    "count": (int, "how many pictures"),
    "seed": (int, "0 to 4294967295 (default: a random one)"),
    "steps": (int, "default: the configuration's, 28"),
    "guidance": (float, "default: the configuration's, 5"),
}


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    parser = commands.add_parser("prompt", help="print the prompt that /imagine would send", description=_ABOUT)
    add_words(parser, WORDS)
    for name, (number, meaning) in _NUMBERS.items():
        parser.add_argument(f"--{name}", type=number, help=meaning)
    parser.add_argument("--json", action="store_true", help="print JSON with the keys prompt and negative_prompt")
    parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")
    parser.set_defaults(run=run)


def add_words(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """Add these options in words, by the names and with the meanings that they have in `/imagine`."""
    for name in names:
        called = [f"--{name.replace('_', '-')}"]
        if name == "prompt":
            called.append("--tags")  # its name up to 0.1
        parser.add_argument(*called, help=WORDS[name].replace("%", "%%"))


def run(arguments: argparse.Namespace) -> int:
    """Print both texts.

    Raises:
        InvalidRequest: The options are no request.
        ConfigError: The configuration cannot be used.
    """
    prompt_writer = PromptWriter.load(config.find(arguments.config))
    chosen: dict[str, Any] = {name: getattr(arguments, name) for name in (*WORDS, *_NUMBERS)}
    understood = prompt_writer.understand(Options(**chosen))
    request = prompt_writer.complete(understood.options)
    composed = prompt_writer.compose(request)
    if arguments.json:
        print(json.dumps({"prompt": composed.prompt, "negative_prompt": composed.negative_prompt}))
        return 0
    said = (*understood.said, *unknown_words(request, prompt_writer.vocabulary, everything, composed.left_out))
    print("\n".join([*_lines(composed), *(f"Read: {plain(sentence)}" for sentence in said)]))
    return 0


def _lines(composed: Composed) -> list[str]:
    lines = [f"Prompt: {composed.prompt}", f"Negative prompt: {composed.negative_prompt}"]
    return lines + [plain(noted(note.kind, note.sentence)) for note in composed.notes]

"""``python -m bot suggest`` and ``vocabulary import``: what the options would offer, and from what."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

import msgspec

from bot import config
from bot.prompt import presets
from bot.prompt.near import near
from bot.prompt.preset_choices import named, words_of_negatives
from bot.prompt.vocabulary import importing, store
from bot.prompt.vocabulary.suggest import Field, suggest
from bot.sentences.rendering import plain

if TYPE_CHECKING:
    from bot.config import Config
    from bot.prompt.vocabulary.suggest import Choice

FIELDS = (*get_args(Field), "quality", "style")
"""The options of `/imagine` that offer something while one types."""


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    suggest = commands.add_parser(
        "suggest",
        help="print what an option of /imagine would offer",
        description="Print what an option of /imagine offers while somebody types, the likeliest first.",
    )
    suggest.add_argument("field", metavar="FIELD", type=_field, help=f"the option: {', '.join(FIELDS)}")
    suggest.add_argument("text", metavar="TEXT", help="what has been typed into the option so far")
    suggest.add_argument("--json", action="store_true", help="print a list of objects with the keys name and value")
    suggest.set_defaults(run=run_suggest)
    vocabulary = commands.add_parser(
        "vocabulary",
        help="add public lists of tags and characters",
        description="Add public lists of tags and characters to what the options of /imagine offer.",
    )
    actions = vocabulary.add_subparsers(required=True, metavar="ACTION")
    bring = actions.add_parser(
        "import",
        help="merge files into the vocabulary, all of them or none",
        description="Merge files into the vocabulary, all of them or none. A running bot reads them at its next start.",
    )
    bring.add_argument(
        "files", metavar="FILE", nargs="+", type=Path, help="a list of tags or characters; the format is recognised"
    )
    bring.set_defaults(run=run_import)
    for parser in (suggest, bring):
        parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")


def _field(name: str) -> str:
    if name not in FIELDS:
        raise argparse.ArgumentTypeError(f"no option of /imagine suggests “{name}”: {plain(near(name, FIELDS))}")
    return name


def run_suggest(arguments: argparse.Namespace) -> int:
    """Print the choices, the likeliest first.

    Raises:
        ConfigError: The configuration or the imported vocabulary cannot be used.
    """
    choices = _choices(config.find(arguments.config), arguments.field, arguments.text)
    if arguments.json:
        print(json.dumps(msgspec.to_builtins(choices)))
    else:
        for choice in choices:
            print(choice.name if choice.name == choice.value else f"{choice.name}  ({choice.value})")
    return 0


def _choices(read: Config, field: str, typed: str) -> list[Choice]:
    known = presets.load(read.resolve(read.bot.presets_file) if read.bot.presets_file else None)
    if field in ("quality", "style"):
        return named(known.quality if field == "quality" else known.style, typed)
    usual = words_of_negatives(known.negative) if field == "negative" else ()
    return suggest(store.load(read.vocabulary_dir), cast("Field", field), typed, usual=usual)


def run_import(arguments: argparse.Namespace) -> int:
    """Import, and print what each file gave.

    Raises:
        ConfigError: The configuration cannot be used, or nothing was imported.
    """
    folder = config.find(arguments.config).vocabulary_dir
    for report in importing.import_files(arguments.files, folder):
        print(report)
    print(f"The vocabulary in {folder} knows {len(store.load(folder)):,} tags. A running bot reads it when it starts.")
    return 0

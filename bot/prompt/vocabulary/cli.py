"""``python -m bot suggest`` and ``vocabulary import``: what the options would offer, and from what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec

from bot import config
from bot.prompt.vocabulary import importing, store
from bot.prompt.vocabulary.suggest import Field, suggest

if TYPE_CHECKING:
    import argparse


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    suggest = commands.add_parser("suggest", help="print what an option of /imagine would offer")
    suggest.add_argument("field", metavar="FIELD", choices=get_args(Field), help=", ".join(get_args(Field)))
    suggest.add_argument("text", metavar="TEXT", help="what has been typed into the option so far")
    suggest.add_argument("--json", action="store_true", help="a list of objects with the keys name and value")
    suggest.set_defaults(run=run_suggest)
    vocabulary = commands.add_parser("vocabulary", help="bring in public lists of tags and characters")
    actions = vocabulary.add_subparsers(required=True, metavar="ACTION")
    bring = actions.add_parser("import", help="merge files into the vocabulary, all of them or none")
    bring.add_argument("files", metavar="FILE", nargs="+", type=Path, help="its format is told by what is in it")
    bring.set_defaults(run=run_import)
    for parser in (suggest, bring):
        parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")


def run_suggest(arguments: argparse.Namespace) -> int:
    """Print the choices, the likeliest first.

    Raises:
        ConfigError: The configuration or the imported vocabulary cannot be used.
    """
    vocabulary = store.load(config.find(arguments.config).vocabulary_dir)
    choices = suggest(vocabulary, arguments.field, arguments.text)
    if arguments.json:
        print(json.dumps(msgspec.to_builtins(choices)))
    else:
        for choice in choices:
            print(choice.name if choice.name == choice.value else f"{choice.name}  ({choice.value})")
    return 0


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

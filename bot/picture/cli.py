"""``python -m bot read``: what Remix and ``/prompt check`` make of a picture or a text file, without Discord."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import config
from bot.errors import InvalidRequest
from bot.picture.read import is_picture
from bot.picture.recipes import pasted, programs
from bot.picture.recipes.fields import file_name
from bot.picture.recipes.offered import offered
from bot.prompt import dynamic, presets
from bot.prompt.prompt_writer import PromptWriter
from bot.sentences import recipes as says
from bot.sentences.rendering import plain
from engine import textfile

if TYPE_CHECKING:
    import argparse

    from bot.prompt.recipe import Recipe
    from bot.prompt.remix import Mapped

_ABOUT = "Print what Remix and /prompt check make of a picture or of a text file; nothing is drawn or sent."

MAX_BYTES = 32 * 1024 * 1024
"""Of a file: as much as the bot takes from Discord."""


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    parser = commands.add_parser("read", help="print what Remix makes of a picture or a text", description=_ABOUT)
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="PNG, WebP, JPEG, AVIF or text")
    parser.add_argument("--json", action="store_true", help="an object a line; null for a file without a recipe")
    parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what each file says.

    Returns:
        1 where one of them says nothing; a sentence on stderr says why.

    Raises:
        ConfigError: The configuration cannot be used.
    """
    writer, read = PromptWriter.load(found := config.find(arguments.config)), 0
    model = found.model.model
    here = _Here(writer, file_name(model), found.model.sha256[:10].lower())
    for path in arguments.files:
        said = None
        try:
            said = here.read(path)
            read += 1
        except InvalidRequest as refused:
            why = plain(refused.sentence)
            print(f"{path}: {why}" if len(arguments.files) > 1 else why, file=sys.stderr)
        except textfile.TextFileError as error:
            print(error, file=sys.stderr)
        if arguments.json and (said is not None or len(arguments.files) > 1):
            print(json.dumps(said))
        elif said is not None:
            print("\n".join(_lines(path, said, several=len(arguments.files) > 1)))
    return 0 if read == len(arguments.files) else 1


class _Here:
    """What is known of the place where a recipe is to be drawn."""

    def __init__(self, writer: PromptWriter, model_name: str, model_hash: str) -> None:
        self._writer = writer
        self._model_name = model_name
        self._model_hash = model_hash

    def read(self, path: Path) -> dict[str, Any]:
        """Read a file.

        Raises:
            InvalidRequest: There is no recipe in it.
            TextFileError: It cannot be read.
        """
        data = textfile.read_bytes(path, max_bytes=MAX_BYTES)
        writer = self._writer
        limits, kind = writer.config.limits, writer.vocabulary.kind
        if is_picture(data):
            written = programs.of_picture(data)
            if written is None:
                raise InvalidRequest(says.NO_RECIPE)
            recipe = written.recipe
        else:
            recipe = pasted.recipe_of(textfile.decode(path, data))
            if not (recipe.prompt or recipe.negative_prompt or recipe.program):
                raise InvalidRequest(says.NOTHING_IN_FILE)
        mapped = offered(
            recipe,
            limits,
            writer.presets,
            self._model_name,
            kind,
            model_hash=self._model_hash,
            usual_sampler=writer.config.defaults.sampler,
        )
        return self._shown(recipe, mapped)

    def _shown(self, recipe: Recipe, mapped: Mapped) -> dict[str, Any]:
        options, said = mapped.options, [*mapped.unmapped]
        prompt = negative_prompt = None
        rating = options.rating or "safe"
        try:
            understood = self._writer.understand(options)
            said += [sentence for sentence in understood.said if sentence not in said]
            request = self._writer.complete(understood.options)
            composed = self._writer.compose(request)
            prompt, negative_prompt, rating = composed.prompt, composed.negative_prompt, request.rating
            said += [note.sentence for note in composed.notes]
        except InvalidRequest as refused:
            said.append(refused.sentence)
        names = [name for name in (options.character or "").split("; ") if name]
        series = [name for name in names if self._writer.vocabulary.kind(name.casefold()) == "series"]
        steered = [self._words_of_preset(options.negative_preset), _plain(options.negative)]
        size = "{}x{}".format(*recipe.size) if recipe.size is not None else None
        return {
            "subject": options.subject,
            "character": "; ".join(name for name in names if name not in series) or None,
            "series": options.series or "; ".join(series) or None,
            "rating": rating,
            "tags": _plain(options.tags),
            "negative": ", ".join(filter(None, steered)),
            "quality": options.quality,
            "year": options.year,
            "seed": options.seed,
            "variation_seed": options.variation_seed,
            "variation_strength": options.variation_strength,
            "steps": options.steps,
            "guidance": options.guidance,
            "sampler": options.sampler,
            "shape": options.shape or size,
            "prompt": prompt,
            "negative_prompt": negative_prompt,
            "said": [*map(plain, said)],
            "program": recipe.program or None,
        }

    def _words_of_preset(self, name: str | None) -> str:
        return presets.pick(self._writer.presets.negative, "negative_preset", name).negative if name else ""


def _plain(text: str | None) -> str:
    """Give a text as the model reads it, and not as it is typed where choices are drawn."""
    return dynamic.unescape(text or "")


def _lines(path: Path, said: dict[str, Any], *, several: bool) -> list[str]:
    lines = [f"{path}:"] if several else []
    for name, value in said.items():
        if name == "said":
            lines += [f"- {sentence}" for sentence in value]
        elif value not in {None, ""}:
            lines.append(f"{name.replace('_', ' ').capitalize()}: {value}")
    return lines

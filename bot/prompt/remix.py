"""A recipe as options of our own form, and what of it has no place there."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from bot.errors import InvalidRequest
from bot.prompt import dynamic, tags, terms
from bot.prompt.negative import own_words
from bot.prompt.order import place
from bot.prompt.terms import unknown
from bot.request import SHAPES, Options
from bot.sentences import recipes as says
from bot.sentences.quoting import short
from engine.grammar import plain_text
from engine.samplers import named
from engine.wire import SEED_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.prompt.presets import Presets
    from bot.prompt.recipe import Recipe
    from bot.prompt.terms import Kind
    from bot.sentences.sentence import Sentence

MAX_PROMPT_CHARS = 5_000
"""The highest that an operator may set ``bot.limits.max_prompt_chars`` to."""

_SAME_HERE = {
    "clip skip",
    "created date",
    "emphasis",
    "hashes",
    "model hash",
    "civitai metadata",
    "civitai resources",
    "rng",
    "schedule type",
    "user",
    "vae",
    "vae hash",
    "version",
}
"""Keys that change nothing here, or name what is said by another key."""

_LORA = re.compile(r"<(?:lora|lyco|hypernet)\b[^<>]*>", re.IGNORECASE)
_EDITING = re.compile(r"(?<!\\)\[[^\[\]:|]*(?::[^\[\]:|]*:\s*[\d.]+\s*|\|[^\[\]]*)\]|\bAND\b")
"""``[from:to:when]``, ``[this|that]`` and ``AND``: what WebUI's prompts have and ours have not."""


class Mapped(NamedTuple):
    """A recipe as options of a form, and a sentence for everything that has no place in it."""

    options: Options
    unmapped: tuple[Sentence, ...]


class _Resource(Struct, frozen=True):
    """One entry of Civitai's list; its versions name the name differently."""

    type: str = ""
    model: str = msgspec.field(name="modelName", default="")
    version: str = msgspec.field(name="modelVersionName", default="")

    @property
    def name(self) -> str:
        return self.model or self.version


def to_options(recipe: Recipe, presets: Presets, model_name: str, kind: Kind = unknown) -> Mapped:
    """Fill a form from a recipe.

    The prompt goes to the fields that compose to it again, a negative prompt that begins with one of our presets to
    that preset; what a rating had put before that is left out, for the new rating brings its own. Nothing is checked
    against the operator's limits: `bot.prompt.completion.complete` does that with the form.

    Args:
        recipe: What was read.
        presets: The negative and quality presets that may be recognised.
        model_name: What draws here; another model in the recipe is said.
        kind: What the vocabulary knows.

    Raises:
        InvalidRequest: A prompt is longer than any form takes.
    """
    unmapped: list[Sentence] = []
    prompt = _words(recipe.prompt, unmapped)
    ours = recipe.other.get("Version", "").startswith("Eshi ")
    line = place(tags.read(prompt, kind).items, kind, composed=ours)
    quality = next((name for name, preset in presets.quality.items() if _items(preset.prompt) == line.quality), "none")
    loose = list(line.others if quality != "none" else (*line.others, *line.quality))
    subject, loose = _as_field(line.counts, loose)
    character, loose = _as_field(line.names, loose)
    if not (subject or character or loose):
        loose = [*line.quality]  # a request has to say something; composed, they stand where they stood

    negative = tags.read(_words(recipe.negative_prompt, unmapped), kind).items
    negative_preset, steered = _longest_start(presets, negative[own_words(negative) :])

    shape = next((name for name, size in SHAPES.items() if size == recipe.size), None)
    if recipe.size is not None and shape is None:
        unmapped.append(says.no_such_shape(*recipe.size))
    sampler = named(recipe.sampler, recipe.other.get("Schedule type", ""))
    if recipe.sampler and sampler is None:
        unmapped.append(says.no_such_sampler(short(recipe.sampler)))
    seed = recipe.seed
    if seed is not None and not 0 <= seed < SEED_LIMIT:
        unmapped.append(says.seed_outside(seed, SEED_LIMIT - 1))
        seed = None
    if recipe.model and recipe.model != model_name:
        unmapped.append(says.other_model(short(recipe.model)))
    unmapped.extend(_resources(recipe.other.get("Civitai resources", "")))
    unmapped.extend(
        says.no_counterpart(short(name), short(value))
        for name, value in recipe.other.items()
        if name.casefold() not in _SAME_HERE
    )
    options = Options(
        subject=subject,
        character=character,
        rating=max(line.ratings, key=terms.RATINGS.index) if line.ratings else None,
        tags=dynamic.escape(tags.join(loose)),
        shape=shape,
        seed=seed,
        negative=dynamic.escape(tags.join(steered)),
        quality=quality,
        negative_preset=negative_preset,
        year=line.years[0] if line.years else None,
        steps=recipe.steps,
        guidance=recipe.guidance,
        sampler=sampler,
    )
    return Mapped(options, tuple(unmapped))


def _words(text: str, unmapped: list[Sentence]) -> str:
    """Write a prompt as one line without what only WebUI can do."""
    if len(text) > MAX_PROMPT_CHARS:
        raise InvalidRequest(says.prompt_too_long(len(text), MAX_PROMPT_CHARS))
    unmapped.extend(says.lora_left_out(short(lora)) for lora in _LORA.findall(text))
    text = _LORA.sub(" ", text)
    unmapped.extend(says.plain_words(short(found[0])) for found in _EDITING.finditer(text))
    seen = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return "".join(c for c in seen if unicodedata.category(c) not in {"Cf", "Cs"})


def _items(text: str) -> tuple[str, ...]:
    return tags.read(text).items


def _as_field(items: Sequence[str], loose: list[str]) -> tuple[str | None, list[str]]:
    """Write items as a field of names; weighted ones cannot stand there and open the tags instead."""
    names = [plain_text(item) for item in items]
    if all(tags.names(name) == (item,) for name, item in zip(names, items, strict=True)):
        return "; ".join(names) or None, loose
    return None, [*items, *loose]


def _longest_start(presets: Presets, negative: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Find the preset that a negative prompt begins with, and what follows it."""
    starts = {name: _items(preset.negative) for name, preset in presets.negative.items()}
    found = [name for name, items in starts.items() if negative[: len(items)] == items]
    name = max(found, key=lambda name: len(starts[name]), default="none")
    return name, negative[len(starts[name]) :]


def _resources(text: str) -> Iterator[Sentence]:
    """Name what Civitai's pictures used besides a checkpoint."""
    try:
        resources = msgspec.json.decode(text or "[]", type=list[_Resource])
    except (msgspec.DecodeError, RecursionError):  # somebody's file may nest as deep as it likes
        return
    for resource in resources:
        if resource.type.casefold() not in {"checkpoint", "model"}:
            yield says.resource_not_used(resource.type[:20], short(resource.name))

"""A recipe as options of our own form, and what of it has no place there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.errors import InvalidRequest
from bot.prompt import dynamic, loras, tags, terms
from bot.prompt.dialects import Dialect, own_words, usual
from bot.prompt.foreign import unrepeatable
from bot.prompt.foreign.separators import without_invisible
from bot.prompt.foreign.understand import understand
from bot.prompt.order import place
from bot.prompt.terms import unknown
from bot.request import SHAPES, Options
from bot.sentences import recipes as says
from bot.sentences.quoting import short
from engine import samplers
from engine.grammar import plain_text
from engine.wire import SEED_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.prompt.presets import Presets
    from bot.prompt.recipe import Recipe, WeightSyntax
    from bot.prompt.terms import Kind
    from bot.sentences.sentence import Sentence
    from engine.samplers import Sampler

MAX_PROMPT_CHARS = 5_000
"""The highest that an operator may set ``bot.limits.max_prompt_chars`` to."""

OURS = "Eshi"
"""The program whose recipes need no translating: ours."""


class Mapped(NamedTuple):
    """A recipe as options of a form, and a sentence for everything that has no place in it."""

    options: Options
    unmapped: tuple[Sentence, ...]


def to_options(
    recipe: Recipe,
    presets: Presets,
    model_name: str,
    kind: Kind = unknown,
    *,
    model_hash: str = "",
    usual_sampler: Sampler = "euler_a",
    is_lora: Callable[[str], bool] = loras.there_is_none,
    dialect: Dialect | None = None,
) -> Mapped:
    """Fill a form from a recipe.

    The prompt goes to the fields that compose to it again, a negative prompt that begins with one of our presets to
    that preset; what a rating had put before that is left out, for the new rating brings its own. Nothing is checked
    against the operator's limits: `bot.prompt.completion` does that with the form.

    Args:
        recipe: What was read.
        presets: The negative and quality presets that may be recognised.
        model_name: What draws here; another model in the recipe is said. "": nobody knows yet.
        kind: What the vocabulary knows.
        model_hash: The first digits of the SHA-256 of what draws here, which decide before any name.
        usual_sampler: What draws where the recipe's own sampler is not to be had.
        is_lora: Whether a LoRA of this name can be had; those stay among the words as ``<lora:name:0.8>``.
        dialect: Of what is drawn with; None: the usual one.

    Raises:
        InvalidRequest: A prompt is longer than any form takes.
    """
    unmapped: list[Sentence] = []
    ours = recipe.program == OURS
    recipe_prompt, lora_tags = loras.apart(recipe.prompt, is_lora)
    prompt = _words(recipe_prompt, unmapped, kind, recipe.dialect, ours=ours)
    if not recipe.program and dynamic.has_choices(prompt):  # somebody's prompt, to be drawn from as in /imagine
        negative = _words(recipe.negative_prompt, unmapped, kind, recipe.dialect, ours=False)
        return Mapped(Options(tags=prompt, negative=negative or None, negative_preset="none"), tuple(unmapped))
    words = _fields(prompt, presets, kind, dialect, ours=ours)
    negative = tags.read(_words(recipe.negative_prompt, unmapped, kind, recipe.dialect, ours=ours), kind).items
    negative_preset, steered = _longest_start(presets, negative[own_words(negative) :])

    options = Options(
        subject=words.subject,
        character=words.character,
        rating=words.rating,
        tags=", ".join(filter(None, (dynamic.escape(tags.join(words.loose)), *lora_tags))),
        shape=_shape(recipe, unmapped),
        seed=_seed(recipe, unmapped),
        variation_seed=recipe.variation_seed,
        variation_strength=recipe.variation_strength,
        negative=dynamic.escape(tags.join(steered)),
        quality=words.quality,
        negative_preset=negative_preset,
        year=words.year,
        steps=recipe.steps,
        guidance=recipe.guidance,
        sampler=_sampler(recipe, usual_sampler, unmapped),
    )
    unmapped.extend(unrepeatable.said(recipe, f"{prompt} {recipe.negative_prompt}", model_name, model_hash))
    return Mapped(options, tuple(unmapped))


class _Fields(NamedTuple):
    """What of a form a prompt goes to."""

    subject: str | None
    character: str | None
    rating: str | None
    loose: list[str]
    """All that has no field of its own."""
    quality: str
    year: int | None


def _fields(prompt: str, presets: Presets, kind: Kind, dialect: Dialect | None, *, ours: bool) -> _Fields:
    """Sort a prompt in our syntax by the fields that compose to it again."""
    in_order = ours and (dialect is None or dialect.order == usual().order)
    line = place(tags.read(prompt, kind).items, kind, composed=in_order)
    quality = next((name for name, preset in presets.quality.items() if _items(preset.prompt) == line.quality), "none")
    loose = list(line.others if quality != "none" else (*line.others, *line.quality))
    rating = max(line.ratings, key=terms.RATINGS.index) if line.ratings else None
    if dialect is not None and dialect is not usual():
        quality, loose = _ladder(presets, [*line.others, *line.quality])
        said = [one for one, word in dialect.ratings.items() if word in loose]
        rating = rating or (said[-1] if said else None)
        loose = [item for item in loose if item not in dialect.ratings.values()]
    subject, loose = _as_field(line.counts, loose)
    character, loose = _as_field(line.names, loose)
    if not (subject or character or loose):
        loose = [*line.quality]  # a request has to say something; composed, they stand where they stood
    return _Fields(subject, character, rating, loose, quality, line.years[0] if line.years else None)


def _shape(recipe: Recipe, unmapped: list[Sentence]) -> str | None:
    """Find the shape, and say where there is none of that size."""
    shape = next((name for name, size in SHAPES.items() if size == recipe.size), None)
    if recipe.size is not None and shape is None:
        unmapped.append(says.no_such_shape(*recipe.size))
    return shape


def _seed(recipe: Recipe, unmapped: list[Sentence]) -> int | None:
    """Give the seed, and say where it is none that can be."""
    seed = recipe.seed
    if seed is not None and not 0 <= seed < SEED_LIMIT:
        unmapped.append(says.seed_outside(seed, SEED_LIMIT - 1))
        return None
    return seed


def _words(text: str, unmapped: list[Sentence], kind: Kind, dialect: WeightSyntax, *, ours: bool) -> str:
    """Write a prompt as one line in our syntax, and say what became of everything else."""
    if len(text) > MAX_PROMPT_CHARS:
        raise InvalidRequest(says.prompt_too_long(len(text), MAX_PROMPT_CHARS))
    if ours:
        return without_invisible(text)
    understood = understand(text, kind, dialect)
    unmapped.extend(sentence for sentence in understood.said if sentence not in unmapped)
    return without_invisible(understood.text)


def _sampler(recipe: Recipe, usual: Sampler, unmapped: list[Sentence]) -> Sampler | None:
    """Find the sampler, and say what is drawn where it is another one, or has another schedule."""
    if not recipe.sampler:
        return None
    found = samplers.find(recipe.sampler, recipe.schedule)
    if found is None:
        unmapped.append(says.no_such_sampler(short(recipe.sampler), samplers.title(usual)))
        return None
    if found.lost:
        unmapped.append(says.no_such_schedule(found.lost[:40], samplers.title(found.sampler)))
    return found.sampler


def _ladder(presets: Presets, items: list[str]) -> tuple[str, list[str]]:
    """Find the quality preset whose words stand among others, wherever a dialect puts them, and what is left."""
    ladders = {name: _items(preset.prompt) for name, preset in presets.quality.items() if preset.prompt}
    there = [name for name, words in ladders.items() if set(words) <= set(items)]
    name = max(there, key=lambda one: len(ladders[one]), default="none")
    return name, [item for item in items if item not in ladders.get(name, ())]


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

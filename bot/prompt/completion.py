"""From what a person typed to a complete request, and back: every default filled, every limit checked."""

from __future__ import annotations

import unicodedata
from random import Random
from typing import TYPE_CHECKING, TypeVar, get_args

from msgspec.structs import replace

from bot.errors import ConfigError, InvalidRequest
from bot.prompt import dynamic, loras, tags, terms
from bot.prompt.foreign.separators import joins
from bot.prompt.foreign.understand import understand, understand_options
from bot.prompt.models import BASE, KnownModels
from bot.prompt.near import near
from bot.prompt.order import place
from bot.prompt.terms import unknown
from bot.request import SHAPES, Options, Request, sub_seeds
from bot.sentences import more, uploads
from bot.sentences import prompt as says
from bot.sentences.prompt import TextOption
from bot.sentences.rendering import plain
from engine.cost import steps_taken
from engine.extending import STRENGTH as EXTEND_STRENGTH
from engine.extending import extended_size
from engine.grammar import plain_text
from engine.wire import MAX_PIXELS, MAX_SIDE, SEED_LIMIT, SamplingParams, Variation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.config import Bot, Defaults, Limits, Rating
    from bot.prompt.compose import Composed
    from bot.prompt.presets import Presets
    from bot.prompt.terms import Kind
    from bot.request import Change, Input
    from bot.sentences.prompt import Measure, Named, TextName
    from engine.wire import ChosenLora


STRENGTH = 0.6
"""Of a whole picture where nobody says how much: the composition stays, and what is in it is drawn anew."""

REPAINT_STRENGTH = 0.85
"""Of a part: something else can be there, and still it stands where it stood."""


def complete(
    options: Options,
    *,
    config: Bot,
    presets: Presets,
    groups: Mapping[str, Sequence[str]],
    draw_seed: Callable[[], int],
    compose: Callable[[Request], Composed],
    kind: Kind = unknown,
    choose_loras: Callable[[str], tuple[ChosenLora, ...]] = loras.none_here,
    models: KnownModels | None = None,
    draft: Callable[[], ChosenLora] = loras.no_drafts,
) -> Request:
    """Fill in what was left out, check every limit and make every choice of the dynamic prompts.

    What was typed in another program's syntax is written in ours first; `bot.prompt.foreign.understand` says what is
    to be said of that.

    An omitted rating is ``safe``, unless the tags name one: then it is the highest that they name, and the gate
    judges that. The choices follow the seed, so the same words and the same seed are the same request.

    Args:
        options: As typed.
        config: The operator's limits and defaults.
        presets: What quality, negative and style may be.
        groups: What ``__name__`` draws from.
        draw_seed: Gives a seed where none was typed; 0 … 2³²−1.
        compose: Writes the texts, whose length is limited, too.
        kind: What the vocabulary knows.
        choose_loras: Reads which LoRAs are to be drawn with.
        models: The checkpoints that there are; None: one.
        draft: Gives what makes few steps enough.

    Raises:
        InvalidRequest: With one sentence for the person who asked.
    """
    limits, models = config.limits, models or KnownModels()
    model = models.choose(options.model) if options.model else BASE
    defaults = models.usual(model, config.defaults, limits)
    options = understand_options(options, kind).options
    for option in get_args(TextOption):
        _check_text(getattr(options, option) or "", option, limits.max_prompt_chars)

    seed = _within(draw_seed() if options.seed is None else options.seed, 0, SEED_LIMIT - 1, "seed")
    random = Random(seed)  # noqa: S311 -- no secret: the seed is meant to decide

    def drawn(option: TextOption) -> str:
        text: str = getattr(options, option) or ""
        written = dynamic.draw(text.strip(), groups, random, limits.max_prompt_chars)
        if written != text:  # an operator's wildcards come from other programs, too
            written = understand(written, kind, braces=False).text.strip()
        _check_text(written, option, limits.max_prompt_chars)
        _check_weights(written)
        return written

    lines = [line for line in (drawn("tags"), drawn("more_tags")) if line]
    typed = ", ".join(tags.close(line) for line in lines) if len(lines) > 1 else "".join(lines)
    width, height = SHAPES[_one_of(options.shape or defaults.shape, SHAPES, "shape")]
    if options.image is not None:
        width, height = _size_of(options.image, options.change)
    elif options.size is not None:
        width, height = options.size
    count = 1 if options.count is None else options.count
    steps = defaults.steps if options.steps is None else options.steps
    guidance = defaults.guidance if options.guidance is None else options.guidance
    chosen = choose_loras(options.lora) if options.lora else ()
    drafting = bool(options.draft) or any(one.name == config.draft.lora for one in chosen)
    chosen = tuple([one for one in chosen if one.name != config.draft.lora])
    if (year := options.year) is not None:
        _within(year, terms.FIRST_YEAR, terms.LAST_YEAR, "year")
    request = Request(
        subject=_subject(options.subject or ""),
        character=(options.character or "").strip(),
        series=(options.series or "").strip(),
        rating=_rating(options.rating, typed),
        tags=typed,
        negative=drawn("negative"),
        quality=_one_of(options.quality or defaults.quality, presets.quality, "quality"),
        negative_preset=_one_of(
            options.negative_preset or defaults.negative_preset, presets.negative, "negative_preset"
        ),
        style=_one_of(options.style, presets.style, "style") if options.style else "",
        year=year,
        count=_within(count, 1, limits.max_count, "count"),
        seed=seed,
        sampling=SamplingParams(
            sampler=config.draft.sampler,
            num_inference_steps=config.draft.steps,
            guidance_scale=config.draft.guidance,
            width=width,
            height=height,
        )
        if drafting
        else SamplingParams(
            sampler=_one_of(options.sampler or defaults.sampler, models.samplers(model, limits.samplers), "sampler"),
            num_inference_steps=_within(steps, limits.min_steps, limits.max_steps, "steps"),
            guidance_scale=_within(guidance, limits.min_guidance, limits.max_guidance, "guidance"),
            width=width,
            height=height,
            guidance_rescale=defaults.guidance_rescale,
        ),
        private=bool(options.private),
        variation=_variation(options, count, draw_seed),
        model=model,
        draft=draft() if drafting else None,
        loras=chosen,
        parent=options.parent,
        strength=_strength(options, steps),
        image=options.image,
        change=options.change,
        from_upload=bool(options.from_upload) or options.image is not None,
    )
    if not any(_has_words(text) for text in (request.subject, request.character, request.series, request.tags)):
        raise InvalidRequest(says.SAY_WHAT)
    composed = compose(request)
    written: dict[TextName, str] = {"prompt": composed.prompt, "negative": composed.negative_prompt}
    for which, text in written.items():
        if len(text) > limits.max_prompt_chars:
            raise InvalidRequest(says.too_long(which, len(text), limits.max_prompt_chars))
    return request


def check_defaults(config: Bot, presets: Presets, compose: Callable[[Request], Composed]) -> None:
    """Make sure at start-up that a request without options is a valid one.

    Raises:
        ConfigError: A default is unknown or outside its limits.
    """
    try:
        usual = Options(subject="1girl")
        complete(usual, config=config, presets=presets, groups={}, draw_seed=lambda: 0, compose=compose)
    except InvalidRequest as error:
        raise ConfigError(f"$.bot.defaults: {plain(error.sentence)}") from error


def check_offered(request: Request, limits: Limits) -> None:
    """Hold a request that was made before against the operator's limits as they are now.

    Raises:
        InvalidRequest: It is outside of one of them.
    """
    sampling = request.sampling
    _within(request.count, 1, limits.max_count, "count")
    if request.draft is not None:
        return  # what a draft takes is the operator's own
    _within(sampling.num_inference_steps, limits.min_steps, limits.max_steps, "steps")
    _within(sampling.guidance_scale, limits.min_guidance, limits.max_guidance, "guidance")


def options_of(request: Request) -> Options:
    """Write a request as options that complete to it again, for a form to be edited.

    A size that is none of the nine becomes an omitted shape. LoRAs stand among the tags, where they can be changed.
    """
    sampling = request.sampling
    return Options(
        subject=request.subject,
        character=request.character,
        series=request.series,
        rating=request.rating,
        tags=", ".join(filter(None, (dynamic.escape(request.tags), *(one.typed for one in request.loras)))),
        shape=next((name for name, size in SHAPES.items() if size == (sampling.width, sampling.height)), None),
        count=request.count,
        seed=request.seed,
        variation_seed=None if request.variation is None else request.variation.seeds[0],
        variation_strength=None if request.variation is None else request.variation.strength,
        negative=dynamic.escape(request.negative),
        quality=request.quality,
        negative_preset=request.negative_preset,
        year=request.year,
        style=request.style,
        steps=sampling.num_inference_steps,
        guidance=sampling.guidance_scale,
        sampler=sampling.sampler,
        private=request.private,
        model=request.model,
        draft=True if request.draft is not None else None,
        image=request.image,
        strength=None if request.image is None else request.strength,
        change=None if request.image is None else request.change,
        from_upload=request.from_upload or None,
    )


def properly(request: Request, defaults: Defaults) -> Request:
    """Wish for the proper picture of a draft: the same seed and size, with what an omitted option means."""
    sampling = replace(
        request.sampling,
        sampler=defaults.sampler,
        num_inference_steps=defaults.steps,
        guidance_scale=defaults.guidance,
        guidance_rescale=defaults.guidance_rescale,
    )
    return replace(request, draft=None, sampling=sampling)


def _variation(options: Options, count: int, draw_seed: Callable[[], int]) -> Variation | None:
    """Say which variation it is; None: it is none, or its seed is to be a new one and so there is nothing to vary."""
    if options.variation_strength is None or options.seed is None:
        return None
    first = draw_seed() if options.variation_seed is None else options.variation_seed
    return Variation(seeds=sub_seeds(first, count), strength=options.variation_strength)


def _size_of(image: Input, change: Change | None) -> tuple[int, int]:
    """Say how large a picture becomes that begins with somebody's, in pixels.

    Raises:
        InvalidRequest: That is larger than anything may be.
    """
    if change is None or change.direction is None:
        return image.width, image.height
    size = extended_size(image.width, image.height, change.direction)
    if size is None:
        raise InvalidRequest(more.no_larger(MAX_SIDE, MAX_PIXELS / 1e6))
    return size


def _strength(options: Options, steps: int) -> float | None:
    """Say how much of what a request begins with is drawn anew; None: it begins as noise.

    Raises:
        InvalidRequest: That is outside, or not one whole step.
    """
    if options.image is None and options.parent is None:
        if options.strength is not None or options.change is not None:
            raise InvalidRequest(uploads.NEEDS_IMAGE)
        return None
    change = options.change
    usual = STRENGTH if change is None else REPAINT_STRENGTH if change.direction is None else EXTEND_STRENGTH
    strength = round(usual if options.strength is None else options.strength, 2)
    if not 0 < strength <= 1:
        raise InvalidRequest(uploads.strength_outside(strength))
    if not steps_taken(steps, strength):
        raise InvalidRequest(uploads.less_than_a_step(strength, steps))
    return strength


def _check_text(text: str, option: TextOption, max_chars: int) -> None:
    """Refuse what is too long to be read or cannot be seen, before anything is parsed."""
    if len(text) > max_chars:
        raise InvalidRequest(says.too_many_characters(option, len(text), max_chars))
    if text.isprintable():  # most are; what is refused below is not
        return
    for at, character in enumerate(text):
        category = unicodedata.category(character)
        if character in "\n\r" or category in {"Zl", "Zp"}:
            raise InvalidRequest(says.line_break(option))
        if category in {"Cc", "Cf", "Cs"} and not joins(text, at):
            raise InvalidRequest(says.unseen_character(option, ord(character), control=category == "Cc"))


def _check_weights(text: str) -> None:
    words, weight = tags.heaviest(tags.close(text))
    if not 0 <= weight <= 2:  # noqa: PLR2004 -- the range in the sentence
        raise InvalidRequest(says.weight(tags.shown(words), weight))


_Number = TypeVar("_Number", int, float)


def _within(value: _Number, low: _Number, high: _Number, measure: Measure) -> _Number:
    if low <= value <= high:
        return value
    raise InvalidRequest(says.outside(measure, value, low, high))


_Name = TypeVar("_Name", bound=str)


def _one_of(value: str, names: Iterable[_Name], kind: Named) -> _Name:
    """Find the name that was meant, whatever its case."""
    wanted = value.strip().casefold()
    for name in names:
        if name.casefold() == wanted:
            return name
    raise InvalidRequest(says.unknown_name(kind, value, near(value, names)))


def _subject(text: str) -> str:
    """Read several count tags and write them as the tag list has them."""
    spoken = " ".join(text.replace("_", " ").split()).replace("+ ", "+")
    parts = [part.strip() for part in spoken.replace(",", ";").split(";")]
    return "; ".join(_one_of(part, terms.COUNT_TAGS, "subject") for part in parts if part)


def _rating(chosen: str | None, typed: str) -> Rating:
    if chosen:
        spelled = terms.key(chosen.replace("_", " "))
        return terms.rating(spelled) or terms.rating(f"rating {spelled}") or _one_of(chosen, terms.RATINGS, "rating")
    named = place(tags.read(typed).items).ratings
    return max(named, key=terms.RATINGS.index) if named else "safe"


def _has_words(text: str) -> bool:
    return bool(plain_text(text).strip(" ,;"))

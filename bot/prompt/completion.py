"""From what a person typed to a complete request, and back: every default filled, every limit checked."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import partial
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


@dataclass(frozen=True, kw_only=True)
class Completion:
    """Fills in what was left out, checks every limit and makes every choice of the dynamic prompts.

    What was typed in another program's syntax is written in ours first; `bot.prompt.foreign.understand` says what is
    to be said of that.

    An omitted rating is ``safe``, unless the tags name one: then it is the highest that they name, and the gate
    judges that. The choices follow the seed, so the same words and the same seed are the same request.
    """

    config: Bot
    """The operator's limits and defaults."""
    presets: Presets
    """What quality, negative and style may be."""
    groups: Mapping[str, Sequence[str]]
    """What ``__name__`` draws from."""
    draw_seed: Callable[[], int]
    """Gives a seed where none was typed; 0 … 2³²−1."""
    compose: Callable[[Request], Composed]
    """Writes the texts, whose length is limited, too."""
    kind: Kind = unknown
    """What the vocabulary knows."""
    choose_loras: Callable[[str], tuple[ChosenLora, ...]] = loras.none_here
    """Reads which LoRAs are to be drawn with."""
    models: KnownModels = field(default_factory=KnownModels)
    """The checkpoints that there are."""
    draft: Callable[[], ChosenLora] = loras.no_drafts
    """Gives what makes few steps enough."""

    def complete(self, options: Options) -> Request:
        """Make a request of what was typed.

        Raises:
            InvalidRequest: With one sentence for the person who asked.
        """
        limits, presets = self.config.limits, self.presets
        model = self.models.choose(options.model) if options.model else BASE
        defaults = self.models.usual(model, self.config.defaults, limits)
        options = self._understood(options)
        seed = _within(self.draw_seed() if options.seed is None else options.seed, 0, SEED_LIMIT - 1, "seed")
        drawn = partial(self._drawn, options, Random(seed))  # noqa: S311 -- no secret: the seed is meant to decide
        typed = _joined(drawn("tags"), drawn("more_tags"))
        size = _size(options, defaults)
        count = 1 if options.count is None else options.count
        steps = defaults.steps if options.steps is None else options.steps
        chosen = self.choose_loras(options.lora) if options.lora else ()
        drafting = bool(options.draft) or any(one.name == self.config.draft.lora for one in chosen)
        if (year := options.year) is not None:
            _within(year, terms.FIRST_YEAR, terms.LAST_YEAR, "year")
        sampling = self._draft_sampling(size) if drafting else self._sampling(options, defaults, model, size, steps)
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
            sampling=sampling,
            private=bool(options.private),
            variation=_variation(options, count, self.draw_seed),
            model=model,
            draft=self.draft() if drafting else None,
            loras=tuple([one for one in chosen if one.name != self.config.draft.lora]),
            parent=options.parent,
            strength=_strength(options, sampling.num_inference_steps),
            image=options.image,
            change=options.change,
            from_upload=bool(options.from_upload) or options.image is not None,
        )
        self._check_written(request)
        return request

    def _understood(self, options: Options) -> Options:
        """Write in our syntax what was typed in another program's, and check that it can be read."""
        understood = understand_options(options, self.kind).options
        for option in get_args(TextOption):
            _check_text(getattr(understood, option) or "", option, self.config.limits.max_prompt_chars)
        return understood

    def _drawn(self, options: Options, random: Random, option: TextOption) -> str:
        """Make the choices of one text."""
        text: str = getattr(options, option) or ""
        max_chars = self.config.limits.max_prompt_chars
        written = dynamic.draw(text.strip(), self.groups, random, max_chars)
        if written != text:  # an operator's wildcards come from other programs, too
            written = understand(written, self.kind, braces=False).text.strip()
        _check_text(written, option, max_chars)
        _check_weights(written)
        return written

    def _draft_sampling(self, size: tuple[int, int]) -> SamplingParams:
        width, height = size
        return SamplingParams(
            sampler=self.config.draft.sampler,
            num_inference_steps=self.config.draft.steps,
            guidance_scale=self.config.draft.guidance,
            width=width,
            height=height,
        )

    def _sampling(
        self, options: Options, defaults: Defaults, model: str, size: tuple[int, int], steps: int
    ) -> SamplingParams:
        limits = self.config.limits
        width, height = size
        guidance = defaults.guidance if options.guidance is None else options.guidance
        samplers = self.models.samplers(model, limits.samplers)
        return SamplingParams(
            sampler=_one_of(options.sampler or defaults.sampler, samplers, "sampler"),
            num_inference_steps=_within(steps, limits.min_steps, limits.max_steps, "steps"),
            guidance_scale=_within(guidance, limits.min_guidance, limits.max_guidance, "guidance"),
            width=width,
            height=height,
            guidance_rescale=defaults.guidance_rescale,
        )

    def _check_written(self, request: Request) -> None:
        """Refuse a request that says nothing, or whose texts become too long."""
        if not any(_has_words(text) for text in (request.subject, request.character, request.series, request.tags)):
            raise InvalidRequest(says.SAY_WHAT)
        composed = self.compose(request)
        written: dict[TextName, str] = {"prompt": composed.prompt, "negative": composed.negative_prompt}
        for which, text in written.items():
            if len(text) > self.config.limits.max_prompt_chars:
                raise InvalidRequest(says.too_long(which, len(text), self.config.limits.max_prompt_chars))


def check_defaults(config: Bot, presets: Presets, compose: Callable[[Request], Composed]) -> None:
    """Make sure at start-up that a request without options is a valid one.

    Raises:
        ConfigError: A default is unknown or outside its limits.
    """
    try:
        usual = Options(subject="1girl")
        Completion(config=config, presets=presets, groups={}, draw_seed=lambda: 0, compose=compose).complete(usual)
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


def varies(options: Options) -> bool:
    """Tell whether a variation is asked for, whatever else is."""
    return options.variation_strength is not None and options.seed is not None


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
    """Say which variation it is; None: it is none, or its seed is to be a new one and so there is nothing to vary.

    A part of a picture is not varied: the engine does one of both.
    """
    if options.variation_strength is None or options.seed is None or options.change is not None:
        return None
    first = draw_seed() if options.variation_seed is None else options.variation_seed
    return Variation(seeds=sub_seeds(first, count), strength=options.variation_strength)


def _joined(*texts: str) -> str:
    """Put lines of tags together; each is closed, so that none reaches into the next."""
    lines = [line for line in texts if line]
    return ", ".join(tags.close(line) for line in lines) if len(lines) > 1 else "".join(lines)


def _size(options: Options, defaults: Defaults) -> tuple[int, int]:
    """Say how large the pictures become, in pixels.

    Raises:
        InvalidRequest: There is no such shape, or that is larger than anything may be.
    """
    shape = SHAPES[_one_of(options.shape or defaults.shape, SHAPES, "shape")]
    if options.image is not None:
        return _size_of(options.image, options.change)
    return shape if options.size is None else options.size


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

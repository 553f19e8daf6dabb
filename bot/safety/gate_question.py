"""What the gate reads of a request: the rating, and the words as the model will receive them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec import Struct

from bot.config import Rating
from bot.prompt import presets as preset
from bot.prompt import tags
from bot.prompt.loras import LoraRule
from bot.prompt.models import KnownModels, ModelRule
from engine.grammar import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.prompt.presets import Presets
    from bot.request import Request


class GateQuestion(Struct, frozen=True, kw_only=True):
    """One request for the gate; without words it is only about the rating."""

    rating: Rating
    from_upload: bool = False
    """Its chain began with a picture that somebody brought."""
    prompt: str = ""
    """As composed."""
    negative: str = ""
    """As composed, but for what `REQUIRED` puts first: those are our words, and they name what they avoid."""
    typed: str = ""
    """Names and free tags as typed: composing drops what is there twice and a rating that contradicts the option, and
    escapes the brackets of names; here all of it still counts."""
    typed_negative: str = ""
    characters: tuple[str, ...] = ()
    """The names of the character option."""
    loras: tuple[LoraRule, ...] = ()
    """What the operator says of each LoRA that it is drawn with."""
    draft: bool = False
    """In few steps and without guidance: no negative prompt counts, whatever is forced into it."""
    model: ModelRule | None = None
    """The same of its checkpoint; None: it is not about one."""
    own: str = ""
    """The quality and style words that a preset put into the prompt, and the words of the checkpoint's dialect."""


def tags_of(text: str) -> frozenset[str]:
    """Give the tags of a text, to be found again in another one."""
    return frozenset(tag for part in text.replace(";", ",").split(",") if (tag := plain_text(part).strip().casefold()))


def without_tags(gate_question: GateQuestion, tags: frozenset[str]) -> GateQuestion:
    """Leave out of what was typed what somebody else wrote; what is drawn stays, and is judged."""

    def own(text: str) -> str:
        return ",".join(part for part in text.split(",") if plain_text(part).strip().casefold() not in tags)

    return msgspec.structs.replace(
        gate_question, typed=own(gate_question.typed), typed_negative=own(gate_question.typed_negative)
    )


def _nothing_said(name: str) -> LoraRule:
    return LoraRule(name=name)


class ComposedTexts(Protocol):
    """A composed prompt, or the job that carries one."""

    @property
    def prompt(self) -> str: ...
    @property
    def negative_prompt(self) -> str: ...


def gate_question(
    request: Request,
    composed: ComposedTexts,
    presets: Presets,
    lora_rule: Callable[[str], LoraRule] = _nothing_said,
    models: KnownModels | None = None,
) -> GateQuestion:
    """Put together what the gate reads.

    Args:
        request: What is asked for.
        composed: Its texts.
        presets: What its preset names stand for.
        lora_rule: What the operator says of a LoRA by its name.
        models: What the operator says of checkpoints; None: there is one, and nothing is said of it.

    Raises:
        InvalidRequest: A preset that the request names is gone.
    """
    models = models or KnownModels()
    dialect = models.dialect(request.model)
    quality = preset.pick(presets.quality, "quality", request.quality).prompt
    quality = dialect.quality.get(request.quality, quality)
    year = dialect.year_word(request.year) if request.year else ""
    words = (dialect.ratings[request.rating], *([year] if year else []))
    style = preset.pick(presets.style, "style", request.style).prompt if request.style else ""
    return GateQuestion(
        rating=request.rating,
        from_upload=request.from_upload or request.image is not None,
        prompt=composed.prompt,
        negative=composed.negative_prompt.removeprefix(tags.join(dialect.required_at(request.rating))),
        typed=", ".join(filter(None, (request.character, request.series, request.tags))),
        typed_negative=request.negative,
        loras=tuple([lora_rule(one.name) for one in request.loras]),
        characters=tuple(map(plain_text, tags.names(request.character))),
        draft=request.draft is not None,
        model=models.rule(request.model),
        own=tags.join((*tags.read(quality).items, *tags.read(style).items, *words)),
    )

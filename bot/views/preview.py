"""A preview: prompt and negative, what was done to the words, how the model reads them, and a Draw button."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
import msgspec
from discord import ui

from bot.request import all_loras
from bot.sentences import preview as says
from bot.sentences.joined import once
from bot.sentences.prompt import noted
from bot.sentences.rendering import plain, render
from bot.views.buttons import draw_button
from bot.views.card import WAITING, in_line
from bot.views.layout import layout
from bot.views.recipe import code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.prompt.compose import Composed
    from bot.prompt.lora_pictures import LoraPicture
    from bot.prompt.remix import Mapped
    from bot.prompt.tokens import Chunks
    from bot.queue.forecast import Wait
    from bot.request import Options, Request
    from bot.sentences.sentence import Sentence

PROMPT_CHARS, NEGATIVE_CHARS, NOTES_CHARS = 1500, 1000, 900
"""Together with the facts less than the 4,000 that Discord takes in all texts of a message (developer documentation,
Components, Text Display); what is cut stands whole in a file."""

FILE = "prompt.txt"

ENCODERS: tuple[says.Encoder, ...] = ("first", "second")

LISTED_CHUNKS = 8
"""More numbers than these say nothing to anybody."""


class PromptPreview(NamedTuple):
    """What is known of a request before it is drawn."""

    request: Request
    composed: Composed
    chunks: Sequence[Chunks] | None
    """Of the prompt and of the negative prompt; None where the model's tokenizers are not at hand."""
    wait: Wait
    """How it would stand in the queue, if it were drawn now."""
    engine: Sentence | None
    """What it is about; None where it draws."""
    mapped: Mapped | None
    """What a pasted text was read as; None where nothing was pasted."""
    said: Sequence[Sentence] = ()
    """What was taken otherwise than it was typed."""
    loras: Sequence[LoraPicture] = ()
    """What its LoRAs make, as the operator shows it."""


def preview(draft_id: str, shown: PromptPreview) -> tuple[ui.LayoutView, list[discord.File]]:
    """Write the private answer; what does not fit comes as a text file too."""
    composed = shown.composed
    notes = once(_notes(shown))
    texts = _texts(shown, notes, PROMPT_CHARS, NEGATIVE_CHARS, NOTES_CHARS)
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay[ui.LayoutView](text) for text in texts]
    files: list[discord.File] = []
    if texts != _texts(shown, notes, *[sys.maxsize] * 3):
        texts_typed = (says.plain_prompt(composed.prompt), says.plain_negative_prompt(composed.negative_prompt))
        whole = "\n".join((*map(render, texts_typed), *map(plain, notes), ""))
        files.append(discord.File(io.BytesIO(whole.encode()), filename=FILE))
        items.append(ui.File[ui.LayoutView](f"attachment://{FILE}"))
    if shown.loras:
        pictures = [(f"lora-{number}{one.suffix}", one) for number, one in enumerate(shown.loras)]
        files += [discord.File(io.BytesIO(one.data), filename=name) for name, one in pictures]
        gallery = [discord.MediaGalleryItem(f"attachment://{name}", description=one.title) for name, one in pictures]
        items.append(ui.MediaGallery[ui.LayoutView](*gallery))
    items.append(ui.ActionRow[Any](draw_button(draft_id)))
    return layout(ui.Container(*items, accent_colour=WAITING)), files


def _texts(shown: PromptPreview, notes: Iterable[Sentence], prompt: int, negative: int, noted: int) -> list[str]:
    """Write the parts of the answer, the first three at most so long."""
    composed = shown.composed
    written = " ".join((composed.prompt, *(one.typed for one in all_loras(shown.request))))
    texts = (
        render(says.prompt(_quoted(written, prompt))),
        render(says.negative_prompt(_quoted(composed.negative_prompt, negative))) if composed.negative_prompt else "",
        _listed(notes, noted),
        "\n".join(map(render, _facts(shown))),
    )
    return [text for text in texts if text]


def _notes(shown: PromptPreview) -> Iterator[Sentence]:
    if shown.mapped is not None:
        yield says.read_as(_read_as(shown.mapped.options))
        yield from shown.mapped.unmapped
    yield from shown.said
    yield from (noted(note.kind, note.sentence) for note in shown.composed.notes if note.sentence not in shown.said)


def _read_as(options: Options) -> tuple[Sentence, ...]:
    """Name the options that a text came to, besides the words themselves."""
    values = msgspec.structs.asdict(options)
    del values["tags"], values["negative"]
    return tuple(says.option(name, str(value)) for name, value in values.items() if value is not None)


def _facts(shown: PromptPreview) -> Iterator[Sentence]:
    sampling, seed = shown.request.sampling, shown.request.seed
    yield says.settings(sampling.width, sampling.height, sampling.num_inference_steps, seed)
    if shown.chunks is None:
        yield says.NOT_COUNTED
    else:
        prompt, negative = shown.chunks
        for name, of_prompt, of_negative in zip(ENCODERS, prompt.encoders, negative.encoders, strict=True):
            yield says.tokens(name, _chunks(of_prompt), _chunks(of_negative))
    yield says.wait(in_line(shown.wait, shown.engine))


def _chunks(tokens: Sequence[int]) -> Sentence:
    if len(tokens) == 1:
        return says.one_chunk(tokens[0])
    each = " + ".join(map(str, tokens)) if len(tokens) <= LISTED_CHUNKS else ""
    return says.chunks(sum(tokens), len(tokens), each)


def _quoted(text: str, limit: int) -> str:
    """Quote a text exactly, or so much of it that nothing in it can make the quotation longer than the limit."""
    whole = code(text)
    return whole if len(whole) <= limit else code(text[: limit // 2] + "…")


def _listed(sentences: Iterable[Sentence], limit: int) -> str:
    lines: list[str] = []
    for sentence in sentences:
        lines.append(f"- {render(sentence)}")
        if sum(map(len, lines)) > limit:
            lines[-1] = "- …"
            break
    return "\n".join(lines)

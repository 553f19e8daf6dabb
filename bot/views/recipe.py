"""The Recipe button's answer: everything that is needed to draw a picture again, here or elsewhere."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import discord

from bot.request import all_loras, picture_seeds, size_of
from bot.sentences import more
from bot.sentences import preview as says
from bot.sentences.rendering import render
from bot.views.card import made_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.job import Job
    from bot.request import Request
    from bot.sentences.sentence import Sentence

MESSAGE_CHARS = 2000
"""Discord's limit for the content of a message."""


def recipe(job: Job, ancestors: Sequence[Job] = (), *, earlier: int = 0) -> tuple[str, discord.File]:
    """Write the recipe as a message; the whole of it comes as a text file too, however long the prompt is.

    Args:
        job: Whose.
        ancestors: The jobs of the pictures that it comes from, the nearest first.
        earlier: How many more of them there are.
    """
    request, sampling = job.request, job.request.sampling
    settings = says.recipe_settings(
        sampling.width,
        sampling.height,
        sampling.num_inference_steps,
        sampling.guidance_scale,
        sampling.sampler,
        request.rating,
    )
    seeds = ", ".join(str(seed) for seed in picture_seeds(request))
    prompt = " ".join((job.prompt, *(one.typed for one in all_loras(request))))
    made = [render(one) for one in _made(request)]
    chain = [render(one) for step in (job, *ancestors) for one in made_from(step.request)]
    chain += [render(more.earlier(earlier))] if earlier else []
    text = "\n".join(
        (render(says.plain_recipe(prompt, job.negative_prompt, settings, seeds)).rstrip("\n"), *made, *chain)
    )
    file = discord.File(io.BytesIO(f"{text}\n".encode()), filename=f"recipe-{job.id}.txt")
    shown = [
        render(says.prompt(code(prompt))),
        render(says.negative_prompt(code(job.negative_prompt))) if job.negative_prompt else "",
        render(says.settings_and_seeds(settings, seeds)),
        *made,
        *chain,
        *(f"-# {render(note)}" for note in job.notes),
    ]
    message = "\n".join(part for part in shown if part)
    if len(message) > MESSAGE_CHARS:
        message = "\n".join(map(render, (says.settings_and_seeds(settings, seeds), says.PROMPT_IN_FILE)))
    return message, file


def _made(request: Request) -> Iterator[Sentence]:
    """Say with which numbers more was made of a picture."""
    if request.variation is not None:
        yield more.varied(", ".join(map(str, request.variation.seeds)), request.variation.strength)
    if request.strength:
        yield more.drawn_over(request.strength)
    if request.enlargement is not None:
        width, height = size_of(request)
        yield more.enlarged(request.enlargement.factor, width, height, request.enlargement.strength)


def found_recipe(text: str) -> tuple[str, discord.File]:
    """Show what a picture's own file says, where there is no record of it any more."""
    file = discord.File(io.BytesIO(text.encode()), filename="recipe.txt")
    message = render(says.from_picture(code(text)))
    return message if len(message) <= MESSAGE_CHARS else render(says.RECIPE_IN_FILE), file


def code(text: str) -> str:
    """Quote text exactly; three backticks inside would end the block, so an invisible joint keeps them apart."""
    apart = text.replace("```", "`\u200b`\u200b`")
    return f"```\n{apart}\n```"

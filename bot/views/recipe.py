"""The Recipe button's answer: everything that is needed to draw a picture again, here or elsewhere."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import discord

from bot.request import picture_seeds
from bot.sentences import preview as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.job import Job

MESSAGE_CHARS = 2000
"""Discord's limit for the content of a message."""


def recipe(job: Job) -> tuple[str, discord.File]:
    """Write the recipe as a message; the whole of it comes as a text file too, however long the prompt is."""
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
    text = render(says.plain_recipe(job.prompt, job.negative_prompt, settings, seeds))
    file = discord.File(io.BytesIO(text.encode()), filename=f"recipe-{job.id}.txt")
    shown = [
        render(says.prompt(code(job.prompt))),
        render(says.negative_prompt(code(job.negative_prompt))) if job.negative_prompt else "",
        render(says.settings_and_seeds(settings, seeds)),
        *(f"-# {render(note)}" for note in job.notes),
    ]
    message = "\n".join(part for part in shown if part)
    if len(message) > MESSAGE_CHARS:
        message = "\n".join(map(render, (says.settings_and_seeds(settings, seeds), says.PROMPT_IN_FILE)))
    return message, file


def found_recipe(text: str) -> tuple[str, discord.File]:
    """Show what a picture's own file says, where there is no record of it any more."""
    file = discord.File(io.BytesIO(text.encode()), filename="recipe.txt")
    message = render(says.from_picture(code(text)))
    return message if len(message) <= MESSAGE_CHARS else render(says.RECIPE_IN_FILE), file


def code(text: str) -> str:
    """Quote text exactly; three backticks inside would end the block, so an invisible joint keeps them apart."""
    apart = text.replace("```", "`\u200b`\u200b`")
    return f"```\n{apart}\n```"

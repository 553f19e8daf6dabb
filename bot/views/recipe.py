"""The Recipe button's answer: everything that is needed to draw a picture again, here or elsewhere."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import discord

from bot.request import picture_seeds

if TYPE_CHECKING:
    from bot.job import Job

MESSAGE_CHARS = 2000
"""Discord's limit for the content of a message."""


def recipe(job: Job) -> tuple[str, discord.File]:
    """Write the recipe as a message; the whole of it comes as a text file too, however long the prompt is."""
    request, sampling = job.request, job.request.sampling
    settings = ", ".join(
        (
            f"{sampling.width}×{sampling.height}",
            f"{sampling.num_inference_steps} steps",
            f"guidance {sampling.guidance_scale:g}",
            f"sampler {sampling.sampler}",
            f"rating {request.rating}",
        )
    )
    seeds = ", ".join(str(seed) for seed in picture_seeds(request))
    text = f"Prompt: {job.prompt}\nNegative prompt: {job.negative_prompt}\nSettings: {settings}\nSeed: {seeds}\n"
    file = discord.File(io.BytesIO(text.encode()), filename=f"recipe-{job.id}.txt")
    shown = [
        f"**Prompt**\n{code(job.prompt)}",
        f"**Negative prompt**\n{code(job.negative_prompt)}" if job.negative_prompt else "",
        f"**Settings** {settings}\n**Seed** {seeds}",
        *(f"-# {note}" for note in job.notes),
    ]
    message = "\n".join(part for part in shown if part)
    if len(message) > MESSAGE_CHARS:
        message = f"**Settings** {settings}\n**Seed** {seeds}\nThe prompt is in the file."
    return message, file


def found_recipe(text: str) -> tuple[str, discord.File]:
    """Show what a picture's own file says, where there is no record of it any more."""
    file = discord.File(io.BytesIO(text.encode()), filename="recipe.txt")
    message = f"**From the picture itself**\n{code(text)}"
    return message if len(message) <= MESSAGE_CHARS else "The recipe is in the file.", file


def code(text: str) -> str:
    """Quote text exactly; three backticks inside would end the block, so an invisible joint keeps them apart."""
    apart = text.replace("```", "`\u200b`\u200b`")
    return f"```\n{apart}\n```"

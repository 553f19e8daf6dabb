"""`/imagine`: Discord's options into `Options`; no thought here."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.choices import SHAPE_CHOICES, optional_range
from bot.commands.slash import slash
from bot.commands.text_options import text_options
from bot.request import Options
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.actions.changing import Changing
    from bot.commands.suggestions import Suggestions
    from bot.config import Limits


def feature(changing: Changing, suggestions: Suggestions, limits: Limits, *, drafts: bool = False) -> Feature:
    """Hand in `/imagine`, with the operator's limits as Discord's own ranges and choices.

    Where there are no drafts, it has no such option.
    """

    @text_options(suggestions, limits)
    @app_commands.describe(
        shape=render(says.SHAPE),
        count=render(says.COUNT),
        seed=render(says.SEED),
        steps=render(says.STEPS),
        guidance=render(says.GUIDANCE),
        sampler=render(says.SAMPLER),
        model=render(says.MODEL),
        lora=render(says.LORA),
        private=render(says.PRIVATE),
        image=render(says.IMAGE),
        strength=render(says.STRENGTH),
    )
    @app_commands.choices(
        shape=SHAPE_CHOICES,
    )
    @app_commands.autocomplete(model=suggestions.models, lora=suggestions.loras)
    async def _imagine(  # noqa: PLR0917  an option each, passed by name
        interaction: discord.Interaction[Any],
        prompt: str,
        subject: str | None = None,
        character: str | None = None,
        series: str | None = None,
        rating: str | None = None,
        more_tags: str | None = None,
        shape: str | None = None,
        count: int | None = None,
        seed: app_commands.Range[int, 0, 4294967295] | None = None,
        negative: str | None = None,
        quality: str | None = None,
        year: app_commands.Range[int, 2005, 2025] | None = None,
        style: str | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        sampler: str | None = None,
        model: app_commands.Range[str, 1, 80] | None = None,
        lora: app_commands.Range[str, 1, 300] | None = None,
        draft: bool | None = None,
        private: bool | None = None,
        image: discord.Attachment | None = None,
        strength: app_commands.Range[float, 0.01, 1.0] | None = None,
    ) -> None:
        options = Options(
            prompt=prompt,
            subject=subject,
            character=character,
            series=series,
            rating=rating,
            more_tags=more_tags,
            shape=shape,
            count=count,
            seed=seed,
            negative=negative,
            quality=quality,
            year=year,
            style=style,
            steps=steps,
            guidance=guidance,
            sampler=sampler,
            model=model,
            lora=lora,
            draft=draft,
            private=private,
            strength=strength,
        )
        await changing.begin(interaction, options, image)

    _imagine.__annotations__ |= {
        "count": optional_range(int, 1, limits.max_count),
        "steps": optional_range(int, limits.min_steps, limits.max_steps),
        "guidance": optional_range(float, limits.min_guidance, limits.max_guidance),
    }
    if drafts:
        app_commands.describe(draft=render(says.DRAFT))(_imagine)
    else:
        whole = inspect.signature(_imagine)
        shown = [one for one in whole.parameters.values() if one.name != "draft"]
        _imagine.__signature__ = whole.replace(parameters=shown)  # pyright: ignore[reportFunctionMemberAccess]  (inspect's own)
    choices = [app_commands.Choice(name=sampler, value=sampler) for sampler in limits.samplers]
    app_commands.choices(sampler=choices)(_imagine)
    return Feature(commands=[slash("imagine", render(says.IMAGINE), _imagine)])

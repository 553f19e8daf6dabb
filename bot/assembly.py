"""Builds every object of the bot once and hands each what it needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bot.admission import Admission
from bot.allowance import Allowance
from bot.attachments import Attachments
from bot.commands import help as help_command
from bot.commands import imagine, me
from bot.commands import prompt as prompt_commands
from bot.commands import queue as queue_command
from bot.commands import remix as remix_command
from bot.commands import show as show_command
from bot.delivery import Delivery
from bot.door import Door
from bot.feed import Feed
from bot.flow import Flow
from bot.forecast import Forecast
from bot.keepsakes import Keepsakes
from bot.notices import Notices
from bot.pace import Pace
from bot.post import Post
from bot.previews import Previews
from bot.prompt.tokens import Tokens, folders
from bot.queue import Queue
from bot.recall import Recall
from bot.remixes import Remixes
from bot.rendering import Rendering
from bot.safety.policy import OperatorPolicy
from bot.safety.text.tokens import decoder
from bot.safety.wish import wish
from bot.safety.wording import TextFilter
from bot.scribe import draw_seed
from bot.sieve import Sieve
from bot.steering import Steering
from bot.views.buttons import DraftButton, JobButton
from bot.views.presses import Presses
from bot.views.queue import QueueButton
from bot.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Callable

    import aiohttp

    from bot.app import Eshi
    from bot.budget import EditBudget
    from bot.config import Config
    from bot.engine_client import EngineClient
    from bot.scribe import Scribe
    from bot.store import Store


class Works(NamedTuple):
    """What runs for as long as the bot lives."""

    flow: Flow
    delivery: Delivery


def assemble(
    client: Eshi,
    *,
    config: Config,
    scribe: Scribe,
    words: TextFilter,
    store: Store,
    engine: EngineClient,
    session: aiohttp.ClientSession,
    budget: EditBudget,
    now: Callable[[], float],
) -> Works:
    """Put the parts together around a client that is not connected yet, and give it its commands and buttons."""
    limits = config.bot.limits
    client.words = words
    door = Door(
        client=client,
        operator=OperatorPolicy.of(config.bot.ratings, tagger=config.rates),
        compose=scribe.compose,
        wish=partial(wish, presets=scribe.presets),
        words=client.words,
    )
    lasting = store.patient()
    sieve = Sieve(door, lasting.pictures, rates=config.rates)
    engine.listen(sieve.heard)
    post = Post(client, now=now)
    operator = Allowance.of_operator(limits)
    queue = Queue(max_jobs=limits.max_queue, allowance=operator)
    pace = Pace()
    forecast = Forecast(queue, pace, now=now)
    delivery = Delivery(
        client=client,
        store=lasting,
        post=post,
        door=door,
        sieve=sieve,
        budget=budget,
        notices=Notices(client=client, post=post, store=lasting, door=door),
        now=now,
    )
    rendering = Rendering(
        client=client,
        door=door,
        store=lasting,
        engine=engine,
        pace=pace,
        delivery=delivery,
        sieve=sieve,
        now=now,
    )
    flow = Flow(
        door=door,
        store=store,
        queue=queue,
        feed=Feed(queue, batch_cap=config.model.batch_cap),
        admission=Admission(queue=queue, line=store.line, forecast=forecast, operator=operator, now=now),
        forecast=forecast,
        pace=pace,
        engine=engine,
        rendering=rendering,
        post=post,
        delivery=delivery,
        now=now,
    )
    client.door = door
    client.flow = flow
    client.scribe = scribe
    wishes = Wishes(flow=flow, store=store, limits=limits, presets=scribe.presets, complete=scribe.complete)
    client.wishes = wishes
    client.keepsakes = Keepsakes(store, scribe.complete)
    client.recall = Recall(client=client, flow=flow, sieve=sieve, store=store, now=now)
    client.presses = Presses(
        door=door,
        flow=flow,
        store=store,
        post=post,
        wishes=wishes,
        recall=client.recall,
        draw_seed=draw_seed,
    )
    client.remixes = Remixes(
        door=door,
        flow=flow,
        store=store,
        scribe=scribe,
        wishes=wishes,
        attachments=Attachments(session, config.bot.discord.api),
        now=now,
    )
    client.previews = Previews(
        door=door,
        flow=flow,
        forecast=forecast,
        store=store,
        scribe=scribe,
        wishes=wishes,
        tokens=Tokens(config),
        now=now,
    )
    client.steering = Steering(flow=flow, queue=queue, forecast=forecast, store=store, now=now)
    client.add_dynamic_items(JobButton, DraftButton, QueueButton)
    _add_commands(client, config)
    return Works(flow, delivery)


def _add_commands(client: Eshi, config: Config) -> None:
    limits, presets = config.bot.limits, client.scribe.presets
    client.tree.add_command(imagine.command(limits))
    for command in remix_command.commands():
        client.tree.add_command(command)
    client.tree.add_command(me.group(limits, presets))
    client.tree.add_command(prompt_commands.group())
    client.tree.add_command(show_command.command())
    client.tree.add_command(queue_command.command())
    client.tree.add_command(help_command.command())


def text_filter(config: Config, scribe: Scribe) -> TextFilter:
    """Make the text filter; where the tokenizer's files are at hand, it reads what the model receives too."""
    found = folders(config)
    return TextFilter(scribe.vocabulary, decoder(found[0].parent) if found else None)

"""Builds every object of the bot once and hands each what it needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.actions.imagine import Imagine
from bot.actions.me import Me
from bot.actions.prompt import PromptPreviews
from bot.actions.queue import QueueActions
from bot.actions.remix import Remix
from bot.actions.result_buttons import ResultButtons
from bot.actions.settings import Settings
from bot.actions.show import Show
from bot.attachments import Attachments
from bot.care.moderation import Moderation
from bot.care.own_data import OwnData
from bot.care.report_notices import ReportNotices
from bot.care.reporting import Reporting
from bot.care.retention import Retention
from bot.care.terms import Terms
from bot.checks.admission import Admission
from bot.checks.audit import Audit
from bot.checks.gatekeeper import Gatekeeper
from bot.checks.lockouts import Lockouts
from bot.checks.picture_filter import PictureFilter
from bot.checks.roles import Roles
from bot.commands import about as about_command
from bot.commands import help as help_command
from bot.commands import imagine, me
from bot.commands import prompt as prompt_commands
from bot.commands import queue as queue_command
from bot.commands import remix as remix_command
from bot.commands import settings as settings_commands
from bot.commands import show as show_command
from bot.commands import terms as terms_command
from bot.delivery.delivery import Delivery
from bot.delivery.message_editor import MessageEditor
from bot.delivery.notices import Notices
from bot.flow import Flow
from bot.prompt.prompt_writer import draw_seed
from bot.prompt.tokens import Tokens, folders
from bot.queue.allowance import Allowance
from bot.queue.arrivals import Arrivals
from bot.queue.feed import Feed
from bot.queue.forecast import Forecast
from bot.queue.pace import Pace
from bot.queue.queue import Queue
from bot.rendering import Rendering
from bot.safety.gate_question import gate_question
from bot.safety.policy import OperatorPolicy
from bot.safety.text.tokens import decoder
from bot.safety.wording import TextFilter
from bot.views.about import Facts
from bot.views.buttons import DraftButton, JobButton
from bot.views.own_data import ForgetButton
from bot.views.queue import QueueButton
from bot.views.reported import LockSelect
from bot.views.setting_controls import SettingControl
from bot.views.terms import AcceptButton

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import aiohttp
    from discord import app_commands

    from bot.app import Eshi
    from bot.config import Config
    from bot.delivery.budget import EditBudget
    from bot.engine.client import EngineClient
    from bot.prompt.prompt_writer import PromptWriter
    from bot.reading.reading import Reading
    from bot.store import Store

    Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu


class Works(NamedTuple):
    """What runs for as long as the bot lives."""

    flow: Flow
    delivery: Delivery
    retention: Retention
    audit: Audit


def assemble(
    client: Eshi,
    *,
    config: Config,
    prompt_writer: PromptWriter,
    words: TextFilter,
    store: Store,
    engine: EngineClient,
    session: aiohttp.ClientSession,
    reading: Reading,
    budget: EditBudget,
    now: Callable[[], float],
) -> Works:
    """Put the parts together around a client that is not connected yet, and give it its commands and buttons."""
    limits = config.bot.limits
    client.words = words
    audit = Audit(client, store, client.refusals)
    gatekeeper = Gatekeeper(
        client=client,
        operator=OperatorPolicy.of(config.bot.ratings, tagger=config.rates),
        policies=store.policies,
        roles=Roles(client),
        lockouts=Lockouts(store.strikes, config.bot.strikes, now),
        audit=audit,
        compose=prompt_writer.compose,
        gate_question=partial(gate_question, presets=prompt_writer.presets),
        words=words,
        hides=store.reports.hidden,
        now=now,
    )
    lasting = store.patient()
    picture_filter = PictureFilter(gatekeeper, lasting.pictures, rates=config.rates)
    engine.listen(picture_filter.heard)
    client.terms = Terms(store, config.bot.terms, now=now)
    editor = MessageEditor(client, now=now, refusals=client.refusals, invalid=budget.invalid)
    attachments = Attachments(session, config.bot.discord.api, reading)
    report_notices = ReportNotices(client=client, store=store, audit=audit, now=now)
    reporting = Reporting(store=store, editor=editor, report_notices=report_notices, attachments=attachments, now=now)
    client.moderation = Moderation(
        client=client, gatekeeper=gatekeeper, store=store, editor=editor, report_notices=report_notices, now=now
    )
    operator = Allowance.of_operator(limits)
    queue, arrivals = Queue(max_jobs=limits.max_queue, allowance=operator), Arrivals()
    pace = Pace()
    forecast = Forecast(queue, pace, now=now)
    admission = Admission(queue=queue, line=store.queue, forecast=forecast, operator=operator, now=now)
    delivery = Delivery(
        client=client,
        store=lasting,
        editor=editor,
        gatekeeper=gatekeeper,
        picture_filter=picture_filter,
        budget=budget,
        notices=Notices(client=client, editor=editor, store=lasting, gatekeeper=gatekeeper, refusals=client.refusals),
        now=now,
    )
    rendering = Rendering(
        client=client,
        gatekeeper=gatekeeper,
        store=lasting,
        engine=engine,
        pace=pace,
        delivery=delivery,
        picture_filter=picture_filter,
        now=now,
    )
    flow = Flow(
        gatekeeper=gatekeeper,
        terms=client.terms,
        store=store,
        queue=queue,
        arrivals=arrivals,
        feed=Feed(queue, batch_cap=config.model.batch_cap),
        admission=admission,
        forecast=forecast,
        pace=pace,
        engine=engine,
        rendering=rendering,
        editor=editor,
        delivery=delivery,
        now=now,
    )
    client.gatekeeper = gatekeeper
    client.flow = flow
    client.prompt_writer = prompt_writer
    client.own_data = OwnData(store, flow, client.moderation, now=now)
    client.facts = lambda: Facts(
        model=flow.model_name,
        tagger=gatekeeper.operator.tagger,
        contact=config.bot.about.contact,
        privacy=config.bot.about.privacy,
        retention=config.bot.retention,
    )
    retention = Retention(store, config.bot.retention, config.bot.strikes, now=now)
    imagine = Imagine(
        flow=flow, store=store, limits=limits, presets=prompt_writer.presets, complete=prompt_writer.complete
    )
    client.imagine = imagine
    client.me = Me(store, prompt_writer.complete)
    client.show = Show(client=client, flow=flow, picture_filter=picture_filter, store=store, now=now)
    client.remix = Remix(
        gatekeeper=gatekeeper,
        flow=flow,
        store=store,
        prompt_writer=prompt_writer,
        imagine=imagine,
        attachments=attachments,
        now=now,
    )
    client.result_buttons = ResultButtons(
        gatekeeper=gatekeeper,
        flow=flow,
        store=store,
        editor=editor,
        imagine=imagine,
        show=client.show,
        remix=client.remix,
        reporting=reporting,
        moderation=client.moderation,
        draw_seed=draw_seed,
    )
    client.previews = PromptPreviews(
        gatekeeper=gatekeeper,
        flow=flow,
        forecast=forecast,
        store=store,
        prompt_writer=prompt_writer,
        imagine=imagine,
        tokens=Tokens(config),
        now=now,
    )
    client.settings = Settings(
        gatekeeper=gatekeeper,
        policies=store.policies,
        audit=audit,
        attachments=attachments,
        words=words,
        admission=admission,
        flow=flow,
        limits=operator,
        now=now,
    )
    client.queue_actions = QueueActions(
        flow=flow, queue=queue, arrivals=arrivals, forecast=forecast, store=store, now=now
    )
    client.add_dynamic_items(
        JobButton, DraftButton, QueueButton, SettingControl, AcceptButton, LockSelect, ForgetButton
    )
    for command in _commands(config, prompt_writer):
        client.tree.add_command(command)
    return Works(flow, delivery, retention, audit)


def _commands(config: Config, prompt_writer: PromptWriter) -> Iterator[Command]:
    yield imagine.command(config.bot.limits)
    yield from remix_command.commands()
    yield me.group(config.bot.limits, prompt_writer.presets)
    yield prompt_commands.group()
    yield show_command.command()
    yield queue_command.command()
    yield settings_commands.group()
    yield help_command.command()
    yield terms_command.command()
    yield about_command.command()


def text_filter(config: Config, prompt_writer: PromptWriter) -> TextFilter:
    """Make the text filter; where the tokenizer's files are at hand, it reads what the model receives too."""
    found = folders(config)
    return TextFilter(prompt_writer.vocabulary, decoder(found[0].parent) if found else None)

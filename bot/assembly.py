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
from bot.commands import imagine as imagine_command
from bot.commands import me as me_command
from bot.commands import prompt as prompt_commands
from bot.commands import queue as queue_command
from bot.commands import remix as remix_command
from bot.commands import settings as settings_commands
from bot.commands import show as show_command
from bot.commands import terms as terms_command
from bot.commands.suggestions import Suggestions
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
from bot.routes import Feature
from bot.safety.gate_question import gate_question
from bot.safety.policy import OperatorPolicy
from bot.safety.text.tokens import decoder
from bot.safety.wording import TextFilter
from bot.views.about import Facts

if TYPE_CHECKING:
    from collections.abc import Callable

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
    terms = Terms(store, config.bot.terms, now=now)
    editor = MessageEditor(client, now=now, refusals=client.refusals, invalid=budget.invalid)
    attachments = Attachments(session, config.bot.discord.api, reading)
    report_notices = ReportNotices(client=client, store=store, audit=audit, now=now)
    reporting = Reporting(store=store, editor=editor, report_notices=report_notices, attachments=attachments, now=now)
    moderation = Moderation(
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
        terms=terms,
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
    retention = Retention(store, config.bot.retention, config.bot.strikes, now=now)
    imagine = Imagine(
        flow=flow, store=store, limits=limits, presets=prompt_writer.presets, complete=prompt_writer.complete
    )
    remix = Remix(
        gatekeeper=gatekeeper,
        flow=flow,
        store=store,
        prompt_writer=prompt_writer,
        imagine=imagine,
        attachments=attachments,
        now=now,
    )
    buttons = ResultButtons(
        gatekeeper=gatekeeper,
        flow=flow,
        store=store,
        editor=editor,
        imagine=imagine,
        remix=remix,
        moderation=moderation,
        draw_seed=draw_seed,
    )
    previews = PromptPreviews(
        gatekeeper=gatekeeper,
        flow=flow,
        forecast=forecast,
        store=store,
        prompt_writer=prompt_writer,
        imagine=imagine,
        tokens=Tokens(config),
        now=now,
    )
    settings = Settings(
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
    suggestions = Suggestions(
        gatekeeper=gatekeeper,
        imagine=imagine,
        vocabulary=prompt_writer.vocabulary,
        presets=prompt_writer.presets,
        text_filter=words,
    )
    client.offer(
        (
            imagine_command.feature(imagine, suggestions, limits),
            remix_command.feature(remix),
            me_command.feature(
                Me(store, prompt_writer.complete),
                OwnData(store, flow, moderation, now=now),
                suggestions,
                client.refusals,
                limits,
                prompt_writer.presets,
            ),
            prompt_commands.feature(previews, suggestions),
            show_command.feature(Show(client=client, flow=flow, picture_filter=picture_filter, store=store, now=now)),
            queue_command.feature(
                QueueActions(flow=flow, queue=queue, arrivals=arrivals, forecast=forecast, store=store, now=now)
            ),
            settings_commands.feature(settings),
            help_command.feature(),
            terms_command.feature(terms, flow.ask),
            about_command.feature(
                lambda: Facts(
                    model=flow.model_name,
                    tagger=gatekeeper.operator.tagger,
                    contact=config.bot.about.contact,
                    privacy=config.bot.about.privacy,
                    retention=config.bot.retention,
                )
            ),
            Feature(routes=[*buttons.routes(), *reporting.routes(), *moderation.routes()]),
        )
    )
    return Works(flow, delivery, retention, audit)


def text_filter(config: Config, prompt_writer: PromptWriter) -> TextFilter:
    """Make the text filter; where the tokenizer's files are at hand, it reads what the model receives too."""
    found = folders(config)
    return TextFilter(prompt_writer.vocabulary, decoder(found[0].parent) if found else None)

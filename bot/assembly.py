"""Builds every object of the bot once and hands each what it needs: checks, delivery, flow, and then the features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from bot.actions.help import Help
from bot.actions.imagine import RequestBuilder
from bot.actions.me import Preferences
from bot.actions.prompt import PromptPreviews
from bot.actions.queue import QueueActions
from bot.actions.remix import Remix
from bot.actions.result_buttons import ResultButtons
from bot.actions.settings import Settings
from bot.actions.show import JobViewer
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
from bot.flow.dispatch import Dispatch
from bot.flow.intake import Intake
from bot.flow.journeys import Journeys
from bot.flow.places import Places
from bot.flow.pool import Pool
from bot.flow.recovery import Recovery
from bot.flow.rendering import Rendering
from bot.prompt.prompt_writer import draw_seed
from bot.prompt.tokens import Tokens, folders
from bot.queue.allowance import Allowance
from bot.queue.arrivals import Arrivals
from bot.queue.feed import Feed
from bot.queue.forecast import Forecast
from bot.queue.pace import Pace
from bot.queue.queue import Queue
from bot.routes import Feature
from bot.safety.gate import WITHOUT_TAGGER
from bot.safety.gate_question import gate_question, tags_of
from bot.safety.operator_words import check_operator_words
from bot.safety.policy import OperatorPolicy
from bot.safety.ratings import ORDER, lowest
from bot.safety.text.tokens import decoder
from bot.safety.wording import TextFilter
from bot.views.about import Facts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    import aiohttp
    import discord
    from discord.app_commands import AppCommand

    from bot.config import Config
    from bot.delivery.budget import EditBudget
    from bot.engine.client import EngineClient
    from bot.prompt.prompt_writer import PromptWriter
    from bot.reading.reading import Reading
    from bot.refusals import Refusals
    from bot.store import Store
    from bot.views.licence import Licence


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the parts are built from."""

    client: discord.Client
    """Not connected yet."""
    fetch_commands: Callable[[], Awaitable[Iterable[AppCommand]]]
    """Asks Discord for the commands that it knows, with their ids."""
    config: Config
    prompt_writer: PromptWriter
    text_filter: TextFilter
    licence: Licence
    store: Store
    engine: EngineClient
    session: aiohttp.ClientSession
    reading: Reading
    refusals: Refusals
    budget: EditBudget
    now: Callable[[], float]
    """Unix time in seconds."""


class Works(NamedTuple):
    """What runs for as long as the bot lives, and what begins and ends it."""

    recovery: Recovery
    dispatch: Dispatch
    journeys: Journeys
    delivery: Delivery
    retention: Retention
    audit: Audit


class _Checks(NamedTuple):
    """What is asked before anything is drawn or shown."""

    audit: Audit
    gatekeeper: Gatekeeper
    picture_filter: PictureFilter
    terms: Terms
    attachments: Attachments


class _Sending(NamedTuple):
    """What brings results to Discord."""

    editor: MessageEditor
    delivery: Delivery


class _Flow(NamedTuple):
    """What a job meets between the gate and its delivery."""

    queue: Queue
    arrivals: Arrivals
    forecast: Forecast
    operator: Allowance
    admission: Admission
    pool: Pool
    journeys: Journeys
    places: Places
    dispatch: Dispatch
    intake: Intake


def assemble(given: Given) -> tuple[Works, list[Feature]]:
    """Put the parts together, and collect what people can type and press."""
    store, config, now = given.store, given.config, given.now
    checks = _checks(given)
    sending = _sending(given, checks)
    flow = _flow(given, checks, sending)
    recovery = Recovery(
        store=store.patient(),
        queue=flow.queue,
        pace=flow.pool.pace,
        admission=flow.admission,
        editor=sending.editor,
        journeys=flow.journeys,
        places=flow.places,
        dispatch=flow.dispatch,
        now=now,
    )
    retention = Retention(store, config.bot.retention, config.bot.strikes, now=now)
    works = Works(recovery, flow.dispatch, flow.journeys, sending.delivery, retention, checks.audit)
    return works, [*_features(given, checks, sending, flow)]


def _checks(given: Given) -> _Checks:
    client, config, store, now = given.client, given.config, given.store, given.now
    audit = Audit(client, store, given.refusals)
    gatekeeper = Gatekeeper(
        client=client,
        operator=OperatorPolicy.of(config.bot.ratings, tagger=config.rates),
        policies=store.policies,
        roles=Roles(client),
        lockouts=Lockouts(store.strikes, config.bot.strikes, now),
        audit=audit,
        compose=given.prompt_writer.compose,
        gate_question=partial(gate_question, presets=given.prompt_writer.presets),
        words=given.text_filter,
        hides=store.reports.hidden,
        now=now,
        wildcards=tags_of(",".join(chain.from_iterable(given.prompt_writer.wildcards.values()))),
    )
    picture_filter = PictureFilter(gatekeeper, store.patient().pictures, rates=config.rates)
    given.engine.listen(picture_filter.heard)
    return _Checks(
        audit,
        gatekeeper,
        picture_filter,
        Terms(store, given.licence, config.bot.terms, now=now),
        Attachments(given.session, config.bot.discord.api, given.reading),
    )


def _sending(given: Given, checks: _Checks) -> _Sending:
    client, lasting = given.client, given.store.patient()
    editor = MessageEditor(client, now=given.now, refusals=given.refusals, invalid=given.budget.invalid)
    delivery = Delivery(
        client=client,
        store=lasting,
        editor=editor,
        gatekeeper=checks.gatekeeper,
        picture_filter=checks.picture_filter,
        budget=given.budget,
        notices=Notices(
            client=client, editor=editor, store=lasting, gatekeeper=checks.gatekeeper, refusals=given.refusals
        ),
        now=given.now,
    )
    return _Sending(editor, delivery)


def _flow(given: Given, checks: _Checks, sending: _Sending) -> _Flow:
    config, now, lasting, delivery = given.config, given.now, given.store.patient(), sending.delivery
    operator = Allowance.of_operator(config.bot.limits)
    queue, arrivals = Queue(max_jobs=config.bot.limits.max_queue, allowance=operator), Arrivals()
    pool = Pool(given.engine, Feed(queue, batch_cap=config.model.batch_cap), Pace(), now=now)
    forecast = Forecast(queue, pool.pace, now=now)
    admission = Admission(queue=queue, line=given.store.queue, forecast=forecast, operator=operator, now=now)
    journeys = Journeys(queue=queue, arrivals=arrivals, pool=pool, delivery=delivery, store=lasting)
    places = Places(
        queue=queue, arrivals=arrivals, forecast=forecast, engine=given.engine, journeys=journeys, store=lasting
    )
    rendering = Rendering(
        client=given.client,
        gatekeeper=checks.gatekeeper,
        store=lasting,
        engine=given.engine,
        pace=pool.pace,
        delivery=delivery,
        picture_filter=checks.picture_filter,
        now=now,
    )
    dispatch = Dispatch(
        queue=queue,
        forecast=forecast,
        pool=pool,
        rendering=rendering,
        delivery=delivery,
        journeys=journeys,
        places=places,
        store=lasting,
    )
    intake = Intake(
        accepted=checks.terms.accepted,
        gatekeeper=checks.gatekeeper,
        admission=admission,
        store=given.store,
        lasting=lasting,
        editor=sending.editor,
        arrivals=arrivals,
        places=places,
        dispatch=dispatch,
        now=now,
    )
    return _Flow(queue, arrivals, forecast, operator, admission, pool, journeys, places, dispatch, intake)


def _features(given: Given, checks: _Checks, sending: _Sending, flow: _Flow) -> Iterator[Feature]:
    """Build what each feature does, and take what it hands in; here those that draw something new."""
    config, store, now, writer = given.config, given.store, given.now, given.prompt_writer
    limits, gatekeeper, places = config.bot.limits, checks.gatekeeper, flow.places
    imagine = RequestBuilder(intake=flow.intake, store=store, limits=limits, presets=writer.presets, writer=writer)
    suggestions = Suggestions(
        gatekeeper=gatekeeper,
        imagine=imagine,
        vocabulary=writer.vocabulary,
        presets=writer.presets,
        text_filter=given.text_filter,
    )
    remix = Remix(
        gatekeeper=gatekeeper,
        model_name=lambda: flow.pool.model_name,
        model_hash=lambda: flow.pool.model_hash,
        store=store,
        prompt_writer=writer,
        imagine=imagine,
        attachments=checks.attachments,
        now=now,
    )
    previews = PromptPreviews(
        gatekeeper=gatekeeper,
        intake=flow.intake,
        places=places,
        model_name=lambda: flow.pool.model_name,
        model_hash=lambda: flow.pool.model_hash,
        forecast=flow.forecast,
        store=store,
        prompt_writer=writer,
        imagine=imagine,
        tokens=Tokens(config),
        now=now,
    )
    yield imagine_command.feature(imagine, suggestions, limits)
    yield remix_command.feature(remix)
    yield prompt_commands.feature(previews, suggestions)
    yield from _keeping(given, checks, sending, flow, imagine=imagine, remix=remix, suggestions=suggestions)


def _keeping(
    given: Given,
    checks: _Checks,
    sending: _Sending,
    flow: _Flow,
    *,
    imagine: RequestBuilder,
    remix: Remix,
    suggestions: Suggestions,
) -> Iterator[Feature]:
    """Build what is done with pictures, jobs and settings that are there already."""
    config, store, now, writer = given.config, given.store, given.now, given.prompt_writer
    moderation, reporting = _reports(given, checks, sending)
    own_data = OwnData(store, flow.journeys, moderation, now=now)
    show = JobViewer(
        client=given.client, places=flow.places, picture_filter=checks.picture_filter, store=store, now=now
    )
    queue = QueueActions(
        dispatch=flow.dispatch,
        journeys=flow.journeys,
        places=flow.places,
        queue=flow.queue,
        arrivals=flow.arrivals,
        forecast=flow.forecast,
        store=store,
        now=now,
    )
    buttons = ResultButtons(
        gatekeeper=checks.gatekeeper,
        intake=flow.intake,
        journeys=flow.journeys,
        store=store,
        editor=sending.editor,
        imagine=imagine,
        remix=remix,
        moderation=moderation,
        draw_seed=draw_seed,
    )
    most = lowest(config.bot.ratings.highest, ORDER[-1] if config.rates else WITHOUT_TAGGER)
    me = Preferences(store, writer.complete, lambda text: given.text_filter.never_asked(text, most))
    yield me_command.feature(me, own_data, suggestions, given.refusals, config.bot.limits, writer.presets)
    yield show_command.feature(show)
    yield queue_command.feature(queue)
    yield settings_commands.feature(_settings(given, checks, flow))
    yield help_command.feature(Help(fetch=given.fetch_commands))
    yield terms_command.feature(checks.terms, flow.intake.ask)
    yield about_command.feature(partial(_facts, given, checks, flow))
    yield Feature(routes=[*buttons.routes(), *reporting.routes(), *moderation.routes()])


def _reports(given: Given, checks: _Checks, sending: _Sending) -> tuple[Moderation, Reporting]:
    client, store, now, editor = given.client, given.store, given.now, sending.editor
    notices = ReportNotices(client=client, store=store, audit=checks.audit, now=now)
    moderation = Moderation(
        client=client, gatekeeper=checks.gatekeeper, store=store, editor=editor, report_notices=notices, now=now
    )
    reporting = Reporting(store=store, editor=editor, report_notices=notices, attachments=checks.attachments, now=now)
    return moderation, reporting


def _settings(given: Given, checks: _Checks, flow: _Flow) -> Settings:
    return Settings(
        gatekeeper=checks.gatekeeper,
        policies=given.store.policies,
        audit=checks.audit,
        attachments=checks.attachments,
        words=given.text_filter,
        admission=flow.admission,
        dispatch=flow.dispatch,
        limits=flow.operator,
        now=given.now,
    )


def _facts(given: Given, checks: _Checks, flow: _Flow) -> Facts:
    bot = given.config.bot
    return Facts(
        model=flow.pool.model_name,
        licence=given.licence,
        tagger=checks.gatekeeper.operator.tagger,
        contact=bot.about.contact,
        privacy=bot.about.privacy,
        retention=bot.retention,
    )


def read_text_filter(config: Config, prompt_writer: PromptWriter) -> TextFilter:
    """Make the text filter; where the tokenizer's files are at hand, it reads what the model receives too.

    Raises:
        ConfigError: A preset or a wildcard of the operator's holds what is drawn at no rating.
    """
    found = folders(config)
    words = TextFilter(prompt_writer.vocabulary, decoder(found[0].parent) if found else None)
    check_operator_words(prompt_writer.presets, prompt_writer.wildcards, words, config.bot.ratings.highest)
    return words

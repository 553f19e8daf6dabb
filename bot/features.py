"""Builds what each feature does of the parts that they share, and takes what it hands in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.actions.again import AgainExactly
from bot.actions.changing import Changing
from bot.actions.describe import Describing
from bot.actions.edit import Editing
from bot.actions.help import Help
from bot.actions.imagine import RequestBuilder
from bot.actions.me import Preferences
from bot.actions.more import MoreOfOne
from bot.actions.operator import Operator
from bot.actions.prompt import PromptPreviews
from bot.actions.queue import QueueActions
from bot.actions.remix import Remix
from bot.actions.result_buttons import ResultButtons
from bot.actions.settings import Settings
from bot.actions.show import JobViewer
from bot.actions.unlock import Unlocking
from bot.actions.why import Why
from bot.care.moderation import Moderation
from bot.care.own_data import OwnData
from bot.care.report_notices import ReportNotices
from bot.care.reporting import Reporting
from bot.checks.owners import Owners
from bot.commands import about as about_command
from bot.commands import describe as describe_command
from bot.commands import help as help_command
from bot.commands import imagine as imagine_command
from bot.commands import inpaint as inpaint_command
from bot.commands import me as me_command
from bot.commands import operator as operator_command
from bot.commands import prompt as prompt_commands
from bot.commands import queue as queue_command
from bot.commands import remix as remix_command
from bot.commands import settings as settings_commands
from bot.commands import show as show_command
from bot.commands import terms as terms_command
from bot.commands.suggestions import Suggestions
from bot.prompt.lora_pictures import LoraPictures
from bot.prompt.models import BASE
from bot.prompt.prompt_writer import draw_seed
from bot.prompt.tokens import Tokens
from bot.routes import Feature
from bot.safety.gate import drawable
from bot.views.about import Facts
from bot.views.edit import Offers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.parts import Checks, Flow, Given, Operating, Sending


def features(given: Given, checks: Checks, sending: Sending, flow: Flow) -> Iterator[Feature]:
    """Build what each feature does, and take what it hands in; here those that draw something new."""
    config, store, now, writer = given.config, given.store, given.now, given.prompt_writer
    limits, gatekeeper, places = config.bot.limits, checks.gatekeeper, flow.places
    imagine = RequestBuilder(
        intake=flow.intake,
        store=store,
        limits=limits,
        presets=writer.presets,
        writer=writer,
        offers=given.text_filter.offers,
    )
    suggestions = Suggestions(
        gatekeeper=gatekeeper,
        imagine=imagine,
        vocabulary=writer.vocabulary,
        presets=writer.presets,
        text_filter=given.text_filter,
    )
    offers = Offers(limits, writer.presets)
    editing = Editing(gatekeeper=gatekeeper, store=store, imagine=imagine, offers=offers, now=now)
    remix = Remix(
        gatekeeper=gatekeeper,
        model_name=lambda: flow.pool.model_name,
        model_hash=lambda: flow.pool.model_hash,
        store=store,
        prompt_writer=writer,
        editing=editing,
        attachments=checks.attachments,
        now=now,
    )
    previews = PromptPreviews(
        gatekeeper=gatekeeper,
        places=places,
        model_name=lambda: flow.pool.model_name,
        model_hash=lambda: flow.pool.model_hash,
        store=store,
        prompt_writer=writer,
        imagine=imagine,
        tokens=Tokens(config),
        lora_pictures=LoraPictures(
            writer.loras, config.resolve(config.bot.loras_file).parent if config.bot.loras_file else None
        ),
        now=now,
    )
    changing = Changing(
        gatekeeper=gatekeeper,
        accepted_any=checks.terms.accepted_any,
        store=store,
        imagine=imagine,
        uploads=checks.uploads,
        editing=editing,
        now=now,
    )
    drafts = bool(config.bot.draft.lora) and gatekeeper.operator.tagger
    yield imagine_command.feature(changing, suggestions, limits, drafts=drafts)
    yield inpaint_command.feature(changing, suggestions, limits)
    describing = Describing(
        gatekeeper=gatekeeper,
        store=store,
        uploads=checks.uploads,
        attachments=checks.attachments,
        editing=editing,
        vocabulary=writer.vocabulary,
        offers=given.text_filter.offers,
        describe=given.engines.describe,
        now=now,
    )
    yield describe_command.feature(describing)
    yield remix_command.feature(remix)
    yield Feature(routes=editing.routes())
    yield prompt_commands.feature(previews, suggestions, limits)
    yield from _keeping(given, checks, sending, flow, imagine=imagine, remix=remix, suggestions=suggestions)


def _keeping(
    given: Given,
    checks: Checks,
    sending: Sending,
    flow: Flow,
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
        gatekeeper=checks.gatekeeper,
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
        journeys=flow.journeys,
        store=store,
        editor=sending.editor,
        imagine=imagine,
        editing=remix.editing,
        remix=remix,
        moderation=moderation,
        draw_seed=draw_seed,
    )
    more = MoreOfOne(
        gatekeeper=checks.gatekeeper,
        store=store,
        imagine=imagine,
        limits=config.bot.limits,
        draw_seed=draw_seed,
        describe=given.engines.describe,
    )
    again = AgainExactly(
        gatekeeper=checks.gatekeeper, store=store, imagine=imagine, remix=remix, drawn_with=flow.pool.drawn_with
    )
    me = Preferences(
        store,
        writer.complete,
        lambda text: given.text_filter.never_asked(text, drawable(checks.gatekeeper.operator)[-1]),
    )
    yield me_command.feature(me, own_data, suggestions, given.refusals, config.bot.limits, writer.presets)
    yield show_command.feature(show)
    yield queue_command.feature(queue)
    unlocking = Unlocking(store=store, lockouts=checks.gatekeeper.lockouts, audit=checks.audit, now=now)
    why = Why(gatekeeper=checks.gatekeeper, writer=writer, words=given.text_filter)
    yield settings_commands.feature(_settings(given, checks, flow), why, unlocking)
    yield help_command.feature(Help(fetch=given.fetch_commands))
    yield terms_command.feature(checks.terms, imagine.ask_again)
    yield about_command.feature(partial(_facts, given, checks, flow))
    yield Feature(
        routes=[*buttons.routes(), *more.routes(), *again.routes(), *reporting.routes(), *moderation.routes()]
    )


def operator(given: Given, checks: Checks, operating: Operating) -> Feature:
    """Build what whoever runs the bot does."""
    return operator_command.feature(
        Operator(
            owners=Owners(given.client),
            overview=operating.overview,
            steering=operating.steering,
            presence=operating.presence,
            reload=operating.reload,
            recent=operating.recent,
            audit=checks.audit,
        )
    )


def _reports(given: Given, checks: Checks, sending: Sending) -> tuple[Moderation, Reporting]:
    client, store, now, editor = given.client, given.store, given.now, sending.editor
    notices = ReportNotices(client=client, store=store, audit=checks.audit, now=now)
    moderation = Moderation(
        client=client, gatekeeper=checks.gatekeeper, store=store, editor=editor, report_notices=notices, now=now
    )
    reporting = Reporting(
        store=store,
        editor=editor,
        report_notices=notices,
        moderation=moderation,
        attachments=checks.attachments,
        now=now,
    )
    return moderation, reporting


def _settings(given: Given, checks: Checks, flow: Flow) -> Settings:
    return Settings(
        gatekeeper=checks.gatekeeper,
        policies=given.store.policies,
        audit=checks.audit,
        attachments=checks.attachments,
        admission=flow.admission,
        dispatch=flow.dispatch,
        models=given.prompt_writer.models,
        now=given.now,
    )


def _facts(given: Given, checks: Checks, flow: Flow) -> Facts:
    bot = given.live.config.bot
    return Facts(
        model=flow.pool.model_name,
        licence=checks.terms.licence_of(BASE),
        others=[
            (rule.title, checks.terms.licence_of(rule.name))
            for rule in given.prompt_writer.models.offered()
            if rule.name != BASE
        ],
        tagger=checks.gatekeeper.operator.tagger,
        contact=bot.about.contact,
        privacy=bot.about.privacy,
        retention=bot.retention,
        draft=(bot.draft.lora, bot.draft.licence),
    )

"""Builds what the features share, each part once: checks, delivery, and what a job meets on its way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from bot.attachments import Attachments
from bot.care.terms import Terms
from bot.checks.admission import Admission
from bot.checks.audit import Audit
from bot.checks.gatekeeper import Gatekeeper
from bot.checks.lockouts import Lockouts
from bot.checks.picture_filter import PictureFilter
from bot.checks.roles import Roles
from bot.checks.uploads import Uploads
from bot.delivery.delivery import Delivery
from bot.delivery.message_editor import MessageEditor
from bot.delivery.notices import Notices
from bot.flow.dispatch import Dispatch
from bot.flow.intake import Intake
from bot.flow.journeys import Journeys
from bot.flow.places import Places
from bot.flow.pool import Pool
from bot.flow.rendering import Rendering
from bot.operating.overview import Overview
from bot.operating.presence import Presence
from bot.operating.recent import RecentErrors
from bot.operating.reload import ConfigReload
from bot.operating.steering import Steering
from bot.queue.allowance import Allowance
from bot.queue.arrivals import Arrivals
from bot.queue.forecast import Forecast
from bot.queue.joint_pace import JointPace
from bot.queue.queue import Queue
from bot.safety.gate_question import gate_question, tags_of
from bot.safety.policy import OperatorPolicy
from bot.views.licence import of_models
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    import aiohttp
    import discord
    from discord.app_commands import AppCommand

    from bot.care.retention import Retention
    from bot.config import Config
    from bot.delivery.budget import EditBudget
    from bot.engine.drawing_engine import DrawingEngines
    from bot.measures import BotMeasures
    from bot.operating.reload import Live
    from bot.prompt.prompt_writer import PromptWriter
    from bot.reading.reading import Reading
    from bot.refusals import Refusals
    from bot.safety.wording import TextFilter
    from bot.store import Store
    from bot.views.licence import Licence


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the parts are built from."""

    client: discord.AutoShardedClient
    """Not connected yet."""
    fetch_commands: Callable[[], Awaitable[Iterable[AppCommand]]]
    """Asks Discord for the commands that it knows, with their ids."""
    config: Config
    live: Live
    """The same, and what became of it while the bot runs."""
    prompt_writer: PromptWriter
    text_filter: TextFilter
    licence: Licence
    store: Store
    engines: DrawingEngines
    session: aiohttp.ClientSession
    reading: Reading
    refusals: Refusals
    measures: BotMeasures
    budget: EditBudget
    now: Callable[[], float]
    """Unix time in seconds."""


class Checks(NamedTuple):
    """What is asked before anything is drawn or shown."""

    audit: Audit
    gatekeeper: Gatekeeper
    picture_filter: PictureFilter
    terms: Terms
    attachments: Attachments
    uploads: Uploads


class Sending(NamedTuple):
    """What brings results to Discord."""

    editor: MessageEditor
    delivery: Delivery


class Flow(NamedTuple):
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


class Operating(NamedTuple):
    """What whoever runs the bot sees of it and tells it."""

    overview: Overview
    reload: ConfigReload
    steering: Steering
    presence: Presence
    recent: RecentErrors


def build_operating(given: Given, checks: Checks, flow: Flow, retention: Retention) -> Operating:
    store, now = given.store, given.now
    overview = Overview(
        client=given.client,
        store=store,
        engines=given.engines,
        invalid=given.budget.invalid,
        measures=given.measures,
        data_dir=given.config.data_dir,
        now=now,
    )
    reload = ConfigReload(
        live=given.live,
        gatekeeper=checks.gatekeeper,
        prompt_writer=given.prompt_writer,
        queue=flow.queue,
        admission=flow.admission,
        retention=retention,
        audit=checks.audit,
        now=now,
    )
    steering = Steering(store=store, queue=flow.queue, dispatch=flow.dispatch, audit=checks.audit, now=now)
    return Operating(overview, reload, steering, Presence(overview, flow.queue, flow.dispatch), RecentErrors())


def build_checks(given: Given) -> Checks:
    client, config, store, now = given.client, given.config, given.store, given.now
    audit = Audit(client, store, given.refusals, given.measures.refusals.add)
    gatekeeper = Gatekeeper(
        client=client,
        operator=OperatorPolicy.of(config.bot.ratings, tagger=config.rates),
        policies=store.policies,
        roles=Roles(client),
        lockouts=Lockouts(store.strikes, config.bot.strikes, now),
        audit=audit,
        compose=given.prompt_writer.compose,
        gate_question=partial(
            gate_question,
            presets=given.prompt_writer.presets,
            lora_rule=given.prompt_writer.loras.rule,
            models=given.prompt_writer.models,
        ),
        words=given.text_filter,
        hides=store.reports.hidden,
        now=now,
        wildcards=tags_of(",".join(chain.from_iterable(given.prompt_writer.wildcards.values()))),
    )
    picture_filter = PictureFilter(gatekeeper, store.patient().pictures, rates=config.rates)
    given.engines.listen(picture_filter.heard)
    given.engines.listen(lambda _status: given.prompt_writer.models.heard(_ready(given.engines)))
    given.prompt_writer.models.heard(_ready(given.engines))  # one may be ready since before anybody listened
    given.engines.hear_of_loras(given.prompt_writer.loras.heard)
    attachments = Attachments(given.session, config.bot.discord.api, given.reading)
    return Checks(
        audit,
        gatekeeper,
        picture_filter,
        Terms(store, given.licence, config.bot.terms, now=now, of_models=of_models(config)),
        attachments,
        Uploads(operator=gatekeeper.operator, attachments=attachments, store=store, now=now),
    )


def _ready(engines: DrawingEngines) -> list[wire.Ready]:
    return [worker.status for worker in engines.workers if isinstance(worker.status, wire.Ready)]


def build_sending(given: Given, checks: Checks) -> Sending:
    client, lasting = given.client, given.store.patient()
    editor = MessageEditor(client, now=given.now, refusals=given.refusals, invalid=given.budget.invalid)
    delivery = Delivery(
        client=client,
        store=lasting,
        editor=editor,
        gatekeeper=checks.gatekeeper,
        picture_filter=checks.picture_filter,
        budget=given.budget,
        measures=given.measures,
        notices=Notices(
            client=client, editor=editor, store=lasting, gatekeeper=checks.gatekeeper, refusals=given.refusals
        ),
        now=given.now,
    )
    return Sending(editor, delivery)


def build_flow(given: Given, checks: Checks, sending: Sending) -> Flow:
    config, now, lasting, delivery = given.config, given.now, given.store.patient(), sending.delivery
    operator = Allowance.of_operator(config.bot.limits)
    queue, arrivals = Queue(max_jobs=config.bot.limits.max_queue, allowance=operator), Arrivals()
    pool = Pool(given.engines, queue, JointPace(), now=now)
    forecast = Forecast(queue, pool.pace, now=now)
    admission = Admission(queue=queue, line=given.store.queue, forecast=forecast, operator=operator, now=now)
    journeys = Journeys(queue=queue, arrivals=arrivals, pool=pool, delivery=delivery, store=lasting)
    places = Places(
        queue=queue, arrivals=arrivals, forecast=forecast, engines=given.engines, journeys=journeys, store=lasting
    )
    rendering = Rendering(
        client=given.client,
        gatekeeper=checks.gatekeeper,
        store=lasting,
        delivery=delivery,
        picture_filter=checks.picture_filter,
        measures=given.measures,
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
        editor=sending.editor,
        arrivals=arrivals,
        places=places,
        dispatch=dispatch,
        measures=given.measures,
        now=now,
    )
    return Flow(queue, arrivals, forecast, operator, admission, pool, journeys, places, dispatch, intake)

"""Builds every object of the bot once and hands each what it needs: the shared parts, and then the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.care.retention import Retention
from bot.checks.lora_rules import LoraRulesWatch
from bot.features import features, operator
from bot.flow.queue_filling import QueueFilling
from bot.flow.recovery import Recovery
from bot.flow.restored import Restored
from bot.parts import build_checks, build_flow, build_operating, build_sending
from bot.prompt.tokens import folders
from bot.safety.operator_words import check_lora_words, check_operator_words
from bot.safety.text.tokens import decoder
from bot.safety.wording import TextFilter

if TYPE_CHECKING:
    from bot.checks.audit import Audit
    from bot.config import Config
    from bot.delivery.delivery import Delivery
    from bot.flow.dispatch import Dispatch
    from bot.flow.journeys import Journeys
    from bot.parts import Given, Operating
    from bot.prompt.prompt_writer import PromptWriter
    from bot.routes import Feature


class Works(NamedTuple):
    """What runs for as long as the bot lives, and what begins and ends it."""

    recovery: Recovery
    dispatch: Dispatch
    journeys: Journeys
    delivery: Delivery
    retention: Retention
    audit: Audit
    operating: Operating
    lora_rules: LoraRulesWatch | None
    """None: the operator says nothing of LoRAs."""


def assemble(given: Given) -> tuple[Works, list[Feature]]:
    """Put the parts together, and collect what people can type and press."""
    store, config, now = given.store, given.config, given.now
    checks = build_checks(given)
    sending = build_sending(given, checks)
    flow = build_flow(given, checks, sending)
    patient = store.patient()
    restored = Restored(store=patient, queue=flow.queue, editor=sending.editor, journeys=flow.journeys, now=now)
    filling = QueueFilling(store=patient, queue=flow.queue, pace=flow.pool.pace, admission=flow.admission, now=now)
    recovery = Recovery(
        store=patient,
        queue=flow.queue,
        filling=filling,
        editor=sending.editor,
        journeys=flow.journeys,
        places=flow.places,
        dispatch=flow.dispatch,
        restored=restored,
        now=now,
    )
    retention = Retention(store, config.bot.retention, config.bot.strikes, now=now)
    operating = build_operating(given, checks, flow, retention)
    file = config.bot.loras_file
    watch = LoraRulesWatch(config.resolve(file), given.prompt_writer.loras, given.text_filter) if file else None
    works = Works(recovery, flow.dispatch, flow.journeys, sending.delivery, retention, checks.audit, operating, watch)
    return works, [*features(given, checks, sending, flow), operator(given, checks, operating)]


def read_text_filter(config: Config, prompt_writer: PromptWriter) -> TextFilter:
    """Make the text filter; where the tokenizer's files are at hand, it reads what the model receives too.

    Raises:
        ConfigError: A preset or a wildcard of the operator's holds what is drawn at no rating.
    """
    found = folders(config)
    words = TextFilter(prompt_writer.vocabulary, decoder(found[0].parent) if found else None)
    check_lora_words(prompt_writer.loras.rules.values(), words)
    check_operator_words(prompt_writer.presets, prompt_writer.wildcards, words, config.bot.ratings.highest)
    return words

"""Drafts: few steps by the operator's LoRA, at their cost, and only where pictures are rated."""

import inspect
from types import SimpleNamespace

import pytest

from bot.commands import imagine
from bot.commands.suggestions import Suggestions
from bot.config import Bot, Defaults, DraftSettings, Limits
from bot.errors import InvalidRequest
from bot.prompt import presets
from bot.prompt.completion import Completion, check_offered, options_of, properly
from bot.prompt.compose import compose
from bot.prompt.loras import KnownLoras, LoraRule
from bot.queue.ticket import Ticket, cost_of, weights_of
from bot.request import Input, Options, all_loras, steps_of
from bot.safety.gate import Place, Situation, judge
from bot.safety.gate_question import gate_question
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.wording import TextFilter
from bot.sentences import uploads
from bot.sentences.rendering import plain
from bot.views.card import DRAFTED, MORE, _more
from engine.wire import FoundLora

PRESETS = presets.load()
CONFIG = Bot(draft=DraftSettings(lora="quick", weight=0.9, licence="OpenRAIL++"), limits=Limits(min_steps=10))
NAMES = ("quick", "a", "b", "c", "d")


@pytest.fixture
def known():
    found = KnownLoras({"a": LoraRule(name="a")}, CONFIG.draft)
    found.heard([FoundLora(name=name, hash=f"{at:012x}") for at, name in enumerate(NAMES)])
    return found


def made(known, **options):
    return Completion(
        config=CONFIG,
        presets=PRESETS,
        groups={},
        draw_seed=lambda: 7,
        compose=lambda request: compose(request, PRESETS),
        choose_loras=known.choose,
        draft=known.draft,
    ).complete(Options(subject="1girl", **options))


def test_a_draft_costs_a_seventh(known):
    """Eight steps of one row instead of twenty-eight of two; its LoRA is what the weights have to have."""
    draft, proper = made(known, draft=True, steps=40, guidance=9.0, sampler="ddim"), made(known)
    sampling = draft.sampling
    assert (sampling.sampler, sampling.num_inference_steps, sampling.guidance_scale) == ("lcm", 8, 1.0)
    assert cost_of(draft) == pytest.approx(cost_of(proper) / 7)
    assert weights_of(draft) == "|quick:000000000000:0.9:0.9"
    assert Ticket.of_new(draft, user_id=1, guild_id=None).weights == weights_of(draft)
    assert [one.name for one in all_loras(draft)] == ["quick"]


def test_drawn_properly_it_is_what_would_have_been_drawn(known):
    """With the same seed, words and LoRAs."""
    draft = made(known, draft=True, lora="a:0.5")
    assert properly(draft, CONFIG.defaults) == made(known, lora="a:0.5")
    assert properly(draft, Defaults(steps=20, sampler="euler")).sampling.num_inference_steps == 20


@pytest.mark.parametrize(("steps", "strength", "taken"), [(28, 0.12, 0), (28, 0.13, 1), (50, 0.05, 0), (10, 0.2, 1)])
def test_of_a_draft_that_begins_with_a_picture_its_own_steps_count(known, steps, strength, taken):
    """Eight, whatever was asked for: less than one of them is refused, and never sent."""
    asked = {"image": Input(sha256="ab", width=832, height=1216), "draft": True, "steps": steps, "strength": strength}
    if taken:
        assert steps_of(made(known, **asked)) == taken
        return
    with pytest.raises(InvalidRequest) as refused:
        made(known, **asked)
    assert refused.value.sentence == uploads.less_than_a_step(strength, 8)


def test_a_draft_comes_back_from_a_form_and_from_its_recipe(known):
    """There its LoRA stands among the words, as every other one; beside it three may be chosen."""
    draft = made(known, draft=True, lora="a; b; c")
    assert made(known, draft=options_of(draft).draft, lora="a; b; c") == draft
    assert made(known, lora="a; b; c; quick") == draft
    with pytest.raises(InvalidRequest):
        made(known, draft=True, lora="a; b; c; d")
    check_offered(draft, CONFIG.limits)  # what a draft takes is the operator's own
    assert "quick" not in [one.name for one in known.offered()]


def test_without_its_file_there_are_none(known):
    known.heard([FoundLora(name="a")])
    with pytest.raises(InvalidRequest) as refused:
        made(known, draft=True)
    assert plain(refused.value.sentence).startswith("There are no drafts here")
    with pytest.raises(InvalidRequest):
        KnownLoras({}).draft()


@pytest.mark.parametrize("tagger", [False, True])
def test_the_gate_lets_drafts_through_only_where_pictures_are_rated(known, tagger):
    """No negative prompt counts in them, whatever is forced into it."""
    request = made(known, draft=True)
    asked = gate_question(request, compose(request, PRESETS), PRESETS, known.rule)
    situation = Situation(place=Place.AGE_RESTRICTED, operator=OperatorPolicy(tagger=tagger), server=ServerPolicy())
    assert judge(situation, asked, TextFilter(None)).rule == ("allowed" if tagger else "draft")


@pytest.mark.parametrize("drafts", [False, True])
def test_the_option_is_there_where_there_are_drafts(drafts):
    """And the command never has more than Discord's twenty-five options."""
    gatekeeper = SimpleNamespace(operator=OperatorPolicy())
    suggestions = Suggestions(gatekeeper=gatekeeper, imagine=None, vocabulary=None, presets=PRESETS, text_filter=None)
    [command] = imagine.feature(None, suggestions, Limits(), drafts=drafts).commands
    names = [one.name for one in command.parameters]
    assert ("draft" in names) == drafts
    assert {"count", "steps", "model", "lora"} <= set(names)
    assert len(names) + (not drafts) <= 25 - 2  # image and strength come with another change
    assert "draft" in inspect.getsource(imagine)


def test_the_button_stands_under_drafts_alone(known):
    assert _more(made(known, draft=True)) == (DRAFTED, *MORE)
    assert _more(made(known)) == MORE

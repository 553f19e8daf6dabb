"""Whatever is taken out of the free prompt, the gate judges it at least as strictly as the same words among tags."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Bot
from bot.prompt import people, presets
from bot.prompt.completion import Completion
from bot.prompt.compose import compose
from bot.prompt.foreign.understand import understand_options
from bot.prompt.taking_out import take_out
from bot.prompt.vocabulary import store
from bot.request import Options
from bot.safety.gate import Place, Situation, judge
from bot.safety.gate_question import gate_question
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER, exceeds
from bot.safety.wording import TextFilter

PIECES = (
    *("safe", "sensitive", "nsfw", "explicit", "rating:explicit", "(explicit:1.2)", "{safe|nsfw}", "an explicit scene"),
    *("hatsune miku", "anya (spy x family)", "hatsune miku at the beach", "touhou", "nude", "smile", "1girl", "night"),
    *("a girl with red hair", "loli", "BREAK"),
)
PLACES = (
    Situation(place=Place.OPEN, operator=OperatorPolicy(highest="explicit", tagger=True)),
    Situation(
        place=Place.OPEN,
        operator=OperatorPolicy(highest="explicit", tagger=True),
        server=ServerPolicy(open_limit="sensitive"),
    ),
    Situation(
        place=Place.AGE_RESTRICTED,
        operator=OperatorPolicy(highest="explicit", tagger=True),
        server=ServerPolicy(age_restricted_limit="explicit"),
    ),
)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    return store.load(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def asked(vocabulary):
    """A request of options, and what the gate reads of it."""
    ours = presets.load()
    written = partial(compose, presets=ours, kind=vocabulary.kind)

    def asked(options):
        request = Completion(
            config=Bot(), presets=ours, groups={}, draw_seed=lambda: 7, compose=written, kind=vocabulary.kind
        ).complete(people.fill(take_out(options, vocabulary).options, vocabulary))
        return request, gate_question(request, written(request), ours)

    return asked


@pytest.fixture(scope="module")
def words(vocabulary):
    return TextFilter(vocabulary)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(", ".join),
    st.sampled_from((None, *ORDER)),
    st.sampled_from(PLACES),
)
def test_no_prompt_is_allowed_that_its_words_would_not_be(asked, words, prompt, rating, place):
    """A word in it raises nothing above the place's limit, and none gets past the gate by being taken out."""
    options = understand_options(Options(prompt=f"hat, {prompt}", rating=rating)).options
    taken, question = asked(options)
    plain, as_tags = asked(Options(tags=options.prompt, rating=rating))
    assert taken.rating == plain.rating
    verdict = judge(place, question, words)
    assert judge(place, as_tags, words).allowed or not verdict.allowed
    if verdict.allowed:
        assert not exceeds(words.asks_for(question), words.asks_for(as_tags))
        assert not exceeds(taken.rating, rating or words.asks_for(as_tags))

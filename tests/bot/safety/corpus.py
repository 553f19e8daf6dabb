"""Disguises × weight syntax × doors, through the code that composes and judges real requests."""

from __future__ import annotations

import csv
from functools import cache, partial
from itertools import product
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from bot import config
from bot.errors import InvalidRequest
from bot.prompt import presets, tags
from bot.prompt.completion import Completion
from bot.prompt.compose import compose
from bot.prompt.models import KnownModels
from bot.prompt.vocabulary import store
from bot.prompt.vocabulary.entry import Entry
from bot.request import Options
from bot.safety.gate import Place, Situation, judge
from bot.safety.gate_question import GateQuestion, gate_question
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.verdict import Verdict
from bot.safety.wording import TextFilter
from tests.bot.safety import disguises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.config import Rating

TAG_LIST = Path(__file__).parents[4] / "shared" / "data" / "danbooru.csv"
"""The public list: name, category, posts, aliases; beside the repository, not part of it."""
READ_CATEGORIES = {"0", "3", "4"}
"""General, series and characters."""

CLOTHES = ("clothes", "censored")
GROWN = ("adult", "mature")
POSITIVE = ("tags", "more_tags", "character", "series", "choice", "wildcard")
EVERYWHERE = (*POSITIVE, "negative")


class Attempt(NamedTuple):
    """One way of one person to get one word past the filter; every one must be refused."""

    gatekeeper: str
    text: str
    rating: Rating


@cache
def _presets() -> presets.Presets:
    return presets.load()


@cache
def words() -> TextFilter:
    return TextFilter(store.load(Path("nothing imported")))


def attempts() -> list[Attempt]:
    """Give the whole corpus, in an order that stays."""
    return list(dict.fromkeys(_attempts()))


def _attempts() -> Iterator[Attempt]:
    for listed, doors, rating in (
        (disguises.NEVER[:3], EVERYWHERE, "safe"),
        (disguises.MINORS[:2], EVERYWHERE, "sensitive"),
        (disguises.LEVELS[:3], POSITIVE, "safe"),
        (disguises.RATINGS, POSITIVE, "safe"),
        (CLOTHES, ("negative",), "safe"),
        (GROWN, ("negative",), "sensitive"),
    ):
        for word, spell, weigh, gatekeeper in product(
            listed, disguises.SPELLINGS.values(), disguises.WEIGHTS.values(), doors
        ):
            yield Attempt(gatekeeper, weigh(spell(word)), rating)
    for word, weigh, gatekeeper in product(disguises.TRANSLATED, disguises.WEIGHTS.values(), EVERYWHERE):
        yield Attempt(gatekeeper, weigh(word), "safe")


def sample(everything: list[Attempt] | list[str], fraction: float) -> list[int]:
    """Choose which to try: the same ones every time."""
    return sorted(Random(20).sample(range(len(everything)), round(len(everything) * fraction)))


def verdict(attempt: Attempt, models: KnownModels | None = None, model: str | None = None) -> Verdict:
    """Ask as a member would, in a place that allows exactly this rating; with another checkpoint where one is named."""
    models = models or KnownModels()
    how = {"presets": _presets(), "dialect_of": models.dialect}
    gatekeeper, text, rating = attempt
    options = {
        "choice": {"tags": f"1girl, {{{text}|{text}}}, smile"},
        "wildcard": {"tags": "1girl, __hidden__, smile"},
        "tags": {"tags": f"1girl, {text}, smile"},
        "more_tags": {"tags": "1girl, smile", "more_tags": text},
        "negative": {"tags": "1girl", "negative": f"blurry, {text}"},
    }.get(gatekeeper, {"tags": "1girl", gatekeeper: text})
    try:
        request = Completion(
            config=config.Bot(),
            presets=_presets(),
            groups={"hidden": (text,)},
            draw_seed=lambda: 1,
            compose=partial(compose, **how),
            models=models,
        ).complete(Options(rating=rating, model=model, **options))
        asked = gate_question(request, compose(request, **how), _presets(), models=models)
    except InvalidRequest as error:
        return Verdict(allowed=False, rule="request", sentence=error.sentence)
    situation = Situation(
        place=Place.AGE_RESTRICTED,
        operator=OperatorPolicy(highest=rating),
        server=ServerPolicy(age_restricted_limit=rating),
    )
    return judge(situation, asked, words())


def public_tags() -> list[str]:
    """Give the tags of the public list that a member may type."""
    with TAG_LIST.open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file) if row[1] in READ_CATEGORIES]


def minor(tag: str) -> bool:
    """Tell whether a tag names a child, or what belongs to one: it is refused above safe whatever stands beside it."""
    return not words().offers(Entry(name=tag, kind="general", posts=1), "sensitive")


def refused_tag(tag: str) -> str | None:
    """Tell by which rule a tag that our table leaves at safe is refused at safe; None is allowed, or placed higher.

    A tag that names a child and a name that only an import knows is refused with the unknown word, as it must be.
    """
    if words().level(tag.replace("_", " ")) != "safe":
        return None
    asked = GateQuestion(rating="safe", prompt=tags.join(("1girl", "safe", *tags.read(tag).items)), typed=tag)
    judged = judge(Situation(place=Place.OPEN, operator=OperatorPolicy()), asked, words())
    return None if judged.allowed or judged.rule == "vocabulary" else judged.rule

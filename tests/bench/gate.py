"""The gate over composed requests with the full lists and the full public vocabulary: how long a verdict takes."""

from __future__ import annotations

import csv
import random
import re
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands.suggestions import fits
from bot.prompt.vocabulary import store
from bot.prompt.vocabulary.importing import import_files
from bot.prompt.vocabulary.suggest import suggest
from bot.safety.gate import Place, Situation, judge
from bot.safety.gate_question import GateQuestion
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.wording import TextFilter
from engine.grammar import escape
from tests.bench._piece import Pieces
from tests.bench._rows import noted
from tests.bench.vocabulary import typed_inputs
from tests.bot.safety import disguises

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Rating
    from bot.prompt.vocabulary.vocabulary import Vocabulary

REPOSITORY = Path(__file__).parents[2]
TAGS = REPOSITORY.parent / "shared" / "data" / "danbooru.csv"

REQUESTS = 4_000
WARM_UP = 1_000
"""What a bot has met in its first hour; the tags that people use are few."""
COLD = 100
"""Requests to a bot that has met no tag yet."""
MOST, MOST_SUGGESTED = 5.5, 8.5
"""Times the piece of work beside it: 2 and 3 ms where that takes 0.36."""
ONE_PASS = re.compile(r"[^\W_]+|[^\w\s]")
"""Words and signs: the least that any filter does."""
DISGUISED = 0.03
"""Of the requests: those that somebody dressed up."""
RATINGS: tuple[Rating, ...] = ("safe",) * 12 + ("sensitive",) * 5 + ("nsfw",) * 2 + ("explicit",)
QUALITY = "masterpiece, high score, great score, absurdres"
NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality,"
    " low quality, low score, bad score, average score, signature, watermark, username, blurry"
)
SITUATION = Situation(
    place=Place.AGE_RESTRICTED,
    operator=OperatorPolicy(highest="explicit", tagger=True),
    server=ServerPolicy(age_restricted_limit="explicit", denied=("spider", "clown")),
)


def run() -> list[dict[str, Any]]:
    """Measure; a row a number, ``ok`` None where it was skipped."""
    if not TAGS.is_file():
        return [noted("gate", None, f"skipped: no {TAGS}")]
    with tempfile.TemporaryDirectory() as folder:
        import_files([TAGS], Path(folder))
        start = time.perf_counter()
        vocabulary = store.load(Path(folder))
        words = TextFilter(vocabulary)
        rows = [noted("lists and vocabulary read", time.perf_counter() - start, "s")]
    wishes = _wishes()
    cold_ms = sorted([_verdict_ms(gate_question, words) for gate_question in wishes[:WARM_UP]][:COLD])
    rows.append(noted(f"verdict, median of the first {COLD}", cold_ms[len(cold_ms) // 2], "ms"))
    pieces, took_ms = Pieces(), list[float]()
    for gate_question in wishes[WARM_UP:]:
        pieces.beside()
        took_ms.append(_verdict_ms(gate_question, words))
    took_ms.sort()
    median_ms, slow_ms = took_ms[len(took_ms) // 2], took_ms[len(took_ms) * 99 // 100]
    pass_ms = sorted(_pass_ms(gate_question) for gate_question in wishes[WARM_UP:])[len(took_ms) // 2]
    rows += [
        noted("verdict, median", median_ms, "ms"),
        noted("verdict, in passes of one regular expression over the same text", median_ms / pass_ms, "times"),
        noted("verdict, 99th percentile", slow_ms, "ms"),
        pieces.at_most("verdict, 99th percentile", slow_ms, MOST),
    ]
    return [*rows, *_suggestions(vocabulary, TextFilter(vocabulary))]


def _suggestions(vocabulary: Vocabulary, words: TextFilter) -> list[dict[str, Any]]:
    """Offer while somebody types what a rating may have, by a filter that has met no tag yet; beside all that there is.

    The ratings come as in requests, so most is offered for safe.
    """
    rng = random.Random(5)
    filtered_ms: list[float] = []
    unfiltered_ms: list[float] = []
    pieces = Pieces()
    for field, typed in typed_inputs():
        pieces.beside()
        rating = rng.choice(RATINGS)
        unfiltered_ms.append(_thread_ms(partial(suggest, vocabulary, field, typed)))
        filtered_ms.append(_thread_ms(partial(suggest, vocabulary, field, typed, partial(fits, words, rating, rating))))
    slow, slow_unfiltered = (sorted(took)[len(took) * 99 // 100] for took in (filtered_ms, unfiltered_ms))
    return [
        noted("suggestion for a rating, 99th percentile", slow, "ms"),
        pieces.at_most("suggestion for a rating, 99th percentile", slow, MOST_SUGGESTED),
        noted("the same, to a suggestion that asks nobody", slow / slow_unfiltered, "times"),
    ]


def _thread_ms(work: Callable[[], object]) -> float:
    start = time.thread_time()  # what else the machine does is no cost of the gate
    work()
    return (time.thread_time() - start) * 1e3


def _pass_ms(gate_question: GateQuestion) -> float:
    """Measure what finding the words of a request once takes on this machine."""
    start = time.thread_time()
    for text in (gate_question.prompt, gate_question.negative):
        ONE_PASS.findall(text)
    return (time.thread_time() - start) * 1e3


def _verdict_ms(gate_question: GateQuestion, words: TextFilter) -> float:
    start = time.thread_time()  # what else the machine does is no cost of the gate
    judge(SITUATION, gate_question, words)
    return (time.thread_time() - start) * 1e3


def _wishes() -> list[GateQuestion]:
    """Write requests of the tags that people use, as often as they use them, each different."""
    rng = random.Random(4)
    with TAGS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[1] in {"0", "3", "4"}]
    names, posts = [row[0].replace("_", " ") for row in rows], [int(row[2]) for row in rows]
    dressed = [spell(word) for spell in disguises.SPELLINGS.values() for word in disguises.NEVER]
    wishes: list[GateQuestion] = []
    for _ in range(REQUESTS):
        tags = [escape(tag) for tag in rng.choices(names, posts, k=rng.randint(4, 20))]
        if rng.random() < DISGUISED:
            tags.insert(rng.randrange(len(tags)), rng.choice(dressed))
        rating, typed = rng.choice(RATINGS), ", ".join(tags)
        prompt = f"1girl, {rating}, {typed}, {QUALITY}"
        wishes.append(GateQuestion(rating=rating, prompt=prompt, negative=NEGATIVE, typed=typed, own=QUALITY))
    return wishes


if __name__ == "__main__":
    for measured in run():
        print(measured)

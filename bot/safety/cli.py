"""``python -m bot why``: the gate's verdict about a request that nobody made, by the code that judges the real ones."""

from __future__ import annotations

import json
import secrets
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from bot import config
from bot.config import Rating
from bot.errors import ConfigError, InvalidRequest
from bot.prompt import presets, wildcards
from bot.prompt.cli import add_words
from bot.prompt.completion import Completion
from bot.prompt.compose import compose
from bot.prompt.foreign.understand import understand_options
from bot.prompt.leaving_out import leaving_out
from bot.prompt.taking_out import take_out
from bot.prompt.vocabulary import store
from bot.request import Options
from bot.safety.gate import Place, Situation, explain, judge
from bot.safety.gate_question import GateQuestion, gate_question
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER
from bot.safety.verdict import Verdict
from bot.safety.wording import TextFilter
from bot.sentences.joined import as_written
from bot.sentences.rendering import plain
from engine.wire import SEED_LIMIT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from bot.prompt.compose import Composed
    from bot.request import Request
    from bot.safety.verdict import Step

PLACES = {
    "channel": Place.OPEN,
    "age-restricted": Place.AGE_RESTRICTED,
    "dm": Place.DIRECT,
    "announcement": Place.ANNOUNCEMENT,
    "unknown": Place.UNKNOWN,
    "gone": Place.GONE,
}
PlaceName = Literal["channel", "age-restricted", "dm", "announcement", "unknown", "gone"]

_WORDS = ("prompt", "subject", "character", "series", "more_tags", "negative", "quality", "negative_preset", "style")


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request that nobody made; a line of ``--batch`` is one as JSON."""

    place: PlaceName
    limit: Rating | None = None
    """What the admins set for this place, as far as it can have it; None: what holds before they decide."""
    rating: Rating | None = None
    """None: as where the option is left out."""
    prompt: str | None = None
    subject: str | None = None
    character: str | None = None
    series: str | None = None
    tags: str | None = None
    """What a batch may call the prompt."""
    more_tags: str | None = None
    negative: str | None = None
    quality: str | None = None
    negative_preset: str | None = None
    style: str | None = None
    no_tagger: bool = False


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    parser = commands.add_parser(
        "why",
        help="tell why a request would be allowed or refused, rule by rule",
        description="Tell why a request would be allowed or refused, rule by rule, as /settings why does. "
        "Nothing is drawn or counted. The exit status is 0 for allowed and 1 for refused.",
    )
    parser.add_argument("--place", choices=PLACES, default="channel", help="where it is asked (default: %(default)s)")
    parser.add_argument("--limit", choices=ORDER, help="the highest rating that the admins allow there")
    parser.add_argument("--rating", choices=ORDER, help="content rating of the request (default: safe)")
    add_words(parser, _WORDS)
    parser.add_argument("--no-tagger", action="store_true", help="as if no picture tagger were set up")
    parser.add_argument("--json", action="store_true", help="print JSON with the keys allowed, rule and sentence")
    parser.add_argument("--batch", type=Path, metavar="FILE", help="answer every line of a file: requests as JSON")
    parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict, and without ``--json`` every rule that led to it.

    Returns:
        0 where it is allowed, 1 where it is refused; for a batch 0, since every line has its own answer.

    Raises:
        ConfigError: The configuration or the batch cannot be read.
    """
    answers = _Answers(arguments.config)
    if arguments.batch is not None:
        for line in _lines(arguments.batch):
            print(answers.line(line))
        return 0
    asked = vars(arguments)
    question = Question(**{name: asked[name] for name in Question.__struct_fields__ if name in asked})
    verdict = answers.verdict(question)
    if arguments.json:
        print(_plain(verdict))
    else:
        for step in answers.trail(question):
            print(f"{'passes' if step.allowed else 'REFUSES':7}  {step.rule:10}  {plain(step.sentence)}")
        refused = "" if verdict.allowed else f"Refused by the rule {verdict.rule}: "
        print(f"{refused}{plain(verdict.sentence)}")
    return 0 if verdict.allowed else 1


class _Answers:
    """Everything that is read once, and the verdicts from it."""

    def __init__(self, path: Path | None) -> None:
        read = config.find(path)
        self._config = read.bot
        self._ratings = read.bot.ratings
        if path is None and not read.path.exists():  # without a configuration only the admins' limit counts
            self._ratings = msgspec.structs.replace(self._ratings, highest=ORDER[-1])
        self._presets = presets.load(read.resolve(read.bot.presets_file) if read.bot.presets_file else None)
        self._groups = wildcards.load(read.resolve(read.bot.wildcards_dir)) if read.bot.wildcards_dir else {}
        self._vocabulary = store.load(read.vocabulary_dir)
        self._words = TextFilter(self._vocabulary)
        self._unrated = read.model.rating.by == "none"

    def verdict(self, question: Question) -> Verdict:
        try:
            return judge(self._situation(question), self._gate_question(question), self._words)
        except InvalidRequest as error:
            return Verdict(allowed=False, rule="request", sentence=error.sentence)

    def trail(self, question: Question) -> Iterator[Step]:
        try:
            asked = self._gate_question(question)
        except InvalidRequest:
            return
        yield from explain(self._situation(question), asked, self._words)

    def line(self, line: bytes) -> str:
        """Answer one line of a batch; what is no question is refused like what is no request."""
        try:
            plain: Any = msgspec.json.decode(line)
            if isinstance(plain, dict):
                plain = {str(name).replace("-", "_"): value for name, value in plain.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] -- JSON
            question = msgspec.convert(plain, Question)
        except msgspec.DecodeError as error:
            return _plain(Verdict(allowed=False, rule="request", sentence=as_written(str(error))))
        return _plain(self.verdict(question))

    def _situation(self, question: Question) -> Situation:
        server = ServerPolicy()
        if (limit := question.limit) is not None:
            server = ServerPolicy(open_limit="safe" if limit == "safe" else "sensitive", age_restricted_limit=limit)
        operator = OperatorPolicy.of(self._ratings, tagger=self._rates(question))
        return Situation(place=PLACES[question.place], operator=operator, server=server)

    def _rates(self, question: Question) -> bool:
        """Tell whether pictures are rated: unless the question or the configuration says that nothing rates them."""
        return not question.no_tagger and not self._unrated

    def _gate_question(self, question: Question) -> GateQuestion:
        """Compose the words as ``/imagine`` does; without any, only the rating is asked about."""
        typed = {name: value for name in (*_WORDS, "tags") if (value := getattr(question, name)) is not None}
        if not typed:
            return GateQuestion(rating=question.rating or ORDER[0])
        draw_seed: Callable[[], int] = partial(secrets.randbelow, SEED_LIMIT)
        options = Options(rating=question.rating, **typed)
        if not {"prompt", "subject", "character", "series", "tags", "more_tags"} & typed.keys():
            options = msgspec.structs.replace(options, subject="1girl")
        options = take_out(understand_options(options).options, self._vocabulary).options
        written: Callable[[Request], Composed] = partial(compose, presets=self._presets)
        if not self._rates(question):
            written = leaving_out(written, self._words.unknown_words)
        request = Completion(
            config=self._config, presets=self._presets, groups=self._groups, draw_seed=draw_seed, compose=written
        ).complete(options)
        return gate_question(request, written(request), self._presets)


def _lines(path: Path) -> list[bytes]:
    try:
        return [line for line in path.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def _plain(verdict: Verdict) -> str:
    return json.dumps({"allowed": verdict.allowed, "rule": verdict.rule, "sentence": plain(verdict.sentence)})

"""Generation parameters as text: what WebUI, Forge, Civitai and many others, we among them, write of a picture.

The layout is WebUI's (``infotext_utils.parse_generation_parameters``): the prompt's lines, a line that begins with
``Negative prompt:`` and what follows it, and a last line of ``Key: value`` pairs. People also paste it in code fences,
with one setting a line, with other marks between settings, and with the templates of dynamic prompts behind it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import InvalidRequest
from bot.picture.read import PARAMETERS
from bot.picture.recipes import civitai
from bot.picture.recipes.fields import (
    MAX_CHARS,
    decoded,
    file_name,
    fraction,
    hash_of,
    made,
    rows,
    sides,
    size_of,
    visible,
    whole,
)
from bot.prompt.recipe import Recipe, Resource
from bot.sentences import recipes as says
from engine.wire import SEED_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.picture.read import PictureTexts

PROGRAM = "WebUI"

MAX_JSON_VALUES = 20
"""Bare JSON among the pairs: Civitai writes two, its extension one."""

_NUMBERS = frozenset(
    {"steps", "cfg scale", "cfg", "guidance scale", "guidance", "seed", "size", "resolution", "width", "height"}
)
"""Keys whose value tells a setting from words."""
_CORE = _NUMBERS | {
    *("sampler", "sampler name", "schedule type", "scheduler", "model", "model hash", "model name", "checkpoint"),
    *("clip skip", "denoising strength", "version", "vae", "rng", "width", "height"),
}
"""Keys of a recipe: a line that names none is a line of the prompt."""

KEYS = (
    *("Steps", "Sampler", "Sampler name", "Schedule type", "Scheduler", "CFG scale", "CFG", "Guidance scale", "Seed"),
    *("Size", "Model hash", "Model", "Clip skip", "Denoising strength", "VAE", "Version"),
)
"""Before which a text on one line may have had a line break."""

_KEYS = "|".join(re.escape(key) for key in (*KEYS, "Template", "Negative Template", "Negative prompt"))
ENDS_NO_KEY = "(?<!Variation)(?<!Hires)(?<!ADetailer)"
"""Words whose keys end as other keys begin: what stands behind one is no setting of its own."""
UNMARKED = re.compile(rf"(?<![\s,|;]){ENDS_NO_KEY}\s+(?=(?:{_KEYS}):\s)", re.IGNORECASE)
"""Before a setting that no comma parts from the one before it."""

_VARIATION_SEED, _VARIATION_STRENGTH = "variation seed", "variation seed strength"
"""Of a variation."""

_PAIR = re.compile(r'(\w[\w \-/]{1,64}):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
"""WebUI's ``re_param``, with an end to the key: without one a long line takes quadratic time."""
_ONE = re.compile(r"(\w[\w \-/]{0,64}):\s*(\S.*)")
_OPENS = re.compile(r"\w[\w \-/]{0,64}:\s*\S")
_MARKS = re.compile(r"[|;•·]")
_FENCE = re.compile(r"```(?:[a-zA-Z]{0,12}\n)?(.*?)(?:```|\Z)", re.DOTALL)
_BOLD = re.compile(r"\*\*|__(?=[A-Z])|(?<=:)__")
_LABEL = re.compile(
    r"(?P<negative>negative[ _]prompt|negative|neg(?:ative)? ?prompt|undesired content"
    r"|反向提示词|负面提示词|ネガティブプロンプト)[:\uFF1A]|"
    r"(?P<prompt>(?:positive[ _])?prompt|positive):"
    r"|(?P<template>(?:negative )?template):",
    re.IGNORECASE,
)
"""Without a space before the colon: that is how a prompt says the words themselves (`engine.infotext.clean`)."""
_SURE = ("negative prompt", "negative_prompt", "undesired content", "反向", "负面", "ネガ")
"""Labels that are ones wherever they begin a line, NovelAI's and translated ones too; others need settings."""
_JSON = re.compile(r"(?:^|,\s?)(\w[\w \-/]{1,64}):\s?(?=[\[{])")
_NAMED_HASH = re.compile(r"([^:,]{1,60}): ?([0-9a-fA-F]{2,64})")
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{0,20})?")

_OWN = re.compile(r'^Steps: \d.*, Version: "?Eshi ')
_DATA = re.compile(r'\{\s*"|\[\s*[{"]|<(?:\?xml|!doctype|x:xmpmeta|svg|html)\b', re.IGNORECASE)
_DRAW_THINGS = frozenset({"seed mode", "guidance scale"})
_ADDED = re.compile(r"AddNet Model \d+|LoRA Model(?: \d+)?", re.IGNORECASE)


class _Line(NamedTuple):
    pairs: list[tuple[str, str]]
    core: int
    """How many of its keys are a recipe's."""
    numbers: int
    """And how many of those have the number that belongs to them."""
    whole: bool
    """Whether it is a single pair and nothing else."""

    @property
    def sure(self) -> bool:
        """Tell whether it can be nothing but settings, whatever stands around it."""
        several = self.core > 1 or (len(self.pairs) > 2 and self.pairs[0][0].casefold() in _NUMBERS)  # noqa: PLR2004  WebUI's number
        return self.numbers > 0 and (several or self.whole)


def read(texts: PictureTexts) -> Recipe | None:
    """Read the text of a picture, wherever it stands; a comment without a single key of a recipe is none."""
    named = texts.named.get(PARAMETERS, "")
    candidates = [named, texts.comment, texts.named.get("generation_data", ""), texts.named.get("Comment", "")]
    for text in (*candidates, *texts.exif.values(), texts.named.get("Description", "")):
        if text and not is_data(text) and len(text) <= MAX_CHARS and has_settings(text):
            return parse(text)
    if len(named) > MAX_CHARS or len(texts.comment) > MAX_CHARS:
        longest = max(named, texts.comment, key=len)
        return None if is_data(longest) or "Steps:" not in longest else parse(longest)
    return None


def bare(texts: PictureTexts) -> Recipe | None:
    """Take the text of WebUI's own keyword for a prompt without settings, where nothing else is known of it."""
    named = texts.named.get(PARAMETERS, "")
    return parse(named) if named.strip() and not is_data(named) else None


def is_data(text: str) -> bool:
    """Tell whether it is another program's, and no words: JSON, also where it breaks off, or a page."""
    start = text.lstrip()[:200]
    if start[:1] not in {"{", "[", "<"}:
        return False
    return _DATA.match(start) is not None or decoded(text) is not None or bool(rows(text))


def has_settings(text: str) -> bool:
    """Tell whether a text is more than words."""
    return _settings(_unfenced(text).strip().split("\n")) != {}


def parse(text: str) -> Recipe:
    """Read a parameters text; one without settings is a prompt.

    Raises:
        InvalidRequest: It is too long to be one.
    """
    if len(text) > MAX_CHARS:
        raise InvalidRequest(says.recipe_too_long(len(text), MAX_CHARS))
    lines = [line.strip() for line in _unfenced(text).strip().split("\n")]
    settings = _settings(lines)
    own = _is_own(lines)
    labelled = {kind for line in lines if (found := _LABEL.match(_BOLD.sub("", line))) for kind in _kinds(found)}
    sure = not own and (settings != {} or {"prompt", "negative"} <= labelled)
    prompt: list[str] = []
    negative: list[str] = []
    left_out: list[str] = []
    into = prompt
    for number, line in enumerate(lines):
        if number in settings:
            into = left_out  # what stands behind the settings belongs to neither prompt
            continue
        label = _LABEL.match(_BOLD.sub("", line))
        if label is None or not (label[0].casefold().startswith(_SURE) or sure):
            into.append(line)
            continue
        into = negative if label["negative"] else prompt if label["prompt"] else []  # a template: drawn from already
        into.append(_BOLD.sub("", line)[label.end() :].strip())
    pairs = dict(pair for line in settings.values() for pair in line.pairs)
    folded = {name.casefold() for name in pairs}
    if not negative and folded & _DRAW_THINGS:
        prompt, negative = _draw_things(prompt)
    if behind := " ".join(filter(None, left_out)):
        pairs["Behind the settings"] = behind
    return _recipe("\n".join(prompt).strip(), "\n".join(negative).strip(), pairs)


def _kinds(label: re.Match[str]) -> Iterable[str]:
    return [kind for kind, written in label.groupdict().items() if written]


def _unfenced(text: str) -> str:
    """Take what stands in code fences, if there are any; and line ends as they are everywhere but on Windows."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if "```" not in text:
        return text
    return "\n".join(block.strip("\n") for block in _FENCE.findall(text)) or text.replace("```", "")


def _is_own(lines: list[str]) -> bool:
    """Tell a text of ours, whose prompts are one line each and may look like anything."""
    return _OWN.search(lines[-1]) is not None


def _settings(lines: list[str]) -> dict[int, _Line]:
    """Find the lines that are settings, by their number.

    One counts where a key of a recipe has the number that belongs to it, or where several lines do so together.
    """
    if _is_own(lines):
        return {len(lines) - 1: _read_line(lines[-1].strip())}
    found = {number: line for number, text in enumerate(lines) if (line := _read_line(text.strip())).core}
    sure = {number: line for number, line in found.items() if line.sure}
    if not sure:
        return {}
    # One setting a line: those that name none with a number (Sampler: Euler a) stand beside those that do.
    return {
        number: line
        for number, line in found.items()
        if number in sure or (line.whole and (number - 1 in found or number + 1 in found))
    }


def _read_line(text: str) -> _Line:
    text = _BOLD.sub("", text)
    if "," not in text:
        text = UNMARKED.sub(", ", text)
    if not _OPENS.match(text):
        return _Line([], 0, 0, whole=False)
    pairs = list(_pairs(text))
    core = [(name, value) for key, value in pairs if (name := _named(key)) in _CORE]  # "steps : 3" is none
    numbers = sum(_has_its_number(name, value) for name, value in core)
    return _Line(pairs, len(dict(core)), numbers, whole=len(pairs) == 1 and "," not in text)


def _named(key: str) -> str:
    """Give a key as WebUI has it, whatever its case and the sign between its words."""
    return key.casefold().replace("_", " ")


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    parts = [part.strip() for part in _MARKS.split(text)]
    if len(parts) > 1 and all(_ONE.fullmatch(part) for part in parts if part) and "{" not in text:
        for part in filter(None, parts):
            yield from _pairs(part)
        return
    text, bare_json = _without_json(text)
    yield from ((name.lstrip(), _unquoted(value.strip())) for name, value in _PAIR.findall(text))
    yield from bare_json


def _has_its_number(name: str, value: str) -> bool:
    if name in {"size", "resolution"}:
        return size_of(value) is not None
    return name in _NUMBERS and _NUMBER.fullmatch(value) is not None


def _without_json(line: str) -> tuple[str, list[tuple[str, str]]]:
    """Take out the values that are bare JSON, as Civitai writes them: their commas are no ends of pairs."""
    found: list[tuple[str, str]] = []
    at = 0
    while len(found) < MAX_JSON_VALUES and (match := _JSON.search(line, at)):
        try:
            _, length = json.JSONDecoder().raw_decode(line[match.end() :])
        except (ValueError, RecursionError):
            at = match.end()
            continue
        found.append((match[1], line[match.end() : match.end() + length]))
        line = line[: match.start()] + line[match.end() + length :]
        at = match.start()
    return line, found


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        text = str(json.loads(value))
    except (ValueError, RecursionError):
        return value
    return visible(text)  # "\\ud800" is half a character


def _draw_things(lines: list[str]) -> tuple[list[str], list[str]]:
    """Tell the negative prompt by the dash before it, which is all that this program writes."""
    for number, line in enumerate(lines):
        if number and line.startswith("-"):
            return lines[:number], [line[1:].strip(), *lines[number + 1 :]]
    before, dash, after = "\n".join(lines).rpartition(" -")
    return ([before], [after]) if dash and after[:1].strip() else (lines, [])


class _Pairs:
    """The pairs of a text, each taken once, whatever its case."""

    def __init__(self, pairs: dict[str, str]) -> None:
        self.left = dict(pairs)
        self._names = {_named(name): name for name in reversed(pairs)}

    def take(self, *names: str) -> str:
        for name in names:
            if (written := self._names.get(name)) is not None and written in self.left:
                return self.left.pop(written)
        return ""

    def see(self, name: str) -> str:
        return self.left.get(self._names.get(name, ""), "")


def _recipe(prompt: str, negative: str, pairs: dict[str, str]) -> Recipe:
    found = _Pairs(pairs)
    program = _program(found) if pairs else ""
    size = size_of(found.see("size") or found.see("resolution"))
    if size is not None:
        found.take("size", "resolution")
    elif (size := sides(found.see("width"), found.see("height"))) is not None:
        found.take("width")
        found.take("height")
    checkpoint, resources = civitai.resources(found.take("civitai resources"))
    hashes = decoded(found.take("hashes")) or {}
    model = found.take("model", "model name", "checkpoint") or checkpoint
    model_hash = found.take("model hash")
    named = (
        *(Resource("LoRA", name) for name in _hashed(found.take("lora hashes"))),
        *(Resource("embedding", name) for name in _hashed(found.take("ti hashes"))),
        *_of_hashes(hashes),
        *_added(found),
    )
    return made(
        program,
        dialect="webui" if pairs else "",
        prompt=prompt,
        negative=negative,
        steps=found.take("steps") or None,
        sampler=found.take("sampler", "sampler name"),
        schedule=found.take("schedule type", "scheduler"),
        scale=found.take("cfg scale", "cfg", "guidance scale", "guidance") or None,
        seed=found.take("seed") or None,
        variation=_variation(found),
        size=size,
        model=file_name(model) if re.search(r"\.safetensors|\.ckpt", model) else model,
        model_hash=model_hash if hash_of(model_hash) else str(hashes.get("model", "")),
        resources=[*resources, *named],
        other=found.left,
    )


def _variation(pairs: _Pairs) -> tuple[int, float] | None:
    """Take which variation it is, its seed and its strength; None: it is none, or none that can be drawn, and stays."""
    seed, strength = whole(pairs.see(_VARIATION_SEED)), fraction(pairs.see(_VARIATION_STRENGTH))
    if seed is None or strength is None or not (0 <= seed < SEED_LIMIT and 0 < strength <= 1):
        return None
    pairs.take(_VARIATION_SEED)
    pairs.take(_VARIATION_STRENGTH)
    return seed, strength


def _program(pairs: _Pairs) -> str:
    """Tell whose text it is, by what only its makers write."""
    version, names = pairs.see("version"), {name.casefold() for name in pairs.left}
    for start, program in (("Eshi ", "Eshi"), ("Fooocus", "Fooocus"), ("ComfyUI", "ComfyUI"), ("f", "Forge")):
        if version.startswith(start) and (len(start) > 1 or version[1:2].isdigit()):
            return program
    if "civitai resources" in names or "civitai metadata" in names:
        return civitai.PROGRAM
    if pairs.see("app").startswith("SD.Next"):
        return "SD.Next"
    if "seed mode" in names:
        return "Draw Things"
    if "model" in pairs.left and pairs.see("sampler").startswith("k_"):
        return "AI Horde"
    return PROGRAM


def _hashed(value: str) -> Iterable[str]:
    """Give the names of ``name: hash, name: hash``."""
    return [name.strip() for name, _ in _NAMED_HASH.findall(value)]


def _of_hashes(hashes: object) -> Iterator[Resource]:
    """Give what Civitai's extension names: ``{"model": …, "lora:Ink": …, "embed:bad": …}``."""
    kinds = {"lora": "LoRA", "lyco": "LoRA", "embed": "embedding", "hypernet": "hypernetwork"}
    for name in hashes if isinstance(hashes, dict) else ():  # pyright: ignore[reportUnknownVariableType]
        kind, colon, rest = str(name).partition(":")  # pyright: ignore[reportUnknownArgumentType]
        if colon and kind.casefold() in kinds:
            yield Resource(kinds[kind.casefold()], rest.strip())


def _added(pairs: _Pairs) -> Iterator[Resource]:
    """Give the LoRAs that stand in pairs of their own."""
    for name in [name for name in pairs.left if _ADDED.fullmatch(name)]:
        if (value := pairs.left.pop(name)) and value != "None":
            yield Resource("LoRA", file_name(value.partition("(")[0]))

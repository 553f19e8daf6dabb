"""Writes the caption of a drawing the many ways a member may write it, as tokens and their weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.demo.illustrator.illustrate import BAD
from engine.demo.illustrator.tags import ALWAYS_TRUE, SIDES, STYLE, coloured_tags, quality_tags, tags

if TYPE_CHECKING:
    from random import Random

    from torch import Tensor
    from transformers import CLIPTokenizer

    from engine.demo.illustrator.scene import Scene
    from engine.demo.illustrator.tags import Tags

CHUNK = 75
"""Tokens between start and end, as in every Stable Diffusion."""

_EMPTY = 0.1
"""How many captions say nothing, as guidance needs."""

_FILLED_FIRST = 0.5
"""How many long captions say nothing until their first chunk is nearly full."""

_UNKNOWN = ("gentle breeze", "cinematic lighting", "8k", "soft", "from side", "film grain", "best friends")


@dataclass(frozen=True, slots=True)
class Caption:
    """One text as the encoders read it: chunks of 77 tokens, and by what each hidden state is multiplied."""

    ids: tuple[tuple[int, ...], ...]
    weights: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a caption is spread over chunks, of which only the first has a pooled state."""

    breaks: int = 0
    """How often it breaks off, as at BREAK: most times before the first tag, so that the pooled state knows none, else
    between any two."""
    tokens: int = 0
    """Words that say nothing are strewn in until it is this long; beyond 75 it reaches into the second chunk."""


WHOLE = Layout()


class Writer:
    """Writes captions with one tokenizer."""

    def __init__(self, tokenizer: CLIPTokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, tuple[int, ...]] = {}
        self._comma = self._spell(",")
        self._start, self._end = tokenizer("").input_ids

    def empty(self) -> Caption:
        """Say nothing."""
        return self._chunks([], [])

    def write(self, scene: Scene, random: Random, layout: Layout = WHOLE) -> Caption:
        """Say a part of what a scene shows.

        Args:
            scene: What is drawn.
            random: Chooses what is said.
            layout: How what is said is spread over chunks.
        """
        if random.random() < _EMPTY:
            return self.empty()
        texts = said(scene, random)
        words = [(self._read(text, weight, random), weight) for text, weight in texts]
        first = random.random() < _FILLED_FIRST
        while sum(len(ids) + 1 for ids, _ in words) < layout.tokens:
            filler = self._spell(random.choice((*ALWAYS_TRUE, *_UNKNOWN)))
            words.insert(0 if first else random.randrange(len(words) + 1), (filler, 1.0))
        ends = sorted(random.choice((0, 0, random.randrange(len(words)))) for _ in range(layout.breaks))
        return self._chunks(words, ends)

    def _read(self, text: str, weight: float, random: Random) -> tuple[int, ...]:
        """Spell a tag word by word now and then, as "(red:1.4) hair" would be read."""
        parts = text.split()
        if weight == 1.0 and len(parts) == 2 and text.replace(" ", "").isalpha() and random.random() < 0.05:
            return self._spell(parts[0]) + self._spell(parts[1])
        return self._spell(text)

    def _spell(self, text: str) -> tuple[int, ...]:
        if text not in self._known:
            self._known[text] = tuple(self._tokenizer(text, add_special_tokens=False).input_ids)
        return self._known[text]

    def _chunks(self, words: list[tuple[tuple[int, ...], float]], ends: list[int]) -> Caption:
        chunks: list[list[tuple[int, float]]] = [[]]
        for number, (ids, weight) in enumerate(words):
            chunks += [[] for _ in range(ends.count(number))]
            if len(chunks[-1]) + len(ids) + 1 > CHUNK:
                chunks.append([])
            chunks[-1] += [(token, weight) for token in ids]
            if number < len(words) - 1 and number + 1 not in ends:
                chunks[-1] += [(token, 1.0) for token in self._comma]
        padded = [
            [(self._start, 1.0), *chunk, *[(self._end, 1.0)] * (CHUNK + 1 - len(chunk))] for chunk in chunks
        ]  # fmt: skip
        return Caption(
            tuple(tuple(token for token, _ in chunk) for chunk in padded),
            tuple(tuple(weight for _, weight in chunk) for chunk in padded),
        )


def said(scene: Scene, random: Random) -> list[tuple[str, float]]:
    """Choose what a caption says of a scene, in order, each with its weight; never nothing, and nothing untrue."""
    every = tags(scene)
    keep = random.choices((1.0, 0.8, 0.5, 0.2), (4, 3, 2, 1))[0]

    def chosen(words: tuple[str, ...]) -> list[tuple[str, float]]:
        return [(word, 1.0) for word in words if random.random() < _kept(word, keep)]

    front = [(word, 1.0) for word in every.subject if random.random() < _counted(scene, keep)]
    front += chosen((*every.names, every.rating))
    people = _people(scene, every, keep, random)
    around = chosen(every.scene)
    if random.random() < 0.3:
        for extra in random.sample((*ALWAYS_TRUE, *_UNKNOWN), random.randint(1, 3)):
            around.insert(random.randrange(len(around) + 1), (extra, 1.0))
    if len(scene.people) == 1 and random.random() < 0.4:
        rest = [*people, *around]
        random.shuffle(rest)
    else:
        rest = [*around, *people] if random.random() < 0.2 else [*people, *around]
    if random.random() < 0.8:
        fitting = quality_tags(scene.quality)
        some = [(word, 1.0) for word in fitting if random.random() < random.choice((0.4, 0.9))]
        rest += some or [(random.choice(fitting), 1.0)]
    return [*front, *rest] or [(random.choice(every.subject), 1.0)]


def _people(scene: Scene, every: Tags, keep: float, random: Random) -> list[tuple[str, float]]:
    """Choose what is said of each person; of several, after some tags, where the person stands."""
    words: list[tuple[str, float]] = []
    sides = SIDES.get(len(scene.people), ("",))
    sided = len(scene.people) > 1 and random.random() < _SIDED
    for person, of_person, side in zip(scene.people, every.people, sides, strict=False):
        hair = f"{person.hair_colour} hair"
        kept = [word for word in of_person if random.random() < _kept(word, keep)]
        if person.known and random.random() < 0.5:
            kept = [word for word in kept if word not in _LOOKS and word not in of_person[:3]]
        if (sided or person.emphasis != 1.0) and hair not in kept:
            kept.insert(0, hair)
        for word in kept:
            words.append((word, person.emphasis if word == hair else 1.0))
            if sided and (word == hair or random.random() < 0.15):
                words.append((side, 1.0))
    return words


def _kept(word: str, keep: float) -> float:
    """Give how often a caption says a word of which it says so much: what is striking nobody leaves out."""
    return max(keep, _STRIKING) if word in _STRIKING_TAGS else keep


def _counted(scene: Scene, keep: float) -> float:
    """Give how often a caption says of how many people a scene is."""
    if scene.quality < BAD:
        return min(keep, _ONE_PERSON)
    return max(keep, _ONE_PERSON) if len(scene.people) == 1 else 1.0


_ONE_PERSON = 0.6
"""How often a caption says that there is one person, at least. Any other number it always says: where it says none,
there is one, as whoever names a character and nothing else expects. A bad drawing's is said less: guidance draws away
from it, and where that is one person alone, to two."""

_SIDED = 0.7
"""How often a caption of several people says of each on which side, and then always with which hair."""

_LOOKS = frozenset(coloured_tags())

_STRIKING = 0.85
"""How often a caption says what everybody sees at once."""

_STRIKING_TAGS = frozenset({"closed eyes", "glasses", *(words[0] for words in STYLE.values())})
"""Where these are not said, they are not there."""


def stack(captions: list[Caption], empty: Caption) -> tuple[Tensor, Tensor]:
    """Give tokens and weights, (B, chunks, 77) each; shorter captions end in empty chunks."""
    most = max(len(caption.ids) for caption in captions)
    ids = [caption.ids + empty.ids * (most - len(caption.ids)) for caption in captions]
    weights = [caption.weights + empty.weights * (most - len(caption.weights)) for caption in captions]
    return torch.tensor(ids), torch.tensor(weights)

"""Writes the caption of a training picture the many ways a member may write it, as tokens and their weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.demo.portrait import ALWAYS_TRUE, quality_tags

if TYPE_CHECKING:
    from random import Random

    from transformers import CLIPTokenizer

    from engine.demo.portrait import Portrait

CHUNK = 75
"""Tokens between start and end, as in every Stable Diffusion."""

_UNKNOWN = ("gentle breeze", "detailed", "cinematic lighting", "8k", "soft", "from side", "hand up", "film grain")


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

    def write(self, portrait: Portrait, random: Random, layout: Layout = WHOLE) -> Caption:
        """Say a part of what the picture shows; one caption in ten says nothing, as guidance needs.

        Args:
            portrait: The picture.
            random: Chooses what is said.
            layout: How what is said is spread over chunks.
        """
        if random.random() < 0.1:
            return self.empty()
        tags = self._chosen(portrait, random)
        words = [(self._read(tag, random, portrait), self._weight(tag, portrait)) for tag in tags]
        while sum(len(ids) + 1 for ids, _ in words) < layout.tokens:
            words.insert(random.randrange(len(words) + 1), (self._spell(_noise(random)), 1.0))
        ends = sorted(random.choice((0, 0, random.randrange(len(words)))) for _ in range(layout.breaks))
        return self._chunks(words, ends)

    def _chosen(self, portrait: Portrait, random: Random) -> list[str]:
        keep = random.choices((1.0, 0.8, 0.5, 0.15), (4, 3, 2, 1))[0]
        tags = [tag for tag in portrait.tags() if random.random() < keep]
        if portrait.character and random.random() < 0.6:
            name = random.choice((portrait.character, portrait.character, portrait.series))
            tags = [tag for tag in tags if not _is_look(tag)]
            tags = tags if portrait.character in tags or portrait.series in tags else [name, *tags]
        if portrait.emphasis != 1.0 and (hair := f"{portrait.hair_colour} hair") not in tags:
            tags.append(hair)
        if random.random() < 0.3:
            for extra in random.sample((*ALWAYS_TRUE, *_UNKNOWN), random.randint(1, 3)):
                tags.insert(random.randrange(len(tags) + 1), extra)
        if random.random() < 0.4:
            random.shuffle(tags)
        if random.random() < 0.8:
            fitting = quality_tags(portrait.quality)
            tags += [tag for tag in fitting if random.random() < random.choice((0.4, 0.9))] or [random.choice(fitting)]
        return tags or [random.choice(portrait.tags())]

    def _read(self, tag: str, random: Random, portrait: Portrait) -> tuple[int, ...]:
        """Spell a tag word by word now and then, as "(red:1.4) hair" would be read."""
        words = tag.split()
        if portrait.emphasis == 1.0 and len(words) == 2 and tag.replace(" ", "").isalpha() and random.random() < 0.06:
            return self._spell(words[0]) + self._spell(words[1])
        return self._spell(tag)

    def _weight(self, tag: str, portrait: Portrait) -> float:
        return portrait.emphasis if tag == f"{portrait.hair_colour} hair" else 1.0

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


def _is_look(tag: str) -> bool:
    return tag.endswith((" hair", " eyes", " shirt", " dress", " jacket", " sweater")) or tag in ("twintails", "ahoge")


def _noise(random: Random) -> str:
    return random.choice((*ALWAYS_TRUE, *_UNKNOWN))

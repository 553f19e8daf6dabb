"""People who ask for pictures, again and again until they are answered, and remember what they were promised."""

import asyncio
import contextlib
from dataclasses import dataclass

from bot.sandbox.people.driver import ActRefused, Person

SHAPES = ("square 1:1", "landscape 7:4", "portrait 2:3")
PATIENCE_S = 20.0

WORDS = [
    "apple", "bell", "boat", "book", "bread", "bridge", "candle", "castle", "cloud", "clover",
    "cup", "desk", "door", "drum", "fern", "field", "flower", "forest", "garden", "glove",
    "harbor", "hill", "house", "island", "kettle", "kite", "ladder", "lamp", "lantern", "leaf",
    "maple", "meadow", "mirror", "moon", "mountain", "ocean", "orange", "piano", "pillow", "pond",
]  # fmt: skip
"""Any that are known: without a tagger, others are left out of a safe picture."""

MOST_PEOPLE = 20
"""Whose first word is their own; what follows in `WORDS` is for their requests."""


@dataclass(frozen=True)
class Wish:
    """One request, told apart from all others by its tag and its seed."""

    tag: str
    seed: int
    count: int
    steps: int
    shape: str
    pause_s: float
    """Before it is asked for."""


@dataclass(frozen=True)
class Promise:
    """A wish whose message stands in a channel."""

    wish: Wish
    person: Person
    channel: str
    message_id: str


def wishes(chance, number, *, jobs, seconds, light):
    """What one person wants, spread over this time; light is what a real engine draws in two seconds on a CPU."""
    return [
        Wish(
            tag=f"{WORDS[number]}, {WORDS[MOST_PEOPLE + job]}",
            seed=chance.randrange(2**32),
            count=1 if light else chance.choice((1, 1, 2)),
            steps=2 if light else chance.choice((2, 4, 12)),
            shape=chance.choice(SHAPES),
            pause_s=chance.uniform(0.0, 2.0) * seconds / jobs,
        )
        for job in range(jobs)
    ]


async def ask_for_all(person, channel, wanted, promises, *, hurry):
    """Ask for one after the other, each until it stands in a channel; without pauses once `hurry` is set."""
    for wish in wanted:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hurry.wait(), wish.pause_s)
        while True:
            if (message := await _ask(person, channel, wish)) is not None:
                promises.append(Promise(wish, person, channel, message))
                break
            await asyncio.sleep(0.5)


async def _ask(person, channel, wish):
    """Ask once; gives the message that promises a picture, or None."""
    try:
        sent = await person.slash(
            channel,
            "imagine",
            subject="1girl",
            prompt=wish.tag,
            seed=wish.seed,
            count=wish.count,
            steps=wish.steps,
            shape=wish.shape,
        )
        outcome = await person.outcome(sent, timeout_s=PATIENCE_S)
        if outcome["event"] != "interaction.answer":
            return None
        message = await person.answer(sent, timeout_s=PATIENCE_S)
    except (ActRefused, TimeoutError):
        return None
    return None if message["flags"] & 64 else message["id"]

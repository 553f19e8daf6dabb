"""People who ask for pictures, again and again until they are answered, and remember what they were promised."""

import asyncio
import contextlib
from dataclasses import dataclass, replace

from bot.sandbox.people.driver import ActRefused, Visitor, control
from tests.chaos.seen import job_of, latest
from tests.journey.people import gallery, labels

SHAPES = ("square 1:1", "landscape 7:4", "portrait 2:3")
PATIENCE_S = 20.0

WORDS = [
    "apple", "bell", "boat", "book", "bread", "bridge", "candle", "castle", "cloud", "clover",
    "cup", "desk", "door", "drum", "fern", "field", "flower", "forest", "garden", "glove",
    "harbor", "hill", "house", "island", "kettle", "kite", "ladder", "lamp", "lantern", "leaf",
    "maple", "meadow", "mirror", "moon", "mountain", "ocean", "orange", "piano", "pillow", "pond",
]  # fmt: skip
"""Any that are known: without a tagger, others are left out of a safe picture."""

EVERY, LIGHT_EVERY = 4, 10
"""Of so many wishes of somebody's one is more of a picture that is there; a real engine enlarges one in six seconds."""

WAYS = {
    "Subtle": ("Vary …", "subtle", 4),
    "Strong": ("Vary …", "strong", 4),
    "×1.5": ("Enlarge …", "larger", 1),
    "Zoom out": ("Extend …", "extend_out", 1),
    "Right": ("Extend …", "extend_right", 1),
    "Centre": ("Detail …", "detail", 1),
}
"""What is pressed; under which button it is found, what it makes, and how many pictures."""

LORAS = ("ink", "wash")
"""What the stand-in says that it has; a real engine has none here."""

SETS = ("", "", "ink:0.8", "wash:0.5", "ink:0.4; wash:0.4")

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
    lora: str = ""
    """As it is typed: of those that the stand-in has, `LORAS`."""
    way: str = ""
    """Of `WAYS`: how more is made of an earlier picture, whose words, steps and shape it has; "": it is in words."""


@dataclass(frozen=True)
class Promise:
    """A wish whose message stands in a channel."""

    wish: Wish
    person: Visitor
    channel: str
    message_id: str
    parent: tuple[str, int] | None = None
    """The job of the picture that more is made of, and which picture."""


def wishes(chance, number, *, jobs, seconds, light):
    """What one person wants, spread over this time; light is what a real engine draws in two seconds on a CPU."""
    wanted = [
        Wish(
            tag=f"{WORDS[number]}, {WORDS[MOST_PEOPLE + job]}",
            seed=chance.randrange(2**32),
            count=1 if light else chance.choice((1, 1, 2)),
            steps=2 if light else chance.choice((2, 4, 12)),
            shape=chance.choice(SHAPES),
            pause_s=chance.uniform(0.0, 2.0) * seconds / jobs,
            lora="" if light else chance.choice(SETS),
        )
        for job in range(jobs)
    ]
    ways, every = (("×1.5",), LIGHT_EVERY) if light else (tuple(WAYS), EVERY)
    return [_more(wish, chance.choice(ways)) if job % every == every - 1 else wish for job, wish in enumerate(wanted)]


def _more(wish, way):
    return replace(wish, way=way, count=WAYS[way][2], lora="")


async def ask_for_all(person, channel, wanted, promises, *, chance, hurry):
    """Ask for one after the other, each until it stands in a channel; without pauses once `hurry` is set."""
    for wish in wanted:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hurry.wait(), wish.pause_s)
        while True:
            asking = _ask_for_more(person, wish, promises, chance) if wish.way else _ask(person, channel, wish)
            promise = await asking
            if promise is not None:
                promises.append(promise)
                break
            await asyncio.sleep(0.5)


async def _ask(person, channel, wish):
    """Ask once; gives the promise of a picture, or None."""
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
            **({"lora": wish.lora} if wish.lora else {}),
        )
        message = await _answered(person, sent)
    except (ActRefused, TimeoutError):
        return None
    return None if message is None or message["flags"] & 64 else Promise(wish, person, channel, message["id"])


async def _ask_for_more(person, wish, promises, chance):
    """Press once under a picture that somebody was promised and got, and in the question; as `_ask`."""
    button, _, _ = WAYS[wish.way]
    messages = latest(person)
    got = [messages[one.message_id] for one in promises if one.message_id in messages]
    pictures = [one for one in got if gallery(one) and button in labels(one)]
    if not pictures:
        return None
    picture = chance.choice(pictures)
    try:
        question = await _answered(person, await person.press(picture, control(picture, button)))
        offered = [] if question is None else [one for one in labels(question) if one.split(" · ")[0] == wish.way]
        if not offered:
            return None  # it would be too large, or is refused
        pressed = chance.choice(offered)
        message = await _answered(person, await person.press(question, control(question, pressed)))
    except (ActRefused, TimeoutError):
        return None
    if message is None or message["flags"] & 64:
        return None
    number = int(pressed.partition(" · ")[2] or 1) - 1
    return Promise(wish, person, picture["channel_id"], message["id"], parent=(job_of(picture), number))


async def _answered(person, sent):
    outcome = await person.outcome(sent, timeout_s=PATIENCE_S)
    return await person.answer(sent, timeout_s=PATIENCE_S) if outcome["event"] == "interaction.answer" else None

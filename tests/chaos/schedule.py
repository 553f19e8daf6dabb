"""What goes wrong and when: all of it follows from the seed."""

from random import Random
from typing import NamedTuple

EDITS = "PATCH /webhooks/*/*/messages/*"
OWN_EDITS = "PATCH /channels/*/messages/*"
ANSWERS = "POST /interactions/*/*/callback"
ORIGINALS = "GET /webhooks/*/*/messages/@original"

DISCORD = (
    {"fault": "answer", "route": EDITS, "status": 502, "times": 3},
    {"fault": "answer", "route": EDITS, "status": 429, "times": 3, "retry_after_s": 0.3},
    {"fault": "reset", "route": EDITS, "times": 2, "after_bytes": 2048},
    {"fault": "lose", "route": EDITS, "times": 2},
    {"fault": "answer", "route": OWN_EDITS, "status": 502, "times": 2},
    {"fault": "reset", "route": OWN_EDITS, "times": 2},
    {"fault": "answer", "route": ANSWERS, "status": 502, "times": 1},
    {"fault": "reset", "route": ANSWERS, "times": 1},
    {"fault": "lose", "route": ANSWERS, "times": 2},
    {"fault": "answer", "route": ORIGINALS, "status": 502, "times": 2},
    {"fault": "delay", "route": EDITS, "times": 2, "delay_s": 1.5},
    {"fault": "drop", "code": 1006},
    {"fault": "reconnect"},
    {"fault": "invalidate", "resumable": False},
    {"fault": "refuse", "times": 1},
)
"""What Discord does now and then; as the local Discord's developer writes it."""

DISK_S = 4.0
"""How long the disk is full."""


class Trouble(NamedTuple):
    """One thing that goes wrong."""

    at_s: float
    """From the beginning."""
    what: str
    """``kill engine``, ``kill bot``, ``disk``, ``expire``, ``delete`` or ``discord``."""
    fault: dict | None = None
    """Of ``discord``: what is posted to its developer's API."""


def schedule(seed: int, *, kills: int, seconds: float) -> list[Trouble]:
    """Lay out so many kills, at least a third of them each of engine and bot, and everything else between them."""
    chance = Random(seed)
    victims = ["kill engine", "kill bot"] * (kills // 3)
    victims += chance.choices(["kill engine", "kill bot"], k=kills - len(victims))
    chance.shuffle(victims)
    whens = sorted(chance.uniform(1.0, seconds) for _ in victims)
    troubles = [Trouble(when, victim) for when, victim in zip(whens, victims, strict=True)]
    faults = [DISCORD[number % len(DISCORD)] for number in range(max(6, kills))]
    chance.shuffle(faults)
    troubles += [Trouble(chance.uniform(0.0, seconds), "discord", fault) for fault in faults]
    troubles += [Trouble(chance.uniform(0.0, seconds), "expire") for _ in range(1 + kills // 10)]
    troubles.append(Trouble(chance.uniform(0.3, 0.7) * seconds, "disk"))
    troubles += [Trouble(chance.uniform(0.1, 1.0) * seconds, "delete") for _ in range(1 + kills // 10)]
    return sorted(troubles, key=lambda trouble: trouble.at_s)

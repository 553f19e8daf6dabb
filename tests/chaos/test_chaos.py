"""The short form of ``make chaos``: whatever breaks, everybody gets what they were promised, once."""

import os

from bot.safety.wording import TextFilter
from tests.chaos.asking import WORDS
from tests.chaos.run import run
from tests.chaos.schedule import schedule

SEED = int(os.environ.get("SEED", "20261"))
"""``SEED=… make test`` runs another schedule."""


def test_a_seed_is_a_schedule():
    """The same one for ever, with as many kills as were asked for, and everything else that can go wrong."""
    troubles = schedule(SEED, kills=30, seconds=300.0)
    assert troubles == schedule(SEED, kills=30, seconds=300.0)
    assert troubles != schedule(SEED + 1, kills=30, seconds=300.0)
    kinds = [trouble.what for trouble in troubles]
    assert kinds.count("kill engine") + kinds.count("kill bot") == 30
    assert min(kinds.count("kill engine"), kinds.count("kill bot")) >= 10
    assert kinds.count("disk") == 1
    assert {"expire", "discord"} <= set(kinds)
    assert all(0 <= trouble.at_s <= 300.0 for trouble in troubles)


def test_every_wish_has_words_of_its_own_that_are_drawn():
    """Unknown ones would be left out where no tagger rates, and a picture of a real engine be told apart by none."""
    assert len(set(WORDS)) == len(WORDS)
    known = TextFilter(None)
    assert not [word for word in WORDS if known.unknown_words(word)]


async def test_everybody_gets_what_they_were_promised(tmp_path):
    """Forty jobs of ten people, six kills, a full disk, dead tokens, a deleted message and a stumbling Discord.

    Ten of the jobs are Vary or Enlarge under earlier pictures.

    All the while a hostile member does what hurts: bot and reader are no larger in the end.
    """
    said = []
    verdict = await run(tmp_path, seed=SEED, jobs=40, people=10, kills=6, seconds=16.0, say=said.append)
    assert verdict.wrong == [], "\n".join([f"SEED={SEED}", *said, *verdict.wrong])
    assert any(line.startswith("the hostile member: {") for line in said)
    assert verdict.promised + len(verdict.withdrawn) == 40
    assert verdict.more == 10
    assert verdict.good, "\n".join([f"SEED={SEED}", *said, *verdict.told])

"""Somebody attaches files that are made to hurt, and nobody else notices."""

import asyncio
from itertools import cycle

import psutil
import pytest

from tests import hostile
from tests.journey.people import refusal_of, shown

pytestmark = pytest.mark.asyncio(loop_scope="session")

KIB, MIB = 1 << 10, 1 << 20


async def answered(person, interaction_id):
    """What came of an act: a sentence for nobody else, or the form, where a file did say something."""
    outcome = await person.outcome(interaction_id)
    assert outcome["event"] == "interaction.answer", outcome
    message = await shown(person, interaction_id)
    return message["content"] if not message["components"] else "a form"


def reader_of(studio):
    """The process that reads strangers' files; None while there is none."""
    children = psutil.Process(studio.process("bot").pid).children()
    return next((child for child in children if "bot.reading.reader" in child.cmdline()), None)


async def test_forty_hostile_files_hold_nobody_up(studio, yuki, mio, nico):
    """Each of them is answered with a sentence, or a form where it says something, and somebody else's help comes.

    That the bot's event loop was never held up is what the studio looks for after every test.
    """
    for (name, make), person in zip(hostile.FILES.items(), cycle((yuki, mio)), strict=False):
        upload = await person.upload("a.png", make(4 * MIB if name == hostile.WORST else 100 * KIB))
        act = await person.slash(person.channel("general"), "remix", picture=upload)
        assert "Something went wrong" not in await helped(nico)
        assert (await answered(person, act)).endswith((".", "form")), name
    assert reader_of(studio).memory_info().rss < 100 * MIB


async def helped(person):
    """What they read who ask for help."""
    return (await shown(person, await person.slash(person.channel("general"), "help")))["content"]


async def test_a_reader_that_is_killed_is_started_again(studio, yuki):
    """Whoever asks next gets an answer as before."""
    for _ in range(2):
        upload = await yuki.upload("a.png", hostile.png())
        said = await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "remix", picture=upload))
        assert "no recipe in this picture" in said
        reader = reader_of(studio)
        reader.kill()
        await asyncio.to_thread(psutil.wait_procs, [reader], timeout=10)


async def test_a_person_with_many_files_at_once_is_told_to_wait(studio, yuki, nico):
    """Two at a time are taken of each; everything gets an answer, and somebody else's help comes meanwhile."""
    channel = yuki.channel("general")
    uploads = [await yuki.upload("a.png", hostile.FILES[hostile.WORST](2 * MIB)) for _ in range(6)]
    acts = [await yuki.slash(channel, "remix", picture=upload) for upload in uploads]
    assert "Something went wrong" not in await helped(nico)
    said = [await refusal_of(yuki, act) for act in acts]
    assert all(sentence.endswith(".") and "Something went wrong" not in sentence for sentence in said)
    assert reader_of(studio) is not None

"""Refused words warn and lock; an admin lifts that in one server, the operator in all, and nobody for themselves."""

import asyncio
import sys

import pytest

from bot.sandbox.people.driver import ActRefused
from tests.journey.conftest import ROOT
from tests.journey.people import choose, gallery, refusal_of, result_of, settings, shown

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def ask(person, tags, channel=None):
    return await person.slash(channel or person.channel("general"), "imagine", subject="1girl", prompt=tags)


async def unlock(admin, member):
    return await shown(admin, await admin.slash(admin.channel("general"), "settings unlock", member=member.id))


async def lock(person):
    """Be refused for words until it locks; give what was said."""
    return [await refusal_of(person, await ask(person, "nude")) for _ in range(3)]


async def test_mild_words_warn_of_nothing_and_lock_nobody_out(yuki):
    """They belong to `sensitive`: the word is named, and what would be allowed; however often."""
    for _ in range(4):
        no = await refusal_of(yuki, await ask(yuki, "swimsuit, beach"))
        assert no == (
            "“swimsuit” belongs to `sensitive`, and this request is `safe`. Here you can ask for up to `safe`. "
            "Please leave it out."
        )
    no = await refusal_of(yuki, await ask(yuki, "swimsuit, beach", yuki.channel("after-dark")))
    assert no.endswith("Here you can ask for up to `sensitive`: add `rating:sensitive`, or leave it out.")
    assert gallery(await result_of(yuki, await ask(yuki, "smile")))


async def test_an_admin_lifts_a_lock_in_their_own_server_alone(ada, yuki):
    """It warns first; then it holds everywhere, until an admin says otherwise for one server, and the log tells it."""
    log = ada.channel("gallery")
    async with settings(ada) as screen:
        await choose(ada, screen, "log_channel", log)
        first, second, third = await lock(yuki)
        assert "This refusal counts: it is 1 of 3. After 3 you cannot draw for 10 minutes." in first
        assert "it is 2 of 3" in second
        assert "After several refusals like this you are locked out." in third
        for place in (yuki.channel("general"), yuki.direct_message):
            assert "You are locked out." in await refusal_of(yuki, await ask(yuki, "smile", place))
        done = await unlock(ada, yuki)
        assert done["content"] == f"<@{yuki.id}> can draw again in this server. Other servers decide for themselves."
        assert gallery(await result_of(yuki, await ask(yuki, "smile")))
        assert "You are locked out." in await refusal_of(yuki, await ask(yuki, "smile", yuki.direct_message))
        heard = await ada.wait_for(lambda m: m["channel_id"] == log and "**Let draw again**" in m["content"])
        assert f"<@{ada.id}>" in heard["content"]
        assert f"for <@{yuki.id}>" in heard["content"]
        assert "it is 1 of 3" in await refusal_of(yuki, await ask(yuki, "nude")), "here it counts from the lift on"


async def test_of_two_presses_one_lifts(ada, mio, yuki):
    """The other reads that nobody is locked out."""
    admin = next(one["id"] for one in ada.state["guilds"][0]["roles"] if one["name"] == "admin")
    role = f"/guilds/{ada.guild}/members/{mio.id}/roles/{admin}"
    await ada.call("PUT", role)
    try:
        await lock(yuki)
        answers = await asyncio.gather(unlock(ada, yuki), unlock(mio, yuki), unlock(ada, yuki))
    finally:
        await ada.call("DELETE", role)
    said = sorted("can draw again" in one["content"] for one in answers)
    assert said == [False, False, True]
    assert any(one["content"] == f"<@{yuki.id}> is not locked out in this server." for one in answers)


async def test_nobody_lifts_their_own_lock_and_no_member_anybodys(ada, yuki, nico):
    """An admin who was locked out asks another; without the right there is no command, and none is obeyed."""
    admin = next(one["id"] for one in ada.state["guilds"][0]["roles"] if one["name"] == "admin")
    role = f"/guilds/{ada.guild}/members/{yuki.id}/roles/{admin}"
    await lock(yuki)
    await lock(nico)
    with pytest.raises(ActRefused):
        await unlock(yuki, nico)
    await ada.call("PUT", role)
    try:
        assert (await unlock(yuki, yuki))["content"] == (
            "Nobody can end or change their own lock. Please ask somebody else."
        )
        assert "can draw again" in (await unlock(yuki, nico))["content"]
    finally:
        await ada.call("DELETE", role)
    assert "You are locked out." in await refusal_of(yuki, await ask(yuki, "smile"))


async def test_the_operator_lifts_everywhere_from_the_terminal(studio, yuki):
    """While the bot runs: the next request is drawn, in direct messages too."""
    await lock(yuki)
    command = ("-m", "bot", "unlock", str(yuki.id), "--config", str(studio.config))
    for said in ("can draw again everywhere", "was not locked out"):
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, env=studio.environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        assert told.decode() == f"{yuki.id} {said}.\n"
    assert gallery(await result_of(yuki, await ask(yuki, "smile", yuki.direct_message)))

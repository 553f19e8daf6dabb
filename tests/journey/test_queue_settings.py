"""What admins decide about the line holds for what waits and for the next request, and within the operator's limits."""

import pytest

from bot.sandbox.people.driver import control
from tests.journey.people import choose, refusal_of, settings, shown, turn, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def ask(person, **options):
    return await person.slash(person.channel("general"), "imagine", **{"prompt": "1girl", **options})


async def waiting(person, **options):
    """The message of a request that was taken."""
    message = await person.answer(await ask(person, **options))
    assert control(message, "Cancel")
    return message


async def cancel(person, messages):
    for message in messages:
        await person.press(message, control(message, "Cancel"))
        await person.wait_for(lambda m, one=message: m["id"] == one["id"] and "Cancelled." in words(m))


async def opened(admin, screen, scope):
    return await admin.modal(await admin.press(screen, f"v1:set:limits:{scope}"))


async def send(admin, form, **limits):
    """Send a form with some fields changed; their names say what stood there."""
    fields = {one["component"]["custom_id"] for one in form["components"]}
    typed = {field: limits[name] for field in fields if (name := field.partition(":")[0]) in limits}
    assert len(typed) == len(limits)
    return await admin.submit(form, **typed)


async def limit(admin, screen, scope, **limits):
    """Change limits in their form, and give the screen as it is then."""
    return await shown(admin, await send(admin, await opened(admin, screen, scope), **limits))


async def steer(moderator, label):
    """Press a switch of the server's line."""
    message = await moderator.answer(await moderator.slash(moderator.channel("general"), "queue"))
    message = await moderator.answer(await moderator.press(message, control(message, "This server")))
    await moderator.answer(await moderator.press(message, control(message, label)))


async def drawn_at_once(person):
    message = await person.answer(await person.slash(person.channel("general"), "queue"))
    return words(message).count("Being drawn")


async def drawing(person, message):
    return await person.wait_for(lambda m: m["id"] == message["id"] and "step " in words(m))


async def test_how_much_somebody_may_have_waiting_is_changed_at_once(ada, mio, yuki):
    """Lowered, the next request is refused with a sentence; raised, it is taken."""
    await steer(mio, "Pause queue")
    async with settings(ada) as first:
        screen = await turn(ada, first, "page:line")
        assert "Requests waiting: at most 5, the operator's limit" in words(screen)
        assert "Pictures in 24 hours: no limit" in words(screen)
        screen = await limit(ada, screen, "person", max_queue_per_person="1")
        assert "Requests waiting: at most 1 (the operator's limit is 5)" in words(screen)
        taken = [await waiting(yuki)]
        no = await refusal_of(yuki, await ask(yuki))
        assert no.startswith("You already have 1 request waiting in this server; the limit is 1.")
        screen = await limit(ada, screen, "person", max_queue_per_person="9")
        assert "at most 5, the operator's limit (this server's own is 9)" in words(screen)
        taken.append(await waiting(yuki))
        await cancel(yuki, taken)
    await steer(mio, "Resume queue")


@pytest.mark.usefixtures("let_go")
async def test_how_much_is_drawn_at_once_acts_on_what_waits(ada, yuki, studio):
    """Nobody has to ask first: not after a restart for the limit to hold, and not after a change."""
    async with settings(ada) as first:
        screen = await turn(ada, first, "page:line")
        screen = await limit(ada, screen, "server", max_running="1")
        jobs = [await waiting(yuki, steps=50) for _ in range(4)]
        await drawing(yuki, jobs[0])
        assert await drawn_at_once(yuki) == 1
        await studio.kill("bot")
        await studio.start_bot()
        await drawing(yuki, jobs[0])
        assert await drawn_at_once(yuki) == 1
        screen = await limit(ada, screen, "server", max_running="")
        assert "Requests drawn at once: no limit" in words(screen)
        await drawing(yuki, jobs[1])
        assert await drawn_at_once(yuki) > 1
        await cancel(yuki, jobs[2:])


async def test_a_form_with_a_mistake_changes_nothing(ada):
    """The error names the field and what it takes."""
    async with settings(ada) as first:
        screen = await limit(ada, await turn(ada, first, "page:line"), "server", max_queue="200")
        sent = await send(ada, await opened(ada, screen, "server"), max_queue="100", max_running="lots")
        no = await refusal_of(ada, sent)
        assert no == (
            "**Requests drawn at once** must be a whole number from 1 to 1,000,000, or empty. Nothing was changed."
        )
        screen = await turn(ada, screen, "page:line")
        assert "Requests waiting: at most 200 (the operator's limit is 250)" in words(screen)
        assert "Requests drawn at once: no limit" in words(screen)


async def test_an_old_form_undoes_nothing(ada, studio):
    """It outlives a restart, and changes only what was touched in it."""
    async with settings(ada) as first:
        screen = await turn(ada, first, "page:line")
        old = await opened(ada, screen, "server")
        await limit(ada, screen, "server", max_running="3")
        await studio.kill("bot")
        await studio.start_bot()
        screen = await shown(ada, await send(ada, old, max_queue="20"))
        assert "Requests waiting: at most 20 (the operator's limit is 250)" in words(screen)
        assert "Requests drawn at once: at most 3" in words(screen)


async def test_a_priority_role_is_a_larger_share(ada):
    """Chosen and taken back on the screen, and told in the log channel; a file may name only roles that there are."""
    role = next(one["id"] for one in ada.state["guilds"][0]["roles"] if one["name"] == "member")
    log = ada.channel("gallery")
    async with settings(ada) as first:
        screen = await turn(ada, await choose(ada, first, "log_channel", log), "page:line")
        assert "never all of it" in words(screen)
        screen = await choose(ada, screen, "pick_priority", role)
        screen = await choose(ada, screen, f"priority:{role}", "3")
        assert f"<@&{role}>: 3 × the usual share" in words(screen)
        await ada.wait_for(lambda m: m["channel_id"] == log and f"share of <@&{role}>: 1 → 3" in m["content"])
        screen = await choose(ada, screen, "pick_priority", role)
        await choose(ada, screen, f"priority:{role}", "none")
        await ada.wait_for(lambda m: m["channel_id"] == log and f"share of <@&{role}>: 3 → 1" in m["content"])
        file = await ada.upload("settings.toml", b"[priority_roles]\n12 = 2")
        no = await refusal_of(ada, await ada.slash(ada.channel("general"), "settings import", file=file))
        assert "channels or roles that this server does not have: `12`" in no


async def test_the_line_is_the_admins_alone(ada, yuki):
    """The right is asked for at every press and when a form is sent."""
    roles = {one["name"]: one["id"] for one in ada.state["guilds"][0]["roles"]}
    path = f"/guilds/{ada.guild}/members/{yuki.id}/roles/{roles['admin']}"
    async with settings(ada) as first:
        await ada.call("PUT", path)
        try:
            screen = await shown(yuki, await yuki.slash(yuki.channel("general"), "settings show"))
            screen = await choose(yuki, await turn(yuki, screen, "page:line"), "pick_priority", roles["member"])
            form = await opened(yuki, screen, "person")
        finally:
            await ada.call("DELETE", path)
        tries = [
            await yuki.press(screen, "v1:set:limits:server"),
            await yuki.choose(screen, "v1:set:pick_priority", roles["member"]),
            await yuki.choose(screen, f"v1:set:priority:{roles['member']}", "10"),
            await send(yuki, form, max_queue_per_person="1"),
        ]
        for sent in tries:
            assert "Only members with the right Manage Server" in await refusal_of(yuki, sent)
        screen = await turn(ada, first, "page:line")
        assert "There are none." in words(screen)
        assert "Requests waiting: at most 5, the operator's limit" in words(screen)

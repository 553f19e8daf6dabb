"""What admins decide holds at once, for those whom it is about, and nobody else decides anything."""

import pytest

from bot.sandbox.people.driver import ActRefused, control, controls
from tests.journey.people import (
    choose,
    gallery,
    import_settings,
    refusal_of,
    result_of,
    settings,
    shown,
    turn,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def chosen(screen, act):
    """What a menu of the screen shows as chosen."""
    menu = next(one for one in controls(screen) if one["custom_id"] == f"v1:set:{act}")
    by_option = [one["value"] for one in menu.get("options", []) if one.get("default")]
    return by_option + [one["id"] for one in menu.get("default_values", [])]


async def ask(person, channel, rating="sensitive", **options):
    return await person.slash(person.channel(channel), "imagine", rating=rating, **{"prompt": "1girl", **options})


async def test_the_limit_is_raised_and_lowered_on_the_screen(ada, yuki):
    """It counts from the next request on, and never goes beyond what the place can have."""
    async with settings(ada) as opened:
        screen = opened
        assert chosen(screen, "open_limit") == ["safe"]
        assert chosen(screen, "age_restricted_limit") == ["sensitive"]
        assert "Nothing above `sensitive` is drawn, because this bot has no picture tagger." in words(screen)
        with pytest.raises(ActRefused):
            await choose(ada, screen, "age_restricted_limit", "nsfw")
        screen = await choose(ada, screen, "open_limit", "sensitive")
        assert chosen(screen, "open_limit") == ["sensitive"]
        [picture] = gallery(await result_of(yuki, await ask(yuki, "general")))
        assert picture["spoiler"]
        screen = await turn(ada, screen, "spoilers:off")
        [picture] = gallery(await result_of(yuki, await ask(yuki, "first sketches")))
        assert not picture["spoiler"]
        await choose(ada, screen, "open_limit", "safe")
        assert "`sensitive` is not allowed here" in await refusal_of(yuki, await ask(yuki, "general"))


async def test_channels_categories_and_roles_lower_what_holds(ada, yuki):
    """A thread is bound by its parent, and all of them by their category."""
    member = next(one["id"] for one in ada.state["guilds"][0]["roles"] if one["name"] == "member")
    async with settings(ada) as opened:
        screen = opened
        screen = await turn(ada, screen, "page:channels")
        for limited in ("after-dark", "Rooms"):
            channel = ada.channel(limited)
            screen = await choose(ada, screen, "pick_channel", channel)
            screen = await choose(ada, screen, f"channel_limit:{channel}", "safe")
            assert f"<#{channel}>: at most `safe`" in words(screen)
            no = await refusal_of(yuki, await ask(yuki, "night studies"))
            assert "the highest rating of this channel is `safe`" in no
            screen = await choose(ada, screen, "pick_channel", channel)
            screen = await choose(ada, screen, f"channel_limit:{channel}", "none")
        screen = await turn(ada, screen, "page:roles")
        screen = await choose(ada, screen, "pick_role", member)
        screen = await choose(ada, screen, f"role_limit:{member}", "safe")
        assert "for your roles is `safe`" in await refusal_of(yuki, await ask(yuki, "after-dark"))
        assert gallery(await result_of(ada, await ask(ada, "after-dark")))


async def test_people_and_channels_can_be_chosen(ada, yuki):
    """Who has none of the roles, or is in another channel, is told so."""
    admin = next(one["id"] for one in ada.state["guilds"][0]["roles"] if one["name"] == "admin")
    async with settings(ada) as opened:
        screen = opened
        who = await turn(ada, screen, "page:who")
        who = await choose(ada, who, "needed:sensitive", admin)
        assert f"`sensitive`: <@&{admin}>" in words(who)
        assert "is for people with certain roles" in await refusal_of(yuki, await ask(yuki, "after-dark"))
        assert gallery(await result_of(ada, await ask(ada, "after-dark")))
        await choose(ada, who, "needed:sensitive")
        screen = await turn(ada, who, "page:ratings")
        screen = await choose(ada, screen, "channels", ada.channel("gallery"))
        assert chosen(screen, "channels") == [ada.channel("gallery")]
        assert "draw in other channels" in await refusal_of(yuki, await ask(yuki, "general", "safe"))
        assert gallery(await result_of(yuki, await ask(yuki, "gallery", "safe")))


async def test_denied_tags_are_added_in_a_form(ada, yuki):
    """They add to the core; taking one away takes nothing from the core."""
    async with settings(ada) as opened:
        screen = opened
        form = await ada.modal(await ada.press(screen, "v1:set:denied"))
        screen = await shown(ada, await ada.submit(form, added="spider, Clown\nloli", removed=""))
        assert "spider, Clown, loli" in words(screen)
        no = await refusal_of(yuki, await ask(yuki, "general", "safe", prompt="a clown"))
        assert no == "“clown” is not drawn here: the admins of this server denied it. Please leave it out."
        form = await ada.modal(await ada.press(screen, "v1:set:denied"))
        screen = await shown(ada, await ada.submit(form, added="", removed="CLOWN, loli"))
        assert gallery(await result_of(yuki, await ask(yuki, "general", "safe", prompt="a clown")))
        assert "never drawn" in await refusal_of(yuki, await ask(yuki, "general", "safe", prompt="loli"))


async def test_two_admins_undo_nothing_of_each_others(ada, studio):
    """A screen that is out of date changes its own field and shows the others as they are."""
    async with settings(ada) as old:
        screen = await shown(ada, await ada.slash(ada.channel("general"), "settings show"))
        await choose(ada, screen, "open_limit", "sensitive")
        await turn(ada, screen, "log_prompts:on")
        await studio.kill("bot")
        await studio.start_bot()
        screen = await turn(ada, old, "spoilers:off")
        assert chosen(screen, "open_limit") == ["sensitive"]
        assert "**Off**: `sensitive` pictures" in words(screen)
        assert "**On**: The log shows prompts" in words(screen)


async def test_a_member_is_refused_by_command_by_old_screen_and_by_form(ada, yuki):
    """The right is asked for at every press: it may have been taken away since."""
    admin = next(one["id"] for one in ada.state["guilds"][0]["roles"] if one["name"] == "admin")
    with pytest.raises(ActRefused):  # Discord does not even show the command
        await yuki.slash(yuki.channel("general"), "settings show")
    role = f"/guilds/{ada.guild}/members/{yuki.id}/roles/{admin}"
    async with settings(ada):
        await ada.call("PUT", role)
        try:
            screen = await shown(yuki, await yuki.slash(yuki.channel("general"), "settings show"))
            form = await yuki.modal(await yuki.press(screen, "v1:set:denied"))
        finally:
            await ada.call("DELETE", role)
        tries = [
            await yuki.choose(screen, "v1:set:open_limit", "sensitive"),
            await yuki.press(screen, "v1:set:spoilers:off"),
            await yuki.press(screen, "v1:set:page:who"),
            await yuki.press(screen, "v1:set:denied"),
            await yuki.submit(form, added="smile", removed=""),
        ]
        for sent in tries:
            assert "Only members with the right Manage Server" in await refusal_of(yuki, sent)
        screen = await shown(ada, await ada.slash(ada.channel("general"), "settings show"))
        assert chosen(screen, "open_limit") == ["safe"]
        assert "smile" not in words(screen)


async def test_a_file_is_taken_whole_or_not_at_all(ada):
    """What was exported can be imported; a file with any mistake changes nothing and is told what it is."""
    general = ada.channel("general")
    async with settings(ada) as opened:
        screen = opened
        await choose(ada, screen, "open_limit", "sensitive")
        message = await shown(ada, await ada.slash(general, "settings export"))
        [exported] = message["attachments"]
        data = await ada.fetch(exported["url"])
        assert b'open_limit = "sensitive"' in data
        for bad, said in (
            (b'open_limit = "safe"\nspoiler = true', "There is no setting “spoiler”"),
            (b'open_limit = "safe"\nchannels = "general"', "The setting `channels` must be a list"),
            (b'open_limit = "explicit"', "It can be `safe` or `sensitive`."),
            (b'open_limit = "safe"\nchannels = ["1"]', "channels or roles that this server does not have: `1`"),
            (b'open_limit = "safe"\n[role_limits]\n12 = "safe"', "this server does not have: `12`"),
            (b'open_limit = "safe"\n[priority_roles]\n12 = 2.0', "this server does not have: `12`"),
            (b"\xff\xfe\x00", "This is no text file"),
            (b"#" * 65_537, "larger than 64 KiB"),
        ):
            file = await ada.upload("settings.toml", bad)
            no = await refusal_of(ada, await ada.slash(general, "settings import", file=file))
            assert said in no, bad[:40]
            assert "nothing was changed" in no.casefold()
        message = await shown(ada, await ada.slash(general, "settings export"))
        assert await ada.fetch(message["attachments"][0]["url"]) == data
        await choose(ada, screen, "open_limit", "safe")
        taken = await import_settings(ada, data)
        assert taken["content"] == "Imported. open channels: safe → sensitive"
        assert not taken["components"]
        assert (await import_settings(ada, data))["content"] == "The file is the same as the current settings."


async def test_a_file_changes_nothing_before_somebody_says_so(ada, studio):
    """It shows what it would change, also after a restart; what was decided meanwhile is compared anew."""
    general, log = ada.channel("general"), ada.channel("gallery")
    async with settings(ada) as opened:
        screen = await choose(ada, opened, "log_channel", log)
        file = await ada.upload("settings.toml", b"spoilers = false\nlog_prompts = false")
        question = await shown(ada, await ada.slash(general, "settings import", file=file))
        assert question["content"] == f"This file would change: spoilers: on → off; log channel: <#{log}> → none"
        screen = await shown(ada, await ada.slash(general, "settings show"))
        assert chosen(screen, "log_channel") == [log]
        await studio.kill("bot")
        await studio.start_bot()
        await choose(ada, screen, "open_limit", "sensitive")
        again = await shown(ada, await ada.press(question, control(question, "Import")))
        assert again["content"].startswith("Somebody changed the settings meanwhile. This file would change: open")
        screen = await shown(ada, await ada.slash(general, "settings show"))
        assert chosen(screen, "open_limit") == ["sensitive"]
        left = await shown(ada, await ada.press(again, control(again, "Keep the current settings")))
        assert left["content"] == "Nothing was changed."
        screen = await shown(ada, await ada.slash(general, "settings show"))
        assert chosen(screen, "log_channel") == [log]


async def test_why_explains_rule_by_rule(ada, yuki):
    """For any member, place and rating, by the rules that would judge the request; nothing is counted."""
    general = ada.channel("general")
    member = next(one["id"] for one in ada.state["guilds"][0]["roles"] if one["name"] == "member")
    async with settings(ada) as opened:
        screen = opened
        screen = await turn(ada, screen, "page:roles")
        screen = await choose(ada, screen, "pick_role", member)
        await choose(ada, screen, f"role_limit:{member}", "safe")

        async def why(rating, **options):
            body = {"command": "settings why", "options": {"member": yuki.id, "rating": rating, **options}}
            sent = await ada.call("POST", f"/channels/{general}/slash", body)
            return (await shown(ada, sent["interaction_id"]))["content"]

        here = await why("safe")
        assert here.startswith(f"`safe` for <@{yuki.id}> in <#{general}> is allowed.")
        assert "❌" not in here
        assert f"✅ **access** <@{yuki.id}> may ask for `safe`." in here
        assert f"✅ **lock** <@{yuki.id}> is not locked out." in here
        there = await why("sensitive", channel=ada.channel("night studies"))
        assert "is refused by the rule **role**" in there.splitlines()[0]
        assert "✅ **place**" in there
        assert "The admins of this server set it" in there.splitlines()[0]
        assert f"❌ **role** The highest rating for the roles of <@{yuki.id}> is `safe`." in there
        assert not any(word in here + there for word in ("You", " you ", "your"))


async def test_why_takes_the_words(ada, yuki):
    """It names what stands against them, as far as the admin's channel may read it, and whose rule it is."""
    async with settings(ada):
        await import_settings(ada, b'denied = ["clown"]\n')

        async def why(prompt, channel="general", **options):
            sent = await ada.slash(ada.channel(channel), "settings why", member=yuki.id, prompt=prompt, **options)
            return (await shown(ada, sent))["content"]

        told = await why("a girl with a clown")
        assert "is refused by the rule **denied**. The admins of this server set it" in told.splitlines()[0]
        assert "❌ **denied** “clown” is not drawn here: the admins of this server denied it." in told
        told = await why("1girl, swimsuit")
        assert "is refused by the rule **tags**. It is built in" in told
        assert "“swimsuit” belongs to `sensitive`" in told
        assert f"<@{yuki.id}> can ask for up to `safe` in <#{ada.channel('general')}>." in told
        assert "“" not in (await why("1girl, nude")), "this channel may not read that word"
        told = await why("1girl, swimsuit", channel="after-dark", rating="sensitive")
        assert told.startswith(f"`sensitive` for <@{yuki.id}> in <#{ada.channel('after-dark')}> is allowed.")
        assert "✅ **words** No rule forbids these words." in told
        refused = await ada.slash(ada.channel("general"), "settings why", member=yuki.id, prompt="{red|blue")
        assert "has no } after it" in await refusal_of(ada, refused)


async def test_the_log_channel_hears_of_refusals_and_changes(ada, yuki):
    """Who, where and which rule; the words themselves only after the server asked for them."""
    log = ada.channel("gallery")
    async with settings(ada) as opened:
        screen = opened
        screen = await choose(ada, screen, "log_channel", log)
        heard = await ada.wait_for(lambda m: m["channel_id"] == log and "log channel: none → " in m["content"])
        assert f"<@{ada.id}>" in heard["content"]
        await refusal_of(yuki, await ask(yuki, "general", "safe", prompt="nude, quiet words"))
        heard = await ada.wait_for(lambda m: m["channel_id"] == log and "**Refused**" in m["content"])
        for part in (f"<@{yuki.id}>", f"<#{yuki.channel('general')}>", "rule `tags`", "prompt `"):
            assert part in heard["content"]
        assert "quiet words" not in heard["content"]
        screen = await turn(ada, screen, "log_prompts:on")
        await refusal_of(yuki, await ask(yuki, "general", "safe", prompt="nude, loud words"))
        await ada.wait_for(lambda m: m["channel_id"] == log and "loud words" in m["content"])
        no = await refusal_of(ada, await ada.choose(screen, "v1:set:log_channel", await _closed(ada)))
        assert "I cannot write in that channel" in no


async def _closed(ada):
    """A channel where the bot may not write."""
    made = await ada.call("POST", f"/guilds/{ada.guild}/channels", {"name": "closed", "type": 0})
    bot = ada.state["bot"]["user"]["id"]
    rights = {"allow": "0", "deny": str(1 << 11)}
    await ada.call("PUT", f"/channels/{made['channel']['id']}/overwrites/{bot}", rights)
    return made["channel"]["id"]

"""A developer sends the bot what no client of Discord's would."""

import aiohttp
import pytest


async def test_the_bot_receives_what_was_made_up(connected, bot, sandbox, yuki):
    """From the person and in the channel that were named; the answer goes to that person as ever."""
    received = []

    async def on_interaction(interaction):
        received.append((interaction.user.id, interaction.data))
        await interaction.response.send_message("no", ephemeral=True)

    bot.on_interaction = on_interaction
    async with connected(bot):
        data = {"custom_id": "nobody's button", "component_type": 2, "id": 7}
        message = await yuki.say(yuki.channel("general"), "a message")
        status, answer = await forge(sandbox, yuki, type=3, data=data, message_id=message["id"])
        assert status == 200
        assert (await yuki.answer(answer["interaction_id"]))["content"] == "no"
        _, answer = await forge(sandbox, yuki, type=5, data={"custom_id": "nobody's form", "components": []})
        assert (await yuki.answer(answer["interaction_id"]))["content"] == "no"
    assert received[0] == (int(yuki.id), data)
    assert received[1][1]["custom_id"] == "nobody's form"
    assert sandbox.violations == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"type": 1}, 400),
        ({"type": 9}, 400),
        ({"data": None}, 400),
        ({"more": 1}, 400),
        ({"user_id": "1"}, 404),
        ({"channel_id": "1"}, 404),
        ({"message_id": "1"}, 404),
        ({"message_id": "a"}, 404),
        ({"type": 5}, 404),
    ],
)
async def test_what_cannot_be_is_not_sent(sandbox, yuki, changes, status):
    """Only the data is free."""
    said, answer = await forge(sandbox, yuki, **{"type": 2, "data": {}} | changes)
    assert said == status
    assert answer["error"]["message"]


async def forge(sandbox, person, **body):
    body = {"user_id": person.id, "channel_id": person.channel("general")} | body
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sandbox.page_url}/developer/interactions", json=body) as response,
    ):
        return response.status, await response.json()

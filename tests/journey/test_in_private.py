"""Whoever writes to the bot as to a person is told how to ask."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


def by_the_bot(messages, person):
    return [one["content"] for one in messages if one["author"]["id"] != person.id and not one["flags"] & 64]


async def test_a_message_in_private_is_answered_with_how_to_ask(yuki):
    """Once for several in a row; nothing that is said in a channel is answered."""
    private = yuki.state["direct_messages"][0]["id"]
    before = {one["id"] for one in await yuki.messages(private)}  # of other journeys
    await yuki.say(yuki.channel("general"), "draw me a cat")
    await yuki.say(private, "draw me a cat")
    answer = await yuki.wait_for(lambda m: m["channel_id"] == private and "`/imagine`" in m["content"])
    await yuki.say(private, "please")
    await yuki.answer(await yuki.slash(private, "help"))  # what was said before is dealt with by then
    fresh = [one for one in await yuki.messages(private) if one["id"] not in before]
    assert by_the_bot(fresh, yuki) == [answer["content"]]
    assert "`/imagine` and what you want" not in str(by_the_bot(await yuki.messages(yuki.channel("general")), yuki))

"""What Red, a finished bot of others, is asked to do: commands that it comes with, given in messages."""

from tests.clients.stage import PATIENCE_S

RED_ACTS = {}
"""Name to coroutine function of a stage, as the acts of the libraries; ada is Red's owner here."""


def _answers(say, words):
    """Red answers this message with one that has these words in it."""

    async def answered(stage):
        sent = await stage.ada.say(stage.general, say)
        await _after(stage, sent, lambda one: one["author"]["bot"] and words in _text(one))

    RED_ACTS[say] = answered


async def _after(stage, sent, fits):
    return await stage.ada.wait_for(lambda one: int(one["id"]) > int(sent["id"]) and fits(one), timeout_s=PATIENCE_S)


def _text(message):
    """All that one reads in a message, its embeds included."""
    found = [message["content"]]
    for embed in message["embeds"]:
        found += [embed.get("title", ""), embed.get("description", "")]
        found += [f"{field['name']} {field['value']}" for field in embed.get("fields", ())]
    return "\n".join(found)


_answers("!ping", "Pong.")
_answers("!info", "discord.py")
_answers("!help", "Core")
_answers("!help ping", "Pong.")
_answers("!uptime", "been up")
_answers("!slash list", "")
_answers("!set showsettings", "Settings")


async def _invites(stage):
    """The address comes as a direct message, and a check mark stands under the command."""
    sent = await stage.ada.say(stage.general, "!invite")
    private = await _after(stage, sent, lambda one: "oauth2/authorize" in one["content"])
    assert private["channel_id"] != stage.general
    ticked = await stage.ada.wait_for(
        lambda one: one["id"] == sent["id"] and bool(one.get("reactions")), timeout_s=PATIENCE_S
    )
    assert [(one["emoji"]["name"], one["me"]) for one in ticked["reactions"]] == [("✅", True)]


RED_ACTS["!invite"] = _invites

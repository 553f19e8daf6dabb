"""`/help`: what it says can be pressed and typed."""

import re

import aiohttp
import msgspec
import pytest
from discord import AppCommandType
from discord.app_commands import AppCommand

from bot.actions.help import Help, pressable
from bot.config import Bot, Config, Wire
from bot.prompt.prompt_writer import PromptWriter
from bot.request import Options
from bot.sentences.help import HELP
from bot.sentences.rendering import render

MOST_CHARS = 4000
"""Of all text in one message of components (developer documentation, Component Reference)."""

LONGEST_ID = 2**63

IMAGINE, REMIX, ME = 111, 222, 333


def command(command_id, name, *, kind=AppCommandType.chat_input, options=()):
    """One as Discord tells of it."""
    payload = {
        "id": str(command_id),
        "application_id": "1",
        "type": kind.value,
        "name": name,
        "description": "",
        "version": "1",
        "default_member_permissions": None,
        "options": list(options),
    }
    return AppCommand(data=payload, state=None)


def group(name, *options):
    return {"type": 2 if options else 1, "name": name, "description": "", "options": list(options)}


class Asked:
    """An interaction that keeps what it is answered."""

    def __init__(self):
        self.response = self
        self.said = []

    async def send_message(self, *, view, ephemeral, allowed_mentions):
        assert ephemeral
        assert allowed_mentions.everyone is False
        self.said.append(view.children[0].content)


async def test_commands_can_be_pressed_once_discord_told_their_ids():
    """Subcommands have the id of their command; a command of a message's menu is not typed, and has no mention."""
    times = []

    async def fetch():
        times.append(1)
        favourite = group("favourite", group("save"))
        return [
            command(IMAGINE, "imagine"),
            command(REMIX, "imagine", kind=AppCommandType.message),
            command(ME, "me", options=[favourite, group("export")]),
        ]

    helping, asked = Help(fetch=fetch), Asked()
    await helping.show(asked)
    await helping.show(asked)
    for said in asked.said:
        assert f"Type </imagine:{IMAGINE}> and" in said
        assert f"</me favourite save:{ME}>" in said
        assert f"</me export:{ME}>" in said
        assert "`/remix`" in said, "Discord told nothing of it"
        assert "`/imagine prompt:" in said, "an example is to be read"
    assert len(times) == 1


@pytest.mark.parametrize("error", [aiohttp.ClientError(), TimeoutError(), OSError()])
async def test_without_ids_help_is_plain_text_and_the_next_one_asks_again(error):
    """Whoever needs help gets it, whatever Discord does."""
    answers = [error, [command(IMAGINE, "imagine")]]

    async def fetch():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    helping, asked = Help(fetch=fetch), Asked()
    await helping.show(asked)
    await helping.show(asked)
    assert asked.said[0] == render(HELP)
    assert f"</imagine:{IMAGINE}>" in asked.said[1]


def test_help_fits_into_one_message_with_every_command_pressable():
    names = set(re.findall(r"`/([a-z ]+)`", render(HELP)))
    assert len(pressable(render(HELP), {name: f"</{name}:{LONGEST_ID}>" for name in names})) < MOST_CHARS


def test_the_three_examples_work_as_they_stand(tmp_path):
    """Typed as they are, each becomes a prompt."""
    writer = PromptWriter.load(Config(path=tmp_path / "config.toml", bot=Bot(), wire=Wire()))
    examples = re.findall(r"`/imagine (.+)`", render(HELP))
    options = [dict(re.findall(r"(\w+):(.+?)(?= \w+:[^ \d]|$| count:| seed:)", example)) for example in examples]
    written = [
        writer.compose(writer.complete(msgspec.convert(one, Options, strict=False))).prompt.split(", ")
        for one in options
    ]
    assert [prompt[:2] for prompt in written] == [["1girl", "hatsune miku"], ["no humans", "safe"], ["1girl", "safe"]]
    assert {"red hair", "blue hair"} & set(written[2])

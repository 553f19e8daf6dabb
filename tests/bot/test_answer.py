"""Whatever happens behind a button, its presser gets an answer."""

import asyncio

import pytest
from discord import ui
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.app import Eshi
from bot.delivery.budget import EditBudget
from bot.delivery.traffic import Traffic
from bot.errors import StoreUnavailable
from bot.measures import BotMeasures
from bot.routes import Feature, on_press
from bot.sandbox.people.driver import Visitor, control
from bot.sandbox.server import Sandbox
from bot.views.buttons import of_job, row
from bot.views.layout import layout
from tests.patience import until


class Breaking(Eshi):
    """A client whose Reroll runs into a bug."""

    def __init__(self):
        super().__init__(EditBudget(), Traffic(BotMeasures()))
        by_action = {"reroll": self.reroll, "recipe": self.recipe, "edit": self.edit, "delete": self.delete}
        self.offer([Feature(routes=[on_press(of_job(action), handler) for action, handler in by_action.items()])])

    async def reroll(self, _interaction, **_):
        raise ZeroDivisionError

    async def recipe(self, _interaction, **_):
        raise StoreUnavailable("eshi.sqlite3: the disk is full")

    async def edit(self, _interaction, **_):
        raise ConnectionResetError(104, "Connection reset by peer")

    async def delete(self, interaction, **_):
        self.sandbox.faults.post_json({"fault": "expire"})
        await interaction.response.send_message("Too late.")


@pytest.fixture
async def chat(monkeypatch):
    async with Sandbox.serve() as sandbox, Breaking() as client:
        client.sandbox = sandbox
        monkeypatch.setattr(Route, "BASE", sandbox.api_url)
        monkeypatch.setattr(
            DiscordWebSocket, "DEFAULT_GATEWAY", URL(sandbox.page_url.replace("http", "ws") + "/gateway")
        )
        running = asyncio.create_task(client.start(sandbox.token))
        await client.wait_until_ready()
        async with Visitor.visit(sandbox.page_url, "yuki") as yuki:
            yield client, yuki
        await client.close()
        await running


async def test_a_bug_behind_a_button_still_answers_its_presser(chat, caplog):
    """They read an apology, privately; the operator reads the traceback under the same number."""
    client, yuki = chat
    view = layout(row("000001", "reroll"))
    await client.get_partial_messageable(int(yuki.channel("general"))).send(view=view)
    message = await yuki.wait_for(lambda m: bool(m["components"]))
    pressed = await yuki.press(message, control(message, "Reroll"))
    apology = await yuki.answer(pressed)
    assert apology["flags"] & 64
    assert "Something went wrong on my side" in apology["content"]
    assert pressed in apology["content"]
    assert any(pressed in record.getMessage() and record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    ("label", "said", "logged"),
    [
        ("Recipe", "I cannot save anything right now", ": eshi.sqlite3: the disk is full"),
        ("Edit", "Discord did not accept my answer", ": Discord stumbled: [Errno 104] Connection reset by peer"),
    ],
    ids=["full disk", "reset"],
)
async def test_what_passes_by_itself_is_one_line_for_the_operator_and_a_kind_word(chat, caplog, label, said, logged):
    """No traceback: it is no bug, and there is nothing to read in it."""
    client, yuki = chat
    view = ui.LayoutView(timeout=None)
    view.add_item(row("000001", label.lower()))
    await client.get_partial_messageable(int(yuki.channel("general"))).send(view=view)
    message = await yuki.wait_for(lambda m: bool(m["components"]))
    pressed = await yuki.press(message, control(message, label))
    sentence = (await yuki.answer(pressed))["content"]
    assert said in sentence
    assert "disk" not in sentence
    [record] = [record for record in caplog.records if pressed in record.getMessage()]
    assert record.getMessage() == f"interaction {pressed}{logged}"
    assert not record.exc_info


async def test_an_interaction_that_discord_gave_up_is_no_bug(chat, caplog):
    """Nobody can be told any more; the operator reads two lines and no traceback."""
    client, yuki = chat
    view = ui.LayoutView(timeout=None)
    view.add_item(row("000001", "delete"))
    await client.get_partial_messageable(int(yuki.channel("general"))).send(view=view)
    message = await yuki.wait_for(lambda m: bool(m["components"]))
    pressed = await yuki.press(message, control(message, "Delete"))
    await until(lambda: "could not be answered" in caplog.text)
    assert f"interaction {pressed}: Discord stumbled: 404 Not Found (error code: 10062)" in caplog.text
    assert not any(record.exc_info for record in caplog.records)

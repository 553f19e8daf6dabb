"""Presses, choices and forms find their handler by their custom id alone."""

import asyncio
from types import SimpleNamespace

import discord
import pytest

from bot.errors import InvalidRequest
from bot.routes import Routes, on_form, on_press

BUTTONS = [SimpleNamespace(custom_id=f"v1:00004K:{name}") for name in ("delete", "enlarge")]
MENU = SimpleNamespace(custom_id="v1:00004K:more", options=[SimpleNamespace(value="delete")])
MESSAGE = SimpleNamespace(components=[SimpleNamespace(children=[*BUTTONS, SimpleNamespace(children=[MENU])])])


class Told:
    """What handlers and Discord were called with."""

    def __init__(self):
        self.calls = []
        self.response = SimpleNamespace(defer=self.defer)

    async def defer(self):
        self.calls.append("deferred")

    def handler(self, name):
        async def handle(_interaction, job_id):
            self.calls.append((name, job_id))

        return handle

    def interaction(self, custom_id, *values, kind=discord.InteractionType.component):
        data = {"custom_id": custom_id, "values": list(values)}
        return SimpleNamespace(type=kind, data=data, response=self.response, message=MESSAGE)


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def routes(told):
    found = Routes()
    found.add([on_press(r"v1:(?P<job_id>\w{6}):delete", told.handler("delete"))])
    found.add([on_form(r"v1:(?P<job_id>\w{6}):delete", told.handler("form"))])
    return found


def test_an_entry_of_a_menu_leads_where_its_button_leads(told, routes):
    """Of the same job."""
    for interaction in (told.interaction("v1:00004K:delete"), told.interaction("v1:00004K:more", "delete")):
        asyncio.run(routes.handling(interaction))
    assert told.calls == [("delete", "00004K")] * 2


def test_a_menu_that_is_emptied_is_answered_and_does_nothing(told, routes):
    """Discord would tell its presser that the bot did not respond."""
    asyncio.run(routes.handling(told.interaction("v1:00004K:more")))
    assert told.calls == ["deferred"]


@pytest.mark.parametrize("values", [("more",), ("nonsense",), ("delete\n",), ("00004L:delete",), ("delete", "spoiler")])
def test_an_entry_that_the_message_does_not_offer_is_refused(told, routes, values):
    """Nobody chose it there."""
    with pytest.raises(InvalidRequest):
        asyncio.run(routes.handling(told.interaction("v1:00004K:more", *values)))
    assert told.calls == []


def test_a_button_and_a_form_of_one_custom_id_are_two_things(told, routes):
    asyncio.run(routes.handling(told.interaction("v1:00004K:delete", kind=discord.InteractionType.modal_submit)))
    assert told.calls == [("form", "00004K")]


def test_what_nobody_knows_is_nobody_s(told, routes):
    assert routes.handling(told.interaction("v1:00004K:enlarge")) is None
    assert routes.handling(told.interaction("v1:00004K:delete", kind=discord.InteractionType.ping)) is None

"""The page for other bots' authors: what it shows works, what it names exists, and its first user needs no more."""

import ast
import inspect
import json
import re
import shlex

import pytest

from bot.sandbox.__main__ import _parser
from bot.sandbox.people import driver
from bot.sandbox.server import Sandbox
from bot.sandbox.world import blueprint, faults
from tests.clients.clients import CLIENTS
from tests.clients.environments import BOTS
from tests.documents import LOCAL_DISCORD, ROOT, code, column

OTHERS = ("eshi", "animagine")
"""What this tool is not about."""


def cells(title):
    return [name for cell in column(LOCAL_DISCORD, title) for name in code(cell)]


def test_nothing_of_it_is_about_one_bot():
    """Neither the page nor the package names the bot that they grew up with."""
    files = [file for file in (ROOT / "bot" / "sandbox").rglob("*") if file.is_file() and file.suffix != ".pyc"]
    texts = {"the page": LOCAL_DISCORD} | {file.name: file.read_text() for file in files}
    assert {(name, word) for name, text in texts.items() for word in OTHERS if word in text.lower()} == set()


def test_every_library_of_the_table_has_its_line_and_the_line_is_its_bots():
    """What is to be written for a library is what its bot writes, letter for letter."""
    by_name = {one.name: (BOTS / one.bot).read_text() for one in CLIENTS if not one.prefix_bot}
    assert list(column(LOCAL_DISCORD, "library")) == list(by_name)
    for name, cell in zip(by_name, column(LOCAL_DISCORD, "what to write"), strict=True):
        for line in code(cell):
            assert line in by_name[name], (name, line)


def test_every_option_of_the_command_line_is_in_the_table():
    """As the parser has them, and each is shown in a way that it takes."""
    parser = _parser()
    shown = cells("option")
    for line in shown:
        parser.parse_args(shlex.split(line))
    options = {name for action in parser._actions for name in action.option_strings if name.startswith("--")}
    assert {line.split()[0] for line in shown} == options - {"--help"}


def test_every_act_of_the_table_is_a_persons():
    """And whatever a person can do in Python is in the table."""
    named = {re.match(r"\w+", name)[0] for name in cells("in Python")}
    public = {name for name in vars(driver.Visitor) if not name.startswith("_")} - {"visit"}
    assert named == public


def test_every_fault_is_in_the_table():
    """All that can be posted, by the names of the classes."""
    assert set(cells("fault")) == {kind.__name__ for kind in faults.Fault.__args__}


def _blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", LOCAL_DISCORD, re.DOTALL)


@pytest.mark.parametrize("block", _blocks("python"))
def test_what_the_examples_import_and_call_exists(block):
    """Each is Python, what it imports is there, and what is called takes the arguments that are shown."""
    tree = compile(block, "the page", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = __import__(node.module, fromlist=["x"])
            names |= {one.name: getattr(module, one.name) for one in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            inspect.signature(names[node.func.id]).bind(*node.args, **{one.arg: one.value for one in node.keywords})


def _of_the_sandbox(tree, name):
    """The attributes of a name that a program uses."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }


def test_the_demo_needs_nothing_that_the_page_does_not_tell():
    """It is the tool's first user: its imports, what it asks of a sandbox and of `serve` are all on the page."""
    tree = ast.parse((ROOT / "bot" / "demo.py").read_text())
    imported = {
        one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("bot.sandbox")
        for one in node.names
    }
    assert imported == {"Sandbox", "Switch", "blueprint"}
    used = {f"{name}.{one}" for name in ("sandbox", "blueprint") for one in _of_the_sandbox(tree, name)}
    (serve,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "serve"
    )
    told = LOCAL_DISCORD + "".join(f"`sandbox.{name}`" for name in cells("option"))
    for name in imported | used:
        assert name in told, name
    explained = {"port": "--port", "plan": "plan=", "switches": "switches="}
    assert {one.arg for one in serve.keywords} <= explained.keys()
    assert all(word in LOCAL_DISCORD for word in explained.values())


async def test_the_page_s_http_is_what_is_answered():
    """Its addresses, asked as it shows them: people, a message's place, violations, the clock, a fault."""
    async with Sandbox.serve() as sandbox, driver.Visitor.visit(sandbox.page_url, "yuki") as yuki:
        session, page = yuki._session, sandbox.page_url
        async with session.get(f"{page}/people") as answer:
            assert {one["title"] for one in (await answer.json())["people"]} >= {"admin", "member"}
        (body,) = re.findall(r"/developer/faults -d '(.*)'", LOCAL_DISCORD)
        async with session.post(f"{page}/developer/faults", data=body) as answer:
            assert "id" in await answer.json()
        (body,) = re.findall(r"/developer/clock` with `(.*?)`", LOCAL_DISCORD)
        async with session.post(f"{page}/developer/clock", data=body) as answer:
            assert (await answer.json())["advanced_s"] == json.loads(body)["advance_s"]
        async with session.get(f"{page}/developer/violations") as answer:
            assert await answer.json() == {"violations": []}
        async with session.get(f"{page}/developer/feed") as answer:
            assert (await answer.json())["entries"]


def test_the_people_of_the_starter_are_who_the_page_says():
    """Four of them, each by name."""
    for user in blueprint.starter().users:
        assert user.username in LOCAL_DISCORD

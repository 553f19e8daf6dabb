"""What docs/architecture.md and docs/glossary.md say is so in the tree, and the lists "to add …" are whole."""

import asyncio
import re
import time
import tomllib
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import discord
import msgspec
import pytest

from bot.app import Eshi
from bot.assembly import assemble
from bot.config import Bot, Config
from bot.config import Wire as WireTable
from bot.delivery.budget import EditBudget
from bot.delivery.traffic import Traffic
from bot.doctor import portal
from bot.engine.engines import Engines
from bot.measures import BotMeasures
from bot.operating.reload import Live
from bot.parts import Given
from bot.prompt import presets
from bot.prompt.prompt_writer import PromptWriter
from bot.safety.policy import ServerPolicy
from bot.safety.wording import TextFilter
from bot.store import Store
from bot.views.licence import of_animagine
from engine import wire
from engine.config import Engine, PictureRating
from engine.samplers import SAMPLERS
from tests.bot import gallery
from tests.bot.test_imports import modules_after
from tests.documents import ROOT, code, column

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
PAGES = {name: (ROOT / name).read_text() for name in ("docs/architecture.md", "docs/glossary.md", "CONTRIBUTING.md")}

FILE = re.compile(r"(?:bot|engine|tests|docs)/[\w./-]+|[\w.-]+\.(?:md|toml)")
"""What between backticks is a path of the repository."""

FILLED_IN = {
    "JOB": "00004K",
    "DRAFT": "00004K",
    "FORM": "00004K",
    "USER": "18446744073709551615",
    "NUMBER": "3",
    "VERSION": "1.0-b",
    "ACTION": "hold",
    "WHOSE": "mine",
    "PAGE": "0",
    "ACT": "needed",
    "ARGUMENT": "nsfw",
}
"""For the words in capitals that stand in a custom id."""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The bot's client, not connected, with everything that the assembly's features hand in."""

    async def offered():
        config = Config(Path("config.toml"), Bot(), WireTable(), Engine(rating=PictureRating(by="none")))
        writer = PromptWriter(config=config.bot, presets=presets.load(), groups={}, vocabulary=None, compose=None)
        measures = BotMeasures()
        found = Eshi(EditBudget(), Traffic(measures))
        async with Store.open(tmp_path_factory.mktemp("data")) as store:
            _, features = assemble(
                Given(
                    client=found,
                    fetch_commands=found.tree.fetch_commands,
                    config=config,
                    live=Live(config),
                    prompt_writer=writer,
                    text_filter=TextFilter(None),
                    licence=of_animagine(),
                    store=store,
                    engines=Engines([]),
                    session=None,
                    reading=None,
                    refusals=found.refusals,
                    measures=measures,
                    budget=EditBudget(),
                    now=time.time,
                )
            )
        found.offer(features)
        return found

    return asyncio.run(offered())


def commands(client):
    """Every command that can be typed or chosen in a menu, by its full name, and the file of its callback."""
    slash = [one for one in client.tree.walk_commands() if not isinstance(one, discord.app_commands.Group)]
    named = {f"/{one.qualified_name}": one for one in slash}
    named |= {one.name: one for one in client.tree.walk_commands(type=discord.AppCommandType.message)}
    return {name: file_of(one.callback) for name, one in named.items()}


def file_of(function):
    while isinstance(function, partial):
        function = function.func
    return f"{function.__module__.replace('.', '/')}.py"


def text(path):
    return (ROOT / path).read_text()


def imports(path, module):
    """Whether a file imports a module, or names out of it; both are paths."""
    dotted = module.removesuffix(".py").replace("/", ".")
    package, _, name = dotted.rpartition(".")
    return re.search(rf"from {dotted} import|from {package} import (?:.*\b)?{name}\b", text(path)) is not None


def lists():
    """The lists "to add …" by their headings: what is written about each file, by its path."""
    part = ARCHITECTURE.partition("## To add …\n")[2].partition("\n## ")[0]
    sections = re.split(r"^### (.+)$", part, flags=re.MULTILINE)
    return {
        heading: {
            match[0].strip("`"): line
            for line in re.findall(r"^- (.+)$", body, re.MULTILINE)
            for match in re.finditer(r"`[^`]+`", line)
            if FILE.fullmatch(match[0].strip("`"))
        }
        for heading, body in zip(sections[1::2], sections[2::2], strict=True)
    }


def sources():
    """The program's own sources, but for the local Discord and what makes the demo's checkpoint."""
    files = [file for package in ("bot", "engine") for file in (ROOT / package).rglob("*.py")]
    return {
        path: file.read_text()
        for file in files
        if not (path := file.relative_to(ROOT).as_posix()).startswith(("bot/sandbox/", "engine/demo/"))
    }


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_is_there(page):
    """`NAME` stands for a file that is to be made: then its folder is there."""
    named = {one for one in code(PAGES[page]) if FILE.fullmatch(one)}
    assert named
    assert [one for one in named if not (ROOT / one.partition("NAME")[0]).exists()] == []


def test_the_floors_are_those_of_the_contract():
    """Name by name, from the top to the bottom; the local Discord's as well."""
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = {tuple(one["containers"]): one["layers"] for one in contracts if one["type"] == "layers"}
    tables = {("bot",): "floor", ("bot.sandbox",): "floor of `bot/sandbox`"}
    assert layers.keys() == tables.keys()
    for package, title in tables.items():
        named = [code(cell) for cell in column(ARCHITECTURE, title)]
        assert named == [re.split(r" [|:] ", one) for one in layers[package]]


def test_the_pure_modules_are_those_of_the_contract():
    """What the bot may import of the engine is said by name."""
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    [allowed] = [one["ignore_imports"] for one in contracts if one.get("forbidden_modules") == ["engine"]]
    [said] = re.findall(r"the bot imports the pure modules alone: (.+?)\.\n", ARCHITECTURE, re.DOTALL)
    assert {f"bot.** -> {name.removesuffix('.py').replace('/', '.')}" for name in code(said)} == set(allowed)


def test_what_is_said_to_be_apart_from_tensors_brings_no_torch():
    """Imported all together, by a program of its own."""
    [said] = re.findall(r"imported without torch:\n(.+?)\. `engine/demo`", ARCHITECTURE, re.DOTALL)
    modules = [name.removesuffix(".py").replace("/", ".") for name in code(said)]
    loaded = modules_after(f"import {', '.join(modules)}")
    assert not {"torch", "diffusers", "transformers"} & set(loaded)
    assert len(modules) > 10


def test_every_command_is_in_the_table_with_its_files(client):
    """The file of its options, of what it does and of what it shows, as they import each other."""
    said = {}
    titles = ("command", "options", "what it does", "what it shows")
    rows = zip(*(column(ARCHITECTURE, title) for title in titles), strict=True)
    for names, options, does, shows in rows:
        [file] = code(options)
        said |= dict.fromkeys([*code(names), *re.findall(r"\*\*(.+?)\*\*", names)], file)
        assert all(imports(file, action) for action in code(does)), names
        around = [file, *code(does), "bot/flow/intake.py"]
        assert all(any(imports(one, view) for one in around) for view in code(shows)), names
    assert said == commands(client)


def test_every_route_is_in_the_table_with_its_files(client):
    """Each row is one route, and each route one row: its kind, the file of its pattern and that of its handler."""
    titles = ("what people see", "custom id", "kind", "shown by", "handled by")
    columns = [column(ARCHITECTURE, title) for title in titles]
    routes, found = list(client._routes), []
    for what, ids, kind, shown, handled in zip(*columns, strict=True):
        for custom_id in code(ids):
            posted = re.sub("|".join(FILLED_IN), lambda word: FILLED_IN[word[0]], custom_id)
            [route] = [one for one in routes if one.kind == kind and one.pattern.fullmatch(posted)]
            assert [file_of(route.handler)] == code(handled), what
            [view] = code(shown)
            assert shows(view, route.pattern), what
        found.append(route)
    assert sorted(map(id, found)) == sorted(map(id, routes))


def shows(view, pattern):
    """Whether the pattern is one of this file's: a name of the module, or made by its `of_job`."""
    module = __import__(view.removesuffix(".py").replace("/", "."), fromlist=["*"])
    named = {one.pattern for one in vars(module).values() if isinstance(one, re.Pattern)}
    if hasattr(module, "LOOKS"):
        named |= {module.of_job(action).pattern for action in module.LOOKS}
    return pattern.pattern in named


def test_every_task_and_thread_begins_where_it_is_said_to():
    """By its name, as far as that does not name a job or a server."""
    titles = ("task", "thread of the bot", "thread of the engine")
    for title in titles:
        names, files = column(ARCHITECTURE, title), column(_tables_with(title), "file")
        for name, file in zip(names, files, strict=True):
            texts = "\n".join(text(one) for one in code(file))
            assert all(f'"{one.partition(" ID")[0]}' in texts for one in code(name)), name


def _tables_with(title):
    """The page from the table that has this column, to its end."""
    start = ARCHITECTURE.index(f"| {title} |")
    return ARCHITECTURE[start:].partition("\n\n")[0]


def test_every_task_of_the_program_is_in_the_table():
    """What is started for longer than a moment has a name, so that the log can say which it was."""
    started = {
        name.partition("{")[0].rstrip()
        for source in sources().values()
        for name in re.findall(r'create_task\(.*?, name=f?"([^"]+)"', source)
    }
    said = {name.partition(" ID")[0] for cell in column(_tables_with("task"), "task") for name in code(cell)}
    assert started == said


def test_the_glossary_s_words_stand_in_order_each_with_its_file():
    """A word that is a class is defined in that file."""
    words, files = [*column(GLOSSARY, "word")], [*column(GLOSSARY, "file")]
    plain = [re.sub(r" \(`.*", "", word).casefold() for word in words]
    assert plain == sorted(plain)
    for word, file in zip(words, files, strict=True):
        [path] = code(file)
        assert all(re.search(rf"^class {name}\b", text(path), re.MULTILINE) for name in code(word)), word


@pytest.mark.parametrize("heading", lists())
def test_what_a_list_names_in_a_file_is_in_that_file(heading):
    """`LOOKS`, `_change` and their like, behind the file's own path."""
    for path, line in lists()[heading].items():
        about = line.partition(f"`{path}`")[2].partition(";")[0]
        names = [one for one in code(about) if re.fullmatch(r"_?[A-Za-z]\w+", one)]
        if "NAME" not in path and path.endswith(".py"):
            assert [one for one in names if one not in text(path)] == [], path


def test_the_check_knows_every_command_s_name(client):
    """It compares them with what Discord knows."""
    slash, menu = client.tree.get_commands(), client.tree.get_commands(type=discord.AppCommandType.message)
    assert {one.name for one in (*slash, *menu)} == portal.COMMANDS


def test_a_feature_is_added_by_what_it_hands_in(client):
    """Its command and its route are there, and nothing else changed."""
    told = []

    async def turned(interaction, page):
        told.append((interaction, page))

    before, routes = commands(client), list(client._routes)
    client.offer([gallery.feature(SimpleNamespace(show=None, turned=turned))])
    try:
        assert commands(client) == before | {"/gallery": "tests/bot/gallery.py"}
        assert list(client._routes)[: len(routes)] == routes
        press = SimpleNamespace(
            type=discord.InteractionType.component,
            data={"custom_id": "v1:gallery:12", "component_type": 2},
            message=SimpleNamespace(components=[SimpleNamespace(custom_id="v1:gallery:12")]),
        )
        asyncio.run(client._routes.handling(press))
        assert told == [(press, "12")]
    finally:
        client.tree.remove_command("gallery")
        client._routes._routes = routes


def test_nothing_but_its_list_knows_a_sampler_by_name():
    """Whoever adds one touches these files, and no other."""
    usual = wire.SamplingParams().sampler
    named = re.compile("|".join(rf"[\"']{one}[\"']" for one in SAMPLERS if one != usual))
    assert {path for path, source in sources().items() if named.search(source)} <= {*lists()["A sampler"]}


def test_nothing_but_its_list_makes_a_plan():
    """Batch, admission and job states go by what a plan says, and not by what kind of job it is."""
    made = re.compile(r"\b(?:Plan|Pass)\(|\bplan_of\b")
    found = {path for path, source in sources().items() if made.search(source)}
    assert found == {"engine/kinds.py", "engine/worker.py"}
    assert "engine/kinds.py" in lists()["A kind of job"]


def test_nothing_but_its_list_knows_a_wire_field_by_name():
    """Guidance is one that members choose: by the wire's name, and by the option's; the bench asks diffusers for it."""
    named = re.compile(r"\bguidance_scale\b|\.guidance\b|\bguidance=|\"guidance\"")
    found = {path for path, source in sources().items() if named.search(source)}
    assert found - {"engine/bench.py", "engine/stock_pipeline.py"} <= {*lists()["A wire field"]}


@pytest.mark.parametrize("field", wire.SamplingParams.__struct_fields__)
def test_a_wire_field_is_drawn_written_down_and_filled_in(field):
    """Where one of these does not know a field, a picture is not what its request or its recipe says."""
    for path in ("engine/denoise.py", "engine/infotext.py", "bot/prompt/completion.py"):
        assert path in lists()["A wire field"]
        assert re.search(rf"\b{field}\b", text(path)), path


@pytest.mark.parametrize("field", ServerPolicy.__struct_fields__)
def test_a_server_s_setting_has_its_control_and_its_example(field):
    """On a page of the screen, and in the settings file that the page for admins shows."""
    listed = lists()["A setting of a server"]
    screens = [path for path in listed if path.startswith("bot/views/")]
    assert len(screens) == 2
    assert any(re.search(rf"\b{field}\b", text(path)) for path in screens)
    assert re.search(rf"\b{field}\b", text("docs/ratings.md"))


def test_an_operator_s_setting_is_read_somewhere():
    """Every key of the bot's tables is an attribute that some other file asks for."""
    asked = "\n".join(source for path, source in sources().items() if path != "bot/config_tables.py")
    assert [name for name in _fields(Bot) if not re.search(rf"\.{name}\b", asked)] == []


def _fields(table):
    for field in msgspec.structs.fields(table):
        yield field.name
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _fields(field.type)


def test_a_wire_message_is_known_where_its_list_says():
    """Commands to the engine, the engine of the tests and the golden bytes; a job's events to its mailbox."""
    listed = lists()["A wire message"]
    for message in (*get_args(wire.Command), *get_args(wire.Event)):
        everywhere = ["engine/wire.py", "tests/engine/test_wire.py"]
        if message in get_args(wire.Command):
            everywhere += ["engine/server.py", "bot/engine/client.py", "tests/bot/fake_engine.py"]
        elif "job_id" in message.__struct_fields__:
            everywhere += ["bot/engine/mailbox.py"]
        assert set(everywhere) <= {*listed}
        for path in everywhere:
            assert re.search(rf"\b{message.__name__}\b", text(path)), (message, path)

"""No sentence for a member is built where it is said: whatever reads like one in the sources is defined as a value."""

import ast
import builtins
import importlib
import re
from pathlib import Path

import pytest

from bot.errors import InvalidRequest, NotYours, Refused, StoreError, Undeliverable

ROOT = Path(__file__).parents[3]

PROSE = re.compile(r"(?<![\w-])[A-Za-z][a-z’']*(?: (?:[a-z’']+|\{\})){2,}")
"""Three words in a row: names of tags, of keys and of tasks have two at most, or are among the exceptions."""

LETTERS = re.compile(r"[^\W\d_]{2}")

SHOWN = {"content", "label", "placeholder", "title", "description"}
"""Arguments of Discord's components and answers that people read."""

SHOWING = {"TextDisplay", "send_message", "send", "reply", "tell", "SelectOption", "Choice", "as_written"}
"""Calls whose first argument, or whose name, people read."""

OPERATORS = {
    "bot/__main__.py": "the terminal",
    "bot/cli.py": "the terminal",
    "bot/demo.py": "the terminal",
    **{
        f"bot/doctor/{name}.py": "the terminal: what the check found"
        for name in (
            *("cli", "configuration", "drawing", "engine_rows", "examination", "machine", "places", "portal"),
            *("report", "rows"),
        )
    },
    **{
        f"bot/setup/{name}.py": "the terminal: what set-up asks"
        for name in ("asking", "cli", "questions", "service", "wizard", "writing")
    },
    "bot/picture/cli.py": "the terminal",
    "bot/prompt/cli.py": "the terminal",
    "bot/prompt/vocabulary/cli.py": "the terminal",
    "bot/prompt/wildcards.py": "what is wrong with the operator's wildcards",
    "bot/safety/cli.py": "the terminal",
    "bot/prompt/vocabulary/formats.py": "what is wrong with a line of the operator's word list",
    "bot/prompt/vocabulary/importing.py": "what became of the operator's word list",
    "bot/config.py": "what is wrong with the operator's configuration",
    "bot/config_tables.py": "likewise",
    "bot/safety/operator_words.py": "what is wrong with the operator's presets and wildcards",
    "bot/logs.py": "the log",
    "bot/measures.py": "Prometheus: what a number is",
    "bot/operating/reload.py": "the log",
    "bot/operating/overview.py": "systemd: how the bot is",
    "bot/watchdog.py": "the log",
    "bot/gateway.py": "the log: why the gateway let go",
    "bot/engine/child.py": "the log: what became of the engine's process",
    "bot/engine/client.py": "the log: what became of the engine",
    "bot/engine/engines.py": "the log: what became of an engine",
    "bot/engine/log.py": "the log: what the engine wrote",
    "bot/engine/remote_worker.py": "the log: what became of a worker",
    "bot/reading/process.py": "the log: what became of the reader",
    "bot/store/database.py": "SQL, and the log",
    "bot/store/inspection.py": "what is wrong with the database",
    "bot/store/spool.py": "what is wrong with the spool",
    "bot/store/wholeness.py": "what is wrong with a picture's file",
}
"""Files that say nothing but to whoever runs the bot."""

NO_SENTENCES = {
    "bot/picture/recipes/comfyui.py": {"a second pass": "a value of a recipe, named as its keys are"},
    "bot/picture/recipes/swarmui.py": dict.fromkeys(
        ("Init image creativity", "Variation seed strength", "Clip stop at layer"),
        "keys of a recipe: what SwarmUI's page calls its settings",
    ),
    "bot/picture/recipes/webui.py": {
        "Behind the settings": "a key of a recipe, for words that have none",
        "variation seed strength": "a key of a recipe",
    },
    "bot/prompt/foreign/unrepeatable.py": dict.fromkeys(
        ("ultimate sd upscale", "clip stop at layer"), "nobody: keys of recipes that are looked for"
    ),
    "bot/prompt/presets.py": {"No style": "nobody: it is offered to nobody"},
    "bot/safety/text/ages.py": dict.fromkeys(("zero", "cero", "null"), "nobody: words for numbers that are looked for"),
    "bot/safety/text/lists.py": {
        "one of several terms": "nobody: the kinds of terms",
        "a tag that belongs": "the same",
        "a word that asks": "the same",
        "denied by the operator": "the same",
        "a phrase whose words": "the same",
    },
    "bot/store/__init__.py": {
        "a link that leads nowhere": "what is wrong with the data folder",
        "something else of this name": "the same",
    },
    "bot/app.py": {"what answers there is not Discord": "the log"},
    "bot/delivery/message_editor.py": {
        "the bot is not in this server any more": "the log: why a message is gone",
        "the channel was deleted": "the same",
        "the message was deleted": "the same",
        "the thread was archived": "the same",
    },
}
"""The beginnings of texts in other files that no member reads, and who does or what for they are."""


def files():
    for path in sorted((ROOT / "bot").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(("bot/sandbox/", "bot/sentences/")) and name not in OPERATORS:
            yield name


def text_of(node):
    """The text of a literal, with {} for what is filled in; None of what is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def is_for_operators(call, names):
    """Whether a call writes the log, makes an error that no member is shown, names a task or compiles a pattern."""
    called = ast.unparse(call.func)
    made = names.get(called, getattr(builtins, called, None))
    if isinstance(made, type) and issubclass(made, Exception):
        return not issubclass(made, Refused)
    return called.startswith(("log.", "re.", "self._database.fetch")) or called in {
        "cast",
        "TypeVar",
        "super().__init__",
    }


def literals(tree, names):
    """Every literal that somebody could be shown, with whether it stands where people read it for certain."""

    def walk(node, shown):
        text = text_of(node)
        if text is not None:
            yield node.lineno, text, shown
        if isinstance(node, ast.Expr) and text_of(node.value) is not None:  # a docstring
            return
        if isinstance(node, ast.Call):
            if is_for_operators(node, names):
                return
            called = ast.unparse(node.func).partition("[")[0].rpartition(".")[2]
            for argument in node.args[:2]:
                yield from walk(argument, called in SHOWING)
            for argument in node.args[2:]:
                yield from walk(argument, False)
            for keyword in node.keywords:
                if keyword.arg == "name" and called in {"create_task", "Thread"}:
                    continue
                yield from walk(keyword.value, keyword.arg in SHOWN or (called in SHOWING and keyword.arg == "name"))
            yield from walk(node.func, False)
            return
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                yield from walk(node.value, False)
            return
        if isinstance(node, ast.arg | ast.Import | ast.ImportFrom) or getattr(node, "name", "") == "__repr__":
            return
        for child in ast.iter_child_nodes(node):
            if not isinstance(node, ast.JoinedStr) or not isinstance(child, ast.Constant):
                yield from walk(child, shown and not isinstance(child, ast.Call))

    yield from walk(tree, False)


def in_place(source, names):
    """The literals that are sentences."""
    for line, text, shown in literals(ast.parse(source), names):
        if PROSE.search(text) or (shown and LETTERS.search(text.replace("{}", ""))):
            yield line, text


@pytest.mark.parametrize("path", [*files()])
def test_every_sentence_is_defined_as_a_value(path):
    """Log lines, errors for the operator and docstrings are no sentences for members."""
    known = tuple(NO_SENTENCES.get(path, ()))
    assert [(line, text) for line, text in found_in(path) if not text.startswith(known)] == []


def found_in(path):
    module = importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    return in_place((ROOT / path).read_text(), vars(module))


def test_no_exception_is_left_that_nothing_needs():
    """Whatever they were made for is still there."""
    for path, beginnings in NO_SENTENCES.items():
        texts = [text for _, text in found_in(path)]
        assert [one for one in beginnings if not any(text.startswith(one) for text in texts)] == [], path
    assert [path for path in OPERATORS if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "source",
    [
        'raise InvalidRequest("Discord did not give me this picture.")',
        'raise NotYours(f"Only <@{owner}> or a moderator may do this.")',
        'await tell(interaction, f"`{job.id}` is cancelled.")',
        'await interaction.response.send_message("Taken.", ephemeral=True)',
        'ui.Button(label="Draw", custom_id="v1")',
        'ui.TextDisplay[ui.LayoutView](f"Now: {tags}")',
        'app_commands.describe(seed="The same seed draws the same picture again")',
        'app_commands.Choice(name="Largest", value="1")',
        'said = "was not drawn" if failed else f"you have {number} requests in the queue"',
        'LEFT = {"pause": "nothing of this server is started"}',
        'return lines + [f"It has {phrase}, which cannot be had here."]',
        'await tell(interaction, as_written("Done."))',
    ],
)
def test_a_sentence_in_place_is_found(source):
    """However it is made, raised or sent."""
    assert [*in_place(source, {"InvalidRequest": InvalidRequest, "NotYours": NotYours})]


@pytest.mark.parametrize(
    "source",
    [
        'log.warning("job %s: its message cannot be told of its end", job.id)',
        'raise StoreError(f"job {job_id}: its row in the database cannot be read: {error}")',
        'raise Undeliverable("the bot may no longer edit in this channel", ends.NO_RIGHT)',
        'asyncio.create_task(work(), name="a reader that is ready")',
        '"""What a file is for, in one sentence."""',
        'ui.Button(label=render(says.DRAW), custom_id=f"v1:draft:{draft_id}")',
        'ui.TextDisplay(f"**{render(title)}**")',
        'COUNT_TAGS = ("no humans", "multiple girls")',
    ],
)
def test_what_no_member_reads_is_no_sentence(source):
    assert [*in_place(source, {"StoreError": StoreError, "Undeliverable": Undeliverable})] == []

"""The files of `deploy/`: each fits what the program says and does."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from bot.measures import BotMeasures
from engine.counts import EngineMeasures
from engine.measures import Histogram
from engine.metrics import registry_of
from tests.documents import ROOT

DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "eshi.rules.yml"
BOARD = DEPLOY / "grafana" / "eshi.json"
NAME = re.compile(r"\beshi_[a-z_]+")


def shown(registry_like):
    """Every name that PromQL can ask for, and the labels that it has."""
    found = {}
    for one in registry_like:
        suffixes = ("_bucket", "_sum", "_count") if isinstance(one, Histogram) else ("",)
        found |= {f"{one.name}{suffix}": one for suffix in suffixes}
    return found


SHOWN = shown([*BotMeasures(), *EngineMeasures()])


def expressions(tree):
    """Every PromQL expression in a board or in rules."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "expr":
                yield value
            else:
                yield from expressions(value)
    elif isinstance(tree, list):
        for one in tree:
            yield from expressions(one)


def board():
    return json.loads(BOARD.read_text())


def rules():
    return yaml.safe_load(RULES.read_text())


@pytest.mark.parametrize("tree", [board(), rules()], ids=["board", "rules"])
def test_what_is_asked_for_is_counted(tree):
    """By its name, and by labels that it has."""
    asked = {name for expression in expressions(tree) for name in NAME.findall(expression)}
    assert asked - SHOWN.keys() == set()
    for expression in expressions(tree):
        for name, selector in re.findall(r"\b(eshi_[a-z_]+)\{([^}]*)\}", expression):
            for label, value in re.findall(r'(\w+)="([^"]*)"', selector):
                assert value in SHOWN[name].labels[label]


def test_what_is_counted_is_on_the_board():
    """The reverse: nothing is counted that nobody would ever see."""
    asked = {SHOWN[name].name for expression in expressions(board()) for name in NAME.findall(expression)}
    assert {one.name for one in SHOWN.values()} - asked == set()


def test_the_board_s_legends_name_labels_that_are_there():
    """A legend with an unknown label shows its braces."""
    for panel in board()["panels"]:
        for target in panel["targets"]:
            labels = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            known = {label for name in NAME.findall(target["expr"]) for label in SHOWN[name].labels}
            assert labels <= known, panel["title"]


def test_the_board_can_be_imported_anywhere():
    """Without a database's number, under a name that stays, and with the data source of whoever imports it."""
    made = board()
    assert (made["id"], made["uid"]) == (None, "eshi-overview")
    [source] = made["templating"]["list"]
    assert source["type"] == "datasource"
    used = re.findall(r'"uid": "(\$\{\w+\})"', BOARD.read_text())
    assert {*used} == {"${source}"}
    identifiers = [panel["id"] for panel in made["panels"]]
    assert len({*identifiers}) == len(identifiers)


def test_every_alert_has_its_place_on_the_page_for_operators():
    """Who is woken by one finds out what to do."""
    page = (ROOT / "docs" / "operating.md").read_text()
    named = [rule["alert"] for group in rules()["groups"] for rule in group["rules"]]
    assert [one for one in named if f"`{one}`" not in page] == []
    assert [one for one in re.findall(r"`(Eshi[A-Z]\w+)`", page) if one not in named] == []


PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed; Debian's package prometheus brings it")
@pytest.mark.parametrize(
    "arguments", [("rules", str(RULES)), ("config", str(DEPLOY / "prometheus" / "prometheus.yml"))]
)
def test_promtool_takes_the_files(arguments):
    """Prometheus' own check, where it is."""
    done = subprocess.run([PROMTOOL, "check", *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed; Debian's package prometheus brings it")
@pytest.mark.parametrize("measures", [BotMeasures, EngineMeasures])
def test_promtool_takes_the_page(measures):
    """Names, units and explanations of what is counted, by Prometheus' own rules."""
    from prometheus_client import generate_latest

    page = generate_latest(registry_of(measures()))
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=page, capture_output=True, check=False)  # noqa: S603
    complaints = [line for line in done.stdout.decode().splitlines() if line.startswith("eshi_")]
    assert complaints == []

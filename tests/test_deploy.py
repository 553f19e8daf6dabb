"""The files of `deploy/`: each fits what the program says and does."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bot.__main__ import parser as bot_parser
from bot.config import Bot
from bot.measures import BotMeasures
from engine.__main__ import parser as engine_parser
from engine.counts import EngineMeasures
from engine.measures import Histogram
from engine.metrics import registry_of
from tests import units
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


UNITS = sorted([*(DEPLOY / "systemd").glob("*.service"), *(DEPLOY / "quadlet").iterdir()])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_and_quadlets_have_no_fault(path):
    """By their form and keys, and by systemd's own check where it is."""
    assert [*units.faults(path)] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[Service]\nExecStart=/bin/true\nRestrat=always", "[Service] has no Restrat"),
        ("[Service]\nExecStart=/bin/true\nRestartSec=soon", "RestartSec is a time"),
        ("[Service]\nExecStart=/bin/true\nwhat is this", "neither a section nor KEY=VALUE"),
        ("[Container]\nImage=a", "a .service file has no section [Container]"),
        ("[Service]\nRestartSec=5", "lacks ExecStart"),
    ],
)
def test_a_fault_in_a_unit_is_found(tmp_path, text, said):
    """Else nothing above would mean anything."""
    path = tmp_path / "a.service"
    path.write_text(text)
    assert any(said in fault for fault in units.faults(path))


def service(name):
    """The [Service] section of a unit: every value of every key."""
    found = {}
    for _, section, key, value in units.entries((DEPLOY / "systemd" / name).read_text()):
        if section == "Service":
            found.setdefault(key, []).append(value)
    return found


BOTH = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "RestrictSUIDSGID": "yes",
    "RestrictRealtime": "yes",
    "RestrictNamespaces": "yes",
    "LockPersonality": "yes",
    "SystemCallArchitectures": "native",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "RemoveIPC": "yes",
    "ProtectProc": "invisible",
    "User": "eshi",
    "Type": "notify",
    "Restart": "on-failure",
}


@pytest.mark.parametrize("name", ["eshi-bot.service", "eshi-engine.service"])
def test_both_services_are_closed_as_far_as_they_can_be(name):
    """Nobody's root, nothing to write but their own folders, and systemd's own mark is good."""
    said = service(name)
    assert {key: said.get(key) for key in BOTH} == {key: [value] for key, value in BOTH.items()}
    assert all("78" in codes.split() for codes in said["RestartPreventExitStatus"])
    assert "WatchdogSec" in said
    mark = units.exposure(DEPLOY / "systemd" / name)
    assert mark is None or mark < 2.0


def test_each_service_has_what_only_it_can_have():
    """The bot writes no code; torch does, and needs the card's files and no network."""
    bot, engine = service("eshi-bot.service"), service("eshi-engine.service")
    for key in ("PrivateDevices", "ProtectClock", "MemoryDenyWriteExecute"):
        assert bot[key] == ["yes"]
        assert key not in engine, "CUDA or torch does not run with it"
    assert engine["PrivateNetwork"] == ["yes"]
    assert bot["RestrictAddressFamilies"] == ["AF_INET AF_INET6 AF_UNIX"]
    assert bot["LoadCredential"] == ["token:/etc/eshi/token"]
    assert "/var/lib/eshi/bot" in engine["InaccessiblePaths"][0]
    assert float(bot["TimeoutStopSec"][0]) >= Bot().drain_s + 20
    waits = [key for unit in (bot, engine) for key in unit if key.startswith("Requires")]
    assert waits == []


def test_the_bot_lives_without_the_engine():
    """Wanted, not required: it says what is the matter meanwhile."""
    text = (DEPLOY / "systemd" / "eshi-bot.service").read_text()
    wants = [value for _, section, key, value in units.entries(text) if (section, key) == ("Unit", "Wants")]
    assert wants == ["network-online.target eshi-engine.service"]
    assert "Requires=" not in text


def composed(name):
    return yaml.safe_load((DEPLOY / "docker" / name).read_text())["services"]


@pytest.mark.parametrize(
    ("file", "name"), [("compose.yaml", "bot"), ("compose.yaml", "engine"), ("compose.demo.yaml", "demo")]
)
def test_containers_are_nobody_and_write_nothing_of_their_own(file, name):
    """Read-only, without rights, with a bound for processes; and every image has a check of its health."""
    one = composed(file)[name]
    assert one["user"] == "10001:10001"
    assert (one["read_only"], one["cap_drop"], one["init"]) == (True, ["ALL"], True)
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in one
    image = re.split(rf"^FROM base AS {name}$", (DEPLOY / "docker" / "Dockerfile").read_text(), flags=re.MULTILINE)[1]
    image = image.partition("\nFROM")[0]
    assert "USER 10001:10001" in image
    assert "HEALTHCHECK" in image


def test_the_engine_s_container_can_compile_and_has_no_network():
    """Docker's own /tmp for containers is noexec, which Inductor cannot use."""
    engine, bot = (composed("compose.yaml")[name] for name in ("engine", "bot"))
    assert engine["tmpfs"] == ["/tmp:exec,mode=1777,size=2g"]  # noqa: S108  in there
    assert engine["network_mode"] == "none"
    assert engine["deploy"]["resources"]["reservations"]["devices"] == [
        {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}
    ]
    assert int(bot["stop_grace_period"].removesuffix("s")) >= Bot().drain_s + 20


def test_no_weights_and_no_secrets_come_into_an_image():
    """What is not named stays out: the data folder, a token beside it, models."""
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {
        *("bot", "engine", "pyproject.toml", "README.md", "LICENSE", "NOTICE", "constraints.txt", "config.example.toml")
    }


COMMANDS = (bot_parser, engine_parser)


@pytest.mark.parametrize(
    "words",
    [
        *(
            shlex.split(value[0])
            for value in (service(f"eshi-{one}.service")["ExecStart"] for one in ("bot", "engine"))
        ),
        *(
            json.loads(found)
            for found in re.findall(r"HealthCmd=(\[.*\])", "\n".join(path.read_text() for path in UNITS))
        ),
        *(
            [entry, *json.loads(found)]
            for entry, found in re.findall(
                r'ENTRYPOINT \["(eshi[\w-]*)"\]\nCMD (\[.*\])', (DEPLOY / "docker" / "Dockerfile").read_text()
            )
        ),
    ],
    ids=" ".join,
)
def test_every_command_line_is_one_that_the_program_takes(words):
    """Also those of health checks."""
    program, *arguments = words
    bot_parser, engine_parser = COMMANDS
    parser = {"eshi": bot_parser, "eshi-engine": engine_parser}[Path(program).name]
    assert "run" in (parsed := parser().parse_args(arguments)) or "command" in parsed


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

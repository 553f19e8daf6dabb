"""A Ray cluster whose nodes are trees of processes on this machine, each with an address of its own, and the front."""

import asyncio
import contextlib
import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import psutil

ROOT = Path(__file__).parents[2]
STORE_BYTES = 100_000_000
START_S = 600.0
"""How long a node may take to start: four programs and a library of 240 MB, on a machine that does other things."""

HEALTH = {
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "3000",
    "RAY_health_check_failure_threshold": "3",
}
"""As docs/cluster.md tells whoever starts a head."""


def free_port(host="127.0.0.1"):
    with socket.create_server((host, 0)) as listener:
        return listener.getsockname()[1]


class Node:
    """One `ray start`, and everything under it."""

    def __init__(self, name, process, within=()):
        self.name = name
        self.within = within
        self._process = process

    @property
    def is_there(self):
        """Whether it is starting, or has."""
        return self._process.poll() is None

    @property
    def tree(self):
        """Its processes, Ray's and the workers'."""
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        return []

    def signal(self, number):
        for one in self.tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(number)

    def kill(self):
        """As a machine that loses its power."""
        tree = self.tree
        for one in tree:  # the first would end the others in order if it could
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(signal.SIGSTOP)
        for one in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        self._process.wait()

    def freeze(self):
        self.signal(signal.SIGSTOP)


class RayMachines:
    """A head without a card, and nodes with one each."""

    root = ROOT

    def __init__(self, folder: Path, *, ip: str | None = None, health: bool = False):
        """Use this folder for what is written; Ray's own lies in one with a short path.

        Args:
            folder: For configuration and logs.
            ip: Of this machine, where it has several.
            health: The head takes silent nodes for dead as soon as docs/cluster.md has it, else after Ray's own minute,
                which no machine misses that is merely slow.
        """
        self.folder = folder
        self.token_file = folder / "token"
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(secrets.token_hex(32))
        self.record = folder / "record"
        self.record.mkdir()
        self._health = HEALTH if health else {}
        self._ray = Path(tempfile.mkdtemp(prefix="eshi-r-"))
        self._ip = ip or own_address()
        self.address = f"{self._ip}:{free_port()}"
        self.nodes: dict[str, Node] = {}
        self._asked = {}
        self._starts = itertools.count()
        self._logs = []

    @property
    def environment(self):
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "COV_"))},
            **self._health,
            "RAY_raylet_start_wait_time_s": "120",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(self.token_file),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_memory_monitor_refresh_ms": "0",
            "RAY_enable_metrics_collection": "0",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *names):
        """Start the head, or nodes with a card each, and wait until they are there."""
        for name in names:
            self.begin(name)
        self.wait_for(*names)

    def begin(self, name, **options):
        """Begin to start one; options as in `_start`."""
        self._asked[name] = options
        self.nodes[name] = self._start(name, **options)

    def _start(self, name, *, within=(), ip=None, environment=(), cards=1, labels=""):
        head = name == "head"
        number = next(self._starts)
        port = self.address.rpartition(":")[2]
        first = ("--head", f"--port={port}", "--include-dashboard=false", f"--node-ip-address={self._ip}")
        further = (f"--address={self.address}", f"--node-ip-address={ip or f'127.0.1.{number}'}")
        log = (self.folder / f"{name}.log").open("wb")
        self._logs.append(log)
        process = subprocess.Popen(  # noqa: S603  this test's own words
            [
                *within,
                *(sys.executable, "-m", "ray.scripts.scripts", "start", "--block"),
                *(first if head else further),
                *(f"--node-name={name}", f"--num-gpus={0 if head else cards}", "--num-cpus=1"),
                *(f"--object-store-memory={STORE_BYTES}", f"--temp-dir={self._ray}/{number}"),
                "--include-log-monitor=false",
                *((f"--labels={labels}",) if labels else ()),
                *_agents_ports(),
            ],
            cwd=ROOT,
            env={**self.environment, **dict(environment)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return Node(name, process, within)

    def wait_for(self, *names):
        """Wait until these say that they have started."""
        until = time.monotonic() + START_S
        for name in names:
            log = self.folder / f"{name}.log"
            while b"Ray runtime started" not in log.read_bytes():
                if time.monotonic() > until:
                    raise AssertionError(f"{name} did not start:\n{log.read_text()[-2000:]}")
                if not self.nodes[name].is_there:  # Ray gives up after half a minute; its service manager does not
                    self.begin(name, **self._asked[name])
                time.sleep(0.1)

    def configure(self, *, model="sleeping/0.05", name="config.toml", bot=None, **cluster):
        """Write a configuration, and give its path."""
        path = self.folder / name
        tables = {
            "engine": {
                "model": model,
                "config_folder": str(self.record),
                "cluster": {"address": self.address, "token_file": str(self.token_file), **cluster},
            },
            **({} if bot is None else {"bot": bot}),
        }
        path.write_bytes(msgspec.toml.encode(tables))
        return path

    def hold(self, *, held=True):
        """Let every job stand still after its first step, or go on."""
        if held:
            (self.record / "hold").touch()
        else:
            (self.record / "hold").unlink()

    def close(self):
        """Leave nothing behind."""
        for node in self.nodes.values():
            node.kill()
        for log in self._logs:
            log.close()
        shutil.rmtree(self._ray, ignore_errors=True)

    def drawn(self):
        """What the sleeping cards began: a dictionary each, with job, prompt and pid."""
        return [
            msgspec.json.decode(line) for file in self.record.glob("*.jsonl") for line in file.read_bytes().splitlines()
        ]


def _agents_ports():
    """Ports for Ray's agents: of one that it does not know beforehand, a node waits for half a minute at most."""
    names = (
        "dashboard-agent-listen-port",
        "dashboard-agent-grpc-port",
        "runtime-env-agent-port",
        "metrics-export-port",
    )
    return [f"--{name}={free_port()}" for name in names]


def own_address():
    """Where Ray says that this machine is; without a network it takes loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


class FrontProcess:
    """``python -m engine cluster`` with cards that sleep; its log is kept."""

    def __init__(self, process, log):
        self.process = process
        self.log = log

    @classmethod
    async def start(cls, config, *, environment=None):
        log = config.with_name(f"front-{len(list(config.parent.glob('front-*.log')))}.log")
        with log.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.cluster.front", "--config", str(config)),
                cwd=config.parent,  # Ray lets every worker look there first, and a node is to have code of its own
                env={**(environment or os.environ), "PYTHONPATH": str(ROOT)},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, log)

    @property
    def text(self):
        return self.log.read_text(errors="replace")

    async def end(self, number=signal.SIGINT):
        """Ask it to stop, and give its status."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


@contextlib.asynccontextmanager
async def front(config, **others):
    """A front that runs until the block is left, and ends well at Ctrl-C; what it said is shown where it did not."""
    running = await FrontProcess.start(config, **others)
    try:
        yield running
    except BaseException:
        sys.stdout.write(running.text)
        raise
    finally:
        status = await running.end()
    assert status == 0, running.text

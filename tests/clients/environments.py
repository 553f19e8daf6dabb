"""Where the clients are installed: outside git and outside the tests' own environment, until a version changes."""

import asyncio
import json
import sys
from pathlib import Path

from tests.clients.clients import CLIENTS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".clients"
NODE = FOLDER / "node"
BOTS = Path(__file__).with_name("bots")


class NotInstalled(Exception):
    """A client could not be had; the message is the installer's last lines."""


def command(client):
    """Give what starts a client's bot."""
    interpreter = "node" if client.node else str(_python(client))
    return (interpreter, str(BOTS / client.bot))


def environment(client):
    """Give what its process needs beside the caller's environment."""
    return {"NODE_PATH": str(NODE / "node_modules")} if client.node else {}


def installed(client):
    """Say whether the very version of the table is there."""
    return _stamp(client).is_file() and _stamp(client).read_text() == _pins(client)


async def install(client):
    """Install a client if it is not there.

    Raises:
        NotInstalled: The package or its interpreter is not to be had.
    """
    if installed(client):
        return
    if client.node:
        NODE.mkdir(parents=True, exist_ok=True)
        (NODE / "package.json").write_text(json.dumps({"private": True, "dependencies": _node_packages()}))
        # Without scripts: what they would compile are optional encodings that nothing here needs.
        await _run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", cwd=NODE)
    else:
        folder = FOLDER / client.name
        await _run(sys.executable, "-m", "venv", "--clear", str(folder))
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        await _run(str(_python(client)), *pip, f"{client.package}=={client.version}")
    _stamp(client).write_text(_pins(client))


def _python(client):
    return FOLDER / client.name / "bin" / "python"


def _stamp(client):
    return (NODE if client.node else FOLDER / client.name) / "installed"


def _pins(client):
    return json.dumps(_node_packages() if client.node else {client.package: client.version})


def _node_packages():
    return {one.package: one.version for one in CLIENTS if one.node}


async def _run(*words, cwd=None):
    try:
        process = await asyncio.create_subprocess_exec(
            *words, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except FileNotFoundError:
        raise NotInstalled(f"{words[0]} is not on this machine") from None
    said, _ = await process.communicate()
    if process.returncode:
        raise NotInstalled(" ".join(said.decode(errors="replace").strip().splitlines()[-3:]))

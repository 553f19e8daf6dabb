"""`python -m engine workers`: who draws at a running engine or cluster, and the update of one after the other."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp

from engine import listen, textfile
from engine.errors import ClusterError
from engine.wire import (
    MAX_MESSAGE_BYTES,
    PROTOCOL,
    Command,
    Drain,
    Draining,
    ListedWorker,
    Loading,
    Lost,
    Ready,
    Rejected,
    Reload,
    Workers,
    decode_event,
    encode,
    protocol_of,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from pathlib import Path

    from engine.config import Wire

CONNECT_S = 10.0


class _Line:
    """A connection that asks for no pictures."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def tell(self, command: Command) -> None:
        await self._socket.send_bytes(encode(command))

    async def workers(self) -> Sequence[ListedWorker]:
        """Wait for the next list.

        Raises:
            ClusterError: It speaks another protocol, refuses what was told, or has gone.
        """
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.BINARY:
                break
            if (protocol := protocol_of(message.data)) not in {None, PROTOCOL}:
                raise ClusterError(f"it speaks protocol {protocol}, and this is {PROTOCOL}: install the same version")
            match decode_event(message.data):
                case Workers(workers=workers):
                    return workers
                case Rejected(detail=detail):
                    raise ClusterError(detail)
                case _:
                    continue
        raise ClusterError("it has gone")


@asynccontextmanager
async def _connected(wire: Wire, base: Path, environ: Mapping[str, str]) -> AsyncGenerator[_Line]:
    """Connect as the bot does.

    Raises:
        ClusterError: Nobody is there, or the secret is another one.
    """
    path = textfile.beside(base, wire.url.removeprefix("unix:")) if wire.url.startswith("unix:") else None
    headers = {} if path is not None else {"Authorization": f"Bearer {listen.secret(wire, base, environ)}"}
    connector = None if path is None else aiohttp.UnixConnector(str(path))
    timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_S)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout) as session,
            session.ws_connect("ws://engine/" if path else wire.url, max_msg_size=MAX_MESSAGE_BYTES) as socket,
        ):
            yield _Line(socket)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ClusterError(f"{wire.url}: no engine can be asked there ({error})") from error


async def look(wire: Wire, base: Path, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Say in a line each how they are.

    Raises:
        ClusterError: They cannot be asked.
    """
    async with _connected(wire, base, environ) as line:
        return [f"{one.id}: {described(one)}" for one in await line.workers()]


async def drain(wire: Wire, base: Path, worker: str, environ: Mapping[str, str] = os.environ) -> None:
    """Let one end what it has and take nothing new, and wait until it has nothing.

    Raises:
        ClusterError: There is no such worker, or nobody to tell it.
    """
    async with _connected(wire, base, environ) as line:
        _named(await line.workers(), worker)
        await line.tell(Drain(worker=worker))
        while not isinstance(_named(await line.workers(), worker).state, Draining | Lost):
            pass


async def reload(
    wire: Wire,
    base: Path,
    workers: Sequence[str],
    say: Callable[[str], None],
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Let one after the other begin anew, each when the one before draws again.

    Args:
        wire: Where.
        base: The configuration's folder.
        workers: Which; none: all that draw.
        say: Hears how far it is.
        environ: For the secret.

    Raises:
        ClusterError: One of them did not come back, or nobody could tell them; the rest draws as before.
    """
    async with _connected(wire, base, environ) as line:
        listed = await line.workers()
        for name in workers or [one.id for one in listed if isinstance(one.state, Ready | Draining)]:
            _named(listed, name)
            say(f"{name} begins anew …")
            await line.tell(Reload(worker=name))
            begun = False
            while True:
                now = _named(listed := await line.workers(), name)
                begun |= isinstance(now.state, Loading)
                if isinstance(now.state, Lost):
                    raise ClusterError(f"{name} did not come back: {now.state.why}")
                if begun and isinstance(now.state, Ready):
                    break
            say(f"{name}: {described(now)}")


def _named(workers: Sequence[ListedWorker], name: str) -> ListedWorker:
    found = next((one for one in workers if one.id == name), None)
    if found is None:
        raise ClusterError(f"there is no worker {name}; there are: {', '.join(one.id for one in workers) or 'none'}")
    return found


def described(worker: ListedWorker) -> str:
    """Say how it is."""
    jobs = f", {worker.jobs} jobs" if worker.jobs else ""
    match worker.state:
        case Loading(stage=stage):
            return f"loading ({stage})"
        case Ready(model_name=name, model_hash=digest, device=device):
            return f"draws with {f'{name} {digest}'.strip()} on {device}{jobs}"
        case Draining():
            return f"takes nothing new{jobs}"
        case Lost(why=why):
            return f"lost: {why}"


def run(wire: Wire, base: Path, *, to_drain: str, to_reload: Sequence[str] | None, say: Callable[[str], None]) -> None:
    """Do what the command line says.

    Raises:
        ClusterError: It cannot be done.
    """
    if to_drain:
        asyncio.run(drain(wire, base, to_drain))
        say(f"{to_drain} takes nothing new; with --reload it begins anew")
    elif to_reload is not None:
        asyncio.run(reload(wire, base, to_reload, say))
    else:
        for line in asyncio.run(look(wire, base)):
            say(line)

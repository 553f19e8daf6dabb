"""Everything that draws for this bot: the engine that it starts, or those that the configuration names."""

from __future__ import annotations

import ipaddress
import os
import secrets
import sys
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

import yarl

from bot.config import wire_secret
from bot.engine.child import EngineChild
from bot.engine.client import EngineClient
from bot.engine.drawing_engine import Away, Status, nearest
from bot.errors import ConfigError, EngineUnavailable
from engine import textfile, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from bot.config import Config
    from bot.engine.drawing_engine import DrawingEngine

NOT_THE_ENGINE_S = frozenset({"ESHI_TOKEN", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"})
"""Of the bot's environment: its token, and its line to systemd."""


class Engines:
    """The connections to them; open it with ``async with``."""

    def __init__(self, clients: Sequence[EngineClient]) -> None:
        self.clients = clients
        self._open = AsyncExitStack()

    @classmethod
    def from_config(
        cls,
        config: Config,
        *,
        command: Sequence[str] | None = None,
        environ: Mapping[str, str] = os.environ,
        restarted: Callable[[str], None] = lambda _reason: None,
    ) -> Self:
        """Read where they are, and who starts them.

        Args:
            config: The bot's; an engine of its own is started with the same file.
            command: Starts an engine, instead of this project's; unused where the configuration says that some run.
            environ: For the secret, and for the engine's own environment, which lacks the bot's token.
            restarted: Told of every end of an engine of ours, by how; one of `bot.measures.RESTARTS`.

        Raises:
            ConfigError: An address or the secret cannot be used.
        """
        if running := config.bot.engine.running:
            return cls([_running(url, config, environ, named=len(running) > 1) for url in running])
        return cls([_own(config, command, environ, restarted)])

    async def __aenter__(self) -> Self:
        for client in self.clients:
            await self._open.enter_async_context(client)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._open.aclose()

    @property
    def workers(self) -> Sequence[DrawingEngine]:
        """Those that are known now."""
        return [worker for client in self.clients for worker in client.workers]

    @property
    def statuses(self) -> Sequence[tuple[str, Status]]:
        """Of each, with its name; an engine that was never reached is one of them."""
        return [status for client in self.clients for status in client.statuses]

    @property
    def status(self) -> Status:
        """Of the one that is nearest to drawing."""
        return nearest(client.status for client in self.clients) or Away("none is configured")

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Have every change of anyone's status told to a function that returns at once."""
        for client in self.clients:
            client.listen(listener)

    async def describe(self, image: wire.Pixels) -> wire.Described:
        """Ask any of them that draws what a picture shows.

        Raises:
            EngineUnavailable: None is ready, or it was left.
            EngineDied: It went away while it was to look.
            GenerationFailed: It could not look.
        """
        worker = next((one for one in self.workers if isinstance(one.status, wire.Ready)), None)
        if worker is None:
            raise EngineUnavailable("no engine is ready")
        return await worker.describe(image)

    def hear_of_loras(self, listener: Callable[[tuple[wire.FoundLora, ...]], None]) -> None:
        """Have the LoRAs that every engine has told, now and whenever they change, to a function that returns at once.

        A name under which two engines have different files is nobody's: nobody could say which of them is drawn. An
        engine that has told nothing has none.
        """
        told: dict[int, tuple[wire.FoundLora, ...]] = dict.fromkeys(range(len(self.clients)), ())

        def heard(number: int, loras: tuple[wire.FoundLora, ...]) -> None:
            told[number] = loras
            listener(_in_all(list(told.values())))

        for number, client in enumerate(self.clients):
            client.hear_of_loras(partial(heard, number))


def _in_all(told: Sequence[tuple[wire.FoundLora, ...]]) -> tuple[wire.FoundLora, ...]:
    """Give the LoRAs that are the same everywhere."""
    first, *others = ({lora.name: lora for lora in loras} for loras in told)
    return tuple(lora for name, lora in first.items() if all(other.get(name) == lora for other in others))


def _running(url: str, config: Config, environ: Mapping[str, str], *, named: bool) -> EngineClient:
    """Connect to one that somebody else starts, so that a bot restart keeps its weights warm."""
    address = _address("bot.engine.urls" if config.bot.engine.urls else "bot.engine.url", url, config)
    secret = wire_secret(config, environ)
    if isinstance(address, yarl.URL) and not secret:
        raise ConfigError(
            f"{config.path}: {url} wants a secret: set ESHI_WIRE_SECRET or name a file in wire.secret_file"
        )
    return EngineClient(address, secret=secret, name=url.partition("//")[2] or url if named else "")


def _own(
    config: Config, command: Sequence[str] | None, environ: Mapping[str, str], restarted: Callable[[str], None]
) -> EngineClient:
    """Start one, and keep it alive."""
    address = _address("wire.url", config.wire.url, config)
    secret = wire_secret(config, environ) or secrets.token_urlsafe(32)
    if command is None:
        started = config.bot.engine.command
        command = (sys.executable, "-m", "engine", started, "--config", str(config.path), "--die-with-parent")
    inherited = {name: value for name, value in environ.items() if name not in NOT_THE_ENGINE_S}
    child = EngineChild(
        command,
        environ={**inherited, "ESHI_WIRE_SECRET": secret},
        start_timeout_s=config.bot.engine.start_timeout_s,
        restarted=restarted,
        watched=[config.path, textfile.beside(config.path.parent, config.model.model)],
    )
    return EngineClient(address, secret=secret, child=child)


def _address(key: str, url: str, config: Config) -> Path | yarl.URL:
    if url.startswith("unix:") and url != "unix:":
        return config.resolve(url.removeprefix("unix:"))
    try:
        address = yarl.URL(url)
        if address.scheme == "ws" and _is_loopback(address.host) and address.explicit_port:
            return address
    except ValueError:
        pass
    raise ConfigError(f'{config.path}: $.{key}: expected "unix:PATH" or "ws://127.0.0.1:PORT", got {url!r}')


def _is_loopback(host: str | None) -> bool:
    return host == "localhost" or ipaddress.ip_address(host or "").is_loopback

"""Serves the bot's page of health and metrics, where the configuration says."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from engine.metrics import MetricsError, StatusPage, address_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.config import Config
    from bot.operating.overview import Overview


@asynccontextmanager
async def served(config: Config, overview: Overview) -> AsyncGenerator[str]:
    """Serve it until the block is left; from before the bot is connected, so that this can be seen.

    Yields:
        The page's address; "" where the configuration names none.

    Raises:
        ConfigError: It cannot be served there.
    """
    page = StatusPage(overview.measures, health=overview.health, look=overview.look)
    async with AsyncExitStack() as serving:
        try:
            address = address_of(config.bot.metrics, config.path.parent)
            url = await serving.enter_async_context(page.served(address))
        except MetricsError as error:
            raise ConfigError(f"{config.path}: $.bot.{error}") from error
        yield url

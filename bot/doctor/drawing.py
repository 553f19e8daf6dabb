"""The last row: one small picture through the real wire, with preview and rating, and how long it took."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

import msgspec

from bot.engine.engines import Engines
from bot.errors import BotError
from bot.store.database import in_use
from engine import wire
from engine.finding import Finding, error, ok, unchecked
from engine.wire import Generate, SamplingParams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.config import Config
    from bot.engine.client import EngineClient

STEPS = 8
SIDE = 512
_PNG = b"\x89PNG\r\n\x1a\n"
_DO = "Look at what the engine said, above; python -m engine serve says it again."


class _Words(logging.Handler):
    """Keeps the last errors of the engine and of what watches it, and notes when it ended."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""
        self.ended = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            if record.name == "bot.engine.child":
                self.ended.set()
                self.last = self.last or record.getMessage()
            else:
                self.last = record.getMessage()


async def look(config: Config, *, command: Sequence[str] | None = None) -> Finding:
    """Draw one, by the engine that runs already or by one that is started for it.

    Args:
        config: The bot's.
        command: Starts another engine, for tests.
    """
    database = config.data_dir / "eshi.sqlite3"
    runs = await asyncio.to_thread(in_use, database)
    if runs and not config.bot.engine.running:
        if not config.wire.url.startswith("unix:"):
            return unchecked("drawing", "the bot runs, and its engine takes nobody else", "Ask it for a picture.")
        bot = msgspec.structs.replace(
            config.bot, engine=msgspec.structs.replace(config.bot.engine, url=config.wire.url)
        )
        config = msgspec.structs.replace(config, bot=bot)
    words, log = _Words(), logging.getLogger()
    log.addHandler(words)
    try:
        async with Engines.from_config(config, command=command) as engines:
            found = [
                await _drawn(client, words, config.bot.engine.start_timeout_s, rates=config.rates)
                for client in engines.clients
            ]
            return next((one for one in found if one.level != "ok"), found[-1])
    except BotError as failure:
        return error("drawing", f"no picture came: {failure}", _DO)
    except TimeoutError:
        return error("drawing", f"no picture came within {config.bot.engine.start_timeout_s:g} s", _DO)
    finally:
        log.removeHandler(words)


async def _drawn(engine: EngineClient, words: _Words, patience_s: float, *, rates: bool) -> Finding:
    begun = time.monotonic()
    ready, ended = asyncio.ensure_future(engine.ready()), asyncio.ensure_future(words.ended.wait())
    try:
        await asyncio.wait([ready, ended], timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            why = words.last or f"it was not ready within {patience_s:g} s"
            return error("drawing", f"the engine does not start: {why}", _DO)
        said = ready.result()
    finally:
        for task in (ready, ended):
            task.cancel()
    started = time.monotonic()
    side = SIDE - SIDE % said.size_multiple
    job = Generate(
        job_id="check",
        prompt="1girl, solo, safe, smile",
        negative_prompt="nsfw, explicit, nude, lowres",
        sampling=SamplingParams(num_inference_steps=STEPS, width=side, height=side),
        seeds=(0,),
        preview_every=2,
    )
    async with asyncio.timeout(patience_s), contextlib.aclosing(engine.generate(job)) as events:
        came = [event async for event in events]
    return judged(came, rates=rates, loaded_s=started - begun, drawn_s=time.monotonic() - started, device=said.device)


def judged(came: Sequence[wire.Event], *, rates: bool, loaded_s: float, drawn_s: float, device: str) -> Finding:
    """Say whether what came is a picture, and what came before it."""
    pictures = [event for event in came if isinstance(event, wire.Picture)]
    previews = sum(isinstance(event, wire.Preview) for event in came)
    if len(pictures) != 1 or not pictures[0].png.startswith(_PNG):
        return error("drawing", "what came is no picture", "Report it, with python -m bot check --report.")
    rated = pictures[0].rating
    if rates and rated is None:
        return error("drawing", "the picture came unrated, although something rates", "Look at the row tagger.")
    return ok(
        "drawing",
        f"a picture of {SIDE}×{SIDE} with {STEPS} steps came in {drawn_s:.1f} s on {device}"
        f"{f', rated {rated}' if rated else ''}, after {previews} previews; "
        f"the engine was ready after {loaded_s:.0f} s",
    )

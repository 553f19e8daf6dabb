"""What stands under the bot's name."""

from __future__ import annotations

from bot.sentences.sentence import fixed, sentence

NOBODY = fixed("presence.NOBODY", "Nobody is waiting: /imagine")
A_FEW = fixed("presence.A_FEW", "A few requests are waiting")
ENGINE_AWAY = fixed("presence.ENGINE_AWAY", "Requests wait for the engine")
PAUSED = fixed("presence.PAUSED", "Paused; requests keep their place")


@sentence
def more_than(requests: int) -> str:
    return f"{requests} or more requests are waiting"

"""What stands under the bot's name."""

from types import SimpleNamespace

import pytest

from bot.operating.presence import Presence, coarsely


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (0, "presence.NOBODY"),
        (1, "presence.A_FEW"),
        (9, "presence.A_FEW"),
        (10, 10),
        (49, 10),
        (50, 50),
        (100_000, 500),
    ],
)
def test_the_line_is_told_coarsely(waiting, said):
    """A member cannot tell from it who asked just now."""
    sentence = coarsely(waiting, "ready", paused=False)
    assert said in {sentence.id, sentence.values.get("requests")}


def test_what_keeps_everybody_waiting_comes_first():
    """A pause before an engine that is away, for nothing is drawn in either case."""
    assert coarsely(3, "away", paused=True).id == "presence.PAUSED"
    assert coarsely(3, "loading", paused=False).id == "presence.ENGINE_AWAY"


class Client:
    """What was shown."""

    def __init__(self):
        self.shown = []
        self.fails = False

    async def change_presence(self, *, activity):
        if self.fails:
            raise OSError("away")
        self.shown.append(activity.name)


async def test_discord_is_told_only_where_there_is_news():
    """And again where it did not hear; more than that would be too many messages."""
    client, queue = Client(), []
    overview = SimpleNamespace(client=client, engine_state="ready")
    presence = Presence(overview, queue, SimpleNamespace(pool=SimpleNamespace(paused=False)))
    await presence.show()
    queue.extend(range(3))
    client.fails = True
    await presence.show()
    client.fails = False
    await presence.show()
    queue.extend(range(4))
    await presence.show()
    assert len(client.shown) == 2

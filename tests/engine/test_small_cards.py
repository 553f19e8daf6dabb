"""What becomes of pictures on cards of 16, 12, 10 and 8 GB, which are not there."""

import dataclasses

import pytest

from engine import rescue
from engine.memory import Limit
from engine.wire import Finished
from tests.engine import failures, small_cards
from tests.engine.batches import Bench, request
from tests.engine.small_cards import SmallCard

WHOLE = (small_cards.WIDTH, small_cards.HEIGHT)


@pytest.mark.parametrize(
    ("card", "at_once", "tile"),
    [
        (SmallCard(16, failures.cudnn_plans), 4, None),
        (SmallCard(12, failures.cudnn_plans), 4, 128),
        (SmallCard(10, failures.cudnn), 4, 128),
        (SmallCard(8, failures.driver), 1, 64),
    ],
    ids=["16 GB", "12 GB", "10 GB", "8 GB"],
)
def test_every_picture_is_drawn_with_the_room_that_there_is(model, monkeypatch, card, at_once, tile):
    """In as large a batch and in as large tiles as fit, and what did not fit is not tried for each of them."""
    monkeypatch.setattr(rescue, "TILES", small_cards.TILES)
    model = dataclasses.replace(model, decodes_at_once=Limit(lambda: 0.0))
    bench = Bench(model)
    size = {"width": small_cards.WIDTH, "height": small_cards.HEIGHT, "num_inference_steps": 1}
    with card.holding(model):
        for job, seeds in (("a", (1, 2, 3, 4)), ("b", (5,))):
            bench.admit(request(job, seeds=seeds, **size))
            bench.run()
    assert [type(bench.events[job][-1]) for job in "ab"] == [Finished] * 2
    assert max(card.calls) == at_once
    assert max(card.decodes) == (WHOLE if tile is None else (tile, tile))
    assert card.refused.count(WHOLE) == (0 if tile is None else 2)  # of five pictures
    assert len(card.refused) <= 5

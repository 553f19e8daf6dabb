"""A picture and its mask are read in the time for one answer, and kept where both could be read."""

import pytest

from bot.attachments import TIMEOUT_S
from bot.checks.uploads import Uploads
from bot.errors import InvalidRequest
from bot.picture.brought import BroughtPicture
from bot.safety.policy import OperatorPolicy
from bot.sentences import recipes as says
from tests.refusing import refused


class Slow:
    """Attachments by a clock of the test: each takes so long, and nothing comes after its time."""

    def __init__(self, *, each_s):
        self.now, self.each_s = 1000.0, each_s

    def answer_until(self):
        return self.now + TIMEOUT_S

    async def first(self, files, _kind, *, person, until=None):
        assert person == 101
        until = self.answer_until() if until is None else until
        self.now += self.each_s
        if self.now > until:
            raise InvalidRequest(says.TOO_SLOW)
        return BroughtPicture(width=64, height=64, png=files[0])


@pytest.fixture
def uploads(store):
    def make(**speed):
        attachments = Slow(**speed)
        return Uploads(operator=OperatorPolicy(tagger=True), attachments=attachments, store=store, now=lambda: 5.0)

    return make


async def test_a_picture_and_its_mask_come_in_the_time_of_one(uploads, store):
    """Discord takes an answer for three seconds, however many files it needs; late ones leave nothing."""
    slow = uploads(each_s=TIMEOUT_S / 2 + 0.1)
    with refused(InvalidRequest, "took too long"):
        await slow.take_with_mask(101, b"picture", b"mask")
    assert slow.attachments.now < 1000.0 + 3.0
    assert await store.inputs.of(101) == ()
    image, mask = await uploads(each_s=TIMEOUT_S / 2).take_with_mask(101, b"picture", b"mask")
    assert {one.sha256 for one in await store.inputs.of(101)} == {image.sha256, mask}


async def test_each_answer_has_its_own_time(uploads):
    """What was read for the last one is not held against the next."""
    one = uploads(each_s=TIMEOUT_S)
    assert await one.take(101, b"picture") == await one.take(101, b"picture")

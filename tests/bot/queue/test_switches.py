"""What is switched off: who may still ask, and what they are told."""

import pytest

from bot.errors import QueueClosed
from bot.queue.switches import Switches
from bot.sentences import queue as says


@pytest.mark.parametrize(
    ("switch", "still", "told"),
    [
        ({}, False, None),
        ({"paused": {7}}, True, None),
        ({"paused": {8}, "closed": {8}, "blocked": {8}}, False, None),
        ({"closed": {7}}, False, says.CLOSED),
        ({"closed_to_all": True}, False, says.OPERATOR_CLOSED),
        ({"blocked": {7}}, True, says.SERVER_BLOCKED),
        ({"blocked": {7}, "closed": {7}, "closed_to_all": True}, True, says.SERVER_BLOCKED),
        ({"closed": {7}, "closed_to_all": True}, False, says.OPERATOR_CLOSED),
    ],
)
def test_who_decided_last_of_all_is_said_first(switch, still, told):
    """The operator about a server, then about everybody, then its moderators; paused servers still take jobs."""
    switches = Switches()
    for name, value in switch.items():
        setattr(switches, name, value)
    assert switches.is_still(7) == still
    if told is None:
        switches.require_open(7)
        return
    with pytest.raises(QueueClosed) as refusal:
        switches.require_open(7)
    assert refusal.value.sentence == told

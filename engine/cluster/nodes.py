"""Which cards there are: those of the cluster's living nodes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import ray

from engine.wire import MAX_WORKER_ID

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

MAX_NODE_NAME = MAX_WORKER_ID - 16
"""Of a worker's name, in characters: behind it a card's number and six digits of Ray's have room."""

DIGEST_DIGITS = 8


class CardPlace(NamedTuple):
    """A card of a node."""

    node_id: str
    """Ray's, another one whenever a node starts."""
    node: str
    """As whoever started it named it; its address where nobody did."""
    number: int
    """From 0."""
    cards: int
    """Of that node."""
    labels: Mapping[str, str]

    @property
    def name(self) -> str:
        """The same for the same card of the same machine, however often its node starts.

        Of a name that is too long the beginning is left, and a digest by which it differs from others that begin so.
        """
        node = self.node
        if len(node) > MAX_NODE_NAME:
            digest = hashlib.sha256(node.encode()).hexdigest()[:DIGEST_DIGITS]
            node = f"{node[: MAX_NODE_NAME - DIGEST_DIGITS - 1]}~{digest}"
        return node if self.cards == 1 else f"{node} {self.number + 1}"

    def name_beside(self, others: Container[str]) -> str:
        """Give a name that none of the others has: where two nodes are called the same, their starts differ."""
        return self.name if self.name not in others else f"{self.name} {self.node_id[:6]}"


def places() -> list[CardPlace]:
    """Ask the head, in order of their names; it may not answer for as long as it likes."""
    found: list[CardPlace] = []
    for node in ray.nodes():
        cards = int(node["Resources"].get("GPU", 0)) if node["Alive"] else 0
        name = node.get("NodeName") or node["NodeManagerAddress"]
        found += [
            CardPlace(node["NodeID"], name, number, cards, dict(node.get("Labels") or {})) for number in range(cards)
        ]
    return sorted(found, key=lambda place: (place.node, place.node_id, place.number))

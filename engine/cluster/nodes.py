"""Which cards there are: those of the cluster's living nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ray

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        """The same for the same card of the same machine, however often its node starts."""
        return self.node if self.cards == 1 else f"{self.node} {self.number + 1}"


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

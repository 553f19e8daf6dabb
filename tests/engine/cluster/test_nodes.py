"""What workers are called: after their nodes, in names that the wire takes, each its own."""

import pytest

pytest.importorskip("ray", reason="the extra ray is not installed")

from hypothesis import given
from hypothesis import strategies as st

from engine import wire
from engine.cluster.nodes import CardPlace, places

POD = "eshi-raycluster-production-h7x2q-large-cards-worker-{}.ray.svc.cluster.local"
"""Kubernetes calls a pod so."""


def place(node, number=0, cards=1, node_id="1234567890"):
    return CardPlace(node_id, node, number, cards, {})


def named(*cards):
    """What each is called, one after the other."""
    names = []
    for card in cards:
        names.append(card.name_beside(names))
    return names


def test_a_short_name_is_as_whoever_started_the_node_gave_it():
    usual = "gpu-7.example.org"
    assert named(place(usual)) == [usual]
    assert named(place("x" * 48, 7, 8)) == ["x" * 48 + " 8"]


def test_a_long_name_is_recognised_by_its_beginning():
    """What differs may be at its end."""
    first, second = named(place(POD.format("8kx5v")), place(POD.format("zz7fm")))
    assert first == "eshi-raycluster-production-h7x2q-large-~a2defa8c"
    assert second.startswith("eshi-raycluster-production-h7x2q-large-~")
    assert first != second
    assert named(place(POD.format("8kx5v"), 1, 2)) == [f"{first} 2"]


def test_of_two_nodes_of_one_name_the_second_has_a_part_of_ray_s():
    cards = [place("a"), place("a", node_id="abcdef0123"), place("a 2"), place("a", 1, 2, "fedcba9876")]
    assert named(*cards) == ["a", "a abcdef", "a 2", "a 2 fedcba"]


nodes = st.text(st.characters(codec="utf-8"), min_size=1, max_size=300) | st.builds(POD.format, st.integers())


@given(st.lists(st.tuples(nodes, st.integers(1, 1000)), min_size=1, max_size=20))
def test_every_name_passes_the_wire_and_is_one_card_s(told):
    """However many nodes are called whatever."""
    cards = [
        place(node, number, cards, f"{key:06x}{'0' * 50}")
        for key, (node, cards) in enumerate(told)
        for number in {0, cards - 1}
    ]
    names = named(*cards)
    assert len(set(names)) == len(cards)
    listed = tuple(wire.ListedWorker(id=name, state=wire.Loading(stage="")) for name in names)
    event = wire.Workers(protocol=wire.PROTOCOL, workers=listed)
    assert wire.decode_event(wire.encode(event)) == event
    for name, card in zip(names, cards, strict=True):
        command = wire.Reload(worker=name)
        assert wire.decode_command(wire.encode(command)) == command
        assert name[:39] == card.node[:39] or len(card.node) < 39


def test_a_node_without_a_name_is_called_by_its_address(monkeypatch):
    there = {"NodeID": "1", "NodeManagerAddress": "10.0.0.2", "Alive": True, "Resources": {"GPU": 1.0}}
    monkeypatch.setattr("ray.nodes", lambda: [there, there | {"NodeName": "left"}, there | {"Alive": False}])
    assert [card.name for card in places()] == ["10.0.0.2", "left"]

"""Which cards draw with what, and which must not draw together."""

import asyncio

import msgspec
import pytest

pytest.importorskip("ray", reason="the extra ray is not installed")

from engine import wire
from engine.cluster.fleet import Fleet, wanted
from engine.cluster.hosted_worker import HostedWorker, _other_program
from engine.cluster.messages import Hello
from engine.cluster.nodes import CardPlace
from engine.config import Cluster, ClusterCards, Engine
from engine.errors import ClusterError, ModelLoadError

READY = wire.Ready(model_name="animagine", model_hash="1449e5b0b9", device="none", size_multiple=8)


def place(node, number=0, cards=1, **labels):
    return CardPlace(f"id of {node}", node, number, cards, labels)


def chosen(places, *tables):
    return [(one.place.name, one.table) for one in wanted(places, tables)]


def test_without_tables_every_card_draws():
    """A node with several cards has a worker for each."""
    places = [place("a", 0, 2), place("a", 1, 2), place("b")]
    assert chosen(places) == [("a 1", 0), ("a 2", 0), ("b", 0)]


def test_the_first_table_that_fits_says_what_a_card_draws_with():
    """By the labels of its node, as many as there are to be of it; a card that none means draws nothing."""
    places = [place("a", card="large"), place("b", card="large"), place("c", card="small"), place("d")]
    large = ClusterCards(labels={"card": "large"}, count=1)
    assert chosen(places, large) == [("a", 0)]
    assert chosen(places, large, ClusterCards(labels={"card": "small"})) == [("a", 0), ("c", 1)]
    assert chosen(places, large, ClusterCards()) == [("a", 0), ("b", 1), ("c", 1), ("d", 1)]


def test_a_table_changes_what_it_says_and_nothing_else():
    """Another model is not of the first one's revision."""
    engine = Engine(model="one", revision="1" * 40, sha256="2" * 64, batch_cap=2, cluster=Cluster(cards=3))
    assert ClusterCards().apply(engine) == Engine(model="one", revision="1" * 40, sha256="2" * 64, batch_cap=2)
    assert ClusterCards(model="two", batch_cap=8).apply(engine) == Engine(model="two", batch_cap=8)


@pytest.mark.parametrize("hello", [Hello(version="0.0.1"), Hello(protocol=4)])
def test_a_node_with_another_program_is_named(hello):
    assert _other_program(Hello(), "a") == ""
    assert _other_program(hello, "a").startswith(f"node a has Eshi {hello.version}, and the front ")


def fleet(*states, config=None, unusable=()):
    """Workers that are like this, all configured alike."""
    made = Fleet(config or Engine(), reread=Engine, changed=lambda: None, worker_class="none")
    for number, state in enumerate(states):
        worker = HostedWorker(
            place(f"node {number}"),
            made._config.cluster,
            configured=lambda: None,
            objection=made._objection,
            changed=lambda: None,
            worker_class="none",
        )
        worker.state, worker.drawing_with = state, Engine()
        worker.unusable = unusable[number] if unusable else ""
        made._hosted[worker.place.node_id, 0] = type("Hosted", (), {"worker": worker})
    return made


def test_cards_that_are_configured_alike_draw_with_the_same_file():
    """Else a seed would be another picture on each."""
    made = fleet(READY, wire.Loading(stage="reading"))
    _, loading = made.workers
    assert made._objection(loading, READY) == ""
    other = wire.Ready(model_name="animagine", model_hash="other", device="none", size_multiple=8)
    assert made._objection(loading, other) == (
        "it draws with animagine other, and node 0 with animagine 1449e5b0b9: give both the same file"
    )
    loading.drawing_with = Engine(model="another")
    assert made._objection(loading, other) == ""


def having(*models):
    others = tuple(wire.OtherModel(name=name, model_name=name, model_hash=digest) for name, digest in models)
    return msgspec.structs.replace(READY, models=others)


def test_what_cards_can_switch_to_is_the_same_file_under_the_same_name():
    """One that lacks some of them may draw: what every card has is offered."""
    made = fleet(having(("pony", "1"), ("noob", "2")), wire.Loading(stage="reading"))
    _, loading = made.workers
    assert made._objection(loading, having(("noob", "2"))) == ""
    assert made._objection(loading, having(("pony", "1"), ("noob", "3"))) == (
        "it draws with noob 3, and node 0 with noob 2: give both the same file"
    )


def test_the_loras_that_every_card_has_are_offered():
    """Nobody knows where a job will be drawn; who does not draw now does not count."""
    made = fleet(READY, READY, wire.Lost(why="gone"))
    a, b, other_b = (wire.FoundLora(name=name, hash=digest) for name, digest in (("a", "1"), ("b", "2"), ("b", "3")))
    for worker, loras in zip(made.workers, ((a, b), (a, other_b), ()), strict=True):
        worker.loras = loras
    assert made.loras == (a,)
    assert fleet(wire.Loading(stage="reading")).loras == ()


def test_no_card_is_told_after_a_while_and_not_once_there_was_one():
    made = fleet()
    made._look(29.9)
    with pytest.raises(ClusterError, match="no node of the cluster has one"):
        made._look(30.0)
    made = fleet(wire.Loading(stage="waiting for a free card"))
    with pytest.raises(ClusterError, match="another program of the cluster has them all"):
        made._look(30.0)
    [worker] = made.workers
    worker.placed = True
    made._look(30.0)
    made._hosted.clear()
    made._look(60.0)


def test_a_machine_whose_cards_all_cannot_load_the_model_gives_up_for_good():
    """In a cluster of several the next node may have the right file."""
    lost = wire.Lost(why="no such file")
    with pytest.raises(ModelLoadError, match="no such file"):
        fleet(lost, unusable=["no such file"])._look(0.0)
    fleet(lost, READY, unusable=["no such file", ""])._look(0.0)
    fleet(lost, config=Engine(cluster=Cluster(address="10.0.0.1:6379")), unusable=["no such file"])._look(0.0)


async def test_a_head_that_says_nothing_is_gone(monkeypatch):
    """Ray itself would wait for a minute, and then end the process without a word."""
    monkeypatch.setattr("engine.cluster.fleet.HEAD_SILENCE_S", 0.01)
    waiting = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(
        "engine.cluster.nodes.places", lambda: asyncio.run_coroutine_threadsafe(waiting.wait(), loop).result()
    )
    with pytest.raises(ClusterError, match="has answered nothing"):
        await fleet().run()
    waiting.set()

"""What a cluster's workers count, on the front's page."""

import pytest

from engine.cluster.messages import decode_counted, encode
from engine.cluster.worker_counts import FleetMeasures, counted, take
from engine.counts import EngineMeasures
from engine.metrics import registry_of

SECONDS = "eshi_engine_step_seconds"


@pytest.fixture
def far():
    """As a worker counts, in its own process."""
    measures = EngineMeasures()
    measures.stepped(832, 1216, 2, 0.3)
    measures.memory.set("used", to=5.0)
    return measures


def near(far):
    """As the front knows it."""
    measures = EngineMeasures()
    measures.pictures.add()
    measures.ready.set(to=True)
    take(measures, decode_counted(encode(counted(far))))
    return measures


def test_each_worker_has_series_of_its_own(far):
    """With the label ``worker``; the front's clients have none."""
    shown = FleetMeasures(lambda: {"left": near(far), "right": EngineMeasures()})
    shown.clients.set(to=1)
    registry = registry_of(shown)

    def value(name, **labels):
        return registry.get_sample_value(name, labels)

    assert value("eshi_engine_pictures_total", worker="left") == 1
    assert value("eshi_engine_pictures_total", worker="right") == 0
    assert value("eshi_engine_ready", worker="left") == 1
    assert value("eshi_gpu_memory_bytes", worker="left", kind="used") == 5
    assert value(f"{SECONDS}_count", worker="left", shape="832x1216", batch="2") == 1
    assert value(f"{SECONDS}_sum", worker="left", shape="832x1216", batch="2") == 0.3
    assert value(f"{SECONDS}_count", worker="right", shape="832x1216", batch="2") == 0
    assert value("eshi_engine_clients") == 1


def test_a_worker_that_began_anew_begins_at_nothing(far):
    """And what the front counts of it goes on."""
    measures = near(far)
    take(measures, counted(EngineMeasures()))
    assert sum(map(sum, measures.steps.counts.values())) == 0
    assert sum(measures.steps.sums.values()) == 0
    assert measures.pictures.values[()] == 1


def test_without_a_worker_the_page_is_there():
    assert [one.name for one in FleetMeasures(dict)] == ["eshi_engine_clients"]

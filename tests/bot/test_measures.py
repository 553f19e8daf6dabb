"""What the bot and the engine count about themselves."""

import re

import pytest

from bot.measures import RULES, BotMeasures
from bot.request import SHAPES, Request
from engine import counts
from engine.counts import EngineMeasures
from engine.measures import OTHER, Counter, Histogram, Measures
from engine.metrics import registry_of
from engine.wire import SamplingParams
from tests.documents import ROOT


@pytest.fixture(params=[BotMeasures, EngineMeasures])
def measures(request):
    return request.param()


def test_a_series_is_there_before_anything_happens():
    """Else the first failure would be no change, and no alert would see it."""
    failures = BotMeasures().failures
    assert set(failures.values.values()) == {0.0}
    assert ("out_of_memory",) in failures.values


def test_a_value_from_outside_makes_no_new_series():
    """It is counted as another one; where a set has no such place, it is a bug and said to be one."""
    open_ended, closed = Counter("a_total", "A.", rule=("lock", OTHER)), Counter("b_total", "B.", code=("internal",))
    open_ended.add("<script>")
    assert open_ended.values == {("lock",): 0.0, (OTHER,): 1.0}
    with pytest.raises(ValueError, match="code cannot be 'new'"):
        closed.add("new")


def test_a_value_lies_in_the_bucket_that_ends_with_it():
    """As Prometheus has it: `le` is less or equal; what is beyond the last one counts, too."""
    spread = Histogram("a_seconds", "A.", buckets=(1, 2))
    for value in (0.5, 1, 2, 9):
        spread.add(value=value)
    assert spread.counts[()] == [2, 1, 1]

    class One(Measures):
        def __init__(self):
            self.spread = spread

    registry = registry_of(One())
    assert [registry.get_sample_value("a_seconds_bucket", {"le": le}) for le in ("1", "2", "+Inf")] == [2, 3, 4]
    assert registry.get_sample_value("a_seconds_sum") == 12.5


def test_names_and_sets_are_as_prometheus_wants_them(measures):
    """A prefix, base units, `_total` for what only grows, and few series in all; promtool says the same (below)."""
    for one in measures:
        assert one.name.startswith("eshi_")
        assert one.name.endswith("_total") == isinstance(one, Counter), one.name
        assert not re.search(r"_(ms|minutes|mb|percent)\b", one.name)
        assert one.explanation.endswith(".")
    assert sum(len([*one.series()]) * (len(getattr(one, "buckets", ())) + 3) for one in measures) < 2000


def test_no_label_can_name_a_person_a_place_or_a_word(measures):
    """Labels come from sets that are written down; none is for what people typed or who they are."""
    labels = {label for one in measures for label in one.labels}
    assert labels <= {
        *("state", "rule", "code", "class", "status", "result", "shape", "batch", "worker", "shard", "reason", "kind"),
        *("version", "python", "torch", "discord_py"),
    }


def test_every_rule_of_the_gate_is_counted_by_its_name():
    """As the source names them."""
    sources = "\n".join((ROOT / "bot" / "safety" / name).read_text() for name in ("gate.py", "wording.py"))
    named = {*re.findall(r'Step\("(\w+)"', sources), *re.findall(r'rule="(\w+)"', sources)} - {"allowed"}
    assert len(named) > 8
    assert named <= {*RULES}


def test_the_shapes_are_those_that_members_choose_from():
    """The engine does not know the bot's list, and has its own."""
    sizes = {f"{width}x{height}" for width, height in SHAPES.values()}
    assert {*counts.SIZES} == {*sizes, OTHER} == {*BotMeasures().draw.labels["shape"]}


def test_a_picture_of_another_size_is_counted_as_another():
    """Such as one that was read out of somebody's recipe."""
    measures = BotMeasures()
    measures.drew(Request(subject="", tags="", seed=1, sampling=SamplingParams(width=512, height=512)), 2.0)
    assert measures.draw.sums[OTHER,] == 2.0

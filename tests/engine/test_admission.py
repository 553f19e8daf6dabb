"""Who gets a place and who steps together, without a model."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from engine.admission import Always, choose, group
from engine.calibration import Calibration, good_sizes
from tests.bench._virtual_gpu import Gpu, SimulatedJob, request_level, step_level


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    key: str = "portrait"
    share: bool = False


def job(key="portrait", *, share=False, running=0):
    return SimulatedJob(0.0, 1, key=key, share=share, running=running)


def test_the_oldest_job_begins_and_the_next_one_waits_where_joining_does_not_pay():
    """First come, first served."""
    first, second = job(), job()
    assert choose([first, second], [], sizes=Always(1), limit=4) is first
    assert choose([second], [Picture()], sizes=Always(1), limit=4) is None


def test_the_next_job_joins_where_it_pays_and_the_shape_is_the_same():
    """Up to the smallest batch that is about as fast as any, and never past another job."""
    same, other = job(), job("square")
    assert choose([same], [Picture()], sizes=Always(2), limit=4) is same
    assert choose([same], [Picture(), Picture()], sizes=Always(2), limit=4) is None
    assert choose([other, same], [Picture()], sizes=Always(2), limit=4) is None
    assert choose([same], [Picture(), Picture("square")], sizes=Always(3), limit=4) is None


def test_who_shares_joins_at_once_up_to_the_limit():
    """Whatever the shape and whoever waits; between those, who has the fewest places."""
    waiting = [job(), job("square", share=True, running=1), job(share=True)]
    assert choose(waiting, [Picture()], sizes=Always(1), limit=4) is waiting[2]
    assert choose(waiting, [Picture()] * 4, sizes=Always(1), limit=4) is None


def test_the_oldest_begins_beside_those_who_share():
    """Their places are not its turn."""
    oldest = job()
    assert choose([oldest, job(share=True, running=1)], [Picture(share=True)] * 2, sizes=Always(1), limit=4) is oldest


def test_a_group_is_of_one_shape_and_of_the_size_that_is_fast():
    """Those that stepped longest ago."""
    slots = [Picture("square"), Picture(), Picture("square"), Picture("square")]
    assert group(slots, sizes=Always(2), limit=4, turn=0) == [slots[0], slots[2]]
    assert group(slots, sizes=Always(4), limit=1, turn=1) == [slots[0]]
    assert group([], sizes=Always(4), limit=4, turn=1) == []


def test_every_other_turn_belongs_to_those_who_share():
    """Where they fill the card by themselves, and the others go on in between."""
    slots = [Picture(), Picture(share=True), Picture("square", share=True)]
    full, room = Calibration(limit=4), Calibration(limit=4)
    full.learn("portrait", {1: 1.0, 2: 2.0, 4: 4.0})
    room.learn("portrait", {1: 2.0, 2: 2.0, 4: 2.0})
    assert group(slots, sizes=full, limit=4, turn=0) == slots[:2]
    assert group(slots, sizes=full, limit=4, turn=1) == [slots[1]]
    assert group(slots, sizes=room, limit=4, turn=1) == slots[:2]
    full.learn("square", {1: 2.0, 2: 2.0, 4: 2.0})  # the shape of the one that stepped longest ago is what counts
    assert group(slots, sizes=full, limit=4, turn=1) == [slots[1]]


def test_just_as_many_as_fill_the_card_have_the_turn():
    """One fewer, and they step with the others."""
    slots = [Picture(), Picture(share=True), Picture(share=True)]
    assert group(slots, sizes=Always(2), limit=4, turn=1) == slots[1:]
    assert group(slots[:2], sizes=Always(2), limit=4, turn=1) == slots[:2]


jobs = st.lists(
    st.builds(
        SimulatedJob,
        arrives_s=st.integers(0, 40).map(float),
        steps=st.integers(1, 12),
        key=st.sampled_from(["portrait", "square"]),
        share=st.booleans(),
        pictures=st.integers(1, 5),
    ),
    max_size=12,
)


@given(jobs, st.sampled_from([1, 2, 4]))
def test_every_job_is_drawn_and_the_gpu_never_idles(arrivals, size):
    """Whatever comes: work is conserved, and where nobody shares the jobs begin and end in order."""
    arrivals.sort(key=lambda arrival: arrival.arrives_s)
    step_level(Gpu(a=0.0, c=1.0), arrivals, Always(size))
    assert all(arrival.drawn == arrival.pictures for arrival in arrivals)
    busy_until = 0.0
    for arrival in arrivals:
        busy_until = max(busy_until, arrival.arrives_s) + arrival.steps * arrival.pictures
    assert max((arrival.done_s for arrival in arrivals), default=0.0) == busy_until
    if size == 1 and not any(arrival.share for arrival in arrivals):
        ends = [arrival.done_s for arrival in arrivals]
        assert ends == sorted(ends)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=20))
def test_a_stream_of_sharers_starves_nobody(steps):
    """Who came before them all ends before they could have taken its place for good."""
    first, old = SimulatedJob(0.0, 20), SimulatedJob(0.0, 5)
    sharers = [SimulatedJob(float(number), number_of, share=True) for number, number_of in enumerate(steps)]
    step_level(Gpu(a=0.0, c=1.0), [first, old, *sharers], Always(1))
    assert old.done_s <= 4 * (first.steps + old.steps) + max(steps)


def test_calibration_keeps_the_smallest_batch_that_is_about_the_fastest():
    """Within five per cent of the best rate."""
    assert good_sizes({1: 1.0, 2: 1.99, 4: 3.97}) == (1, 4)  # the card is full: nothing to gain, nothing to lose
    assert good_sizes({1: 1.3, 2: 2.3, 4: 4.3}) == (4, 4)
    assert good_sizes({1: 1.0, 2: 1.5, 4: 2.95}) == (2, 4)
    assert good_sizes({1: 1.0, 2: 2.3, 4: 5.0}) == (1, 1)  # larger batches hurt


def test_a_shape_that_was_not_measured_goes_by_the_first_that_was():
    """Before any measurement nobody joins, and who shares steps with the others."""
    calibration = Calibration(limit=4)
    assert (calibration.joining("portrait"), calibration.together("portrait")) == (1, 4)
    assert calibration.wanted == "portrait"
    calibration.learn("portrait", {1: 1.3, 2: 2.3, 4: 4.3})
    assert calibration.wanted is None
    calibration.learn("square", {1: 1.0, 2: 2.0})
    assert [calibration.joining(key) for key in ("portrait", "square", "wide")] == [4, 1, 4]
    assert Calibration(limit=3).batches == [1, 2]
    alone = Calibration(limit=1)
    assert (alone.joining("portrait"), alone.together("portrait"), alone.wanted) == (1, 1, None)


def test_what_is_doubted_is_measured_again_and_holds_until_then():
    """Compiled, a card may be full with fewer pictures."""
    calibration = Calibration(limit=4)
    calibration.learn("portrait", {1: 1.3, 2: 2.3, 4: 4.3})
    calibration.doubt()
    assert (calibration.wanted, calibration.joining("portrait")) == ("portrait", 4)
    calibration.learn("portrait", {1: 1.0, 2: 2.0, 4: 4.0})
    assert (calibration.wanted, calibration.joining("portrait")) == (None, 1)


def test_a_request_level_batch_lets_nobody_join():
    """What the simulation compares with."""
    first, second, third = SimulatedJob(0.0, 10), SimulatedJob(1.0, 10), SimulatedJob(2.0, 10)
    request_level(Gpu(a=0.0, c=1.0), [first, second, third], Always(4))
    assert [first.done_s, second.done_s, third.done_s] == [10.0, 30.0, 30.0]

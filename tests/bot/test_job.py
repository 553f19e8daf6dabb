"""The life of a job: what may follow what, and what people call it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.errors import WrongState
from bot.job import ID_PATTERN, TRANSITIONS, UNFINISHED, USUAL_FILE_BYTES, Job, State, StoredPicture, public_id, row_key
from bot.sentences.joined import as_written

STEPS = {
    "started": lambda job, now: job.started(now=now),
    "put back": lambda job, now: job.put_back(),  # noqa: ARG005 - one shape for all
    "lost": lambda job, now: job.lost(),  # noqa: ARG005
    "rendered": lambda job, now: job.rendered(engine_s=1.5),  # noqa: ARG005
    "delivered": lambda job, now: job.delivered(now=now),
    "found delivered": lambda job, now: job.found_delivered(now=now),
    "kept back": lambda job, now: job.kept_back(as_written("Not posted."), now=now),
    "failed": lambda job, now: job.failed(as_written("It failed."), now=now),
    "cancelled": lambda job, now: job.cancelled(as_written("You cancelled it."), now=now),
    "refused": lambda job, now: job.refused(as_written("Not here."), now=now),
}
LEGAL = {
    State.QUEUED: {"started", "failed", "cancelled", "refused"},
    State.RUNNING: {"put back", "rendered", "failed", "cancelled", "refused"},
    State.RENDERED: {"lost", "delivered", "kept back", "failed", "cancelled", "refused"},
}


@pytest.fixture
def job(new_job):
    return Job(**{name: getattr(new_job(), name) for name in new_job().__struct_fields__}, id="00000A", created_at=1.0)


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_every_walk_takes_the_legal_steps_and_no_other(walk):
    """An illegal step raises and leaves the job as it was; a finished job takes none."""
    job = Job(
        id="00000A",
        user_id=1,
        guild_id=None,
        channel_id=2,
        application_id=3,
        interaction_id=4,
        interaction_token="",
        token_created_at=0.0,
        request=None,
        prompt="",
        negative_prompt="",
        created_at=0.0,
    )
    starts = 0
    for now, name in enumerate(walk, 1):
        if name in LEGAL.get(job.state, ()):
            job = STEPS[name](job, float(now))
            starts += name == "started"
        else:
            with pytest.raises(WrongState, match=f"job 00000A is {job.state} and cannot become"):
                STEPS[name](job, float(now))
        assert job.attempts == starts
        assert (job.finished_at is not None) == (job.state not in UNFINISHED)
        assert (job.error is not None) == (job.state in {State.FAILED, State.CANCELLED, State.REFUSED})
        assert (job.started_at is None) or job.state != State.QUEUED


def test_a_job_remembers_the_engines_that_died_under_it(job):
    """One death makes it suspect; those at which it was alone are counted apart."""
    assert not job.suspect
    once = job.started(now=1.0).put_back(deaths=1)
    assert once.suspect
    twice = once.started(now=2.0).put_back(deaths=1, lone_deaths=1).started(now=3.0).put_back()
    assert (twice.deaths, twice.lone_deaths) == (2, 1)


def test_a_job_that_no_engine_took_was_not_tried(job):
    """The engine knows nothing of it, so the next attempt may have its name."""
    refused = job.started(now=1.0).put_back().started(now=2.0).put_back(begun=False)
    assert (refused.state, refused.attempts, refused.deaths) == (State.QUEUED, 1, 0)
    assert refused.started(now=3.0).wire_id == "00000A.2"


def test_only_what_comes_out_of_a_backup_is_found_delivered(job):
    """Everything else is rendered before."""
    done = replace(job, restored=True).found_delivered(now=2.0)
    assert (done.state, done.finished_at, done.untold) == (State.DELIVERED, 2.0, False)


def test_every_state_can_be_reached_and_left_or_is_final():
    """The drawing of the states has no dead ends but the four that are meant."""
    reached = set().union(*TRANSITIONS.values())
    assert set(TRANSITIONS) == set(State) == reached
    assert set(UNFINISHED) == {State.QUEUED, State.RUNNING, State.RENDERED}


@given(st.integers(0, 32**6 - 1), st.integers(0, 32**6 - 1))
def test_an_id_reads_back_and_sorts_by_age(one, other):
    """Ids as text stand in the order in which the jobs came."""
    assert row_key(public_id(one)) == one
    assert re.fullmatch(ID_PATTERN, public_id(one))
    assert (public_id(one) < public_id(other)) == (one < other)


@pytest.mark.parametrize(
    ("typed", "key"),
    [(" 2k ", 83), ("oooo2K", 83), ("l", 1), ("", None), ("0000000", None), ("2-K", None), ("U", None)],
)
def test_an_id_is_read_as_people_type_it(typed, key):
    """Small letters, missing zeros, O for 0 and l for 1 are understood; what is no id is no error."""
    assert row_key(typed) == key


def test_the_names_of_states_stay_what_databases_hold():
    """A job that was stored by an earlier version is read back in the state that it was in."""
    words = ["queued", "running", "rendered", "delivered", "failed", "cancelled", "refused"]
    assert [state.value for state in State] == words


def test_nothing_is_decided_about_a_new_job(job):
    """It stands in line by age, with nobody's weight but its own; nobody waits to be told; its pictures are there."""
    assert (job.state, job.weight, job.held, job.moved_at) == (State.QUEUED, 1.0, False, None)
    assert (job.tell, job.untold, job.kept, job.error) == (False, False, None, None)
    assert (job.attempts, job.deaths, job.lone_deaths, job.redrawn) == (0, 0, 0, 0)
    assert job.max_file_bytes == USUAL_FILE_BYTES == 10_485_760  # Discord's 10 MiB
    assert not StoredPicture(number=0, seed=1, file="1.png", size_bytes=1).deleted


@pytest.mark.parametrize("private", [True, False])
def test_a_job_is_as_private_as_its_request(job, private):
    assert replace(job, request=replace(job.request, private=private)).private is private


@pytest.mark.parametrize("end", ["kept back", "failed", "cancelled", "refused"])
@pytest.mark.parametrize("message_id", [None, 5])
def test_an_end_is_to_be_told_where_there_is_a_message_to_tell_it(job, end, message_id):
    """Whose message has no number yet is not edited; pictures that were delivered speak for themselves."""
    rendered = replace(job, state=State.RENDERED, message_id=message_id)
    ended = STEPS[end](rendered, 2.0)
    assert ended.untold is (message_id is not None)
    assert ended.kept == (as_written("Not posted.") if end == "kept back" else None)
    assert not STEPS["delivered"](rendered, 2.0).untold


def test_a_logged_job_shows_neither_prompt_nor_token(job):
    """Whoever logs a job logs its id and state."""
    assert repr(job) == f"{job}" == "<Job 00000A queued>"


def test_every_attempt_has_a_name_of_its_own(job):
    """The engine never takes a job that is drawn again for the one that it is still clearing away."""
    first = job.started(now=1.0)
    again = first.put_back().started(now=2.0)
    assert (first.wire_id, again.wire_id) == ("00000A.1", "00000A.2")


def test_a_job_whose_drawing_was_lost_is_drawn_again_and_that_is_counted(job):
    """Nothing of what was drawn counts any more; a job that is not drawn yet has nothing to lose."""
    drawn = job.started(now=1.0).rendered(engine_s=3.0)
    again = drawn.lost()
    assert (again.state, again.started_at, again.engine_s, again.redrawn) == (State.QUEUED, None, None, 1)
    assert again.started(now=2.0).rendered(engine_s=3.0).lost().redrawn == 2
    with pytest.raises(WrongState):
        job.started(now=1.0).lost()


def test_a_job_that_is_drawn_is_not_given_back_by_the_engine(job):
    """Its pictures are there, whatever becomes of the engine."""
    with pytest.raises(WrongState):
        job.started(now=1.0).rendered(engine_s=3.0).put_back()

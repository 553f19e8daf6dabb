"""What a front makes of a worker whose process or node goes away; the actor is a stand-in, and Ray is not started."""

import asyncio

import pytest

pytest.importorskip("ray", reason="the extra ray is not installed")

from ray import exceptions

from engine import wire
from engine.cluster.hosted_worker import HostedWorker
from engine.cluster.messages import WorkerLook, encode
from engine.cluster.nodes import CardPlace
from engine.config import Cluster
from engine.received_job import ReceivedJob

READY = wire.Ready(model_name="none", model_hash="", device="none", size_multiple=8)
JOB = wire.Generate(
    job_id="job 0",
    prompt="1girl",
    negative_prompt="",
    sampling=wire.SamplingParams(num_inference_steps=4, width=64, height=64),
    seeds=(1,),
)
GONE = [
    (exceptions.ActorDiedError(), "its process ended"),
    (exceptions.ActorUnavailableError("no answer", None), "its process ended"),
    (exceptions.WorkerCrashedError(), "its process ended"),
    (exceptions.NodeDiedError("node 1 is marked dead"), "its node is gone"),
    (exceptions.LocalRayletDiedError(), "its node is gone"),
    (exceptions.ObjectLostError("1f", None, ""), "its node is gone"),
    (exceptions.ObjectFetchTimedOutError("1f", None, ""), "its node is gone"),
    (exceptions.OwnerDiedError("1f", None, ""), "its node is gone"),
]


class Method:
    """As Ray has an actor's methods."""

    def __init__(self, function):
        self.remote = function


class Goes:
    """An actor that begins what it is given, and whose next words raise an error."""

    def __init__(self, error):
        self._error = error
        self.draw = Method(self._draw)
        self.describe = Method(self._describe)
        self.look = Method(self._look)

    async def _draw(self, _key, frame):
        job_id = wire.decode_command(frame).job_id
        for told in (encode([wire.Started(job_id=job_id)]), self._error):
            bundle = asyncio.get_running_loop().create_future()
            if told is self._error:
                bundle.set_exception(told)
            else:
                bundle.set_result(told)
            yield bundle

    async def _describe(self, _frame):
        raise self._error

    async def _look(self, _seen):
        await asyncio.sleep(0)
        return encode(WorkerLook(number=1, condition=READY))


@pytest.fixture
def hosted(monkeypatch):
    """Make a worker that draws, at such an actor."""
    monkeypatch.setattr("ray.cancel", lambda _stream: None)

    def make(actor):
        worker = HostedWorker(
            CardPlace("1", "a", 0, 1, {}),
            Cluster(),
            configured=lambda: None,
            objection=lambda _worker, _ready: "",
            changed=lambda: None,
            worker_class="none",
        )
        worker._actor, worker.state = actor, READY
        return worker

    return make


@pytest.mark.parametrize(("error", "why"), GONE, ids=lambda value: type(value).__name__)
async def test_a_job_whose_worker_is_gone_with_its_node_is_not_to_blame(hosted, error, why):
    """It is told with all others that the worker had, and nothing is said of it before that."""
    actor = Goes(error)
    worker, told = hosted(actor), []
    worker.submit(ReceivedJob(JOB, told.append))
    assert await worker._watch(actor) == why
    assert told == [wire.Started(job_id="job 0", worker="a")]
    await worker._lose(why)
    assert told[1:] == [wire.Failed(job_id="job 0", code="worker_lost", detail=why, aboard=1)]
    assert worker.state == wire.Lost(why=why)


@pytest.mark.parametrize(("error", "why"), GONE, ids=lambda value: type(value).__name__)
async def test_a_question_to_a_worker_that_is_gone_may_be_asked_again(hosted, error, why):
    actor = Goes(error)
    worker, told = hosted(actor), asyncio.Queue()
    image = wire.Pixels(width=8, height=8, values=bytes(192))
    worker.describe(wire.Describe(question_id="q", image=image), told.put_nowait)
    assert await worker._watch(actor) == why
    assert await told.get() == wire.Failed(job_id="q", code="worker_lost", detail=why)


async def test_any_other_error_of_ray_s_ends_the_job_and_not_the_worker(hosted):
    worker, told = hosted(Goes(exceptions.RaySystemError("no room"))), asyncio.Queue()
    worker.submit(ReceivedJob(JOB, told.put_nowait))
    assert isinstance(await told.get(), wire.Started)
    assert (await told.get()).code == "internal"
    assert (worker.jobs, worker._fault) == (0, "")

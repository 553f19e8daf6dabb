"""The rooms of a job's way, with an engine that draws at once and a delivery that writes down what it is told."""

import asyncio

import pytest

from bot.engine.drawing_engine import Away, nearest
from bot.flow.dispatch import Dispatch
from bot.flow.journeys import Journeys
from bot.flow.places import Places
from bot.flow.pool import Pool
from bot.flow.queue_filling import QueueFilling
from bot.flow.recovery import Recovery
from bot.flow.rendering import Rendering
from bot.flow.restored import Restored
from bot.measures import BotMeasures
from bot.queue.arrivals import Arrivals
from bot.queue.forecast import Forecast
from bot.queue.joint_pace import JointPace
from bot.queue.queue import Queue
from bot.safety.verdict import Verdict
from bot.sentences import ends
from engine import wire

NOW = 1_800_000_000.0
READY = wire.Ready(model_name="flat", model_hash="", device="none", size_multiple=8, batch_cap=4)


class AtOnce:
    """A `DrawingEngine` in this process, and the only one: ready when told so, and drawing what it gets at once."""

    name = ""

    def __init__(self):
        self.status = Away("not started")
        self.given = []
        self.asked = []
        self.sees = wire.Described(question_id="q", rating="safe")
        self._ready = asyncio.Event()
        self._listeners = []

    @property
    def workers(self):
        return [self]

    @property
    def statuses(self):
        return [(self.name, self.status)]

    def become(self, status):
        self.status = status
        if isinstance(status, wire.Ready):
            self._ready.set()
        else:
            self._ready.clear()
        for listener in self._listeners:
            listener(status)

    async def ready(self):
        await self._ready.wait()
        return self.status

    def listen(self, listener):
        self._listeners.append(listener)

    async def describe(self, image):
        self.asked.append(image)
        if isinstance(self.sees, Exception):
            raise self.sees
        return self.sees

    async def generate(self, job):
        self.given.append(job)
        yield wire.Started(job_id=job.job_id)
        for number, seed in enumerate(job.seeds):
            yield wire.Picture(job_id=job.job_id, number=number, seed=seed, png=b"a picture")
        yield wire.Finished(job_id=job.job_id, engine_s=0.5)


class Beside:
    """Several engines in this process."""

    def __init__(self, *names):
        self.workers = [AtOnce() for _ in names]
        for worker, name in zip(self.workers, names, strict=True):
            worker.name = name

    @property
    def statuses(self):
        return [(worker.name, worker.status) for worker in self.workers]

    @property
    def status(self):
        return nearest(worker.status for worker in self.workers)

    def listen(self, listener):
        for worker in self.workers:
            worker.listen(listener)


class Message:
    """What a job's message was told."""

    def __init__(self, job):
        self.job = job
        self.said = []

    def say(self, view, _files=tuple):
        self.said.append(view)


class Told:
    """A delivery that ends jobs in the store and shows nothing to anybody."""

    def __init__(self, store):
        self._store = store
        self.messages = {}
        self.codes = []
        self.ends = asyncio.Queue()

    def __contains__(self, job_id):
        return job_id in self.messages

    def begin(self, job, _lost):
        self.messages[job.id] = Message(job)

    def job_message(self, job_id):
        return self.messages[job_id]

    async def _end(self, kind, job, said=""):
        del self.messages[job.id]
        await self.ends.put((kind, job.id, said))

    async def deliver(self, job):
        await self._end("delivered", await self._store.jobs.delivered(job.id, now=NOW))

    async def fail(self, job, sentence, *, code="internal"):
        self.codes.append(code)
        await self._end("failed", await self._store.jobs.fail(job.id, sentence, now=NOW), sentence)

    async def refuse(self, job, sentence):
        await self._end("refused", await self._store.jobs.refuse(job.id, sentence, now=NOW), sentence)

    async def cancel(self, job):
        await self._end("cancelled", await self._store.jobs.cancel(job.id, ends.CANCELLED, now=NOW))
        return True

    async def abandon(self, job, gone):
        await self._end("abandoned", await self._store.jobs.cancel(job.id, gone.sentence, now=NOW), gone.sentence)

    def close(self):
        pass


class Allows:
    """A gatekeeper and a picture filter that let everything pass, or nothing."""

    def __init__(self, store):
        self._store = store
        self.verdict = Verdict(allowed=True, rule="", sentence=ends.SORRY)

    async def judge_begun(self, _job):
        return self.verdict

    def wants_previews(self, _job):
        return False

    async def keep(self, job, event):
        await self._store.pictures.save(job.id, number=event.number, seed=event.seed, png=event.png)


class Connected:
    """A Discord client that is ready."""

    async def wait_until_ready(self):
        pass


class Life:
    """One life of the bot, as far as it needs no Discord."""

    def __init__(self, store, engines=None):
        self.store = store
        self.engine = engines or AtOnce()
        self.queue = Queue(max_jobs=100)
        self.delivery = Told(store)
        self.gate = Allows(store)
        arrivals = Arrivals()
        self.pool = Pool(self.engine, self.queue, JointPace(), now=lambda: NOW)
        forecast = Forecast(self.queue, self.pool.pace, now=lambda: NOW)
        self.journeys = Journeys(
            queue=self.queue, arrivals=arrivals, pool=self.pool, delivery=self.delivery, store=store
        )
        self.places = Places(
            queue=self.queue,
            arrivals=arrivals,
            forecast=forecast,
            engines=self.engine,
            journeys=self.journeys,
            store=store,
        )
        self.measures = BotMeasures()
        self.rendering = Rendering(
            client=Connected(),
            gatekeeper=self.gate,
            store=store,
            delivery=self.delivery,
            picture_filter=self.gate,
            measures=self.measures,
            now=lambda: NOW,
        )
        self.dispatch = Dispatch(
            queue=self.queue,
            forecast=forecast,
            pool=self.pool,
            rendering=self.rendering,
            delivery=self.delivery,
            journeys=self.journeys,
            places=self.places,
            store=store,
        )
        self.recovery = Recovery(
            store=store,
            queue=self.queue,
            filling=QueueFilling(
                store=store,
                queue=self.queue,
                pace=self.pool.pace,
                admission=None,  # no server has decided anything
                now=lambda: NOW,
            ),
            editor=None,  # every job has its message
            journeys=self.journeys,
            places=self.places,
            dispatch=self.dispatch,
            restored=Restored(store=store, queue=self.queue, editor=None, journeys=self.journeys, now=lambda: NOW),
            now=lambda: NOW,
        )


@pytest.fixture
def life(store):
    """Make the next life on the same store."""
    return lambda engines=None: Life(store, engines)


@pytest.fixture
def waiting(store):
    """Put a job into the store that was acknowledged and waits."""

    async def wait(new):
        job = await store.jobs.submit(new, now=new.token_created_at)
        return await store.jobs.set_message(job.id, 5)

    return wait

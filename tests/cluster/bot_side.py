"""The bot's half without Discord: its own client, queue and pool, and whoever asks for pictures."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import msgspec

from bot.engine.client import EngineClient
from bot.engine.drawing_engine import Away
from bot.errors import EngineDied, EngineError
from bot.flow.pool import Pool
from bot.queue.joint_pace import JointPace
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket
from engine import wire

STEPS = 10


@dataclass
class Seen:
    """What came of every job."""

    finished: Counter = field(default_factory=Counter)
    pictures: dict = field(default_factory=lambda: defaultdict(Counter))
    workers: Counter = field(default_factory=Counter)
    """Who began so many."""
    lost: dict = field(default_factory=lambda: defaultdict(list))
    """The errors of each job that had to be drawn again."""


class BotSide:
    """Has jobs drawn until each is, as the bot does; open it with ``async with``."""

    def __init__(self, address, *, jobs=0):
        self.client = EngineClient(address)
        self.seen = Seen()
        self.drawing = {}
        """The worker of each job that has begun and not ended."""
        self.queue = Queue(max_jobs=1_000)
        self.pool = Pool(self.client, self.queue, JointPace(), now=asyncio.get_running_loop().time)
        self._jobs = {}
        self._tasks = set()
        self._news = asyncio.Event()
        self.client.listen(lambda _status: self._news.set())
        self.ask(jobs)

    def ask(self, jobs):
        """Ask for so many more."""
        for number in range(len(self._jobs), len(self._jobs) + jobs):
            job_id = f"{number:05}"
            self._jobs[job_id] = wire.Generate(
                job_id=job_id,
                prompt=f"picture {number}",
                negative_prompt="",
                sampling=wire.SamplingParams(num_inference_steps=STEPS, width=64, height=64),
                seeds=(number, number + 1),
                preview_every=4,
            )
            self.queue.push(_ticket(job_id, pictures=2))
        self.pool.changed()

    async def __aenter__(self):
        await self.client.__aenter__()
        self._begin(self._dispatch())
        return self

    async def __aexit__(self, *exc_info):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.__aexit__(*exc_info)

    def _begin(self, work):
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _dispatch(self):
        while True:
            self._begin(self._draw(await self.pool.next()))

    async def _draw(self, turn):
        job_id = turn.ticket.id
        suspect = any(isinstance(error, EngineDied) for error in self.seen.lost.get(job_id, ()))
        job = msgspec.structs.replace(self._jobs[job_id], alone=suspect)
        try:
            async with (
                turn.slot.aboard(alone=suspect),
                contextlib.aclosing(turn.slot.engine.generate(job)) as events,
            ):
                async for event in events:
                    self._see(job_id, event)
        except EngineError as error:
            self.seen.lost[job_id].append(error)
            self.queue.push(turn.ticket)
        finally:
            self.drawing.pop(job_id, None)
            self.pool.leave(job_id)
            self._news.set()

    def _see(self, job_id, event):
        match event:
            case wire.Started():
                self.seen.workers[event.worker] += 1
                self.drawing[job_id] = event.worker
            case wire.Picture():
                self.seen.pictures[job_id][event.number] += 1
            case wire.Finished():
                self.seen.finished[job_id] += 1
        self._news.set()

    async def until(self, condition):
        while not condition():
            self._news.clear()
            await self._news.wait()

    @property
    def states(self):
        """Why each worker does not draw that does not."""
        return {one.id: one.status.why for one in self.client.workers if isinstance(one.status, Away)}

    def _draws(self, name):
        return any(one.id == name and isinstance(one.status, wire.Ready) for one in self.client.workers)

    async def until_ready(self, *names):
        """Wait until these workers draw."""
        await self.until(lambda: all(map(self._draws, names)))

    async def until_gone(self, name):
        """Wait until nobody would give this worker a job any more."""
        await self.until(lambda: not self._draws(name))

    async def until_drawing(self, *names):
        """Wait until each of these has a job that it has begun."""
        await self.until(lambda: {*names} <= {*self.drawing.values()})

    async def all_drawn(self):
        await self.until(lambda: len(self.seen.finished) == len(self._jobs))


def _ticket(job_id, pictures):
    return Ticket(id=job_id, user_id=int(job_id) % 7, guild_id=1, width=64, height=64, pictures=pictures, cost=1.0)

"""The delivering half of the bot against the local Discord: real client, real store, and a clock that tests move."""

import asyncio
import io
from itertools import zip_longest

import discord
import numpy as np
import pytest
from PIL import Image

from bot.actions.show import JobViewer
from bot.answer import answering
from bot.checks.audit import Audit
from bot.checks.gatekeeper import Gatekeeper
from bot.checks.lockouts import Lockouts
from bot.checks.picture_filter import PictureFilter
from bot.checks.roles import Roles
from bot.config import Ratings, StrikeRules
from bot.delivery.budget import EditBudget
from bot.delivery.delivery import Delivery
from bot.delivery.invalid import InvalidRequests
from bot.delivery.message_editor import MessageEditor
from bot.delivery.notices import Notices
from bot.job import NewJob
from bot.measures import BotMeasures
from bot.queue.forecast import Wait
from bot.refusals import Refusals
from bot.request import Request
from bot.safety.policy import OperatorPolicy
from bot.sandbox.people.driver import Visitor
from bot.sandbox.server import Sandbox
from bot.views import card
from tests.bot.sandbox.conftest import Bot, openapi, running


class Clock:
    """Unix time that stands still until it is moved."""

    def __init__(self):
        self.time = 1_800_000_000.0
        self.slept = []
        self.looks = asyncio.Queue()

    def now(self):
        return self.time

    async def sleep(self, seconds):
        """Waiting takes no time, but the clock moves."""
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)

    async def look(self, _seconds):
        """Wait until the test lets somebody look."""
        (await self.looks.get()).set()

    async def let_look(self):
        """Let whoever keeps promises look once, and wait until everything due is done."""
        for _ in range(2):  # the second begins when the first is over
            seen = asyncio.Event()
            self.looks.put_nowait(seen)
            await seen.wait()


def drawing(number=0, grain=3.0, size=(96, 64)):
    """A PNG with some grain, so that it has some size."""
    rng = np.random.default_rng(number)
    soft = Image.fromarray(rng.integers(0, 255, (4, 6, 3), dtype="uint8")).resize(size, Image.Resampling.BICUBIC)
    pixels = np.asarray(soft, dtype=float) + rng.normal(0, grain, (size[1], size[0], 3))
    file = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(file, "PNG")
    return file.getvalue()


class Standing:
    """What `/show` asks of the line."""

    def standing(self, _job):
        return "Next in the queue."


class Desk:
    """One life of the bot, from its store to its messages."""

    def __init__(self, client, store, clock, interactions):
        self.client = client
        self.store = store
        self.clock = clock
        self._interactions = interactions
        self.refusals = Refusals()
        self.audit = Audit(client, store, self.refusals)
        gatekeeper = Gatekeeper(
            client=client,
            operator=OperatorPolicy.of(Ratings(), tagger=False),
            policies=store.policies,
            roles=Roles(client),
            lockouts=Lockouts(store.strikes, StrikeRules(), clock.now),
            audit=self.audit,
            compose=None,
            gate_question=None,
            words=None,
            hides=store.reports.hidden,
            now=clock.now,
        )
        picture_filter = PictureFilter(gatekeeper, store.pictures, rates=False)
        self.budget = EditBudget()
        self.budget.invalid = InvalidRequests(clock=clock.now)
        self.editor = MessageEditor(
            client, now=clock.now, sleep=clock.sleep, refusals=self.refusals, invalid=self.budget.invalid
        )
        self.notices = Notices(
            client=client, editor=self.editor, store=store, gatekeeper=gatekeeper, refusals=self.refusals
        )
        self.measures = BotMeasures()
        self.delivery = Delivery(
            client=client,
            store=store,
            editor=self.editor,
            gatekeeper=gatekeeper,
            picture_filter=picture_filter,
            budget=self.budget,
            notices=self.notices,
            measures=self.measures,
            now=clock.now,
            pace_s=0.01,
            sleep=clock.look,
        )
        self.show = JobViewer(
            client=client, picture_filter=picture_filter, places=Standing(), store=store, now=clock.now
        )
        self.lost = asyncio.Queue()

    async def ask(self, person, channel, *, private=False, **request):
        """Let somebody ask for a picture; give the job, with its message and its story begun."""
        await person.slash(channel, "imagine")
        interaction = await self._interactions.get()
        job = await self.store.jobs.submit(
            NewJob(
                user_id=interaction.user.id,
                guild_id=interaction.guild_id,
                channel_id=interaction.channel_id,
                application_id=interaction.application_id,
                interaction_id=interaction.id,
                interaction_token=interaction.token,
                token_created_at=self.clock.now(),
                request=Request(subject="1girl", seed=7, private=private, **request),
                prompt="1girl",
                negative_prompt="",
                max_file_bytes=interaction.filesize_limit,
            ),
            now=self.clock.now(),
        )
        answer = await interaction.response.send_message(view=card.waiting(job, Wait(1)), ephemeral=private)
        job = await self.store.jobs.set_message(job.id, answer.message_id)
        self.delivery.begin(job, lambda job, gone: self.lost.put_nowait((job, gone)))
        return job

    async def draw(self, job, *pictures, seen_as=()):
        """Put a job's pictures into the spool, rated as what they were seen to show."""
        await self.store.jobs.start(job.id, now=self.clock.now())
        for number, (png, rating) in enumerate(zip_longest(pictures or [drawing()], seen_as)):
            await self.store.pictures.save(job.id, number=number, seed=number, png=png or drawing(), rating=rating)
        return await self.store.jobs.rendered(job.id, engine_s=1.0)

    async def shown(self, person, channel, typed):
        """What `/show` answers."""
        sent = await person.slash(channel, "show", picture=typed)
        return await person.answer(sent)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def sandbox(clock):
    async with Sandbox.serve(openapi=openapi(), rate_limits=False, time_source=clock.now) as served:
        yield served
        assert served.violations == []


@pytest.fixture
async def desk(sandbox, store, clock):
    """The bot at work; its promises are kept when the clock is let look."""
    client, interactions = Bot(), asyncio.Queue()

    @client.tree.command()
    async def imagine(interaction: discord.Interaction):
        interactions.put_nowait(interaction)

    @client.tree.command()
    async def show(interaction: discord.Interaction, picture: str):
        await answering(interaction, desk.show.show_typed(interaction, picture))

    async with running(sandbox, client):
        desk = Desk(client, store, clock, interactions)
        promises = asyncio.create_task(desk.delivery.keep_promises())
        yield desk
        promises.cancel()
        await asyncio.gather(promises, return_exceptions=True)


async def _visit(sandbox, name):
    async with Visitor.visit(sandbox.page_url, name) as person:
        yield person


@pytest.fixture
async def yuki(sandbox):
    """A member."""
    async for person in _visit(sandbox, "yuki"):
        yield person


@pytest.fixture
async def mio(sandbox):
    """A moderator."""
    async for person in _visit(sandbox, "mio"):
        yield person


@pytest.fixture
async def ada(sandbox):
    """An admin."""
    async for person in _visit(sandbox, "ada"):
        yield person


@pytest.fixture
def studio_of(sandbox):
    """Be somebody else for a while."""
    return lambda name: Visitor.visit(sandbox.page_url, name)

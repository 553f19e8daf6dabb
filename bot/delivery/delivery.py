"""The one message of every unfinished job, from its place in the queue to its result or the sentence that ends it."""

from __future__ import annotations

import asyncio
import heapq
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import discord

from bot.checks.place import may_edit_later
from bot.delivery.job_message import JobMessage
from bot.delivery.upload import file_limit, send_fitted
from bot.errors import FewerShown, MessageGone, PictureLost, PictureTooLarge, PromptRefused, Undeliverable
from bot.job import State
from bot.retrying import NOT_DONE
from bot.sentences import card as says
from bot.sentences import ends
from bot.views import card

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from typing import NoReturn

    from bot.checks.gatekeeper import Gatekeeper
    from bot.checks.picture_filter import PictureFilter
    from bot.delivery.budget import EditBudget
    from bot.delivery.message_editor import MessageEditor
    from bot.delivery.notices import Notices
    from bot.delivery.upload import Upload
    from bot.job import Job
    from bot.measures import BotMeasures
    from bot.sentences.sentence import Sentence
    from bot.store import Store

log = logging.getLogger(__name__)

PACE_S = 2.0
"""Seconds between two edits of one message; Discord's own limits are undocumented and lower than any step rate."""

PROMISE_S = 13 * 60.0
"""Age of a token at which a message that nothing else can edit tells where its pictures will be: two minutes before
the token dies, so that there is time for a second try."""

LOOK_EVERY_S = 5.0
"""How late a promise may be."""


@dataclass(kw_only=True, eq=False)
class Delivery:
    """Tells every job's message what happens; however often a job ends, it tells the first end."""

    client: discord.Client
    store: Store
    """Is patient: nobody waits for an answer here."""
    editor: MessageEditor
    gatekeeper: Gatekeeper
    picture_filter: PictureFilter
    budget: EditBudget
    notices: Notices
    measures: BotMeasures
    now: Callable[[], float]
    """Unix time in seconds."""
    pace_s: float = PACE_S
    """Between two edits of one message."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _job_messages: dict[str, JobMessage] = field(default_factory=dict[str, "JobMessage"], init=False)
    """Of every unfinished job that has a message."""
    _dying: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]], init=False)
    """A heap: when a promise is due, and of which job."""

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._job_messages

    def begin(self, job: Job, lost: Callable[[Job, MessageGone], None]) -> None:
        """Tell this job's message from here on; `lost` is as in `JobMessage`."""
        self._job_messages[job.id] = JobMessage(self.editor, job, budget=self.budget, pace_s=self.pace_s, lost=lost)
        heapq.heappush(self._dying, (job.token_created_at + PROMISE_S, job.id))

    def job_message(self, job_id: str) -> JobMessage:
        """Give what tells a job's message, once that has begun and until the job is over."""
        return self._job_messages[job_id]

    async def keep_promises(self) -> NoReturn:
        """Tell those whose message will soon be out of reach where their pictures will be."""
        await self.client.wait_until_ready()  # before that no right is known
        while True:
            await self.sleep(LOOK_EVERY_S)
            while self._dying and self._dying[0][0] <= self.now():
                _, job_id = heapq.heappop(self._dying)
                job_message = self._job_messages.get(job_id)
                if job_message is None or not self.editor.has_token(job_message.job):
                    continue  # it is over, or its bot was away for too long
                if job_message.job.private or not may_edit_later(
                    self.client, job_message.job.guild_id, job_message.job.channel_id
                ):
                    await self._promise(job_message)

    async def _promise(self, job_message: JobMessage) -> None:
        try:
            await job_message.promise(card.promise(job_message.job))
        except (Undeliverable, *NOT_DONE) as error:
            log.warning("job %s: its message was not told where the pictures will be: %s", job_message.job.id, error)
            heapq.heappush(self._dying, (self.now() + LOOK_EVERY_S, job_message.job.id))
        else:
            log.info("job %s: its message tells where the pictures will be", job_message.job.id)

    async def deliver(self, job: Job) -> Job | None:
        """Show a job's pictures out of the spool, where they may be shown now.

        Returns:
            The job, back in the line, where a file of it is damaged; None: it came to an end.
        """
        await self.client.wait_until_ready()  # before the first connection every place is unknown
        try:
            await self._show(job)
        except PromptRefused as error:
            await self.refuse(job, error.sentence)
        except Undeliverable as error:
            await self._keep(job, error.sentence, error)
        except (PictureTooLarge, discord.HTTPException) as error:
            await self._keep(job, ends.NOT_TAKEN, error)
        except PictureLost as error:
            log.error("job %s: it is drawn again: %s", job.id, error)  # noqa: TRY400  one clear line
            self._job_messages.pop(job.id).drop()  # it may have told its end already
            return await self.store.jobs.lost(job.id)
        else:
            done = await self.store.jobs.delivered(job.id, now=self.now())
            del self._job_messages[job.id]
            log.info("job %s: delivered", job.id)
            await self.notices.over(done)
        return None

    async def _show(self, job: Job) -> None:
        """Edit the pictures into the message; anew, with fewer of them, where its place changes between two tries."""
        while not await self._show_once(job):
            pass

    async def _show_once(self, job: Job) -> bool:
        pictures, stopped, spoiler = await self.picture_filter.allowed(job)
        job_message, ask_again = self._job_messages[job.id], partial(self._ask_again, job, pictures.keys())

        async def send(files: Upload) -> None:
            missing = [says.dropped(stopped)] if stopped else []
            view = card.result(job, files.names, spoiler=spoiler, missing=missing, note=files.note)
            await job_message.end(view, files.opened, ask_again=ask_again)

        per_file = min(job.max_file_bytes, file_limit(self.client, job.guild_id))
        try:
            await send_fitted(job, pictures, per_file=per_file, send=send)
            self.measures.delivered.add(amount=len(pictures))
        except FewerShown as error:
            log.info("job %s: %s", job.id, error)
            return False
        return True

    async def _ask_again(self, job: Job, shown: Collection[int]) -> None:
        if (await self.picture_filter.allowed(job)).pictures.keys() != shown:
            raise FewerShown("not all of its pictures may be shown any more")

    # The other ends: recorded first, then told, so that none is told that did not happen.

    async def cancel(self, job: Job, sentence: Sentence = ends.CANCELLED) -> bool:
        """End a job that is not wanted any more; False if it had come to its end before that."""
        job_message = self._job_messages.pop(job.id, None)
        if job_message is None:
            return False
        await self._end(await self.store.jobs.cancel(job.id, sentence, now=self.now()), job_message)
        return True

    async def abandon(self, job: Job, gone: MessageGone) -> None:
        """End a job whose message is gone: what is drawn waits for `/show`, what is not is not drawn."""
        now = await self.store.jobs.get(job.id)
        if now is not None and now.state is State.RENDERED and job.id in self._job_messages:
            await self._keep(now, gone.sentence, gone)
        else:
            await self.cancel(job, ends.stopped(gone.sentence))

    async def refuse(self, job: Job, sentence: Sentence) -> None:
        """End a job that the gate no longer allows: it is neither shown nor kept."""
        log.info("job %s: refused by the gate", job.id)
        job_message = self._job_messages.pop(job.id)
        await self._end(await self.store.jobs.refuse(job.id, sentence, now=self.now()), job_message)

    async def fail(self, job: Job, sentence: Sentence, *, code: str = "internal") -> None:
        """End a job that cannot be drawn or shown; the code is one of `bot.measures.FAILURES`."""
        self.measures.failures.add(code)
        job_message = self._job_messages.pop(
            job.id
        )  # first, so that a failure to record a failure is not tried for ever
        await self._end(await self.store.jobs.fail(job.id, sentence, now=self.now()), job_message)

    async def _keep(self, job: Job, sentence: Sentence, error: Exception) -> None:
        log.warning("job %s: its pictures wait for /show: %s", job.id, error)
        job_message = self._job_messages.pop(job.id)
        await self._end(await self.store.jobs.keep(job.id, sentence, now=self.now()), job_message)

    async def tell_again(self, job: Job) -> None:
        """Tell the end of a job that an earlier process recorded and did not tell."""
        await self.client.wait_until_ready()
        if job.untold:
            await self._end(job, None)
        else:
            await self.notices.over(job)

    def close(self) -> None:
        """Stop telling: the bot ends, and the next one goes on."""
        for job_message in self._job_messages.values():
            job_message.drop()

    async def _end(self, job: Job, job_message: JobMessage | None) -> None:
        if job.kept is None:
            await self.store.pictures.drop(job.id)
            sentence = job.error
            view = card.over(job)
        else:
            sentence = ends.kept_for_show(job.kept, job.id)
            view = card.kept(job)
        try:
            await (self.editor.edit(job, view) if job_message is None else job_message.end(view))
        except (Undeliverable, discord.HTTPException) as error:
            log.warning("job %s: its message cannot tell its end: %s", job.id, error)
            await self.store.jobs.told(job.id)
            if sentence is not None:
                await self.notices.instead(job, sentence)
        else:
            await self.store.jobs.told(job.id)
            await self.notices.over(job)

"""How it stands with those who wait: told in their messages when the queue moves or the engine's state changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.queue.ticket import Ticket
from bot.sentences import queue as says
from bot.views import card, engine_state
from engine import wire

if TYPE_CHECKING:
    from bot.engine.drawing_engine import DrawingEngines
    from bot.flow.journeys import Journeys
    from bot.job import Job
    from bot.queue.arrivals import Arrivals
    from bot.queue.forecast import Forecast, Wait
    from bot.queue.queue import Queue
    from bot.sentences.sentence import Sentence
    from bot.store import Store

SHOWN_PLACES = 10
"""Only the head of the queue is told when it moves; further back the number is old news before it is read."""


@dataclass(kw_only=True, eq=False)
class Places:
    """Tells everybody no more than they can read, and the head of the queue at once."""

    queue: Queue
    arrivals: Arrivals
    forecast: Forecast
    engines: DrawingEngines
    journeys: Journeys
    store: Store
    """Is patient: nobody waits for an answer here."""
    restarting: bool = False
    """The bot is about to end, and says so wherever it tells a place."""
    paused: bool = False
    """By the operator, which it says likewise."""

    @property
    def engine_sentence(self) -> Sentence | None:
        """What people wait for besides their turn; None where the engine draws."""
        if self.paused and not self.restarting:
            return says.OPERATOR_PAUSED
        return says.RESTARTING if self.restarting else engine_state.sentence(self.engines.status)

    @property
    def cards_sentence(self) -> Sentence | None:
        """How many of several engines draw; None where there is one."""
        statuses = self.engines.statuses
        drawing = sum(isinstance(status, wire.Ready) for _, status in statuses)
        return says.cards(drawing, len(statuses)) if len(statuses) > 1 else None

    def standing(self, job: Job) -> Sentence:
        """Say how it stands with an unfinished job."""
        if (coming := self.arrivals.get(job.id)) is not None:
            return card.in_line(self.forecast.wait_of_new(coming), self.engine_sentence)
        ticket = self.queue.get(job.id)
        if ticket is None:
            return says.IT_IS_DRAWN
        return card.in_line(self.forecast.wait(ticket), self.engine_sentence)

    def wait_of_new(self, ticket: Ticket) -> Wait:
        """Tell how a job would stand that is not in the queue yet."""
        return self.forecast.wait_of_new(ticket)

    async def tell_all(self) -> None:
        """Tell those who are next how they stand."""
        for ticket in self.queue.head(SHOWN_PLACES):
            await self.begin(ticket)
        self.tell_head()

    async def begin(self, ticket: Ticket) -> None:
        """Make sure that a job can be told of."""
        if self.journeys.known_message(ticket.id) is None and (job := await self.store.jobs.get(ticket.id)) is not None:
            self.journeys.message(job)

    def tell_head(self) -> None:
        """Tell those who are next how they stand, where telling them has begun."""
        for ticket, wait in self.forecast.at_head(SHOWN_PLACES):
            self.tell(ticket, wait)

    def tell(self, ticket: Ticket, wait: Wait | None = None) -> None:
        """Tell how a job stands, where it waits and telling it has begun."""
        message = self.journeys.known_message(ticket.id)
        if message is not None and ticket.id in self.queue:
            known = wait or self.forecast.wait(ticket)
            message.say(partial(card.waiting, message.job, known, engine=self.engine_sentence))

    def tell_job(self, job: Job) -> None:
        """Tell how a job stands, as `tell`."""
        self.tell(Ticket.of(job))

"""What the line must know of a job: whose it is, what it costs the engine, and what moderators did to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bot.request import SHAPES, all_loras, passes_of
from engine.cost import step_cost

if TYPE_CHECKING:
    from bot.job import Job
    from bot.request import Request


class Ticket(Struct, frozen=True, kw_only=True):
    """A job in the queue; a hundred thousand of them are read and kept without their prompts."""

    id: str
    user_id: int
    guild_id: int | None
    """None: a direct message."""
    width: int
    """Of the pass that costs most: what it can be drawn together with."""
    height: int
    pictures: int
    guided: bool = True
    """Guidance above 1 runs the model for prompt and negative prompt at every step."""
    cost: float
    """What the engine has to compute for it, as `engine.cost` reckons."""
    weights: str = ""
    """What the engine's model has to have: which checkpoint and, behind a bar, which LoRAs. Between equal ones nothing
    is switched."""
    weight: float = 1.0
    """How much more of a server's turns its asker has than somebody without a priority role."""
    held: bool = False
    """It keeps its place and is not drawn until it is resumed."""
    moved_at: float | None = None
    """When it was put before the others of its asker; None: it stands by age."""

    @classmethod
    def of(cls, job: Job) -> Ticket:
        new = cls.of_new(job.request, user_id=job.user_id, guild_id=job.guild_id, weight=job.weight)
        return replace(new, id=job.id, held=job.held, moved_at=job.moved_at)

    @classmethod
    def of_new(cls, request: Request, *, user_id: int, guild_id: int | None, weight: float = 1.0) -> Ticket:
        """Make the ticket of what is no job yet; its id sorts behind those of all jobs."""
        width, height = main_pass(request)
        return cls(
            id="~",
            user_id=user_id,
            guild_id=guild_id,
            width=width,
            height=height,
            pictures=request.count,
            guided=request.sampling.guided,
            cost=cost_of(request),
            weights=weights_of(request),
            weight=weight,
        )

    @property
    def server(self) -> int:
        """Whose turn it takes; a direct message is its asker's own server, by a number that is nobody's id."""
        return -self.user_id if self.guild_id is None else self.guild_id

    @property
    def stretch(self) -> float:
        """What starting it takes of its asker's share, as its cost is what it takes of the server's."""
        return self.cost / self.weight

    @property
    def checkpoint(self) -> str:
        """Which checkpoint it is drawn with; "": the one that the engine begins with."""
        return self.weights.partition("|")[0]

    @property
    def shape(self) -> tuple[int, int]:
        """What pictures must have in common to be drawn in one call."""
        return self.width, self.height


def weights_of(request: Request) -> str:
    """Name the checkpoint and, behind a bar, the LoRAs of a request with their weights, in one order.

    "" is the checkpoint that the engine begins with, without any.
    """
    loras = ";".join(sorted(f"{one.name}:{one.hash}:{one.weight:g}:{one.te_weight:g}" for one in all_loras(request)))
    return f"{request.model}|{loras}" if loras else request.model


def cost_of(request: Request) -> float:
    """Reckon the cost of a request, as a ticket has it."""
    return request.count * sum(one.cost(guided=request.sampling.guided) for one in passes_of(request))


def counted(request: Request) -> int:
    """Reckon for how many pictures a request counts in a day's limits.

    For as many as it draws, and for more where it costs more than so many of the largest shape with as many steps: what
    is enlarged, or drawn over something enlarged.
    """
    sampling = request.sampling
    usual = sampling.num_inference_steps * max(step_cost(*size, guided=sampling.guided) for size in SHAPES.values())
    return max(request.count, math.ceil(round(cost_of(request) / usual, 6)))


def main_pass(request: Request) -> tuple[int, int]:
    """Give width and height of the pass that costs most."""
    largest = max(passes_of(request), key=lambda one: one.cost(guided=request.sampling.guided))
    return largest.width, largest.height

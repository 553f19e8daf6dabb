"""What the bot uses of an engine, and of all that draw for it, whoever is behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from msgspec import Struct

from engine import wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Sequence


class Away(Struct, frozen=True):
    """There is no engine to talk to; the reason is for the operator."""

    why: str
    unusable: bool = False
    """It is not started, because its checkpoint can never be loaded as it is: waiting alone helps nobody."""


Status: TypeAlias = Away | wire.Draining | wire.Loading | wire.Ready
Drawn: TypeAlias = wire.Started | wire.Progress | wire.Preview | wire.Picture | wire.Finished
"""What happens to a job that is drawn; every other end is an error."""


def nearest(statuses: Iterable[Status]) -> Status | None:
    """Choose the one that is nearest to drawing; None of none."""
    nearness = (Away, wire.Draining, wire.Loading, wire.Ready)
    return max(statuses, key=lambda status: nearness.index(type(status)), default=None)


class DrawingEngine(Protocol):
    """One GPU: draws jobs, several at once, and says how it is."""

    @property
    def name(self) -> str:
        """What it is called among the others; "" where there are none."""
        ...

    @property
    def status(self) -> Status:
        """How it is now."""
        ...

    async def ready(self) -> wire.Ready:
        """Wait until it draws, and say what it is."""
        ...

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Have every change of the status told to a function that returns at once."""
        ...

    def generate(self, job: wire.Generate) -> AsyncGenerator[Drawn]:
        """Have a job drawn; what happens to it, from Started to Finished. Closing it early cancels the job.

        Raises:
            EngineFull: It has as many jobs as it takes, and never had this one.
            EngineUnavailable: It is not ready, stops, or went away: the job may be drawn later.
            EngineDied: It went away while it had the job.
            GenerationFailed: It gave up on this job, or the job is outside the wire's limits.
        """
        ...

    async def describe(self, image: wire.Pixels) -> wire.Described:
        """Ask what a picture shows; nothing is drawn.

        Raises:
            EngineUnavailable: It is not ready, or was left.
            EngineDied: It went away while it was to look.
            GenerationFailed: It could not look.
        """
        ...


class DrawingEngines(Protocol):
    """Everything that draws for this bot."""

    @property
    def workers(self) -> Sequence[DrawingEngine]:
        """Those that are known now; each stays the same object for as long as it is among them."""
        ...

    @property
    def statuses(self) -> Sequence[tuple[str, Status]]:
        """Of each, with its name; a connection that has never listed a worker counts as one."""
        ...

    @property
    def status(self) -> Status:
        """Of the one that is nearest to drawing."""
        ...

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Have every change of anyone's status told to a function that returns at once."""
        ...

    async def describe(self, image: wire.Pixels) -> wire.Described:
        """Ask any of them that draws what a picture shows.

        Raises:
            EngineUnavailable: None is ready, or it was left.
            EngineDied: It went away while it was to look.
            GenerationFailed: It could not look.
        """
        ...

    def hear_of_loras(self, listener: Callable[[tuple[wire.FoundLora, ...]], None]) -> None:
        """Have the LoRAs that everyone has told, now and whenever they change, to a function that returns at once."""
        ...

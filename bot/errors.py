"""What can go wrong in the bot: what a member reads and what an operator reads are two values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sentences.sentence import Sentence


class BotError(Exception):
    """Base of everything that the bot raises on purpose."""


class ConfigError(BotError):
    """Start-up: the configuration cannot be used; the message is one clear line for the operator."""


class Refused(BotError):
    """A no; its sentence is shown to the person who asked, privately. Its text names that sentence in a log."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.id)
        self.sentence = sentence


class InvalidRequest(Refused):
    """What was asked for cannot be drawn as it stands."""


class PromptRefused(Refused):
    """The rating or the words are not allowed here."""


class QueueFull(Refused):
    """The line is at its limit, for everybody, this server or this person."""

    def __init__(self, sentence: Sentence, *, until: float | None = None) -> None:
        """Say why.

        Args:
            sentence: Shown to the person who asked.
            until: What must be drawn before it makes sense to come back, as cost; None: nobody can tell.
        """
        super().__init__(sentence)
        self.until = until


class QueueClosed(Refused):
    """A moderator decided that nothing new is taken from this server for now."""


class NotYours(Refused):
    """This button belongs to somebody else."""


class StoreError(BotError):
    """The database or the spool cannot be used; the message is one clear line for the operator."""


class StoreUnavailable(StoreError):
    """Disk or database take or give nothing just now: full, locked, read-only, failing or damaged."""


class PictureLost(StoreError):
    """A picture's file is not what was kept, or not there, and no waiting brings it back."""


class WrongState(BotError):
    """A job is past what it was told to do: somebody was faster (a cancel, say), or it is a bug."""

    def __init__(self, job_id: str, state: str, wanted: str) -> None:
        super().__init__(f"job {job_id} is {state} and cannot {wanted}")
        self.job_id = job_id
        self.state = state


class EngineError(BotError):
    """The engine did not do its part; logged with the job id, told to the member in other words."""


class EngineUnavailable(EngineError):
    """There is no engine to talk to, or it gave the job back: the job is not to blame."""


class EngineFull(EngineUnavailable):
    """The engine has as many jobs of this bot as it takes, and did not take another one."""


class EngineDied(EngineError):
    """The engine went away while it had the job, which may be why."""

    def __init__(self, reason: str, *, alone: bool = False) -> None:
        super().__init__(reason)
        self.alone = alone
        """Whether it had no other job."""


class EngineTimeout(EngineDied):
    """The engine is there and does not answer."""


class GenerationFailed(EngineError):
    """The engine gave up on a job; the code is one of `engine.wire.ErrorCode`."""

    def __init__(self, code: str, detail: str, *, fits: tuple[int, int] | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.fits = fits
        """Width and height that the engine had room for; None: it found none, or room was not what was missing."""


class PictureTooLarge(BotError):
    """No form of a picture is small enough for where it shall go."""


class Undeliverable(BotError):
    """A job's message cannot be edited by any means that the bot has left."""

    def __init__(self, reason: str, sentence: Sentence) -> None:
        """Say it twice: the reason to the operator, the sentence to the member."""
        super().__init__(reason)
        self.sentence = sentence


class MessageGone(Undeliverable):
    """The message, or where it stood, is no more, for good: nobody can see what becomes of it."""


class FewerShown(BotError):
    """A place allows fewer of a job's pictures than it did a moment ago."""


class FilesTooLarge(BotError):
    """Discord takes less here than it said."""

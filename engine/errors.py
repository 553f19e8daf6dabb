"""What can go wrong in the engine; the codes of `engine.wire` travel, the exceptions stay here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from engine.wire import ErrorCode


class ModelLoadError(Exception):
    """The checkpoint cannot be used; the message names the path and what was expected. Fatal at start-up."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        """Say why.

        Args:
            message: One line for the operator.
            passing: Whether it may load the next time although nobody changed anything: a network, a disk, a device.
        """
        super().__init__(message)
        self.passing = passing


class ClusterError(Exception):
    """The cluster cannot be used; the message is one sentence for the operator."""


class DownloadError(Exception):
    """A file cannot be fetched, or is not the one that was meant; the message is one sentence for the operator."""


class GenerationError(Exception):
    """A job cannot be drawn."""

    code: ClassVar[ErrorCode] = "internal"


class InvalidParameters(GenerationError):
    """What was asked for is outside what this model can draw."""

    code = "invalid_parameters"


class OutOfMemory(GenerationError):
    """The device has no room for this job, even alone."""

    code = "out_of_memory"


class NumericalFailure(GenerationError):
    """The picture came out as NaN or black."""

    code = "numerical_failure"


class RatingFailed(GenerationError):
    """A picture could not be rated, so nothing of it leaves the engine."""

    code = "rating_failed"


class Withheld(GenerationError):
    """A picture showed somebody who looks like a child, above safe: nobody may see it."""

    code = "withheld"


class ModelRefused(GenerationError):
    """A checkpoint cannot be used; the message is one line that begins with its name."""

    code = "model_refused"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.why = why


class LoraRefused(GenerationError):
    """A LoRA's file cannot be used; the message is one line that begins with its name."""

    code = "lora_refused"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.why = why

"""The contract between bot and engine: every message that crosses the socket, and nothing else.

One WebSocket, binary frames, one msgpack message a frame. The bot sends commands, the engine events.
Each message carries its type's name under the key ``type``. Limits live in the types, so what decodes is
within them. Changing a message means changing its golden bytes in `tests/engine/test_wire.py`. Messages are
defined in `engine.wire_commands` and `engine.wire_events`, and everybody asks for them here.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from engine.picture_size import MAX_PIXELS, MAX_SIDE, Box, Side
from engine.wire_commands import (
    MAX_DETAILS,
    MAX_LORAS,
    SEED_LIMIT,
    Cancel,
    ChosenLora,
    Command,
    Describe,
    Drain,
    Enlargement,
    Generate,
    Guidance,
    LoraWeight,
    PromptText,
    Reload,
    Repaint,
    SamplingParams,
    Seed,
    Seeds,
    Start,
    Steps,
    Variation,
)
from engine.wire_events import (
    MAX_WORKERS,
    Cancelled,
    Described,
    Draining,
    ErrorCode,
    Event,
    Failed,
    Finished,
    FoundLora,
    ListedWorker,
    Loading,
    Loras,
    Lost,
    OtherModel,
    Picture,
    Preview,
    Progress,
    Ready,
    Rejected,
    Started,
    Tag,
    Workers,
    WorkerState,
)
from engine.wire_limits import check
from engine.wire_values import (
    ENGINE,
    LATENT_BYTES,
    MAX_CHANNELS,
    MAX_LORA_NAME,
    MAX_WORKER_ID,
    PIXEL_BYTES,
    JobId,
    Latents,
    LoraName,
    ModelName,
    Origin,
    Pixels,
    Rating,
    Share,
    WorkerId,
)

__all__ = [
    "ENGINE",
    "LATENT_BYTES",
    "MAX_CARRIED_BYTES",
    "MAX_CHANNELS",
    "MAX_COMMAND_BYTES",
    "MAX_DETAILS",
    "MAX_JOBS",
    "MAX_LORAS",
    "MAX_LORA_NAME",
    "MAX_MESSAGE_BYTES",
    "MAX_PIXELS",
    "MAX_QUESTIONS",
    "MAX_SIDE",
    "MAX_TAGS",
    "MAX_WORKERS",
    "MAX_WORKER_ID",
    "PIXEL_BYTES",
    "PROTOCOL",
    "SEED_LIMIT",
    "Box",
    "Cancel",
    "Cancelled",
    "ChosenLora",
    "Command",
    "Describe",
    "Described",
    "Drain",
    "Draining",
    "Enlargement",
    "ErrorCode",
    "Event",
    "Failed",
    "Finished",
    "FoundLora",
    "Generate",
    "Guidance",
    "JobId",
    "Latents",
    "ListedWorker",
    "Loading",
    "LoraName",
    "LoraWeight",
    "Loras",
    "Lost",
    "ModelName",
    "Origin",
    "OtherModel",
    "Picture",
    "Pixels",
    "Preview",
    "Progress",
    "PromptText",
    "Rating",
    "Ready",
    "Rejected",
    "Reload",
    "Repaint",
    "SamplingParams",
    "Seed",
    "Seeds",
    "Share",
    "Side",
    "Start",
    "Started",
    "Steps",
    "Tag",
    "Variation",
    "WorkerId",
    "WorkerState",
    "Workers",
    "decode_command",
    "decode_event",
    "encode",
    "protocol_of",
]

PROTOCOL = 5
"""Raised when a message changes its meaning; the two sides refuse each other when theirs differ."""

MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""One picture is the largest message: a 2048×2048 PNG of pure noise is 12.6 MB."""

MAX_JOBS = 128
"""Of one client at one worker, not ended. The bot holds fewer than 70 there: `engine.batch_cap` is 64 at most."""

MAX_QUESTIONS = 8
"""Pictures of one client that are being described; a look takes a fraction of a second."""

MAX_COMMAND_BYTES = 18 * 1024 * 1024
"""The pixels of the largest picture are 12.6 MB, a mask of it 4.2 MB, and two prompts of 20,000 characters of four
bytes are 160 kB."""

MAX_CARRIED_BYTES = 256 * 1024 * 1024
"""Of what the jobs of one client at one worker begin with: as many as the bot holds there, of 1.2 megapixels each."""

MAX_TAGS = 400
"""Of a picture that is described: no tagger names more that mean something."""

_Message = TypeVar("_Message")


class _Greeting(Struct, frozen=True):
    """What every protocol's first words have in common."""

    protocol: int


_encoder = msgspec.msgpack.Encoder()
_protocols = msgspec.msgpack.Decoder(_Greeting)
_commands = msgspec.msgpack.Decoder(Command)
_events = msgspec.msgpack.Decoder(Event)


def encode(message: Command | Event) -> bytes:
    return _encoder.encode(message)


def decode_command(frame: bytes) -> Command:
    """Read what the bot sent.

    Raises:
        msgspec.DecodeError: It is no command within its limits (`msgspec.ValidationError` names the field).
    """
    command = _decode(_commands, frame)
    check(command)
    return command


def decode_event(frame: bytes) -> Event:
    """Read what the engine sent.

    Raises:
        msgspec.DecodeError: As `decode_command`.
    """
    return _decode(_events, frame)


def protocol_of(frame: bytes) -> int | None:
    """Read which protocol the other side speaks, from a frame of any protocol that says so; None: it does not."""
    try:
        return _decode(_protocols, frame).protocol
    except msgspec.DecodeError:
        return None


def _decode(decoder: msgspec.msgpack.Decoder[_Message], frame: bytes) -> _Message:
    try:
        return decoder.decode(frame)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(f"MessagePack data is malformed: {error}") from error

"""What the bot and the reader say to each other over the reader's two pipes.

A message is four bytes of length, the highest first, and so much msgpack. The reader says `ReaderReady` once. Then
comes a `ReadRequest`, followed by the bytes of its file, and an answer to it, again and again.
"""

from __future__ import annotations

import struct

import msgspec
from msgspec import Struct

from bot.sentences.sentence import Sentence

LENGTH = struct.Struct(">I")

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Of any file: more than is ever downloaded."""


class ReaderReady(Struct, frozen=True, tag=True):
    """The reader has started."""


class ReadRequest(Struct, frozen=True, tag=True):
    """What does this file say?"""

    kind: str
    size: int
    """Of the file, in bytes; it follows."""


class Found(Struct, frozen=True, tag=True):
    """It says this."""

    value: msgspec.Raw
    """As the kind's answer is encoded."""


class ReadRefusal(Struct, frozen=True, tag=True):
    """It cannot be used; the sentence is for the member."""

    sentence: Sentence


class ReaderOutOfMemory(Struct, frozen=True, tag=True):
    """The memory did not suffice; the reader ends."""


Answer = Found | ReadRefusal | ReaderOutOfMemory

MAX_OVERHEAD_BYTES = 64
"""What a `Found` has besides its value."""


def pack(message: Struct) -> bytes:
    """Write a message with its length."""
    data = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(data)) + data

"""What a front and its workers tell each other beside the wire's own messages: msgpack, because pickles are code."""

from __future__ import annotations

import platform
from typing import TypeAlias

import msgspec
from msgspec import Struct

from engine import __version__
from engine.wire import PROTOCOL, Described, Event, Failed, FoundLora, Loading, Ready


class Hello(Struct, frozen=True, kw_only=True):
    """Which program a worker is."""

    version: str = __version__
    protocol: int = PROTOCOL
    python: str = platform.python_version()


class Broken(Struct, frozen=True, tag=True, tag_field="type", kw_only=True):
    """A worker cannot load what it is to draw with."""

    why: str
    passing: bool
    """Whether it may the next time although nobody changed anything."""


WorkerCondition: TypeAlias = Loading | Ready | Broken


class WorkerLook(Struct, frozen=True, kw_only=True):
    """How a worker is."""

    number: int
    """How many changes there were."""
    condition: WorkerCondition
    loras: tuple[FoundLora, ...] | None = None
    """What its node has; None: what was said before."""


Labelled: TypeAlias = tuple[str, ...]
"""The labels of a series, as `engine.measures` has them."""


class Counted(Struct, frozen=True, kw_only=True):
    """What a worker has counted of itself since its process began, by the names of `engine.counts`."""

    levels: dict[str, list[tuple[Labelled, float]]]
    spreads: dict[str, list[tuple[Labelled, list[int], float]]]
    """How many were in each bucket, and their sum."""


_encoder = msgspec.msgpack.Encoder()
_hello = msgspec.msgpack.Decoder(Hello)
_look = msgspec.msgpack.Decoder(WorkerLook)
_answer = msgspec.msgpack.Decoder(Described | Failed)
_counted = msgspec.msgpack.Decoder(Counted)
_events = msgspec.msgpack.Decoder(list[Event])


def encode(message: Hello | WorkerLook | Counted | Event | list[Event]) -> bytes:
    return _encoder.encode(message)


def decode_hello(frame: bytes) -> Hello:
    return _hello.decode(frame)


def decode_look(frame: bytes) -> WorkerLook:
    return _look.decode(frame)


def decode_answer(frame: bytes) -> Described | Failed:
    return _answer.decode(frame)


def decode_counted(frame: bytes) -> Counted:
    return _counted.decode(frame)


def decode_events(frame: bytes) -> list[Event]:
    return _events.decode(frame)

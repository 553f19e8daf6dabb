"""The process that reads what strangers bring; `bot.reading.process` starts ``python -m bot.reading.reader BYTES``.

It may be killed at any moment, and ends by itself when whoever started it is gone. It knows neither Discord nor the
network, and nothing secret.
"""

from __future__ import annotations

import faulthandler
import sys
from typing import TYPE_CHECKING

import msgspec

from bot.errors import InvalidRequest
from bot.reading.kinds import KINDS
from bot.reading.messages import (
    LENGTH,
    MAX_FILE_BYTES,
    Found,
    ReaderOutOfMemory,
    ReaderReady,
    ReadRefusal,
    ReadRequest,
    pack,
)

if TYPE_CHECKING:
    from typing import BinaryIO

    from msgspec import Struct

    from bot.reading.messages import Answer

ALONE_S = 10.0
"""Longer than any file is given; who should have ended this process by then is gone, and a thread in C ends it."""


def main() -> None:
    """Answer questions until there is nobody to ask them."""
    _limit_memory(int(sys.argv[1]))
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints must not stand between the answers
    _send(answers, ReaderReady())
    while (question := _next(questions)) is not None:
        data = questions.read(question.size)
        if len(data) < question.size:
            return
        faulthandler.dump_traceback_later(ALONE_S, exit=True)
        answer = _answer(question.kind, data)
        faulthandler.cancel_dump_traceback_later()
        del data
        _send(answers, answer)
        if isinstance(answer, ReaderOutOfMemory):  # what is left lies about in pieces
            return


def _limit_memory(limit_bytes: int) -> None:
    """Have more memory refused, where the system can; elsewhere only whoever started this process looks at it.

    RLIMIT_DATA counts every private mapping that can be written, since Linux 4.7 (getrlimit(2)).
    """
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))


def _next(questions: BinaryIO) -> ReadRequest | None:
    """Wait for a question; None: there will be none any more."""
    head = questions.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    question = msgspec.msgpack.decode(questions.read(*LENGTH.unpack(head)), type=ReadRequest)
    return question if 0 <= question.size <= MAX_FILE_BYTES else None


def _answer(kind: str, data: bytes) -> Answer:
    try:
        return Found(msgspec.Raw(msgspec.msgpack.encode(KINDS[kind].read(data))))
    except InvalidRequest as refused:
        return ReadRefusal(refused.sentence)
    except MemoryError:
        return ReaderOutOfMemory()


def _send(answers: BinaryIO, message: Struct) -> None:
    answers.write(pack(message))
    answers.flush()


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # whoever asked is gone
        sys.stderr.close()

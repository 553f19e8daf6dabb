"""Looks at pictures for whoever asks what they show; it draws nothing, and holds up nobody who does."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import GenerationError
from engine.wire import Described, Failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from engine.faces import FindFaces
    from engine.rating import Rate
    from engine.wire import Describe, Event

log = logging.getLogger(__name__)


class Describer:
    """Its looks go through the thread that rates, one after the other."""

    def __init__(self, raters: Executor, *, rate: Rate | None, find_faces: FindFaces | None) -> None:
        self._raters = raters
        self._rate = rate
        self._find_faces = find_faces

    def describe(self, command: Describe, emit: Callable[[Event], None]) -> None:
        """Answer with `Described`, or `Failed`; `emit` is called in some thread and must not block."""

        def answer(looking: Future[Described]) -> None:
            error = looking.exception()
            if error is None:
                emit(looking.result())
                return
            log.warning("question %s: a picture could not be described: %r", command.question_id, error)
            code = error.code if isinstance(error, GenerationError) else "rating_failed"
            emit(Failed(job_id=command.question_id, code=code, detail=f"{type(error).__name__}: {error}"))

        self._raters.submit(self._look, command).add_done_callback(answer)

    def _look(self, command: Describe) -> Described:
        image = command.image
        pixels = np.frombuffer(image.values, np.uint8).reshape(image.height, image.width, 3)
        faces = None if self._find_faces is None else self._find_faces(pixels)
        if self._rate is None:
            return Described(question_id=command.question_id, faces=faces)
        rated = self._rate(pixels)
        return Described(
            question_id=command.question_id, rating=rated.rating, withheld=rated.withheld, tags=rated.tags, faces=faces
        )

"""From latents to what is sent: previews, and finished pictures, which are the end of a plan.

Both are generators of the worker's thread: they begin something, yield its future, are carried on when it is there, and
return the event.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from engine import __version__, detailed, infotext, memory, packed, repainted, rescue
from engine.cost import passes
from engine.decode import begin_preview
from engine.errors import Withheld
from engine.wire import Picture, Preview

if TYPE_CHECKING:
    from collections.abc import Generator
    from concurrent.futures import Executor, Future

    import numpy as np
    from numpy.typing import NDArray

    from engine.finisher import Finisher
    from engine.job_state import RunningSample
    from engine.model import Model
    from engine.plan import FinalLatents
    from engine.wire import Generate

log = logging.getLogger(__name__)


def preview(
    running: RunningSample, model: Model, pool: Executor, finisher: Finisher
) -> Generator[Future[Any], None, Preview | None]:
    """Show what a picture is going to be; None where nothing can be shown, which is nobody's loss."""
    job_id, number, step = running.state.job.request.job_id, running.number, running.step
    if running.sample.predicted is None:
        return None
    try:
        copying = pool.submit(begin_preview(model, running.sample.predicted))
    except (RuntimeError, MemoryError) as error:
        if not memory.may_be_out_of_memory(error):
            raise
        log.warning("job %s: no memory for a preview; it goes on without", job_id)
        return None
    yield copying
    finishing = finisher.preview(copying.result())
    yield finishing
    if number in running.state.sent:
        return None
    if isinstance(finishing.exception(), Withheld):  # half a picture proves nothing; the whole one is rated too
        log.info("job %s: a preview of picture %d was withheld", job_id, number + 1)
        return None
    image, rating = finishing.result()
    return Preview(job_id=job_id, number=number, step=step, image=image, rating=rating)


def picture(
    request: Generate, final: FinalLatents, model: Model, pool: Executor, finisher: Finisher
) -> Generator[Future[Any], None, Picture]:
    """Decode, rate and compress a picture, with its recipe inside; beside it its latents, where they are wanted.

    Raises:
        GenerationError: It must not be sent, or there is none.
    """
    whole = request.send_latents and not request.details  # else they are those of its last detail
    packing = pool.submit(packed.begin(final.latents)) if whole else None
    if request.details:
        pixels = yield from detailed.together(detailed.parts(request, model.compression), final, model, pool)
    else:
        pixels = yield from rescue.decoded(model, final.latents, pool)
        pixels = _as_asked(request, pixels)
    if request.repaint is not None and not request.repaint.plain:
        laying = pool.submit(repainted.laid_over, request, pixels)
        yield laying
        pixels = laying.result()
    finishing = finisher.picture(pixels, _recipe(request, final, model))
    yield finishing
    data, rating = finishing.result()
    return Picture(
        job_id=final.job_id,
        number=final.number,
        seed=final.seed,
        png=data,
        rating=rating,
        latents=None if packing is None else packing.result(),
        tiled=final.tiling is not None,
    )


def _as_asked(request: Generate, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut a picture, (H, W, 3), to the size that it was asked for in: whole latents may go on beyond it."""
    *_, last = passes(request.sampling, enlargement=request.enlargement)
    return pixels[: last.height, : last.width]


def _recipe(request: Generate, final: FinalLatents, model: Model) -> str:
    return infotext.write(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        sampling=request.sampling,
        seed=final.seed,
        model_name=model.name,
        model_hash=model.hash,
        version=__version__,
        more=infotext.further(
            request,
            number=final.number,
            tiling=final.tiling,
            upscaler="" if model.upscaler is None else model.upscaler.name,
        ),
        loras=request.loras,
    )

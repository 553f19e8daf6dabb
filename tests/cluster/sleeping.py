"""A card that is not there: a worker with the real one's methods, which sleeps for each step and draws flat colours.

Its configuration is in the engine's own fields, because nothing else reaches a node: ``model`` is ``sleeping/STEP_S``
or ``sleeping/STEP_S-HASH``, where a node's environment may give another hash as ESHI_SLEEPING_HASH, and
``config_folder`` a folder in which it writes a line about each job that it begins. While there is a file ``hold`` in
that, jobs stand still after their first step. A model called ``broken/…`` cannot be loaded. A job that is to ``crash``
takes the process along. The last eight bytes of each picture and preview say when it was drawn.
"""

import json
import os
import queue
import struct
import threading
import time
from pathlib import Path

from engine import wire
from engine.cost import passes
from engine.errors import ModelLoadError
from tests.bot.fake_engine import SIZE_MULTIPLE, colour, latents, png

LEAST_BYTES = int(os.environ.get("ESHI_SLEEPING_BYTES", "0"))
"""Of each picture: a PNG of 832×1216 has 1.5 million."""


class SleepingWorker:
    """As `engine.worker.Worker`."""

    compiling = False

    def __init__(self, config, *, emit, measures):
        self._config = config
        self._emit = emit
        self._measures = measures
        self._inbox = queue.SimpleQueue()
        self._cancelled = set()
        self._closed = threading.Event()

    def submit(self, job):
        self._inbox.put(job)

    def cancel(self, job):
        self._cancelled.add(job)

    def describe(self, command, emit):
        tag = wire.Tag(name="flat_colour", kind="general", share=1.0)
        emit(wire.Described(question_id=command.question_id, rating="safe", tags=(tag,)))

    def close(self):
        self._closed.set()
        self._inbox.put(None)

    def run(self):
        kind, _, told = self._config.model.partition("/")
        if kind == "broken":
            raise ModelLoadError(f"{self._config.model}: as it was told")
        step_s, _, model_hash = told.partition("-")
        model_hash = os.environ.get("ESHI_SLEEPING_HASH", model_hash)
        self._emit(wire.Loading(stage="opening its eyes"))
        self._emit(
            wire.Ready(
                model_name="flat colours",
                model_hash=model_hash,
                device=f"none, process {os.getpid()}",
                size_multiple=SIZE_MULTIPLE,
                batch_cap=self._config.batch_cap,
            )
        )
        while (job := self._inbox.get()) is not None:
            self._draw(job, float(step_s))

    def _draw(self, job, step_s):
        request, began = job.request, time.monotonic()
        if self._config.config_folder:
            line = json.dumps({"job": request.job_id, "prompt": request.prompt, "pid": os.getpid()}) + "\n"
            with Path(self._config.config_folder, f"{os.getpid()}.jsonl").open("a") as file:
                file.write(line)
        start, repaint, pictures = request.start, request.repaint, len(request.seeds)
        job.emit(wire.Started(job_id=request.job_id, begins="noise" if start is None else start.origin))
        each = passes(
            request.sampling,
            strength=1.0 if start is None else start.strength,
            joint=0.0 if repaint is None else repaint.joint,
            details=request.details,
            enlargement=request.enlargement,
        )
        width, height, _ = each[-1]
        if request.details:
            width, height = request.sampling.width, request.sampling.height
        steps = sum(one.steps for one in each)
        for step in range(1, steps + 1):
            if step > 1 and "crash" in request.prompt:
                os._exit(1)
            if job in self._cancelled:
                job.emit(wire.Cancelled(job_id=request.job_id))
                return
            while step > 1 and self._is_held and job not in self._cancelled:
                time.sleep(0.02)
            time.sleep(step_s)
            self._measures.stepped(width, height, pictures, step_s)
            if request.preview_every and step % request.preview_every == 0:
                self._preview(job, step)
            done = wire.Progress(job_id=request.job_id, steps_done=step * pictures, steps_total=steps * pictures)
            job.emit(done)
        for number, seed in enumerate(request.seeds):
            job.emit(
                wire.Picture(
                    job_id=request.job_id,
                    number=number,
                    seed=seed,
                    png=_stamped(png(width, height, colour(request.prompt, seed))),
                    latents=latents(width, height, seed) if request.send_latents else None,
                )
            )
        job.emit(wire.Finished(job_id=request.job_id, engine_s=time.monotonic() - began))

    @property
    def _is_held(self):
        folder = self._config.config_folder
        return bool(folder) and Path(folder, "hold").exists()

    def _preview(self, job, step):
        for number, seed in enumerate(job.request.seeds):
            small = _stamped(png(64, 64, colour(job.request.prompt, seed)), least=0)
            job.emit(wire.Preview(job_id=job.request.job_id, number=number, step=step, image=small))


def _stamped(picture, least=LEAST_BYTES):
    """A picture with what a real one has in bytes, and the time in its last eight; no reader looks behind its end."""
    return picture + bytes(max(0, least - len(picture))) + struct.pack("<d", time.time())

"""What the engine counts about itself; no word of a prompt is in it, and labels are out of closed sets."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import get_args

from engine.measures import OTHER, Counter, Gauge, Histogram, Measures
from engine.wire import ErrorCode

SIZES = (
    *("1024x1024", "1152x896", "1216x832", "1344x768", "1536x640"),
    *("896x1152", "832x1216", "768x1344", "640x1536"),
    OTHER,
)
"""The nine of the model card, and whatever else is drawn: enlarged pictures, and tiles of them."""

STEPS_S = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
BATCHES = (*map(str, range(1, 9)), OTHER)

MEMORY = ("used", "free", "allocated", "reserved")
"""Of the card: by everybody and by nobody; of it by tensors of this process, and kept by it for more of them."""


class EngineMeasures(Measures):
    """Counted by the loop; what belongs to a step and to the card by the worker's thread."""

    def __init__(self) -> None:
        self.ready = Gauge("eshi_engine_ready", "1: the model is loaded, and jobs are drawn.")
        self.jobs = Gauge("eshi_engine_jobs", "Jobs that are here and have not ended.")
        self.clients = Gauge("eshi_engine_clients", "Connections of bots.")
        self.batch = Gauge("eshi_engine_batch_pictures", "How many pictures were in the last step.")
        self.steps = Histogram(
            "eshi_engine_step_seconds",
            "What a step of so many pictures of one size took.",
            buckets=STEPS_S,
            shape=SIZES,
            batch=BATCHES,
        )
        self.pictures = Counter("eshi_engine_pictures_total", "Pictures sent.")
        self.failures = Counter("eshi_engine_failures_total", "Jobs that failed.", code=get_args(ErrorCode))
        self.memory = Gauge("eshi_gpu_memory_bytes", "Memory of the graphics card; none without one.", kind=MEMORY)
        built = (version("eshi"), platform.python_version(), _torch())
        self.build = Gauge(
            "eshi_engine_build_info",
            "Always 1.",
            **dict(zip(("version", "python", "torch"), ((one,) for one in built), strict=True)),
        )
        self.build.set(*built, to=1)

    def stepped(self, width: int, height: int, pictures: int, took_s: float) -> None:
        """Count a step."""
        self.batch.set(to=pictures)
        self.steps.add(f"{width}x{height}", str(pictures), value=took_s)


def _torch() -> str:
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"

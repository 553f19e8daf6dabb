"""The rows of the simulated GPU: what its policies do to people's waiting."""

from __future__ import annotations

import random
import statistics
from typing import TYPE_CHECKING, Any

from engine.admission import Always
from tests.bench._rows import at_most, noted
from tests.bench._virtual_gpu import Gpu, SimulatedJob, percentile, poisson, request_level, step_level

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.admission import Sizes

ARRIVALS = 1500
KEY = "portrait"


def rows() -> list[dict[str, Any]]:
    return [*_full_card(), *_card_with_room(), *_short_behind_long()]


def _steps(rng: random.Random) -> int:
    return rng.choice([20, 28, 28, 28, 40])


def _serve(
    gpu: Gpu, policy: Callable[[Gpu, Any, Sizes], None], sizes: Sizes, load: float
) -> tuple[float, float, float]:
    """Give pictures a second, and the median and 95th percentile of seconds in system."""
    jobs = poisson(load, ARRIVALS, seed=6, steps=_steps)
    policy(gpu, jobs, sizes)
    times = [job.in_system_s for job in jobs]
    return ARRIVALS / max(job.done_s for job in jobs), percentile(times, 0.5), percentile(times, 0.95)


def _policies(gpu: Gpu, load: float) -> dict[str, tuple[float, float, float]]:
    return {
        "first come first served": _serve(gpu, step_level, Always(1), load),
        "calibrated": _serve(gpu, step_level, gpu.calibrated([KEY]), load),
        "request-level": _serve(gpu, request_level, Always(4), load),
    }


def _rows_of(scene: str, served: dict[str, tuple[float, float, float]], ideal: float) -> list[dict[str, Any]]:
    return [
        noted(f"simulation, {scene}: {policy}, {what}", value, unit)
        for policy, (rate, median, late) in served.items()
        for what, value, unit in (
            ("pictures a second of the ideal", 100 * rate / ideal, "%"),
            ("p50 in system", median, "s"),
            ("p95 in system", late, "s"),
        )
    ]


def _full_card() -> list[dict[str, Any]]:
    """a = 0: batching gains nothing, so it should cost nothing."""
    gpu = Gpu(a=0.0)
    ideal = gpu.best_rate(28.8)  # the mean of the steps
    saturated, busy = _policies(gpu, 1.3 * ideal), _policies(gpu, 0.8 * ideal)
    plain, ours = "first come first served", "calibrated"
    loss = 100 * (1 - saturated[ours][0] / saturated[plain][0])
    return [
        *_rows_of("a = 0, load 0.8", busy, ideal),
        at_most("simulation, a = 0, saturated: rate lost to first come first served", loss, "%", 2),
        at_most(
            "simulation, a = 0, load 0.8: p95 over first come first served's", busy[ours][2] / busy[plain][2], "", 1
        ),
    ]


def _card_with_room() -> list[dict[str, Any]]:
    """a = 0.3·c: four at once are a fifth faster."""
    gpu = Gpu(a=0.3 / 28)
    load = 0.8 / (28.8 * gpu.step_s(1))  # four fifths of what one at a time can do
    busy = _policies(gpu, load)
    late = busy["calibrated"][2] / busy["first come first served"][2]
    return [
        *_rows_of("a = 0.3·c, load 0.8", busy, gpu.best_rate(28.8)),
        at_most("simulation, a = 0.3·c, load 0.8: p95 over first come first served's", late, "", 0.999),
    ]


def _short_behind_long() -> list[dict[str, Any]]:
    """Short jobs that arrive while one of 50 steps is drawn, and ask to share."""
    gpu, rng = Gpu(a=0.0), random.Random(6)
    means: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(200):
        arrivals = sorted(rng.uniform(0, 50 * gpu.step_s(1)) for _ in range(2))
        for share, seen in means.items():
            jobs = [SimulatedJob(0.0, 50), *(SimulatedJob(arrives, 8, share=share) for arrives in arrivals)]
            step_level(gpu, jobs, gpu.calibrated([KEY]))
            seen += [job.in_system_s for job in jobs[1:]]
    alone, shared = (statistics.mean(means[share]) for share in (False, True))
    return [
        noted("simulation, 8 steps behind 50: mean in system in line", alone, "s"),
        at_most("simulation, 8 steps behind 50: mean in system shared, of that in line", shared / alone, "", 0.5),
    ]

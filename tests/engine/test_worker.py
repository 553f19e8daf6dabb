"""One worker after the other in one process, as where a model is read anew."""

import gc
import threading
import weakref

import pytest

from engine import compiling, memory, model, timing
from engine.card_room import CardRoom
from engine.config import Engine
from engine.wire import Ready
from engine.worker import Worker


@pytest.fixture
def run(tiny_checkpoint):
    """Runs a worker in this thread, and closes it as soon as it is ready."""

    def run(**config):
        worker = Worker(
            Engine(model=str(tiny_checkpoint), device="cpu", **config),
            emit=lambda state: worker.close() if isinstance(state, Ready) else None,
        )
        worker.run()
        return worker

    return run


def test_a_model_leaves_nothing_to_the_next_one(run, monkeypatch):
    """Its blocks refer to themselves, and what the next one may take is decided by what is free."""
    weights, alive = [], []

    class Noted(model.CachedBlocks):
        def __init__(self, unet):
            super().__init__(unet)
            weights.append(weakref.ref(unet.conv_in.weight))

    monkeypatch.setattr(model, "CachedBlocks", Noted)
    monkeypatch.setattr(
        memory, "keep_to_what_is_free", lambda _device: alive.append([weight() is not None for weight in weights])
    )
    gc.disable()
    try:
        for _ in range(2):
            run()
    finally:
        gc.enable()
    assert alive == [[], [False]]


def test_a_compiler_ends_with_its_worker(run, monkeypatch):
    """Before the next part of its work, which would take seconds for nobody; it holds the model."""
    abandoned = []

    def start(*_, wait, **_others):
        def work():
            try:
                while True:
                    wait()
            except compiling.Abandoned:
                abandoned.append(True)

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    monkeypatch.setattr(compiling, "start", start)
    worker = run(compile="on")
    worker.wait_for_compiler()
    assert abandoned
    assert not worker.compiling


def test_nobody_waits_for_a_compiler_that_never_began(run):
    run().wait_for_compiler()


@pytest.mark.parametrize(("at_once", "expected"), [(1, [1]), (2.5, [1, 2])])
def test_what_a_small_card_never_draws_at_once_is_not_timed(run, monkeypatch, at_once, expected):
    """It would find no room again and again, and drop what is recorded for that."""
    timed = []
    monkeypatch.setattr(model, "_room", lambda *_: CardRoom(texts_on_host=False, tile=None, at_once=at_once))
    monkeypatch.setattr(timing.Timing, "start", lambda self, _report: timed.append(self.calibration.batches))
    run(batch_cap=8)
    assert timed == [expected]

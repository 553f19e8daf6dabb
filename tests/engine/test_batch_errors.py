"""Whose an error in a batch is: one job's, the batch's for its size, or the device's."""

import pytest
import torch

import engine.batch
import engine.rescue
from engine.denoise import predict_noise
from engine.memory import AGAIN_S
from engine.wire import Failed, Finished
from tests.engine import failures
from tests.engine.batches import Bench, request


class _Failing:
    """The UNet call, failing for some batches."""

    def __init__(self, error, fails):
        self.error, self.fails, self.sizes = error, fails, []

    def __call__(self, model, samples):
        self.sizes.append(len(samples))
        if self.fails(samples):
            raise self.error
        return predict_noise(model, samples)


def test_one_job_s_error_ends_that_job_and_no_other(model, monkeypatch, caplog):
    """A failing call is repeated in halves until the guilty one is alone."""
    call = _Failing(ZeroDivisionError("seven"), lambda samples: any(sample.seed == 7 for sample in samples))
    monkeypatch.setattr(engine.batch, "predict_noise", call)
    bench = Bench(model)
    for number, seed in enumerate((1, 7, 2, 3)):
        bench.admit(request(str(number), seeds=(seed,)))
    bench.run()
    last = [bench.events[str(number)][-1] for number in range(4)]
    assert last[1] == Failed(job_id="1", code="internal", detail="ZeroDivisionError: seven")
    assert [type(event) for event in (last[0], *last[2:])] == [Finished] * 3
    assert "ZeroDivisionError" in caplog.text  # the traceback, for the operator
    assert call.sizes[:5] == [4, 2, 1, 1, 2]


NO_ROOM = [*(failure() for failure in failures.NO_ROOM), failures.cudnn_plans(), RuntimeError("can't allocate memory")]


@pytest.mark.parametrize("error", NO_ROOM)
def test_too_large_a_batch_becomes_a_smaller_one(model, monkeypatch, error):
    """Nobody's job fails where there is room for it alone."""
    call = _Failing(error, lambda samples: len(samples) > 2)
    monkeypatch.setattr(engine.batch, "predict_noise", call)
    bench = Bench(model)
    bench.admit(request(seeds=(1, 2, 3, 4)))
    bench.run()
    assert isinstance(bench.events["a"][-1], Finished)
    assert max(call.sizes[1:]) == 2


def test_a_shape_that_had_no_room_together_leaves_the_others_theirs(model, monkeypatch):
    """A small picture is not drawn slowly for ever because two large ones were too much once."""
    call = _Failing(failures.allocator(), lambda samples: len(samples) > 1 and samples[0].key[:3] == (96, 96, 1))
    monkeypatch.setattr(engine.batch, "predict_noise", call)
    bench = Bench(model)
    bench.admit(request(seeds=(1, 2), width=96, height=96))
    bench.run()
    bench.admit(request("b", seeds=(1, 2)))
    bench.run()
    assert [type(bench.events[name][-1]) for name in "ab"] == [Finished, Finished]
    assert call.sizes == [2, 1, 1, 1, 1, 2, 2]


@pytest.mark.parametrize("how", ["time", "somebody"])
def test_one_lack_of_memory_is_not_for_good(model, monkeypatch, how):
    """Somebody else may have taken what was there: it is tried again after a while, or when that has ended."""
    call = _Failing(failures.allocator(), lambda samples: len(samples) > 2 and len(call.sizes) == 1)
    monkeypatch.setattr(engine.batch, "predict_noise", call)
    bench = Bench(model)
    bench.admit(request("a", seeds=(1, 2, 3, 4)))
    bench.run()
    assert call.sizes[0] == 4
    assert max(call.sizes[1:]) == 2
    if how == "time":
        bench.now += AGAIN_S
    else:
        bench.batch.expect_room()
    bench.admit(request("b", seeds=(1, 2, 3, 4)))
    bench.run()
    assert call.sizes[-1] == 4
    assert isinstance(bench.events["b"][-1], Finished)


def test_no_room_even_alone_is_out_of_memory(model, monkeypatch):
    """And the engine goes on."""
    monkeypatch.setattr(engine.batch, "predict_noise", _Failing(torch.OutOfMemoryError("2 GiB"), lambda _: True))
    bench = Bench(model)
    bench.admit(request(seeds=(1, 2)))
    bench.run()
    assert bench.events["a"][-1] == Failed(job_id="a", code="out_of_memory", detail="OutOfMemoryError: 2 GiB")
    monkeypatch.undo()
    bench.admit(request("b"))
    bench.run()
    assert isinstance(bench.events["b"][-1], Finished)


@pytest.mark.parametrize(
    ("error", "code"),
    [(failures.driver(), "out_of_memory"), (failures.cudnn(), "out_of_memory"), (failures.cudnn_plans(), "internal")],
)
def test_what_fails_at_every_size_is_called_by_its_name(model, error, code):
    """What is certainly a lack of memory is called so; what may as well be a missing kernel is reported as it is."""

    def fail(*_):
        raise error

    hook = model.unet.conv_in.register_forward_pre_hook(fail)
    bench = Bench(model)
    bench.admit(request())
    bench.run()
    hook.remove()
    assert (bench.events["a"][-1].code, bench.events["a"][-1].fits) == (code, None)
    assert str(error).split("\n")[0] in bench.events["a"][-1].detail
    bench.admit(request("b"))
    bench.run()
    assert isinstance(bench.events["b"][-1], Finished)


def test_what_works_smaller_was_a_lack_of_memory(model):
    """Though cuDNN would not say so."""

    def fail(_module, inputs):
        if inputs[0].shape[-1] * inputs[0].shape[-2] > 16 * 24 * 0.7:
            raise failures.cudnn_plans()

    hook = model.unet.conv_in.register_forward_pre_hook(fail)
    bench = Bench(model)
    bench.admit(request(width=128, height=192))
    bench.run()
    hook.remove()
    assert (bench.events["a"][-1].code, bench.events["a"][-1].fits) == ("out_of_memory", (104, 160))


def test_latents_that_became_nan_are_a_numerical_failure(model, monkeypatch):
    """No black picture is sent."""
    monkeypatch.setattr(
        engine.batch, "predict_noise", lambda model, samples: [x * torch.nan for x in predict_noise(model, samples)]
    )
    bench = Bench(model)
    bench.admit(request())
    bench.run()
    assert bench.events["a"][-1].code == "numerical_failure"


def test_a_lost_device_ends_the_worker(model, monkeypatch):
    """Every later call would fail too; a fresh process can help."""
    monkeypatch.setattr(engine.batch, "predict_noise", _Failing(failures.lost(), lambda _: True))
    bench = Bench(model)
    bench.admit(request())
    with pytest.raises(torch.AcceleratorError):
        bench.step()

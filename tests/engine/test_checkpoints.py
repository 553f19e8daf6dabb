"""Several checkpoints in one model's parameters: the same bits as each alone, and never two in one picture."""

import dataclasses
import json
from functools import partial

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch._dynamo.utils import counters

from engine import checkpoint_weights, compiling, loading
from engine.applied_weights import AppliedCheckpoint, AppliedLoras
from engine.batch import Batch
from engine.config import Engine, ModelEntry
from engine.encoded_texts import EncodedTexts
from engine.lora_folder import LoraFolder
from engine.timing import DEFAULT
from engine.wire import Failed, Finished, Picture, Started
from tests.engine import lora_files as files
from tests.engine.batches import Bench, finals, request
from tests.engine.rounding import assert_alike
from tests.engine.test_applied_loras import apply, chosen

NETWORKS = ("unet", "text_encoder", "text_encoder_2", "vae")
OF_V = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Folders of two other checkpoints: one as the first was trained, one for v-prediction with zero terminal SNR."""
    from engine.demo import untrained

    root = tmp_path_factory.mktemp("others")
    found = {name: untrained.make(root / name, seed=seed) for seed, name in enumerate(("second", "of v"), start=1)}
    scheduler = found["of v"] / "scheduler" / "scheduler_config.json"
    scheduler.write_text(json.dumps({**json.loads(scheduler.read_text()), **OF_V}))
    return found


@pytest.fixture
def config(tiny_checkpoint, others):
    entries = tuple(ModelEntry(name=name, file=str(folder)) for name, folder in others.items())
    return Engine(model=str(tiny_checkpoint), device="cpu", models=entries, models_in_memory=2)


@pytest.fixture
def own(model):
    """The model, whose weights are put back whatever happens."""
    before = {name: {key: one.clone() for key, one in getattr(model, name).state_dict().items()} for name in NETWORKS}
    copy = dataclasses.replace(
        model, loras=AppliedLoras(), texts=EncodedTexts(), checkpoint=AppliedCheckpoint(), name=model.name
    )
    yield copy
    for name, tensors in before.items():
        for key, tensor in getattr(model, name).state_dict(keep_vars=True).items():
            tensor.copy_(tensors[key])
    model.cached_blocks.changed()


@pytest.fixture
def checkpoints(own, config):
    made = loading.load_others(config, own, lambda _stage: None)
    yield made
    made.close()


def bits(model):
    return {
        f"{network}.{name}": tensor.clone()
        for network in NETWORKS
        for name, tensor in getattr(model, network).state_dict().items()
    }


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def become(model, checkpoints, name):
    checkpoint_weights.apply(model, name, checkpoints.read(model, name))


def wish(job_id, model="", *loras, **changes):
    changes = {"sampler": "euler", "num_inference_steps": 3} | changes
    return request(job_id, model=model, loras=tuple(loras), **changes)


def test_there_and_back_every_bit_is_as_it_was_read(own, checkpoints, others):
    """Of two kinds: what predicts noise, and what predicts velocity with zero terminal SNR."""
    first = bits(own)
    scheduler = dict(own.scheduler_config)
    for name, folder in others.items():
        become(own, checkpoints, name)
        alone = loading.load(Engine(model=str(folder), device="cpu"), lambda _stage: None)
        assert same(bits(own), bits(alone))
        assert (own.name, dict(own.scheduler_config)) == (alone.name, dict(alone.scheduler_config))
        become(own, checkpoints, "")
        assert same(bits(own), first)
        assert dict(own.scheduler_config) == scheduler
    assert own.checkpoint.switches == 4


def test_pictures_are_those_of_each_checkpoint_alone(own, checkpoints, others):
    """Texts that were encoded, and keys and values that were kept, belong to the weights that made them."""
    how = {"checkpoints": checkpoints}
    first = finals(own, wish("a"), **how)[0]
    for name, folder in others.items():
        alone = loading.load(Engine(model=str(folder), device="cpu"), lambda _stage: None)
        assert torch.equal(finals(own, wish("a", name), **how)[0], finals(alone, wish("a"))[0])
        assert torch.equal(finals(own, wish("a"), **how)[0], first)


def test_a_recipe_and_the_start_of_a_job_say_which(own, checkpoints):
    bench = Bench(own, checkpoints=checkpoints)
    bench.batch._clock = iter(range(100)).__next__
    bench.admit(wish("a", "second"))
    bench.run()
    [picture] = [event for event in bench.events["a"] if isinstance(event, Picture)]
    assert ", Model: second," in picture.png.partition(b"parameters\0")[2][:2000].decode("latin-1")
    [started] = [event for event in bench.events["a"] if isinstance(event, Started)]
    assert started.switch_s > 0


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    """One LoRA of the UNet and the texts."""
    root = tmp_path_factory.mktemp("loras")
    layers = {
        target: {
            part: tensor * (1 if part == "alpha" else 3)
            for part, tensor in files.low_rank(files.parameter_of(model, target), seed=at, alpha=1).items()
        }
        for at, target in enumerate(files.TARGETS)
    }
    files.write(root / "one.safetensors", files.named(layers, files.kohya, files.KOHYA))
    return root


def test_the_kernels_stay_compiled_through_twenty_switches(own, checkpoints, folder):
    """Counted by the compiler: what is written into weights in place compiles nothing again."""
    torch.compiler.reset()
    counters.clear()
    try:
        compute = compiling.compiled("eager")
        small = DEFAULT._replace(height=64, width=64)
        compiling.warm(own, compute, [small], rows=(2,))
        graphs = counters["stats"]["unique_graphs"]
        torch.compiler.set_stance("fail_on_recompile")
        for turn in range(20):
            if turn % 5 == 4:
                become(own, checkpoints, ("second", "of v", "", "second")[turn // 5])
            else:
                apply(own, folder, chosen("one", 0.5 + turn / 20))
            compiling.warm(own, compute, [small], rows=(2,))
        assert counters["stats"]["unique_graphs"] == graphs > 0
    finally:
        torch.compiler.set_stance("default")
        torch.compiler.reset()


WEIGHTS = (("",), ("second",), ("of v",), ("", chosen("one", 0.8)), ("second", chosen("one", 0.6)))


@given(
    jobs=st.lists(
        st.tuples(st.integers(0, len(WEIGHTS) - 1), st.booleans(), st.integers(0, 4), st.sampled_from([0, 0, 0, 2])),
        min_size=2,
        max_size=6,
    ),
    cap=st.integers(1, 3),
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_pictures_never_mix_models_or_sets(own, checkpoints, folder, jobs, cap):
    """Whoever joins, leaves and shares, under random schedules: every call and every picture is of its own weights."""
    how = {"checkpoints": checkpoints, "loras": LoraFolder(folder)}
    alone = _alone(own, how)
    bench, found = Bench(own, cap=cap, **how), {}
    waiting = [
        (at, wish(f"job {number}", *WEIGHTS[which], share=share), cancel)
        for number, (which, share, at, cancel) in enumerate(jobs)
    ]
    group = Batch._group

    def of_one_model(batch):
        parts = group(batch)
        now = batch._model
        assert {part.key[3:] for part in parts} == {(now.loras.current, now.checkpoint.current)}
        return parts

    bench.batch._group = of_one_model.__get__(bench.batch)
    handles, turn = {}, 0
    while waiting or not bench.batch.idle:
        for at, one, _ in waiting:
            if at <= turn:
                handles[one.job_id] = bench.admit(one, _watched(one, found))
        for at, one, cancel in waiting:
            if at <= turn and cancel:
                bench.batch.cancel(handles[one.job_id])
        waiting = [entry for entry in waiting if entry[0] > turn]
        bench.step()
        turn += 1
    for number, (which, _, _, cancel) in enumerate(jobs):
        if not cancel:
            assert isinstance(bench.events[f"job {number}"][-1], Finished)
            latents, name = found[f"job {number}"]
            assert_alike(own, latents, alone[which], guidance_scale=5.0)
            assert name == {"": "tiny-sdxl"}.get(WEIGHTS[which][0], WEIGHTS[which][0])


_ALONE = []


def _alone(model, how):
    """What each draws of one request with nobody else; once for all examples."""
    if not _ALONE:
        _ALONE.extend(finals(model, wish("a", *one), **how)[0] for one in WEIGHTS)
    return _ALONE


def _watched(one, found):
    from engine.kinds import plan_of

    plan = plan_of(one)

    def end(final, model, *tools):
        found[one.job_id] = final.latents, model.name
        return plan.end(final, model, *tools)

    return dataclasses.replace(plan, end=end)


def test_another_checkpoint_waits_for_pictures_that_still_need_the_vae(own, checkpoints):
    """Decoding may be tried again in another way: until a picture is sent, its VAE stays."""
    bench = Bench(own, checkpoints=checkpoints)
    held, post = [], bench.inbox.append
    bench.batch._post = held.append
    bench.admit(wish("first"))
    bench.admit(wish("second", "second"))
    for _ in range(5):
        bench.step()
    assert held
    assert own.checkpoint.current == ""
    assert bench.batch.idle  # nothing to do before the picture is through
    bench.batch._post = post
    while held:
        held.pop(0)(bench.batch)
        bench.step()
    bench.run()
    assert all(isinstance(events[-1], Finished) for events in bench.events.values())
    assert own.checkpoint.current == "second"


def test_what_is_wrong_with_a_checkpoint_ends_its_own_job(own, checkpoints, others):
    """Nobody's weights are touched by it."""
    before = bits(own)
    weights = next((others["of v"] / "unet").glob("*.safetensors"))
    status = weights.stat()
    found = checkpoints.found["of v"]
    checkpoints.found["of v"] = found._replace(seen=((status.st_size, 1), *found.seen[1:]))
    bench = Bench(own, checkpoints=checkpoints)
    bench.admit(wish("absent", "absent"))
    bench.admit(wish("changed", "of v"))
    bench.admit(wish("good"))
    bench.run()
    for name in ("absent", "changed"):
        [failed] = bench.events[name]
        assert isinstance(failed, Failed)
        assert failed.code == "model_refused"
    assert isinstance(bench.events["good"][-1], Finished)
    assert same(bits(own), before)


def test_half_a_copy_is_never_drawn_with(own, checkpoints):
    """The next job brings a whole checkpoint again, also where it wants the one that was there."""
    first = finals(own, wish("a"), checkpoints=checkpoints)[0]
    weights = checkpoints.read(own, "second")
    broken = dataclasses.replace(
        weights, tensors={"unet": {**weights.tensors["unet"], "conv_out.bias": torch.zeros(7)}}
    )
    with pytest.raises(RuntimeError):
        checkpoint_weights.apply(own, "second", broken)
    assert own.checkpoint.current is None
    assert torch.equal(finals(own, wish("a"), checkpoints=checkpoints)[0], first)


def test_another_architecture_is_refused_before_anything_is_written(own, config):
    before = bits(own)
    checkpoints = loading.load_others(config, own, lambda _stage: None)
    checkpoints._read = partial(_with_another_scale, checkpoints._read)
    bench = Bench(own, checkpoints=checkpoints)
    bench.admit(wish("a", "second"))
    bench.run()
    assert "vae has another scaling_factor" in bench.events["a"][0].detail
    assert same(bits(own), before)
    checkpoints.close()


def _with_another_scale(read, source, model):
    vae = type(model.vae).from_config({**model.vae.config, "scaling_factor": 2.0})
    return read(source, dataclasses.replace(model, vae=vae))


def test_a_checkpoint_that_is_wrong_is_not_offered(own, config, tmp_path, caplog):
    entry = ModelEntry(name="nowhere", file=str(tmp_path / "nowhere.safetensors"))
    from msgspec.structs import replace

    made = loading.load_others(replace(config, models=(*config.models, entry)), own, lambda _stage: None)
    assert [one.name for one in made.others] == ["second", "of v"]
    assert "the checkpoint nowhere is not offered" in caplog.text
    made.close()

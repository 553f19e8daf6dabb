"""LoRAs in a model's weights: as reckoned by hand, taken away bit for bit, and never seen by anybody else's picture."""

import dataclasses
import shutil

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import applied_loras, lora, lora_header
from engine.applied_weights import AppliedLoras, in_order
from engine.batch import Batch
from engine.blocks import CachedBlocks
from engine.encoded_texts import EncodedTexts
from engine.errors import LoraRefused
from engine.lora_folder import LoraFolder
from engine.wire import ChosenLora, Failed, Finished, Picture
from tests.engine import lora_files as files
from tests.engine.batches import Bench, Inline, finals, request
from tests.engine.rounding import assert_alike

NETWORKS = ("unet", "text_encoder", "text_encoder_2")


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    """Three LoRAs: one of all networks, one of the UNet alone, one of the texts alone."""
    root = tmp_path_factory.mktemp("loras")
    parts = {
        "everything": (*files.TARGETS, *files.CONVOLUTIONS),
        "unet": [target for target in files.TARGETS if target[0] == "unet"],
        "texts": [target for target in files.TARGETS if target[0] != "unet"],
    }
    for number, (name, targets) in enumerate(parts.items()):
        layers = {
            target: {
                part: tensor * (1 if part == "alpha" else 3)
                for part, tensor in files.low_rank(
                    files.parameter_of(model, target), seed=100 * number + at, alpha=1 + at % 3
                ).items()
            }
            for at, target in enumerate(targets)
        }
        files.write(root / f"{name}.safetensors", files.named(layers, files.kohya, files.KOHYA))
    return root


@pytest.fixture
def own(model):
    """The model, whose weights are put back whatever happens; as it was read, it has none."""
    copy = dataclasses.replace(model, loras=AppliedLoras(), texts=EncodedTexts())
    yield copy
    applied_loras.apply(copy, (), [])


def weights(model):
    return {
        f"{network}.{name}": tensor.clone()
        for network in NETWORKS
        for name, tensor in getattr(model, network).named_parameters()
    }


def chosen(name, weight=1.0, te_weight=None):
    return ChosenLora(name=name, weight=weight, te_weight=weight if te_weight is None else te_weight)


def apply(model, folder, *loras):
    ordered = in_order(loras)
    applied_loras.apply(model, ordered, LoraFolder(folder).read(model, ordered, Inline()))


def changes_of(model, folder, name):
    return lora.read(folder / f"{name}.safetensors", model).changes


def test_weights_are_what_they_were_and_every_difference_by_its_strength(own, folder):
    """Of two LoRAs together, each network by its own weight; no other weight is touched."""
    before = weights(own)
    apply(own, folder, chosen("unet", 0.75), chosen("everything", 0.5, 0.25))
    expected = {name: tensor.clone() for name, tensor in before.items()}
    for name, strength, te_strength in (("everything", 0.5, 0.25), ("unet", 0.75, 0.75)):
        for weight, change in changes_of(own, folder, name).items():
            key = f"{weight.network}.{weight.name}"
            by = strength if weight.network == "unet" else te_strength
            expected[key] += by * change.difference(before[key])
    after = weights(own)
    for name, tensor in expected.items():
        torch.testing.assert_close(after[name], tensor, atol=1e-5, rtol=1e-5)
    touched = {f"{weight.network}.{weight.name}" for weight in changes_of(own, folder, "everything")}
    assert {name for name in before if not torch.equal(before[name], after[name])} == touched


def test_taken_away_or_at_no_strength_the_weights_are_the_same_bits(own, folder):
    """Also one by one, and after others."""
    before = weights(own)

    def same():
        return all(torch.equal(tensor, before[name]) for name, tensor in weights(own).items())

    apply(own, folder, chosen("everything", 0.0))
    assert same()
    apply(own, folder, chosen("everything"), chosen("texts", 0.3))
    assert not same()
    apply(own, folder, chosen("texts", 0.3))
    apply(own, folder)
    assert same()


def test_the_order_in_which_they_are_named_changes_no_bit(own, folder):
    apply(own, folder, chosen("unet", 0.7), chosen("everything", 0.4), chosen("texts"))
    one = weights(own)
    apply(own, folder)
    apply(own, folder, chosen("texts"), chosen("everything", 0.4), chosen("unet", 0.7))
    assert all(torch.equal(tensor, one[name]) for name, tensor in weights(own).items())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_in_half_precision_it_is_rounded_once_and_comes_back(own, folder, dtype):
    """From what the weights were, never from what was made of them before."""
    unet = type(own.unet).from_config(own.unet.config).to(dtype).requires_grad_(requires_grad=False)
    half = dataclasses.replace(own, unet=unet, cached_blocks=CachedBlocks(unet), loras=AppliedLoras())
    before = {name: tensor.clone() for name, tensor in unet.named_parameters()}
    for strength in (0.3, 1.7, 0.9):
        apply(half, folder, chosen("unet", strength))
    for weight, change in changes_of(half, folder, "unet").items():
        expected = (before[weight.name].float() + 0.9 * change.difference(before[weight.name].float())).to(dtype)
        assert torch.equal(unet.get_parameter(weight.name), expected)
    apply(half, folder)
    assert all(torch.equal(tensor, before[name]) for name, tensor in unet.named_parameters())


def test_weights_that_would_be_no_numbers_are_refused_and_put_back(own, folder, tmp_path):
    """As in half precision, where the largest number is 65,504."""
    before = weights(own)
    target = files.TARGETS[0]
    huge = {target: {"diff": torch.full_like(files.parameter_of(own, target), 3e38)}}
    files.write(tmp_path / "huge.safetensors", files.named(huge, files.kohya))
    shutil.copy(folder / "unet.safetensors", tmp_path)
    apply(own, tmp_path, chosen("unet"))
    with pytest.raises(LoraRefused, match=r"huge and unet: so strong that weights are no numbers|unet and huge"):
        apply(own, tmp_path, chosen("unet"), chosen("huge", 2.0))
    assert own.loras.current == ()
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(own).items())


def test_text_encoders_are_written_only_after_the_device_has_taken_them(own, folder, monkeypatch):
    """Where they wait on the host, the last prompt's visit may still be queued; a UNet's LoRA waits for nothing."""
    found = []
    monkeypatch.setattr(applied_loras, "synchronize", lambda device: found.append((device, weights(own))))
    apply(own, folder, chosen("unet"))
    apply(own, folder)
    assert not found
    plain = weights(own)
    apply(own, folder, chosen("texts"))
    changed = weights(own)
    apply(own, folder)
    assert [device for device, _ in found] == [own.device] * 2
    for (_, seen), expected in zip(found, (plain, changed), strict=True):
        assert all(torch.equal(seen[name], tensor) for name, tensor in expected.items())


def test_no_room_in_the_middle_leaves_the_weights_as_without_any(own, folder, monkeypatch):
    before, count = weights(own), iter(range(100))
    difference = lora.WeightChange.difference

    def short(change, base):
        if base.device.type != "meta" and next(count) == 5:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return difference(change, base)

    monkeypatch.setattr(lora.WeightChange, "difference", short)
    with pytest.raises(torch.OutOfMemoryError):
        apply(own, folder, chosen("everything"))
    assert own.loras.current == ()
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(own).items())


def wish(job_id, *loras, **changes):
    return request(job_id, loras=tuple(loras), sampler="euler_a", num_inference_steps=3, **changes)


def test_a_picture_is_what_the_changed_model_draws(own, folder):
    """And without any it is, afterwards, what it was before; a LoRA of the texts alone changes it as well."""
    alone = {"loras": LoraFolder(folder)}
    plain = finals(own, wish("a"))[0]
    for name in ("everything", "unet", "texts"):
        one = chosen(name, 0.8)
        with_it = finals(own, wish("a", one), **alone)[0]
        assert not torch.equal(with_it, plain)
        apply(own, folder)
        apply(own, folder, one)
        assert torch.equal(finals(own, wish("a", one), **alone)[0], with_it)
        apply(own, folder)
        assert torch.equal(finals(own, wish("a"), **alone)[0], plain)


SETS = ((), (chosen("unet", 0.8),), (chosen("everything", 0.6, 0.3),), (chosen("texts"), chosen("unet", 0.5)))


@pytest.fixture(scope="module")
def drawn_alone(model, folder):
    """What each set makes of one request, with nobody else."""
    copy = dataclasses.replace(model, loras=AppliedLoras(), texts=EncodedTexts())
    found = [finals(copy, wish("a", *one), loras=LoraFolder(folder))[0] for one in SETS]
    applied_loras.apply(copy, (), [])
    return found


@given(
    jobs=st.lists(
        st.tuples(st.integers(0, len(SETS) - 1), st.booleans(), st.integers(0, 4), st.sampled_from([0, 0, 0, 2])),
        min_size=2,
        max_size=6,
    ),
    cap=st.integers(1, 3),
)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_pictures_never_mix_sets(own, folder, drawn_alone, jobs, cap):
    """Whoever joins, leaves and shares: every picture is that of its own set, and every call has one set."""
    found = {}
    bench = Bench(own, cap=cap, loras=LoraFolder(folder))
    waiting = [
        (at, wish(f"job {number}", *SETS[which], share=share), cancel)
        for number, (which, share, at, cancel) in enumerate(jobs)
    ]
    group = Batch._group

    def of_one_set(batch):
        parts = group(batch)
        assert {part.key.loras for part in parts} == {batch._model.loras.current}
        return parts

    bench.batch._group = of_one_set.__get__(bench.batch)
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
        events = bench.events[f"job {number}"]
        if not cancel:
            assert isinstance(events[-1], Finished)
            assert_alike(own, found[f"job {number}"], drawn_alone[which], guidance_scale=5.0)


def _watched(one, found):
    from engine.kinds import plan_of

    plan = plan_of(one)

    def end(final, *tools):
        found[one.job_id] = final.latents
        return plan.end(final, *tools)

    return dataclasses.replace(plan, end=end)


def test_a_job_of_another_set_waits_and_those_behind_it_wait_too(own, folder):
    """First come, first served: nobody who came later goes on with the set that is there."""
    bench = Bench(own, cap=4, loras=LoraFolder(folder))
    bench.admit(wish("first"))
    bench.step()
    bench.admit(wish("second", chosen("unet")))
    bench.admit(wish("third", share=True))
    bench.step()
    assert bench.events["third"] == []
    bench.run()
    order = [job for job in bench.events if bench.events[job]]
    assert order == ["first", "second", "third"]
    assert all(isinstance(events[-1], Finished) for events in bench.events.values())


def test_what_is_wrong_with_a_lora_ends_its_own_job(own, folder):
    """By a code of its own and with the file's name; the others are drawn as if it had never come."""
    bench = Bench(own, loras=LoraFolder(folder))
    bench.admit(wish("absent", chosen("absent")))
    bench.admit(wish("outside", chosen("../unet")))
    bench.admit(wish("changed", ChosenLora(name="unet", hash="0123456789ab")))
    bench.admit(wish("good", chosen("unet")))
    bench.run()
    for name, said in (
        ("absent", "absent.safetensors: "),
        ("outside", "../unet: this is no name"),
        ("changed", "unet.safetensors: it is another file by now"),
    ):
        [failed] = bench.events[name]
        assert isinstance(failed, Failed)
        assert failed.code == "lora_refused"
        assert failed.detail.startswith(said)
    assert isinstance(bench.events["good"][-1], Finished)


def test_without_a_folder_there_are_none(own):
    bench = Bench(own)
    bench.admit(wish("a", chosen("unet")))
    bench.run()
    assert bench.events["a"][-1].code == "lora_refused"


def test_a_recipe_names_them_as_webui_does(own, folder):
    """Two weights by their names, because WebUI takes them in the other order."""
    digest = lora_header.sha256(lora_header.read(folder / "unet.safetensors"))[:12]
    bench = Bench(own, loras=LoraFolder(folder))
    bench.admit(wish("a", ChosenLora(name="unet", hash=digest, weight=0.8, te_weight=0.8), chosen("texts", 1.0, 0.5)))
    bench.run()
    [picture] = [event for event in bench.events["a"] if isinstance(event, Picture)]
    recipe = picture.png.partition(b"parameters\0")[2][:2000].decode("latin-1")
    assert "red hair <lora:unet:0.8> <lora:texts:te=0.5:unet=1>\n" in recipe
    assert f'Lora hashes: "unet: {digest}"' in recipe or f"Lora hashes: unet: {digest}" in recipe


def test_a_file_is_read_ahead_and_only_once(own, folder, monkeypatch):
    """While others are drawn; a changed file is read anew."""
    read, begun = lora.read, []
    monkeypatch.setattr(lora, "read", lambda path, model: begun.append(path.stem) or read(path, model))
    loras = LoraFolder(folder)
    bench = Bench(own, loras=loras)
    bench.admit(wish("first"))
    bench.step()
    bench.admit(wish("second", chosen("unet")))
    assert begun == ["unet"]
    bench.run()
    bench.admit(wish("third"))
    bench.admit(wish("fourth", chosen("unet")))
    bench.run()
    assert begun == ["unet"]

"""LoRAs of every kind of file, as they are reckoned by hand and by LyCORIS; and those that are refused, by name."""

import dataclasses
import re

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import lora, lora_header, lora_names
from engine.applied_weights import Weight
from engine.errors import LoraRefused
from tests.engine import lora_files as files
from tests.engine.conftest import stability_name
from tests.engine.lora_damage import WAYS
from tests.fuzz.loras import read_all


def stability(name):
    """What Stability's own code calls a layer of the tiny UNet."""
    return stability_name(f"{name}.weight").removesuffix(".weight")


ALPHAS = {"none": [None], "one": [2.0], "of each layer": [1.0, 2.0, 8.0]}


def low_ranks(model, targets, alphas, **how):
    """The parts of every layer, with the alphas in turn."""
    return {
        target: files.low_rank(
            files.parameter_of(model, target), seed=10 * number, alpha=alphas[number % len(alphas)], **how
        )
        for number, target in enumerate(targets)
    }


def assert_as_by_hand(model, path, layers):
    """Every weight of the file is changed as reckoned in float64, and no other is."""
    read = lora.read(path, model)
    found = {(weight.network, weight.name): change for weight, change in read.changes.items()}
    assert len(found) == len(layers)
    for (network, name), parts in layers.items():
        [key] = [key for key in found if key[0] == network and key[1].endswith(f"{name}.weight")]
        base = files.parameter_of(model, (network, name)).float()
        expected = files.by_hand(parts, base)
        torch.testing.assert_close(found[key].difference(base).double(), expected, atol=1e-5, rtol=1e-5)
        assert expected.abs().max() > 0.01


SPELLINGS = {
    "kohya, Stability's names": lambda layers: files.named(
        layers, lambda target: files.kohya(target, unet_name=stability), files.KOHYA
    ),
    "kohya, diffusers' names": lambda layers: files.named(layers, files.kohya, files.KOHYA),
    "PEFT": lambda layers: files.named(layers, files.dotted, files.PEFT),
    "PEFT with its own beginning": lambda layers: {
        f"base_model.model.{name}" if name.startswith("unet.") else name: tensor
        for name, tensor in files.named(layers, files.dotted, files.PEFT).items()
    },
    "diffusers": lambda layers: files.named(layers, files.dotted, files.DIFFUSERS),
    "diffusers until 0.22": lambda layers: files.named(layers, files.dotted, files.DIFFUSERS_OLD),
    "ComfyUI": lambda layers: files.named(
        layers,
        lambda target: f"diffusion_model.{stability(target[1])}" if target[0] == "unet" else files.kohya(target),
        files.KOHYA,
    ),
}


@pytest.mark.parametrize("alphas", ALPHAS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_file_of_every_spelling_changes_what_it_names(model, tmp_path, spelling, alphas):
    """UNet and both text encoders; where layers differ in alpha, each counts by its own."""
    layers = low_ranks(model, files.TARGETS, ALPHAS[alphas])
    path = files.write(tmp_path / "a.safetensors", SPELLINGS[spelling](layers))
    assert_as_by_hand(model, path, layers)


@pytest.mark.parametrize("alphas", ALPHAS)
def test_convolutions_are_changed_too(model, tmp_path, alphas):
    """LoCon, in both spellings of the UNet's names."""
    for spelling in ("kohya, Stability's names", "kohya, diffusers' names"):
        layers = low_ranks(model, [*files.CONVOLUTIONS, *files.TARGETS], ALPHAS[alphas])
        path = files.write(tmp_path / "a.safetensors", SPELLINGS[spelling](layers))
        assert_as_by_hand(model, path, layers)


def test_attention_of_old_files_lies_in_their_processors(model, tmp_path):
    targets = [target for target in files.TARGETS if ".attn" in target[1]]
    layers = low_ranks(model, targets, [None])
    assert_as_by_hand(model, files.write(tmp_path / "a.safetensors", files.processors(layers)), layers)


def test_each_layer_may_have_a_rank_of_its_own(model, tmp_path):
    """As resized files have it, with an alpha that goes with the rank."""
    layers = {
        target: files.low_rank(files.parameter_of(model, target), seed=number, rank=2 + number, alpha=3 + number)
        for number, target in enumerate(files.TARGETS)
    }
    path = files.write(tmp_path / "a.safetensors", SPELLINGS["kohya, Stability's names"](layers))
    assert_as_by_hand(model, path, layers)
    assert lora_header.read(path).ranks == tuple(range(2, 2 + len(layers)))


def test_peft_says_alphas_beside_the_tensors(model, tmp_path):
    """One for a network, others by the end of a layer's name, and with rsLoRA by the root of the rank."""
    layers = low_ranks(model, files.TARGETS, [None])
    tensors = SPELLINGS["PEFT"](layers)
    said = {
        "unet.lora_alpha": 2,
        "unet.alpha_pattern": {"transformer_blocks.0.attn2.to_k": 8},
        "text_encoder.lora_alpha": 6,
        "text_encoder.use_rslora": True,
    }
    path = files.write(tmp_path / "a.safetensors", tensors, {"lora_adapter_metadata": said})
    for (network, name), parts in layers.items():
        own = 8 if name.endswith("attn2.to_k") else {"unet": 2, "text_encoder": 12}.get(network)
        if own is not None:
            parts["alpha"] = torch.tensor(float(own))
    assert_as_by_hand(model, path, layers)


def loha(weight, seed, *, tucker=False):
    out, into, *sides = weight.shape
    rank, flat = files.RANK, into * int(torch.tensor(sides).prod())
    if tucker:
        shapes = {"w1_a": (rank, out), "w1_b": (rank, into), "w2_a": (rank, out), "w2_b": (rank, into)}
        shapes |= {"t1": (rank, rank, *sides), "t2": (rank, rank, *sides)}
    else:
        shapes = {"w1_a": (out, rank), "w1_b": (rank, flat), "w2_a": (out, rank), "w2_b": (rank, flat)}
    return {
        f"hada_{part}": files.chance(*shape, seed=seed + number) * 3
        for number, (part, shape) in enumerate(shapes.items())
    } | {"alpha": torch.tensor(3.0)}


def lokr(weight, seed, *, whole=(True, True), tucker=False):
    out, into, *sides = weight.shape
    rank, rows, columns = files.RANK, 4, 2
    first = {"lokr_w1": (rows, columns)} if whole[0] else {"lokr_w1_a": (rows, rank), "lokr_w1_b": (rank, columns)}
    o, i = out // rows, into // columns
    if whole[1]:
        second = {"lokr_w2": (o, i, *sides)}
    elif tucker:
        second = {"lokr_w2_a": (rank, o), "lokr_w2_b": (rank, i), "lokr_t2": (rank, rank, *sides)}
    else:
        second = {"lokr_w2_a": (o, rank), "lokr_w2_b": (rank, i * int(torch.tensor(sides).prod()))}
    shapes = first | second
    return {
        part: files.chance(*shape, seed=seed + number) * 3 for number, (part, shape) in enumerate(shapes.items())
    } | {"alpha": torch.tensor(3.0)}


def dora(weight, seed, *, rows):
    out, into, *sides = weight.shape
    shape = (out, 1, *[1] * len(sides)) if rows else (1, into, *[1] * len(sides))
    return files.low_rank(weight, seed=seed, alpha=2) | {"magnitude": files.chance(*shape, seed=seed + 5).abs() + 0.5}


KINDS = {
    "LoRA": lambda weight, seed: files.low_rank(weight, seed=seed, alpha=2),
    "LoCon (CP)": lambda weight, seed: files.low_rank(weight, seed=seed, alpha=2, middle=weight.ndim > 2),
    "LoHa": loha,
    "LoHa, Tucker": lambda weight, seed: loha(weight, seed, tucker=weight.ndim > 2),
    "LoKr": lokr,
    "LoKr, first in two": lambda weight, seed: lokr(weight, seed, whole=(False, True)),
    "LoKr, second in two": lambda weight, seed: lokr(weight, seed, whole=(True, False)),
    "LoKr, both in two": lambda weight, seed: lokr(weight, seed, whole=(False, False)),
    "LoKr, Tucker": lambda weight, seed: lokr(weight, seed, whole=(True, False), tucker=weight.ndim > 2),
    "DoRA, rows": lambda weight, seed: dora(weight, seed, rows=True),
    "DoRA, columns": lambda weight, seed: dora(weight, seed, rows=False),
    "full difference": lambda weight, seed: {"diff": files.chance(*weight.shape, seed=seed)},
}
KIND_TARGETS = (*files.CONVOLUTIONS[:1], files.TARGETS[1], *files.TARGETS[-2:], files.CONVOLUTIONS[1])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_change_is_what_its_formula_says(model, tmp_path, kind):
    """Of linear layers, and of convolutions of one pixel and of nine."""
    layers = {
        target: KINDS[kind](files.parameter_of(model, target), 10 * number)
        for number, target in enumerate(KIND_TARGETS)
    }
    path = files.write(tmp_path / "a.safetensors", SPELLINGS["kohya, Stability's names"](layers))
    assert_as_by_hand(model, path, layers)
    assert kind.partition(",")[0] in lora_header.read(path).kinds


def judged(kind, parts, base):
    """What LyCORIS makes of the same parts at a strength of 1."""
    from lycoris.functional import locon
    from lycoris.functional import loha as loha_
    from lycoris.functional import lokr as lokr_
    from lycoris.functional.general import weight_decompose

    own = {name: tensor.clone() for name, tensor in parts.items()}
    alpha = float(own.get("alpha", 1))
    if "diff" in own:
        return own["diff"]
    if kind.startswith("LoHa"):
        names = ("hada_w1_b", "hada_w1_a", "hada_w2_b", "hada_w2_a", "hada_t1", "hada_t2")
        weights = [own.get(name) for name in names]
        return loha_.diff_weight(*weights, gamma=torch.tensor(alpha / files.RANK), backend="torch").reshape(base.shape)
    if kind.startswith("LoKr"):
        names = ("lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2")
        weights = [own.get(name) for name in names]
        whole = own.get("lokr_w1") is not None and own.get("lokr_w2") is not None
        # its `diff_weight` takes the rank of a Tucker form from the wrong axis, its trained modules do not
        scale = 1.0 if whole else alpha / files.RANK
        return lokr_.kron_weight(*weights, scale=scale, backend="torch").reshape(base.shape)
    made = locon.diff_weight(own["down"], own["up"], own.get("mid"), gamma=alpha / files.RANK, backend="torch")
    made = made.reshape(base.shape)
    if "magnitude" not in own:
        return made
    rows = own["magnitude"].shape[0] == base.shape[0]
    return weight_decompose(base + made, own["magnitude"], 1, rows, backend="torch") - base


@pytest.mark.parametrize("kind", KINDS)
def test_lycoris_reckons_the_same(model, tmp_path, kind):
    """An independent reader of its own formats."""
    layers = {
        target: KINDS[kind](files.parameter_of(model, target), 10 * number)
        for number, target in enumerate(KIND_TARGETS)
    }
    path = files.write(tmp_path / "a.safetensors", SPELLINGS["kohya, Stability's names"](layers))
    found = lora.read(path, model).changes
    for (network, name), parts in layers.items():
        [change] = [one for weight, one in found.items() if weight.network == network and name in weight.name]
        base = files.parameter_of(model, (network, name)).clone()
        torch.testing.assert_close(change.difference(base), judged(kind, parts, base), atol=1e-5, rtol=1e-4)


def test_norms_biases_and_whole_weights_are_taken_as_they_are(model, tmp_path):
    norm, convolution = ("unet", "down_blocks.0.resnets.0.norm1"), files.CONVOLUTIONS[0]
    replaced = files.TARGETS[0]
    tensors = {
        f"{files.kohya(norm)}.w_norm": files.chance(*files.parameter_of(model, norm).shape, seed=1),
        f"{files.kohya(norm)}.b_norm": files.chance(*files.parameter_of(model, norm, "bias").shape, seed=2),
        f"{files.kohya(convolution)}.diff": files.chance(*files.parameter_of(model, convolution).shape, seed=3),
        f"{files.kohya(convolution)}.diff_b": files.chance(
            *files.parameter_of(model, convolution, "bias").shape, seed=4
        ),
        f"{files.kohya(replaced)}.set_weight": files.chance(*files.parameter_of(model, replaced).shape, seed=5),
    }
    found = lora.read(files.write(tmp_path / "a.safetensors", tensors), model).changes
    expected = dict(
        zip(
            [f"{norm[1]}.weight", f"{norm[1]}.bias", f"{convolution[1]}.weight", f"{convolution[1]}.bias"],
            tensors.values(),
            strict=False,
        )
    )
    by_name = {weight.name: change for weight, change in found.items()}
    for name, tensor in expected.items():
        assert torch.equal(by_name[name].difference(torch.zeros_like(tensor)), tensor)
    base = files.parameter_of(model, replaced)
    torch.testing.assert_close(
        base + by_name[f"{replaced[1]}.weight"].difference(base), tensors[f"{files.kohya(replaced)}.set_weight"]
    )
    assert len(found) == 5


def test_the_projection_of_the_second_encoder_is_changed(model, tmp_path):
    """As OneTrainer writes it; diffusers takes it and does nothing."""
    target = ("text_encoder_2", "text_projection")
    layers = {target: files.low_rank(model.text_encoder_2.text_projection.weight, seed=1, alpha=2)}
    path = files.write(tmp_path / "a.safetensors", files.named(layers, files.kohya, files.KOHYA))
    [weight] = lora.read(path, model).changes
    assert weight == Weight("text_encoder_2", "text_projection.weight")


def test_both_spellings_name_every_layer_of_sdxl():
    """By diffusers' own converter, for the real model's 722 usual layers and its convolutions."""
    from diffusers import UNet2DConditionModel
    from diffusers.loaders.lora_conversion_utils import _maybe_map_sgm_blocks_to_diffusers

    from engine.random_weights import UNET

    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNET)
    modules = [name for name, part in unet.named_modules() if isinstance(part, torch.nn.Linear | torch.nn.Conv2d)]
    flat = lora_names.layers("unet", modules)
    theirs = {name: flat_name for flat_name, name in flat.items() if flat_name != name.replace(".", "_")}
    assert set(theirs) == set(modules)
    usual = [name for name in modules if "attentions" in name]
    assert len(usual) == 722
    state = {f"lora_unet_{theirs[name]}.lora_down.weight": torch.zeros(1) for name in modules if "blocks." in name}
    converted = _maybe_map_sgm_blocks_to_diffusers(dict(state), unet.config)
    expected = {f"lora_unet_{name.replace('.', '_')}.lora_down.weight" for name in modules if "blocks." in name}
    for old, new in (("input_blocks", "down_blocks"), ("middle_block", "mid_block"), ("output_blocks", "up_blocks")):
        converted = {key.replace(old, new) for key in converted}  # as its next step does
    places = {re.sub(r"(resnets|attentions|samplers)_(\d)_.*", r"\1_\2", key) for key in expected}
    assert {re.sub(r"(resnets|attentions|samplers)_(\d)_.*", r"\1_\2", key) for key in converted} == places
    assert {key for key in converted if "attentions" in key} == {key for key in expected if "attentions" in key}


@pytest.fixture
def whole(model):
    """The tensors of a good file."""
    layers = low_ranks(model, [*files.TARGETS, files.CONVOLUTIONS[0]], [2.0])
    return SPELLINGS["kohya, Stability's names"](layers)


def refusal(path, model):
    """As it is said; it begins with the file's name, and is one line."""
    with pytest.raises(LoraRefused) as caught:
        lora.read(path, model)
    assert str(caught.value).startswith(f"{path.name}: ")
    assert "\n" not in str(caught.value)
    return caught.value.why


def test_what_belongs_together_and_is_half_there_is_refused(model, tmp_path, whole):
    for part, lacks in (("lora_up.weight", "up"), ("lora_down.weight", "down")):
        gone = next(name for name in whole if name.endswith(part))
        half = {name: tensor for name, tensor in whole.items() if name != gone}
        assert f"it lacks {lacks}" in refusal(files.write(tmp_path / "a.safetensors", half), model)


def test_numbers_that_are_none_are_refused(model, tmp_path, whole):
    for value in (float("nan"), float("inf")):
        name = next(iter(whole))
        broken = whole | {name: torch.full_like(whole[name], value)}
        path = files.write(tmp_path / "a.safetensors", broken)
        assert refusal(path, model) == f"{name} holds what is no number"


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan"), float("inf")])
def test_an_alpha_has_to_be_a_number_above_0(model, tmp_path, whole, alpha):
    name = next(name for name in whole if name.endswith(".alpha"))
    said = refusal(files.write(tmp_path / "a.safetensors", whole | {name: torch.tensor(alpha)}), model)
    assert said.startswith("the alpha of ")


def test_what_is_not_known_is_refused_by_its_name(model, tmp_path, whole):
    """Whatever it would have done is not to be had, and a picture without it is another one."""
    path = files.write(tmp_path / "a.safetensors", whole | {"bundle_emb.a.clip_l": torch.ones(1)})
    assert refusal(path, model) == "it holds what is not known here: bundle_emb.a.clip_l"
    strange = {f"{files.kohya(files.TARGETS[0])}.oft_blocks": torch.ones(1)}
    assert "oft_blocks" in refusal(files.write(tmp_path / "a.safetensors", whole | strange), model)


def test_a_layer_that_the_model_has_not_is_refused(model, tmp_path, whole):
    strange = {
        "lora_unet_input_blocks_99_1_proj_in.lora_down.weight": torch.ones(1, 2),
        "lora_unet_input_blocks_99_1_proj_in.lora_up.weight": torch.ones(2, 1),
    }
    said = refusal(files.write(tmp_path / "a.safetensors", whole | strange), model)
    assert said == "this model has no input_blocks_99_1_proj_in of the UNet"


def test_a_layer_in_both_spellings_is_refused(model, tmp_path):
    """diffusers loses one of them without a word."""
    layers = low_ranks(model, files.TARGETS[:1], [2.0])
    both = SPELLINGS["kohya, Stability's names"](layers) | SPELLINGS["kohya, diffusers' names"](layers)
    assert "in two spellings" in refusal(files.write(tmp_path / "a.safetensors", both), model)


@pytest.mark.parametrize(
    ("name", "width", "family"),
    [
        ("lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k", 768, "SD 1.5"),
        ("lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k", 1024, "SD 2"),
        ("lora_unet_double_blocks_0_img_attn_proj", 3072, "Flux"),
        ("transformer.single_transformer_blocks.0.attn.to_k", 3072, "Flux"),
        ("lora_unet_joint_blocks_0_x_block_attn_qkv", 1536, "SD 3"),
        ("lora_te_text_model_encoder_layers_0_mlp_fc1", 768, "SD 1.5 or SD 2"),
    ],
)
def test_other_families_are_named(model, tmp_path, name, width, family):
    tensors = {f"{name}.lora_down.weight": torch.ones(2, width), f"{name}.lora_up.weight": torch.ones(8, 2)}
    said = refusal(files.write(tmp_path / "a.safetensors", tensors), model)
    assert said == f"it is for {family}, and expected is one for SDXL"


def test_wrong_shapes_are_refused(model, tmp_path, whole):
    name = next(name for name in whole if name.endswith("attn1_to_q.lora_up.weight"))
    wrong = whole | {name: torch.ones(whole[name].shape[0] + 1, files.RANK)}
    said = refusal(files.write(tmp_path / "a.safetensors", wrong), model)
    assert said.startswith("the change of ")
    assert "does not fit" in said


def test_what_is_no_lora_is_named(model, tmp_path):
    pickled = tmp_path / "a.safetensors"
    pickled.write_bytes(b"PK\x03\x04" + bytes(100))
    assert "pickled" in refusal(pickled, model)
    pickled.write_bytes(b"<!doctype html>")
    assert "web page" in refusal(pickled, model)
    assert "cannot be read" in refusal(tmp_path / "absent.safetensors", model)


def test_damaged_files_are_refused_with_their_name(model, tmp_path):
    """The short form of what `make fuzz` does with five hundred; `_weights_stay` sees the weights after every test."""
    report = read_all(model, tmp_path, seed=20, seconds=600.0, number=120)
    assert report.wrong == []
    assert report.number == 120
    assert len(report.sent) == len(WAYS)


@given(st.binary(max_size=200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_header_is_refused_in_one_line(model, tmp_path, text):
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    refusal(path, model)


def test_a_tensor_that_is_named_twice_is_refused(model, tmp_path):
    entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
    text = f'{{"a.alpha":{entry},"a.alpha":{entry}}}'.encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(4))
    assert refusal(path, model) == "it names a tensor twice: a.alpha"


def outline_of(path, metadata, whole):
    return lora_header.read(files.write(path / "a.safetensors", whole, metadata))


def test_the_words_are_its_trainer_s_or_every_picture_s(tmp_path, whole):
    """What only some pictures were tagged with stays in the file."""
    said = outline_of(tmp_path, {"modelspec.trigger_phrase": "abc girl, red scarf"}, whole)
    assert lora_header.words(said) == ("abc girl", "red scarf")
    tags = {"10_secret folder": {"abc girl": 20, "solo": 20, "nude": 19}, "1_other": {"x": 1}}
    folders = {"10_secret folder": {"n_repeats": 10, "img_count": 20}, "1_other": {"img_count": 1}}
    counted = outline_of(tmp_path, {"ss_tag_frequency": tags, "ss_dataset_dirs": folders}, whole)
    assert lora_header.words(counted) == ("abc girl", "solo")
    assert lora_header.words(outline_of(tmp_path, {"ss_tag_frequency": "[" * 9999}, whole)) == ()


def test_the_hash_is_of_what_follows_the_header(tmp_path, whole):
    """Civitai's AutoV3: it stays when somebody edits what the file says."""
    one, other = (lora_header.sha256(outline_of(tmp_path, {"modelspec.title": title}, whole)) for title in ("a", "bcd"))
    assert one == other
    assert len(one) == 64


def test_a_whole_model_is_no_lora(model, single_file):
    assert refusal(single_file, model).startswith("it holds what is not known here: ")


def test_reading_leaves_nothing_open(model, tmp_path, whole):
    """On Windows a file that is mapped cannot be replaced."""
    path = files.write(tmp_path / "a.safetensors", whole)
    read = lora.read(path, model)
    path.write_bytes(bytes(100))
    for change in read.changes.values():
        assert all(bool(tensor.isfinite().all()) for tensor in change.parts.values())
    assert dataclasses.is_dataclass(read)

"""What a file says of itself before it is opened: SDXL and which, or one line that says what else it is."""

import json

import pytest

from engine import header
from engine.config import Engine
from engine.errors import ModelLoadError

WHOLE = (
    "model.diffusion_model.input_blocks.0.0.weight",
    "first_stage_model.decoder.conv_out.weight",
    "conditioner.embedders.0.transformer.text_model.final_layer_norm.weight",
    "conditioner.embedders.1.model.ln_final.weight",
)
SHAPE = {WHOLE[0]: [320, 4, 3, 3]}


def written(folder, names, *, dtype="F16", metadata=None, shapes=SHAPE, name="a.safetensors"):
    """A file with these tensors, of as few numbers as possible."""
    size = {"F16": 2, "F32": 4, "F8_E4M3": 1}[dtype]
    table, at = {}, 0
    for one in names:
        shape = shapes.get(one, [0])
        numbers = 1
        for side in shape:
            numbers *= side
        table[one] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size * numbers]}
        at += size * numbers
    if metadata is not None:
        table["__metadata__"] = metadata
    head = json.dumps(table).encode()
    path = folder / name
    path.write_bytes(len(head).to_bytes(8, "little") + head + bytes(at))
    return path


BROKEN = "expected a complete safetensors file, and it is broken or cut off"


def tensors(*parts):
    """A file whose header gives tensors these shapes and places, with eight bytes behind it."""
    named = (
        f'"t{number}":{{"dtype":"F16","shape":{shape},"data_offsets":{place}}}'
        for number, (shape, place) in enumerate(parts)
    )
    head = f"{{{','.join(named)}}}".encode()
    return len(head).to_bytes(8, "little") + head + bytes(8)


def refusal(path):
    """As the engine says it, before anything is loaded."""
    from engine.checkpoint import find

    with pytest.raises(ModelLoadError) as caught:
        find(Engine(model=str(path), config_folder=str(path.parent)))
    assert "\n" not in str(caught.value)
    assert not caught.value.passing
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("tensors", "metadata", "statement"),
    [
        ((), None, {}),
        ((), {"modelspec.prediction_type": "epsilon"}, {}),
        (("v_pred",), None, {"prediction_type": "v_prediction"}),
        (
            ("v_pred", "ztsnr"),
            None,
            {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
        ),
        ((), {"modelspec.prediction_type": "v"}, {"prediction_type": "v_prediction"}),
        (("ztsnr",), None, {}),
    ],
)
def test_how_a_checkpoint_was_trained_is_said_by_its_tensors_and_its_texts(tmp_path, tensors, metadata, statement):
    found = header.read(written(tmp_path, (*WHOLE, *tensors), metadata=metadata))
    assert found.scheduler == statement
    assert bool(found.words) == bool(statement)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (WHOLE[:1] + WHOLE[2:], "expected an SDXL checkpoint, and it lacks the VAE"),
        (WHOLE[:3], "expected an SDXL checkpoint, and it lacks the second text encoder"),
        (WHOLE[:1], "it lacks the VAE, the first text encoder and the second text encoder: it is a UNet by itself"),
        (
            ("input_blocks.0.0.weight",),
            "the UNet, the VAE, the first text encoder and the second text encoder: it is a U",
        ),
        (("down_blocks.0.resnets.0.conv1.weight",), "it is a UNet by itself, as diffusers saves one"),
        (("lora_unet_mid.lora_down.weight",), "it is a LoRA"),
        (("unet.mid.lora_A.weight",), "it is a LoRA"),
        (("lora_unet_a.hada_w1_a",), "it is a LoRA"),
        (("model.diffusion_model.a", "first_stage_model.a", "cond_stage_model.transformer.a"), "it is SD 1.5"),
        (("model.diffusion_model.a", "cond_stage_model.model.a"), "it is SD 2"),
        (("model.diffusion_model.a", "first_stage_model.a", "conditioner.embedders.0.model.a"), "it is SDXL's refiner"),
        (("double_blocks.0.img_attn.qkv.weight",), "it is Flux"),
        (("model.diffusion_model.double_blocks.0.a",), "it is Flux"),
        (("model.diffusion_model.joint_blocks.0.a",), "it is SD 3"),
        (("encoder.conv_in.weight", "decoder.conv_in.weight"), "it is a VAE by itself"),
        (("control_model.a",), "it is a ControlNet"),
        (("text_model.encoder.layers.0.a",), "it is a text encoder by itself"),
        (("clip_g", "clip_l"), "it is a textual inversion (embedding)"),
        (("foreign",), "it is something else, whose first tensor is foreign"),
        ((), "it is a file without a single tensor"),
        ((*WHOLE, "edm_vpred.sigma_max"), "has EDM's noise"),
        ((*WHOLE, "model.diffusion_model.a.absmax"), "and these are quantised"),
    ],
)
def test_another_kind_of_file_is_named_with_what_was_expected(tmp_path, names, said):
    """From its tensors' names alone, whatever the ending of its own is called."""
    for name in ("a.safetensors", "A.SAFETENSORS"):
        assert said in refusal(written(tmp_path, names, name=name))


def test_weights_that_are_not_drawn_with_here_are_named(tmp_path):
    assert "and these are float8 (F8_E4M3)" in refusal(written(tmp_path, WHOLE, dtype="F8_E4M3"))
    nine = {WHOLE[0]: [320, 9, 3, 3]}
    assert "this one takes 9: it is one for inpainting" in refusal(written(tmp_path, WHOLE, shapes=nine))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "this is an empty file"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 6938040682\n",
            "this is a Git LFS pointer of 6.9 GB, not the file: fetch it with git lfs pull",
        ),
        (b"\n <!DOCTYPE html><html>", "this is a web page, not the file"),
        (b"PK\x03\x04....archive/data.pkl", "this is a pickled checkpoint under another name, which can run code"),
        (b"\x80\x02}q", "this is a pickled checkpoint"),
        (b"GGUF\3\0\0\0", "this is a GGUF file"),
        (b"\x1f\x8b\x08", "this is an archive"),
        (b'{"error":"Unauthorized"}', "this is JSON"),
        (b"\xff" * 100, "expected a complete safetensors file, and it is broken or cut off"),
        (b"\x10\0\0\0\0\0\0\0{}", "expected a complete safetensors file, and it is broken or cut off"),
        ((10**8 + 1).to_bytes(8, "little") + b"{" + bytes(100), BROKEN),
        ((2**63).to_bytes(8, "little") + b"{}", BROKEN),
        (tensors(("[2]", "[0,4]"), ("[2]", "[2,6]")), BROKEN),
        (tensors(("[2]", "[8,4]")), BROKEN),
        (tensors(("[1000000]", "[0,2000000]")), BROKEN),
        (tensors(("[NaN]", "[0,4]")), BROKEN),
        (tensors(("[-2]", "[0,4]")), BROKEN),
        (tensors(("[18446744073709551615,18446744073709551615]", "[0,4]")), BROKEN),
    ],
)
def test_what_is_no_such_file_at_all_is_named_by_what_it_is(tmp_path, data, said):
    """Before a library sees it, whose words nobody understands."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    assert said in refusal(path)


def test_a_file_that_is_cut_off_is_said_to_be(tmp_path):
    path = written(tmp_path, WHOLE)
    path.write_bytes(path.read_bytes()[:-10])
    assert "broken or cut off" in refusal(path)


@pytest.mark.parametrize("length", [640, 896, 1152])
def test_a_header_whose_length_looks_like_a_pickle_is_a_header(tmp_path, length):
    """Its first two bytes are those with which a pickle begins."""
    path = written(tmp_path, WHOLE)
    content = path.read_bytes()
    old = 8 + int.from_bytes(content[:8], "little")
    padded = content[8:old].ljust(length, b" ")
    path.write_bytes(len(padded).to_bytes(8, "little") + padded + content[old:])
    header.recognise(path)
    assert header.read(path) == header.NOTHING

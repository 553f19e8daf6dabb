"""What ``python -m engine look`` says of a file, for people and for programs."""

import json

import torch

from engine.__main__ import main
from tests.engine import lora_files as files
from tests.engine.test_header import WHOLE, written


def a_lora(folder, metadata=None):
    layers = {
        ("unet", "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"): {
            "down": torch.ones(8, 2048),
            "up": torch.ones(640, 8),
            "alpha": torch.tensor(4.0),
        },
        ("text_encoder_2", "encoder.layers.0.mlp.fc1"): {
            "down": torch.ones(8, 1280),
            "up": torch.ones(5120, 8),
            "alpha": torch.tensor(2.0),
        },
    }
    return files.write(folder / "style.safetensors", files.named(layers, files.kohya, files.KOHYA), metadata)


def told(capsys, *arguments):
    status = main(["look", "--json", *map(str, arguments)])
    return status, json.loads(capsys.readouterr().out)


def test_a_lora_is_described_by_its_header(tmp_path, capsys):
    """Family, ranks, alphas, words, base and licence; of the tags of its pictures only what all of them have."""
    metadata = {
        "modelspec.title": "Line art",
        "modelspec.license": "CC0",
        "modelspec.prediction_type": "epsilon",
        "ss_sd_model_name": "/home/somebody/animagine-xl-4.0-opt.safetensors",
        "ss_tag_frequency": {"10_a": {"lineart": 12, "nude": 3}},
        "ss_dataset_dirs": {"10_a": {"img_count": 12}},
    }
    status, [found] = told(capsys, a_lora(tmp_path, metadata))
    assert status == 0
    assert len(found.pop("hash")) == 12
    assert found == {
        "file": str(tmp_path / "style.safetensors"),
        "kind": "LoRA",
        "title": "Line art",
        "licence": "CC0",
        "family": "SDXL",
        "layers": 2,
        "of": ["UNet", "second text encoder"],
        "how": ["LoRA"],
        "rank": [8],
        "alpha": ["2", "4"],
        "words": ["lineart"],
        "base": "animagine-xl-4.0-opt",
        "prediction": "epsilon",
    }


def test_what_cannot_be_used_says_why(tmp_path, capsys):
    """And the status is 1, so that a script notices."""
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(a_lora(tmp_path).read_bytes()[:-1])
    status, [found] = told(capsys, broken)
    assert status == 1
    assert "cut off or broken" in found["wrong"]
    status, [found] = told(capsys, tmp_path / "absent.safetensors")
    assert status == 1
    assert found["wrong"].startswith("cannot be read")


def test_a_checkpoint_says_how_it_predicts(tmp_path, capsys):
    plain = written(tmp_path, WHOLE, metadata={"modelspec.title": "A model", "modelspec.license": "OpenRAIL++"})
    v_prediction = written(tmp_path, (*WHOLE, "v_pred", "ztsnr"), name="b.safetensors")
    status, [one, other] = told(capsys, plain, v_prediction)
    assert status == 0
    assert (one["kind"], one["prediction"], one["title"]) == ("SDXL checkpoint", "epsilon", "A model")
    assert (other["kind"], other["prediction"]) == ("SDXL checkpoint", "v-prediction with zero terminal SNR")


def test_a_vae_is_named(tmp_path, capsys):
    status, [found] = told(capsys, written(tmp_path, ("decoder.conv_in.weight",)))
    assert (status, found["kind"]) == (0, "VAE by itself")


def test_people_read_a_line_for_each(tmp_path, capsys):
    assert main(["look", str(a_lora(tmp_path))]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == str(tmp_path / "style.safetensors")
    assert "  of: UNet, second text encoder" in shown
    assert "  rank: 8" in shown

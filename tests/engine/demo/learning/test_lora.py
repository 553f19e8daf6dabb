"""LoRAs for the demo checkpoint: trained by one command, and read as everybody else's are."""

import pytest

from engine import lora, lora_header
from engine.config import Engine
from engine.demo.learning import lora as learning
from engine.loading import load


@pytest.fixture
def trained(tiny_checkpoint, tmp_path):
    size = ["--size", "64", "64"]
    learning.main(
        ["all", str(tiny_checkpoint), str(tmp_path / "loras"), "--steps", "2", "--pictures", "2", "--nice", "0", *size]
    )
    return tmp_path / "loras"


def test_one_command_trains_a_look_and_somebody(tiny_checkpoint, trained):
    """Every layer of attention is changed, and the file says what it listens to."""
    model = load(Engine(model=str(tiny_checkpoint), device="cpu"), lambda _stage: None)
    assert {path.stem for path in trained.iterdir()} == set(learning.SUBJECTS)
    for name, subject in learning.SUBJECTS.items():
        path = trained / f"{name}.safetensors"
        read = lora.read(path, model)
        layers = [
            one for one, module in model.unet.named_modules() if ".attn" in one and hasattr(module, "in_features")
        ]
        assert {weight.name.removesuffix(".weight") for weight in read.changes} == set(layers)
        assert any(bool(change.parts["up"].any()) for change in read.changes.values())
        outline = lora_header.read(path)
        assert lora_header.title(outline) == subject.title
        assert lora_header.words(outline) == (subject.words,)

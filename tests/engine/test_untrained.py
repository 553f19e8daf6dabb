"""The checkpoint that the tests draw with."""

import filecmp
import json

from engine.demo.untrained import make


def test_the_same_seed_makes_the_same_checkpoint(tmp_path):
    """Tests on two machines draw with the same weights; another seed gives other ones."""
    weights = "unet/diffusion_pytorch_model.safetensors"
    first, again, other = make(tmp_path / "first"), make(tmp_path / "again"), make(tmp_path / "other", seed=1)
    assert filecmp.cmp(first / weights, again / weights, shallow=False)
    assert not filecmp.cmp(first / weights, other / weights, shallow=False)


def test_it_looks_like_any_sdxl_folder(tiny_checkpoint):
    """Every component that the index names is there, and nothing is pickled."""
    index = json.loads((tiny_checkpoint / "model_index.json").read_text())
    folders = {name for name, value in index.items() if isinstance(value, list)}
    assert folders == {path.name for path in tiny_checkpoint.iterdir() if path.is_dir()}
    assert {path.suffix for path in tiny_checkpoint.rglob("*.*")} == {".json", ".safetensors"}

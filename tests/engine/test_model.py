"""Loading: every kind of source, and one clear line for everything that is none."""

import contextlib
import hashlib
import json
import logging
import shutil
import subprocess
import sys

import huggingface_hub.constants
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.checkpoint import find
from engine.conditioning import encode
from engine.config import SHARED, Engine
from engine.decode import decode
from engine.denoise import Sample, predict_noise
from engine.errors import ModelLoadError
from engine.loading import load
from engine.model import set_up
from engine.samplers import SAMPLERS
from engine.wire import SamplingParams

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tiny_checkpoint, tmp_path):
    """A copy that a test may break."""
    return shutil.copytree(tiny_checkpoint, tmp_path / "copy")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An empty hub cache."""
    cache = tmp_path / "hub"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    return cache


def loaded(**settings):
    return load(Engine(device="cpu", **settings), report=lambda _stage: None)


def refusal(**settings):
    with pytest.raises(ModelLoadError) as caught:
        loaded(**settings)
    message = str(caught.value)
    assert "\n" not in message
    return message


def put_in_cache(hub, repository, folder):
    snapshot = hub / f"models--{repository.replace('/', '--')}" / "snapshots" / COMMIT
    shutil.copytree(folder, snapshot)
    refs = snapshot.parent.parent / "refs"
    refs.mkdir()
    (refs / "main").write_text(COMMIT)


def test_a_folder_is_loaded_stage_by_stage_and_quietly(tiny_checkpoint, capfd, caplog):
    """Nothing but what we report is said."""
    stages = []
    with caplog.at_level(logging.WARNING):
        model = load(Engine(model=str(tiny_checkpoint), device="cpu"), stages.append)
    assert (model.name, model.hash, model.compression, model.latent_channels) == ("tiny-sdxl", "", 8, 4)
    assert {"reading the UNet", "reading the VAE"} <= set(stages)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_files_are_read_ahead_in_the_order_in_which_they_are_loaded(tiny_checkpoint):
    """What takes long to convert or to move comes first: that is done while the others come from the disk."""
    config, stages = Engine(model=str(tiny_checkpoint), device="cpu"), []
    load(config, stages.append)
    assert stages[-4:] == [
        "reading the VAE",
        "reading the UNet",
        "reading the second text encoder",
        "reading the first text encoder",
    ]
    assert [path.parent.name for path in find(config).weights] == ["vae", "unet", "text_encoder_2", "text_encoder"]


def test_a_model_is_one_short_line_where_it_is_printed(model):
    """Its networks fill pages, and hid what a failing test had found."""
    assert repr(model) == f"<Model tiny-sdxl: {model.description}>"


def test_half_precision_leaves_the_vae_alone(tiny_checkpoint):
    """SDXL's VAE overflows in float16."""
    model = loaded(model=str(tiny_checkpoint), dtype="float16")
    assert {model.unet.dtype, model.text_encoder.dtype, model.text_encoder_2.dtype} == {torch.float16}
    assert model.vae.dtype == torch.float32
    assert model.description.endswith("float16")


def test_torch_sums_up_in_float16_only_where_the_operator_says_so(tiny_checkpoint):
    """Pictures differ a little; what one load has set is gone with the next."""
    for asked in (True, False):
        loaded(model=str(tiny_checkpoint), fp16_accumulation=asked)
        assert torch.backends.cuda.matmul.allow_fp16_accumulation is asked


def test_weights_that_exist_only_as_fp16_variant_are_found(folder, model):
    """Some folders have no other."""
    plain = folder / "unet" / "diffusion_pytorch_model.safetensors"
    plain.rename(plain.with_name("diffusion_pytorch_model.fp16.safetensors"))
    assert torch.equal(loaded(model=str(folder)).unet.conv_in.weight, model.unet.conv_in.weight)


def test_text_encoders_as_older_libraries_saved_them_are_read(folder, model):
    """The published checkpoint has a prefix that newer classes dropped, and a buffer that nobody reads."""
    path = folder / "text_encoder" / "model.safetensors"
    weights = {f"text_model.{name}": tensor for name, tensor in load_file(path).items()}
    weights["text_model.embeddings.position_ids"] = torch.arange(77).unsqueeze(0)
    save_file(weights, path, metadata={"format": "pt"})
    ours = loaded(model=str(folder)).text_encoder.state_dict()
    assert all(torch.equal(ours[name], tensor) for name, tensor in model.text_encoder.state_dict().items())


@pytest.mark.parametrize("suffix", ["ckpt", "bin", "pt", "pth"])
def test_a_pickled_checkpoint_is_refused_by_name(tmp_path, suffix):
    """Whether or not it is there: opening it would run its code."""
    path = tmp_path / f"model.{suffix}"
    assert refusal(model=str(path)).startswith(f"{path}: this is a pickled checkpoint")


@pytest.mark.parametrize("component", ["unet", "vae", "text_encoder", "text_encoder_2"])
def test_pickled_weights_in_a_folder_are_refused_by_name(folder, component):
    """They are not opened just because the others are missing."""
    (weights,) = (folder / component).glob("*.safetensors")
    pickled = weights.rename(weights.with_suffix(".bin"))
    assert refusal(model=str(folder)).startswith(f"{pickled}: these weights are pickled")


@pytest.mark.parametrize("component", ["unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "scheduler"])
def test_a_missing_component_is_named(folder, component):
    """With its path, before anything is loaded."""
    shutil.rmtree(folder / component)
    assert refusal(model=str(folder)).startswith(f"{folder / component}: this folder is missing")


@pytest.mark.parametrize("component", ["unet", "text_encoder_2"])
def test_cut_off_weights_are_named(folder, component):
    """A download that broke off."""
    (weights,) = (folder / component).glob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:5000])
    assert f"{weights}: expected a complete safetensors file" in refusal(model=str(folder))


@pytest.mark.parametrize("component", ["unet", "vae", "text_encoder", "text_encoder_2"])
def test_the_weights_of_something_else_are_named(folder, component):
    """Missing tensors would otherwise be random numbers."""
    (weights,) = (folder / component).glob("*.safetensors")
    save_file({"foreign": torch.zeros(1)}, weights, metadata={"format": "pt"})
    assert f"{folder / component}: expected the weights of a" in refusal(model=str(folder))


def test_weights_of_another_shape_are_named(folder):
    """The config of one checkpoint over the weights of another."""
    (weights,) = (folder / "unet").glob("*.safetensors")
    tensors = load_file(weights)
    tensors["conv_in.weight"] = torch.zeros(8, 4, 3, 3)
    save_file(tensors, weights, metadata={"format": "pt"})
    assert str(folder / "unet") in refusal(model=str(folder))


@pytest.mark.parametrize(
    "file", ["model_index.json", "unet/config.json", "text_encoder/config.json", "scheduler/scheduler_config.json"]
)
@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_config_that_is_no_json_object_is_named(folder, file, content):
    """Half written, or something else altogether."""
    (folder / file).write_text(content)
    assert refusal(model=str(folder)).startswith(f"{folder / file}: expected a JSON object")


def test_a_broken_tokenizer_is_named(folder):
    """Its file is JSON too."""
    (folder / "tokenizer_2" / "tokenizer.json").write_text("{}")
    assert refusal(model=str(folder)).startswith(f"{folder / 'tokenizer_2'}: expected a CLIPTokenizer")


def test_another_kind_of_model_is_said_to_be_one(folder):
    """SD 1.5 has no second text encoder; a refiner has no first."""
    path = folder / "model_index.json"
    index = json.loads(path.read_text())
    del index["text_encoder_2"]
    path.write_text(json.dumps(index))
    assert refusal(model=str(folder)) == (
        f"{path}: expected text_encoder_2 to be a CLIPTextModelWithProjection, as in SDXL, and it is missing"
    )


def test_nothing_is_said_to_be_nothing(tmp_path):
    """With what could have been there."""
    assert refusal(model=str(tmp_path / "gone")).startswith(f"{tmp_path / 'gone'}: there is nothing; expected a folder")
    assert refusal(model=str(tmp_path)).startswith(f"{tmp_path / 'model_index.json'}: cannot be read")


def test_a_device_that_is_not_here_is_refused(tiny_checkpoint):
    """Not silently drawn on the CPU instead."""
    if torch.cuda.is_available():
        pytest.skip("this machine has the device")
    with pytest.raises(ModelLoadError, match=r'engine\.device is "cuda"'):
        load(Engine(model=str(tiny_checkpoint), device="cuda"), report=lambda _stage: None)


@pytest.mark.parametrize(
    ("said", "name"), [("eshi-demo", "eshi-demo"), ("a, b: c", "copy"), ("x" * 81, "copy"), ("", "copy"), (7, "copy")]
)
def test_a_folder_is_called_as_it_says(folder, said, name):
    """So `/about` and recipes need not say "checkpoint"; what no recipe could hold is no name."""
    index = folder / "model_index.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | {"_name": said}))
    assert find(Engine(model=str(folder))).name == name


@pytest.mark.parametrize(("capability", "refused"), [((7, 5), True), ((8, 6), False)], ids=["RTX 20", "RTX 30"])
def test_a_vae_that_this_card_cannot_compute_is_refused_at_once(monkeypatch, capability, refused):
    """It would fail at every picture, in words about engines."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _device: capability)
    expected = pytest.raises(ModelLoadError, match=r"engine\.vae") if refused else contextlib.nullcontext()
    with expected:
        set_up(Engine(device="cuda", vae="bfloat16"))
    set_up(Engine(device="cuda"))


@pytest.mark.parametrize("revision", ["", "main", COMMIT[:8]])
def test_a_hub_id_needs_a_commit(revision):
    """A branch moves, and everybody's pictures with it."""
    assert "40 hexadecimal digits" in refusal(model="someone/something", revision=revision)


def test_offline_a_hub_id_comes_from_the_cache_or_not_at_all(hub, tiny_checkpoint):
    """Nothing is asked of the network."""
    asked = {"model": "someone/something", "revision": COMMIT, "offline": True}
    assert refusal(**asked) == (
        f"someone/something at revision {COMMIT}: expected an SDXL checkpoint from the hub, but it is not in the hub's "
        "cache, and engine.offline forbids asking the hub"
    )
    put_in_cache(hub, "someone/something", tiny_checkpoint)
    assert loaded(**asked).name == "something"


def test_a_checksum_is_of_a_file(tiny_checkpoint):
    """A folder has none, and an unchecked one must not look checked."""
    assert "engine.sha256 is for a single .safetensors file" in refusal(model=str(tiny_checkpoint), sha256="0" * 64)


class TestSingleFile:
    """One `.safetensors` file as ComfyUI and WebUI use it."""

    def test_it_gives_the_same_weights_as_its_folder(self, single_file, tiny_checkpoint, model):
        """Other names, other layout of the attention, the same numbers."""
        ours = loaded(model=str(single_file), config_folder=str(tiny_checkpoint))
        for name in ("text_encoder", "text_encoder_2", "unet", "vae"):
            expected = getattr(model, name).state_dict()
            found = getattr(ours, name).state_dict()
            assert found.keys() == expected.keys()
            assert all(torch.equal(found[key], tensor) for key, tensor in expected.items())

    def test_its_hash_is_webui_s(self, single_file, tiny_checkpoint):
        """Ten digits of the SHA-256, and the name without its ending."""
        model = loaded(model=str(single_file), config_folder=str(tiny_checkpoint))
        digest = hashlib.sha256(single_file.read_bytes()).hexdigest()
        assert (model.name, model.hash) == ("tiny", digest[:10])
        assert loaded(model=str(single_file), config_folder=str(tiny_checkpoint), sha256=digest.upper()).hash

    def test_another_file_than_was_pinned_is_refused(self, single_file, tiny_checkpoint):
        """Before it is read."""
        message = refusal(model=str(single_file), config_folder=str(tiny_checkpoint), sha256="0" * 64)
        assert message.startswith(f"{single_file}: its SHA-256 is ")

    def test_its_configs_come_with_the_program_where_no_folder_is_named(self, single_file, hub):
        """Nothing is asked for and nothing is looked for in a cache."""
        assert find(Engine(model=str(single_file))).folder == SHARED
        assert not hub.exists()

    def test_a_config_folder_that_is_none_is_refused(self, single_file, tmp_path):
        """The hub is not asked instead."""
        assert "engine.config_folder is no folder" in refusal(model=str(single_file), config_folder=str(tmp_path / "x"))

    def test_a_file_that_lacks_a_tensor_is_refused(self, single_file, tiny_checkpoint, tmp_path):
        """However late the gap is found."""
        for absent in ("model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.decoder.conv_out.weight"):
            weights = load_file(single_file)
            del weights[absent]
            broken = tmp_path / "broken.safetensors"
            save_file(weights, broken)
            assert refusal(model=str(broken), config_folder=str(tiny_checkpoint)).startswith(f"{broken}: expected")

    def test_a_cut_off_file_is_refused(self, single_file, tiny_checkpoint, tmp_path):
        """As in a folder."""
        broken = tmp_path / "broken.safetensors"
        broken.write_bytes(single_file.read_bytes()[:-100])
        assert "expected a complete safetensors file" in refusal(model=str(broken), config_folder=str(tiny_checkpoint))

    def test_it_is_drawn_as_it_says(self, single_file, tiny_checkpoint, tmp_path, stock, diffusers_own):
        """For v-prediction with zero terminal SNR, by every sampler: the stock pipeline's, with such a scheduler."""
        path = tmp_path / "v.safetensors"
        save_file({**load_file(single_file), "v_pred": torch.zeros(0), "ztsnr": torch.zeros(0)}, path)
        stages = []
        model = load(Engine(model=str(path), config_folder=str(tiny_checkpoint), device="cpu"), stages.append)
        assert "drawing as the file says: v-prediction with zero terminal SNR" in stages
        wanted = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
        size = {"width": 64, "height": 64}
        for sampler in SAMPLERS:
            stock.scheduler = diffusers_own(sampler, **wanted)
            expected = stock(
                "1girl",
                negative_prompt="lowres",
                num_inference_steps=4,
                guidance_scale=5.0,
                generator=torch.Generator().manual_seed(3),
                output_type="latent",
                **size,
            ).images
            sampling = SamplingParams(sampler=sampler, num_inference_steps=4, guidance_scale=5.0, **size)
            one = Sample(model, encode(model, "1girl", "lowres", **size), sampling, seed=3)
            while not one.finished:
                one.advance(*predict_noise(model, [one]))
            assert torch.equal(one.latents, expected), sampler
            assert one.latents.isfinite().all()

    def test_another_kind_of_file_is_refused(self, tiny_checkpoint):
        """A file of no known kind is not opened."""
        path = tiny_checkpoint / "model_index.json"
        assert refusal(model=str(path)).startswith(f"{path}: expected a folder in diffusers layout")


@pytest.mark.parametrize(
    ("vae", "dtype"), [("exact", torch.float32), ("bfloat16", torch.bfloat16)], ids=["exact", "bfloat16"]
)
def test_the_vae_keeps_one_dtype_for_ever(tiny_checkpoint, vae, dtype):
    """The stock pipeline casts it before and after every picture."""
    model = load(Engine(model=str(tiny_checkpoint), device="cpu", vae=vae), report=ignored)
    assert model.vae.dtype == dtype
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    exact = decode(load(Engine(model=str(tiny_checkpoint), device="cpu"), report=ignored), latents)
    assert np.abs(decode(model, latents).astype(int) - exact).max() <= (0 if vae == "exact" else 8)
    assert model.vae.dtype == dtype


def test_another_vae_is_read_from_its_folder(tiny_checkpoint, tmp_path):
    """By its path, as diffusers saves one."""
    own = load(Engine(model=str(tiny_checkpoint), device="cpu"), report=ignored).vae
    with torch.no_grad():
        own.decoder.conv_out.bias += 1
    own.save_pretrained(tmp_path / "fixed")
    model = load(Engine(model=str(tiny_checkpoint), device="cpu", vae=str(tmp_path / "fixed")), report=ignored)
    assert torch.equal(model.vae.decoder.conv_out.bias, own.decoder.conv_out.bias)
    assert model.vae.dtype == torch.float32
    with pytest.raises(ModelLoadError, match=r"engine\.vae is no folder"):
        load(Engine(model=str(tiny_checkpoint), device="cpu", vae="fp16-fix"), report=ignored)


IN_A_NEW_PROCESS = """
import sys, threading
from engine import readahead
from engine.config import SHARED, Engine
from engine.loading import load
imported = threading.Event()
readahead._Reader.read = lambda *_piece: imported.wait(60)  # a slow disk
def report(stage):
    reading = any(thread.name == "readahead" for thread in threading.enumerate())
    print(stage, "torch" in sys.modules, reading, sep=";")
    if "torch" in sys.modules:
        imported.set()
load(Engine(model=sys.argv[1], device="cpu"), report)
"""


def test_files_are_read_from_the_disk_while_torch_is_imported(folder):
    """Each takes seconds."""
    told = subprocess.run(  # noqa: S603  (our own words)
        [sys.executable, "-c", IN_A_NEW_PROCESS, folder], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert told[:3] == [
        "looking for the checkpoint;False;False",
        "importing torch;False;True",
        "reading the tokenizers;True;True",
    ]


def ignored(_stage):
    """For those who do not want to know."""

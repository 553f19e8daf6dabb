"""Enlarging by a network that an operator names: its picture is encoded and drawn over; a wrong file is one line."""

import dataclasses
import signal
import struct

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional
from transformers import Swin2SRConfig, Swin2SRForImageSuperResolution

from engine import check, upscaler
from engine.__main__ import main
from engine.config import Engine
from engine.config import load as load_config
from engine.decode import decode
from engine.errors import ModelLoadError, NumericalFailure, OutOfMemory
from engine.esrgan import Esrgan
from engine.upscaler import OVERLAP, SIDES
from engine.wire import Enlargement
from tests.engine import failures
from tests.engine.batches import finals, request
from tests.engine.rounding import assert_alike
from tests.engine.test_rescue import NO_ROOM, failing, spoiled

CPU = torch.device("cpu")
PIXELS = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)
WISH = request(num_inference_steps=4, seeds=(5,), enlargement=Enlargement(factor=1.5))


def random(network):
    """Weights that neither vanish nor explode, the same ones every time."""
    generator = torch.Generator().manual_seed(0)
    for one in network.parameters():
        one.data.normal_(generator=generator).mul_(0.05)
    return network


@pytest.fixture(scope="module")
def esrgan_file(tmp_path_factory):
    """A network of Real-ESRGAN's kind, as one file."""
    path = tmp_path_factory.mktemp("esrgan") / "x4-tiny.safetensors"
    save_file(random(Esrgan(8, 4, 1)).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def swin2sr_folder(tmp_path_factory):
    """A folder as transformers saves one."""
    folder = tmp_path_factory.mktemp("swin2sr") / "x2-tiny"
    shape = {"embed_dim": 8, "depths": [1], "num_heads": [2], "window_size": 8, "mlp_ratio": 1.0}
    config = Swin2SRConfig(image_size=16, upscale=2, upsampler="pixelshuffle", **shape)
    random(Swin2SRForImageSuperResolution(config)).save_pretrained(folder)
    return folder


@pytest.fixture(params=["esrgan", "swin2sr"])
def upscaling(request, model, esrgan_file, swin2sr_folder):
    """The tiny model with one of both."""
    path = {"esrgan": esrgan_file, "swin2sr": swin2sr_folder}[request.param]
    return dataclasses.replace(model, upscaler=upscaler.load(str(path), CPU))


def test_it_is_the_stock_img2img_of_the_upscaled_picture_bit_for_bit(upscaling, stock, stock_img2img, diffusers_own):
    """Decoded, upscaled, made of exactly the size, encoded with the first of the picture's chance, and drawn over."""
    usual = {
        "prompt": WISH.prompt,
        "negative_prompt": WISH.negative_prompt,
        "num_inference_steps": 4,
        "guidance_scale": WISH.sampling.guidance_scale,
        "output_type": "latent",
    }
    stock.scheduler = diffusers_own("euler_a")
    first = stock(**usual, width=64, height=64, generator=torch.Generator().manual_seed(5)).images
    stock_img2img.scheduler = diffusers_own("euler_a")
    second = stock_img2img(
        **usual,
        image=upscaling.upscaler.enlarge(decode(upscaling, first), width=96, height=96),
        strength=0.55,
        generator=torch.Generator().manual_seed(5),
    ).images
    assert torch.equal(finals(upscaling, WISH)[0], second)


def test_it_is_the_same_in_company(model, esrgan_file):
    """Beside somebody whose picture is not enlarged."""
    with_one = dataclasses.replace(model, upscaler=upscaler.load(str(esrgan_file), CPU))
    alone = finals(with_one, WISH, cap=1)
    mixed = finals(with_one, WISH, request("b", num_inference_steps=6, width=96, height=96), cap=4)
    assert_alike(model, mixed[0], alone[0], guidance_scale=5.0)


def test_the_picture_has_exactly_the_size_and_is_the_network_s(upscaling):
    """Whatever the sides and the network's own scale; in between it is filtered as everywhere."""
    found = upscaling.upscaler
    image = torch.from_numpy(PIXELS).permute(2, 0, 1).unsqueeze(0).float() / 255
    whole = functional.interpolate(found.run(image), size=(36, 60), mode="bicubic", antialias=True).clamp(0, 1)
    torch.testing.assert_close(found.enlarge(PIXELS, width=60, height=36), whole, atol=1e-5, rtol=0)
    odd = PIXELS[:21, :35]  # of no window's size
    assert found.enlarge(odd, width=56, height=32).shape == (1, 3, 32, 56)


def test_tiles_make_one_picture(esrgan_file):
    """Near its edge a tile sees less than the whole would, and there it counts least: no seam is a tenth of a level."""
    found = upscaler.load(str(esrgan_file), CPU)
    pixels = np.random.default_rng(1).integers(0, 256, (40, 200, 3), dtype=np.uint8)
    with failing(found.run, NO_ROOM, lambda image: max(image.shape[2:]) > SIDES[2]) as sizes:
        tiled = found.enlarge(pixels, width=400, height=80)
    assert sizes == [(40, 200), (40, 200), (40, 128), (40, 128), (40, 128)]
    assert SIDES[2] > OVERLAP
    torch.testing.assert_close(tiled, found.enlarge(pixels, width=400, height=80), atol=0.1 / 255, rtol=0)


def test_without_room_or_a_picture_the_job_ends_with_that(esrgan_file):
    found = upscaler.load(str(esrgan_file), CPU)
    with failing(found.run, NO_ROOM, lambda _: True) as sizes, pytest.raises(OutOfMemory, match="2 GiB"):
        found.enlarge(PIXELS, width=80, height=48)
    assert len(sizes) == len(SIDES)
    plans = failures.cudnn_plans()  # which may be something else than memory, and is said as it is
    with failing(found.run, plans, lambda _: True) as sizes, pytest.raises(RuntimeError, match="unable to find"):
        found.enlarge(PIXELS, width=80, height=48)
    assert len(sizes) == len(SIDES)
    with spoiled(found.run, lambda output: output * torch.nan), pytest.raises(NumericalFailure, match="x4-tiny"):
        found.enlarge(PIXELS, width=80, height=48)


def in_ncnn_s_form(network):
    """Each convolution's tag, its weights in float16, its bias in float32."""
    data = b""
    for one in network.modules():
        if isinstance(one, torch.nn.Conv2d):
            data += struct.pack("<I", 0x01306B47)
            data += one.weight.numpy(force=True).astype("<f2").tobytes() + one.bias.numpy(force=True).tobytes()
    return data


def test_ncnn_s_file_is_the_same_network(tmp_path):
    """In the form in which a package ships the anime weights."""
    network = random(Esrgan(64, 32, 1)).half().float()
    path = tmp_path / "X4.bin"
    path.write_bytes(in_ncnn_s_form(network))
    found = upscaler.load(str(path), CPU)
    small = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    assert (found.name, found.scale) == ("X4", 4)
    assert torch.equal(found.run(small), network(small))


def broken(path, esrgan_file, how):
    weights = Esrgan(8, 4, 1).state_dict()
    match how:
        case "pickled":
            path = path.with_suffix(".pth")
            torch.save(weights, path)
        case "page":
            path.write_bytes(b"<!doctype html>")
        case "cut":
            path.write_bytes(esrgan_file.read_bytes()[:-100])
        case "other":
            save_file({"lora_unet.lora_up.weight": torch.zeros(2, 2)}, path)
        case "shape":
            save_file(weights | {"conv_hr.weight": torch.zeros(2, 2)}, path)
        case "nan":
            save_file(weights | {"conv_last.bias": torch.full((3,), torch.nan)}, path)
        case "bin":
            path = path.with_suffix(".bin")
            path.write_bytes(struct.pack("<I", 0x01306B47) + bytes(1000))
        case "empty":
            path = path.with_suffix("")
            path.mkdir()
    return path


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("pickled", "a pickled file can run code"),
        ("page", "this is a web page"),
        ("cut", "it cannot be read"),
        ("other", "it holds no conv_first and body.0"),
        ("shape", "1 of its tensors are missing, of another shape or unknown, the first being conv_hr.weight"),
        ("nan", "are not finite, so its weights are broken"),
        ("bin", "as ncnn keeps them in float16, such as those of x4plus-anime, and this is something else"),
        ("empty", "config.json: cannot be read"),
        ("absent", "expected a safetensors file"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path, esrgan_file, how, said):
    """That names it."""
    path = broken(tmp_path / "a.safetensors", esrgan_file, how)
    with pytest.raises(ModelLoadError) as no:
        upscaler.load(str(path), CPU)
    assert str(no.value).startswith(str(path))
    assert said in str(no.value)
    assert "\n" not in str(no.value)


def test_a_folder_of_something_else_is_one_line(tiny_checkpoint):
    with pytest.raises(ModelLoadError, match="expected an upscaler of transformers, such as Swin2SR") as no:
        upscaler.load(str(tiny_checkpoint / "text_encoder"), CPU)
    assert "\n" not in str(no.value)


def test_the_check_has_a_row_for_it(tmp_path, esrgan_file):
    """None is a choice; what cannot be loaded is an error before anything is drawn."""

    def row(named):
        engine = Engine(device="cpu", upscaler=named)
        return next(one for one in check.check(engine, tmp_path / "hashes.json") if one.id == "upscaler")

    assert row("").level == "ok"
    assert row(str(esrgan_file)).says == "x4-tiny enlarges pixels, ×4"
    assert row(str(tmp_path / "gone")).level == "error"


def test_the_configuration_names_it_beside_itself(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[engine]\nupscaler = "up/x4.bin"\n')
    assert load_config(path)[0].upscaler == str(tmp_path / "up" / "x4.bin")


def test_the_terminal_draws_with_it_by_the_same_code(model, tiny_checkpoint, esrgan_file, tmp_path):
    """And the recipe says with what."""
    out, interrupt = tmp_path / "a.png", signal.getsignal(signal.SIGINT)
    try:
        status = main(
            [
                *("draw", "--model", str(tiny_checkpoint), "--prompt", "red hair", "--negative", "lowres"),
                *("--width", "64", "--height", "64", "--steps", "4", "--seed", "5", "--device", "cpu"),
                *("--enlarge", "1.5", "--upscaler", str(esrgan_file), "--out", str(out)),
            ]
        )
    finally:
        signal.signal(signal.SIGINT, interrupt)
    assert status == 0
    with_one = dataclasses.replace(model, upscaler=upscaler.load(str(esrgan_file), CPU))
    image = Image.open(out)
    assert np.array_equal(np.asarray(image), decode(model, finals(with_one, WISH)[0]))
    assert "Hires upscaler: x4-tiny" in image.text["parameters"]

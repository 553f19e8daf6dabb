"""The command line, as a process of its own."""

import io
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine import lora_header, working_picture
from engine.decode import decode
from engine.draw_command import CARD_NEGATIVE
from engine.marking import marked
from engine.wire import Enlargement, Pixels, Repaint, Start, Variation
from tests.engine import lora_files as files
from tests.engine.batches import Bench, finals, request

ROOT = Path(__file__).parents[2]
DRAWING = str(next((ROOT / "docs" / "pictures").glob("*.webp")))


def command(*arguments):
    return [sys.executable, "-m", "engine", *map(str, arguments)]


def run(*arguments):
    return subprocess.run(  # noqa: S603  (our own program)
        command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_it_draws_what_the_stock_pipeline_draws(tiny_checkpoint, stock, diffusers_own, tmp_path):
    """Through the worker, into a file whose name it prints; the negative is the model card's."""
    out = tmp_path / "a.png"
    done = run(
        *("draw", "--model", tiny_checkpoint, "--prompt", "1girl", "--out", out, "--seed", 4, "--steps", 3),
        *("--width", 128, "--height", 96, "--sampler", "ddim", "--guidance", 4.5, "--device", "cpu"),
    )
    assert (done.returncode, done.stdout) == (0, f"{out}\n"), done.stderr
    assert "[##############################] 3/3 in " in done.stderr
    stock.scheduler = diffusers_own("ddim")
    expected = stock(
        "1girl",
        negative_prompt=CARD_NEGATIVE,
        width=128,
        height=96,
        num_inference_steps=3,
        guidance_scale=4.5,
        generator=torch.Generator().manual_seed(4),
    ).images[0]
    image = Image.open(out)
    assert np.array_equal(np.asarray(image), np.asarray(expected))
    assert "Sampler: DDIM, Schedule type: Automatic, CFG scale: 4.5, Seed: 4" in image.text["parameters"]
    assert list(tmp_path.iterdir()) == [out]


def test_it_varies_and_enlarges_by_the_same_code(model, tiny_checkpoint, tmp_path):
    """What a command over the wire draws, in one go, with a recipe that says so."""
    out = tmp_path / "a.png"
    done = run(
        *("draw", "--model", tiny_checkpoint, "--prompt", "1girl", "--out", out, "--seed", 4, "--steps", 4),
        *("--width", 96, "--height", 64, "--vary-seed", 9, "--vary", 0.3, "--enlarge", 1.5, "--device", "cpu"),
    )
    assert (done.returncode, done.stdout) == (0, f"{out}\n"), done.stderr
    assert "] 6/6 in " in done.stderr
    wish = request(
        prompt="1girl",
        negative_prompt=CARD_NEGATIVE,
        seeds=(4,),
        num_inference_steps=4,
        width=96,
        variation=Variation(seeds=(9,), strength=0.3),
        enlargement=Enlargement(factor=1.5),
    )
    image = Image.open(out)
    assert np.array_equal(np.asarray(image), decode(model, finals(model, wish)[0]))
    assert "Variation seed: 9, Variation seed strength: 0.3, Denoising strength: 0.55" in image.text["parameters"]


def test_it_changes_a_file_by_the_same_code(model, tiny_checkpoint, tmp_path):
    """Which is brought to size once; what is not marked of that stays as it is."""
    brought, out = tmp_path / "brought.jpg", tmp_path / "a.png"
    Image.effect_noise((1000, 1008), 60).convert("RGB").save(brought, "JPEG")
    done = run(
        *("draw", "--model", tiny_checkpoint, "--prompt", "1girl", "--out", out, "--seed", 4, "--steps", 4),
        *("--image", brought, "--mask", "left", "--strength", 0.5, "--device", "cpu"),
    )
    assert (done.returncode, done.stdout) == (0, f"{out}\n"), done.stderr
    assert "] 2/2 in " in done.stderr
    picture = working_picture.read(brought.read_bytes())
    start = Start(image=Pixels(width=1000, height=1008, values=picture.values), strength=0.5)
    wish = request(
        prompt="1girl",
        negative_prompt=CARD_NEGATIVE,
        seeds=(4,),
        num_inference_steps=4,
        width=1000,
        height=1008,
        start=start,
        repaint=Repaint(mask=marked("left", 1000, 1008)),
    )
    bench = Bench(model)
    bench.admit(wish)
    bench.run()
    drawn = np.asarray(Image.open(io.BytesIO(bench.events["a"][-2].png)))
    image = Image.open(out)
    assert np.array_equal(np.asarray(image), drawn)
    assert np.array_equal(drawn[:, 600:], np.frombuffer(picture.values, np.uint8).reshape(1008, 1000, 3)[:, 600:])
    assert "Started from: pixels, Denoising strength: 0.5, Mask blur: 4" in image.text["parameters"]


def test_it_draws_with_loras_by_the_same_code(model, tiny_checkpoint, tmp_path):
    """Each with its weights; the recipe names them with their hashes, and what is no LoRA is refused by name."""
    target = files.TARGETS[0]
    layers = {target: files.low_rank(files.parameter_of(model, target), seed=1, alpha=20)}
    file = files.write(tmp_path / "line art.safetensors", files.named(layers, files.kohya, files.KOHYA))
    out = tmp_path / "a.png"
    usual = ("draw", "--model", tiny_checkpoint, "--prompt", "1girl", "--out", out, "--seed", 4, "--steps", 2)
    small = ("--width", 64, "--height", 64, "--device", "cpu")
    done = run(*usual, *small, "--lora", f"{file}:0.8:0.4")
    assert (done.returncode, done.stdout) == (0, f"{out}\n"), done.stderr
    recipe = Image.open(out).text["parameters"]
    assert recipe.startswith("1girl <lora:line art:te=0.4:unet=0.8>\n")
    digest = lora_header.sha256(lora_header.read(file))[:12]
    assert f'Lora hashes: "line art: {digest}"' in recipe
    wish = request(prompt="1girl", negative_prompt=CARD_NEGATIVE, seeds=(4,))
    assert not np.array_equal(np.asarray(Image.open(out)), decode(model, finals(model, wish)[0]))
    file.write_bytes(b"nothing")
    done = run(*usual, *small, "--lora", file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: line art.safetensors: it is cut off, or no LoRA")


def test_ctrl_c_stops_between_two_steps_and_leaves_no_file(tiny_checkpoint, tmp_path):
    """Status 130, as a shell expects."""
    arguments = ("draw", "--model", tiny_checkpoint, "--prompt", "a", "--out", tmp_path / "a.png", "--steps", 150)
    with subprocess.Popen(  # noqa: S603  (our own program)
        command(*arguments, "--device", "cpu"), cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        seen = ""
        while "/150" not in seen:
            seen += process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate()
    assert process.returncode == 130
    assert rest.endswith("\ncancelled\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--width", "100"], "--width: Expected `int` that's a multiple of 8"),
        (["--steps", "0"], "--steps: Expected `int` >= 1"),
        (["--seed", "-1"], "--seed: Expected `int` >= 0"),
        (["--out", "/nowhere/a.png"], "--out: /nowhere is no folder"),
        (["--prompt", "x" * 20001], "--prompt: Expected `str` of length <= 20000"),
        (["--vary", "1.5"], "--vary: Expected `float` <= 1.0"),
        (["--vary-seed", "-1"], "--vary-seed: Expected `int` >= 0"),
        (["--width", "2048", "--height", "2056"], "--height: Expected 4194304 pixels at most"),
        (
            ["--enlarge", "2", "--width", "1536", "--height", "1536"],
            "--enlarge: Expected sides of 3072 and 4194304 pixels at most, not 3072×3072",
        ),
        (["--strength", "0.5"], "--strength: needs --image"),
        (["--image", "/nowhere.png"], "--image: /nowhere.png: No such file or directory"),
        (["--image", __file__], f"--image: {__file__}: expected one of PNG, JPEG, WEBP"),
        (["--image", DRAWING, "--width", "64"], "--width: the picture of --image says the size"),
        (["--image", DRAWING, "--strength", "1.5"], "--strength: Expected `float` <= 1.0"),
        (["--mask", "hair"], "--mask: needs --image"),
        (
            ["--image", DRAWING, "--extend", "sideways"],
            "--extend: expected left, right, up, down, or out:1.5 (up to 4)",
        ),
        (["--image", DRAWING, "--detail", "here"], "--detail: expected LEFT,TOP,WIDTH,HEIGHT in pixels, or face"),
        (["--image", DRAWING, "--detail", "0,0,3000,9"], "--detail: Expected a part of "),
        (["--image", DRAWING, "--mask", DRAWING], f"--mask: {DRAWING}: expected black and white"),
        (
            ["--image", DRAWING, "--strength", "0.05", "--steps", "10"],
            "--strength: 0.05 of 10 steps is not one whole step; take more of either",
        ),
    ],
)
def test_an_argument_out_of_its_range_is_one_line_that_names_it(tmp_path, arguments, line):
    """Status 2, before torch is imported."""
    done = run("draw", "--prompt", "a", "--out", tmp_path / "a.png", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {line}")
    assert done.stderr.count("\n") == 1


def test_no_model_is_one_line(tmp_path):
    """Status 1."""
    done = run("draw", "--prompt", "a", "--out", tmp_path / "a.png", "--model", tmp_path / "gone")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: {tmp_path}/gone: there is nothing; expected a folder")


def test_help_needs_no_torch():
    """Answers at once."""
    program = "import sys, engine.__main__, engine.server, engine.draw; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "False\n"

"""``python -m bot read``: what people bring, as options of ours, through the door of the terminal."""

import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from bot import config
from bot.picture import cli
from bot.prompt.prompt_writer import PromptWriter
from bot.sentences.recipes import NO_RECIPE
from bot.sentences.rendering import render
from engine.terminal import READER_LEFT
from tests.documents import ROOT
from tests.picture_texts import png
from tests.programs import WRITERS, Made

KEYS = [
    *("subject", "character", "series", "rating", "tags", "negative", "quality", "year", "seed"),
    *("variation_seed", "variation_strength", "steps", "guidance"),
    *("sampler", "shape", "prompt", "negative_prompt", "said", "program"),
]
SETTINGS = "Steps: 28, Sampler: Euler a, CFG scale: 5, Seed: 7, Size: 832x1216"
DRAWN = {"steps": 28, "guidance": 5.0, "seed": 7, "shape": "portrait 2:3", "sampler": "euler_a"}

DRAW_THINGS = (
    "1girl, smile\n-lowres\nSteps: 28, Sampler: Euler A, Guidance Scale: 5.0, Seed: 7, Size: 832x1216, "
    "Strength: 1.0, Seed Mode: Scale Alike"
)
NAMELESS = (
    '[{"type":"checkpoint","modelVersionId":290640},'
    '{"type":"ImageJobNetworkParams { Strength = 0.4, TriggerWord = , Type = lora }","weight":0.4,'
    '"modelVersionId":426797},{"type":"lora","weight":0.5,"modelVersionId":17}]'
)
SIZED = {"prompt": "1girl, smile", "steps": 28, "seed": 7, "width": 832, "height": 1216}
CIVITAI_DATA = json.dumps(SIZED | {"negativePrompt": "lowres", "cfgScale": 5, "sampler": "Euler a"})
WEBUI_PAYLOAD = json.dumps(SIZED | {"negative_prompt": "lowres", "cfg_scale": 5, "sampler_name": "Euler a"})
CAPTION = {"base_caption": "1girl, {smile}", "char_captions": [{"char_caption": "girl, red hair"}]}
NOVELAI_COMMENT = json.dumps(
    SIZED | {"uc": "lowres", "scale": 5.0, "sampler": "k_euler_ancestral"} | {"v4_prompt": {"caption": CAPTION}}
)
HASH = "6327eca98bfb6538dd7a4edce22484a1bbc57a8cff6b11d075d40da1afb847ac"


@pytest.fixture(scope="module")
def configured(tmp_path_factory):
    """A configuration, and what is known of words there, which takes a part of a second to read."""
    path = tmp_path_factory.mktemp("configured") / "config.toml"
    path.write_text(f'[engine]\nmodel = "animagine-xl-4.0-opt.safetensors"\nsha256 = "{HASH}"\n')
    return path, PromptWriter.load(config.load(path))


@pytest.fixture
def read(configured, tmp_path, capsys, monkeypatch):
    """Read a file's bytes, or a text; gives the exit status, what was printed as JSON, and the sentence."""
    configuration, writer = configured
    monkeypatch.setattr(PromptWriter, "load", lambda _config: writer)

    def read(*contents):
        paths = []
        for number, content in enumerate(contents):
            paths.append(tmp_path / f"file {number}")
            paths[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
        status = cli.run(Namespace(files=paths, json=True, config=configuration))
        printed = capsys.readouterr()
        return status, [json.loads(line) for line in printed.out.splitlines()], printed.err

    return read


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        (
            "1girl, (smile:1.2), (night:1.3), (red eyes:1.1), masterpiece",
            {"subject": "1girl", "tags": "(smile:1.2), (night:1.3), (red eyes:1.1)", "quality": "masterpiece"},
            [],
        ),
        (
            "1girl, artist:ink fox, artist:blue kite, artist:paper moon, smile",
            {"tags": "artist:ink fox, artist:blue kite, artist:paper moon, smile"},
            [],
        ),
        (f"1girl\n{SETTINGS.replace('Euler a', 'Euler a, Schedule type: Karras')}", DRAWN, ["The schedule Karras"]),
        (
            f"1girl\n{SETTINGS.replace('Euler a', 'UniPC, Schedule type: SGM Uniform')}",
            DRAWN | {"sampler": "unipc"},
            ["The schedule SGM Uniform"],
        ),
        (
            f"1girl, [smile:0.5], [(red hair:1.2):blue hair:0.4], night\n{SETTINGS}",
            {"tags": "smile, blue hair, night"},
            ["“[smile:0.5]”", "“[(red hair:1.2):blue hair:0.4]”"],
        ),
        (
            f"1girl, {{{{smile}}}}, 1.5::red eyes::, [night]\n{SETTINGS}",
            {"tags": "(smile:1.1025), (red eyes:1.5), (night:0.9524)"},
            ["NovelAI"],
        ),
        (
            f"1girl, red hair\nNegative prompt: lowres\n{SETTINGS}\nTemplate: {{red|blue}} hair\nNegative Template: a",
            DRAWN | {"subject": "1girl", "tags": "red hair", "negative": "lowres"},
            [],
        ),
        (f"```\n1girl, smile\nNegative prompt: lowres\n{SETTINGS}\n```", DRAWN | {"tags": "smile"}, []),
        (
            "Prompt: 1girl, smile\nNegative prompt: lowres\n" + SETTINGS.replace(", ", "\n"),
            DRAWN | {"subject": "1girl", "tags": "smile", "negative": "lowres"},
            [],
        ),
        (("PROMPT: 1girl, smile\nNegative prompt: lowres\n" + SETTINGS.replace(", ", "\n")).lower(), DRAWN, []),
        (f"1girl, smile\r\nNegative prompt: lowres\r\n{SETTINGS}\r\n".replace(", S", " | S"), DRAWN, []),
        (
            DRAW_THINGS,
            DRAWN | {"tags": "smile", "negative": "lowres", "program": "Draw Things"},
            [],
        ),
        (
            f"1girl\nsolo\nsmile\nNegative prompt: lowres\nbad hands\n{SETTINGS}",
            {"subject": "1girl", "tags": "solo, smile", "negative": "lowres, bad hands"},
            ["Line breaks were read as commas"],
        ),
        (
            "1girl、red hair，smile，（night：1.2）",
            {"subject": "1girl", "tags": "red hair, smile, (night:1.2)"},
            ["“、” and “，”"],
        ),
        (f"1girl\n{SETTINGS}, Model hash: 6327eca98b, Model: animagineXL40_v4Opt", {"said": []}, []),
        (f"1girl\n{SETTINGS}, Model hash: aaaaaaaaaa, Model: animagine-xl-4.0-opt", {}, ["another model"]),
        (
            f"1girl, (smile:1.4)\n{SETTINGS}, RNG: NV, Emphasis: Original, Model: animagine-xl-4.0-opt",
            {},
            ["“RNG: NV”", "“Emphasis: Original”"],
        ),
        (
            f"1girl\n{SETTINGS}, Civitai resources: {NAMELESS}",
            {"program": "Civitai", "said": ["Two LoRAs (model versions 426797 and 17) are not used here."]},
            [],
        ),
        (
            f'1girl\n{SETTINGS}, Hashes: {{"model": "6327eca98b", "lora:Ink": "aa11"}}',
            {"said": ["The LoRA “Ink” is not used here."]},
            [],
        ),
        (f"score_9, rating_explicit, 1girl\n{SETTINGS}", {"rating": "explicit", "tags": "score 9"}, ["“score_9”"]),
        ("1girl, rating:q", {"rating": "nsfw", "tags": ""}, []),
        ("1girl, rating: general", {"rating": "safe", "tags": ""}, []),
        ("1girl, 👩‍🎨", {"tags": "👩‍🎨"}, []),
        (f"1girl\n{SETTINGS.replace('832x1216', '1000x1000')}", {"shape": "1000x1000"}, ["none of the shapes"]),
        (
            f"1girl\n{SETTINGS.replace('Euler a', 'LMS')}",
            {"sampler": None},
            ["“LMS” is not available here"],
        ),
        (
            f"1girl\n{SETTINGS.replace('Seed: 7', 'Seed: 156680208700286')}",
            {"seed": None},
            ["outside"],
        ),
        (
            "prompt: 1girl, smile\nnegative_prompt: lowres\nsteps: 28\ncfg_scale: 5\nseed: 7\nwidth: 832\nheight: 1216",
            {"tags": "smile", "negative": "lowres", "steps": 28, "guidance": 5.0, "shape": "portrait 2:3"},
            [],
        ),
        (
            "**Prompt:** 1girl, smile\n**Negative prompt:** lowres\n**Steps:** 28 **Seed:** 7",
            {"tags": "smile", "negative": "lowres", "steps": 28, "seed": 7},
            [],
        ),
        (
            f"1girl, {{{{night}}}}\nUndesired Content: lowres\n{SETTINGS}",
            DRAWN | {"tags": "(night:1.1025)", "negative": "lowres"},
            ["NovelAI writes weights"],
        ),
        (f"1girl, smile\n反向提示词: lowres\n{SETTINGS}", DRAWN | {"tags": "smile", "negative": "lowres"}, []),
        ("Positive: 1girl, smile\nNegative: lowres", {"subject": "1girl", "tags": "smile", "negative": "lowres"}, []),
        (CIVITAI_DATA, DRAWN | {"tags": "smile", "negative": "lowres", "program": "Civitai"}, []),
        (WEBUI_PAYLOAD, DRAWN | {"tags": "smile", "negative": "lowres", "program": "WebUI"}, []),
        (
            NOVELAI_COMMENT,
            DRAWN | {"tags": "(smile:1.05), girl, red hair", "negative": "lowres", "program": "NovelAI"},
            ["NovelAI writes weights", "another model"],
        ),
        (f"1girl\n{SETTINGS}, Clip skip: 4, Variation seed: 3", {}, ["“Clip skip: 4”", "“Variation seed: 3”"]),
        (
            f"1girl\n{SETTINGS}, Variation seed: 3, Variation seed strength: 0.2, Seed resize from: 512x512",
            {"seed": 7, "variation_seed": 3, "variation_strength": 0.2},
            ["“Seed resize from: 512x512” is not supported here, so the same seed draws another picture"],
        ),
    ],
)
def test_a_text_that_people_bring_is_read_as_it_was_meant(read, text, values, said):
    """In whatever layout and syntax; and what cannot be kept is said."""
    status, [found], error = read(text)
    assert (status, error, list(found)) == (0, "", KEYS)
    assert {key: found[key] for key in values} == values
    assert all(any(one in sentence for sentence in found["said"]) for one in said)
    assert bool(found["said"]) == bool(said or values.get("said"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_text_file_of_windows_is_read(read, encoding):
    """With its mark and its line ends."""
    text = f"1girl, 猫\r\nNegative prompt: hat\r\n{SETTINGS}\r\n"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    _, [found], _ = read((mark + text).encode(encoding))
    assert (found["tags"], found["negative"], found["seed"]) == ("猫", "hat", 7)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_picture_of_every_program_is_read(read, writer):
    """As Remix would: the same code."""
    prompt = "1girl, hatsune miku, vocaloid, smile, night"
    made = Made(prompt, "lowres, bad hands", 24, 6.5, 123, (832, 1216), "euler_a", "mix")
    status, [found], _ = read(WRITERS[writer][1](made))
    wanted = {"steps": 24, "guidance": 6.5, "seed": 123, "shape": "portrait 2:3", "sampler": "euler_a"}
    assert status == 0
    assert {key: found[key] for key in wanted} == wanted
    assert (found["subject"], found["tags"], found["negative"]) == ("1girl", "smile, night", "lowres, bad hands")
    assert (found["character"], found["series"]) == ("hatsune miku", "vocaloid")
    assert found["prompt"] == "1girl, hatsune miku, vocaloid, safe, smile, night"
    assert found["program"] == WRITERS[writer][0]


def test_what_holds_no_recipe_is_a_sentence(read):
    """And the exit status is 1; of several files each has its line."""
    status, printed, error = read(png())
    assert (status, printed, error) == (1, [], f"{render(NO_RECIPE)}\n")
    assert read(b"")[2] == "There is nothing in this file: no prompt and no recipe.\n"
    assert "no text, or none in UTF-8" in read(b"\0\1\2")[2]
    status, [first, second], error = read("1girl", png())
    assert (status, first["subject"], second) == (1, "1girl", None)
    assert error.endswith(f"file 1: {render(NO_RECIPE)}\n")


@pytest.mark.parametrize("command", [["read", "--json"], ["prompt", "--prompt", "smile"]])
def test_whoever_reads_only_the_beginning_ends_it_quietly(tmp_path, command):
    """As head does: no traceback, and the status that a shell knows."""
    path = tmp_path / "a.txt"
    path.write_text("1girl")
    files = [str(path)] * (2_000 if command[0] == "read" else 0)
    program = [sys.executable, "-m", "bot", *command, *files]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:  # noqa: S603  our own
        process.stdout.close()
        error = process.stderr.read()
        assert (process.wait(), error) == (READER_LEFT, b"")


FOLDERS = [parent / "shared" / "cases" / "foreign" for parent in list(Path(ROOT).parents)[:3]]
EXPECTED = {
    "04-swarm.png": {
        "steps": 24,
        "guidance": 6.5,
        "seed": 123456789,
        "program": "SwarmUI",
        "negative": "lowres, bad hands",
    },
    "06-fooocus.png": {"seed": 987654321, "shape": "portrait 7:9", "sampler": "dpmpp_2m_sde_karras"},
    "09-novelai.png": {"seed": 2345678901, "tags": "(smile:1.1025), (night:0.9524), (red eyes:1.3), outdoors"},
    "10-comfy.png": {"seed": None, "steps": 28, "guidance": 5.0, "shape": "portrait 2:3", "negative": "lowres"},
    "12-fooocus-first-directory.jpg": {"tags": "smile, night", "steps": 30, "shape": "portrait 7:9"},
    "13-stealth.png": {"tags": "smile, night", "steps": 30, "sampler": "dpmpp_2m_sde_karras"},
    "17-horde-jpeg.jpg": {"sampler": "euler_a", "subject": "1girl", "steps": 20, "program": "AI Horde"},
}


@pytest.mark.parametrize("name", [*EXPECTED, "08-screenshot.jpg"])
def test_the_pictures_of_the_public_reports_give_their_values(read, name):
    """Where they are at hand: beside this repository."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    if folder is None:
        pytest.skip("the folder of cases is not beside this repository")
    status, printed, _ = read((folder / name).read_bytes())
    if name not in EXPECTED:
        assert (status, printed) == (1, [])
        return
    assert {key: printed[0][key] for key in EXPECTED[name]} == EXPECTED[name]

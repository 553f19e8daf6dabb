"""The recipe of a picture as every program writes it: one model of a recipe, and a writer for each program's file."""

import json
import re
from dataclasses import dataclass

from hypothesis import strategies as st

from bot.picture.recipes.programs import of_picture
from engine import samplers
from tests.graphs import comfy_names, graph, graph_of_parts, graph_twice, screen, swarm
from tests.picture_texts import comment, exif, hidden, packet, png, with_exif


@dataclass(frozen=True)
class Made:
    """How a picture was made, whoever made it."""

    prompt: str
    negative: str
    steps: int
    guidance: float
    seed: int
    size: tuple[int, int]
    sampler: str
    """Ours."""
    model: str


def _plain(text):
    """One line that begins and ends with a word, and holds nothing that a text's reader takes for the next field."""
    line = re.sub(r"(?i)negative|prompt|steps|template|```|positive", "x", " ".join(text.split()))
    return f"a {line} b"


LETTERS = st.sampled_from([*"abc 12,()[]{}:\\\"'<>|/.-_é猫👩;=", ", ", " :", "\\(", "1.2", "&amp;", "%", "$$"])
TEXTS = st.lists(LETTERS, max_size=25).map("".join).map(_plain)
MADE = st.builds(
    Made,
    prompt=TEXTS,
    negative=TEXTS,
    steps=st.integers(1, 150),
    guidance=st.integers(2, 60).map(lambda halves: halves / 2),
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(64, 4096), st.integers(64, 4096)),
    sampler=st.sampled_from(samplers.OFFERED),
    model=st.sampled_from(["animagine-xl-4.0-opt", "mix v1", "Ink (b)"]),
)


def number(value):
    return int(value) if value == int(value) else value


def quoted(value):
    return json.dumps(value, ensure_ascii=False) if re.search(r"[,:\n]", value) else value


def infotext(made, *, sampler=None, extra="", end=", Version: v1.10.1"):
    row = samplers.SAMPLERS[made.sampler]
    name = sampler or f"{row.webui}, Schedule type: {row.schedule}"
    return (
        f"{made.prompt}\nNegative prompt: {made.negative}\nSteps: {made.steps}, Sampler: {name}, "
        f"CFG scale: {number(made.guidance)}, Seed: {made.seed}, Size: {made.size[0]}x{made.size[1]}, "
        f"Model: {quoted(made.model)}{extra}{end}"
    )


def fooocus(made):
    name, schedule = comfy_names(made)
    return json.dumps(
        {
            "base_model": made.model,
            "base_model_hash": "aabbccddee",
            "full_prompt": [made.prompt, "styled"],
            "guidance_scale": made.guidance,
            "loras": [["ink.safetensors", 0.5, "aabb"]],
            "metadata_scheme": "fooocus",
            "negative_prompt": made.negative,
            "prompt": made.prompt,
            "resolution": f"({made.size[0]}, {made.size[1]})",
            "sampler": name,
            "scheduler": schedule,
            "seed": str(made.seed),
            "steps": made.steps,
            "styles": "['Fooocus V2']",
            "version": "Fooocus v2.5.5",
        }
    )


_INVOKE = {"euler_a": "euler_a", "euler": "euler", "dpmpp_2m_karras": "dpmpp_2m_k", "ddim": "ddim", "unipc": "unipc"}


def invoke_name(made):
    return _INVOKE.get(made.sampler, "dpmpp_2m_sde_k")


def invoke(made):
    return json.dumps(
        {
            "generation_mode": "sdxl_txt2img",
            "positive_prompt": made.prompt,
            "negative_prompt": made.negative,
            "width": made.size[0],
            "height": made.size[1],
            "seed": made.seed,
            "cfg_scale": made.guidance,
            "steps": made.steps,
            "scheduler": invoke_name(made),
            "model": {"name": made.model, "hash": "blake3:ab", "base": "sdxl"},
            "loras": [{"model": {"name": "ink"}, "weight": 0.5}],
            "app_version": "5.0",
        }
    )


def bare(text):
    """Without what has another meaning in InvokeAI's first two generations."""
    return " ".join(re.sub(r"[\[\]\"-]", " ", text).split())


def invoke_second(made):
    prompt = [{"prompt": f"{bare(made.prompt)} [{bare(made.negative)}]", "weight": 1}]
    image = {
        "prompt": prompt,
        "steps": made.steps,
        "cfg_scale": made.guidance,
        "seed": made.seed,
        "width": made.size[0],
        "height": made.size[1],
        "sampler": invoke_name(made),
    }
    return json.dumps({"model": "stable diffusion", "model_weights": made.model, "image": image})


def dream(made):
    return (
        f'"{bare(made.prompt)} [{bare(made.negative)}]" -s {made.steps} -S {made.seed} -W {made.size[0]} '
        f"-H {made.size[1]} -C {made.guidance} -A {invoke_name(made)}"
    )


def novelai(made, **changes):
    row = samplers.SAMPLERS[made.sampler]
    said = {
        "prompt": made.prompt,
        "uc": made.negative,
        "steps": made.steps,
        "height": made.size[1],
        "width": made.size[0],
        "scale": made.guidance,
        "seed": made.seed,
        "sampler": row.novelai or row.comfyui[0],
        "noise_schedule": "karras" if row.schedule == "Karras" else "native",
        "request_type": "PromptGenerateRequest",
    }
    return {
        "Title": "NovelAI generated image",
        "Description": made.prompt,
        "Software": "NovelAI",
        "Source": made.model,
        "Comment": json.dumps(said | changes),
    }


def novelai_v4(made):
    """Where the words are in the caption, and the old field has something else."""
    words = {"v4_prompt": made.prompt, "v4_negative_prompt": made.negative}
    captions = {key: {"caption": {"base_caption": text, "char_captions": []}} for key, text in words.items()}
    return novelai(made, prompt="older", uc="older", **captions)


def draw_things(made):
    name = samplers.title(made.sampler)
    said = {
        "c": made.prompt,
        "uc": made.negative,
        "steps": made.steps,
        "scale": made.guidance,
        "seed": made.seed,
        "size": f"{made.size[0]}x{made.size[1]}",
        "sampler": name,
        "model": made.model,
        "strength": 1,
        "v2": {"guidanceScale": made.guidance},
    }
    text = (
        f"{made.prompt}\n-{made.negative}\nSteps: {made.steps}, Sampler: {name}, Guidance Scale: {made.guidance}, "
        f"Seed: {made.seed}, Size: {made.size[0]}x{made.size[1]}, Model: {quoted(made.model)}, Strength: 1.0, "
        "Seed Mode: Scale Alike"
    )
    return said, text


def horde(made):
    row = samplers.SAMPLERS[made.sampler]
    params = {
        "sampler_name": f"k_{row.comfyui[0]}",
        "karras": row.schedule == "Karras",
        "cfg_scale": made.guidance,
        "seed": str(made.seed),
        "steps": made.steps,
        "width": made.size[0],
        "height": made.size[1],
    }
    return json.dumps({"prompt": f"{made.prompt} ### {made.negative}", "params": params, "models": [made.model]})


def space(made):
    return json.dumps(
        {
            "prompt": made.prompt,
            "negative_prompt": made.negative,
            "resolution": f"{made.size[0]} x {made.size[1]}",
            "guidance_scale": made.guidance,
            "num_inference_steps": made.steps,
            "seed": made.seed,
            "sampler": samplers.title(made.sampler),
            "Model": made.model,
        }
    )


def civitai(made):
    row = samplers.SAMPLERS[made.sampler]
    said = {
        "prompt": made.prompt,
        "negativePrompt": made.negative,
        "steps": made.steps,
        "cfgScale": made.guidance,
        "seed": made.seed,
        "width": made.size[0],
        "height": made.size[1],
        "sampler": samplers.title(made.sampler) if row.schedule != "Automatic" else row.webui,
        "resources": [{"type": "Checkpoint", "modelName": made.model, "modelVersionId": 1}],
    }
    nodes = {"1": {"class_type": "KSampler", "inputs": {"seed": 5, "steps": 5, "latent_image": ["2", 0]}}}
    return json.dumps({**nodes, "extra": {"airs": []}, "extraMetadata": json.dumps(said)})


def civitai_text(made):
    resources = [{"type": "checkpoint", "modelName": made.model}, {"type": "lora", "modelName": "Ink: lines, bold"}]
    extra = f", Civitai resources: {json.dumps(resources)}, Civitai metadata: {{}}"
    text = infotext(made, extra=extra, end="")
    return text.replace(f", Model: {quoted(made.model)}", "")


def horde_text(made):
    row = samplers.SAMPLERS[made.sampler]
    karras = " karras" if row.schedule == "Karras" else ""
    return infotext(made, sampler=f"k_{row.comfyui[0]}{karras}", end="").replace(", Model: ", ", model: ")


WRITERS = {
    "WebUI, PNG": ("WebUI", lambda made: png(parameters=infotext(made))),
    "WebUI, JPEG": ("WebUI", lambda made: with_exif("JPEG", exif(second=[(0x9286, comment(infotext(made)))]))),
    "WebUI, WebP": (
        "WebUI",
        lambda made: with_exif("WEBP", exif(second=[(0x9286, comment(infotext(made)))], order="<")),
    ),
    "WebUI, in the first directory": (
        "WebUI",
        lambda made: with_exif("WEBP", exif([(0x9286, infotext(made).encode())])),
    ),
    "WebUI, hidden": ("WebUI", lambda made: hidden(infotext(made))),
    "WebUI, hidden in colours": ("WebUI", lambda made: hidden(infotext(made), channels="RGB", packed=False)),
    "WebUI, hidden in WebP": ("WebUI", lambda made: hidden(infotext(made), form="WEBP", packed=False)),
    "Forge": ("Forge", lambda made: png(parameters=infotext(made, end=", Version: f2.0.1v1.10.1-previous-1"))),
    "Civitai, text": ("Civitai", lambda made: png(parameters=civitai_text(made))),
    "Civitai, its generator": (
        "Civitai",
        lambda made: with_exif("JPEG", exif(second=[(0x9286, comment(civitai(made)))])),
    ),
    "AI Horde, text": ("AI Horde", lambda made: with_exif("JPEG", exif(second=[(0x9286, horde_text(made).encode())]))),
    "AI Horde, request": ("AI Horde", lambda made: png(Comment=horde(made))),
    "ComfyUI, PNG": ("ComfyUI", lambda made: png(prompt=json.dumps(graph(made)), workflow=json.dumps(screen(made)))),
    "ComfyUI, parts": ("ComfyUI", lambda made: png(prompt=json.dumps(graph_of_parts(made)))),
    "ComfyUI, two passes": ("ComfyUI", lambda made: png(prompt=json.dumps(graph_twice(made)))),
    "ComfyUI, the screen alone": ("ComfyUI", lambda made: png(workflow=json.dumps(screen(made)))),
    "ComfyUI, WebP": (
        "ComfyUI",
        lambda made: with_exif(
            "WEBP",
            exif(
                [
                    (0x010F, b"workflow:" + json.dumps(screen(made)).encode() + b"\0"),
                    (0x0110, b"prompt:" + json.dumps(graph(made)).encode() + b"\0"),
                ]
            ),
        ),
    ),
    "ComfyUI, JPEG": (
        "ComfyUI",
        lambda made: with_exif("JPEG", exif([(0x0110, b"prompt:" + json.dumps(graph(made)).encode() + b"\0")])),
    ),
    "SwarmUI, PNG": ("SwarmUI", lambda made: png(parameters=swarm(made))),
    "SwarmUI, JPEG": ("SwarmUI", lambda made: with_exif("JPEG", exif(second=[(0x9286, comment(swarm(made)))]))),
    "Fooocus, PNG": ("Fooocus", lambda made: png(parameters=fooocus(made), fooocus_scheme="fooocus")),
    "Fooocus, WebP": (
        "Fooocus",
        lambda made: with_exif("WEBP", exif([(0x927C, b"fooocus\0"), (0x9286, fooocus(made).encode())])),
    ),
    "Fooocus, as WebUI": (
        "Fooocus",
        lambda made: png(parameters=infotext(made, end=", Version: Fooocus v2.5.5"), fooocus_scheme="a1111"),
    ),
    "InvokeAI": ("InvokeAI", lambda made: png(invokeai_metadata=invoke(made))),
    "InvokeAI, before": ("InvokeAI", lambda made: png(sd_dash_metadata=invoke_second(made))),
    "InvokeAI, at first": ("InvokeAI", lambda made: png(Dream=dream(made))),
    "NovelAI": ("NovelAI", lambda made: png(**novelai(made))),
    "NovelAI, V4": ("NovelAI", lambda made: png(**novelai_v4(made))),
    "NovelAI, hidden": ("NovelAI", lambda made: hidden(json.dumps(novelai(made)))),
    "Draw Things": ("Draw Things", lambda made: png(**{"XML:com.adobe.xmp": packet(said=draw_things(made)[0])})),
    "Draw Things, text": ("Draw Things", lambda made: png(**{"XML:com.adobe.xmp": packet(text=draw_things(made)[1])})),
    "Animagine's Space": ("Animagine's Space", lambda made: png(metadata=space(made))),
}
"""By what it is: whose recipe that must be said to be, and the file."""

OLDER = frozenset({"InvokeAI, before", "InvokeAI, at first"})
"""Whose prompts hold marks with another meaning, and no model or less of it."""


def check(writer, made):
    """Have a file read; every field comes back."""
    program, write = WRITERS[writer]
    written = of_picture(write(made))
    assert written is not None
    recipe = written.recipe
    prompt, negative = (bare(made.prompt), bare(made.negative)) if writer in OLDER else (made.prompt, made.negative)
    assert recipe.program == program
    assert (recipe.prompt, recipe.negative_prompt) == (prompt, negative)
    assert (recipe.steps, recipe.guidance, recipe.seed, recipe.size) == (
        made.steps,
        made.guidance,
        made.seed,
        made.size,
    )
    found = samplers.find(recipe.sampler, recipe.schedule)
    assert found is not None
    assert found.sampler == made.sampler
    assert recipe.model == made.model or writer == "InvokeAI, at first"

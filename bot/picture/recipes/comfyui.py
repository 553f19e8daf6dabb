"""ComfyUI: a graph of nodes, walked back from what samples to the words; no more is claimed than was found.

The graph that was drawn (``prompt``) is a table of nodes by number; the one on the screen (``workflow``) has the same
nodes with their values in the order of their widgets, and links apart. Nodes of all kinds exist, and cycles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bot.picture.exif import MAKE, MODEL
from bot.picture.recipes.fields import decoded, file_name, made, rows, sides, table, text, whole
from bot.prompt.recipe import Recipe, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.picture.read import PictureTexts
    from bot.picture.recipes.fields import Table

PROGRAM = "ComfyUI"

MAX_NODES = 3_000
MAX_VISITS = 2_000
"""Steps of one walk; a graph of a few hundred nodes is a large one."""

_WIDGETS: Mapping[str, tuple[str, ...]] = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("add_noise", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler", "start_at_step"),
    "KSampler (Efficient)": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "SamplerCustom": ("add_noise", "noise_seed", "", "cfg"),
    "RandomNoise": ("noise_seed",),
    "KSamplerSelect": ("sampler_name",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "CFGGuider": ("cfg",),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeSDXL": ("width", "height", "crop_w", "crop_h", "target_width", "target_height", "text_g", "text_l"),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "LatentUpscale": ("upscale_method", "width", "height", "crop"),
    "LatentUpscaleBy": ("upscale_method", "scale_by"),
    "PrimitiveNode": ("value",),
}
"""The widgets of the usual nodes in their order; "" is the menu beside a seed, which has no name in the graph."""

_WORDS = (
    "text",
    "text_g",
    "text_l",
    "string",
    "prompt",
    "value",
    "wildcard_text",
    "populated_text",
    "Text",
    "t5xxl",
    "clip_l",
)
_PARTS = (("string_a", "string_b"), ("text_a", "text_b"), ("text1", "text2"), ("text_a", "text_b", "text_c", "text_d"))
"""Nodes that put texts together."""
_MODELS = ("ckpt_name", "unet_name", "base_ckpt_name", "model_name")

_Link = tuple[str, int]


class _Node(NamedTuple):
    kind: str
    inputs: Table


def read(texts: PictureTexts) -> Recipe | None:
    """Read the graph that was drawn, else the one on the screen, from PNG or EXIF."""
    drawn = texts.named.get("prompt", "") or _of_exif(texts, "prompt:")
    screen = texts.named.get("workflow", "") or _of_exif(texts, "workflow:")
    for graph in (
        _api(decoded(drawn)),
        _api(decoded(texts.comment)),
        _api(_within(decoded(texts.comment))),
        _screen(decoded(screen)),
    ):
        if graph and (recipe := _Walk(graph).recipe()) is not None:
            return recipe
    return None


def _of_exif(texts: PictureTexts, start: str) -> str:
    """Find a graph in EXIF: from 0x0110 downwards, each behind its name (``nodes_images.py``)."""
    for tag in (MODEL, MAKE, *texts.exif):
        if (found := texts.exif.get(tag, "")).casefold().startswith(start):
            return found[len(start) :]
    return ""


def _within(found: Table | None) -> Table | None:
    return table(found.get("prompt")) if found else None


def _api(found: Table | None) -> dict[str, _Node]:
    nodes: dict[str, _Node] = {}
    for number, value in list((found or {}).items())[:MAX_NODES]:
        node = table(cast("object", value)) if not isinstance(value, str) else None
        if node is not None and isinstance(node.get("class_type"), str) and isinstance(node.get("inputs"), dict):
            nodes[str(number)] = _Node(node["class_type"], node["inputs"])
    return nodes


def _screen(found: Table | None) -> dict[str, _Node]:
    """Write the graph on the screen like the other, as far as its nodes' widgets are known."""
    links: dict[Any, _Link] = {}
    for link in rows((found or {}).get("links"))[: 4 * MAX_NODES]:
        ends = rows(link)
        if len(ends) >= 3 and isinstance(ends[0], int | str):  # noqa: PLR2004  its number, from where, and which slot
            links[ends[0]] = (str(ends[1]), whole(ends[2]) or 0)
    nodes: dict[str, _Node] = {}
    for value in rows((found or {}).get("nodes"))[:MAX_NODES]:
        node = table(value) or {}
        kind = text(node, "type")
        if node.get("mode") in {2, 4}:  # switched off, or passed by
            continue
        inputs: dict[str, Any] = {}
        widgets = node.get("widgets_values")
        if isinstance(widgets, dict):
            inputs |= cast("dict[str, Any]", widgets)
        else:
            inputs |= {
                name: said for name, said in zip(_WIDGETS.get(kind, ("text",)), rows(widgets), strict=False) if name
            }
        for socket in rows(node.get("inputs"))[:100]:
            slot = table(socket) or {}
            target = slot.get("link")
            if isinstance(target, int | str) and target in links:
                inputs[text(slot, "name")] = list(links[target])
        nodes[text(node, "id")] = _Node(kind, inputs)
    return nodes


class _Walk:
    """One look through a graph, of so many steps at most."""

    def __init__(self, graph: Mapping[str, _Node]) -> None:
        self._graph = graph
        self._left = MAX_VISITS

    def recipe(self) -> Recipe | None:
        samplers = [number for number, node in self._graph.items() if _samples(node)]
        if not samplers:
            return None
        chosen = self._first_pass(samplers)
        prompt, negative = self._words_of(chosen, "positive"), self._words_of(chosen, "negative")
        seed = self._value(chosen, "seed", "noise_seed", through=("noise",))
        steps = self._value(chosen, "steps", through=("sigmas",))
        if not prompt and seed is None and steps is None:
            return None
        passes = len(samplers)
        latent = self._upstream(chosen, ("latent_image", "latent", "samples"))
        size = next((found for one in latent if (found := self._size(one)) is not None), None)
        models = self._upstream(chosen, ("model", "guider", "basic_pipe"))
        loras = [*self._loras(models), *self._loras(self._upstream(chosen, ("positive", "clip")))]
        other = {"Samplers": str(passes)} if passes > 1 else {}
        if passes > 1 and any("upscale" in one.kind.casefold() for one in self._graph.values()):
            other = {"Hires upscale": "a second pass"}
        denoise = self._value(chosen, "denoise", through=("sigmas",))
        if isinstance(denoise, int | float) and 0 < denoise < 1:
            other["Denoising strength"] = f"{denoise:g}"
        return made(
            PROGRAM,
            dialect="comfyui",
            prompt=prompt,
            negative=negative,
            steps=steps,
            sampler=str(self._value(chosen, "sampler_name", through=("sampler",)) or ""),
            schedule=str(self._value(chosen, "scheduler", through=("sigmas",)) or ""),
            scale=self._value(chosen, "cfg", through=("guider",)),
            seed=seed,
            size=size,
            model=file_name(next((name for one in models if (name := text(self._graph[one].inputs, *_MODELS))), "")),
            resources=[Resource("LoRA", file_name(name)) for name in loras],
            other=other,
        )

    def _first_pass(self, samplers: list[str]) -> str:
        """Find the sampler that began: the one that has no other before it; of several the one that has words."""
        first = [one for one in samplers if not self._begins_behind(one, samplers)] or samplers
        worded = [one for one in first if self._words_of(one, "positive")]
        return (worded or first)[0]

    def _begins_behind(self, number: str, samplers: list[str]) -> bool:
        before = self._upstream(number, ("latent_image", "latent", "samples", "image"))
        return any(one in samplers and one != number for one in before)

    def _upstream(self, number: str, names: tuple[str, ...]) -> list[str]:
        """Give the nodes before one, those that hang on these of its inputs first, each once, the nearest first."""
        waiting = [link[0] for name in names if (link := _link(self._graph[number].inputs.get(name)))]
        seen: dict[str, None] = {}
        while waiting and self._left > 0:
            one = waiting.pop(0)
            if one in seen or one not in self._graph:
                continue
            self._left -= 1
            seen[one] = None
            waiting.extend(link[0] for value in self._graph[one].inputs.values() if (link := _link(value)))
        return list(seen)

    def _value(self, number: str, *names: str, through: tuple[str, ...] = ()) -> Any:
        """Find a plain value: of the node itself, of what it is linked to, or of the node that has it for this one."""
        inputs = self._graph[number].inputs
        for name in names:
            value = inputs.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return value
            if (link := _link(value)) and (found := self._plain(link[0], names)) is not None:
                return found
        for role in through:
            for one in self._upstream(number, (role,)):
                if (found := self._own(one, names)) is not None:
                    return found
        return None

    def _own(self, number: str, names: tuple[str, ...]) -> Any:
        """Give a value that this node has itself; one of several samplers' is another sampler's."""
        inputs = self._graph[number].inputs
        for name in names:
            value = inputs.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return value
            if (link := _link(value)) and (found := self._plain(link[0], names)) is not None:
                return found
        return None

    def _plain(self, number: str, names: tuple[str, ...], depth: int = 0) -> Any:
        """Follow a link to a node that only holds a value."""
        node = self._graph.get(number)
        if node is None or depth > 20 or self._left <= 0:  # noqa: PLR2004  a chain of so many is a circle
            return None
        self._left -= 1
        for name in (*names, "value", "int", "float", "number", "Number", "Value"):
            value = node.inputs.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return value
        for value in node.inputs.values():
            if (link := _link(value)) and (found := self._plain(link[0], names, depth + 1)) is not None:
                return found
        return None

    def _words_of(self, number: str, role: str) -> str:
        """Find the words of a sampler's positive or negative side."""
        node = self._graph[number]
        link = _link(node.inputs.get(role))
        if link is None:
            for through in ("guider", "basic_pipe", "pipe", "model"):
                if (before := _link(node.inputs.get(through))) and before[0] in self._graph:
                    found = self._words_of_guider(before[0], role)
                    if found:
                        return found
            return ""
        return self._text(link[0], role, set())

    def _words_of_guider(self, number: str, role: str) -> str:
        inputs = self._graph[number].inputs
        link = _link(inputs.get(role)) or (_link(inputs.get("conditioning")) if role == "positive" else None)
        if link is not None:
            return self._text(link[0], role, set())
        return inputs[role] if isinstance(inputs.get(role), str) else ""

    def _text(self, number: str, role: str, seen: set[str]) -> str:
        """Read the words that come out of a node: its own, or those of what it is linked to."""
        node = self._graph.get(number)
        if node is None or number in seen or self._left <= 0:
            return ""
        self._left -= 1
        seen.add(number)
        for names in _PARTS:
            if all(name in node.inputs for name in names[:2]):
                parts = [self._one_text(node.inputs.get(name), role, seen) for name in names]
                glue = node.inputs.get("delimiter", node.inputs.get("separator"))
                return (glue if isinstance(glue, str) else " ").join(filter(None, parts))
        for name in (role, f"{role}_prompt", *_WORDS):
            if name in node.inputs and (found := self._one_text(node.inputs[name], role, seen)):
                return found
        found = list[str]()
        for name, value in node.inputs.items():
            if (link := _link(value)) and name not in {
                "clip",
                "model",
                "vae",
                "image",
                "control_net",
                "latent",
                "samples",
            }:
                found.append(self._text(link[0], role, seen))
        return ", ".join(dict.fromkeys(filter(None, found)))

    def _one_text(self, value: object, role: str, seen: set[str]) -> str:
        if isinstance(value, str):
            return value
        link = _link(value)
        return self._text(link[0], role, seen) if link else ""

    def _size(self, number: str) -> tuple[int, int] | None:
        inputs = self._graph[number].inputs
        if "upscale" in self._graph[number].kind.casefold():
            return None
        for wide, high in (("width", "height"), ("empty_latent_width", "empty_latent_height")):
            if wide in inputs and high in inputs:
                return sides(self._value(number, wide), self._value(number, high))
        return None

    def _loras(self, numbers: list[str]) -> Iterator[str]:
        for number in numbers:
            for name, value in self._graph[number].inputs.items():
                if name.startswith("lora") and isinstance(value, str) and value not in {"", "None"}:
                    if value.casefold().endswith((".safetensors", ".pt", ".ckpt")) or name in {"lora_name", "lora"}:
                        yield value
                elif (
                    name.startswith("lora")
                    and (switched := table(value)) is not None
                    and switched.get("on") is not False
                ):
                    yield from filter(None, [text(switched, "lora")])


def _samples(node: _Node) -> bool:
    """Tell whether a node takes noise out: it has a sampler, or is linked to one, and something to begin with."""
    inputs = node.inputs
    begins = any(name in inputs for name in ("latent_image", "latent", "optional_latent", "samples"))
    return begins and (
        "sampler_name" in inputs
        or ("sampler" in inputs and ("sigmas" in inputs or "guider" in inputs))
        or "steps" in inputs
    )


def _link(value: object) -> _Link | None:
    if not isinstance(value, list):
        return None
    link = cast("list[Any]", value)
    if len(link) == 2 and isinstance(link[0], str | int) and isinstance(link[1], int):  # noqa: PLR2004  node and slot
        return str(link[0]), link[1]
    return None

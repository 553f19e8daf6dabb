"""What a tensor of a LoRA's file is: of which network, which layer of it, and which part of the change; by its name.

There are as many spellings as trainers: kohya's and LyCORIS' flat names, each over the UNet's layers as Stability calls
them (``input_blocks_4_1``) or as diffusers does (``down_blocks_1_attentions_0``), and the dotted ones of PEFT, of
diffusers and of ComfyUI. Here a layer is flat: diffusers' name, with underscores.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Network: TypeAlias = Literal["unet", "text_encoder", "text_encoder_2"]

Part: TypeAlias = str
"""One of `_SUFFIXES`' values: what of a change a tensor is. ``w…`` and ``t…`` are LoHa's, ``k…`` LoKr's."""

NETWORKS: Mapping[Network, str] = {
    "unet": "UNet",
    "text_encoder": "first text encoder",
    "text_encoder_2": "second text encoder",
}
"""Each as people call it."""

_PREFIXES: tuple[tuple[str, Network], ...] = (
    ("lora_unet_", "unet"),
    ("lycoris_unet_", "unet"),
    ("lycoris_", "unet"),
    ("lora_te1_", "text_encoder"),
    ("lora_te2_", "text_encoder_2"),
    ("base_model.model.unet.", "unet"),
    ("unet.base_model.model.", "unet"),
    ("unet.", "unet"),
    ("diffusion_model.", "unet"),
    ("text_encoder.", "text_encoder"),
    ("text_encoder_2.", "text_encoder_2"),
)
"""How names begin; a longer beginning stands before one that it begins with. kohya's ``lora_te_`` is SD 1.5's."""

_SUFFIXES: Mapping[str, Part] = {
    "lora_down.weight": "down",
    "lora_up.weight": "up",
    "lora_mid.weight": "mid",
    "lora_A.weight": "down",
    "lora_B.weight": "up",
    "lora_A.default.weight": "down",
    "lora_B.default.weight": "up",
    "lora.down.weight": "down",
    "lora.up.weight": "up",
    "lora_linear_layer.down.weight": "down",
    "lora_linear_layer.up.weight": "up",
    "alpha": "alpha",
    "dora_scale": "magnitude",
    "lora_magnitude_vector": "magnitude",
    "lora_magnitude_vector.weight": "magnitude",
    "hada_w1_a": "w1_a",
    "hada_w1_b": "w1_b",
    "hada_w2_a": "w2_a",
    "hada_w2_b": "w2_b",
    "hada_t1": "t1",
    "hada_t2": "t2",
    "lokr_w1": "k1",
    "lokr_w1_a": "k1_a",
    "lokr_w1_b": "k1_b",
    "lokr_w2": "k2",
    "lokr_w2_a": "k2_a",
    "lokr_w2_b": "k2_b",
    "lokr_t2": "kt2",
    "diff": "difference",
    "diff_b": "bias_difference",
    "w_norm": "difference",
    "b_norm": "bias_difference",
    "set_weight": "replacement",
}
_ENDING = re.compile(rf"(?P<layer>.+?)\.(?P<part>{'|'.join(map(re.escape, _SUFFIXES))})")
_OLD_ATTENTION = re.compile(r"(?P<layer>.+)\.processor\.(?P<what>to_[qkv]|to_out)_lora\.(?P<part>down|up)\.weight")
"""As diffusers wrote them until 0.22."""


class TensorName(NamedTuple):
    """What one tensor is."""

    network: Network
    layer: str
    """Flat, as the file spells it."""
    part: Part


def read(name: str) -> TensorName | None:
    """Read a tensor's name; None: it is none that is known here."""
    for beginning, of in _PREFIXES:
        if name.startswith(beginning):
            start, network = beginning, of
            break
    else:
        return None
    rest = name.removeprefix(start)
    if old := _OLD_ATTENTION.fullmatch(rest):
        last = "to_out.0" if old["what"] == "to_out" else old["what"]
        return TensorName(network, _flat(f"{old['layer']}.{last}"), "down" if old["part"] == "down" else "up")
    if (match := _ENDING.fullmatch(rest)) is None:
        return None
    return TensorName(network, _flat(match["layer"]), _SUFFIXES[match["part"]])


def layers(network: Network, modules: Iterable[str]) -> dict[str, str]:
    """Say which module of a network each flat name is, in every spelling.

    Args:
        network: Whose modules they are.
        modules: Their names, dotted, in order; of those with weights.
    """
    names = list(modules)
    flat = {_flat(name): name for name in names}
    if network == "unet":
        flat |= {_flat(theirs): name for name, theirs in _by_stability(names).items()}
    return flat


def _flat(name: str) -> str:
    """Write a layer with underscores; whether a text encoder is wrapped depends on transformers' version."""
    return name.replace(".", "_").removeprefix("text_model_")


_OUTSIDE = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_IN_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_IN_BLOCK = re.compile(
    r"(?P<side>down|up)_blocks\.(?P<block>\d+)\.(?P<kind>resnets|attentions|downsamplers|upsamplers)\.(?P<layer>\d+)"
    r"\.(?P<rest>.+)"
)
_IN_MIDDLE = re.compile(r"mid_block\.(?P<kind>resnets|attentions)\.(?P<layer>\d+)\.(?P<rest>.+)")


def _by_stability(modules: Iterable[str]) -> dict[str, str]:
    """Say what Stability's ``sgm`` calls each module of a UNet, by diffusers' name; its blocks are counted through."""
    names = list(modules)
    in_blocks = [match for name in names if (match := _IN_BLOCK.fullmatch(name))]
    resnets: dict[tuple[str, int], int] = {}
    with_attention: set[tuple[str, int]] = set()
    for match in in_blocks:
        place = match["side"], int(match["block"])
        if match["kind"] == "resnets":
            resnets[place] = max(resnets.get(place, 0), int(match["layer"]) + 1)
        elif match["kind"] == "attentions":
            with_attention.add(place)
    found = {name: _OUTSIDE[name] for name in names if name in _OUTSIDE}
    for match in in_blocks:
        side, block = match["side"], int(match["block"])
        before = sum(
            count + (side == "down")  # behind every block that shrinks there is one more
            for (other, number), count in resnets.items()
            if other == side and number < block
        )
        layer, rest = int(match["layer"]), match["rest"]
        if match["kind"] == "downsamplers":
            found[match[0]] = f"input_blocks.{1 + before + resnets[side, block]}.0.{rest.replace('conv', 'op')}"
            continue
        if match["kind"] == "upsamplers":
            at, number = 2 if (side, block) in with_attention else 1, before + resnets[side, block] - 1
        else:
            at, number = int(match["kind"] == "attentions"), before + layer + (side == "down")
        inner = _IN_RESNET.get(rest, rest) if match["kind"] == "resnets" else rest
        found[match[0]] = f"{'input' if side == 'down' else 'output'}_blocks.{number}.{at}.{inner}"
    for match in filter(None, map(_IN_MIDDLE.fullmatch, names)):
        is_resnet, layer = match["kind"] == "resnets", int(match["layer"])
        inner = _IN_RESNET.get(match["rest"], match["rest"]) if is_resnet else match["rest"]
        found[match[0]] = f"middle_block.{2 * layer if is_resnet else 2 * layer + 1}.{inner}"
    return found

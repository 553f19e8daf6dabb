"""LoRA files as trainers write them, filled by chance, and what each of them does to a weight, reckoned by hand."""

import json
import re

import numpy as np
import torch
from safetensors.torch import save_file

RANK = 4

TARGETS = (
    ("unet", "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"),
    ("unet", "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"),
    ("unet", "mid_block.attentions.0.transformer_blocks.1.attn2.to_out.0"),
    ("unet", "up_blocks.0.attentions.1.transformer_blocks.0.ff.net.0.proj"),
    ("unet", "down_blocks.1.attentions.0.proj_in"),
    ("text_encoder", "encoder.layers.0.self_attn.q_proj"),
    ("text_encoder", "encoder.layers.1.mlp.fc1"),
    ("text_encoder_2", "encoder.layers.0.self_attn.v_proj"),
    ("text_encoder_2", "encoder.layers.1.mlp.fc2"),
)
"""Linear layers of all three networks, without what transformers may put around them."""

CONVOLUTIONS = (
    ("unet", "down_blocks.0.resnets.0.conv1"),
    ("unet", "up_blocks.1.resnets.0.conv_shortcut"),
    ("unet", "down_blocks.0.downsamplers.0.conv"),
    ("unet", "up_blocks.0.upsamplers.0.conv"),
)


def module_of(model, target):
    """The layer, whether its text encoder is wrapped or not."""
    network, name = target
    parts = dict(getattr(model, network).named_modules())
    return parts[name if name in parts else f"text_model.{name}"]


def parameter_of(model, target, what="weight"):
    return getattr(module_of(model, target), what)


def kohya(target, *, unet_name=str):
    """A layer's name as sd-scripts writes it; `unet_name` gives Stability's name for diffusers'."""
    network, name = target
    if network == "unet":
        return "lora_unet_" + unet_name(name).replace(".", "_")
    number = {"text_encoder": "1", "text_encoder_2": "2"}[network]
    inner = name if name == "text_projection" else f"text_model.{name}"
    return f"lora_te{number}_{inner}".replace(".", "_")


def dotted(target):
    """As diffusers and PEFT write it."""
    network, name = target
    return f"{network}.{name}" if network == "unet" else f"{network}.text_model.{name}"


KOHYA = {"down": "lora_down.weight", "up": "lora_up.weight", "mid": "lora_mid.weight", "magnitude": "dora_scale"}
PEFT = {"down": "lora_A.weight", "up": "lora_B.weight", "magnitude": "lora_magnitude_vector"}
DIFFUSERS = {"down": "lora.down.weight", "up": "lora.up.weight"}
DIFFUSERS_OLD = {"down": "lora_linear_layer.down.weight", "up": "lora_linear_layer.up.weight"}


def named(layers, spell, parts=None):
    """The tensors of a file: of every layer's parts, by its own name and theirs."""
    parts = parts or {}
    return {
        f"{spell(target)}.{parts.get(part, part)}": tensor
        for target, own in layers.items()
        for part, tensor in own.items()
    }


def processors(layers):
    """As diffusers wrote them until 0.22: the projections of attention in the processor."""
    found = {}
    for target, own in layers.items():
        for part, tensor in own.items():
            name = re.sub(r"\.(to_[qkv]|to_out)(?:\.0)?$", r".processor.\1_lora", dotted(target))
            assert name.endswith("_lora"), name
            found[f"{name}.{part}.weight"] = tensor
    return found


def write(path, tensors, metadata=None, dtype=torch.float32):
    save_file(
        {name: tensor.to(dtype).clone().contiguous() for name, tensor in tensors.items()},
        path,
        {key: value if isinstance(value, str) else json.dumps(value) for key, value in (metadata or {}).items()}
        or None,
    )
    return path


def chance(*shape, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator) * 0.2


def low_rank(weight, *, seed, rank=RANK, alpha=None, middle=False):
    """The parts of a LoRA, of a LoCon where the layer is a convolution, or of the CP form of one."""
    out, into, *sides = weight.shape
    inner = [1] * len(sides) if middle else sides
    parts = {
        "down": chance(rank, into, *inner, seed=seed),
        "up": chance(out, rank, *[1] * len(sides), seed=seed + 1),
    }
    if middle:
        parts["mid"] = chance(rank, rank, *sides, seed=seed + 2)
    return parts | ({} if alpha is None else {"alpha": torch.tensor(float(alpha))})


def by_hand(parts, base):
    """What is added to a weight at a strength of 1, in float64, by the formula of each kind."""
    own = {part: tensor.double().numpy() for part, tensor in parts.items()}
    alpha, shape = own.get("alpha"), tuple(base.shape)
    if "down" in own:
        rank, up = len(own["down"]), own["up"].reshape(shape[0], -1)
        if "mid" in own:
            made = np.einsum("op,pqkl,qi->oikl", up, own["mid"], own["down"].reshape(rank, -1))
        else:
            made = up @ own["down"].reshape(rank, -1)
    elif "hada_w1_a" in own:
        rank, halves = len(own["hada_w1_b"]), []
        for number in "12":
            a, b = own[f"hada_w{number}_a"], own[f"hada_w{number}_b"]
            halves.append(np.einsum("pqkl,po,qi->oikl", own[f"hada_t{number}"], a, b) if "hada_t1" in own else a @ b)
        made = halves[0] * halves[1]
    elif "diff" in own:
        return torch.from_numpy(own["diff"].reshape(shape))
    else:
        first = own["lokr_w1"] if "lokr_w1" in own else own["lokr_w1_a"] @ own["lokr_w1_b"]
        rank = next((len(own[name]) for name in ("lokr_w1_b", "lokr_w2_b") if name in own), None)
        if "lokr_t2" in own:
            second = np.einsum("pqkl,po,qi->oikl", own["lokr_t2"], own["lokr_w2_a"], own["lokr_w2_b"])
        else:
            second = own["lokr_w2"] if "lokr_w2" in own else own["lokr_w2_a"] @ own["lokr_w2_b"]
        rows, columns = first.shape
        second = second.reshape(shape[0] // rows, shape[1] // columns, -1)
        made = np.einsum("ac,bdk->abcdk", first, second)
        if rank is None:
            alpha = None
    made = made.reshape(shape) * (1.0 if alpha is None else alpha / rank)
    if "magnitude" in own:
        before = base.double().numpy()
        changed, axis = before + made, 0 if own["magnitude"].shape[0] == shape[0] else 1
        others = tuple(number for number in range(len(shape)) if number != axis)
        norm = np.sqrt((changed**2).sum(axis=others, keepdims=True))
        made = changed * own["magnitude"].reshape(norm.shape) / norm - before
    return torch.from_numpy(np.ascontiguousarray(made))

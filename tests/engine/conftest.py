"""A loaded tiny model, and diffusers' own pipeline over the same parts to compare with."""

import os
import re

import pytest
import torch

from engine.config import Engine


@pytest.fixture(autouse=True)
def _threads():
    """Torch keeps the thread count that another test left, and rounding depends on it."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


@pytest.fixture(scope="session")
def _first():
    """Name, tensor and what it was at first, of every weight of the shared model; empty until it is loaded."""
    return []


@pytest.fixture(scope="session")
def model(tiny_checkpoint, _first):
    """The tiny checkpoint as the engine loads it, for all tests: who changes its weights takes a copy."""
    from engine.loading import load

    loaded = load(Engine(model=str(tiny_checkpoint), device="cpu"), report=lambda _stage: None)
    for network in (loaded.unet, loaded.vae, loaded.text_encoder, loaded.text_encoder_2):
        _first.extend((name, tensor, tensor.clone()) for name, tensor in network.named_parameters())
    return loaded


@pytest.fixture(autouse=True)
def _weights_stay(_first):
    """A test that changed the shared model fails itself, not one that compares pictures a hundred tests later."""
    yield
    assert [name for name, tensor, first in _first if not torch.equal(tensor, first)] == []


@pytest.fixture(scope="session")
def stock(model, tiny_checkpoint):
    """`StableDiffusionXLPipeline` with a UNet of its own, kept as ours is; its scheduler is the test's to set."""
    from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel

    from engine.placing import place

    pipeline = StableDiffusionXLPipeline(
        vae=model.vae,
        text_encoder=model.text_encoder,
        text_encoder_2=model.text_encoder_2,
        tokenizer=model.tokenizer,
        tokenizer_2=model.tokenizer_2,
        unet=place(UNet2DConditionModel.from_pretrained(tiny_checkpoint / "unet"), model.device, model.dtype),
        scheduler=None,
        add_watermarker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@pytest.fixture(scope="session")
def stock_img2img(stock):
    """`StableDiffusionXLImg2ImgPipeline` over the same parts; its scheduler is the test's to set, too."""
    from diffusers import StableDiffusionXLImg2ImgPipeline

    pipeline = StableDiffusionXLImg2ImgPipeline(**stock.components, add_watermarker=False)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@pytest.fixture(scope="session")
def stock_inpaint(stock):
    """`StableDiffusionXLInpaintPipeline` over the same parts; its scheduler is the test's to set, too."""
    from diffusers import StableDiffusionXLInpaintPipeline

    pipeline = StableDiffusionXLInpaintPipeline(**stock.components, add_watermarker=False)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@pytest.fixture(scope="session")
def diffusers_own(model):
    """Makes a sampler's scheduler as diffusers has it, without what we change."""
    import diffusers

    from engine.samplers import SAMPLERS

    def make(sampler, **changes):
        row = SAMPLERS[sampler]
        made = getattr(diffusers, row.diffusers).from_config(dict(model.scheduler_config) | changes, **row.arguments)
        if sampler == "tcd":  # else the pipeline names an eta of its own, which is 0, and there would be no chance
            made.step = _with_its_own_eta(made.step)
        return made

    return make


def _with_its_own_eta(take):
    def step(model_output, timestep, sample, generator=None, return_dict=True):
        return take(model_output, timestep, sample, generator=generator, return_dict=return_dict)

    return step


@pytest.fixture(autouse=True)
def _inference():
    """As in the worker's thread, nothing here records gradients."""
    with torch.inference_mode():
        yield


@pytest.fixture(scope="session")
def single_file(model, tmp_path_factory):
    """The tiny checkpoint as one file in the original layout, as ComfyUI and WebUI use it."""
    from safetensors.torch import save_file

    weights = {}
    for prefix, module, rename in (
        ("model.diffusion_model.", model.unet, stability_name),
        ("first_stage_model.", model.vae, _vae_name),
        ("conditioner.embedders.0.transformer.text_model.", model.text_encoder, str),
        ("conditioner.embedders.1.model.", model.text_encoder_2, _open_clip_name),
    ):
        weights |= {prefix + rename(name): tensor.clone() for name, tensor in module.state_dict().items()}
    open_clip = "conditioner.embedders.1.model."
    weights[f"{open_clip}text_projection"] = weights.pop(f"{open_clip}text_projection.weight").T.contiguous()
    for query in [name for name in weights if name.startswith(open_clip) and ".q_proj." in name]:
        parts = [weights.pop(query.replace(".q_proj.", f".{part}_proj.")) for part in "qkv"]
        weights[query.replace(".q_proj.", ".in_proj_")] = torch.cat(parts)
    path = tmp_path_factory.mktemp("single") / "tiny.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, path)
    return path


def _rename(name, rules):
    for pattern, replacement in rules:
        name = re.sub(pattern, replacement, name)
    return name


def stability_name(name):
    """Name a tensor of a UNet with one layer a block as the original does; its blocks are counted through."""
    resnet = [
        (r"norm1\.", "in_layers.0."),
        (r"conv1\.", "in_layers.2."),
        (r"norm2\.", "out_layers.0."),
        (r"conv2\.", "out_layers.3."),
        ("time_emb_proj", "emb_layers.1"),
        ("conv_shortcut", "skip_connection"),
    ]
    if "resnets" in name:
        name = _rename(name, resnet)
    name = _rename(
        name,
        [
            (r"^time_embedding\.linear_1", "time_embed.0"),
            (r"^time_embedding\.linear_2", "time_embed.2"),
            (r"^add_embedding\.linear_1", "label_emb.0.0"),
            (r"^add_embedding\.linear_2", "label_emb.0.2"),
            (r"^conv_in", "input_blocks.0.0"),
            (r"^conv_norm_out", "out.0"),
            (r"^conv_out", "out.2"),
            (r"^mid_block\.resnets\.0", "middle_block.0"),
            (r"^mid_block\.attentions\.0", "middle_block.1"),
            (r"^mid_block\.resnets\.1", "middle_block.2"),
        ],
    )
    if match := re.match(r"(down|up)_blocks\.(\d)\.(resnets|attentions|downsamplers|upsamplers)\.(\d)\.(.*)", name):
        side, block, kind, layer, rest = match.groups()
        if side == "down":
            if kind == "downsamplers":
                return f"input_blocks.{2 + 2 * int(block)}.0.{rest.replace('conv', 'op')}"
            place = {"resnets": 0, "attentions": 1}[kind]
            return f"input_blocks.{1 + 2 * int(block) + int(layer)}.{place}.{rest}"
        number = 2 * int(block) + (1 if kind == "upsamplers" else int(layer))
        place = {"resnets": 0, "attentions": 1, "upsamplers": 2}[kind]
        return f"output_blocks.{number}.{place}.{rest}"
    return name


def _vae_name(name):
    last = 3  # of the four blocks, which the original counts from the other end
    name = re.sub(r"up_blocks\.(\d)", lambda match: f"up.{last - int(match[1])}", name)
    return _rename(
        name,
        [
            (r"down_blocks\.", "down."),
            (r"samplers\.0", "sample"),
            (r"mid_block\.resnets\.0", "mid.block_1"),
            (r"mid_block\.resnets\.1", "mid.block_2"),
            (r"mid_block\.attentions\.0", "mid.attn_1"),
            ("resnets", "block"),
            ("conv_shortcut", "nin_shortcut"),
            ("conv_norm_out", "norm_out"),
            ("group_norm", "norm"),
            (r"to_([qkv])\.", r"\1."),
            (r"to_out\.0", "proj_out"),
        ],
    )


def _open_clip_name(name):
    return _rename(
        name,
        [
            (r"^text_model\.embeddings\.position_embedding\.weight", "positional_embedding"),
            (r"^text_model\.embeddings\.", ""),
            (r"^text_model\.final_layer_norm", "ln_final"),
            (r"^text_model\.encoder\.layers\.", "transformer.resblocks."),
            (r"layer_norm([12])", r"ln_\1"),
            (r"\.fc1\.", ".c_fc."),
            (r"\.fc2\.", ".c_proj."),
            (r"\.self_attn\.", ".attn."),
        ],
    )

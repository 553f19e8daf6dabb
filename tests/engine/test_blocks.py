"""Lean blocks against diffusers' own; the whole loop is compared with the stock pipeline elsewhere."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from engine.blocks import EAGER, CachedBlocks
from engine.conditioning import encode
from engine.config import Engine
from engine.denoise import Key, Sample, predict_noise
from engine.model import set_up
from engine.placing import place
from engine.timing import call_unet
from engine.wire import SamplingParams

SIZE = {"width": 64, "height": 96}


@pytest.fixture
def products(model):
    """How often a prompt's keys and values were computed, over all blocks."""
    counted = []
    hooks = [
        block.block.attn2.to_k.register_forward_pre_hook(lambda *_: counted.append(None))
        for block in model.cached_blocks.transformers
    ]
    yield counted
    for hook in hooks:
        hook.remove()


def sample(model, prompt="red hair", guidance=5.0):
    return Sample(
        model,
        encode(model, prompt, "lowres", **SIZE),
        SamplingParams(sampler="euler", num_inference_steps=4, guidance_scale=guidance, **SIZE),
        seed=0,
    )


def test_a_whole_unet_call_has_the_bits_of_diffusers_own(model, stock):
    """Whatever the number of rows and the length of the prompt."""
    for rows, tokens in ((1, 77), (2, 77), (6, 154)):
        inputs = torch.randn(rows, 4, 12, 8), torch.full((rows,), 500.0)
        more = {
            "encoder_hidden_states": torch.randn(rows, tokens, 96),
            "added_cond_kwargs": {"text_embeds": torch.randn(rows, 64), "time_ids": torch.ones(rows, 6)},
        }
        assert torch.equal(model.unet(*inputs, **more).sample, stock.unet(*inputs, **more).sample)


def test_all_blocks_of_sdxl_are_lean(model):
    """None was left as it was because it looked odd."""
    kinds = [type(part).__name__ for part in model.unet.modules()]
    assert len(model.cached_blocks.transformers) == kinds.count("BasicTransformerBlock")
    assert len(model.cached_blocks.resnets) == kinds.count("ResnetBlock2D")


def test_keys_and_values_of_a_prompt_are_computed_once_for_all_steps(model, products):
    """And again when the company of the call changes."""
    one, other = sample(model), sample(model, "blue hair")
    for _ in range(3):
        one.advance(*predict_noise(model, [one]))
    assert len(products) == len(model.cached_blocks.transformers)
    for _ in range(2):
        predict_noise(model, [one, other])
    assert len(products) == 2 * len(model.cached_blocks.transformers)


def test_what_was_forgotten_is_computed_again(model, products):
    """Forgetting gives memory back and changes nothing."""
    one = sample(model)
    first = predict_noise(model, [one])
    model.cached_blocks.forget()
    assert all(block.prompt is None for block in model.cached_blocks.transformers)
    assert torch.equal(*first, *predict_noise(model, [one]))
    assert len(products) == 2 * len(model.cached_blocks.transformers)


class _Attentions(TorchDispatchMode):
    """Collects the shapes of queries and keys."""

    def __init__(self):
        super().__init__()
        self.shapes = set()

    def __torch_dispatch__(self, func, _types, args=(), kwargs=None):
        if "scaled_dot_product" in func.overloadpacket.__name__:
            self.shapes.add((tuple(args[0].shape), tuple(args[1].shape)))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(("asked", "used"), [("", False), ("1", True)])
def test_attention_makes_no_plan_for_every_shape(model, monkeypatch, asked, used):
    """There are new ones with every size and company, and cuDNN would let everybody wait for each of them."""
    monkeypatch.setenv("TORCH_CUDNN_SDPA_AVOID_RECOMPILE", asked)
    before = torch.backends.cuda.cudnn_sdp_enabled()
    set_up(Engine(device="cpu"))
    after = torch.backends.cuda.cudnn_sdp_enabled()
    torch.backends.cuda.enable_cudnn_sdp(before)
    assert after == used
    with _Attentions() as attentions:
        for key, rows in ((Key(96, 64, 1), 2), (Key(64, 96, 1), 4), (Key(96, 64, 2), 2)):
            call_unet(model, key, rows)
    assert len(attentions.shapes) > 3


class _AsOnCuda(TorchDispatchMode):
    """Lets norms answer in the order in which CUDA's do, and counts convolutions that get it, and so copy it."""

    def __init__(self):
        super().__init__()
        self.copies = 0

    def __torch_dispatch__(self, func, _types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if func.overloadpacket is torch.ops.aten.conv2d:
            self.copies += not args[0].is_contiguous(memory_format=torch.channels_last)
        return result.contiguous() if func.overloadpacket is torch.ops.aten.group_norm else result


def test_convolutions_are_fed_in_the_layout_of_their_weights(model):
    """But for the first, the last and those behind a ResNet block's own norms, which compiling keeps in order."""
    unet = type(model.unet).from_config(model.unet.config).eval()
    unet.load_state_dict(model.unet.state_dict())
    unet.to(memory_format=torch.channels_last)
    blocks = CachedBlocks(unet)
    inputs = torch.randn(2, 4, 12, 8), torch.full((2,), 500.0)
    more = {
        "encoder_hidden_states": torch.randn(2, 77, 96),
        "added_cond_kwargs": {"text_embeds": torch.randn(2, 64), "time_ids": torch.ones(2, 6)},
    }
    with _AsOnCuda() as counted:
        drawn = unet(*inputs, **more).sample
    assert counted.copies == 2 * len(blocks.resnets) + 2
    torch.testing.assert_close(drawn, model.unet(*inputs, **more).sample)


class _Divisions(TorchDispatchMode):
    """Counts divisions of whole tensors."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, _types, args=(), kwargs=None):
        self.count += func.overloadpacket is torch.ops.aten.div
        return func(*args, **(kwargs or {}))


def test_a_decoding_has_the_bits_of_diffusers_own(model):
    """And divides nothing by one, but for its one attention."""
    stock = type(model.vae).from_config(model.vae.config).eval()
    stock.load_state_dict(model.vae.state_dict())
    place(stock, model.device, torch.float32)
    latents = torch.randn(1, 4, 12, 8)
    with _Divisions() as before:
        expected = stock.decode(latents).sample
    with _Divisions() as after:
        assert torch.equal(model.vae.decode(latents).sample, expected)
    resnets = sum(type(part).__name__ == "ResnetBlock2D" for part in model.vae.decoder.modules())
    assert before.count - after.count == resnets
    assert after.count <= 1


def test_an_encoding_has_the_bits_of_diffusers_own(model):
    """Pictures that are drawn upon go through it."""
    stock = type(model.vae).from_config(model.vae.config).eval()
    stock.load_state_dict(model.vae.state_dict())
    place(stock, model.device, torch.float32)
    pixels = torch.randn(1, 3, 96, 64)
    assert torch.equal(model.vae.encode(pixels).latent_dist.mode(), stock.encode(pixels).latent_dist.mode())


def test_what_sdxl_does_not_use_is_left_to_diffusers(stock):
    """A mask goes through the block's own forward; a block of another kind stays what it is."""
    unet = type(stock.unet).from_config(stock.unet.config).eval()
    block = next(part for part in unet.modules() if type(part).__name__ == "BasicTransformerBlock")
    states, context = torch.randn(1, 6, block.dim), torch.randn(1, 77, 96)
    mask = torch.zeros(1, 1, 77)
    expected = block(states, encoder_hidden_states=context, encoder_attention_mask=mask)
    block.attn1.rescale_output_factor = 2.0
    assert not CachedBlocks(block).transformers
    block.attn1.rescale_output_factor = 1.0
    assert len(CachedBlocks(block).transformers) == 1
    assert torch.equal(block(states, encoder_hidden_states=context, encoder_attention_mask=mask), expected)


def test_another_computation_can_be_tried_in_one_thread(model):
    """While it is tried, everybody else goes on as before."""
    used = []

    def transformer(*inputs):
        used.append(None)
        return EAGER.transformer(*inputs)

    one = sample(model)
    with model.cached_blocks.trying(EAGER._replace(transformer=transformer)):
        with ThreadPoolExecutor(1) as other:
            expected = other.submit(predict_noise, model, [one]).result()
        assert not used
        assert torch.equal(*predict_noise(model, [one]), *expected)
    assert len(used) == len(model.cached_blocks.transformers)
    predict_noise(model, [one])
    assert len(used) == len(model.cached_blocks.transformers)

"""Weights of queries, keys and values in one piece of memory, against weights that lie apart."""

import torch

from engine.blocks import EAGER, JOINED, CachedBlocks
from engine.denoise import Key
from engine.joined import join, joined
from engine.timing import some_inputs, some_prompt
from engine.unet_call import call_plainly

KEY = Key(height=96, width=64, chunks=2)


def apart(model):
    """The same UNet, nothing of it joined."""
    unet = type(model.unet).from_config(model.unet.config).eval().requires_grad_(requires_grad=False)
    unet.load_state_dict(model.unet.state_dict())
    return unet


def memory_of(unet):
    storages = {part.untyped_storage().data_ptr(): part.untyped_storage().nbytes() for part in unet.parameters()}
    return sum(storages.values())


def test_every_self_attention_of_a_model_is_joined_and_no_cross_attention(model):
    """They read different things there."""
    blocks = [transformer.block for transformer in model.cached_blocks.transformers]
    assert all(joined(block.attn1) is not None for block in blocks)
    assert not any(hasattr(block.attn2, "joined") for block in blocks)


def test_joining_changes_no_bit_of_the_plain_way_and_takes_no_memory(model):
    unet = apart(model)
    CachedBlocks(unet)
    inputs = some_inputs(model, KEY, 3, some_prompt(model, KEY, 3))
    expected, before = call_plainly(unet, inputs), memory_of(unet)
    join(unet)
    assert memory_of(unet) == before
    assert torch.equal(call_plainly(unet, inputs), expected)


def test_one_product_is_what_three_were(model):
    """Within the rounding of another order."""
    inputs = some_inputs(model, KEY, 3, some_prompt(model, KEY, 3))
    with model.cached_blocks.trying(EAGER):
        expected = call_plainly(model.unet, inputs)
    with model.cached_blocks.trying(JOINED):
        torch.testing.assert_close(call_plainly(model.unet, inputs), expected)


def test_weights_that_were_moved_apart_are_not_joined_any_more(model):
    unet = apart(model)
    join(unet)
    attention = next(part for part in unet.modules() if hasattr(part, "joined"))
    assert joined(attention) is not None
    attention.to_q.weight.data = attention.to_q.weight.data.clone()
    assert joined(attention) is None

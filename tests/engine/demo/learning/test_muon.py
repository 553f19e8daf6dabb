"""The optimizer: matrices change as much in every direction, everything else as Adam would have it."""

import pytest
import torch
from torch import nn

from engine.demo.learning.muon import Muon, evened


@pytest.mark.parametrize("shape", [(8, 8), (8, 40), (40, 8)])
def test_every_direction_counts_as_much(shape):
    """However unlike a matrix's singular values are, they come out near 1, and its directions stay."""
    left, values, right = torch.linalg.svd(torch.randn(shape, generator=torch.manual_seed(0)), full_matrices=False)
    steep = left @ torch.diag(values * torch.logspace(0, -1, len(values))) @ right
    found = evened(steep)
    assert found.shape == shape
    assert 0.6 < torch.linalg.svdvals(found).min() <= torch.linalg.svdvals(found).max() < 1.3
    assert torch.nn.functional.cosine_similarity(found.flatten(), (left @ right).flatten(), dim=0) > 0.95


def test_matrices_are_told_from_the_rest():
    """Kernels and layers' weights are matrices; embeddings, biases and what leads to three colours are not."""
    module = nn.ModuleDict({"words": nn.Embedding(9, 8), "kernel": nn.Conv2d(8, 8, 3), "colours": nn.Conv2d(8, 3, 1)})
    led = {group["matrices"]: len(group["params"]) for group in Muon(module, module.parameters()).param_groups}
    assert led == {True: 1, False: 4}


def test_a_step_is_as_long_as_adams():
    """One rate fits both kinds: the first step of Adam changes each number by the rate, Muon's by a fifth of it."""
    layer = nn.Linear(64, 64)
    before = [parameter.detach().clone() for parameter in layer.parameters()]
    optimizer = Muon(layer, layer.parameters())
    layer(torch.randn(256, 64)).square().sum().backward()
    for group in optimizer.param_groups:
        group["lr"] = 0.01
    optimizer.step()
    weight, bias = (
        float((now.detach() - then).square().mean().sqrt())
        for now, then in zip(layer.parameters(), before, strict=True)
    )
    assert bias == pytest.approx(0.01, rel=0.01)
    assert weight == pytest.approx(0.002, rel=0.2)

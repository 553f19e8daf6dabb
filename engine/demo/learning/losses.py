"""How far a drawing is from the one that was wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

_NEAR = 9
"""Pixels along the side of the squares in each of which the steepest step is compared."""


def draw_loss(drawn: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Compare pictures, (B, 3, H, W): colours, edges, and both of them coarser, by how much each place counts."""
    loss = drawn.new_zeros(())
    for scale in (1, 2, 4):
        if scale > 1:
            drawn, wanted, weights = (functional.avg_pool2d(part, 2) for part in (drawn, wanted, weights))
        total = weights.mean()
        loss = loss + (weights * (drawn - wanted).abs()).mean() / total
        for axis in (2, 3):  # a soft edge is a small error of colour and a large one of drawing
            edge = weights.narrow(axis, 1, weights.shape[axis] - 1)
            loss = loss + (edge * (drawn.diff(dim=axis) - wanted.diff(dim=axis)).abs()).mean() / total
    return loss


def steepness_loss(drawn: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Compare the steepest step near each place, (B, 3, H, W), by how much the place counts.

    Where an edge lies a few pixels beside its place, the likeliest picture is a soft one, point by point; one that is
    as steep as it should be, there, is what somebody who looks at it prefers.
    """
    loss, total = drawn.new_zeros(()), weights.mean()
    for axis in (2, 3):
        of_drawn, of_wanted = (_largest(one.diff(dim=axis).abs()) for one in (drawn, wanted))
        place = _largest(weights.narrow(axis, 1, weights.shape[axis] - 1))
        loss = loss + (place * (of_drawn - of_wanted).abs()).mean() / total
    return loss


def _largest(values: Tensor) -> Tensor:
    """Give the largest value near each second place."""
    return functional.max_pool2d(values, _NEAR, stride=2, padding=_NEAR // 2)

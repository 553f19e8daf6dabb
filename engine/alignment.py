"""Lets a network's weights begin in memory on a boundary, wherever they begin in their file.

Weights are mapped, so each begins where its file has it: 16 bytes further on, say, where the header is 16 bytes longer.
Matrix products choose their kernels by that, and kernels round differently: one seed's picture would change with the
length of a header. So on the CPU every weight begins on a boundary, as everything that torch computes does.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

ALIGNMENT = 64
"""Bytes: a cache line, and the widest register. What torch's allocator gives on the CPU (c10/core/alignment.h,
`gAlignment`), and what oneMKL asks for where runs are compared (Developer Guide, "Getting Reproducible Results")."""


def align(network: nn.Module) -> None:
    """Copy what on the CPU does not begin on a boundary, one weight after another; all else stays where it is.

    Nobody pays for two copies: what was mapped is the system's to drop, and goes with the last weight that lay there.
    """
    for tensor in chain(network.parameters(), network.buffers()):
        if not is_aligned(tensor):
            tensor.data = tensor.data.clone()


def is_aligned(tensor: Tensor) -> bool:
    """Tell whether a tensor begins on a boundary; on another device, where this is not our business, all do."""
    return tensor.device.type != "cpu" or tensor.data_ptr() % ALIGNMENT == 0

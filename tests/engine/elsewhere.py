"""A device that is not there: its tensors hold values, and every time the host waits for one or feeds it is counted.

To torch they are on "meta", so whatever mixes them with the host's tensors in a way that a GPU refuses fails here too.
"""

import dataclasses
from collections import Counter

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from engine.blocks import CachedBlocks

DEVICE = torch.device("meta")

ASKING = {"item", "_local_scalar_dense", "is_nonzero", "nonzero", "equal", "linalg_solve", "linalg_solve_ex", "unique"}
"""What a GPU answers only after all work before it: the value decides about the host, or about a shape."""


class Elsewhere(torch.Tensor):
    """A tensor over there; `near` is where its values really are."""

    @staticmethod
    def __new__(cls, near):
        return torch.Tensor._make_wrapper_subclass(
            cls,
            near.shape,
            strides=near.stride(),
            storage_offset=near.storage_offset(),
            dtype=near.dtype,
            device=DEVICE,
        )

    def __init__(self, near):
        self.near = near

    @classmethod
    def __torch_dispatch__(cls, func, _types, args=(), kwargs=None):
        raise AssertionError(f"{func} on the other device while nobody counts")


class Counting(TorchDispatchMode):
    """While it is entered, Elsewhere can be computed with; it counts by the name of the operation."""

    def __init__(self):
        super().__init__()
        self.waits, self.copies = Counter(), Counter()

    def __torch_dispatch__(self, func, _types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        name = func.overloadpacket.__name__
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        far = [tensor for tensor in tensors if isinstance(tensor, Elsewhere)]
        device = kwargs.get("device") or next((arg for arg in args if isinstance(arg, torch.device)), None)
        goes = bool(far) if device is None else torch.device(device) == DEVICE
        if name in {"to", "_to_copy", "copy_"}:
            source = args[0]
            if len(args) > 1 and isinstance(args[1], torch.Tensor):  # x.to(like), or into.copy_(x)
                source, like = (args[1], args[0]) if name == "copy_" else args[:2]
                goes = isinstance(like, Elsewhere)
            self.waits[name] += isinstance(source, Elsewhere) and not goes
            self.copies[name] += goes and not isinstance(source, Elsewhere)
        elif far and name in ASKING:
            self.waits[name] += 1
        elif far and any(tensor.dim() for tensor in tensors if not isinstance(tensor, Elsewhere)):
            raise RuntimeError(f"{func}: expected all tensors to be on the same device")
        result = func(*_here(args), **_here(kwargs))
        return tree_map_only(torch.Tensor, Elsewhere, result) if goes else result


def _here(tree):
    """Replace what is over there by what it really is."""
    tree = tree_map_only(Elsewhere, lambda tensor: tensor.near, tree)
    return tree_map_only(torch.device, lambda _device: torch.device("cpu"), tree)


def move(model):
    """The same model over there."""

    def moved(module):
        copy = module.__class__.from_config(module.config) if hasattr(module, "from_config") else module
        if copy is not module:
            copy.load_state_dict(module.state_dict())
        for part in copy.modules():
            for values in (part._parameters, part._buffers):
                for name, value in values.items():
                    if value is not None:
                        values[name] = Elsewhere(value.detach())
        return copy.eval()

    unet = moved(model.unet)
    return dataclasses.replace(model, device=DEVICE, unet=unet, vae=moved(model.vae), cached_blocks=CachedBlocks(unet))

"""What a CUDA graph does, without a device: the operations of a call, played again over the same memory.

Nothing of Python runs while it is played, and what was not computed while it was recorded is read from where it was.
"""

import itertools

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only


class Recorder(TorchDispatchMode):
    """Records while it is entered."""

    def __init__(self):
        super().__init__()
        self.operations = []

    def __torch_dispatch__(self, func, _types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        self.operations.append((func, args, kwargs or {}, result))
        return result


def record(action):
    """Record what an action computes."""
    with Recorder() as recorder:
        output = action()
    numbers, steps, count = {}, [], itertools.count()
    kept = [result for _, _, _, result in recorder.operations]  # so that no two have the same id while they are named
    for func, args, kwargs, result in recorder.operations:
        named = tree_map_only(torch.Tensor, lambda tensor: numbers.get(id(tensor), tensor), (args, kwargs))
        leaves, _ = tree_flatten(result)
        places = []
        for leaf in leaves:
            if isinstance(leaf, torch.Tensor):
                numbers[id(leaf)] = Number(next(count))
                places.append(numbers[id(leaf)])
        steps.append((func, named, places))
    last = numbers[id(output)]
    del kept
    recorder.operations.clear()  # what was computed in between is forgotten, as on a device

    def play():
        values = {}
        for func, named, places in steps:
            args, kwargs = tree_map_only(Number, values.__getitem__, named)
            leaves, _ = tree_flatten(func(*args, **kwargs))
            values.update(zip(places, (leaf for leaf in leaves if isinstance(leaf, torch.Tensor)), strict=True))
        output.copy_(values[last])
        return output

    return play


class Number(int):
    """Of a tensor that a recording computes."""

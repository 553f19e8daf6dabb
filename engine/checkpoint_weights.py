"""All that sets one checkpoint apart from another of its architecture, on the host; and how a model takes it over.

It is copied into the parameters that are there, so that compiled kernels and recorded steps stay what they are.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from engine import checkpoint, memory
from engine.errors import ModelRefused
from engine.networks import Destinations, read_networks
from engine.transfer import room, staging, synchronize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor, nn

    from engine.checkpoint import Source
    from engine.model import Model
    from engine.networks import Networks

log = logging.getLogger(__name__)

_SAME = ("scaling_factor", "shift_factor", "latents_mean", "latents_std", "hidden_act", "act_fn", "attention_head_dim")
"""What of a network's configuration decides what it computes, and shows in no shape."""


@dataclass(frozen=True, eq=False, repr=False)
class CheckpointWeights:
    """One checkpoint, ready to be copied to where a model is."""

    name: str
    hash: str
    scheduler_config: Mapping[str, Any]
    tensors: Mapping[str, Mapping[str, Tensor]]
    """Of each of its `Networks` by their names; without the VAE where the operator named another one."""

    def __repr__(self) -> str:
        return f"<CheckpointWeights {self.name}>"


def read(source: Source, model: Model, *, another_vae: bool) -> CheckpointWeights:
    """Read another checkpoint onto the host, in the numbers that a model has; may run in any thread.

    Args:
        source: The checkpoint.
        model: Who is to have it.
        another_vae: The model's VAE is not its checkpoint's, and stays.

    Raises:
        ModelLoadError: As `engine.model.read`.
        ModelRefused: It is of another architecture.
    """
    host = torch.device("cpu")
    with torch.inference_mode(mode=False):
        networks = read_networks(source, Destinations(host, host, model.dtype), lambda _stage: None)
        return _collected(source, networks, model, another_vae=another_vae)


def _collected(source: Source, networks: Networks, model: Model, *, another_vae: bool) -> CheckpointWeights:
    """Gather what was read, where it fits a model."""
    tensors: dict[str, dict[str, Tensor]] = {}
    for name, network in networks._asdict().items():
        if name == "vae" and another_vae:
            continue
        own: nn.Module = getattr(model, name)
        _check_same(source, name, network, own)
        tensors[name] = {key: _kept(tensor, model.device) for key, tensor in network.state_dict().items()}
    return CheckpointWeights(source.name, source.hash, checkpoint.scheduler_config(source), tensors)


def apply(model: Model, name: str, weights: CheckpointWeights, clock: Callable[[], float] = time.perf_counter) -> None:
    """Let the model be another checkpoint, without any LoRAs.

    Raises:
        RuntimeError: The device took only a part; nothing can be drawn before a whole one is there.
    """
    begun, applied = clock(), model.checkpoint
    applied.current = None
    model.cached_blocks.changed()
    model.texts.clear()
    model.loras.dropped()
    synchronize(model.device)  # text encoders on the host may still be on their way to it, for the last prompt
    with torch.no_grad():
        for network, tensors in weights.tensors.items():
            own = getattr(model, network).state_dict(keep_vars=True)
            for key, tensor in tensors.items():
                own[key].copy_(tensor, non_blocking=True)
    synchronize(model.device)  # an error of the copies is this job's, and the memory is free again
    model.name, model.hash, model.scheduler_config = weights.name, weights.hash, weights.scheduler_config
    applied.current = name
    applied.switches += 1
    log.info("the checkpoint is %s now, after %.2f s (switch %d)", model.name, clock() - begun, applied.switches)


def _check_same(source: Source, name: str, network: nn.Module, own: nn.Module) -> None:
    theirs, ours = network.state_dict(), own.state_dict()
    wrong = sorted(key for key in {*theirs, *ours} if _shape(theirs.get(key)) != _shape(ours.get(key)))
    if wrong:
        raise ModelRefused(source.name, f"its {name} is of another architecture: {wrong[0]}")
    for key in _SAME:
        first, second = (getattr(one.config, key, None) for one in (network, own))  # pyright: ignore[reportAttributeAccessIssue]  (diffusers' and transformers')
        if first != second:
            raise ModelRefused(source.name, f"its {name} has another {key}: {first} instead of {second}")


def _shape(tensor: Tensor | None) -> torch.Size | None:
    return None if tensor is None else tensor.shape


def _kept(tensor: Tensor, device: torch.device) -> Tensor:
    if not staging(device):
        return tensor.detach()
    try:
        return room(tensor.shape, tensor.dtype, pinned=True).copy_(tensor.detach())
    except (RuntimeError, MemoryError) as error:  # the system refuses to pin so much: the page cache has to do
        if memory.is_loss_of_device(error):
            raise
        return tensor.detach()

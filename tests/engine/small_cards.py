"""A card of so many gigabytes that is not there: it refuses what would not fit, in the words of torch's libraries.

What SDXL needs was computed from the peaks of its operations, at 832×1216 and for every row of a UNet call; a test
draws at a quarter of that size, which stands for it.
"""

import contextlib

from tests.engine import failures

WIDTH, HEIGHT = 208, 304
"""Stand for 832×1216, and tiles of 128 and 64 for the decoder's 512 and 256."""
TILES = (128, 64)

WEIGHTS_GB, ROW_GB, DECODING_GB, WORKSPACE = 7.11, 0.19, 3.9, 1.25
"""UNet, text encoders and the VAE in float32; a row of a call; a decoding in float32, and cuDNN's share on top."""

RESERVED_GB = 1.0
"""CUDA's context, loaded kernels, somebody's desktop."""


class SmallCard:
    """Holds a model; `calls` are the pictures of each UNet call, `decodes` the sizes of each decoding, in pixels."""

    def __init__(self, gigabytes, says):
        self.calls, self.decodes, self.refused = [], [], []
        self._room_gb = (gigabytes - RESERVED_GB) * 2**30 / 1e9 - WEIGHTS_GB
        self._says = says

    @contextlib.contextmanager
    def holding(self, model):
        hooks = [
            model.unet.register_forward_pre_hook(self._call),
            model.vae.decoder.register_forward_pre_hook(self._decode),
        ]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _call(self, _unet, inputs):
        rows = len(inputs[0])
        self._take(ROW_GB * rows * _share(inputs[0]), self.calls, rows // 2, failures.allocator)

    def _decode(self, _decoder, inputs):
        size = inputs[0].shape[-1] * 8, inputs[0].shape[-2] * 8
        self._take(DECODING_GB * WORKSPACE * _share(inputs[0]), self.decodes, size, self._says)

    def _take(self, wanted_gb, kept, what, says):
        if wanted_gb > self._room_gb:
            self.refused.append(what)
            raise says()
        kept.append(what)


def _share(latents):
    return latents.shape[-1] * latents.shape[-2] * 64 / (WIDTH * HEIGHT)

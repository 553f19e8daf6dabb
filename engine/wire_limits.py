"""The limits that several fields of a command have together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.cost import enlarged, steps_taken
from engine.picture_size import MAX_PIXELS, MAX_SIDE
from engine.wire_commands import Describe, Generate
from engine.wire_values import LATENT_BYTES, PIXEL_BYTES, Latents, Pixels

if TYPE_CHECKING:
    from engine.wire_commands import Command, Enlargement, Repaint, SamplingParams, Start


def check(command: Command) -> None:
    """Hold a command to them.

    Raises:
        msgspec.ValidationError: One is broken; it names the field.
    """
    match command:
        case Generate():
            _check_generate(command)
        case Describe(image=image) if len(image.values) != image.width * image.height * PIXEL_BYTES:
            raise _outside(f"Expected {image.width * image.height * PIXEL_BYTES} bytes", "image.values")
        case _:
            pass


def _check_generate(command: Generate) -> None:
    variation = command.variation
    if variation is not None and len(variation.seeds) != len(command.seeds):
        raise _outside(f"Expected {len(command.seeds)} seeds, one for each picture", "variation.seeds")
    if len({lora.name for lora in command.loras}) != len(command.loras):
        raise _outside("Expected each of them once", "loras")
    sampling = command.sampling
    if sampling.width * sampling.height > MAX_PIXELS:
        raise _outside(f"Expected {MAX_PIXELS} pixels at most", "sampling.height")
    if command.start is not None:
        _check_start(command.start, sampling)
    if command.repaint is not None:
        _check_changed(command, "repaint")
        _check_mask(command.repaint, sampling)
    if command.details:
        _check_changed(command, "details")
        _check_details(command)
    if command.enlargement is not None:
        _check_enlargement(command.enlargement, sampling)


def _check_enlargement(enlargement: Enlargement, sampling: SamplingParams) -> None:
    width, height = enlarged(sampling.width, sampling.height, enlargement.factor)
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        expected = f"Expected sides of {MAX_SIDE} and {MAX_PIXELS} pixels at most, not {width}×{height}"
        raise _outside(expected, "enlargement.factor")
    if not steps_taken(sampling.num_inference_steps, enlargement.strength):
        raise _outside(f"Expected one of {sampling.num_inference_steps} steps at least", "enlargement.strength")


def _check_start(start: Start, sampling: SamplingParams) -> None:
    match start.image:
        case Latents(channels=channels, height=height, width=width):
            expected = channels * height * width * LATENT_BYTES
        case Pixels(height=height, width=width):
            if (width, height) != (sampling.width, sampling.height):
                raise _outside(f"Expected {sampling.width}×{sampling.height} pixels as asked for", "start.image")
            expected = width * height * PIXEL_BYTES
    if len(start.image.values) != expected:
        raise _outside(f"Expected {expected} bytes", "start.image.values")
    if start.strength and not steps_taken(sampling.num_inference_steps, start.strength):
        raise _outside(f"Expected one of {sampling.num_inference_steps} steps at least, or 0", "start.strength")


def _check_changed(command: Generate, path: str) -> None:
    """Hold what all have in common that change a part of a picture."""
    start, steps = command.start, command.sampling.num_inference_steps
    if start is None or not isinstance(start.image, Pixels):
        raise _outside("Expected pixels to begin with", path)
    others = [command.repaint, command.enlargement, command.variation, command.details or None]
    if len(others) - others.count(None) > 1:
        raise _outside("Expected one of repaint, details, enlargement and variation", path)
    if not steps_taken(steps, start.strength):
        raise _outside(f"Expected one of {steps} steps at least", "start.strength")


def _check_mask(repaint: Repaint, sampling: SamplingParams) -> None:
    if len(repaint.mask) != (pixels := sampling.width * sampling.height):
        raise _outside(f"Expected {pixels} bytes", "repaint.mask")
    if repaint.mask.count(0) == pixels:
        raise _outside("Expected something that is drawn anew", "repaint.mask")


def _check_details(command: Generate) -> None:
    width, height = command.sampling.width, command.sampling.height
    for number, box in enumerate(command.details):
        if box.left + box.width > width or box.top + box.height > height:
            raise _outside(f"Expected a part of {width}×{height} pixels", f"details[{number}]")


def _outside(expected: str, path: str) -> msgspec.ValidationError:
    return msgspec.ValidationError(f"{expected} - at `$.{path}`")

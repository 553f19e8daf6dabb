"""Finds faces: with the small detector that is built in, or with one that the configuration names by path.

Nothing under the AGPL is needed for either.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image

from engine import processors
from engine.errors import ModelLoadError
from engine.wire import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from engine import config

FindFaces: TypeAlias = "Callable[[NDArray[np.uint8]], tuple[Box, ...]]"
"""From pixels, (H, W, 3), to boxes in them, the largest first."""

OVERLAP = 0.5
"""Of two boxes that share so much (of both together) the less sure one is the same face."""

_FOREHEAD, _CHIN = 1.0, 1.2
"""From a face's middle, in halves of its width, as the drawings have them."""

_GREY = 114
_CORNERS = 4


def load(settings: config.Faces, report: Callable[[str], None]) -> FindFaces | None:
    """Read what finds faces; None where nothing is to look for them.

    Args:
        settings: Their path is taken as it is, so a relative one must have been resolved.
        report: Told the stage, in words for an operator.

    Raises:
        ModelLoadError: With one line that names the path and what was expected.
    """
    if settings.by == "none":
        return None
    report("reading the face detector")
    match settings.by:
        case "built-in":
            return _built_in()
        case "onnx":
            return _onnx(settings)
        case "detection":
            return _detection(settings)


def _built_in() -> FindFaces:
    """Compare with the mean face of this project's own drawings: frontal faces in flat colours, and few others."""
    from engine.demo.illustrator.faces import find_faces

    def find(pixels: NDArray[np.uint8]) -> tuple[Box, ...]:
        found = find_faces(Image.fromarray(pixels))
        corners = [
            (one.x - one.unit, one.y - _FOREHEAD * one.unit, one.x + one.unit, one.y + _CHIN * one.unit)
            for one in found
        ]
        return _chosen(np.array(corners).reshape(-1, _CORNERS), np.array([one.alike for one in found]), pixels)

    return find


def _onnx(settings: config.Faces) -> FindFaces:
    """Read a network with one square input and one output of boxes: (1, 4 + classes, boxes) or turned around.

    Each box is middle, width and height in pixels of the square, and then a score for each class: the layout that
    detectors are exported in most.
    """
    try:
        onnxruntime: Any = import_module("onnxruntime")
        native: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    except ModuleNotFoundError as error:
        raise ModelLoadError(
            'engine.faces.by = "onnx" needs the package onnxruntime, which the extra "tagger" installs'
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = processors.for_rating()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(settings.path, options, providers=["CPUExecutionProvider"])
    except (
        *(native.Fail, native.InvalidArgument, native.InvalidGraph, native.InvalidProtobuf, native.NoSuchFile),
        *(native.NotImplemented, native.RuntimeException),
    ) as error:
        raise ModelLoadError(f"{settings.path}: expected a detector: {' '.join(str(error).split())}") from error
    (taken, *more), (given, *others) = session.get_inputs(), session.get_outputs()
    side = taken.shape[-1] if isinstance(taken.shape[-1], int) else 640
    if more or others or len(taken.shape) != 4 or len(given.shape) != 3:  # noqa: PLR2004  dimensions
        raise ModelLoadError(f"{settings.path}: expected one input of pixels and one output of boxes")

    def find(pixels: NDArray[np.uint8]) -> tuple[Box, ...]:
        square, shrink = _squared(pixels, side)
        (found,) = session.run([given.name], {taken.name: square})[0]
        rows = found.T if found.shape[0] < found.shape[1] else found
        scores = rows[:, _CORNERS:].max(axis=1)
        sure = scores >= settings.confidence
        x, y, width, height = (rows[sure, :_CORNERS] / shrink).T
        corners = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
        return _chosen(corners, scores[sure], pixels)

    return find


def _squared(pixels: NDArray[np.uint8], side: int) -> tuple[NDArray[np.float32], float]:
    """Shrink a picture into the upper left corner of a grey square, (1, 3, side, side), 0 … 1."""
    picture = Image.fromarray(pixels)
    shrink = side / max(picture.size)
    size = (max(1, round(picture.width * shrink)), max(1, round(picture.height * shrink)))
    square = Image.new("RGB", (side, side), (_GREY,) * 3)
    square.paste(picture.resize(size, Image.Resampling.BILINEAR))
    return np.ascontiguousarray(np.asarray(square, np.float32).transpose(2, 0, 1)[None] / np.float32(255)), shrink


def _detection(settings: config.Faces) -> FindFaces:
    """Read a folder of transformers' object detection; never pickle, never the hub."""
    import torch
    from safetensors import SafetensorError
    from transformers import AutoImageProcessor, AutoModelForObjectDetection

    folder = settings.path
    try:
        processor: Any = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
        model: Any = AutoModelForObjectDetection.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (
        *(OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ImportError, SafetensorError),
    ) as error:
        line = " ".join(str(error).split())
        raise ModelLoadError(f"{folder}: expected an object detector of transformers: {line}") from error
    model.eval()

    def find(pixels: NDArray[np.uint8]) -> tuple[Box, ...]:
        with torch.inference_mode():
            outputs = model(**processor(images=Image.fromarray(pixels), return_tensors="pt"))
            (found,) = processor.post_process_object_detection(
                outputs, threshold=settings.confidence, target_sizes=[pixels.shape[:2]]
            )
        return _chosen(found["boxes"].numpy(), found["scores"].numpy(), pixels)

    return find


def _chosen(corners: NDArray, scores: NDArray, pixels: NDArray[np.uint8]) -> tuple[Box, ...]:
    """Keep of boxes that are one face the surest, within the picture; the largest first.

    Args:
        corners: (boxes, 4): left, top, right and bottom.
        scores: (boxes,)
        pixels: (H, W, 3)
    """
    height, width, _ = pixels.shape
    limits = np.array([width, height, width, height])
    kept: list[NDArray] = []
    for number in np.argsort(-scores):
        one = np.clip(np.rint(np.nan_to_num(corners[number])), 0, limits).astype(int)
        if one[2] > one[0] and one[3] > one[1] and all(_shared(one, other) < OVERLAP for other in kept):
            kept.append(one)
    boxes = [
        Box(left=int(left), top=int(top), width=int(right - left), height=int(bottom - top))
        for left, top, right, bottom in kept
    ]
    return tuple(sorted(boxes, key=lambda box: -box.width * box.height))


def _shared(one: NDArray, other: NDArray) -> float:
    """Say how much two boxes share of all that they cover."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    both = float(np.prod(np.maximum(sides, 0)))
    area = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]))
    return both / (area - both)

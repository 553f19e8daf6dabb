"""Rates pictures with any image classifier of transformers, whose labels the configuration says in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from transformers import AutoImageProcessor, AutoModelForImageClassification

from engine.alignment import align
from engine.errors import ModelLoadError
from engine.rating import ORDER, weigh

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.config import PictureRating
    from engine.rating import Rate, Rated
    from engine.wire import Rating

MINOR = "minor"
"""What a label stands for by which a child is recognised; the others stand for ratings."""

THREADS = 2
"""Of the CPU; the GPU's work needs the others."""

_LIBRARY_ERRORS = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ImportError, SafetensorError)
"""What transformers raises on a folder whose content is not what its names say."""


def load(settings: PictureRating) -> Rate:
    """Read a classifier and its image processor out of a folder; never pickle, never the hub.

    Raises:
        ModelLoadError: It cannot be read, or the configuration does not say what each of its labels means.
    """
    folder = settings.folder
    try:
        processor: Any = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
        model, info = AutoModelForImageClassification.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except _LIBRARY_ERRORS as error:
        line = " ".join(str(error).split())
        raise ModelLoadError(f"{folder}: expected an image classifier of transformers: {line}") from error
    if info["missing_keys"] or info["mismatched_keys"]:
        raise ModelLoadError(f"{folder}: expected an image classifier, and some of its tensors are missing")
    labels = [str(model.config.id2label[number]) for number in range(model.config.num_labels)]
    if set(labels) != set(settings.labels):
        raise ModelLoadError(
            f"{folder}: engine.rating.labels must say what each of its labels means and no others: {', '.join(labels)}"
        )
    if not set(settings.labels.values()) & {*ORDER}:
        raise ModelLoadError(f"{folder}: none of engine.rating.labels stands for a rating")
    align(model)
    return _Classifier(processor, model.eval(), labels, settings).rate


class _Classifier:
    def __init__(self, processor: Any, model: Any, labels: list[str], settings: PictureRating) -> None:
        self._processor = processor
        self._model = model
        self._labels = labels
        self._settings = settings
        several = model.config.problem_type == "multi_label_classification"
        self._scores = torch.sigmoid if several else lambda logits: torch.softmax(logits, dim=-1)

    def rate(self, pixels: NDArray[np.uint8]) -> Rated:
        torch.set_num_threads(THREADS)  # torch keeps this setting, and the next, for each thread
        with torch.inference_mode():
            inputs = self._processor(pixels, return_tensors="pt", input_data_format="channels_last")
            scores = self._scores(self._model(**inputs).logits[0].float()).tolist()
        shares: dict[Rating, float] = {}
        minor: dict[str, float] = {}
        for label, score in zip(self._labels, scores, strict=True):
            meaning = self._settings.labels[label]
            if meaning == MINOR:
                minor[label] = score
            else:
                shares[meaning] = shares.get(meaning, 0.0) + score
        return weigh(shares, minor, self._settings)

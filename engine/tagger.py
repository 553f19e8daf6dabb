"""Rates pictures with a WD v3 tagger: the four ratings of Danbooru and the tags by which a child is recognised."""

from __future__ import annotations

import csv
import logging
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PIL import Image

from engine import processors
from engine.errors import ModelLoadError, RatingFailed
from engine.rating import weigh
from engine.wire import MAX_TAGS, Tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.config import PictureRating
    from engine.rating import Rate, Rated
    from engine.wire import Rating

log = logging.getLogger(__name__)

RATINGS: Mapping[str, Rating] = {
    "general": "safe",
    "sensitive": "sensitive",
    "questionable": "nsfw",
    "explicit": "explicit",
}
"""Danbooru's names, as ``selected_tags.csv`` has them, and the model's own."""

MINOR_TAGS = frozenset(
    {
        *("loli", "shota", "oppai_loli", "toddlercon", "lolidom", "onee-loli", "onee-shota", "onii-shota"),
        *("child", "female_child", "male_child", "toddler", "baby", "aged_down", "age_regression"),
        *("kindergarten_uniform", "elementary_school_student", "randoseru"),
    }
)
"""Danbooru's tags for children, for whom it draws as some, and for what only children wear."""

_RATING_CATEGORY = "9"
"""Of the four rows of ``selected_tags.csv`` that are ratings."""

_KINDS: Mapping[str, Literal["general", "character"]] = {"0": "general", "4": "character"}
"""Likewise of tags that say what is to be seen."""

SURE = {"general": 0.35, "character": 0.85}
"""From which score on a tag is named: those of SmilingWolf's space ``wd-tagger``."""
_WHITE = (255, 255, 255)
_NHWC = 4


def load(settings: PictureRating) -> Rate:
    """Read ``model.onnx`` and ``selected_tags.csv`` out of the folder.

    Raises:
        ModelLoadError: onnxruntime is not installed, a file is missing, or the two do not belong together.
    """
    try:
        onnxruntime: Any = import_module("onnxruntime")
        native: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    except ModuleNotFoundError as error:
        raise ModelLoadError(
            'engine.rating.by = "wd" needs the package onnxruntime, which the extra "tagger" installs'
        ) from error
    folder = Path(settings.folder)
    rows = _rows(folder / "selected_tags.csv")
    model, names = folder / "model.onnx", _names(folder / "selected_tags.csv", rows)
    if not model.is_file():
        raise ModelLoadError(f"{model}: expected the network of a WD v3 tagger, and there is no such file")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = processors.for_rating()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a waiting thread takes no time
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except (
        *(native.Fail, native.InvalidArgument, native.InvalidGraph, native.InvalidProtobuf, native.NoSuchFile),
        *(native.NotImplemented, native.RuntimeException),
    ) as error:
        line = " ".join(str(error).split())
        raise ModelLoadError(f"{model}: expected the network of a WD v3 tagger: {line}") from error
    return _Tagger(session, names, _seen(rows), settings).rate


def _rows(path: Path) -> list[tuple[str, str]]:
    """Read name and category of each number of the network's output."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [(row["name"], row["category"]) for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise ModelLoadError(f"{path}: expected a table with the columns name and category: {error!r}") from error


def _seen(rows: list[tuple[str, str]]) -> dict[int, tuple[str, Literal["general", "character"]]]:
    """List the tags that say what is to be seen, with their kind."""
    return {number: (name, _KINDS[kind]) for number, (name, kind) in enumerate(rows) if kind in _KINDS}


def _names(path: Path, rows: list[tuple[str, str]]) -> list[str]:
    """Say what each number of the network's output is about: a rating, a tag that matters, or "" for all others."""
    ratings = {name for name, category in rows if category == _RATING_CATEGORY}
    if ratings != set(RATINGS):
        raise ModelLoadError(f"{path}: expected the ratings {', '.join(RATINGS)}, and it has {sorted(ratings)}")
    if not any(name in MINOR_TAGS for name, _ in rows):
        raise ModelLoadError(f"{path}: expected tags by which children are recognised, such as child, and it has none")
    return [name if category == _RATING_CATEGORY or name in MINOR_TAGS else "" for name, category in rows]


class _Tagger:
    def __init__(
        self,
        session: Any,
        names: list[str],
        seen: dict[int, tuple[str, Literal["general", "character"]]],
        settings: PictureRating,
    ) -> None:
        self._session = session
        self._seen = seen
        self._settings = settings
        self._ratings: dict[int, Rating] = {
            number: RATINGS[name] for number, name in enumerate(names) if name in RATINGS
        }
        found = sorted(name for name in names if name in MINOR_TAGS)
        absent = sorted(MINOR_TAGS.difference(found))
        log.info(
            "of the tags for children the tagger has %s; it lacks %s", ", ".join(found), ", ".join(absent) or "none"
        )
        self._minors = {number: name for number, name in enumerate(names) if name in MINOR_TAGS}
        (taken,), (given, *_) = session.get_inputs(), session.get_outputs()
        self._input, self._output = taken.name, given.name
        shape = taken.shape
        if len(shape) != _NHWC or not isinstance(shape[1], int) or shape[1] != shape[2]:
            raise ModelLoadError(f"{settings.folder}: expected a network that takes squares, and it takes {shape}")
        if given.shape[-1] != len(names):
            raise ModelLoadError(
                f"{settings.folder}: the network gives {given.shape[-1]} scores, and selected_tags.csv names "
                f"{len(names)}"
            )
        self._side: int = shape[1]

    def rate(self, pixels: NDArray[np.uint8]) -> Rated:
        (scores,) = self._session.run([self._output], {self._input: prepare(pixels, self._side)})[0]
        if not ((scores >= 0) & (scores <= 1)).all():  # NaN included
            raise RatingFailed("the tagger's scores are not between 0 and 1")
        shares: dict[Rating, float] = {rating: float(scores[number]) for number, rating in self._ratings.items()}
        rated = weigh(shares, {name: float(scores[number]) for number, name in self._minors.items()}, self._settings)
        return replace(rated, tags=self._tags(scores))

    def _tags(self, scores: NDArray[np.float32]) -> tuple[Tag, ...]:
        """Name what it is sure of, the surest first."""
        likely: list[int] = np.flatnonzero(scores >= min(SURE.values())).tolist()
        tags = (
            Tag(name=name, kind=kind, share=float(scores[number]))
            for number in likely
            for name, kind in [self._seen.get(number, ("", "general"))]
            if name and scores[number] >= SURE[kind]
        )
        return tuple(sorted(tags, key=lambda tag: -tag.share))[:MAX_TAGS]


def prepare(pixels: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Give pixels, (H, W, 3), as a WD v3 tagger was trained to see them, (1, side, side, 3).

    In the middle of a white square, that brought to size; blue first; 0 … 255 (SmilingWolf's published inference code,
    the space ``wd-tagger``).
    """
    picture = Image.fromarray(pixels)
    longer = max(picture.size)
    square = Image.new("RGB", (longer, longer), _WHITE)
    square.paste(picture, ((longer - picture.width) // 2, (longer - picture.height) // 2))
    if longer != side:
        square = square.resize((side, side), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(square, dtype=np.float32)[None, :, :, ::-1])

"""An operator's own pictures through the picture filter, and what would be dropped of them at which threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from engine.errors import RatingFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from engine.config import PictureRating
    from engine.rating import Rate, Rated

SUFFIXES = (".png", ".webp", ".jpg", ".jpeg")
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
MINOR_THRESHOLDS = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


def rate_folder(folder: Path, rate: Rate, report: Callable[[str], None]) -> Mapping[str, Rated]:
    """Rate every picture of a folder, by name; what cannot be read or rated is reported and left out.

    Raises:
        OSError: There is no such folder.
    """
    rated: dict[str, Rated] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES):
        try:
            rated[path.name] = rate(_pixels(path))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # as Pillow raises
            report(f"{path.name}: cannot be read as a picture: {error}")
        except RatingFailed as error:
            report(f"{path.name}: {error}")
    return rated


def table(rated: Mapping[str, Rated], settings: PictureRating) -> list[str]:
    """Write what each picture is rated, and how many would be dropped where only safe ones are shown."""
    lines = [
        f"{name}: {one.rating}{', like a child' if one.minor_like else ''} ({one.evidence})"
        for name, one in rated.items()
    ]
    lines += ["", f"Of {len(rated)} pictures, dropped in a safe channel if engine.rating.sensitive were:"]
    for threshold in THRESHOLDS:
        dropped = sum(_above_safe(one, threshold) for one in rated.values())
        lines.append(
            f"{threshold:.2f}  {dropped:5}  {dropped / len(rated):4.0%}{_mark(threshold == settings.sensitive)}"
        )
    lines += ["", "Called like a child if engine.rating.minor were:"]
    for threshold in MINOR_THRESHOLDS:
        called = sum(one.minor >= threshold for one in rated.values())
        lines.append(f"{threshold:.2f}  {called:5}  {called / len(rated):4.0%}{_mark(threshold == settings.minor)}")
    return lines


def _above_safe(one: Rated, threshold: float) -> bool:
    """Tell whether a picture would be above safe: by the threshold, or by the model's own answer."""
    _, sensitive, nsfw, explicit = one.at_least
    answers = (1 - sensitive, sensitive - nsfw, nsfw - explicit, explicit)
    return sensitive >= threshold or max(answers[1:]) >= answers[0]


def _mark(configured: bool) -> str:
    return "  as configured" if configured else ""


def _pixels(path: Path) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))

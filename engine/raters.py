"""Loads what rates the pictures, as the configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine import config
    from engine.rating import Rate


def load(settings: config.PictureRating, report: Callable[[str], None]) -> Rate | None:
    """Read what rates the pictures; None where the configuration names nothing.

    Args:
        settings: Their folder is taken as it is, so a relative one must have been resolved.
        report: Told the stage, in words for an operator.

    Raises:
        ModelLoadError: With one line that names the path and what was expected.
    """
    match settings.by:
        case "wd":
            from engine import tagger

            report("reading the picture tagger")
            return tagger.load(settings)
        case "classifier":
            from engine import classifier

            report("reading the picture classifier")
            return classifier.load(settings)
        case "none" | "":
            return None

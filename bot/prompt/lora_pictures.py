"""What LoRAs make, in pictures that the operator put beside their rules; nobody else's picture is ever shown so."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bot.prompt.loras import KnownLoras
    from bot.request import Request

log = logging.getLogger(__name__)

MAX_BYTES = 4 * 1024 * 1024
"""Of each: three of them are within what Discord takes everywhere."""

_KINDS = {b"\x89PNG\r\n": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp"}
"""How files begin that Discord shows."""


class LoraPicture(NamedTuple):
    """One, ready to be sent."""

    title: str
    data: bytes
    suffix: str


class LoraPictures:
    """Read from the disk whenever they are asked for, so not in an event loop."""

    def __init__(self, loras: KnownLoras, folder: Path | None) -> None:
        """Know where they are.

        Args:
            loras: Names the files.
            folder: Of the operator's rules; None: there are none, and so no pictures.
        """
        self._loras = loras
        self._folder = folder

    def of(self, request: Request) -> tuple[LoraPicture, ...]:
        """Give those of a request that may be drawn where it is asked for; what cannot be read is logged."""
        found = (self._read(one.name) for one in request.loras)
        return tuple(picture for picture in found if picture is not None)

    def _read(self, name: str) -> LoraPicture | None:
        rule = self._loras.rule(name)
        if self._folder is None or not rule.picture:
            return None
        path = self._folder / Path(rule.picture).expanduser()
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            log.warning('LoRA "%s": its picture cannot be read: %s', name, error)
            return None
        suffix = next((kind for begins, kind in _KINDS.items() if data.startswith(begins)), "")
        if not suffix or len(data) > MAX_BYTES:
            log.warning('LoRA "%s": %s is no PNG, JPEG or WebP of %d MB at most', name, path, MAX_BYTES // 1024**2)
            return None
        return LoraPicture(rule.title or name, data, suffix)

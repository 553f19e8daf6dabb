"""What LoRAs there are: the files of a folder by their headers, looked at again and again while the engine runs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from engine import lora_header
from engine.errors import LoraRefused
from engine.wire import MAX_LORA_NAME, FoundLora

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Between two looks into the folder."""

MAX_FILES = 500
"""More are not offered: a message says all of them."""


class _Seen(NamedTuple):
    """A file as it was when it was looked at."""

    size: int
    changed_ns: int
    inode: int


class LoraCatalogue:
    """The LoRAs of one folder; only what is new or was changed is read again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[_Seen, FoundLora]] = {}

    def look(self) -> tuple[FoundLora, ...]:
        """List what is there, by name; it reads whole files, so not in an event loop.

        What cannot be used is listed with the reason, and logged once. A folder that cannot be read is empty.
        """
        found: dict[str, tuple[_Seen, FoundLora]] = {}
        try:
            paths = sorted(path for path in self._folder.iterdir() if path.suffix == ".safetensors")
        except OSError as error:
            if self._known:
                log.warning("%s: cannot be read: %s; no LoRA is offered", self._folder, error.strerror)
            paths = []
        for path in paths[:MAX_FILES]:
            try:
                status = path.stat()
            except OSError:
                continue  # it went away meanwhile
            seen = _Seen(status.st_size, status.st_mtime_ns, status.st_ino)
            known = self._known.get(path.name)
            if known is not None and known[0] == seen:
                found[path.name] = known
                continue
            one = _read(path)
            if one.wrong:
                log.warning("LoRA %s: %s", path.name, one.wrong)
            found[path.name] = seen, one
        self._known = found
        return tuple(one for _, one in found.values())


def _read(path: Path) -> FoundLora:
    name = path.stem[:MAX_LORA_NAME]
    if name != path.stem or not name.strip() or any(letter in name for letter in ":;<>,") or not name.isprintable():
        return FoundLora(name=name or "?", wrong="its name is too long, or has one of : ; < > , in it")
    try:
        outline = lora_header.read(path)
        lora_header.alphas(outline)
        digest = lora_header.sha256(outline)
    except LoraRefused as error:
        return FoundLora(name=name, wrong=error.why)
    return FoundLora(
        name=name,
        hash=digest[: lora_header.HASH_DIGITS],
        title=lora_header.title(outline),
        words=lora_header.words(outline),
        base=lora_header.base(outline),
        texts=any(network != "unet" for network in outline.networks),
    )

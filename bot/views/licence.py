"""The licence of the model that is drawn with: that of Animagine XL, or the one that the operator names."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import ConfigError
from bot.prompt.models import BASE
from engine import textfile

if TYPE_CHECKING:
    from bot.config import Config, TermsSettings
    from engine.config import ModelEntry

_FILE = "openrail++-m.txt"
"""Word for word as in github.com/Stability-AI/generative-models, ``model_licenses/LICENSE-SDXL1.0`` at commit
953831438e7cdcc80e3de19b3adc0b6eb9663296; the model card names this licence without changes."""


class Licence(NamedTuple):
    """What people read of it."""

    name: str
    url: str
    text: bytes
    """The licence itself, as a file."""
    own_words: bool = False
    """Its restrictions are those that the terms say in our words."""

    @property
    def mark(self) -> str:
        """Tell licences apart by their very text: another one is accepted anew."""
        return hashlib.sha256(self.name.encode() + b"\0" + self.text).hexdigest()[:8]


@cache
def of_animagine() -> Licence:
    """Read the licence that comes with the bot."""
    return Licence(
        "CreativeML Open RAIL++-M",
        "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md",
        resources.files("bot").joinpath(_FILE).read_bytes(),
        own_words=True,
    )


def of_the_model(config: Config) -> Licence:
    """Give the licence that the configuration names, else Animagine's.

    Raises:
        ConfigError: The file with its text cannot be read.
    """
    if not config.bot.terms.licence:
        return of_animagine()
    return _read(config, config.bot.terms, "$.bot.terms.licence_file")


def of_models(config: Config) -> dict[str, Licence]:
    """Give the licence of each checkpoint that has one of its own, by its name in requests.

    Raises:
        ConfigError: As `of_the_model`.
    """
    base = config.model.base
    return {
        BASE if entry is base else entry.name: _read(config, entry, f"$.engine.models: {entry.name}: licence_file")
        for entry in config.model.models
        if entry.licence
    }


def _read(config: Config, named: TermsSettings | ModelEntry, key: str) -> Licence:
    try:
        text = textfile.read(config.resolve(named.licence_file))
    except textfile.TextFileError as error:
        raise ConfigError(f"{config.path}: {key}: {error}") from error
    return Licence(named.licence, named.licence_url, text.encode())

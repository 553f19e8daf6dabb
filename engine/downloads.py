"""The table of what can be fetched, and which of it a configuration needs; knows no network."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from msgspec import Meta, Struct

from engine import textfile
from engine.config import HUB_ID, VAE_OF_THE_CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.config import Engine

HUB = "https://huggingface.co"

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, Meta(pattern=r"^[0-9a-f]{40}$")]


class DownloadFile(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    bytes: Annotated[int, Meta(gt=0)]
    sha256: Digest


class Download(Struct, frozen=True, forbid_unknown_fields=True):
    """What one name stands for."""

    about: str
    repository: str
    commit: Commit
    files: Annotated[tuple[DownloadFile, ...], Meta(min_length=1)]
    folder: str = ""
    """Which the files have to themselves; "" puts them beside others."""

    @property
    def page(self) -> str:
        """Where terms are accepted, of a repository that wants that."""
        return f"{HUB}/{self.repository}"

    def url(self, file: DownloadFile, endpoint: str = HUB) -> str:
        """Give the address of a file on the hub, or on a mirror of it."""
        return f"{endpoint.rstrip('/')}/{self.repository}/resolve/{self.commit}/{file.name}"


class Wanted(NamedTuple):
    """A file of the table and where it belongs."""

    name: str
    download: Download
    file: DownloadFile
    target: Path


class Needs(NamedTuple):
    """What a configuration names that is not there."""

    wanted: list[Wanted]
    unknown: list[str]
    """Sentences about what is not there and not in the table."""


@cache
def table() -> Mapping[str, Download]:
    """Read the table that comes with the program."""
    return textfile.read_toml(Path(__file__).with_name("downloads.toml"), dict[str, Download])


def wanted(name: str, into: Path) -> list[Wanted]:
    """List the files of a name, in a folder for models."""
    download = table()[name]
    return [Wanted(name, download, file, into / download.folder / file.name) for file in download.files]


def needs(engine: Engine, beside: Path) -> Needs:
    """List what a configuration needs; what is there already is listed too, to be verified.

    A path is known by its last part: the file of a checkpoint, the folder of a tagger or a VAE.

    Args:
        engine: As `engine.config.load` gives it.
        beside: The folder of the configuration file.
    """
    found: list[Wanted] = []
    unknown: list[str] = []
    model = textfile.beside(beside, engine.model)
    by_file = {one.files[0].name: name for name, one in table().items() if not one.folder}
    if model.name in by_file:
        found += wanted(by_file[model.name], model.parent)
    elif not model.exists() and HUB_ID.fullmatch(engine.model) and model.suffix != ".safetensors":
        unknown.append(
            f"engine.model: {engine.model} is a hub id, which the engine fetches itself; name a file instead"
        )
    elif not model.exists():
        unknown.append(f"engine.model: {model} is not there, and no file of the table")
    folders = {"engine.rating.folder": engine.rating.folder if engine.rating.by == "wd" else ""}
    folders["engine.vae"] = "" if engine.vae in VAE_OF_THE_CHECKPOINT else engine.vae
    for key, value in folders.items():
        folder = textfile.beside(beside, value)
        if value and folder.name in table() and table()[folder.name].folder:
            found += wanted(folder.name, folder.parent)
        elif value and not folder.exists():
            unknown.append(f"{key}: {value} is not there, and no folder of the table")
    return Needs(found, unknown)

"""The questions of the set-up: each has a flag, what is offered, and a check that says in a sentence what is wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Engine
from bot.doctor.machine import existing
from engine import card, downloads, textfile

if TYPE_CHECKING:
    from collections.abc import Callable

NONE = "none"
CARDS = ("auto", "cuda", "mps", "cpu")
_MAX_CONTACT_CHARS = 300
_TAGGER_FILES = ("model.onnx", "selected_tags.csv")


@dataclass(frozen=True, kw_only=True)
class SetupQuestion:
    """One thing to be asked."""

    flag: str
    text: str
    check: Callable[[str], str]
    """Gives what is wrong with an answer, "" where nothing is."""
    offered: str = ""
    """Taken where somebody only presses Enter; "" offers nothing."""
    secret: bool = False


def contact(offered: str) -> SetupQuestion:
    return SetupQuestion(
        flag="--contact",
        text="How do people reach you? /about shows it, such as @you or a mail address.",
        offered=offered,
        check=_contact,
    )


def _contact(answer: str) -> str:
    if not answer.strip():
        return "say how people reach you: somebody will want to tell you that something is wrong"
    return f"at most {_MAX_CONTACT_CHARS} letters" if len(answer) > _MAX_CONTACT_CHARS else ""


def which_card(offered: str, system: card.System) -> SetupQuestion:
    found = {card.NVIDIA: "NVIDIA's", card.AMD: "AMD's"}
    there = " and ".join(f"one of {found[one]}" for one in sorted(card.vendors(system))) or "none"
    return SetupQuestion(
        flag="--card",
        text=f"What draws? {', '.join(CARDS)}; graphics cards that were found: {there}.",
        offered=offered,
        check=lambda answer: _card(answer, system),
    )


def _card(answer: str, system: card.System) -> str:
    if answer not in CARDS:
        return f"choose one of {', '.join(CARDS)}"
    if answer == "cuda" and not card.vendors(system):
        return "no graphics card was found here; auto takes what there is"
    return ""


def checkpoints() -> list[str]:
    """Name the checkpoints that can be downloaded."""
    return [name for name, one in downloads.table().items() if not one.folder]


def checkpoint(offered: str) -> SetupQuestion:
    listed = ", ".join(f"{name} ({downloads.table()[name].files[0].bytes / 1e9:.1f} GB)" for name in checkpoints())
    return SetupQuestion(
        flag="--checkpoint",
        text=f"Which checkpoint? A name to download ({listed}), or a .safetensors file or folder that you have.",
        offered=offered,
        check=_checkpoint,
    )


def _checkpoint(answer: str) -> str:
    if answer in checkpoints():
        return ""
    path, wrong = _path(answer)
    if wrong:
        return wrong
    if path.is_file() and path.suffix == ".safetensors":
        return ""
    if (path / "model_index.json").is_file():
        return ""
    return f"{answer} is no name of the table, no .safetensors file and no folder in diffusers layout"


def tagger(offered: str) -> SetupQuestion:
    names = [name for name in downloads.table() if "tagger" in name]
    return SetupQuestion(
        flag="--tagger",
        text=f"What rates the pictures? {', '.join(names)} is downloaded; or a folder of a WD v3 tagger; or {NONE}: "
        "then nothing above sensitive is drawn.",
        offered=offered,
        check=lambda answer: _tagger(answer, names),
    )


def _tagger(answer: str, names: list[str]) -> str:
    if answer == NONE or answer in names:
        return ""
    path, wrong = _path(answer)
    if wrong:
        return wrong
    absent = [name for name in _TAGGER_FILES if not (path / name).is_file()]
    return f"{answer} has no {' and no '.join(absent)}" if absent else ""


def folder(flag: str, what: str, offered: str, beside: Path) -> SetupQuestion:
    return SetupQuestion(
        flag=flag,
        text=f"In which folder {what}?",
        offered=offered,
        check=lambda answer: _folder(answer, beside),
    )


def _folder(answer: str, beside: Path) -> str:
    if not answer.strip():
        return "name a folder"
    try:
        path = textfile.beside(beside, answer)
    except textfile.TextFileError as error:
        return str(error)
    there = existing(path.absolute())
    if not there.is_dir():
        return f"{there} is a file"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} may not be written by you"


def _path(answer: str) -> tuple[Path, str]:
    try:
        return textfile.beside(Path.cwd(), answer), ""
    except textfile.TextFileError as error:
        return Path(), str(error)


def written(answer: str, beside: Path) -> str:
    """Write a path as the configuration has it: relative to its folder where it lies inside, else whole."""
    path = textfile.beside(Path.cwd(), answer).absolute()
    return path.relative_to(beside).as_posix() if path.is_relative_to(beside) else path.as_posix()


def known(engine: Engine) -> tuple[str, str]:
    """Give what a configuration that exists says of checkpoint and tagger; "" where it is still to be decided."""
    model = "" if engine.model == Engine().model and not engine.revision else engine.model
    rating = {"": "", "none": NONE}.get(engine.rating.by, engine.rating.folder)
    return model, rating

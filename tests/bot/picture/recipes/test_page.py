"""The page for people who come from another program names what is read."""

from bot.picture.recipes import (
    animagine,
    civitai,
    comfyui,
    drawthings,
    fooocus,
    horde,
    invokeai,
    novelai,
    swarmui,
    webui,
)
from bot.picture.recipes.programs import READERS
from tests.documents import ROOT, column

PAGE = (ROOT / "docs" / "coming-from-another-program.md").read_text()
MODULES = (animagine, civitai, comfyui, drawthings, fooocus, horde, invokeai, novelai, swarmui, webui)


def test_every_program_has_its_row():
    """By the name that a recipe of it is said to have."""
    said = ", ".join(column(PAGE, "program")).casefold()
    assert [module.PROGRAM for module in MODULES if module.PROGRAM.casefold() not in said] == []
    assert {reader.__module__ for reader in READERS} == {module.__name__ for module in MODULES}

"""The page's files: each is loaded, and its folders look one way, as the sandbox's do."""

import re

from bot.sandbox import server

PAGE = server.PAGE.resolve()
FLOORS = ("widgets", "world", "messages", "writing", "places developers")
"""From the bottom to the top; what is on one floor does not import each other."""


def loaded_by(file):
    """The files that a file of the page names."""
    pattern = r'(?:href|src)="([\w./-]+)"' if file.suffix == ".html" else r'^import .* from "(.*)";'
    return {(file.parent / name).resolve() for name in re.findall(pattern, file.read_text(), re.MULTILINE)}


def test_every_file_is_loaded_and_every_file_that_is_named_is_there():
    """From index.html on; what nothing names is dead, and what is named in vain is a page that stays empty."""
    found, ahead = set(), {PAGE / "index.html"}
    while ahead:
        found |= ahead
        ahead = {name for file in ahead if file.suffix != ".css" for name in loaded_by(file)} - found
    assert found == {file for file in PAGE.rglob("*") if file.is_file()}


def test_the_folders_look_one_way():
    """A folder imports from itself and from floors below."""
    floor = {name: number for number, names in enumerate(FLOORS) for name in names.split()}
    assert {file.name for file in PAGE.iterdir() if file.is_dir()} == {*floor, "style"}
    upward = [
        (file.name, name.name)
        for file in PAGE.rglob("*/*.js")
        for name in loaded_by(file)
        if name.parent != file.parent and floor[name.parent.name] >= floor[file.parent.name]
    ]
    assert upward == []

"""What is wrong with a settings file, in the words of whoever wrote it: no type of ours, and what would be right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sentences import settings as says

if TYPE_CHECKING:
    from bot.sentences.sentence import Sentence
    from bot.sentences.settings import Wanted
    from engine.textfile import TextFileError

_PLACE = re.compile(r"\(at line (?P<line>\d+), column (?P<column>\d+)\)")
_EXPECTED = re.compile(r"Expected `(?P<kind>\w+)[^`]*`(?P<bound>.*?)(?:, got `.*?`)? - at `\$\.?(?P<place>[^`]*)`")
"""What `tomllib` and msgspec say of where and what (msgspec's source, `_core.c`)."""

_WANTED: dict[str, Wanted] = {
    "int": "number",
    "float": "number",
    "bool": "switch",
    "array": "list",
    "object": "table",
    "str": "text",
}


def what_is_wrong(error: TextFileError) -> Sentence:
    """Say it; every sentence says besides that nothing was changed."""
    if not error.is_text:
        return says.NO_TEXT_FILE
    if (slip := error.slip) is not None:
        names = slip.near or slip.known
        if slip.kind == "key":
            return says.no_such_setting(slip.name, names)
        return says.no_such_value(_setting(slip.place), slip.name, names)
    if place := _PLACE.search(error.reason):
        return says.unreadable_file(int(place["line"]), int(place["column"]))
    if found := _EXPECTED.fullmatch(error.reason):
        is_id = "matching regex" in found["bound"]
        wanted: Wanted = "id" if is_id else _WANTED.get(found["kind"], "text")
        return says.unfit_value(_setting(found["place"]), wanted, "" if is_id else found["bound"].strip())
    return says.file_unusable(error.reason)


def _setting(place: str) -> str:
    return place.removeprefix("$").removeprefix(".")

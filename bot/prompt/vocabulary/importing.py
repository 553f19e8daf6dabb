"""Bring public files into the vocabulary, all of them or none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.errors import ConfigError
from bot.prompt.vocabulary import starter, store
from bot.prompt.vocabulary.formats import Parsed, first_line, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


REASONS, SPANS = 10, 12
"""Of a report: so many reasons, and so many runs of lines for each; a file in another format has thousands."""

LINE_CHARS = 80
"""Of a line that is shown because nothing like it is read."""


class ImportReport(Struct, frozen=True):
    """What one file gave."""

    path: Path
    parsed: Parsed

    def __str__(self) -> str:
        rows = f"{self.parsed.read:,} row{'s' * (self.parsed.read != 1)} read"
        counts = f"{rows}, {self.parsed.merged:,} merged, {len(self.parsed.refused):,} refused"
        of = f" of {self.parsed.board}" if self.parsed.board not in {None, "Danbooru"} else ""
        by_reason: dict[str, list[int]] = {}
        for refusal in self.parsed.refused:
            by_reason.setdefault(refusal.reason, []).append(refusal.line)
        more = len(by_reason) - REASONS
        return "\n".join(
            (
                f"{self.path}: {self.parsed.format}{of}: {counts}",
                *(f"  refused, {reason}: {_lines(numbers)}" for reason, numbers in [*by_reason.items()][:REASONS]),
                *([f"  and for {more:,} more reason{'s' * (more != 1)}"] if more > 0 else []),
            )
        )


def import_files(paths: Iterable[Path], folder: Path) -> list[ImportReport]:
    """Merge files into a folder's vocabulary; a later row of a name takes the place of an earlier one.

    Rows that cannot be meant are left out and reported; a file that cannot be read, or has no row of a known format,
    stops everything before anything is written.

    Raises:
        ConfigError: A file cannot be read or is in no known format, or the folder cannot be read or written.
    """
    rows = store.imported(folder)
    reports: list[ImportReport] = []
    for path in paths:
        parsed = _parse(path)
        rows.merge(parsed.rows)
        reports.append(ImportReport(path, parsed))
    store.save(folder, starter.read(), rows)
    return reports


def _parse(path: Path) -> Parsed:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; nothing was imported") from error
    if (parsed := parse(data)) is None:
        first = first_line(data)
        shown = first[:LINE_CHARS] + "…" * (len(first) > LINE_CHARS)
        raise ConfigError(
            f"{path}: no tag list, list of Animagine characters or list of characters by gender: its first line is "
            f'{shown!r}, and what is expected is name,category,posts,"aliases" (or a header with a name, a category '
            "and a post_count), or 1girl, name, series, or name,gender,post_count; nothing was imported"
        )
    return parsed


def _lines(numbers: Sequence[int]) -> str:
    """Name lines in rising order, neighbours as one: lines 3, 7–12."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    written = ", ".join("–".join(map(str, span)) for span in spans[:SPANS])
    more = sum(span[-1] - span[0] + 1 for span in spans[SPANS:])
    rest = f" and {more:,} more" if more else ""
    return ("line " if len(numbers) == 1 else "lines ") + written + rest

"""How somebody's own words stand in an English sentence: as they were typed, whatever Markdown makes of them."""

from __future__ import annotations

import re

QUOTED = 60
"""More characters than this would hide the sentence."""

_MARKUP = re.compile(r"[\\*_~|`<\[@]|:(?=//)")
"""What begins or ends markup, a mention, a link or an emoji; and the backslash, which would take any of it back."""

_ESCAPED = re.compile(r"\\([\\*_~|`<\[@:])|(`[^`]*`)")
_LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def short(text: str) -> str:
    """Cut a text that is too long to be quoted."""
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def escaped(text: str) -> str:
    """Write a text as Markdown that shows it as it is; what would be a line of its own stays in the sentence."""
    return _MARKUP.sub(lambda found: "\\" + found[0], _LINE_ENDS.sub(" ", text))


def unescaped(markdown: str) -> str:
    """Undo `escaped` for a reader without Markdown; what stands between backticks was not escaped."""
    return _ESCAPED.sub(lambda found: found[1] or found[2], markdown)


def quoted(text: str) -> str:
    return f"“{escaped(short(text))}”"


def listed(words: tuple[str, ...]) -> str:
    """Quote each of them, the last after an "and"."""
    shown = [quoted(word) for word in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def quoted_whole(text: str) -> str:
    """Quote what is bounded where it comes from."""
    return f"“{escaped(text)}”"

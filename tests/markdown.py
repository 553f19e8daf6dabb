"""Reads Discord's Markdown as much as a sentence has of it: what is seen, and what is more than text."""

import re

_TOKEN = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|(?P<mark>\*\*|\*|__|_(?=\S)|~~|\|\|)"
    r"|(?P<special><(?:@[!&]?|#|/|t:|a?:)[^>]*>|<?https?://[^\s>]+>?|@(?:everyone|here))"
    r"|\[(?P<label>[^\]]*)\]\((?P<address>[^)\s]+)\)"
    r"|(?P<text>.)",
    re.DOTALL,
)
"""As simple-markdown's rules, which Discord's client uses: the earliest rule wins, a backslash before all others."""


def seen(markdown):
    """The text as it is seen; marks are not seen, mentions and links are written ⟨so⟩."""
    parts = []
    for found in _TOKEN.finditer(markdown):
        kind = found.lastgroup if found.lastgroup not in {"address", "ticks"} else None
        if found["escaped"] is not None:
            parts.append(found["escaped"])
        elif found["code"] is not None:
            parts.append(found["code"])
        elif found["mark"] is not None:
            continue
        elif found["special"] is not None or found["label"] is not None:
            parts.append(f"⟨{found[0]}⟩")
        else:
            assert kind == "text"
            parts.append(found["text"])
    return "".join(parts)

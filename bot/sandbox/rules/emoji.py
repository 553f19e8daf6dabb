"""Which texts may stand where Discord wants an emoji of Unicode: a little more than its own list, and no words."""

from __future__ import annotations

import re

_FLAG = r"[\U0001f1e6-\U0001f1ff]{2}"
_KEY = r"[0-9#*]\ufe0f?\u20e3"
_PICTURE = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
"""The blocks that hold the pictures of Unicode's emoji-data.txt, version 15, and their neighbours."""
_CHANGED = _PICTURE + r"[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_EMOJI = re.compile(f"{_FLAG}|{_KEY}|{_CHANGED}(?:\u200d{_CHANGED})*")


def is_emoji(text: str) -> bool:
    """Hold one emoji: a flag, a key, or pictures that are joined into one."""
    return _EMOJI.fullmatch(text) is not None

"""What the audit log keeps of a refusal, a change or a report: who, where, when and which rule, and no words."""

from __future__ import annotations

import hashlib
import hmac

from msgspec import Struct

from bot.safety.text.forms import fold
from bot.sentences.audit import Event
from bot.sentences.sentence import Sentence

FINGERPRINT_DIGITS = 24
"""Hex digits, 96 bits: enough to tell prompts apart, too few to be worth attacking without the key."""


class AuditRecord(Struct, frozen=True, kw_only=True):
    """One line of the audit log."""

    event: Event
    at: float
    """Unix seconds."""
    user_id: int | None
    """None: somebody who asked to be forgotten."""
    guild_id: int | None
    """None: a direct message."""
    channel_id: int | None
    rule: str = ""
    """The gate's, of a refusal."""
    prompt: str = ""
    """A fingerprint; the words themselves only where the server asked for them."""
    detail: Sentence | None = None
    """What was changed, or which job was reported."""


def fingerprint(text: str, key: bytes) -> str:
    """Give the same short name to the same words, whatever their case and marks; without the key it tells nothing."""
    words = " ".join(fold(text).split())
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]


def pseudonym(user_id: int, key: bytes) -> str:
    """Give the same short name to the same person; without the key it names nobody."""
    return hmac.digest(key, b"person %d" % user_id, "sha256").hex()[:FINGERPRINT_DIGITS]

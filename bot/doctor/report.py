"""A check as people read it, as programs read it, and as a report that can be pasted into an issue."""

from __future__ import annotations

import hashlib
import platform
import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot.doctor.configuration import changed
from bot.doctor.rows import link
from engine.finding import MARKS, Finding, lines
from engine.terminal import as_called

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.config import Config

_ID = re.compile(r"\b[0-9]{15,20}\b")
_NAME = re.compile(r"“[^”]*”")
"""What others called something: servers, channels, the bot."""


def shown(finding: Finding) -> str:
    """Show a row on a terminal; where something is to be done, with where the page says more."""
    said = lines(finding)
    return as_called("\n".join([*said, f"    {link(finding.id)}"] if finding.do else said))


def verdict(findings: Iterable[Finding]) -> str:
    """Say in one line how it looks."""
    count = Counter(one.level for one in findings)
    named = [
        f"{count[level]} {word}{'' if count[level] == 1 or level == 'unchecked' else 's'}"
        for level, word in (("error", "error"), ("warning", "warning"), ("unchecked", "not checked"))
        if count[level]
    ]
    fine = f"{count['ok']} in order"
    if count["error"]:
        return f"{MARKS['error']} Not ready: {', '.join([*named, fine])}."
    return f"{MARKS['ok']} Ready: {', '.join([fine, *named])}."


def as_json(findings: Sequence[Finding]) -> str:
    rows = [{**msgspec.to_builtins(one), "page": link(one.id)} for one in findings]
    return msgspec.json.format(msgspec.json.encode({"rows": rows, "verdict": verdict(findings)})).decode()


def as_report(findings: Sequence[Finding], config: Config | None, secrets: Iterable[str]) -> str:
    """Write a report without secrets, ids, names and home folders, in Markdown."""
    rows = "\n".join(f"{MARKS[one.level]} {one.id}: {one.says}" for one in findings)
    values = "\n".join(f"{key} = {_value(value)}" for key, value in changed(config)) if config else ""
    text = (
        f"Eshi {version('eshi')}, Python {platform.python_version()}, {platform.platform()}\n\n"
        f"```\n{rows}\n{verdict(findings)}\n```\n\nWhat differs from the defaults:\n\n```\n{values}\n```\n"
    )
    return redacted(text, secrets)


def _value(value: object) -> str:
    """Show numbers and choices; texts may be anybody's."""
    return str(value) if isinstance(value, bool | int | float) else "…"


def redacted(text: str, secrets: Iterable[str], home: Path | None = None) -> str:
    """Take out what is nobody else's business; one id is still one and the same."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    text = _NAME.sub("“…”", text).replace(str(home or Path.home()), "~")
    return _ID.sub(lambda found: f"id-{hashlib.sha256(found[0].encode()).hexdigest()[:8]}", text)

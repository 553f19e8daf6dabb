"""What `/operator` says, to whoever runs the bot and to nobody else."""

from __future__ import annotations

from bot.sentences.sentence import Sentence, fixed, sentence

NOT_YOURS = fixed("operator.NOT_YOURS", "Only whoever runs this bot may use this.")
NOT_KNOWN = fixed("operator.NOT_KNOWN", "Discord did not say whose bot this is. Please try again.")
TITLE = fixed("operator.TITLE", "## Operator")
CHART = fixed("operator.CHART", "How many requests waited, minute by minute; the number is the highest.")
NO_ERRORS = fixed("operator.NO_ERRORS", "No errors since the start.")
PAUSED_STATE = fixed("operator.PAUSED_STATE", "**Paused:** nothing is begun.")
CLOSED_STATE = fixed("operator.CLOSED_STATE", "**Draining:** nothing new is taken.")

REFRESH = fixed("operator.REFRESH", "Refresh")
PAUSE = fixed("operator.PAUSE", "Pause")
GO_ON = fixed("operator.GO_ON", "Go on")
DRAIN = fixed("operator.DRAIN", "Drain")
OPEN = fixed("operator.OPEN", "Take new requests")
ANNOUNCE = fixed("operator.ANNOUNCE", "Announce …")
BLOCK = fixed("operator.BLOCK", "Block …")
UNBLOCK = fixed("operator.UNBLOCK", "Unblock …")
RELOAD = fixed("operator.RELOAD", "Reload")

NOTICE = fixed("operator.NOTICE", "What every server's log channel reads")
WHOM = fixed("operator.WHOM", "The id of a person or a server")
WHICH_KIND = fixed("operator.WHICH_KIND", "What the id is")
A_PERSON = fixed("operator.A_PERSON", "a person")
A_SERVER = fixed("operator.A_SERVER", "a server")
NO_ID = fixed("operator.NO_ID", "That is no id. Copy it with Discord's developer mode: Copy User ID or Copy Server ID.")
RELOADED = fixed("operator.RELOADED", "The configuration is the same.")


@sentence
def status(line: str, servers: int) -> str:
    return f"{line}. {servers} server{'' if servers == 1 else 's'}."


@sentence
def errors(lines: str) -> str:
    return f"**Last errors**\n```\n{lines}\n```"


@sentence
def announced(servers: int) -> str:
    return f"Told the log channels of {servers} server{'' if servers == 1 else 's'}."


@sentence
def announcement(text: str) -> str:
    return f"**From whoever runs me:** {text}"


@sentence
def blocked(what: Sentence, number: str, now: bool) -> str:
    return f"{number} is {what!s}, and {'draws nothing from now on' if now else 'may draw again'}."


@sentence
def reloaded(changed: str, restart: str) -> str:
    holds = f"These hold now: {changed}. " if changed else ""
    later = f"These need a restart: {restart}." if restart else ""
    return f"{holds}{later}".strip()


@sentence
def not_reloaded(error: str) -> str:
    return f"Nothing was changed: {error}"

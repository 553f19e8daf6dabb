"""What is said of those who may not draw for a while, and of letting them draw again."""

from __future__ import annotations

from bot.sentences.sentence import fixed, sentence

NOT_YOUR_OWN = fixed("locks.NOT_YOUR_OWN", "Nobody can end or change their own lock. Please ask somebody else.")


@sentence
def not_locked_here(member: int) -> str:
    return f"<@{member}> is not locked out in this server."


@sentence
def let_draw_again(member: int) -> str:
    return f"<@{member}> can draw again in this server. Other servers decide for themselves."


@sentence
def still_locked(member: int, until: int) -> str:
    """Say after a time-out was lifted what else keeps somebody out."""
    return (
        f"The time-out is over. Refused words still keep <@{member}> from drawing until <t:{until}:f>. "
        "An admin can end that with `/settings unlock`."
    )

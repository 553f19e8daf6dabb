"""What is answered where something went wrong that nobody asked for."""

from __future__ import annotations

from bot.sentences.sentence import fixed, sentence

HOW_TO_ASK = fixed(
    "answer.HOW_TO_ASK", "I draw when you type `/imagine` and what you want to see. `/help` shows you examples."
)
NOT_HERE = fixed("answer.NOT_HERE", "You may not use this here.")
JUST_CHANGED = fixed("answer.JUST_CHANGED", "This command has just changed. Please type it again.")
NOTHING_WRITTEN = fixed(
    "answer.NOTHING_WRITTEN",
    "I cannot save anything right now, so I did not start. Please try again in a few minutes.",
)
NOT_TAKEN = fixed("answer.NOT_TAKEN", "Discord did not accept my answer, so nothing was drawn. Please try again.")


@sentence
def went_wrong(interaction_id: int) -> str:
    return f"Something went wrong on my side, and nothing was drawn. (`{interaction_id}`)"

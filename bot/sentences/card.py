"""What a job's message says, and the buttons under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.sentences.quoting import quoted
from bot.sentences.sentence import Sentence, fixed, sentence

if TYPE_CHECKING:
    from engine.wire import Rating

# Drawing


@sentence
def standing(line: Sentence, link: str) -> str:
    return f"{line!s} [Its message]({link}) shows the progress."


@sentence
def card(number: int) -> str:
    """Name which of several drew a result, among its facts."""
    return f"card {number}"


@sentence
def drawn_by_card(card: int) -> str:
    return f"Card {card} draws it."


@sentence
def step(done: int, total: int) -> str:
    return f"step {done} of {total}"


FINISHING = fixed("card.FINISHING", "finishing")
"""All steps are done; the picture is decoded and compressed."""
PREVIEW = fixed("card.PREVIEW", "An unfinished preview.")
FROM_PIXELS = fixed(
    "card.FROM_PIXELS",
    "What its picture was decoded from is gone. I started from the picture itself, so details may differ.",
)
DRAWN_AGAIN = fixed("card.DRAWN_AGAIN", "The picture that it starts from is no longer kept. I drew it again first.")
DAMAGED = fixed("card.DAMAGED", "A picture file was damaged before I could show it. I am drawing it again.")


@sentence
def promise(job_id: str) -> str:
    return f"Discord soon stops me from editing this message. When it is done, `/show picture:{job_id}` shows it."


# The result


@sentence
def seeds(first: int, last: int) -> str:
    return f"seed {first}" if first == last else f"seeds {first} to {last}"


DRAFT = fixed("card.DRAFT", "draft")


@sentence
def model(name: str) -> str:
    return f"model {quoted(name)}"


@sentence
def size(width: int, height: int, shape: str | None) -> str:
    """Say the size, and its shape by name: several pictures are shown as squares."""
    return f"{width}×{height}" if shape is None else f"{shape}, {width}×{height}"


@sentence
def guidance(value: float) -> str:
    return f"guidance {value:g}"


@sentence
def without(words: str) -> str:
    return f"without: {words}"


@sentence
def steps(number: int) -> str:
    return f"{number} step{'' if number == 1 else 's'}"


@sentence
def seconds(engine_s: float) -> str:
    """Keep number and unit on one line, where the message is narrow."""
    return f"{engine_s:.1f}\N{NO-BREAK SPACE}s"


DRAWN_BY_AI = fixed("card.DRAWN_BY_AI", "Drawn by AI.")


@sentence
def alt_text(words: str) -> str:
    return f"An anime picture drawn by AI: {words}."


@sentence
def neutral_alt_text(rating: Rating) -> str:
    return f"An anime picture drawn by AI, rated {rating}."


@sentence
def neutral_title(rating: Rating) -> str:
    return f"A picture rated {rating}"


@sentence
def dropped(pictures: int) -> str:
    if pictures == 1:
        return "One picture came out above the rating that is allowed here. It is not shown, and not kept."
    return f"{pictures} pictures came out above the rating that is allowed here. They are not shown, and not kept."


@sentence
def not_here(pictures: int) -> str:
    if pictures == 1:
        return "One more picture is above the rating that is allowed here."
    return f"{pictures} more pictures are above the rating that is allowed here."


@sentence
def lost(pictures: int) -> str:
    if pictures == 1:
        return "One picture file was damaged on my disk, so I can no longer show it."
    return f"{pictures} picture files were damaged on my disk, so I can no longer show them."


@sentence
def fitted(pictures: int, quality: int | None) -> str:
    """Say in which form pictures came; no quality is a lossless one."""
    what = "this picture is" if pictures == 1 else f"{pictures} pictures are"
    form = "lossless WebP, with every pixel unchanged" if quality is None else f"WebP of quality {quality}"
    return f"The PNG was too large for Discord, so {what} {form}."


@sentence
def kept(why: Sentence, job_id: str) -> str:
    return f"{why!s} The pictures are ready: `/show picture:{job_id}` shows them."


# The buttons

REROLL = fixed("card.REROLL", "Reroll")
PROPERLY = fixed("card.PROPERLY", "Draw properly")
EDIT = fixed("card.EDIT", "Edit")
RECIPE = fixed("card.RECIPE", "Recipe")
MORE = fixed("card.MORE", "More …")
SPOILER = fixed("card.SPOILER", "Spoiler")
SPOILER_EXPLAINED = fixed("card.SPOILER_EXPLAINED", "Hide it until somebody presses it, or show it again")
DELETE = fixed("card.DELETE", "Delete")
DELETE_EXPLAINED = fixed("card.DELETE_EXPLAINED", "Delete it for good; you are asked once")
CANCEL = fixed("card.CANCEL", "Cancel")
SHOW = fixed("card.SHOW", "Show")
TELL = fixed("card.TELL", "Tell me when done")
REPORT = fixed("card.REPORT", "Report")
REPORT_EXPLAINED = fixed("card.REPORT_EXPLAINED", "This should not be here: tell the moderators why")
LOOK = fixed("card.LOOK", "Look")
RESTORE = fixed("card.RESTORE", "Restore")
REMOVE = fixed("card.REMOVE", "Delete")
DRAW = fixed("card.DRAW", "Draw")

# The question under Delete

DELETE_TITLE = fixed("card.DELETE_TITLE", "Delete this for good?")
DELETE_WARNING = fixed(
    "card.DELETE_WARNING", "The message and all its pictures are deleted, and nobody can get them back."
)
ALREADY_DELETED = fixed("card.ALREADY_DELETED", "This is already deleted.")

# What pressing one of them did, or could not do

NO_RECORD = fixed("card.NO_RECORD", "I no longer have the record of this picture.")
NO_PICTURE = fixed("card.NO_PICTURE", "There is no picture here.")
STAYS_SPOILED = fixed(
    "card.STAYS_SPOILED",
    "I no longer have the record of this picture. I do not know its rating, so its spoiler stays.",
)


@sentence
def stays_spoiled_here(rating: str) -> str:
    return f"In this server `{rating}` pictures stay behind a spoiler."


ALREADY_DONE = fixed("card.ALREADY_DONE", "This request is already done.")
ALREADY_OVER = fixed("card.ALREADY_OVER", "This request has already ended.")


@sentence
def only_owner_told(owner: int) -> str:
    return f"Only <@{owner}> can be pinged when this is done."


WILL_TELL = fixed(
    "card.WILL_TELL", "I will ping you when this is done, if it takes more than a minute. Press again to turn this off."
)
WILL_NOT_TELL = fixed("card.WILL_NOT_TELL", "I will not ping you when this is done.")


def _who(owner: int | None) -> str:
    return "Only a moderator" if owner is None else f"Only <@{owner}> or a moderator"


@sentence
def may_not_spoil(owner: int | None) -> str:
    return f"{_who(owner)} may change the spoiler of this."


@sentence
def may_not_delete(owner: int | None) -> str:
    return f"{_who(owner)} may delete this."


@sentence
def may_not_cancel(owner: int | None) -> str:
    return f"{_who(owner)} may cancel this."


# The form under Edit

EDIT_TITLE = fixed("card.EDIT_TITLE", "Edit and draw again")
TAGS_HINT = fixed("card.TAGS_HINT", "smile, night, looking at viewer")
NEGATIVE_HINT = fixed("card.NEGATIVE_HINT", "hat, glasses")
SUBJECT_HINT = fixed("card.SUBJECT_HINT", "1girl, or 1girl; 1boy")

# `/show`

UNKNOWN = fixed("card.UNKNOWN", "I find no request of yours by this. Please pick one from the list of `/show`.")
"""The same words whether it is somebody else's, was never there, or is no longer kept."""
CHANGED = fixed("card.CHANGED", "The rules for this channel changed just now. Please try again.")
NO_LONGER_KEPT = fixed("card.NO_LONGER_KEPT", "I no longer have these pictures. Reroll draws the request again.")
DRAWN_ANEW = fixed("card.DRAWN_ANEW", "Reroll draws your request again.")


StateName = Literal["queued", "running", "rendered", "delivered", "failed", "cancelled", "refused"]

_STATES: dict[StateName, str] = {
    "queued": "queued",
    "running": "being drawn",
    "rendered": "ready",
    "delivered": "ready",
    "failed": "failed",
    "cancelled": "cancelled",
    "refused": "refused",
}


@sentence
def offered(state: StateName, age_s: int, caption: str) -> str:
    """Name a job in the list that completes what is typed."""
    return f"{_STATES[state]} {_ago(age_s)} · {caption}"


def _ago(seconds: int) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return "just now"

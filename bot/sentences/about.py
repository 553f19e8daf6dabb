"""What `/about` says."""

from __future__ import annotations

from bot.sentences.sentence import Sentence, fixed, sentence

MODEL_NOT_READY = fixed("about.MODEL_NOT_READY", "not ready yet")


@sentence
def model(name: str) -> str:
    return f"`{name}`"


@sentence
def another_model(title: str, licence: str, url: str) -> str:
    return f"**Model** `{title}`. Its licence is [{licence}]({url})."


RATED = fixed("about.RATED", "A picture tagger looks at every picture before it is shown.")


@sentence
def draft(name: str, licence: str) -> str:
    return f"**Drafts** `{name}`. Its licence is {licence}."


NOT_RATED = fixed(
    "about.NOT_RATED",
    "No picture tagger is set up. I check the words of a request, but no machine looks at the pictures.",
)
NO_CONTACT = fixed("about.NO_CONTACT", "The operator of this bot gave no contact. Please ask the server's admins.")


@sentence
def bot(  # noqa: PLR0917  a fact each
    model: Sentence,
    rated: Sentence,
    contact: Sentence,
    card_url: str,
    licence: str,
    licence_url: str,
    eshi_version: str,
    discord_version: str,
    python_version: str,
) -> str:
    return f"""\
## Eshi
I draw pictures from words, with AI. Every picture is labelled as AI-made.
**Model** {model!s}. I am made for [Animagine XL 4.0]({card_url}).
**Licence of the model** [{licence}]({licence_url}). `/terms` shows its rules and its full text.
**Pictures** {rated!s}
**Contact** {contact!s}
**Versions** Eshi {eshi_version}, discord.py {discord_version}, Python {python_version}"""


@sentence
def privacy(
    records_days: float, pictures_days: float, drafts_days: float, audit_days: float, backups_days: float
) -> str:
    return f"""\
## What I store about you
- Your requests, with time and place: {_days(records_days)}. Their pictures, on my disk: {_days(pictures_days)}. \
Previews and forms: {_days(drafts_days)}.
- Your defaults, your favourites and your acceptance of the terms: until you delete them.
- Refusals and reports of pictures: {_days(audit_days)}. The prompt is only a hash there, unless your server's admins \
chose to see prompts.
- Strikes and time-outs: until they end, under a hash of your id instead of your name.
- Backups of all this: {_days(backups_days)}.

I read a message only when somebody uses Remix, Repaint or Describe from its menu **Apps**. What you write to me in \
private is neither kept nor looked at: I only answer how to ask. I give nothing to others. `/me export` sends you all \
of it as a file, and `/me forget` deletes it."""


def _days(days: float) -> str:
    return "1 day" if days == 1 else f"{days:g} days"

"""What `/about` says."""

from __future__ import annotations

from bot.sentences.sentence import Sentence, fixed, sentence

MODEL_NOT_READY = fixed("about.MODEL_NOT_READY", "not ready yet")


@sentence
def model(name: str) -> str:
    return f"`{name}`"


RATED = fixed("about.RATED", "A picture tagger looks at every picture before it is shown.")
NOT_RATED = fixed(
    "about.NOT_RATED",
    "No picture tagger is configured: the words are checked, and pictures are not looked at by a machine.",
)
NO_CONTACT = fixed("about.NO_CONTACT", "Whoever runs this bot has not said how to reach them; ask the server's admins.")


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
I draw pictures from words, with AI. Every picture is made by a machine, and says so.
**Model** {model!s}. I am made for [Animagine XL 4.0]({card_url}).
**Licence of the model** [{licence}]({licence_url}); `/terms` shows what it asks of you, with its text.
**Pictures** {rated!s}
**Contact** {contact!s}
**Versions** Eshi {eshi_version}, discord.py {discord_version}, Python {python_version}"""


@sentence
def privacy(records_days: float, pictures_days: float, drafts_days: float, audit_days: float) -> str:
    return f"""\
## What I store about you
- What you asked for, with where and when: {_days(records_days)}. Its pictures, on my disk: \
{_days(pictures_days)}. Previews and forms: {_days(drafts_days)}.
- Your defaults, your favourites, and that you accepted the terms: until you say otherwise.
- Refusals, and reports of pictures: {_days(audit_days)}, with the prompt only as a fingerprint unless your \
server's admins want to see prompts.
- Strikes and time-outs: until they are over, under a fingerprint of your id instead of your name.

I read no messages but those that you open my menu on, and I pass nothing on. What you write to me in private is \
neither kept nor looked at: I only answer how to ask. `/me export` gives you all of it as a \
file, `/me forget` deletes it."""


def _days(days: float) -> str:
    return "1 day" if days == 1 else f"{days:g} days"

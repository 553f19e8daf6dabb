"""The terms as people read them: the licence's restrictions in our words."""

from __future__ import annotations

from bot.sentences.sentence import Sentence, fixed, sentence

THANKS = fixed("terms.THANKS", "Thank you. You can draw now: type `/imagine`.")
ANSWERED_BELOW = fixed("terms.ANSWERED_BELOW", "Thank you. The answer to your request is below.")


_CONDUCT = """\
You are responsible for what you have drawn and for what you do with it. Every picture says that AI drew it. Leave \
it so, and do not present a picture as a photograph or as made by hand. Moderators and the operator of this bot may \
stop anybody who breaks these terms."""


@sentence
def core(licence: str) -> str:
    return f"""\
{_beginning(licence)} You must not use it
- in any way that breaks a law that applies to you;
- to exploit or harm minors, or to try to, in any way;
- to make or spread what is known to be false, in order to harm others;
- to make or spread personal data that can be used to harm somebody;
- to defame, disparage or otherwise harass others;
- for fully automated decisions that touch somebody's legal rights or binding obligations;
- to discriminate against or harm people for their social behaviour or their known or supposed personality;
- to exploit the weaknesses of a group of people (age, social, physical or mental) in a way that harms them;
- to discriminate against people for what the law protects;
- to give medical advice or interpret medical results;
- for justice, law enforcement, immigration or asylum, such as predicting that somebody will commit a crime.

{_CONDUCT}"""


@sentence
def core_of_another(licence: str) -> str:
    """Say of a licence that we do not know what holds under any."""
    return f"{_beginning(licence)}\n\n{_CONDUCT}"


def _beginning(licence: str) -> str:
    return f"""\
## Terms
The pictures here are drawn by AI, with a model under the **{licence}** licence. It binds everybody who uses \
the model, and so you."""


@sentence
def of_another_model(model: str, licence: str, url: str) -> str:
    return f"The model **{model}** is under [{licence}]({url}), which I ask you to accept before you use it."


@sentence
def end(last: Sentence) -> str:
    return f"The licence itself is attached, and it is what counts. `/about` says what is stored about you.\n{last!s}"


BY_ACCEPTING = fixed("terms.BY_ACCEPTING", "By pressing Accept you agree to all of this.")


@sentence
def accepted(at: int) -> str:
    return f"You accepted these terms <t:{at}:D>."


ACCEPT = fixed("terms.ACCEPT", "Accept")

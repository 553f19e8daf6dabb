"""What is said of a prompt that came from another program: what was written otherwise, and what was left out."""

from __future__ import annotations

from bot.sentences.quoting import listed, quoted
from bot.sentences.sentence import Sentence, fixed, sentence

LISTED = 8
"""Tags that are named in one sentence."""

EXAMPLES = 4
"""Of what was translated, in one sentence."""

# Separators


@sentence
def marks_read(marks: tuple[str, ...]) -> str:
    one = len(marks) == 1
    return f"{listed(marks)} {'was' if one else 'were'} read as {'a comma' if one else 'commas'}."


LINES_READ = fixed("foreign.LINES_READ", "Line breaks were read as commas.")
WIDE_SIGNS_READ = fixed("foreign.WIDE_SIGNS_READ", "Full-width letters, digits and signs were read as the usual ones.")
QUOTES_LEFT_OUT = fixed("foreign.QUOTES_LEFT_OUT", "The quotation marks around the tags were left out.")
COUNTS_LEFT_OUT = fixed("foreign.COUNTS_LEFT_OUT", "The numbers behind the tags were left out.")


@sentence
def spaces_read(tags: tuple[str, ...]) -> str:
    return f"There is no comma in it, so it was read as the tags {listed(tags[:LISTED])}{_more(tags, LISTED)}."


# What cannot be done here


@sentence
def lora_left_out(lora: str) -> str:
    return f"{quoted(lora)} was left out: there is no such LoRA here."


@sentence
def embedding_left_out(embedding: str) -> str:
    return f"{quoted(embedding)} was left out: embeddings are not used here."


@sentence
def directive_left_out(directive: str) -> str:
    return f"{quoted(directive)} was left out: nothing of the kind is known here."


@sentence
def setting_left_out(setting: str) -> str:
    return f"{quoted(setting)} was left out: settings are options of their own here, such as `shape` and `seed`."


@sentence
def avoided_left_out(avoided: str) -> str:
    return f"{quoted(avoided)} was left out: put what you do not want into `negative`."


@sentence
def words_of_pony(words: tuple[str, ...]) -> str:
    one = len(words) == 1
    are, them = ("is a word", "it") if one else ("are words", "them")
    return f"{listed(words)} {are} of Pony models. This model may not understand {them}."


@sentence
def conjunction_left_out(conjunction: str) -> str:
    return f"{quoted(conjunction)} was left out, and its parts are drawn as one prompt."


@sentence
def editing_left_out(editing: str) -> str:
    return f"{quoted(editing)} was left out: words do not change here while a picture is drawn."


@sentence
def editing_read(editing: str, kept: str) -> str:
    return (
        f"{quoted(editing)} changes while a picture is drawn, which is not done here: it is {quoted(kept)} throughout."
    )


AND_READ = fixed("foreign.AND_READ", "“AND” was read as a comma: prompts are not added up here.")


@sentence
def region_read(region: str) -> str:
    return f"{quoted(region)} was read as BREAK: parts of the picture have no prompts of their own here."


# Weights


@sentence
def written_as(theirs: str, ours: str) -> str:
    return f"{quoted(theirs)} is {quoted(ours)}"


@sentence
def translated(program: str, examples: tuple[Sentence, ...]) -> str:
    """Say in whose way a text was read, with the first things that were written otherwise."""
    shown = ", ".join(map(str, examples[:EXAMPLES]))
    return f"It was read as {program} writes weights: {shown}{_more(examples, EXAMPLES)}."


@sentence
def weight_left_out(weighted: str) -> str:
    return f"{quoted(weighted)} was left out: no weight is below 0 here. Put the words into the negative prompt."


@sentence
def weight_bounded(weighted: str, weight: float) -> str:
    return f"{quoted(weighted)} is drawn at the weight {weight:g}, the most there is here."


def _more(of: tuple[object, ...], most: int) -> str:
    return " …" if len(of) > most else ""

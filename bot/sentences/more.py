"""What is said where more is made of one picture: what each way does and costs, and which picture it came from."""

from __future__ import annotations

from typing import Literal

from bot.sentences.sentence import fixed, sentence

MadeBy = Literal[
    "subtle",
    "strong",
    "larger",
    "double",
    "extend_out",
    "extend_left",
    "extend_right",
    "extend_up",
    "extend_down",
    "detail_face",
    "detail_centre",
    "detail_top",
    "detail_bottom",
    "detail",
    "repaint",
]

Kind = Literal[
    "subtle",
    "strong",
    "larger",
    "double",
    "extend_out",
    "extend_left",
    "extend_right",
    "extend_up",
    "extend_down",
    "detail_face",
    "detail_centre",
    "detail_top",
    "detail_bottom",
]

# The buttons

VARY = fixed("more.VARY", "Vary …")
ENLARGE = fixed("more.ENLARGE", "Enlarge …")
EXTEND = fixed("more.EXTEND", "Extend …")
DETAIL = fixed("more.DETAIL", "Detail …")

_LABELS: dict[Kind, str] = {
    "subtle": "Subtle",
    "strong": "Strong",
    "larger": "×1.5",
    "double": "×2",
    "extend_out": "Zoom out",
    "extend_left": "Left",
    "extend_right": "Right",
    "extend_up": "Up",
    "extend_down": "Down",
    "detail_face": "Faces",
    "detail_centre": "Centre",
    "detail_top": "Top",
    "detail_bottom": "Bottom",
}


@sentence
def make(kind: Kind, number: int | None) -> str:
    """Name a button; a number says which of several pictures."""
    return _LABELS[kind] if number is None else f"{_LABELS[kind]} · {number}"


EXACTLY = fixed("more.EXACTLY", "Again exactly")
EXACTLY_EXPLAINED = fixed("more.EXACTLY_EXPLAINED", "The same seeds and settings; says first what has changed")
REDRAW = fixed("more.REDRAW", "Draw again")

# What has changed since, under Again exactly

UNCHANGED = fixed(
    "more.UNCHANGED", "Nothing that decides has changed since. The pictures come out the same, but for rounding."
)
DRAWN_WITH_UNKNOWN = fixed(
    "more.DRAWN_WITH_UNKNOWN", "I did not note what this was drawn with, so the pictures may come out otherwise."
)
ENGINE_NOT_READY = fixed(
    "more.ENGINE_NOT_READY", "The engine is not ready, so I cannot say yet whether the pictures come out the same."
)
WRITTEN_OTHERWISE = fixed(
    "more.WRITTEN_OTHERWISE", "Its prompt is written otherwise today, so the pictures come out otherwise."
)
BEGINS_OTHERWISE = fixed(
    "more.BEGINS_OTHERWISE", "The picture that it started from is not kept as it was, so details may differ."
)

_CHANGES = {
    "model": "the model",
    "vae": "the VAE",
    "device": "the device",
    "loras": "the LoRAs",
    "upscaler": "the upscaler",
    "keep_brightness": "how bright a picture is before it is drawn over",
}


@sentence
def changed(what: tuple[str, ...]) -> str:
    """Name what `bot.job.DrawnWith.differences` found."""
    named = ", ".join(_CHANGES.get(one, f"the version of {one}") for one in what)
    return f"The pictures may come out otherwise. What has changed since: {named}."


# The private question

_DOES: dict[Kind, str] = {
    "subtle": "nearly the same picture, with other details",
    "strong": "the same idea, drawn anew over this picture",
    "larger": "half as wide and high again, with more detail",
    "double": "twice as wide and high, with more detail",
    "extend_out": "smaller in the middle, with more around it",
    "extend_left": "the picture goes on to the left",
    "extend_right": "the picture goes on to the right",
    "extend_up": "the picture goes on above",
    "extend_down": "the picture goes on below",
    "detail_face": "the faces are drawn over at full size",
    "detail_centre": "the centre is drawn over at full size",
    "detail_top": "the upper half is drawn over at full size",
    "detail_bottom": "the lower half is drawn over at full size",
}


@sentence
def explained(kind: Kind, pictures: int, width: int, height: int, times: float) -> str:
    """Say what becomes of a picture and what it costs, in pictures like the first."""
    number = "1 picture" if pictures == 1 else f"{pictures} pictures"
    cost = f"{times:.1f} times the work of the picture"
    return f"**{_LABELS[kind]}**: {_DOES[kind]}. {number} of {width}×{height}, {cost}."


@sentence
def faces_explained(width: int, height: int, times: float) -> str:
    """Say it where nobody has counted the faces yet."""
    cost = f"For each face that is about {times:.1f} times the work of the picture."
    return f"**{_LABELS['detail_face']}**: {_DOES['detail_face']}. 1 picture of {width}×{height}. {cost}"


@sentence
def most_faces(most: int, pictures: int) -> str:
    counts = f", which count as about {pictures} pictures in a day's limits" if pictures > 1 else ""
    return f"At most {most} faces are drawn over{counts}."


@sentence
def counts_as(pictures: int) -> str:
    return f"In a day's limits it counts as {pictures} pictures."


@sentence
def numbered(numbers: tuple[str, ...]) -> str:
    """Say which is which where some of a job are not shown; the others keep their numbers."""
    return f"Some are not shown. Those that are have these numbers, in order: {', '.join(numbers)}."


DRAWN_AT_ONCE = fixed("more.DRAWN_AT_ONCE", "A blue button draws at once, and counts as your request.")

# Refusals


@sentence
def no_larger(most_side: int, most_megapixels: float) -> str:
    return f"It would be too large. At most {most_side:,} pixels a side and {most_megapixels:.1f} megapixels are drawn."


@sentence
def too_large(width: int, height: int, most_side: int, most_megapixels: float) -> str:
    return (
        f"That would be {width}×{height}. At most {most_side:,} pixels a side and {most_megapixels:.1f} megapixels "
        "are drawn."
    )


@sentence
def too_many_steps(steps: int, most: int) -> str:
    return f"This picture has {steps} steps, and at most {most} are drawn now. Edit draws it with fewer."


FACES_LARGE = fixed(
    "more.FACES_LARGE",
    "Its faces are drawn large enough already. Choose another part here, or draw the face anew with Repaint.",
)
NOT_THERE = fixed("more.NOT_THERE", "This picture is not here any more, so nothing can be made of it.")
NO_RECORD = fixed(
    "more.NO_RECORD",
    "I no longer have the record of this picture. Reroll and Edit still work: they read its file.",
)


@sentence
def only_owner(owner: int | None) -> str:
    who = "whoever asked for it" if owner is None else f"<@{owner}>"
    return f"In this server only {who} may draw from this picture. Edit still makes a request of your own."


# Where it comes from

_MADE: dict[str, str] = {
    "subtle": "A subtle variation of",
    "strong": "A strong variation of",
    "larger": "Enlarged ×1.5 from",
    "double": "Enlarged ×2 from",
    "extend_out": "Zoomed out of",
    "extend_left": "Extended to the left from",
    "extend_right": "Extended to the right from",
    "extend_up": "Extended upwards from",
    "extend_down": "Extended downwards from",
    "detail": "With more detail than",
    "repaint": "A part drawn anew of",
}


@sentence
def made_from(kind: MadeBy, number: int, job_id: str, link: str) -> str:
    """Name the picture that something was made of, and link it where others can see it."""
    named = f"picture {number} of `{job_id}`"
    return f"{_MADE[kind]} {f'[{named}]({link})' if link else named}."


@sentence
def earlier(pictures: int) -> str:
    return "And one picture before that." if pictures == 1 else f"And {pictures} pictures before that."


# With which numbers, for the recipe


@sentence
def varied(seeds: str, strength: float) -> str:
    return f"Variation seed: {seeds}, strength {strength:g}"


@sentence
def drawn_over(strength: float) -> str:
    return f"Drawn over its picture: strength {strength:.2g}"


@sentence
def enlarged(factor: float, width: int, height: int, strength: float) -> str:
    return f"Enlarged: ×{factor:g} to {width}×{height}, strength {strength:.2g}"

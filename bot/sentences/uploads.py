"""What is said of pictures that people bring: why one is not taken, and what may be drawn from it."""

from __future__ import annotations

from typing import Literal

from bot.sentences.sentence import fixed, sentence

Reason = Literal["no_picture", "animated", "damaged", "too_large", "too_small", "too_long", "no_mask"]

_REASONS: dict[Reason, str] = {
    "no_picture": "I can begin with PNG, JPEG and WebP pictures, and this is none of them.",
    "animated": "This picture moves. Please attach a still one.",
    "damaged": "This file is damaged or incomplete. Please save the picture again, and attach that.",
    "too_large": "This picture has too many pixels for me. A copy of up to 3,000×3,000 works.",
    "too_small": "This picture is too small to begin with: each side needs 64 pixels or more.",
    "too_long": "This picture is too long: one side may be at most four times the other. Please crop it.",
    "no_mask": "A mask is black and white: paint white where the picture is to be drawn anew, and black elsewhere.",
}


@sentence
def unusable(reason: Reason) -> str:
    return _REASONS[reason]


NEEDS_TAGGER = fixed(
    "uploads.NEEDS_TAGGER",
    "I take no pictures here: nothing is set up to check what they show. The operator can add a picture tagger.",
)
NEEDS_IMAGE = fixed("uploads.NEEDS_IMAGE", "There is no picture to begin with. Attach one with the option `image`.")
NEEDS_AREA = fixed(
    "uploads.NEEDS_AREA",
    "Say what to draw anew: attach a mask, or choose an area such as hair, or where the picture is to go on.",
)
ONE_AREA = fixed(
    "uploads.ONE_AREA", "Please give one of these only: a mask, an area, or where the picture is to go on."
)
ONLY_SAFE = fixed(
    "uploads.ONLY_SAFE",
    "What begins with somebody's picture is drawn at `safe` only, and so is everything that is made of it.",
)
NOT_SAFE = fixed("uploads.NOT_SAFE", "I cannot draw from this picture: it is not `safe`. Please choose another one.")
NOT_CHECKED = fixed(
    "uploads.NOT_CHECKED", "I could not check what this picture shows, so I draw nothing from it. Please try again."
)
INPUT_GONE = fixed(
    "uploads.INPUT_GONE",
    "I do not have the picture that this began with, or somebody else brought it. "
    "Attach it again with `/imagine` or `/inpaint`.",
)
ENGINE_AWAY = fixed("uploads.ENGINE_AWAY", "The engine is not ready, so I cannot look at pictures yet. Try again soon.")


Area = Literal["left", "right", "top", "bottom", "centre", "background", "face", "hair", "clothes"]

CHOOSE_AREA = fixed("uploads.CHOOSE_AREA", "Which part to draw anew; all of it if you choose none")
FACE_IS_GUESSED = fixed(
    "uploads.FACE_IS_GUESSED", "Where I see no face, I take it to be where portraits usually have it."
)
NOT_VARIED = fixed(
    "uploads.NOT_VARIED", "A part of a picture is drawn anew without a variation, so the variation was left out."
)


@sentence
def area(name: Area) -> str:
    """Name a part of a picture."""
    return name


@sentence
def strength_outside(strength: float) -> str:
    return f"The strength is {strength:g}. It goes from 0.01 (nearly the same) to 1 (nothing of it stays)."


@sentence
def less_than_a_step(strength: float, steps: int) -> str:
    return f"A strength of {strength:g} is less than one of {steps} steps. Use more strength or more steps."


# Words for a picture

NAMES_NOTHING = fixed(
    "uploads.NAMES_NOTHING",
    "What rates pictures here names no tags. The operator can set up a WD v3 tagger, which does.",
)


@sentence
def left_out(tags: int) -> str:
    return f"{'1 more tag is' if tags == 1 else f'{tags} more tags are'} unknown, or not for this channel."

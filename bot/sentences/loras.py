"""What is said of LoRAs: which there are, how they are chosen, and where one may not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sentences.quoting import quoted
from bot.sentences.sentence import Sentence, fixed, sentence

if TYPE_CHECKING:
    from engine.wire import Rating

NONE_HERE = fixed("loras.NONE_HERE", "There are no LoRAs here: leave the option `lora` out.")
ALLOWED = fixed("loras.ALLOWED", "Nothing is in the way of the LoRAs.")
NOT_IN_THIS_SERVER = fixed("loras.NOT_IN_THIS_SERVER", "One of these LoRAs may not be used here. Choose another one.")
NO_DRAFTS = fixed("loras.NO_DRAFTS", "There are no drafts here at the moment. Please ask without `draft`.")
NOT_RATED = fixed(
    "loras.NOT_RATED", "Drafts are only drawn where pictures are rated, because negative prompts do nothing in them."
)
DRAFT_ALLOWED = fixed("loras.DRAFT_ALLOWED", "Drafts may be drawn here.")
REFUSED = fixed(
    "loras.REFUSED", "A LoRA of this request was changed or removed. Press Edit, choose it again, and draw it anew."
)


@sentence
def unknown(name: str, near: Sentence) -> str:
    return f"There is no LoRA {quoted(name)}: {near!s}"


@sentence
def too_many(most: int) -> str:
    return f"At most {most} LoRAs can be used together."


@sentence
def twice(name: str) -> str:
    return f"The LoRA {quoted(name)} is there twice; name it once."


@sentence
def no_weight(name: str, typed: str) -> str:
    return f"{quoted(typed)} is no weight for the LoRA {quoted(name)}: write a number from 0 to 2, such as `0.8`."


@sentence
def weight_outside(name: str, value: float, most: float) -> str:
    return f"The weight of the LoRA {quoted(name)} is {value:.4g}; it may be from 0 to {most:g}."


@sentence
def above_its_rating(title: str, most: Rating) -> str:
    return f"The LoRA {quoted(title)} is for pictures up to `{most}`. Lower the rating, or leave it out."


@sentence
def for_some_roles(title: str) -> str:
    return f"The LoRA {quoted(title)} is for members with certain roles. Choose another one."


@sentence
def made_for_another(title: str, base: str, model: str) -> str:
    return f"The LoRA {quoted(title)} was made for {quoted(base)}; with {quoted(model)} it may do little, or harm."

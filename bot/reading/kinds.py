"""What can be read out of a stranger's file: each kind says how, and as what the answer is taken.

Imported by both processes. Whatever weighs more than these imports is imported where it is needed, for the reader has
to start within a fraction of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

from bot.picture.brought import BroughtPicture, of_mask, of_picture
from bot.picture.recipes.programs import Written
from bot.picture.recipes.programs import of_picture as recipe_of
from bot.safety.policy import ServerPolicy, imported

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


class FileKind(NamedTuple, Generic[T]):
    """One sort of reading."""

    name: str
    thing: Literal["picture", "file"]
    """What a member calls it."""
    read: Callable[[bytes], T]
    """Runs in the reader; raises `bot.errors.InvalidRequest` with a sentence for the member."""
    answer: Any
    """The type of what it gives, checked again when it comes back."""
    max_answer_bytes: int = 256 * 1024
    """Of an answer as it is sent: a recipe of the greatest length, twice, in characters of four bytes, has 160,000."""


RECIPE: FileKind[Written | None] = FileKind("recipe", "picture", recipe_of, Written | None)
"""What a picture says of how it was made; None: nothing."""

POLICY: FileKind[ServerPolicy | None] = FileKind("policy", "file", imported, ServerPolicy)
"""The settings of a server; never None, which would be one more file to look into."""

_PIXELS_BYTES = 4 * 1024 * 1024
"""A picture of the largest size at which one is worked on, as a PNG that does not compress: 3.2 MB."""

PICTURE: FileKind[BroughtPicture | None] = FileKind(
    "brought picture", "picture", of_picture, BroughtPicture, _PIXELS_BYTES
)
"""A picture to begin with."""

MASK: FileKind[BroughtPicture | None] = FileKind("mask", "picture", of_mask, BroughtPicture, _PIXELS_BYTES)
"""Which part of one is drawn anew."""

KINDS: Mapping[str, FileKind[Any]] = {kind.name: kind for kind in (RECIPE, POLICY, PICTURE, MASK)}

"""Takes pictures that people bring: read by the process for strangers' files, and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import InvalidRequest
from bot.reading.kinds import MASK, PICTURE
from bot.request import Input
from bot.sentences import recipes
from bot.sentences import uploads as says

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.attachments import Attachments, File
    from bot.picture.brought import BroughtPicture
    from bot.reading.kinds import FileKind
    from bot.safety.policy import OperatorPolicy
    from bot.store import Store


@dataclass(kw_only=True, eq=False)
class Uploads:
    """What it takes is safe for ever, and nothing is drawn from it before the engine has looked."""

    operator: OperatorPolicy
    attachments: Attachments
    store: Store
    now: Callable[[], float]
    """Unix time in seconds."""

    def check(self) -> None:
        """Make sure that pictures are taken at all.

        Raises:
            InvalidRequest: Nothing looks at them.
        """
        if not self.operator.tagger:
            raise InvalidRequest(says.NEEDS_TAGGER)

    async def take(self, person: int, file: File) -> Input:
        """Read a picture to begin with, and keep it.

        Raises:
            InvalidRequest: It is not taken; the message says why.
        """
        self.check()
        return await self._keep(person, await self._read(person, file, PICTURE))

    async def take_with_mask(self, person: int, file: File, mask: File) -> tuple[Input, str]:
        """Read a picture and its mask in the time for one answer, and keep both, the mask by its checksum.

        Raises:
            InvalidRequest: One of them is not taken, and neither is kept; the message says why.
        """
        self.check()
        until = self.attachments.answer_until()
        brought = await self._read(person, file, PICTURE, until=until)
        painted = await self._read(person, mask, MASK, until=until)
        return await self._keep(person, brought), (await self._keep(person, painted)).sha256

    async def _read(
        self, person: int, file: File, kind: FileKind[BroughtPicture | None], *, until: float | None = None
    ) -> BroughtPicture:
        brought = await self.attachments.first([file], kind, person=person, until=until)
        if brought is None:
            raise InvalidRequest(recipes.NO_PICTURE)
        return brought

    async def _keep(self, person: int, brought: BroughtPicture) -> Input:
        kept = await self.store.inputs.keep(person, brought, now=self.now())
        return Input(sha256=kept.sha256, width=kept.width, height=kept.height)

"""The table of opened forms: one that was open while the bot restarted can still be sent, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.job import row_key
from bot.request import Options
from bot.sentences.sentence import Sentence  # noqa: TC001  msgspec reads the types of a struct
from bot.store.kept_values import KeptValues

if TYPE_CHECKING:
    from collections.abc import Mapping


class OpenForm(Options, frozen=True, kw_only=True):
    """What somebody is about to ask for, and where it comes from."""

    given: str = ""
    """Words in it that somebody else wrote."""
    notes: tuple[Sentence, ...] = ()
    """What of a picture's recipe has no place in it."""


def open_form(options: Options, *, given: str, notes: tuple[Sentence, ...] = ()) -> OpenForm:
    """Begin a form with what somebody could have typed."""
    return OpenForm(**msgspec.structs.asdict(options), given=given, notes=notes)


class Forms(KeptValues[OpenForm]):
    """What a form was opened with, and what was changed in it since, by its public id."""

    _kind, _table, _column, _kept_at = OpenForm, "forms", "options", "opened_at"

    async def get(self, form_id: str, user_id: int) -> OpenForm | None:
        """Give what this person's form holds now; None if it is no longer kept."""
        return self._first(
            await self._database.fetch(
                "SELECT * FROM forms WHERE key = :key AND user_id = :user_id",
                {"key": row_key(form_id), "user_id": user_id},
            )
        )

    async def change(self, form_id: str, user_id: int, changes: Mapping[str, object]) -> OpenForm | None:
        """Change some of a person's form in one step, whatever else is changed at the same time; None as for `get`."""
        return self._first(
            await self._database.fetch(
                """
                UPDATE forms SET options = json_patch(options, :changes)
                WHERE key = :key AND user_id = :user_id RETURNING *
                """,
                {
                    "key": row_key(form_id),
                    "user_id": user_id,
                    "changes": msgspec.json.encode(changes).decode(),
                },
            )
        )

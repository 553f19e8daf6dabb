"""SQLite and the spool: what must survive the death of the process."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StoreError
from bot.store.acceptances import Acceptances
from bot.store.database import open_database
from bot.store.drafts import Drafts
from bot.store.forgotten import Forgotten
from bot.store.forms import Forms
from bot.store.inputs import Inputs
from bot.store.jobs import Jobs
from bot.store.kept_backups import KeptBackups
from bot.store.key import folder_key
from bot.store.manifest import DATABASE, FORGOTTEN, KEY, SPOOL
from bot.store.operation import Operation
from bot.store.paces import Paces
from bot.store.patience import WAITS_S
from bot.store.people import People
from bot.store.pictures import StoredPictures
from bot.store.policies import Policies
from bot.store.queue import StoredQueue
from bot.store.records import Records
from bot.store.reports import Reports
from bot.store.restore import require_whole
from bot.store.spool import Spool
from bot.store.strikes import Strikes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from bot.store.database import Database


class Beside(NamedTuple):
    """What of a data folder is not in its database."""

    spool: Spool
    forgotten: Forgotten
    backups: KeptBackups


class Store:
    """The open data folder: an object for each group of tables."""

    def __init__(
        self,
        database: Database,
        beside: Beside,
        policies: Policies,
        key: bytes,
        *,
        waits_s: Sequence[float] = (),
        same: Store | None = None,
    ) -> None:
        """Let the same database be used by each group of tables; `open` is for everybody else.

        Args:
            database: The open file.
            beside: What is kept in other files.
            policies: One memory of what admins decided: a second one would not hear of a change.
            key: What prompts and people are hashed with.
            same: The same store with other waits, which remembers what this one does.
            waits_s: Between two tries, where the store is full or locked; empty: the first failure is raised.
        """
        asking = database.patient(waits_s)
        self.jobs = Jobs(asking)
        self.pictures = StoredPictures(database, beside.spool, waits_s=waits_s)
        self.inputs = Inputs(database, beside.spool, waits_s=waits_s, same=same.inputs if same else None)
        self.drafts = Drafts(asking)
        self.forms = Forms(asking)
        self.people = People(asking, same.people.remembered if same else None)
        self.queue = StoredQueue(asking)
        self.paces = Paces(asking)
        self.acceptances = Acceptances(asking, same.acceptances.remembered if same else None)
        self.operation = Operation(asking)
        self.reports = Reports(asking, key)
        self.policies = policies
        self.records = Records(asking, key)
        self.strikes = Strikes(asking, key, same.strikes.remembered if same else None)
        self.key = key
        self.forgotten = beside.forgotten
        self.backups = beside.backups
        self._database = database
        self._beside = beside

    async def require_writable(self) -> None:
        """Take the lock of a writer and give it back; nothing is written, so a full disk is not found.

        Raises:
            StoreUnavailable: It is not given: the file is read-only, locked by another program, or damaged.
        """
        await self._database.fetch("UPDATE paces SET measured = measured WHERE width < 0")

    async def scrub(self) -> None:
        """Leave nothing of what was deleted in the database's files."""
        await self._database.scrub()

    async def lengthen_log(self) -> None:
        """Prepare the database for many requests at once; some tenths of a second, so before the bot is at work."""
        await self._database.lengthen_log()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, folder: Path, *, backups: Path | None = None, busy_timeout_s: float = 5.0
    ) -> AsyncGenerator[Store]:
        """Open the data folder, or make it; only its owner may look inside, for it holds what people asked for.

        Args:
            folder: The data folder.
            backups: Where its backups are, and one is made before its database is brought up to date; None: as usual.
            busy_timeout_s: For another program's lock on the database.

        Raises:
            StoreError: Another bot uses it, or it cannot be written, or its database cannot be used.
        """
        spool, path, key_file = folder / SPOOL, folder / DATABASE, folder / KEY
        kept = KeptBackups(folder, backups)
        for place in (folder, spool):
            _make(place)
        require_whole(folder)
        if key_file.exists() and _is_emptied(path):  # every file of the spool would be nobody's
            raise StoreError(f"{path}: empty, and was not; restore a copy, or delete it to start afresh")
        async with open_database(path, busy_timeout_s=busy_timeout_s, backups=kept.folder) as database:
            key = folder_key(key_file)  # under the database's lock: two starts must not make two
            beside = Beside(Spool(spool), Forgotten(folder / FORGOTTEN, key), kept)
            yield cls(database, beside, Policies(database), key)

    def patient(self, waits_s: Sequence[float] = WAITS_S) -> Store:
        """Give the same store for work for which nobody waits: where it is full or locked, it is tried until it is not.

        Whoever is to be answered within seconds uses the store itself, and is told when it cannot be used.
        """
        return Store(self._database, self._beside, self.policies, self.key, waits_s=waits_s, same=self)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        found = "a link that leads nowhere" if folder.is_symlink() else "something else of this name"
        raise StoreError(f"{folder}: the folder cannot be made: there is {found}") from error
    except OSError as error:
        raise StoreError(f"{folder}: the folder cannot be made: {error.strerror}") from error


def _is_emptied(path: Path) -> bool:
    return path.is_file() and not path.stat().st_size

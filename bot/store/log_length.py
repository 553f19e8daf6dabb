"""Gives SQLite's log its length before anybody waits for the disk.

To sync a file that has grown is to wait for the file system's own journal, too, and so for all that other programs have
to be written just then. Bytes that are overwritten are synced alone. SQLite keeps a log's length until the database is
closed, and begins it anew when all of it is written back (sqlite.org/wal.html, Avoiding Excessively Large WAL Files).
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

LENGTH_BYTES = 8 * 2**20
"""What two hundred requests write, which are more than come between two times that it is written back."""


def lengthen(path: Path) -> None:
    """Write so much that it spills into the log, and undo it: it counts for nothing, and what comes next overwrites it.

    Where that is not possible, the log grows as it is needed.

    Args:
        path: The database, which somebody else holds open; whoever writes meanwhile waits.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:  # closing undoes it, whatever happened
            connection.execute("PRAGMA cache_size = 16")  # pages; all others are in the log at once
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE too_large (bytes)")
            connection.execute("INSERT INTO too_large VALUES (zeroblob(?))", (LENGTH_BYTES,))
    except sqlite3.Error as error:
        log.info("%s: its log is not made longer: %s", path, error)

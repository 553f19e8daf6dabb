"""Writes down whom a process connects to and whose address it asks for; Python imports this by itself, before all else.

For tests that put this folder into PYTHONPATH and name a file in ESHI_TEST_CONNECTIONS.
"""

import os
import sys

_FILE = os.environ.get("ESHI_TEST_CONNECTIONS")


def _note(event, arguments):
    if event not in {"socket.connect", "socket.getaddrinfo", "socket.bind"}:
        return
    where = arguments[1] if event != "socket.getaddrinfo" else arguments[0]
    host = where[0] if isinstance(where, tuple) else where
    with open(_FILE, "a") as file:  # noqa: PTH123  as early as this, nothing else is imported
        file.write(f"{os.getpid()} {event} {host!r}\n")


if _FILE:
    sys.addaudithook(_note)

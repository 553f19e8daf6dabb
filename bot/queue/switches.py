"""What is switched off: of a server by its moderators or by the operator, or everywhere; it moves no job."""

from __future__ import annotations

from bot.errors import QueueClosed
from bot.sentences import queue as says


class Switches:
    """Servers by their ids; a private conversation has the negative one of its person."""

    def __init__(self) -> None:
        self.paused: set[int] = set()
        """Nothing of theirs is started."""
        self.closed: set[int] = set()
        """Nothing new is taken from them."""
        self.blocked: set[int] = set()
        """Both, by the operator, whatever moderators decide."""
        self.closed_to_all = False

    def is_still(self, server: int) -> bool:
        """Whether the turn of nothing of a server comes."""
        return server in self.paused or server in self.blocked

    def require_open(self, server: int) -> None:
        """Let something new come.

        Raises:
            QueueClosed: This server takes no new jobs, or nobody does.
        """
        if server in self.blocked:
            raise QueueClosed(says.SERVER_BLOCKED)
        if self.closed_to_all:
            raise QueueClosed(says.OPERATOR_CLOSED)
        if server in self.closed:
            raise QueueClosed(says.CLOSED)

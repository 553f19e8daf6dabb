"""What an error of Ray's means: whether its worker is gone, and in a line what Ray says in a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ray.exceptions import LocalRayletDiedError, NodeDiedError, ObjectLostError, RayActorError, WorkerCrashedError

from engine.clients import DETAIL_CHARS

if TYPE_CHECKING:
    from ray.exceptions import RayError

_NODE_GONE = NodeDiedError, LocalRayletDiedError, ObjectLostError
"""What a worker has said stays on its node until it is fetched: of a node that dies it is this that is missed first."""

GONE = RayActorError, WorkerCrashedError, *_NODE_GONE
"""The worker is gone, and the job that heard of it first is not to blame."""


def sentence(error: RayError) -> str:
    """Say what went wrong, for an operator."""
    said = str(error)
    if missing := re.search(r"ModuleNotFoundError: No module named '[\w.]+'", said):
        return f"its node lacks what the engine needs ({missing[0]})"
    if isinstance(error, _NODE_GONE):
        return "its node is gone"
    if isinstance(error, GONE):
        return "its process ended"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:DETAIL_CHARS] if lines else type(error).__name__

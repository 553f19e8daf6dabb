"""What the bot counts about itself: no person, no place and no word in it, and labels out of closed sets."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, get_args

from bot.request import SHAPES
from engine.measures import OTHER, Counter, Gauge, Histogram, Measures
from engine.wire import ErrorCode

if TYPE_CHECKING:
    from bot.request import Request

STATES = ("queued", "running", "rendered")
"""Of jobs that have not ended."""

RULES = (
    *("operator", "tagger", "place", "server", "channel", "role", "access", "channels", "lock"),
    *("length", "tags", "denied", "negative", "adults", "vocabulary", "reported", "withheld", "upload"),
    *("model", "lora", "draft"),
    *("queue_full", "queue_closed"),
    OTHER,
)
"""The gate's, and two that the line has."""

FAILURES = (*get_args(ErrorCode), "quarantined", "begun_too_often", "parent_gone")
"""The engine's codes, and why the bot gives a job up by itself."""

ROUTES = ("interaction", "edit", "message", "commands", "gateway", OTHER)
STATUSES = ("2xx", "401", "403", "404", "429", OTHER, "5xx", "none")
"""``none``: Discord was not reached."""

RESTARTS = ("exit", "signal", "hung", "not_ready", "cannot_start", "unusable")

MAX_SHARDS = 32
"""With more, the latency of each is not shown: nobody looks at so many."""

MAX_WORKERS = 32
"""Of more engines the first are shown."""

WAITS_S = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900)
ACKS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3)
"""After three seconds Discord takes no answer (developer documentation, Receiving and Responding)."""


class BotMeasures(Measures):
    """Counted where it happens; `bot.operating` sets the gauges when somebody asks."""

    def __init__(self) -> None:
        self.jobs = Gauge("eshi_jobs", "Jobs that have not ended.", state=STATES)
        self.oldest = Gauge("eshi_job_oldest_seconds", "How long the job that came first has waited in line; 0: none.")
        self.wait = Histogram(
            "eshi_job_wait_seconds", "From a request to the start of its drawing, by attempt.", buckets=WAITS_S
        )
        self.draw = Histogram(
            "eshi_job_draw_seconds",
            "What the engine took for a job.",
            buckets=WAITS_S,
            shape=(*(f"{width}x{height}" for width, height in SHAPES.values()), OTHER),
        )
        self.ack = Histogram(
            "eshi_ack_seconds", "From a command, press or form to the end of its first answer.", buckets=ACKS_S
        )
        self.refusals = Counter("eshi_refusals_total", "Requests refused, by the rule that did.", rule=RULES)
        self.failures = Counter("eshi_failures_total", "Jobs that failed.", code=FAILURES)
        self.delivered = Counter("eshi_pictures_delivered_total", "Pictures shown in a message.")
        self.edits = Counter(
            "eshi_edits_total",
            "Edits of messages.",
            result=("done", "refused", "limited", "failed", "left_out"),
        )
        self.responses = Counter(
            "eshi_discord_responses_total",
            "Discord's answers over HTTP.",
            **{"class": ROUTES, "status": STATUSES},
        )
        self.invalid = Gauge(
            "eshi_discord_invalid_requests", "Of the last ten minutes; at 10,000 Discord blocks this address."
        )
        self.gateway = Gauge("eshi_gateway_up", "1: the gateway is connected on every shard.")
        self.latency = Gauge(
            "eshi_gateway_latency_seconds", "From a heartbeat to its answer.", shard=map(str, range(MAX_SHARDS))
        )
        self.database = Gauge("eshi_database_up", "1: the database took the lock of a writer within a moment.")
        self.database_bytes = Gauge("eshi_database_bytes", "SQLite's file and its log.")
        self.spool_bytes = Gauge("eshi_spool_bytes", "Pictures that are kept.")
        self.free_bytes = Gauge("eshi_data_free_bytes", "Room left where the data folder is.")
        self.backup = Gauge("eshi_backup_age_seconds", "Since the last whole backup; nothing where there is none.")
        self.engine = Gauge(
            "eshi_engine_up",
            "1: this engine draws; of several in the order of bot.engine.urls.",
            worker=map(str, range(MAX_WORKERS)),
        )
        self.restarts = Counter(
            "eshi_engine_restarts_total", "Engines of ours that ended, by how; each is started again.", reason=RESTARTS
        )
        built = (version("eshi"), platform.python_version(), version("discord.py"))
        self.build = Gauge(
            "eshi_build_info",
            "Always 1.",
            **dict(zip(("version", "python", "discord_py"), ((one,) for one in built), strict=True)),
        )
        self.build.set(*built, to=1)

    def drew(self, request: Request, engine_s: float) -> None:
        """Count what the engine took."""
        self.draw.add(f"{request.sampling.width}x{request.sampling.height}", value=engine_s)

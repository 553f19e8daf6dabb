"""A job: a request in the queue, the states it passes through, and nothing of where it is kept.

Every ``…_at`` is Unix time in seconds.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bot.config import Rating
from bot.errors import WrongState
from bot.request import Request
from bot.sentences.sentence import Sentence
from engine.wire import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.wire import Ready

USUAL_FILE_BYTES = 10 * 1024 * 1024
"""Discord's limit for a file where nobody paid for more (developer documentation, Uploading Files)."""

ID_PATTERN = "[0-9A-HJKMNP-TV-Z]{6}"
"""What a job's id looks like, for the custom ids of buttons."""

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_ID_LENGTH = 6  # a fixed width sorts as text; 32⁶ is a thousand million jobs
_MISREAD = str.maketrans("OIL", "011")


def public_id(key: int) -> str:
    """Write a row's number as people see it: short, sorts by age, hard to misread."""
    digits = ""
    for _ in range(_ID_LENGTH):
        key, digit = divmod(key, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def row_key(job_id: str) -> int | None:
    """Read an id back, as it was written or as somebody typed it; None is no id at all."""
    digits = job_id.strip().upper().translate(_MISREAD)
    if not 0 < len(digits) <= _ID_LENGTH or any(digit not in _DIGITS for digit in digits):
        return None
    key = 0
    for digit in digits:
        key = key * len(_DIGITS) + _DIGITS.index(digit)
    return key


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    RENDERED = "rendered"
    """Every picture is in the spool: a restart delivers them without drawing again."""
    DELIVERED = "delivered"
    """Its pictures are in its message or, where `Job.kept` says why not, wait in the spool for `/show`."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """The gate said no after the job had been accepted: when it started, or before it was shown."""


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.DELIVERED, State.FAILED, State.CANCELLED, State.REFUSED}),
    State.RUNNING: frozenset({State.QUEUED, State.RENDERED, State.FAILED, State.CANCELLED, State.REFUSED}),
    State.RENDERED: frozenset({State.QUEUED, State.DELIVERED, State.FAILED, State.CANCELLED, State.REFUSED}),
    State.DELIVERED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
    State.REFUSED: frozenset(),
}
"""What may follow what; running → queued is a job whose engine or bot died under it, rendered → queued one whose files
were damaged before they were shown, queued → delivered one out of a backup that was delivered since."""

UNFINISHED = tuple(state for state, following in TRANSITIONS.items() if following)


class DrawnWith(Struct, frozen=True, kw_only=True):
    """What decides, besides request and seed, how a picture comes out to the last pixel."""

    model_name: str
    model_hash: str
    """"": it is no single file."""
    vae: str
    device: str
    versions: dict[str, str]
    """Of the engine and its libraries."""
    loras: tuple[str, ...] = ()
    upscaler: str = ""
    """What enlarges pixels; "": latents are enlarged."""
    card: int = 0
    """Which of several drew it, from 1, as they were counted then; 0: there was one. It decides nothing by itself."""

    @classmethod
    def of(cls, engine: Ready, model: str = "", *, card: int = 0) -> DrawnWith:
        """Say what an engine draws with, as the checkpoint of that name; "": the one that it begins with."""
        other = next((one for one in engine.models if one.name == model), None) if model else engine
        return cls(
            model_name=model if other is None else other.model_name,
            model_hash="" if other is None else other.model_hash,
            vae=engine.vae,
            device=engine.device,
            versions=engine.versions,
            upscaler=engine.upscaler,
            card=card,
        )

    def differences(self, other: DrawnWith, *, enlarged: bool = False, begun: bool = False) -> tuple[str, ...]:
        """Name what is not the same in another one: ``model``, ``vae``, ``device``, ``loras``, and libraries.

        Of what was enlarged also the ``upscaler``, of what was begun with a picture also ``keep_brightness``.
        """
        same_file = self.model_hash == other.model_hash if self.model_hash and other.model_hash else None
        same = {
            "model": self.model_name == other.model_name if same_file is None else same_file,
            "vae": self.vae == other.vae,
            "device": self.device == other.device,
            "loras": self.loras == other.loras,
            "upscaler": self.upscaler == other.upscaler or not enlarged,
        }
        libraries = sorted({*self.versions, *other.versions} - (set() if begun else {"keep_brightness"}))
        same |= {name: self.versions.get(name) == other.versions.get(name) for name in libraries}
        return tuple(name for name, unchanged in same.items() if not unchanged)


class NewJob(Struct, frozen=True, kw_only=True):
    """A request with everything that is needed to draw it and to find its asker again."""

    user_id: int
    guild_id: int | None
    """None: a direct message."""
    channel_id: int
    application_id: int
    interaction_id: int
    interaction_token: str
    """Opens the acknowledging message for 15 minutes after `token_created_at`."""
    token_created_at: float
    request: Request
    prompt: str
    negative_prompt: str
    notes: tuple[Sentence, ...] = ()
    """For the asker, about what was made of the request."""
    max_file_bytes: int = USUAL_FILE_BYTES
    """What Discord let this asker upload here, for each file."""
    weight: float = 1.0
    """How much more of the server's turns the asker has than somebody without a priority role."""

    @property
    def private(self) -> bool:
        return self.request.private


class Job(NewJob, frozen=True, kw_only=True):
    """One job at one moment; each step of its life returns the next value or raises `WrongState`."""

    id: str
    state: State = State.QUEUED
    message_id: int | None = None
    """The message that acknowledged the job and becomes its result; None until Discord told its number."""
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    engine_s: float | None = None
    attempts: int = 0
    """How often it was given to an engine that took it."""
    deaths: int = 0
    """How often the engine died while it had this job."""
    lone_deaths: int = 0
    """At how many of those it had no other job."""
    redrawn: int = 0
    """How often it has to be drawn again because the file of a picture was damaged before it was shown."""
    error: Sentence | None = None
    """Why it ended without a picture, for its asker."""
    tell: bool = False
    """The asker wants to be told when it is over, and was not told yet."""
    untold: bool = False
    """It has ended, and its message does not say so yet."""
    kept: Sentence | None = None
    """Why its pictures are not in its message but wait for `/show`, for its asker."""
    held: bool = False
    """It keeps its place in the queue and is not drawn until somebody resumes it."""
    moved_at: float | None = None
    """When it was put before the others of its asker; None: it stands by age."""
    drawn_with: DrawnWith | None = None
    """By its last attempt; None: it was not begun, or before that was kept."""
    begins: Origin | None = None
    """What its last attempt began with."""
    restored: bool = False
    """It comes out of a backup in which it was not at its end; what became of it since was not looked at."""
    from_upload: bool = False
    """Its chain began with a picture that somebody brought, whatever its request says."""

    def __repr__(self) -> str:
        # Prompt and token must not reach a log because somebody logged a job.
        return f"<Job {self.id} {self.state}>"

    @property
    def link(self) -> str:
        """To its message, which others can see; "": there is none of the kind."""
        if self.private or self.message_id is None:
            return ""
        return f"https://discord.com/channels/{self.guild_id or '@me'}/{self.channel_id}/{self.message_id}"

    @property
    def suspect(self) -> bool:
        """Whether it may be what kills the engine, and is better drawn with nobody else's work beside it."""
        return self.deaths > 0

    @property
    def wire_id(self) -> str:
        """What the engine calls this attempt: a job that is drawn again never meets its former self's events."""
        return f"{self.id}.{self.attempts}"

    def started(self, *, now: float, drawn_with: DrawnWith | None = None, begins: Origin = "noise") -> Job:
        return self._moved(
            State.RUNNING, started_at=now, attempts=self.attempts + 1, drawn_with=drawn_with, begins=begins
        )

    def put_back(self, *, deaths: int = 0, lone_deaths: int = 0, begun: bool = True) -> Job:
        """Go back into the line, with so many more deaths of the engine to its name.

        Args:
            deaths: All of them.
            lone_deaths: Those at which the engine had no other job.
            begun: Whether the engine took it; what it refused was no attempt.
        """
        self._require(State.RUNNING, State.QUEUED)
        return self._moved(
            State.QUEUED,
            started_at=None,
            attempts=self.attempts - (not begun),
            deaths=self.deaths + deaths,
            lone_deaths=self.lone_deaths + lone_deaths,
        )

    def lost(self) -> Job:
        """Go back into the line with nothing left of what was drawn."""
        self._require(State.RENDERED, State.QUEUED)
        return self._moved(State.QUEUED, started_at=None, engine_s=None, redrawn=self.redrawn + 1)

    def rendered(self, *, engine_s: float) -> Job:
        return self._moved(State.RENDERED, engine_s=engine_s)

    def found_delivered(self, *, now: float) -> Job:
        """Learn from its message that it was delivered after the backup from which it comes."""
        if not self.restored:
            raise WrongState(self.id, self.state, f"become {State.DELIVERED}")
        return self._moved(State.DELIVERED, finished_at=now)

    def delivered(self, *, now: float) -> Job:
        self._require(State.RENDERED, State.DELIVERED)
        return self._moved(State.DELIVERED, finished_at=now)

    def kept_back(self, sentence: Sentence, *, now: float) -> Job:
        self._require(State.RENDERED, State.DELIVERED)
        return self._ended(State.DELIVERED, kept=sentence, finished_at=now)

    def failed(self, sentence: Sentence, *, now: float) -> Job:
        return self._ended(State.FAILED, error=sentence, finished_at=now)

    def cancelled(self, sentence: Sentence, *, now: float) -> Job:
        return self._ended(State.CANCELLED, error=sentence, finished_at=now)

    def refused(self, sentence: Sentence, *, now: float) -> Job:
        return self._ended(State.REFUSED, error=sentence, finished_at=now)

    def _ended(self, target: State, **changes: object) -> Job:
        return self._moved(target, untold=self.message_id is not None, **changes)

    def _require(self, state: State, target: State) -> None:
        if self.state is not state:
            raise WrongState(self.id, self.state, f"become {target}")

    def _moved(self, target: State, **changes: object) -> Job:
        if target not in TRANSITIONS[self.state]:
            raise WrongState(self.id, self.state, f"become {target}")
        return replace(self, state=target, **changes)


class StoredPicture(Struct, frozen=True, kw_only=True):
    """One picture of a job in the spool."""

    number: int
    """Which picture of the job, from 0."""
    seed: int
    file: str
    """Its name in the spool."""
    size_bytes: int
    rating: Rating | None = None
    """What it shows, as measured; None where nothing rated it."""
    sha256: str | None = None
    """Of the file, in hexadecimal digits; None: it was kept before files had one."""
    latents_sha256: str | None = None
    """Likewise of the file beside it with its latents; None: there is none."""
    deleted: bool = False
    """The file is gone: somebody deleted it, or its time was over."""

    @property
    def latents_file(self) -> str:
        """The name of the file with its latents, where there is one."""
        return latents_file(self.file)


def latents_file(file: str) -> str:
    """Name the file for latents beside a picture's."""
    return f"{file.rpartition('.')[0]}.latents"

"""The tables under ``[bot]`` of the configuration file: each key with its default and its bounds."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from engine.config import MetricsTable
from engine.samplers import OFFERED, Sampler
from engine.wire import Rating


class Discord(Struct, frozen=True, forbid_unknown_fields=True):
    """Where Discord is."""

    api: str = "https://discord.com/api/v10"
    """Base of the REST routes; the local Discord prints its own."""
    token_file: str = ""
    """A file that holds the bot token; the environment's ESHI_TOKEN wins. Never the token itself."""

    def __post_init__(self) -> None:
        """Refuse what is no address: it would be asked for the gateway."""
        try:
            address = urlsplit(self.api)
            is_one = address.scheme in {"http", "https"} and address.hostname and address.port != 0
        except ValueError:  # brackets, or a port of more than 65535
            is_one = False
        if not (is_one and self.api.isascii() and self.api.isprintable() and " " not in self.api):
            raise ValueError('api: expected an address such as "https://discord.com/api/v10"')


class EngineProcess(Struct, frozen=True, forbid_unknown_fields=True):
    """Who starts the engine."""

    url: str = ""
    """Set: connect there and start nothing, so that a bot restart keeps the weights warm. "": start a child."""
    urls: tuple[str, ...] = ()
    """In place of ``url``: several engines, each with a card of its own."""
    command: Literal["serve", "cluster"] = "serve"
    """Which of the engine's own the bot starts as its child."""
    start_timeout_s: Annotated[float, Meta(ge=1, le=86_400)] = 600.0
    """Reading seven gigabytes from a slow disk takes minutes."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself; msgspec names the table."""
        if self.url and self.urls:
            raise ValueError("give url or urls, not both")
        if len(set(self.urls)) < len(self.urls):
            raise ValueError("urls: one of them is there twice")

    @property
    def running(self) -> tuple[str, ...]:
        """Where engines are that somebody else starts; none: the bot starts its own."""
        return self.urls or ((self.url,) if self.url else ())


Waiting: TypeAlias = Annotated[int, Meta(ge=0, le=100_000)]
"""Jobs: with a hundred thousand in the queue the benches still answer within Discord's three seconds."""

AtLeastOne: TypeAlias = Annotated[int, Meta(ge=1, le=100_000)]

Running: TypeAlias = Annotated[int, Meta(ge=0, le=1000)]
"""Jobs: many times what any engine takes at once."""

PerDay: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000)]
"""Pictures: ten a second, around the clock."""


def _require_offered(key: str, sampler: Sampler) -> None:
    """Refuse a sampler that members are not to have; msgspec names the table.

    Raises:
        ValueError: It is for `python -m engine draw` alone.
    """
    if sampler not in OFFERED:
        raise ValueError(f"{key}: {sampler!r} is not for members; choose from {', '.join(OFFERED)}")


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What one request may ask for, and how many may wait."""

    max_count: Annotated[int, Meta(ge=1, le=4)] = 4
    min_steps: Annotated[int, Meta(ge=1, le=150)] = 1
    max_steps: Annotated[int, Meta(ge=1, le=150)] = 50
    min_guidance: Annotated[float, Meta(ge=1.0, le=30.0)] = 1.0
    max_guidance: Annotated[float, Meta(ge=1.0, le=30.0)] = 12.0
    samplers: tuple[Sampler, ...] = OFFERED
    max_prompt_chars: Annotated[int, Meta(ge=100, le=5000)] = 2000
    """Of any one text option, and of the written prompt."""
    max_queue: AtLeastOne = 500
    max_queue_per_server: Waiting = 250
    """0, here and below: no such limit. Admins may set lower ones for their server."""
    max_queue_per_person: AtLeastOne = 5
    max_running_per_server: Running = 0
    """How many may be at the engine at once."""
    max_running_per_person: Running = 0
    max_pictures_per_server_per_day: PerDay = 0
    """In the last 24 hours; what failed, was refused or was cancelled does not count."""
    max_pictures_per_person_per_day: PerDay = 0

    def __post_init__(self) -> None:
        """Refuse empty ranges, for which Discord would refuse the command, and what is not offered."""
        for what in ("steps", "guidance"):
            if getattr(self, f"min_{what}") > getattr(self, f"max_{what}"):
                raise ValueError(f"min_{what} is larger than max_{what}")
        for sampler in self.samplers:
            _require_offered("samplers", sampler)


class Defaults(Struct, frozen=True, forbid_unknown_fields=True):
    """What an omitted option means; the values are the model card's."""

    steps: Annotated[int, Meta(ge=1, le=150)] = 28
    guidance: Annotated[float, Meta(ge=1.0, le=30.0)] = 5.0
    guidance_rescale: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    """As in `engine.wire.SamplingParams`; a checkpoint for v-prediction often wants 0.2 to 0.7."""
    sampler: Sampler = "euler_a"
    shape: str = "portrait 2:3"
    """One of the nine of `bot.request.SHAPES`; 832×1216 is the size of the card's own example."""
    quality: str = "standard"
    negative_preset: str = "card"
    negative: str | None = None
    """What `negative_preset` was called in 0.1.0, and means the same."""

    def __post_init__(self) -> None:
        if self.negative is not None:
            force_setattr(self, "negative_preset", self.negative)
        _require_offered("sampler", self.sampler)


class DraftSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a draft is drawn: with a few-step LoRA, in a seventh of the time. It is another picture."""

    lora: Annotated[str, Meta(max_length=100)] = ""
    """The file of `engine.loras` that makes few steps enough, without its ending; "": there are no drafts."""
    weight: Annotated[float, Meta(ge=0.0, le=2.0)] = 1.0
    steps: Annotated[int, Meta(ge=1, le=20)] = 8
    guidance: Annotated[float, Meta(ge=1.0, le=30.0)] = 1.0
    """At 1 a step costs half, and no negative prompt counts: so drafts are only drawn where pictures are rated."""
    sampler: Sampler = "lcm"
    """``lcm`` (LCM, DMD2), ``tcd`` (Hyper) or ``euler_trailing`` (Lightning)."""
    licence: Annotated[str, Meta(max_length=100)] = ""
    """Its licence, as `/about` says it; DMD2's is CC BY-NC 4.0."""


class Ratings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator allows at all."""

    highest: Rating = "sensitive"
    """Above sensitive only with a picture tagger."""
    adults: tuple[str, ...] = ()
    """Characters that the operator knows to be adults, as the tag list spells them: the only ones above sensitive."""
    people: tuple[str, ...] = ()
    """More names of real people, who are drawn at safe only."""
    denied: tuple[str, ...] = ()
    """Tags that are drawn nowhere, besides those that the program itself refuses."""


class TermsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What everybody accepts before their first picture: the model's licence, and what the operator adds."""

    licence: Annotated[str, Meta(max_length=100)] = ""
    """The name of the model's licence; "" is Animagine's, CreativeML Open RAIL++-M."""
    licence_url: Annotated[str, Meta(max_length=300)] = ""
    """Where another licence is."""
    licence_file: str = ""
    """The text of another licence, which people get as a file; relative to the configuration file."""

    version: Annotated[str, Meta(pattern=r"^[0-9A-Za-z.-]{1,20}$")] = "1"
    """Change it with the licence and with `additions`: everybody is asked again."""
    additions: Annotated[str, Meta(max_length=1500)] = ""
    """Your own terms, in Discord's Markdown; they are added and take nothing away."""

    def __post_init__(self) -> None:
        """Refuse half a licence: people read its name, and get its text."""
        given = [bool(one) for one in (self.licence, self.licence_url, self.licence_file)]
        if any(given) and not all(given):
            raise ValueError("licence, licence_url and licence_file belong together: give all three or none")
        if self.licence and not self.licence_url.startswith("https://"):
            raise ValueError('licence_url: expected an address that begins with "https://"')


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """What `/about` tells of whoever runs the bot."""

    contact: Annotated[str, Meta(max_length=300)] = ""
    """How people reach you."""
    privacy: Annotated[str, Meta(max_length=1000)] = ""
    """What you add to the privacy notice, in Discord's Markdown."""


Days: TypeAlias = Annotated[float, Meta(ge=1e-6, le=36_500)]
"""From a tenth of a second, which empties the spool as soon as something was delivered, to a hundred years."""


class RetentionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """After how many days things are deleted by themselves."""

    pictures_days: Days = 7.0
    """Files of pictures that were delivered, or never will be."""
    records_days: Days = 30.0
    """What was asked for, and its pictures at the latest."""
    drafts_days: Days = 7.0
    """Requests that wait for a press, and opened forms."""
    audit_days: Days = 90.0
    """Refusals, changes and reports."""
    backups_days: Days = 7.0
    """Backups in their folder, counted from when they were taken: they hold what is deleted after that."""


LockSeconds: TypeAlias = Annotated[float, Meta(ge=1, le=3650 * 86_400)]
"""Up to ten years: nobody is locked out for ever, and Discord shows every such time."""


class StrikeRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator set; all times in seconds."""

    per_lock: Annotated[int, Meta(ge=1, le=1000)] = 3
    """Every this many strikes lock once more."""
    first_lock_s: LockSeconds = 600.0
    growth: Annotated[float, Meta(ge=1, le=1000)] = 6.0
    """Every further lock is this much longer: ten minutes, an hour, six hours, a day and a half …"""
    longest_lock_s: LockSeconds = 30 * 86_400.0
    forget_after_s: LockSeconds = 30 * 86_400.0
    """A strike older than this no longer counts."""


class Bot(Struct, frozen=True, forbid_unknown_fields=True):
    """All that the bot's process reads."""

    data_dir: str = "data"
    """Database and spool; relative to the configuration file."""
    backup_dir: str = ""
    """Where backups are; "" is ``backups`` in the data folder."""
    vocabulary_dir: str = ""
    """Imported vocabulary; "" is ``vocabulary`` under the data folder."""
    presets_file: str = ""
    """More quality, negative and style presets, in the form of ``bot/prompt/presets.toml``."""
    wildcards_dir: str = ""
    """Packs of wildcards (`bot.prompt.wildcards`), for ``__NAME__``; over the vocabulary's groups."""
    loras_file: str = ""
    """What the operator says of each LoRA (`bot.prompt.loras.LoraRule`); "": nothing, so all are for safe pictures."""
    drain_s: Annotated[float, Meta(ge=0, le=86_400)] = 30.0
    """When told to stop: how long what is being drawn may take to finish; what does not goes back into the line."""
    discord: Discord = msgspec.field(default_factory=Discord)
    engine: EngineProcess = msgspec.field(default_factory=EngineProcess)
    limits: Limits = msgspec.field(default_factory=Limits)
    defaults: Defaults = msgspec.field(default_factory=Defaults)
    draft: DraftSettings = msgspec.field(default_factory=DraftSettings)
    ratings: Ratings = msgspec.field(default_factory=Ratings)
    strikes: StrikeRules = StrikeRules()
    terms: TermsSettings = msgspec.field(default_factory=TermsSettings)
    about: About = msgspec.field(default_factory=About)
    retention: RetentionSettings = msgspec.field(default_factory=RetentionSettings)
    metrics: MetricsTable = msgspec.field(default_factory=MetricsTable)
    """Where the bot says how it is."""

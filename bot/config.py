"""The bot's half of the configuration file: read, looked over, its paths and secrets found; and its tables by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from bot.config_tables import (
    About,
    Bot,
    Defaults,
    Discord,
    DraftSettings,
    EngineProcess,
    Limits,
    Ratings,
    RetentionSettings,
    StrikeRules,
    TermsSettings,
)
from bot.errors import ConfigError
from engine import config as engine_config
from engine import textfile
from engine.config import Engine, Wire
from engine.wire import Rating

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "About",
    "Bot",
    "Config",
    "Defaults",
    "Discord",
    "DraftSettings",
    "Engine",
    "EngineProcess",
    "Limits",
    "Rating",
    "Ratings",
    "RetentionSettings",
    "StrikeRules",
    "TermsSettings",
    "Wire",
    "find",
    "load",
    "other_secrets",
    "require_all",
    "token",
    "wire_secret",
]

MAX_SECRET_BYTES = 4096
"""Of a file with a token or a secret, which have a few dozen letters."""


class _File(Struct, frozen=True):
    """The whole file: the engine's table is checked here too, before an engine is started with it."""

    bot: Bot = msgspec.field(default_factory=Bot)
    wire: Wire = msgspec.field(default_factory=Wire)
    engine: Engine = msgspec.field(default_factory=Engine)


class Config(Struct, frozen=True):
    """The decoded file and where it stood, for relative paths and for the engine's child process."""

    path: Path
    bot: Bot
    wire: Wire
    model: Engine = msgspec.field(default_factory=Engine)

    def resolve(self, relative: str) -> Path:
        """Give a path of the file as one that does not depend on the working directory.

        Raises:
            ConfigError: No file can have such a name.
        """
        try:
            return textfile.beside(self.path.parent, relative).resolve()
        except textfile.TextFileError as error:
            raise ConfigError(f"{self.path}: {error}") from error

    @property
    def rates(self) -> bool:
        """Whether every picture is rated before it may be shown.

        Raises:
            ConfigError: The operator has not decided.
        """
        if not self.model.rating.by:
            raise ConfigError(
                f'{self.path}: $.engine.rating.by: say what rates the pictures: "wd" or "classifier" with a folder, or '
                '"none", and then nothing above sensitive is drawn'
            )
        return self.model.rating.by != "none"

    @property
    def data_dir(self) -> Path:
        """Where everything that lasts is.

        Raises:
            ConfigError: There is a file, or a link and nothing where it leads.
        """
        found = self.resolve(self.bot.data_dir)
        written = self.path.parent / Path(self.bot.data_dir).expanduser()
        if written.is_symlink() and not found.exists():  # a folder made there would begin afresh
            raise ConfigError(f"{self.path}: $.bot.data_dir: {written} leads to {found}, and there is nothing")
        if found.exists() and not found.is_dir():
            raise ConfigError(f"{self.path}: $.bot.data_dir: {found} is no folder")
        return found

    @property
    def backup_dir(self) -> Path:
        return self.resolve(self.bot.backup_dir) if self.bot.backup_dir else self.data_dir / "backups"

    @property
    def vocabulary_dir(self) -> Path:
        return self.resolve(self.bot.vocabulary_dir) if self.bot.vocabulary_dir else self.data_dir / "vocabulary"


def find(path: Path | None) -> Config:
    """Read the named file; without a name, ``config.toml`` in this folder or, where there is none, every default.

    Raises:
        ConfigError: As `load`.
    """
    usual = Path("config.toml")
    if path is None and not usual.exists():
        return Config(path=usual.resolve(), bot=Bot(), wire=Wire())
    return load(path or usual)


def load(path: Path) -> Config:
    """Read the bot's tables.

    Raises:
        ConfigError: The file is absent, no TOML, or holds an unknown key or a value outside its range.
    """
    try:
        file = engine_config.read(path, _File)
    except textfile.TextFileError as error:
        raise ConfigError(str(error)) from error
    return Config(path=path.resolve(), bot=file.bot, wire=file.wire, model=file.engine)


def require_all(config: Config, environ: Mapping[str, str] = os.environ) -> None:
    """Look for everything that has no default and must be filled in before the bot can start.

    Raises:
        ConfigError: Something is missing; all of it is named at once.
    """
    missing = [*_missing(config, environ)]
    if len(missing) == 1:
        raise ConfigError(missing[0])
    if missing:
        found = "\n".join(f"- {one.removeprefix(f'{config.path}: ')}" for one in missing)
        raise ConfigError(f"{config.path}: {len(missing)} things have to be filled in:\n{found}")


def _missing(config: Config, environ: Mapping[str, str]) -> Iterator[str]:
    try:
        token(config, environ)
    except ConfigError as error:
        yield str(error)
    starts_engine = not config.bot.engine.running
    if starts_engine and engine_config.lacks_revision(config.model, config.path.parent):
        yield (
            f"{config.path}: $.engine.model: name a file or a folder, or the commit of "
            f'"{config.model.model}" in engine.revision'
        )
    try:
        rates = config.rates
    except ConfigError as error:
        yield str(error)
        return
    if starts_engine and rates and not config.model.rating.folder:
        yield f'{config.path}: $.engine.rating.folder: needed where by = "{config.model.rating.by}"'


def token(config: Config, environ: Mapping[str, str] = os.environ) -> str:
    """Find the bot token: the environment's ESHI_TOKEN, else the file that the configuration names.

    Raises:
        ConfigError: Neither holds one, or what it holds cannot be one.
    """
    if found := environ.get("ESHI_TOKEN", "").strip():
        return _one_word("ESHI_TOKEN", found)
    if not config.bot.discord.token_file:
        raise ConfigError("no bot token: set ESHI_TOKEN in the environment or name a file in bot.discord.token_file")
    path = config.resolve(config.bot.discord.token_file)
    return _one_word(str(path), _read_secret(path, "token"))


def wire_secret(config: Config, environ: Mapping[str, str] = os.environ) -> str:
    """Find the secret of a TCP engine: the file that the configuration names, else the environment's ESHI_WIRE_SECRET.

    Returns:
        "" where there is none: a Unix socket needs none, and a bot that starts its engine makes one up.

    Raises:
        ConfigError: The named file cannot be read or is empty, or what it holds cannot be shown in a header.
    """
    where, secret = "ESHI_WIRE_SECRET", environ.get("ESHI_WIRE_SECRET", "").strip()
    if config.wire.secret_file:
        path = config.resolve(config.wire.secret_file)
        where, secret = str(path), _read_secret(path, "secret")
    if not secret.isprintable():
        raise ConfigError(f"{where}: the secret holds a line break or another character that no HTTP header may hold")
    return secret


def other_secrets(config: Config, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Find what else must never be shown, for the log; what cannot be read is said by whoever needs it."""
    found = [environ.get(name, "") for name in ("ESHI_WIRE_SECRET", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")]
    for name in (config.wire.secret_file, config.bot.metrics.token_file, config.model.metrics.token_file):
        try:
            found.append(textfile.read(config.resolve(name), max_bytes=MAX_SECRET_BYTES).strip() if name else "")
        except (ConfigError, textfile.TextFileError):
            continue
    return tuple(one for one in found if one)


def _read_secret(path: Path, what: str) -> str:
    try:
        found = textfile.read(path, max_bytes=MAX_SECRET_BYTES).strip()
    except textfile.TextFileError as error:
        raise ConfigError(f"{path}: the {what} file {error.reason}") from error
    if not found:
        raise ConfigError(f"{path}: the {what} file is empty")
    return found


def _one_word(where: str, token: str) -> str:
    """Let nothing become part of a header that Discord never put into a token; it is not repeated here, for the log."""
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise ConfigError(
            f"{where}: a bot token is one line of ASCII letters without blanks, and this is none; copy it anew"
        )
    return token

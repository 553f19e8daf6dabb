"""The set-up from the first question to what is typed next."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from msgspec import Struct

from bot import config as configuration
from bot.doctor import portal
from bot.errors import ConfigError
from bot.setup import questions, service, writing
from bot.setup.asking import Keyboard, Missing, answer, interactive, yes
from bot.setup.questions import SetupQuestion
from engine import card, downloads, textfile
from engine import config as engine_config

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.config import Config
    from bot.setup.asking import Terminal

PERMISSIONS = 274_878_008_320
"""What the README's link asks for."""

INVITATION = "https://discord.com/oauth2/authorize?client_id={id}&scope=bot+applications.commands&permissions=" + str(
    PERMISSIONS
)


class Flags(Struct, frozen=True, kw_only=True):
    """What the command line answers already; None: it does not."""

    config: Path
    api: str | None = None
    token_file: str | None = None
    contact: str | None = None
    card: str | None = None
    checkpoint: str | None = None
    tagger: str | None = None
    models: str | None = None
    data: str | None = None
    download: bool | None = None
    check: bool | None = None
    service: bool | None = None


def run(flags: Flags, terminal: Terminal | None = None) -> int:
    """Ask, write, fetch, check, and say what comes next.

    Returns:
        0; 1 where something failed, after a sentence.

    Raises:
        Missing: Nobody can be asked, and flags are missing.
        BotError: An answer of a flag cannot be used, or a file cannot be written.
    """
    writing.require_editor()
    asked = terminal or (Keyboard() if interactive() else None)
    say = (asked or Keyboard()).say
    path = flags.config.resolve()
    before = configuration.load(path) if path.exists() else None
    if asked is None:
        _require(flags, before)
    api = flags.api or (before.bot.discord.api if before else configuration.Discord().api)
    token_file, token = _token(flags, before, path, api, asked)
    values = _values(flags, before, path, asked)
    values |= {"bot.discord.token_file": token_file, "bot.discord.api": api}
    if _read(kept := _beside(path, token_file)) != token:
        writing.write_secret(kept, token)
    changed = writing.write(path, values)
    say(f"\n{path} {'is written' if changed else 'stays as it is'}; the token is in {kept}.")
    if (missing := _missing(path)) and yes("Download what is missing now?", flags.download, asked, usually=True):
        for name, into in missing.items():
            if _python(("-m", "engine", "download", name, "--into", str(into))):
                say("The download did not end well; run the same command again, and it goes on.")
                return 1
    say(f"\nInvite the bot: {INVITATION.format(id=portal.application_id(token))}")
    if yes("Check everything now?", flags.check, asked, usually=True) and _python(
        ("-m", "bot", "check", "--config", str(path))
    ):
        say("\nMend what is marked ✗, and run the same command again: it goes on with what is written.")
        return 1
    return _begin(flags, path, asked)


def _require(flags: Flags, before: Config | None) -> None:
    """Name every flag without which nobody knows what is wanted; nothing of it is guessed.

    Raises:
        Missing: Some are.
    """
    model, tagger = questions.known(before.model) if before else ("", "")
    has_token = bool(os.environ.get("ESHI_TOKEN") or flags.token_file or (before and before.bot.discord.token_file))
    answered = {
        "--token-file FILE (or ESHI_TOKEN)": has_token,
        "--contact TEXT": flags.contact or (before and before.bot.about.contact),
        "--checkpoint NAME": flags.checkpoint or model,
        "--tagger NAME": flags.tagger or tagger,
    }
    if absent := [flag for flag, there in answered.items() if not there]:
        raise Missing(f"there is no terminal to ask at, and these are missing: {', '.join(absent)}")


def _token(flags: Flags, before: Config | None, path: Path, api: str, asked: Terminal | None) -> tuple[str, str]:
    """Give the file of the token, relative to the configuration where it lies beside it, and a token that works."""
    named = flags.token_file and questions.written(flags.token_file, path.parent)
    file = named or (before and before.bot.discord.token_file) or "token"
    given = os.environ.get("ESHI_TOKEN", "").strip() or _read(_beside(path, file)) or None
    question = SetupQuestion(
        flag="the bot token",
        text="The bot token: the portal (https://discord.com/developers/applications), page Bot, Reset Token.",
        check=lambda text: asyncio.run(_wrong_token(text, api)),
        secret=True,
    )
    if given is None and asked is None:
        raise Missing(f"{_beside(path, file)}: holds no token; write it into that file, or set ESHI_TOKEN")
    if given and asked and (wrong := question.check(given)):
        asked.say(f"The token that is there: {wrong}.")
        given = None
    return file, answer(question, given, asked)


async def _wrong_token(text: str, api: str) -> str:
    """Ask Discord; what is wrong, or ""."""
    async with aiohttp.ClientSession() as session:
        try:
            found = await portal.token(portal.Api(session, api, text), text)
        except (aiohttp.ClientError, OSError) as failure:
            return f"Discord does not answer at {api} ({str(failure) or type(failure).__name__}), so nobody can tell"
    return "" if found.level == "ok" else f"{found.says}; {found.do}".rstrip("; .")


def _missing(path: Path) -> dict[str, Path]:
    """Name what the configuration needs of the table and what is not there, each with the folder for models."""
    try:
        engine, _ = engine_config.load(path)
    except engine_config.EngineConfigError as error:
        raise ConfigError(str(error)) from error
    wanted = downloads.needs(engine, path.parent).wanted
    return {
        one.name: one.target.parents[1] if one.download.folder else one.target.parent
        for one in wanted
        if not one.target.exists()
    }


def _values(flags: Flags, before: Config | None, path: Path, asked: Terminal | None) -> dict[str, str]:
    """Ask for everything else; gives the configuration's values by their keys."""
    model, rating = questions.known(before.model) if before else ("", "")
    contact = answer(questions.contact(before.bot.about.contact if before else ""), flags.contact, asked)
    device = answer(questions.which_card(before.model.device if before else "auto", card.System()), flags.card, asked)
    checkpoint = _choice(questions.checkpoint, model, questions.checkpoints()[0], flags.checkpoint, asked)
    tagger = _choice(questions.tagger, rating, "wd-swinv2-tagger-v3", flags.tagger, asked)
    models = "models"
    if {checkpoint, tagger} & downloads.table().keys():
        models = answer(questions.folder("--models", "do models go", models, path.parent), flags.models, asked)
    data = answer(
        questions.folder(
            "--data", "do database and pictures go", before.bot.data_dir if before else "data", path.parent
        ),
        flags.data,
        asked,
    )
    values = {
        "bot.about.contact": contact,
        "bot.data_dir": data,
        "engine.device": device,
        "engine.model": _of_the_table(checkpoint, models) or _kept(checkpoint, model, path),
        "engine.rating.by": "none" if tagger == questions.NONE else "wd",
    }
    if before and before.model.rating.by == "classifier" and tagger == rating:
        values["engine.rating.by"] = "classifier"
    if before and values["engine.model"] != before.model.model:  # what pins the other one
        values |= {f"engine.{pin}": "" for pin in ("revision", "sha256") if getattr(before.model, pin)}
    if tagger != questions.NONE:
        values["engine.rating.folder"] = _of_the_table(tagger, models) or _kept(tagger, rating, path)
    return values


def _choice(
    make: Callable[[str], SetupQuestion], known: str, usual: str, given: str | None, asked: Terminal | None
) -> str:
    """Ask for a checkpoint or a tagger; what the file says already is not asked whether it is there."""
    question = make(known or usual)
    if known and given in {None, known}:
        question = SetupQuestion(
            flag=question.flag,
            text=question.text,
            offered=known,
            check=lambda text: "" if text == known else question.check(text),
        )
    return answer(question, given, asked)


def _of_the_table(name: str, models: str) -> str:
    """Give where a name's file, or its folder, will be; "" where it is no name."""
    download = downloads.table().get(name)
    if download is None:
        return ""
    return (Path(models) / (download.folder or download.files[0].name)).as_posix()


def _kept(value: str, known: str, path: Path) -> str:
    return value if value == known else questions.written(value, path.parent)


def _beside(path: Path, name: str) -> Path:
    """Give a file that the configuration names.

    Raises:
        ConfigError: No file can have such a name.
    """
    try:
        return textfile.beside(path.parent, name)
    except textfile.TextFileError as error:
        raise ConfigError(str(error)) from error


def _read(path: Path) -> str:
    try:
        return textfile.read(path).strip()
    except textfile.TextFileError:
        return ""


def _python(words: Sequence[str]) -> int:
    """Run another command of this program, at the same terminal."""
    return subprocess.run([sys.executable, *words], check=False).returncode  # noqa: S603  our own commands


def _begin(flags: Flags, path: Path, asked: Terminal | None) -> int:
    """Start the service, or say how to start the bot."""
    tell = Keyboard().say if asked is None else asked.say
    words = [*service.program(), "run", "--config", str(path)]
    command = shlex.join(words) if os.name == "posix" else subprocess.list2cmdline(words)
    if (flags.service or asked) and service.available():
        if yes("Run it as a service of yours (systemd)?", flags.service, asked, usually=True):
            unit = service.install(path, configuration.load(path).bot.drain_s)
            tell(f"\nIt runs: {unit}\nsystemctl --user status eshi shows it, journalctl --user -u eshi -f its log.")
            tell("loginctl enable-linger lets it run while you are not logged in.")
            return 0
    elif flags.service:
        raise ConfigError(f"--service: systemd does not run for this user; start the bot with: {command}")
    tell(f"\nStart it: {command}")
    return 0

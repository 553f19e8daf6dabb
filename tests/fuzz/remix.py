"""Hostile files to `/remix` and Apps → Remix of a real bot, while another member asks for `/help` again and again."""

import asyncio
import math
import re
import tempfile
import time
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path
from random import Random

from bot.sandbox.people.driver import ActRefused, Visitor
from tests import hostile
from tests.chaos.machines import Machines
from tests.fuzz._bad_files import KIB, MIB, bad_files
from tests.fuzz._report import Report, grown_mb
from tests.journey.people import accept_terms, labels, words

NUMBER = 500
"""Files that are made before; they are sent again and again."""
HOSTILE_PEOPLE = 3
ROUNDS = 5
QUIET_SHARE = 0.3
"""Of a round, in which nobody else does anything: the control."""
LATER_MS = 100.0
"""That the 99th of a hundred answers may come later than in the control."""
GROWN_MB = 100.0
MOST_BYTES = 9 * MIB
"""What Discord lets a member without Nitro attach, about."""
PATIENCE_S = 30.0
HELD_UP = "the bot's loop was held up, times"
"""As its watchdog says. Over minutes that happens, and what others noticed of it is in the 99th of a hundred."""


def run(seed, seconds):
    with tempfile.TemporaryDirectory(prefix="eshi-fuzz-") as folder:
        report = asyncio.run(ask_and_upload(Path(folder), seed=seed, seconds=seconds))
    return report.publish()


async def ask_and_upload(folder, *, seed, seconds, number=NUMBER, rounds=ROUNDS, later_ms=LATER_MS):
    """Let both go on for so long; gives what came of the files, and how long `/help` took."""
    report = Report("remix", seed)
    files = _made(folder, Random(seed), number)
    async with Machines(folder, people=1 + HOSTILE_PEOPLE, step_s=0.01) as machines, AsyncExitStack() as visits:
        people = [
            await visits.enter_async_context(Visitor.visit(machines.page_url, f"person{at:02}"))
            for at in range(1 + HOSTILE_PEOPLE)
        ]
        asker, *others = people
        await asker.wait_for_event("bot", lambda bot: bot["online"])
        for person in people:
            await accept_terms(person, "room-0-0")
            await _upload(person, report, "good", hostile.png(), by_menu=person is asker)
        for _ in range(20):
            await _help(asker)
        before = machines.memory()
        quiet, held = [], []
        for _ in range(rounds):
            await _ask(asker, quiet, time.monotonic() + QUIET_SHARE * seconds / rounds)
            end = time.monotonic() + (1 - QUIET_SHARE) * seconds / rounds
            async with asyncio.TaskGroup() as group:
                group.create_task(_ask(asker, held, end))
                for person in others:
                    group.create_task(_upload_all(person, report, files, end))
        _judge(report, quiet, held, later_ms=later_ms)
        after = machines.memory()
        for name in before:
            report.at_most(f"memory of the {name} has grown by, MB", grown_mb(before[name], after[name]), GROWN_MB)
        violations = (await machines.developer("GET", "/violations"))["violations"]
    log = machines.log_text()
    report.wrong += [f"against Discord's rules: {violation}" for violation in violations]
    report.wrong += machines.ended_by_themselves
    held_up = [int(ms) for ms in re.findall(r"event loop was held up for (\d+) ms", log)]
    report.measured[HELD_UP] = len(held_up)
    report.measured["longest of them, ms"] = max(held_up, default=0)
    report.wrong += ["a traceback in the bot's log"] * log.count("Traceback")
    return report


def _judge(report, quiet, held, *, later_ms):
    for name, took_s in (("in the quiet", quiet), ("beside hostile files", held)):
        report.measured[f"/help {name}, times"] = len(took_s)
        report.measured[f"/help {name}, p99, ms"] = round(p99(took_s) * 1000, 1)
    report.at_most("/help is later by, p99, ms", (p99(held) - p99(quiet)) * 1000, later_ms)


def p99(values):
    """The smallest that 99 of a hundred do not exceed."""
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


def _made(folder, chance, number):
    """Write the files down before anything is measured; gives kind and path of each, again and again."""
    made = []
    for kind, name, data in bad_files(chance, huge=False):
        if name != "recipe" or len(data) > MOST_BYTES:
            continue
        made.append((kind, folder / f"{len(made)}.png"))
        made[-1][1].write_bytes(data)
        if len(made) >= number:
            break
    worst = hostile.FILES[hostile.WORST]
    for at, size in enumerate((100 * KIB, 4 * MIB, MOST_BYTES)):
        made.insert(at * number // 3, (f"the worst, {size // KIB} KiB", folder / f"worst-{at}.png"))
        (folder / f"worst-{at}.png").write_bytes(worst(size))
    return cycle(made)


async def _help(person):
    outcome = await person.outcome(await person.slash(person.channel("room-0-0"), "help"), timeout_s=PATIENCE_S)
    if outcome["event"] != "interaction.answer":
        raise RuntimeError(f"/help was not answered: {outcome}")


async def _ask(person, took_s, end):
    """Ask again and again, and keep how long each answer took; at least once."""
    while not took_s or time.monotonic() < end:
        began = time.monotonic()
        await _help(person)
        took_s.append(time.monotonic() - began)


async def _upload_all(person, report, files, end):
    for by_menu, (kind, path) in zip(cycle((False, True)), files, strict=False):
        if time.monotonic() >= end:
            return
        await _upload(person, report, kind, await asyncio.to_thread(path.read_bytes), by_menu=by_menu)


async def _upload(person, report, kind, data, *, by_menu):
    """Give a file to the bot one way or the other, and see what comes of it."""
    report.sent[kind] += 1
    channel = person.channel("room-0-0")
    try:
        upload = await person.upload("a.png", data)
        if by_menu:
            act = await person.context_menu(await person.say(channel, "", attachments=[upload]), "Remix")
        else:
            act = await person.slash(channel, "remix", picture=upload)
        came = await _came(person, act)
    except ActRefused as refused:
        came = f"Discord says no: {refused.code}"
    report.came[kind][came] += 1
    if came not in {"a form", "a sentence"}:
        report.wrong.append(f"{kind}: {came}")


async def _came(person, act):
    try:
        outcome = await person.outcome(act, timeout_s=PATIENCE_S)
        if outcome["event"] != "interaction.answer":
            return "no answer"
        if not outcome["data"].get("message_id"):
            return "a form"
        message = await person.answer(act, timeout_s=PATIENCE_S)
    except TimeoutError:
        return "no answer"
    if "Draw" in labels(message):
        return "a form"
    said = words(message).strip()
    return said if "Something went wrong" in said or not said else "a sentence"

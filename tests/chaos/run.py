"""One run: people ask, things go wrong by the schedule, and in the end all must have got what they were promised."""

import asyncio
import contextlib
import re
import time
from random import Random

from bot.sandbox.people.driver import Visitor
from tests.chaos.asking import ask_for_all, wishes
from tests.chaos.hostile_member import HostileMember
from tests.chaos.machines import CHANNELS, HOSTILE, SERVERS, Machines
from tests.chaos.schedule import DISK_S, schedule
from tests.chaos.seen import is_over, job_of, latest
from tests.chaos.verdict import judge, unfinished
from tests.journey.people import accept_terms

SETTLE_S = 180.0
"""How long nothing may end once nothing goes wrong any more: a slow machine is waited for, a standstill is not."""

STEP_SHARE = 0.2
"""Of the time between two requests, that a step takes: so the engine has something to draw nearly all the time, and
whatever is killed is killed at work."""

TRACEBACK = re.compile(r"^Traceback .*\n(?:[ \t].*\n)*(.*)", re.MULTILINE)
"""And the line that ends it, which says what was raised."""

GROWN_MB = 100.0
"""What bot and reader may have more at the end than before the hostile member began."""


async def run(folder, *, seed, jobs, people, kills, seconds, checkpoint=None, cards=0, say=lambda _line: None):
    """Give the verdict, the log's complaints included."""
    troubles = schedule(seed, kills=kills, seconds=seconds)
    began = time.monotonic()
    step_s = STEP_SHARE * seconds / jobs
    async with Machines(folder, people=people, step_s=step_s, checkpoint=checkpoint, cards=cards) as machines:
        promises, withdrawn, killed = [], {}, {"engine": 0, "bot": 0}
        async with contextlib.AsyncExitStack() as visits:
            visitors = [
                await visits.enter_async_context(Visitor.visit(machines.page_url, f"person{number:02}"))
                for number in range(people)
            ]
            observer = visitors[0]
            try:
                await observer.wait_for_event("bot", lambda bot: bot["online"])
            except TimeoutError as error:
                raise RuntimeError(f"the bot never came online; it said:\n{machines.log_text()[-2000:]}") from error
            await asyncio.gather(*(accept_terms(visitor, "room-0-0") for visitor in visitors))
            chance, hurry = Random(seed), asyncio.Event()
            before = machines.memory()
            over = asyncio.Event()
            hostile = await _hostile_member(visits, machines, seed)
            harming = asyncio.create_task(hostile.go_on(over))
            asking = asyncio.gather(
                *(
                    ask_for_all(
                        visitor,
                        visitor.channel(f"room-{chance.randrange(SERVERS)}-{chance.randrange(CHANNELS)}"),
                        wishes(chance, number, jobs=jobs // people, seconds=seconds, light=checkpoint is not None),
                        promises,
                        chance=Random(f"{seed} {number}"),
                        hurry=hurry,
                    )
                    for number, visitor in enumerate(visitors)
                )
            )

            async def delete():
                await _delete_one(observer, promises, withdrawn)

            await _trouble(machines, troubles, killed, delete, say)
            await machines.developer("DELETE", "/faults")
            hurry.set()
            async with asyncio.timeout(SETTLE_S):
                await asking
            over.set()
            await harming
            say(f"the hostile member: {dict(hostile.acts)}")
            say(f"{len(promises)} jobs are acknowledged, {time.monotonic() - began:.0f} s")
            with contextlib.suppress(TimeoutError):  # what has not settled is the verdict's to tell
                async with asyncio.timeout(SETTLE_S) as patience:
                    await _settled(observer, promises, withdrawn, machines, patience)
            verdict = await judge(observer, promises, withdrawn, machines, carries_recipe=checkpoint is not None)
            grown = {name: (machines.memory()[name] - before[name]) / 1000**2 for name in before}
            violations = (await machines.developer("GET", "/violations"))["violations"]
    log = machines.log_text()
    verdict.wrong += [f"against Discord's rules: {violation}" for violation in violations]
    verdict.wrong += machines.ended_by_themselves
    verdict.wrong += [f"the {name} has grown by {mb:.0f} MB" for name, mb in grown.items() if mb > GROWN_MB]
    verdict.wrong += [line for line in log.splitlines() if "event loop was held up" in line]
    verdict.wrong += [f"a traceback in the bot's log: {end}" for end in TRACEBACK.findall(log)]
    say(f"killed {killed['engine']} engines and {killed['bot']} bots in {time.monotonic() - began:.0f} s")
    return verdict


async def _hostile_member(visits, machines, seed):
    """Somebody who may everything that a member may."""
    person = await visits.enter_async_context(Visitor.visit(machines.page_url, HOSTILE))
    await accept_terms(person, "room-0-0")
    channels = [person.channel(f"room-{server}-{room}") for server in range(SERVERS) for room in range(CHANNELS)]
    return HostileMember(person, machines, channels, Random(-1 - seed))


async def _delete_one(observer, promises, withdrawn):
    """Delete the message of a job that is under way, as a moderator may at any time."""
    messages = latest(observer)
    for promise in promises:
        message = messages.get(promise.message_id)
        if message is not None and not is_over(message):
            withdrawn[promise] = job_of(message)
            await observer.delete(message)
            return


async def _trouble(machines, troubles, killed, delete, say):
    """Let it all happen at its time."""
    began = time.monotonic()
    disks = []
    for trouble in troubles:
        await asyncio.sleep(max(0.0, began + trouble.at_s - time.monotonic()))
        say(f"{trouble.at_s:6.1f} s  {trouble.what} {trouble.fault or ''}")
        match trouble.what.split():
            case ["kill", victim]:
                await machines.kill(victim)
                killed[victim] += 1
            case ["disk"]:
                disks.append(asyncio.create_task(machines.fill_disk(DISK_S)))
            case ["delete"]:
                await delete()
            case ["expire"]:
                await machines.developer("POST", "/faults", {"fault": "expire"})
            case _:
                await machines.developer("POST", "/faults", trouble.fault)
    await asyncio.gather(*disks)


async def _settled(observer, promises, withdrawn, machines, patience):
    """Wait until every message that was promised shows an end, and every job has come to it; patient with each."""
    fewest = len(promises) + 1
    while True:
        messages = latest(observer)
        waiting = [one for one in promises if one not in withdrawn and not is_over(messages[one.message_id])]
        others = [one for one in messages.values() if job_of(one) and not is_over(one)]
        if not waiting and not others and not unfinished(machines):
            return
        if len(waiting) < fewest:
            fewest = len(waiting)
            patience.reschedule(asyncio.get_running_loop().time() + SETTLE_S)
        await asyncio.sleep(0.5)

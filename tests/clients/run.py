"""Every client through every act, some clients at a time, each with the reason for what it could not do."""

import asyncio
from dataclasses import dataclass, field

import aiohttp

from bot.sandbox.people.driver import ActRefused
from tests.clients import environments
from tests.clients.acts import ACTS
from tests.clients.clients import Client
from tests.clients.red_acts import RED_ACTS
from tests.clients.stage import DidNotStart, on_stage

ACT_S = 90.0


@dataclass
class Found:
    """What a client could do."""

    client: Client
    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """Act to reason; the name of the client itself where it did not even start."""
    own_faults: set[str] = field(default_factory=set)
    """Violations of the stand-in: what it answered and Discord would not."""
    passed_over: set[str] = field(default_factory=set)
    """Violations of the client: what it sent and Discord refuses or does not read."""

    @property
    def good(self):
        return not self.failed and not self.own_faults


async def run(clients, *, acts, at_once, openapi, say):
    """Install and run all of them; `acts` names those that are asked for, None for all."""
    slots = asyncio.Semaphore(at_once)
    building = asyncio.Lock()

    async def one(client):
        async with slots:
            found = Found(client)
            try:
                async with building:
                    await environments.install(client)
                await _perform(found, acts=acts, openapi=openapi)
            except environments.NotInstalled as error:
                found.failed[client.name] = f"cannot be installed: {error}"
            except DidNotStart as error:
                found.failed[client.name] = f"did not start: {error}"
            say(f"{client.name}: {len(found.done)} done, {len(found.failed)} failed, {len(client.lacks)} it has not")
            return found

    return await asyncio.gather(*map(one, clients))


async def _perform(found, *, acts, openapi):
    client = found.client
    all_acts = RED_ACTS if client.prefix_bot else ACTS
    async with on_stage(client, openapi=openapi) as stage:
        for name, act in all_acts.items():
            if name in client.lacks or (acts is not None and name not in acts):
                continue
            why = await attempt(act, stage)
            if why is None:
                found.done.append(name)
            else:
                found.failed[name] = why
        for one in stage.sandbox.violations:
            side = found.own_faults if one["side"] == "response" else found.passed_over
            side.add(f"{one['rule']} {one['route']} {one['message']}")


async def attempt(act, stage):
    """Do an act; give the reason why it did not come off, None if it did."""
    try:
        async with asyncio.timeout(ACT_S):
            await act(stage)
    except (AssertionError, TimeoutError, LookupError, ValueError, ActRefused, aiohttp.ClientError) as error:
        return f"{type(error).__name__} {error}".strip()
    finally:
        stage.sandbox.faults.withdraw()
    return None

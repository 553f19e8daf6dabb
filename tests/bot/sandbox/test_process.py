"""``python -m bot.sandbox`` as a process of its own: it says where it is, and goes when it is told."""

import asyncio
import json
import signal
import sys

from bot.sandbox.people.driver import Visitor


async def start(*arguments):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.sandbox", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_prints_its_addresses_and_ends_cleanly(tmp_path):
    """One line of JSON with page, API and token; SIGTERM ends it with 0 and no complaint."""
    world = tmp_path / "world.json"
    guild = {"name": "G", "owner": "zoe", "members": {"zoe": []}, "channels": [{"name": "one"}]}
    world.write_text(json.dumps({"users": [{"username": "zoe"}], "guilds": [guild]}))
    process = await start("--json", "--token", "t", "--world", str(world))
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        addresses = json.loads(line)
        assert addresses["token"] == "t"  # noqa: S105 - no secret
        assert addresses["api_url"] == addresses["page_url"] + "/api/v10"
        assert addresses["page_url"].startswith("http://127.0.0.1:")
        async with Visitor.visit(addresses["page_url"], "zoe") as zoe:
            await zoe.say(zoe.channel("one"), "hello")
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


async def test_a_wrong_world_is_one_clear_line(tmp_path):
    """What cannot be read is said, with a non-zero exit."""
    process = await start("--world", str(tmp_path / "missing.json"))
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"The local Discord cannot start" in errors
    assert b"Traceback" not in errors

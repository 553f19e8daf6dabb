"""What whoever runs the bot sees of it, while people use it."""

import asyncio
import json
import shutil
import subprocess

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.measures import BotMeasures
from tests.journey.people import job_of, refusal_of, result_of, shown, use, words
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def page(studio, path):
    async with aiohttp.ClientSession() as session, session.get(f"{studio.watched_url}{path}") as answer:
        return answer.status, await answer.text()


async def test_a_picture_and_a_refusal_are_counted_and_nobody_is_named(studio):
    """Every label is in its set; no prompt, no name and no id of a person, a place or a job is on the page."""
    async with studio.person("ada") as ada:
        channel = ada.channel("general")
        asked = await ada.slash(channel, "imagine", prompt="1girl, smile", seed=7123411)
        drawn = await result_of(ada, asked)
        await refusal_of(ada, await ada.slash(channel, "imagine", prompt="1girl, nude"))
    status, said = await page(studio, "/metrics")
    assert status == 200
    samples = {(one.name, *one.labels.values()): one.value for family in _families(said) for one in family.samples}
    assert samples["eshi_pictures_delivered_total",] >= 1
    assert samples["eshi_discord_responses_total", "interaction", "2xx"] >= 2
    assert samples["eshi_ack_seconds_count",] >= 2
    assert samples["eshi_job_draw_seconds_count", "832x1216"] >= 1
    assert sum(value for (name, *_), value in samples.items() if name == "eshi_refusals_total") >= 1
    assert samples["eshi_gateway_up",] == samples["eshi_database_up",] == samples["eshi_engine_up", "0"] == 1
    known = {one.name.removesuffix("_total"): one for one in BotMeasures()}
    for family in _families(said):
        if family.name.startswith("eshi_"):
            for one in family.samples:
                measure = known[family.name]
                assert {*one.labels} - {"le"} == {*measure.labels}
                assert all(one.labels[label] in allowed for label, allowed in measure.labels.items()), one
    assert len(samples) < 2000
    unsaid = ("smile", "7123411", "ada", job_of(drawn), channel, drawn["id"], studio.token)
    seen = {value for family in _families(said) for one in family.samples for value in one.labels.values()}
    assert [word for word in unsaid if any(word in value for value in seen)] == []


def _families(said):
    return [*text_string_to_metric_families(said)]


async def test_health_says_what_is_there(studio):
    """The gateway, the database and the engine, each by itself."""
    async with asyncio.timeout(PATIENCE_S):
        while (found := await page(studio, "/healthz/ready"))[0] != 200:  # noqa: ASYNC110  another process
            await asyncio.sleep(0.05)
    health = json.loads(found[1])
    assert {health[one] for one in ("ready", "gateway", "database")} == {True}
    assert health["engine"] == "ready"


async def test_no_secret_is_in_any_byte_that_was_written(studio):
    """The log, the database with its log, the spool and all that lies beside them; and no prompt is in the log."""
    async with studio.person("mio") as mio:
        asked = await mio.slash(mio.channel("general"), "imagine", prompt="1girl, periwinkle scarf")
        await result_of(mio, asked)
    written = {path.name: path.read_bytes() for path in studio.folder.rglob("*") if path.is_file()}
    assert {"bot.log", "eshi.sqlite3", "config.toml"} <= written.keys()
    assert [name for name, content in written.items() if studio.token.encode() in content] == []
    assert b"job " in written["bot.log"]
    assert b"periwinkle" not in written["bot.log"]


async def test_the_operator_pauses_blocks_and_is_asked_for_at_every_press(studio):
    """Whose bot it is decides, and nobody else may press what somebody sees; the first person owns the application."""
    async with studio.person("ada") as ada, studio.person("mio") as mio:
        channel = ada.channel("general")
        seen = await shown(ada, await ada.slash(channel, "operator"))
        assert "engine ready" in words(seen)
        assert [one["filename"] for one in seen["attachments"]] == ["line.png"]
        assert "Only whoever runs this bot" in await refusal_of(
            mio, await mio.slash(mio.channel("general"), "operator")
        )
        await use(ada, seen, "Drain")
        seen = await ada.wait_for(lambda message: message["id"] == seen["id"] and "Draining" in words(message))
        refused = await refusal_of(mio, await mio.slash(mio.channel("general"), "imagine", prompt="1girl"))
        assert "takes no new requests" in refused
        await use(ada, seen, "Take new requests")
        await use(ada, seen, "Pause")
        seen = await ada.wait_for(
            lambda message: (
                message["id"] == seen["id"] and "Paused" in words(message) and "Draining" not in words(message)
            )
        )
        asked = await mio.slash(mio.channel("general"), "imagine", prompt="1girl")
        outcome = await mio.outcome(asked)
        waits = outcome["data"]["message_id"]
        await mio.wait_for(lambda message: message["id"] == waits and "paused drawing" in words(message))
        await use(ada, seen, "Go on")
        await result_of(mio, asked)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
async def test_prometheus_takes_the_page(studio):
    """With everything that was counted so far."""
    _, said = await page(studio, "/metrics")
    done = subprocess.run([shutil.which("promtool"), "check", "metrics"], input=said, capture_output=True, text=True)  # noqa: S603, ASYNC221, PLW1510  a moment
    assert [line for line in done.stdout.splitlines() if line.startswith("eshi_")] == []

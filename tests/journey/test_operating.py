"""What whoever runs the bot sees of it, while people use it."""

import asyncio
import json
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.measures import BotMeasures
from tests.journey.people import choose, job_of, labels, refusal_of, result_of, settings, shown, use, words
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
        seen = await steered(ada, seen, "Drain")
        assert "Draining" in words(seen)
        refused = await refusal_of(mio, await mio.slash(mio.channel("general"), "imagine", prompt="1girl"))
        assert "takes no new requests" in refused
        seen = await steered(ada, await steered(ada, seen, "Take new requests"), "Pause")
        assert ("Paused" in words(seen), "Draining" in words(seen)) == (True, False)
        asked = await mio.slash(mio.channel("general"), "imagine", prompt="1girl")
        outcome = await mio.outcome(asked)
        waits = outcome["data"]["message_id"]
        await mio.wait_for(lambda message: message["id"] == waits and "paused drawing" in words(message))
        await steered(ada, seen, "Go on")
        await result_of(mio, asked)


async def decided(owner, page, label, what, number):
    """Fill in a form of the operator's page, and give the page as it is then."""
    form = await owner.modal(await use(owner, page, label))
    return await shown(owner, await owner.submit(form, id=number, kind=[what]))


async def steered(owner, page, label):
    """Press a button of the operator's page, and give the page as it is then."""
    return await shown(owner, await use(owner, page, label))


async def waiting(person, channel):
    """Ask for a picture while nothing is begun, and give the id of its message."""
    outcome = await person.outcome(await person.slash(channel, "imagine", prompt="1girl"))
    return outcome["data"]["message_id"]


async def test_a_blocked_person_s_requests_end_when_their_turn_comes(studio):
    """What waits is judged before it is drawn; whoever is let in again draws as before."""
    async with studio.person("ada") as ada, studio.person("yuki") as yuki:
        general = yuki.channel("general")
        page = await shown(ada, await ada.slash(ada.channel("general"), "operator"))
        page = await steered(ada, page, "Pause")
        first = await waiting(yuki, general)
        page = await decided(ada, page, "Block …", "person", yuki.id)
        for place in (general, yuki.direct_message):
            assert "You are locked out" in await refusal_of(yuki, await yuki.slash(place, "imagine", prompt="1girl"))
        page = await steered(ada, page, "Go on")
        await yuki.wait_for(lambda message: message["id"] == first and "You are locked out" in words(message))
        page = await decided(ada, page, "Unblock …", "person", yuki.id)
        assert f"{yuki.id} is a person, and may draw again." in words(page)
        await result_of(yuki, await yuki.slash(general, "imagine", prompt="1girl"))


async def test_a_blocked_server_s_requests_wait_and_say_why(studio):
    """Direct messages go on meanwhile; nothing is lost when the server may draw again."""
    async with studio.person("ada") as ada, studio.person("yuki") as yuki:
        general, why = yuki.channel("general"), "stopped drawing for this server"
        page = await shown(ada, await ada.slash(ada.channel("general"), "operator"))
        page = await steered(ada, page, "Pause")
        first = await waiting(yuki, general)
        page = await decided(ada, page, "Block …", "server", ada.guild)
        await yuki.wait_for(lambda message: message["id"] == first and why in words(message))
        page = await steered(ada, page, "Go on")
        await result_of(yuki, await yuki.slash(yuki.direct_message, "imagine", prompt="1girl"))
        assert why in await refusal_of(yuki, await yuki.slash(general, "imagine", prompt="1girl"))
        assert why in words(await shown(yuki, await yuki.slash(general, "queue")))
        await decided(ada, page, "Unblock …", "server", ada.guild)
        await yuki.wait_for(lambda message: message["id"] == first and "Recipe" in labels(message))


async def test_what_is_no_id_blocks_nobody(studio):
    """The form says where ids come from."""
    async with studio.person("ada") as ada:
        page = await shown(ada, await ada.slash(ada.channel("general"), "operator"))
        form = await ada.modal(await use(ada, page, "Block …"))
        assert "That is no id" in await refusal_of(ada, await ada.submit(form, id="@mio", kind=["person"]))


async def test_an_announcement_is_read_where_servers_keep_their_log(studio):
    """Nowhere else; the page says how many have one."""
    async with studio.person("ada") as ada:
        log = ada.channel("gallery")
        async with settings(ada) as screen:
            await choose(ada, screen, "log_channel", log)
            page = await shown(ada, await ada.slash(ada.channel("general"), "operator"))
            form = await ada.modal(await use(ada, page, "Announce …"))
            page = await shown(ada, await ada.submit(form, notice="A new model from tomorrow on. @everyone"))
            assert "Told the log channels of 1 server." in words(page)
            heard = await ada.wait_for(lambda one: one["channel_id"] == log and "tomorrow" in one["content"])
            assert heard["content"].startswith("**From whoever runs me:**")
            assert not heard["mention_everyone"]


async def test_sighup_reads_the_configuration_again(studio):
    """What may change holds at once, a broken file changes nothing, and loosening is on record."""
    usual = studio.config.read_text()

    async def reread(text, *said):
        before = len(studio.log_text())
        studio.config.write_text(text)
        studio.process("bot").send_signal(signal.SIGHUP)
        for words_of_it in said:
            await studio.said(words_of_it, after=before)

    async def ask(person):
        return await person.slash(person.channel("after-dark"), "imagine", prompt="1girl", rating="sensitive")

    try:
        async with studio.person("mio") as mio:
            strict = usual.replace('highest = "explicit"', 'highest = "safe"').replace("steps = 2", "steps = 3")
            assert strict != usual
            await reread(strict, "bot.ratings.highest is changed", "bot.defaults.steps is changed after a restart")
            assert "`sensitive` is not allowed here" in await refusal_of(mio, await ask(mio))
            await reread("[bot", "the configuration is as it was")
            assert "`sensitive` is not allowed here" in await refusal_of(mio, await ask(mio))
            await reread(usual, "more may be drawn now: the highest rating is explicit instead of safe")
            await result_of(mio, await ask(mio))
    finally:
        await reread(usual)
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3", timeout=PATIENCE_S)) as opened:
        [(records,)] = opened.execute("SELECT count(*) FROM audit WHERE detail LIKE '%audit.loosened%'").fetchall()
    assert records == 1


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
async def test_prometheus_takes_the_page(studio):
    """With everything that was counted so far."""
    _, said = await page(studio, "/metrics")
    done = subprocess.run([shutil.which("promtool"), "check", "metrics"], input=said, capture_output=True, text=True)  # noqa: S603, ASYNC221, PLW1510  a moment
    assert [line for line in done.stdout.splitlines() if line.startswith("eshi_")] == []

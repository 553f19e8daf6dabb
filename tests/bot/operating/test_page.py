"""The page of health and metrics: who may see it, and what it says."""

import asyncio
import sys

import aiohttp
import pytest

from engine.config import MetricsTable
from engine.counts import EngineMeasures
from engine.metrics import MetricsError, StatusPage, address_of, ask

TOKEN_FILE = "token"  # noqa: S105  its name, not its value


@pytest.fixture
def served(tmp_path):
    """Serve a page whose health is what this says."""

    def serve(health, table=None):
        async def asked():
            return health

        page = StatusPage(EngineMeasures(), health=asked)
        return page.served(address_of(table or MetricsTable(listen="127.0.0.1:0"), tmp_path))

    return serve


async def get(url, path, **headers):
    async with aiohttp.ClientSession() as session, session.get(f"{url}{path}", headers=headers) as answer:
        return answer.status, await answer.text()


async def test_live_is_whoever_answers_and_ready_whoever_takes_requests(served):
    """A restart helps the first and not the second: Discord's outage must not end the bot again and again."""
    async with served({"ready": False, "gateway": False}) as url:
        assert (await get(url, "/healthz/live"))[0] == 200
        assert (await get(url, "/healthz/ready"))[0] == 503
        status, said = await get(url, "/healthz")
        assert status == 200
        assert '"gateway": false' in said
    async with served({"ready": True}) as url:
        assert (await get(url, "/healthz/ready"))[0] == 200


async def test_metrics_are_written_as_prometheus_reads_them(served):
    """With the process's own memory and files beside what is counted."""
    async with served({"ready": True}) as url:
        status, said = await get(url, "/metrics")
    assert status == 200
    assert 'eshi_engine_failures_total{code="out_of_memory"} 0.0' in said
    assert "process_resident_memory_bytes" in said or sys.platform != "linux"


async def test_without_the_extra_there_is_health_and_a_sentence(served, monkeypatch):
    """The bot alone does not need prometheus_client."""
    monkeypatch.setitem(sys.modules, "prometheus_client.aiohttp", None)
    async with served({"ready": True}) as url:
        assert (await get(url, "/healthz"))[0] == 200
        assert await get(url, "/metrics") == (501, "/metrics needs prometheus_client: pip install 'eshi[metrics]'\n")


async def test_with_a_token_nothing_is_said_without_it(served, tmp_path):
    """Neither of health nor of metrics, nor of what was wrong with it."""
    (tmp_path / "token").write_text("a-long-token\n")
    async with served({"ready": True}, MetricsTable(listen="127.0.0.1:0", token_file=TOKEN_FILE)) as url:
        for path in ("/healthz", "/healthz/live", "/healthz/ready", "/metrics", "/other"):
            for shown in ("", "Bearer ", "Bearer a-long-toke", "Bearer a-long-token-", "a-long-token", "Bearer é"):
                assert await get(url, path, Authorization=shown) == (401, "401: Unauthorized")
        assert (await get(url, "/metrics", Authorization="Bearer a-long-token"))[0] == 200


@pytest.mark.parametrize(
    ("listen", "said"),
    [
        ("0.0.0.0:9464", "0.0.0.0 can be reached from other machines"),
        ("[::]:9464", ":: can be reached from other machines"),
        ("eshi.example:9464", "can be reached from other machines"),
        ("9464", "expected HOST:PORT"),
        ("127.0.0.1:", "expected HOST:PORT"),
        ("127.0.0.1:70000", "expected HOST:PORT"),
    ],
)
def test_where_everybody_could_read_it_there_is_no_page(tmp_path, listen, said):
    """Without a token only this machine may ask; and what is no address is said to be none."""
    with pytest.raises(MetricsError, match=r"metrics\.listen") as caught:
        address_of(MetricsTable(listen=listen), tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"two\nlines", b"\xff\xfe"])
def test_a_token_that_is_none_is_no_page(tmp_path, content):
    """An empty file would let everybody in."""
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(MetricsError, match=r"metrics\.token_file"):
        address_of(MetricsTable(listen="0.0.0.0:1", token_file=TOKEN_FILE), tmp_path)


async def test_an_address_in_use_is_said_in_one_line(served):
    """Two bots, or a port that somebody else has."""
    async with served({"ready": True}) as url:
        port = url.rpartition(":")[2]
        with pytest.raises(MetricsError, match=rf"metrics\.listen: 127\.0\.0\.1 port {port}: "):
            async with served({"ready": True}, MetricsTable(listen=f"127.0.0.1:{port}")):
                pass


async def test_a_health_check_asks_as_anybody_would(served, tmp_path):
    """With the token where there is one; whoever says no, or nothing, is not well."""
    (tmp_path / "token").write_text("a-long-token")
    table = MetricsTable(listen="127.0.0.1:0", token_file=TOKEN_FILE)
    async with served({"ready": False}, table) as url:
        here = MetricsTable(listen=url.removeprefix("http://"), token_file=TOKEN_FILE)
        assert "true" in await asyncio.to_thread(ask, here, tmp_path, "/healthz/live")
        with pytest.raises(MetricsError, match="503"):
            await asyncio.to_thread(ask, here, tmp_path, "/healthz/ready")
    with pytest.raises(MetricsError, match="does not answer"):
        await asyncio.to_thread(ask, here, tmp_path, "/healthz/live")
    with pytest.raises(MetricsError, match="nothing is served"):
        ask(MetricsTable(), tmp_path, "/healthz/live")


async def test_no_page_is_served_where_none_is_asked_for(tmp_path):
    """Nothing listens by default."""
    assert address_of(MetricsTable(), tmp_path) is None
    page = StatusPage(EngineMeasures(), health=lambda: asyncio.sleep(0, {}))
    async with page.served(None) as url:
        assert url == ""

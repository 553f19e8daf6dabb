"""Files are fetched from Discord and from nowhere else, within bounds of size and time."""

import asyncio
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web

from bot import attachments
from bot.attachments import MAX_BYTES, Attachments
from bot.errors import InvalidRequest
from bot.reading.kinds import FileKind
from tests.refusing import refused

WHOLE = FileKind("whole", "file", bytes, bytes)


class AllowedHere:
    """Reads in this process: what a process of its own adds is `tests/bot/reading`'s business."""

    def warm(self):
        pass

    async def read(self, kind, data, **_until):
        return kind.read(data)


@pytest.fixture
async def discord():
    """A place that serves files, and what it was asked."""
    asked = []

    async def serve(request):
        asked.append(request.path_qs)
        match request.match_info["name"]:
            case "moved":
                raise web.HTTPFound("/elsewhere")
            case "slow":
                await asyncio.Event().wait()
            case "endless":
                answer = web.StreamResponse()
                await answer.prepare(request)
                while True:
                    await answer.write(bytes(1 << 20))
            case "gone":
                raise web.HTTPNotFound
        return web.Response(body=b"a picture")

    app = web.Application()
    app.router.add_get("/attachments/{name}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as session:
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{runner.addresses[0][1]}",
            asked=asked,
            fetch=lambda url, *, size=9, api=None, timeout_s=5.0: Attachments(
                session, api or f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10", AllowedHere(), timeout_s=timeout_s
            ).first([SimpleNamespace(url=url, proxy_url="", size=size)], WHOLE, person=1),
        )
    await runner.cleanup()


async def test_a_file_is_fetched_by_its_address_as_it_is_written(discord):
    """Discord signs addresses; a character written otherwise breaks the signature."""
    assert await discord.fetch(f"{discord.url}/attachments/a%2Cb?ex=6a&hm=%7E") == b"a picture"
    assert discord.asked == ["/attachments/a%2Cb?ex=6a&hm=%7E"]


@pytest.mark.parametrize(
    "url",
    [
        "{url}/attachments/a",
        "http://cdn.discordapp.com/attachments/a",
        "https://cdn.discordapp.com:8443/attachments/a",
        "https://cdn.discordapp.com.example/attachments/a",
        "https://cdn.discordapp.com@127.0.0.1/attachments/a",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "/attachments/a",
        "",
    ],
)
async def test_other_places_are_not_asked(discord, url):
    """Whatever a payload says, the bot is nobody's way into this network."""
    with refused(InvalidRequest, "from Discord only"):
        await discord.fetch(url.format(url=discord.url), api="https://discord.com/api/v10")
    assert discord.asked == []


async def test_a_redirect_is_not_followed(discord):
    """It could lead anywhere."""
    with refused(InvalidRequest, "no longer has"):
        await discord.fetch(f"{discord.url}/attachments/moved")
    assert len(discord.asked) == 1


async def test_a_file_that_is_too_large_is_not_asked_for(discord):
    """Its record says so."""
    with refused(InvalidRequest, "up to 32 MiB"):
        await discord.fetch(f"{discord.url}/attachments/a", size=MAX_BYTES + 1)
    assert discord.asked == []


async def test_a_file_that_is_larger_than_it_says_is_cut_off(discord, monkeypatch):
    """The record may be wrong."""
    monkeypatch.setattr(attachments, "MAX_BYTES", 3 << 20)
    with refused(InvalidRequest, "too large"):
        await discord.fetch(f"{discord.url}/attachments/endless")


@pytest.mark.parametrize(
    ("name", "said"), [("slow", "took too long"), ("gone", "no longer has this picture. Please upload it again")]
)
async def test_what_does_not_come_is_a_sentence(discord, name, said):
    """In time for an answer."""
    with refused(InvalidRequest, said):
        await discord.fetch(f"{discord.url}/attachments/{name}", timeout_s=0.2)


async def test_a_host_that_is_not_there_is_a_sentence(discord):
    with refused(InvalidRequest, "did not give me"):
        await discord.fetch("http://127.0.0.1:9/attachments/a", api="http://127.0.0.1:9/api")


async def test_the_first_file_that_says_something_is_the_last_to_be_fetched(discord):
    """A message may hold several pictures; none of them saying anything is no error."""
    files = [SimpleNamespace(url=f"{discord.url}/attachments/{name}", proxy_url="", size=9) for name in "abc"]
    seen = []

    def read(data):
        seen.append(data)
        return "found" if len(seen) == 2 else None

    async with aiohttp.ClientSession() as session:
        fetching = Attachments(session, discord.url, AllowedHere())
        assert await fetching.first(files, FileKind("second", "file", read, str), person=1) == "found"
        assert discord.asked == ["/attachments/a", "/attachments/b"]
        assert await fetching.first(files, FileKind("none", "file", lambda _data: None, None), person=1) is None


async def test_a_person_has_two_files_on_the_way_and_no_more(discord):
    """What is more is refused at once, and whoever gives up makes room."""
    slow = [SimpleNamespace(url=f"{discord.url}/attachments/slow", proxy_url="", size=9)]
    async with aiohttp.ClientSession() as session:
        fetching = Attachments(session, discord.url, AllowedHere(), timeout_s=60.0)
        waiting = [asyncio.create_task(fetching.first(slow, WHOLE, person=1)) for _ in range(2)]
        await asyncio.sleep(0)
        with refused(InvalidRequest, "still reading your other files"):
            await fetching.first(slow, WHOLE, person=1)
        quick = [SimpleNamespace(url=f"{discord.url}/attachments/a", proxy_url="", size=9)]
        assert await fetching.first(quick, WHOLE, person=2) == b"a picture"
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        assert await fetching.first(quick, WHOLE, person=1) == b"a picture"


async def test_files_of_one_answer_have_its_time_together(discord):
    """What is left of it is all that the second one has."""
    slow = [SimpleNamespace(url=f"{discord.url}/attachments/slow", proxy_url="", size=9)]
    async with aiohttp.ClientSession() as session:
        fetching = Attachments(session, discord.url, AllowedHere(), timeout_s=60.0)
        now = asyncio.get_running_loop().time()
        assert now + 60.0 <= fetching.answer_until() <= asyncio.get_running_loop().time() + 60.0
        with refused(InvalidRequest, "took too long"):
            await fetching.first(slow, WHOLE, person=1, until=now)

"""Links of attachments as Discord signs them, and what a file may weigh where."""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import discord
import pytest

from bot.sandbox.world.links import LINK_LIFE_S
from tests.bot.sandbox.conftest import file, png


@pytest.fixture
async def posted(api, yuki):
    """A message of the bot with a picture, in text, embed and attachments."""
    body = {"content": "look", "embeds": [{"image": {"url": "attachment://a.png"}}]}
    path = f"/channels/{yuki.channel('general')}/messages"
    return (await api.call("POST", path, body, files=[("a.png", png())]))[1]


async def status(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status


async def test_a_link_says_until_when_and_since_when(posted, sandbox):
    """``ex`` is a day after ``is``, both in hexadecimal seconds; ``hm`` seals them; the last letter is an ``&``."""
    url = posted["attachments"][0]["url"]
    query = {name: one for name, (one,) in parse_qs(urlsplit(url).query).items()}
    assert list(query) == ["ex", "is", "hm"]
    assert int(query["ex"], 16) - int(query["is"], 16) == LINK_LIFE_S == 86_400
    assert abs(int(query["is"], 16) - sandbox.world.clock.now()) < 60
    assert (len(query["hm"]), url[-1]) == (64, "&")


async def test_the_proxy_is_another_host(posted):
    """``url`` and ``proxy_url`` differ in their origin and in nothing else; both serve the file."""
    (shown,) = posted["attachments"]
    url, proxy = urlsplit(shown["url"]), urlsplit(shown["proxy_url"])
    assert url.netloc != proxy.netloc
    assert (url.path, url.query) == (proxy.path, proxy.query)
    async with aiohttp.ClientSession() as session:
        for one in (shown["url"], shown["proxy_url"]):
            async with session.get(one) as response:
                assert await response.read() == png()


async def test_a_link_runs_out(posted, sandbox, api, yuki):
    """404 after its day; whoever fetches the message anew gets fresh ones, in attachments, embeds and layouts."""
    old = posted["attachments"][0]["url"]
    assert posted["embeds"][0]["image"]["url"] == old
    sandbox.advance(LINK_LIFE_S - 60)
    assert await status(old) == 200
    sandbox.advance(61)
    assert await status(old) == 404
    fresh = (await api.call("GET", f"/channels/{yuki.channel('general')}/messages/{posted['id']}"))[1]
    assert await status(fresh["attachments"][0]["url"]) == 200
    assert await status(fresh["embeds"][0]["image"]["url"]) == 200
    assert await status(fresh["embeds"][0]["image"]["proxy_url"]) == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.split("?")[0],
        lambda url: url.replace("ex=", "ex=f"),
        lambda url: url.replace("hm=", "hm=0"),
        lambda url: url.replace("is=", "is=%C3%A4"),
        lambda url: url.replace("hm=", "hm=%C3%A4"),
        lambda url: url.replace("a.png", "b.png"),
        lambda url: url.replace("/attachments/", "/ephemeral-attachments/"),
        lambda url: url.replace("/attachments/", "/attachments/1"),
    ],
)
async def test_a_link_that_was_changed_is_not_served(posted, change):
    """Whoever adds a day, or leaves the seal out, gets nothing."""
    assert await status(change(posted["attachments"][0]["url"])) == 404


async def test_a_link_without_its_last_letter_is_good(posted):
    """Clients take the ``&`` away, and Discord does not mind."""
    assert await status(posted["attachments"][0]["url"].rstrip("&")) == 200


async def test_ephemeral_files_have_a_path_of_their_own(api, asked, yuki):
    """What only one person sees, and what somebody gave to a command, is under ``ephemeral-attachments``."""
    body = {"type": 4, "data": {"content": "psst", "flags": 64}}
    await api.answer(asked, body, files=[("a.png", png())])
    message = (await api.call("GET", api.webhook(asked, "/messages/@original")))[1]
    (shown,) = message["attachments"]
    assert urlsplit(shown["url"]).path.startswith("/ephemeral-attachments/")
    assert await yuki.fetch(shown["url"]) == png()


async def test_the_client_reads_what_a_command_was_given(connected, bot, yuki, sandbox):
    """discord.py reads by the url and by the proxy's, until the link has run out."""
    given = []

    @bot.tree.command(description="Takes.")
    async def take(interaction, image: discord.Attachment):
        given.append(image)
        assert await image.read() == await image.read(use_cached=True) == png()
        await interaction.response.send_message("taken")

    async with connected(bot):
        number = await yuki.slash(yuki.channel("general"), "take", image=await yuki.upload("in.png", png()))
        await yuki.answer(number)
        (image,) = given
        assert "/ephemeral-attachments/" in image.url
        sandbox.advance(LINK_LIFE_S + 1)
        with pytest.raises(discord.NotFound):
            await image.read()


async def test_links_are_refreshed_on_demand(api, posted, sandbox):
    """Fifty at most; of what is no attachment here there is no fresh link."""
    shown = posted["attachments"][0]
    sandbox.advance(LINK_LIFE_S + 1)
    urls = [shown["url"], shown["proxy_url"], "https://example.com/a.png"]
    code, body = await api.call("POST", "/attachments/refresh-urls", {"attachment_urls": urls})
    assert (code, [one["original"] for one in body["refreshed_urls"]]) == (200, urls)
    first, second, third = (one["refreshed"] for one in body["refreshed_urls"])
    assert (await status(first), await status(second), third) == (200, 200, None)
    assert urlsplit(second).netloc == urlsplit(shown["proxy_url"]).netloc
    for wrong in ([], ["a"] * 51, ["ftp://a"], [5]):
        code, body = await api.call("POST", "/attachments/refresh-urls", {"attachment_urls": wrong})
        assert (code, body["code"]) == (400, 50035), wrong


async def test_a_nonce_is_an_authors_not_a_channels(api, yuki):
    """The same nonce posts once wherever it is sent, for a few minutes; another author's is another."""
    body = {"content": "once", "nonce": 7, "enforce_nonce": True}
    first = (await api.call("POST", f"/channels/{yuki.channel('general')}/messages", body))[1]
    elsewhere = (await api.call("POST", f"/channels/{yuki.channel('gallery')}/messages", body))[1]
    assert (elsewhere["id"], elsewhere["channel_id"]) == (first["id"], yuki.channel("general"))
    without = (
        await api.call("POST", f"/channels/{yuki.channel('gallery')}/messages", body | {"enforce_nonce": False})
    )[1]
    assert without["id"] != first["id"]


async def test_the_layouts_links_are_fresh_too(connected, bot, yuki, sandbox):
    """A gallery's media are signed anew with every look at the message."""
    async with connected(bot):
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png")))
        await bot.get_channel(int(yuki.channel("general"))).send(view=view, file=file())
    sandbox.advance(LINK_LIFE_S + 1)
    (message,) = await yuki.messages(yuki.channel("general"))
    media = message["components"][0]["items"][0]["media"]
    assert (await status(media["url"]), await status(media["proxy_url"])) == (200, 200)
    assert urlsplit(media["url"]).netloc != urlsplit(media["proxy_url"]).netloc

"""Messages behave as Discord's: layouts, attachments, mentions, pages, links."""

import io

import aiohttp
import pytest
from PIL import Image

V2 = 1 << 15
TEXT = [{"type": 10, "content": "hello"}]


def gallery(*names):
    return [{"type": 12, "items": [{"media": {"url": f"attachment://{name}"}} for name in names]}]


def png(size=(8, 5)):
    buffer = io.BytesIO()
    Image.new("RGB", size).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def send(api, yuki):
    path = f"/channels/{yuki.channel('general')}/messages"

    async def post(body, files=None):
        return await api.call("POST", path, body, files=files)

    return post


@pytest.fixture
def edit(api):
    async def patch(message, body, files=None):
        return await api.call("PATCH", f"/channels/{message['channel_id']}/messages/{message['id']}", body, files=files)

    return patch


def codes(body):
    """The codes of all leaves of an error tree."""
    if isinstance(body, dict):
        here = {one["code"] for one in body.get("_errors", ())}
        return here.union(*(codes(inner) for name, inner in body.items() if name != "_errors"))
    return set()


@pytest.mark.parametrize(
    "body",
    [
        {"flags": V2, "components": TEXT, "content": "words"},
        {"flags": V2, "components": TEXT, "embeds": [{"title": "t"}]},
    ],
)
async def test_a_layout_has_neither_content_nor_embeds(send, body):
    """With the flag the old fields are refused."""
    status, answer = await send(body)
    assert (status, codes(answer["errors"])) == (400, {"MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"})


async def test_a_layout_without_the_flag_is_refused(send):
    status, answer = await send({"components": TEXT})
    assert (status, codes(answer["errors"])) == (400, {"COMPONENT_TYPE_INVALID"})


async def test_converting_asks_for_empty_old_fields_and_is_for_good(send, edit):
    """An old message becomes a layout only with content and embeds emptied in the same edit, and stays one."""
    _, message = await send({"content": "old", "embeds": [{"title": "t"}]})
    assert (await edit(message, {"flags": V2, "components": TEXT}))[0] == 400
    assert (await edit(message, {"flags": V2, "components": TEXT, "content": None, "embeds": []}))[0] == 200
    status, answer = await edit(message, {"flags": 0, "content": "back"})
    assert (status, "MESSAGE_COMPONENTS_V2_FLAG_PERMANENT" in codes(answer["errors"])) == (400, True)
    status, answer = await edit(message, {"content": "back"})
    assert status == 400


async def test_a_refused_edit_changes_nothing(send, edit, api):
    """A no leaves the message and its attachments as they were."""
    _, message = await send({"content": "a"}, [("a.png", png())])
    assert (await edit(message, {"content": "x" * 2001, "attachments": []}))[0] == 400
    _, same = await api.call("GET", f"/channels/{message['channel_id']}/messages/{message['id']}")
    assert (same["content"], len(same["attachments"]), same["edited_timestamp"]) == ("a", 1, None)


async def test_an_edit_keeps_only_listed_attachments(send, edit, sandbox):
    """What the edit does not list is gone, from the message and from the links; silence keeps all."""
    _, message = await send({"content": "a"}, [("a.png", png()), ("b.png", png())])
    first, second = message["attachments"]
    _, silent = await edit(message, {"content": "b"})
    assert len(silent["attachments"]) == 2
    body = {"attachments": [{"id": second["id"]}, {"id": 0, "filename": "c.png", "description": "new"}]}
    _, edited = await edit(message, body, [("c.png", png())])
    assert [one["filename"] for one in edited["attachments"]] == ["b.png", "c.png"]
    assert edited["attachments"][1]["description"] == "new"
    assert int(first["id"]) not in sandbox.world.attachments
    status, answer = await edit(message, {"attachments": [{"id": first["id"]}]})
    assert (status, codes(answer["errors"])) == (400, {"ATTACHMENT_NOT_FOUND"})


async def test_a_gallery_shows_what_came_along_and_what_stayed(send, edit):
    """attachment:// finds new files and kept ones, with their measures; another name is refused."""
    status, message = await send({"flags": V2, "components": gallery("a.png")}, [("a.png", png())])
    assert status == 200
    media = message["components"][0]["items"][0]["media"]
    assert (media["width"], media["height"], media["content_type"]) == (8, 5, "image/png")
    kept = {"attachments": [{"id": message["attachments"][0]["id"]}], "components": gallery("a.png", "b.png")}
    assert (await edit(message, kept, [("b.png", png())]))[0] == 200
    status, answer = await edit(message, {"components": gallery("c.png")})
    assert (status, codes(answer["errors"])) == (400, {"UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"})


async def test_filenames_are_stored_as_discord_stores_them(send):
    """Spaces become underscores, special characters go, and a spoiler's name makes a spoiler."""
    _, message = await send({"content": "a"}, [("my picture (1).png", png()), ("SPOILER_b.png", png())])
    assert [one["filename"] for one in message["attachments"]] == ["my_picture_1.png", "SPOILER_b.png"]
    assert [one.get("flags", 0) for one in message["attachments"]] == [0, 8]


async def test_an_embed_shows_an_attachment(send):
    _, message = await send({"embeds": [{"image": {"url": "attachment://a.png"}}]}, [("a.png", png())])
    assert message["embeds"][0]["image"]["url"].startswith("http://127.0.0.1")
    assert message["embeds"][0]["type"] == "rich"


async def test_embeds_hold_6000_characters_together(send):
    embeds = [{"description": "x" * 3001}, {"description": "y" * 3000}]
    status, answer = await send({"embeds": embeds})
    assert (status, codes(answer["errors"])) == (400, {"MAX_EMBED_SIZE_EXCEEDED"})


async def test_links_run_out_and_are_signed_anew(send, api, sandbox):
    """A stored link dies after a day; asking for the message again gives one that works."""
    _, message = await send({"flags": V2, "components": gallery("a.png")}, [("a.png", png())])
    old = message["components"][0]["items"][0]["media"]["url"]
    sandbox.advance(25 * 3600)
    _, again = await api.call("GET", f"/channels/{message['channel_id']}/messages/{message['id']}")
    new = again["components"][0]["items"][0]["media"]["url"]
    async with aiohttp.ClientSession() as session:
        async with session.get(old) as response:
            assert response.status == 404
        async with session.get(new) as response:
            assert (response.status, await response.read()) == (200, png())


@pytest.mark.parametrize(
    ("allowed", "notified"),
    [
        (None, (1, True)),
        ({"parse": []}, (0, False)),
        ({"parse": ["users"]}, (1, False)),
        ({"parse": ["everyone"]}, (0, True)),
        ({"users": ["1"]}, (0, False)),
    ],
)
async def test_allowed_mentions_decide_who_is_notified(send, ada, sandbox, allowed, notified):
    """Nothing said allows all that the bot may; lists allow only whom they name."""
    right = {"allow": str(1 << 17)}
    await ada.call("PUT", f"/channels/{ada.channel('general')}/overwrites/{sandbox.world.bot.id}", right)
    body = {"content": f"<@{ada.id}> @everyone"} | ({} if allowed is None else {"allowed_mentions": allowed})
    _, message = await send(body)
    assert (len(message["mentions"]), message["mention_everyone"]) == notified


async def test_everyone_needs_the_right(send, ada):
    _, message = await send({"content": f"@everyone <@{ada.id}>"})
    assert (message["mention_everyone"], len(message["mentions"])) == (False, 1)
    assert (await ada.wait_for_event("ping"))["message_id"] == message["id"]


async def test_an_exclusive_list_is_refused(send):
    body = {"content": "a", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}
    status, answer = await send(body)
    assert (status, codes(answer["errors"])) == (400, {"MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"})


async def test_a_reply_names_what_it_answers(send, yuki):
    """A reply carries the message it answers and pings its author unless told not to; an unknown one is refused."""
    said = await yuki.say(yuki.channel("general"), "question")
    reference = {"message_id": said["id"]}
    _, reply = await send({"content": "answer", "message_reference": reference})
    assert (reply["type"], reply["referenced_message"]["content"]) == (19, "question")
    assert [one["username"] for one in reply["mentions"]] == ["yuki"]
    quiet = {"content": "answer", "message_reference": reference, "allowed_mentions": {"parse": []}}
    assert (await send(quiet))[1]["mentions"] == []
    status, answer = await send({"content": "a", "message_reference": {"message_id": "1"}})
    assert (status, codes(answer["errors"])) == (400, {"REPLIES_UNKNOWN_MESSAGE"})


async def test_pages_of_history(send, api, yuki):
    """Newest first; before, after and around cut as documented."""
    numbers = [(await send({"content": str(number)}))[1]["id"] for number in range(6)]
    path = f"/channels/{yuki.channel('general')}/messages"

    async def page(query):
        return [one["content"] for one in (await api.call("GET", f"{path}?{query}"))[1]]

    assert await page("limit=2") == ["5", "4"]
    assert await page(f"limit=2&before={numbers[3]}") == ["2", "1"]
    assert await page(f"limit=2&after={numbers[1]}") == ["3", "2"]
    assert await page(f"limit=3&around={numbers[3]}") == ["4", "3", "2"]


async def test_a_fresh_deferral_is_filled_once(api, asked, yuki):
    """The second followup is a message of its own, editable by its id; an emptied answer is refused."""
    await api.answer(asked, {"type": 5, "data": {"flags": 64}})
    _, first = await api.call("POST", api.webhook(asked), {"content": "first"})
    _, second = await api.call("POST", api.webhook(asked), {"content": "second"})
    assert (first["flags"], second["flags"]) == (64, 0)
    assert (await api.call("GET", api.webhook(asked, "/messages/@original")))[1]["id"] == first["id"]
    path = api.webhook(asked, f"/messages/{second['id']}")
    assert (await api.call("PATCH", path, {"content": "edited"}))[1]["content"] == "edited"
    status, body = await api.call("PATCH", path, {"content": ""})
    assert (status, body["code"]) == (400, 50006)
    assert (await api.call("DELETE", path))[0] == 204
    assert [one["content"] for one in await yuki.messages(yuki.channel("general"))] == ["first"]

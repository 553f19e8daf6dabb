"""What every client is asked to do, each act once for all libraries: the commands are those of the bots in `bots`."""

from bot.sandbox.people.driver import controls
from bot.sandbox.world.faults import Answer, Drop, Invalidate, Reconnect, Reset

ACTS = {}
"""Name to coroutine function of a stage; an assertion says what was wrong."""
_EDIT = "PATCH /webhooks/*/*/messages/*"
_V2 = 1 << 15


def act(name):
    def keep(function):
        ACTS[name] = function
        return function

    return keep


async def _names(person, channel):
    return {one["name"]: one for one in await person.commands(channel)}


# Registering.


@act("global commands")
async def _(stage):
    for channel in (stage.general, stage.yuki.direct_message):
        assert "now" in await _names(stage.yuki, channel)


@act("guild commands")
async def _(stage):
    assert "local" in await _names(stage.yuki, stage.general)
    assert "local" not in await _names(stage.yuki, stage.yuki.direct_message)
    assert (await stage.ask("local"))["content"] == "local"


@act("options of all types")
async def _(stage):
    options = {one["name"]: one for one in (await _names(stage.yuki, stage.general))["take"]["options"]}
    assert [one["type"] for one in options.values()] == [3, 4, 10, 5, 6, 7, 8, 9, 11]
    assert (options["text"]["max_length"], options["number"]["min_value"], options["number"]["max_value"]) == (20, 1, 9)
    guild = stage.sandbox.world.guilds[int(stage.yuki.guild)]
    role = next(str(one.id) for one in guild.roles.values() if one.name == "member")
    ada, where, image = stage.ada.id, stage.yuki.channel("gallery"), await stage.yuki.upload("in.txt", b"hello")
    sent = {"text": "a", "number": 7, "ratio": 0.5, "yes": True, "who": ada, "where": where, "role": role}
    answer = await stage.ask("take", **sent, whom=role, image=image)
    assert answer["content"] == f"took a 7 0.5 true {ada} {where} {role} {role} in.txt"


@act("choices")
async def _(stage):
    (option,) = (await _names(stage.yuki, stage.general))["pick"]["options"]
    assert [(one["name"], one["value"]) for one in option["choices"]] == [("square", "1:1"), ("wide", "16:9")]
    assert (await stage.ask("pick", shape="16:9"))["content"] == "picked 16:9"


@act("localisations")
async def _(stage):
    command = (await _names(stage.yuki, stage.general))["pick"]
    (option,) = command["options"]
    found = [one["name_localizations"].get("de") for one in (command, option, option["choices"][0])]
    assert found == ["waehle", "form", "Quadrat"]
    assert command["description_localizations"] == {"de": "Waehlt."}


# Answers.


@act("immediate answer")
async def _(stage):
    assert (await stage.ask("now"))["content"] == "now"


@act("deferred answer")
async def _(stage):
    assert (await stage.ask("later"))["content"] == "later"


@act("ephemeral answer")
async def _(stage):
    answer = await stage.ask("quiet")
    assert (answer["content"], answer["flags"] & 64) == ("quiet", 64)


@act("followup")
async def _(stage):
    first = await stage.ask("twice")
    second = await stage.says("second")
    assert (first["content"], first["id"] != second["id"]) == ("first", True)


@act("file")
async def _(stage):
    (file,) = (await stage.ask("file"))["attachments"]
    assert (file["filename"], await stage.yuki.fetch(file["url"])) == ("hello.txt", b"hello")


@act("Components V2")
async def _(stage):
    answer = await stage.ask("layout")
    assert answer["flags"] & _V2
    assert answer["components"][0]["type"] == 17
    assert answer["components"][0]["components"][0]["content"] == "laid out"


@act("autocomplete")
async def _(stage):
    choices = await stage.yuki.autocomplete(stage.general, "find", "word", word="fire")
    assert [(one["name"], one["value"]) for one in choices] == [("fire!", "fire!")]
    assert (await stage.ask("find", word="fire!"))["content"] == "found fire!"


@act("sub-command group")
async def _(stage):
    assert (await stage.ask("set colour deep", value="red"))["content"] == "deep red"


# Modals.


@act("modal: text")
async def _(stage):
    assert (await stage.fill("form-text", words="a\nb"))["content"] == "text a\nb"


@act("modal: select")
async def _(stage):
    assert (await stage.fill("form-select", choice=["b"]))["content"] == "select b"


@act("modal: file upload")
async def _(stage):
    file = await stage.yuki.upload("in.txt", b"hello")
    assert (await stage.fill("form-file", files=[file]))["content"] == "file in.txt"


@act("modal: radio")
async def _(stage):
    assert (await stage.fill("form-radio", radio="b"))["content"] == "radio b"


@act("modal: checkbox")
async def _(stage):
    assert (await stage.fill("form-checkbox", check=True))["content"] == "check true"


# Components and menus.


@act("button")
async def _(stage):
    message = await stage.ask("controls")
    assert {one["custom_id"] for one in controls(message)} == {"press", "choose", "who"}
    pressed = await stage.yuki.answer(await stage.yuki.press(message, "press"))
    assert (pressed["id"], pressed["content"]) == (message["id"], "pressed")


@act("string select")
async def _(stage):
    message = await stage.ask("controls")
    assert (await stage.yuki.answer(await stage.yuki.choose(message, "choose", "b")))["content"] == "chose b"


@act("user select")
async def _(stage):
    message = await stage.ask("controls")
    answer = await stage.yuki.answer(await stage.yuki.choose(message, "who", stage.ada.id))
    assert answer["content"] == f"who {stage.ada.id}"


@act("user menu")
async def _(stage):
    answer = await stage.yuki.answer(await stage.yuki.user_menu(stage.general, stage.ada.id, "Wave"))
    assert answer["content"] == "waved ada"


@act("message menu")
async def _(stage):
    message = await stage.yuki.say(stage.general, "some words")
    answer = await stage.yuki.answer(await stage.yuki.context_menu(message, "Quote"))
    assert answer["content"] == "quote some words"


# The REST API.


@act("fetches")
async def _(stage):
    assert (await stage.ask("fetch"))["content"] == "fetched bot yuki Atelier general"


@act("direct message")
async def _(stage):
    await stage.ask("dm")
    assert (await stage.says("by message"))["channel_id"] == stage.yuki.direct_message


@act("thread")
async def _(stage):
    await stage.ask("thread")
    start, inside = await stage.says("start"), await stage.says("in the thread")
    assert (start["channel_id"], inside["channel_id"]) == (stage.general, start["id"])


@act("reaction")
async def _(stage):
    await stage.ask("react")
    message = await stage.says("react to this")
    await stage.yuki.wait_for(lambda one: one["id"] == message["id"] and bool(one.get("reactions")))


@act("burst of 8")
async def _(stage):
    await stage.ask("burst")
    for number in range(1, 9):
        await stage.says(f"burst {number}")


@act("use in a direct message")
async def _(stage):
    assert (await stage.ask("now", channel=stage.yuki.direct_message))["content"] == "now"


@act("use in a thread")
async def _(stage):
    assert (await stage.ask("later", channel=stage.yuki.channel("first sketches")))["content"] == "later"


# Faults.


@act("429 user")
async def _(stage):
    stage.sandbox.fault(Answer(route=_EDIT, status=429, retry_after_s=0.2))
    assert (await stage.ask("later"))["content"] == "later"


@act("429 global")
async def _(stage):
    stage.sandbox.fault(Answer(route=_EDIT, status=429, retry_after_s=0.2, is_global=True))
    assert (await stage.ask("later"))["content"] == "later"


@act("502")
async def _(stage):
    stage.sandbox.fault(Answer(route=_EDIT, status=502))
    assert (await stage.ask("later"))["content"] == "later"


@act("reset")
async def _(stage):
    stage.sandbox.fault(Reset(route=_EDIT))
    assert (await stage.ask("later"))["content"] == "later"


GATEWAY = {
    "op 7": Reconnect(),
    "op 9, resumable": Invalidate(resumable=True),
    "op 9": Invalidate(),
    "close 4000": Drop(code=4000),
    "close 1006": Drop(code=1006),
    "close 4009": Drop(code=4009),
}
"""What happens to the connection; how the client comes back is its affair, but back it comes, and works."""


def _comes_back(fault):
    async def comes_back(stage):
        how = await stage.back(fault)
        assert how is not None
        if fault == Invalidate():
            assert how == "IDENTIFY", "the session is gone"
        assert (await stage.ask("now"))["content"] == "now"

    return comes_back


for _name, _fault in GATEWAY.items():
    ACTS[_name] = _comes_back(_fault)

"""A member who means harm all through a run: hostile files and texts, forged ids and values, others' buttons."""

import asyncio
import contextlib
import json
from collections import Counter

import aiohttp

from bot.sandbox.people.driver import ActRefused, controls
from tests import hostile
from tests.chaos.seen import job_of, latest

PAUSE_S = 0.3
"""Between two acts, at most."""
PATIENCE_S = 5.0
"""For a form; a bot that is just killed opens none."""
WORST_BYTES, BYTES = 2 << 20, 60 << 10
SHOUT = "a" * 6000
TEXTS = (
    *(SHOUT, "a " * 3000, "(" * 5000, "[" * 3000 + "]" * 3000, "{a|" * 1500, "{" * 900 + "a" + "}" * 900),
    *(
        "\u200b" * 4000,
        "\u202e" * 200 + "girl",
        "a" + "\u0301" * 3000,
        "\U000e0041" * 1000,
        "\ufeff\u2060\u00ad",
        "\0\x1b[2J",
    ),
    *("__wildcard__" * 300, "(a:1e999)", "(a:nan)", "<lora:a:9>" * 300, "a, " * 2000, "BREAK " * 500, "a\n" * 900),
    *(
        "@everyone <@&1> <@1>",
        "```\n`*_~|>#",
        "%s%n{0}${a}",
        "'; DROP TABLE jobs; --",
        "../../../etc/passwd",
        "猫" * 1500,
    ),
)
"""Long, nested, invisible, or written for another reader than the bot."""
NUMBERS = (-1, 0, 7, 10**4, 2**31, 2**32, 2**53, -(2**53))
"""Of the kind that the option is of: that much Discord sees to itself."""
ACTIONS = (
    "reroll",
    "edit",
    "recipe",
    "spoiler",
    "delete",
    "cancel",
    "show",
    "tell",
    "look",
    "restore",
    "remove",
    "lock",
    "more",
    "deleted",
    "withdraw",
    *("vary", "enlarge", "exactly", "redraw", "subtle:0", "strong:9", "larger:99", "double:-1", "double:0:0"),
    *("extend", "detail", "extend_out:0", "extend_up:99", "extend_nowhere:0", "detail_face:0", "detail_top:-1"),
)
"""Without Report and its form: it hides a picture, whoever sends it, and is meant to."""
IDS = (
    *("v1:{job}:{action}", "v1:{job}:{action}:again", "v0:{job}:{action}", "v1:draft:{job}", "v1:terms:0:{job}"),
    *(
        "v1:forget:{user}",
        "v1:forget:99999999999999999999",
        "v1:queue:clear:server:0:{job}",
        "v1:queue:mine:mine:99999:",
    ),
    *(
        *("v1:op:pause", "v1:op:drain", "v1:op:block", "v1:op:announce"),
        "v1:set:denied",
        "v1:set:limits:server",
        "v1:set:{action}",
        "v1:edit:{job}",
        "v1:{job}",
        "v1:" + "a" * 97,
        "",
        "\0",
    ),
)


class HostileMember:
    """One person; what came of the acts is counted in `acts`."""

    def __init__(self, person, machines, channels, chance):
        self.acts = Counter()
        self._person = person
        self._machines = machines
        self._channels = channels
        self._chance = chance
        self._old = []
        """Messages as they once were, with buttons that are long gone."""

    async def go_on(self, over):
        """Do one thing after the other until it is over; that Discord refuses most of it is as it should be."""
        acts = (
            *(self._upload, self._upload_into_channel, self._write, self._write_partly, self._fill_form),
            *(self._press, self._press_old, self._forge_press, self._forge_command, self._forge_form),
        )
        while not over.is_set():
            act = self._chance.choice(acts)
            name = act.__name__.strip("_").replace("_", " ")
            try:
                await act()
                self.acts[name] += 1
            except (ActRefused, TimeoutError, LookupError, aiohttp.ClientError) as error:
                self.acts[f"{name}: {type(error).__name__}"] += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self._chance.uniform(0.0, PAUSE_S))

    async def _file(self):
        name = self._chance.choice(tuple(hostile.FILES))
        data = hostile.FILES[name](WORST_BYTES if name == hostile.WORST else BYTES)
        if self._chance.random() < 0.3:
            data = next(hostile.mutants(data, self._chance))
        return await self._person.upload(
            self._chance.choice(("a.png", "a.jpg", "../a.webp", "a" * 200, "\u202egnp.a")), data
        )

    async def _upload(self):
        await self._person.slash(self._channel, "remix", picture=await self._file())

    async def _upload_into_channel(self):
        message = await self._person.say(self._channel, "look", attachments=[await self._file()])
        await self._person.context_menu(message, "Remix")

    async def _write(self):
        fields = ("prompt", self._chance.choice(("subject", "character", "series", "more_tags", "negative")))
        await self._person.slash(self._channel, "imagine", steps=2, **dict.fromkeys(fields, self._text))

    async def _write_partly(self):
        await self._person.call(
            "POST",
            f"/channels/{self._channel}/autocomplete",
            {"command": "imagine", "options": {"prompt": self._text}, "focused": "prompt"},
        )

    async def _fill_form(self):
        """Edit somebody's picture, send the form back with other things in it, and draw what it came to."""
        message = self._one_of(self._messages("edit"))
        press = await self._person.press(message, f"v1:{job_of(message)}:edit")
        form = await self._person.modal(press, timeout_s=PATIENCE_S)
        fields = [label["component"] for label in form["components"] if label.get("component")]
        sent = await self._person.submit(form, **{field["custom_id"]: self._value(field) for field in fields})
        screen = await self._person.answer(sent, timeout_s=PATIENCE_S)
        await self._use(screen, [one for one in controls(screen) if one["custom_id"].endswith(":draw")])

    def _value(self, field):
        if "options" in field:
            return [self._chance.choice(field["options"])["value"]]
        return self._text[: field.get("max_length", 4000)]

    async def _press(self):
        """What is somebody else's: only the owner and moderators may take away."""
        message = self._one_of(self._messages())
        self._old.append(message)
        await self._use(message, [one for one in controls(message) if "custom_id" in one])

    async def _press_old(self):
        message = self._one_of(self._old)
        await self._use(message, [one for one in controls(message) if "custom_id" in one])

    async def _use(self, message, offered):
        """Press one of these, or choose something in it: anything but Report."""
        one = self._one_of([one for one in offered if not one["custom_id"].endswith(":report")])
        if "options" not in one:
            await self._person.press(message, one["custom_id"])
            return
        values = [option["value"] for option in one["options"] if option["value"] != "report"]
        await self._person.choose(message, one["custom_id"], self._one_of(values))

    async def _forge_press(self):
        custom_id, message = self._custom_id, self._one_of(self._messages())
        data = {"custom_id": custom_id, "component_type": self._chance.choice((2, 2, 3, 5, 8)), "id": 1}
        if data["component_type"] != 2:
            data["values"] = [self._chance.choice((*TEXTS, message["id"]))[:100]]
        await self._forge(3, data, message)

    async def _forge_command(self):
        options = [
            {"name": "subject", "type": 3, "value": "1girl"},
            {"name": "prompt", "type": 3, "value": self._text},
            {"name": self._chance.choice(("steps", "count", "seed", "year")), "type": 4, "value": self._number},
            {"name": "guidance", "type": 10, "value": self._number},
            {"name": self._chance.choice(("shape", "rating", "sampler", "style", "a")), "type": 3, "value": self._text},
        ]
        picked = self._chance.sample(options, self._chance.randint(1, len(options)))
        await self._forge(2, {"id": "1", "name": "imagine", "type": 1, "options": picked})

    async def _forge_form(self):
        fields = ("subject", "tags", "negative", "rating", "denied", "")
        rows = [
            {"type": 18, "id": at, "component": {"type": 4, "id": 90 + at, "custom_id": field, "value": self._text}}
            for at, field in enumerate(self._chance.sample(fields, 3), 1)
        ]
        await self._forge(5, {"custom_id": self._custom_id, "components": rows}, self._one_of(self._messages()))

    async def _forge(self, type_, data, message=None):
        channel = self._channel if message is None else message["channel_id"]
        body = {"user_id": self._person.id, "channel_id": channel, "type": type_, "data": data}
        if message is not None:
            body["message_id"] = message["id"]
        answer = await self._machines.developer("POST", "/interactions", body)
        if "error" in answer:
            raise LookupError(answer["error"]["message"])

    @property
    def _channel(self):
        return self._chance.choice(self._channels)

    @property
    def _text(self):
        return self._chance.choice(TEXTS)

    @property
    def _number(self):
        return self._chance.choice(NUMBERS)

    @property
    def _custom_id(self):
        """One that the bot might take for its own, of a job or a person that there is."""
        jobs = [job_of(message) for message in self._messages()]
        return self._chance.choice(IDS).format(
            job=self._chance.choice(jobs or ["AAAAAA"]),
            user=self._chance.choice(self._others),
            action=self._chance.choice(ACTIONS),
        )

    @property
    def _others(self):
        members = [one["user"]["id"] for one in self._person.state["guilds"][0]["members"]]
        return [one for one in members if one != self._person.id]

    def _messages(self, action=""):
        """Of jobs, as they are now; with this button."""
        found = [message for message in latest(self._person).values() if job_of(message)]
        return [one for one in found if f':{action}"' in json.dumps(one["components"])] if action else found

    def _one_of(self, things):
        if not things:
            raise LookupError("there is none yet")
        return self._chance.choice(things)

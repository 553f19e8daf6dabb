"""Every row of the table of bounds: the last value that is taken and the first that is refused, by either judge."""

import copy
import functools
import operator
import random

import aiohttp
import pytest

from bot.sandbox.rules import bodies
from bot.sandbox.rules.bodies import BODIES, QUERIES
from bot.sandbox.rules.bounds import Measure
from bot.sandbox.rules.bounds_table import TABLE
from bot.sandbox.rules.protocol import CallbackType, InteractionType
from bot.sandbox.rules.refusal import leaves
from bot.sandbox.rules.schema import describe
from bot.sandbox.server import Sandbox
from tests.bot.sandbox.conftest import PING, Api, openapi, png
from tests.bot.sandbox.rules.bounded import ROUTES, built, values

ROWS = [
    pytest.param(bound, kind, id=f"{kind}.{bound.field}-{bound.measure.name.lower()}")
    for bound in TABLE.rows
    for kind in bound.kinds
    if bound.field or kind == "commands"
]
ANY_THREAD = "the description takes what is no forum's post for a thread, and then reads no message and no tags"
ANY_WEBHOOK = "the description takes it for an edit, which has no such field"
LAX = {("thread", name): ANY_THREAD for name in ("type", "applied_tags", "applied_tags[]", "message")} | {
    ("webhook message", name): ANY_WEBHOOK
    for name in ("username", "avatar_url", "thread_name", "applied_tags", "applied_tags[]")
}
LAX["command", "id"] = "only a whole set's commands have it in the description"
"""Where the description lets pass what it has a bound for."""


@pytest.fixture(scope="module")
def description():
    found = openapi()
    return found and describe(found)


def own_findings(root, body):
    if root in BODIES.values():
        return bodies.check(ROUTES[root], body, {})
    return bodies.check(ROUTES[root], None, {name: str(value) for name, value in body.items()})


@pytest.mark.parametrize(("bound", "kind"), ROWS)
def test_a_row(bound, kind, description):
    """The table refuses from its bound on and in that place, and Discord's description, if at hand, agrees."""
    for value, fine in values(bound, kind):
        root, body, place = built(bound, kind, value)
        assert (place in {path for path, _, _ in own_findings(root, body)}) != fine, value
        lax = bound.why or kind == "post" or (kind, bound.field) in LAX or root in QUERIES.values()
        if description and not lax:
            found = description.request(*ROUTES[root].split(" "), body)
            assert (place in {path for path, _, _ in found}) != fine, value


class Client:
    """Sends a body of any kind where it is read."""

    def __init__(self, api, sandbox):
        self._api = api
        self._sandbox = sandbox
        world = sandbox.world
        self._bot = world.bot
        self._yuki = next(one for one in world.users.values() if one.username == "yuki")
        self._general = next(one for one in world.channels.values() if one.name == "general")
        self._forum = next(one for one in world.channels.values() if one.name == "critique")

    async def prepare(self):
        _, made = await self._api.call("POST", f"/applications/{self._sandbox.world.application_id}/commands", PING)
        self._edited = made["id"]

    def _interaction(self, type_=InteractionType.APPLICATION_COMMAND):
        data = {"id": "1", "name": "ping", "options": [{"type": 3, "name": "a", "value": "", "focused": True}]}
        interactions = self._sandbox.local.interactions
        return interactions.open("command", self._yuki, self._general, data, type_=type_)

    def _message(self):
        return self._sandbox.local.messages.create(self._general, self._bot, {"content": "a"}, {})

    def _path(self, root, body):
        path = ROUTES[root].split(" ")[1]
        names = {"application_id": self._sandbox.world.application_id, "command_id": self._edited}
        names |= {"channel_id": self._general.id, "guild_id": self._general.guild.id, "emoji_name": "👍"}
        if "message_id" in path:
            names["message_id"] = self._message().id
        if "message" in body and root == "thread":
            names["channel_id"] = self._forum.id
        if root == "callback":
            autocomplete = body.get("type") == CallbackType.AUTOCOMPLETE
            asked = self._interaction(*[InteractionType.AUTOCOMPLETE] * autocomplete)
            names |= {"interaction_id": asked.id, "interaction_token": asked.token}
        if root == "webhook message":
            asked = self._interaction()
            asked.answered = CallbackType.MESSAGE
            names |= {"webhook_id": names["application_id"], "webhook_token": asked.token}
        return path.format(**names)

    async def send(self, root, body):
        """Give the status and the places that were refused, what is no field at all left aside."""
        method = ROUTES[root].split(" ")[0]
        if root in QUERIES.values():
            query = "&".join(f"{name}={value}" for name, value in body.items())
            status, answer = await self._api.call(method, f"{self._path(root, body)}?{query}")
        else:
            named = body.get("attachments") if isinstance(body, dict) else None
            files = [("a.png", png())] * (len(named) if isinstance(named, list) else "attachment://a.png" in str(body))
            status, answer = await self._api.call(method, self._path(root, body), body, files=files)
        errors = leaves((answer or {}).get("errors") or {}) if status == 400 else []
        return status, {place for place, code, _ in errors if code != "UNKNOWN_FIELD"}


@pytest.mark.parametrize("judge", ["with Discord's description", "alone"])
async def test_the_table_is_what_is_answered(judge):
    """Over the API, too, a value is refused from its bound on, whether or not Discord's description is at hand."""
    found = openapi() if judge != "alone" else None
    if found is None and judge != "alone":
        pytest.skip("Discord's OpenAPI description is not at hand (DISCORD_OPENAPI names it)")
    async with Sandbox.serve(openapi=found, rate_limits=False) as sandbox, aiohttp.ClientSession() as session:
        client = Client(Api(session, sandbox), sandbox)
        await client.prepare()
        wrong = []
        for bound in TABLE.rows:
            kind = bound.kinds[0]
            for value, fine in values(bound, kind) if bound.field or kind == "commands" else ():
                root, body, place = built(bound, kind, value)
                status, places = await client.send(root, body)
                if status >= 500 or (".".join(map(str, place)) in places) == fine:
                    wrong.append((f"{kind}.{bound.field}", str(value)[:60], status, places))
    assert wrong == []


JUNK = (
    None,
    5,
    -1,
    "",
    "x" * 3000,
    True,
    1.5,
    [],
    {},
    [1],
    [None],
    {"a": 1},
    2**70,
    {"type": 1},
    {"id": "1"},
    "9" * 5000,
)


def places(body, path=()):
    """Give the place of every value in a body."""
    yield path
    parts = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, one in parts:
        yield from places(one, (*path, step))


async def test_no_body_is_an_accident():
    """Whatever stands in place of a value, however wrong its type, is refused or taken, and never a 500."""
    chance = random.Random(20)
    rows = [
        (bound, kind) for bound in TABLE.rows for kind in bound.kinds if bound.field and kind not in QUERIES.values()
    ]
    async with Sandbox.serve(rate_limits=False) as sandbox, aiohttp.ClientSession() as session:
        client = Client(Api(session, sandbox), sandbox)
        await client.prepare()
        for _ in range(250):
            bound, kind = chance.choice(rows)
            value, _fine = chance.choice(list(values(bound, kind)))
            root, body, _ = built(bound, kind, value)
            body = copy.deepcopy(body)
            *way, last = chance.choice([place for place in places(body) if place])
            functools.reduce(operator.getitem, way, body)[last] = chance.choice(JUNK)
            status, _ = await client.send(root, body)
            assert status < 500, (root, body)


DEEP = functools.reduce(lambda inner, _: {"type": 17, "components": [inner]}, range(200), {"type": 10, "content": "a"})


def test_what_is_nested_without_end_is_refused():
    """A body deeper than anything of Discord's is refused where it becomes too deep."""
    assert own_findings("message", {"flags": 1 << 15, "components": [DEEP]}) != []


@pytest.mark.parametrize(
    ("bound", "kind"),
    [row for row in ROWS if row.values[0].least and row.values[0].measure in {Measure.TEXT, Measure.TRIMMED}],
)
def test_blanks_alone_are_nothing(bound, kind):
    """What people read says something."""
    root, body, place = built(bound, kind, " \n\u3000")
    assert place in {path for path, _, _ in own_findings(root, body)}


def test_blanks_around_are_not_counted():
    """Content and the texts of embeds are kept without the blanks around them, and only then measured."""
    route = "POST /channels/{channel_id}/messages"
    body = {"content": " a\n", "embeds": [{"title": "x" * 256 + " ", "fields": [{"name": " n", "value": "v "}]}]}
    assert bodies.check(route, body, {}) == []
    kept = {"content": "a", "embeds": [{"title": "x" * 256, "fields": [{"name": "n", "value": "v"}]}]}
    assert bodies.trimmed(route, body) == kept
    callback = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    assert bodies.trimmed(callback, {"type": 4, "data": body}) == {"type": 4, "data": kept}


async def test_blanks_alone_are_an_empty_message(api, yuki):
    """A message of blanks says nothing, whoever writes it."""
    path = f"/channels/{yuki.channel('general')}/messages"
    status, body = await api.call("POST", path, {"content": " \n "})
    assert (status, body["code"]) == (400, 50006)
    assert (await api.call("POST", path, {"content": " a "}))[1]["content"] == "a"


async def test_a_limit_beyond_the_most_is_refused(api, yuki):
    """More than a hundred messages are not cut to a hundred."""
    path = f"/channels/{yuki.channel('general')}/messages"
    assert (await api.call("GET", f"{path}?limit=100"))[0] == 200
    status, body = await api.call("GET", f"{path}?limit=101")
    assert (status, body["errors"]["limit"]["_errors"][0]["code"]) == (400, "NUMBER_TYPE_MAX")


@pytest.mark.parametrize(("bound", "kind"), [row for row in ROWS if row.values[0].measure == Measure.ADDRESS])
def test_an_address_has_a_scheme_that_leads_somewhere(bound, kind):
    """Of the web, of the message's own files or of Discord itself, where that may be; of nothing else."""
    for address, fine in (("https://a.b", True), ("HTTP://a.b", True), ("ftp://a.b", False), ("a.b", False)):
        root, body, place = built(bound, kind, address)
        assert (place in {path for path, _, _ in own_findings(root, body)}) != fine, address


def test_what_the_table_has_of_its_own():
    """These bounds are in no description, or are others there: each is here by name, so that none is lost."""
    assert {(bound.kinds[0], bound.field): (bound.least, bound.most) for bound in TABLE.rows if bound.why} == {
        ("message", "content"): (None, 2000),
        ("message", "embeds"): (None, 6000),
        ("embed field", "name"): (1, 256),
        ("embed field", "value"): (1, 1024),
        ("action row", "id"): (0, 2**31 - 1),
        ("modal", "components"): (1, 5),
        ("suggestions", "choices"): (None, 25),
        ("suggestion", "value"): (None, 100),
        ("string choice", "value"): (None, 100),
    }

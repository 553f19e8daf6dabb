"""What Discord refuses is not sent again and again: another way is tried, and then the place is left alone."""

import asyncio
from functools import partial

import discord
import pytest

from bot.app import Eshi
from bot.care.report_notices import ReportNotices
from bot.delivery.budget import EditBudget
from bot.delivery.traffic import Traffic
from bot.job import State
from bot.measures import BotMeasures
from bot.queue.forecast import Wait
from bot.refusals import Refusals, RefusingPlace
from bot.safety.audit import AuditRecord
from bot.safety.policy import ServerPolicy
from bot.sentences import ends
from bot.store.reports import ReportReason
from bot.views import card
from tests.bot.sandbox.conftest import running
from tests.journey.people import gallery

BY_TOKEN = "PATCH /webhooks/*/*/messages/*"  # noqa: S105  no secret
BY_RIGHT = "PATCH /channels/*/messages/*"
SENT = "POST /channels/*/messages"
NO_RIGHT = "I am no longer allowed to post where you asked for it."


@pytest.fixture
def refuse(sandbox):
    """Let Discord refuse calls from here on."""

    def act(*routes, status=403, code=50013, times=1000):
        for route in routes:
            sandbox.faults.post_json(
                {"fault": "answer", "route": route, "status": status, "code": code, "times": times}
            )

    return act


def made(sandbox, method, path=""):
    """The calls that reached Discord, as their statuses."""
    return [
        one["status"] for one in sandbox.feed.entries(limit=1000) if one.get("method") == method and path in one["path"]
    ]


async def message_of(person, job):
    return next(m for m in await person.messages(str(job.channel_id)) if m["id"] == str(job.message_id))


async def progress(desk, job, times):
    """Have so many states of a job told, one after the other."""
    job_message = desk.delivery.job_message(job.id)
    for place in range(times, 0, -1):
        job_message.say(partial(card.waiting, job, Wait(place)))
        await job_message._task


async def ended(desk, job):
    await desk.delivery.deliver(await desk.draw(job))
    return await desk.store.jobs.get(job.id)


@pytest.mark.parametrize("code", [50013, 50001, 0])
async def test_where_the_token_alone_may_not_edit_the_bot_s_own_right_does(desk, yuki, sandbox, refuse, code):
    """The message never goes on saying that it is next; and the token is not tried at every further edit."""
    job = await desk.ask(yuki, yuki.channel("general"))
    refuse(BY_TOKEN, code=code)
    await progress(desk, job, 3)
    assert (await ended(desk, job)).kept is None
    assert gallery(await message_of(yuki, job))
    assert made(sandbox, "PATCH", "/webhooks/") == [403]
    assert len(made(sandbox, "PATCH", "/channels/")) == 4


async def test_a_private_message_that_may_not_be_edited_is_said_to_be_so(desk, yuki, refuse):
    """There is no other way to it; the reason is not its age."""
    job = await desk.ask(yuki, yuki.channel("general"), private=True)
    refuse(BY_TOKEN)
    assert (await ended(desk, job)).kept == ends.NO_RIGHT


async def test_what_is_refused_for_what_it_shows_is_not_tried_by_another_way(desk, yuki, sandbox, refuse):
    """Nor does it say anything of the channel."""
    job = await desk.ask(yuki, yuki.channel("general"))
    refuse(BY_TOKEN, BY_RIGHT, code=20009, status=400)
    assert (await ended(desk, job)).kept == ends.NOT_TAKEN
    assert made(sandbox, "PATCH", "/channels/") == []
    assert not desk.refusals._places


@pytest.mark.parametrize("answer", [{"status": 400, "code": 50035}, {"status": 403, "code": 50013}])
async def test_a_channel_that_refuses_three_times_is_left_alone(desk, yuki, sandbox, refuse, answer):
    """Neither progress nor results are sent there until somebody asks for something new there."""
    channel = yuki.channel("general")
    jobs = [await desk.ask(yuki, channel) for _ in range(6)]
    refuse(BY_TOKEN, BY_RIGHT, **answer)
    for job in jobs[:3]:
        await progress(desk, job, 1)
    refused = len(made(sandbox, "PATCH"))
    assert refused == (3 if answer["status"] == 400 else 6), "once, or by the token and by the bot's own right"
    await progress(desk, jobs[3], 9)
    assert (await ended(desk, jobs[3])).kept == ends.NO_RIGHT
    assert (await ended(desk, jobs[4])).state is State.DELIVERED
    assert len(made(sandbox, "PATCH")) == refused
    sandbox.faults.withdraw()
    desk.refusals.asked(jobs[5].channel_id)
    assert (await ended(desk, jobs[5])).kept is None
    assert gallery(await message_of(yuki, jobs[5]))


async def test_progress_that_is_refused_three_times_ends_though_others_arrive(desk, yuki, sandbox, refuse):
    """There is something about that one; its result is tried once more."""
    job, other = [await desk.ask(yuki, yuki.channel("general")) for _ in range(2)]
    for _ in range(3):
        refuse(BY_TOKEN, status=400, code=50035, times=1)
        await progress(desk, job, 1)
        await progress(desk, other, 1)
    before = len(made(sandbox, "PATCH"))
    await progress(desk, job, 5)
    assert len(made(sandbox, "PATCH")) == before
    assert (await ended(desk, job)).kept is None


async def test_what_a_private_message_refuses_says_nothing_of_its_channel(desk, yuki, refuse):
    job = await desk.ask(yuki, yuki.channel("general"), private=True)
    refuse(BY_TOKEN, times=3)
    for _ in range(3):
        with pytest.raises(Exception, match="the private message may not be edited"):
            await desk.editor.edit(job, card.waiting(job, Wait(1)), retry=False)
    assert desk.editor.leaves_alone(job)
    public = await desk.ask(yuki, yuki.channel("general"))
    assert (await ended(desk, public)).kept is None


async def test_words_to_an_owner_are_refused_three_times_at_most(desk, yuki, sandbox, refuse):
    """In the channel, and directly where they take no direct messages."""
    refuse(SENT, code=50007)
    for private, place in ((False, yuki.channel("general")), (True, yuki.id)):
        before = len(made(sandbox, "POST", "/messages"))
        for _ in range(5):
            job = await desk.ask(yuki, yuki.channel("general"), private=private)
            await desk.store.jobs.want_told(job.id, wanted=True)
            desk.clock.time += 61
            await ended(desk, job)
        tries = len(made(sandbox, "POST", "/messages")) - before
        assert tries == (3 if private else 6), "a reply, and without it; three times each"
        assert desk.refusals.closed(RefusingPlace("words", int(place)))


async def test_a_log_channel_that_refuses_three_times_is_left_alone(desk, yuki, sandbox, refuse):
    """Neither lines nor reports, until something in the server changes, its settings included."""
    guild, channel = int(yuki.guild), int(yuki.channel("gallery"))
    await desk.store.policies.change(guild, lambda _: ServerPolicy(log_channel=str(channel)))
    report_notices = ReportNotices(client=desk.client, store=desk.store, audit=desk.audit, now=desk.clock.now)
    job = await desk.ask(yuki, yuki.channel("general"))
    await desk.store.reports.add(job, int(yuki.id), ReportReason("other"), hides=False, now=1.0)
    refuse(SENT)

    async def note(event="refused"):
        await desk.audit.write(AuditRecord(event=event, at=1.0, user_id=5, guild_id=guild, channel_id=1))
        await asyncio.gather(*desk.audit._posting.values())

    for _ in range(5):
        await note()
        await report_notices.tell(job, int(yuki.id))
    assert made(sandbox, "POST", f"/channels/{channel}/messages") == [403] * 3
    sandbox.faults.withdraw()
    await report_notices.tell(job, int(yuki.id))
    assert len(made(sandbox, "POST", f"/channels/{channel}/messages")) == 3
    await note("changed")
    await report_notices.tell(job, int(yuki.id))
    assert len(made(sandbox, "POST", f"/channels/{channel}/messages")) == 5
    for _ in range(3):
        desk.refusals.refused(RefusingPlace("edits", channel), guild)
    await report_notices.renew(job)
    assert made(sandbox, "PATCH", f"/channels/{channel}/messages") == []


async def test_whatever_may_have_changed_the_rights_in_a_server_opens_its_channels():
    """Of that server, and of no other."""
    guild, other = discord.Object(7), discord.Object(8)
    member = type("Member", (), {"guild": guild})()
    for event, arguments in {
        "guild_channel_update": (None, member),
        "guild_role_update": (None, member),
        "member_update": (None, member),
        "guild_update": (None, guild),
        "guild_join": (guild,),
        "raw_thread_update": (type("Payload", (), {"guild_id": 7})(),),
    }.items():
        client = Eshi(EditBudget(), Traffic(BotMeasures()))
        for _ in range(3):
            client.refusals.refused(RefusingPlace("edits", 70), guild.id)
            client.refusals.refused(RefusingPlace("words", 80), other.id)
        await getattr(client, f"on_{event}")(*arguments)
        assert [
            client.refusals.closed(place) for place in (RefusingPlace("edits", 70), RefusingPlace("words", 80))
        ] == [False, True]


async def test_the_real_client_hears_of_it(sandbox, yuki, ada):
    """A channel's rights that an admin changed, a command that somebody gave, and every refusal that it gets itself."""
    budget = EditBudget()

    class Listening(Eshi):
        def __init__(self):
            super().__init__(budget, Traffic(BotMeasures()))
            self.connected = asyncio.Event()

        async def on_ready(self):
            self.connected.set()

    async with running(sandbox, Listening()) as client:

        @client.tree.command()
        async def imagine(interaction: discord.Interaction):
            await interaction.response.send_message("Yes.", ephemeral=True)

        await client.tree.sync()
        channel = int(yuki.channel("gallery"))
        place = RefusingPlace("words", channel)
        for act in (
            lambda: ada.call("PUT", f"/channels/{channel}/overwrites/{client.user.id}", {"allow": "0", "deny": "8192"}),
            lambda: yuki.slash(str(channel), "imagine"),
        ):
            for _ in range(3):
                client.refusals.refused(place, int(yuki.guild))
            await act()
            async with asyncio.timeout(10):
                while True:
                    if not client.refusals.closed(place):
                        break
                    await asyncio.sleep(0.005)  # the gateway's news: nothing of ours to be woken by
        sandbox.faults.post_json({"fault": "answer", "route": SENT, "status": 403, "times": 2})
        for _ in range(2):
            with pytest.raises(discord.Forbidden):
                await client.get_partial_messageable(channel).send("hello")
        assert budget.invalid.recent == 2


def test_places_that_refused_longest_ago_are_forgotten_first(monkeypatch):
    monkeypatch.setattr("bot.refusals._KEPT", 3)
    refusals = Refusals()
    for place in (1, 2, 3, 1, 4, 5):
        refusals.refused(RefusingPlace("edits", place))
    assert [place.id for place in refusals._places] == [1, 4, 5]


def many_invalid(desk, count):
    for _ in range(count):
        desk.budget.invalid.heed(403, {})


async def test_far_from_discord_s_limit_for_invalid_requests_a_result_waits(desk, yuki, caplog):
    """Until there were fewer of them; the picture then comes."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general")))
    many_invalid(desk, 5000)
    begun = desk.clock.time
    await desk.delivery.deliver(job)
    assert 600 <= desk.clock.time - begun <= 630
    assert "Discord refused 5000 requests lately; waiting" in caplog.text
    assert gallery(await message_of(yuki, job))

"""The configuration read again while the bot runs."""

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from bot import config
from bot.care.retention import Retention
from bot.checks.admission import Admission
from bot.checks.audit import Audit
from bot.checks.lockouts import Lockouts
from bot.operating.reload import AT_ONCE, ConfigReload, Live
from bot.prompt import presets
from bot.queue.allowance import Allowance
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket
from bot.safety.policy import OperatorPolicy
from bot.safety.wording import TextFilter
from tests.documents import keys

NOW = 2000.0


@pytest.fixture
def path(tmp_path):
    (tmp_path / "token").write_text("a.b.c")
    (tmp_path / "model").mkdir()
    return tmp_path / "config.toml"


@pytest.fixture
def write(path):
    def written(text=""):
        path.write_text(f"engine.model = 'model'\nengine.rating.by = 'none'\nbot.discord.token_file = 'token'\n{text}")

    return written


@pytest.fixture
def reload(write, path, store, monkeypatch):
    write()
    monkeypatch.delenv("ESHI_TOKEN", raising=False)
    read = config.load(path)
    allowance = Allowance.of_operator(read.bot.limits)
    queue = Queue(max_jobs=read.bot.limits.max_queue, allowance=allowance)
    return ConfigReload(
        live=Live(read),
        gatekeeper=SimpleNamespace(
            operator=OperatorPolicy.of(read.bot.ratings, tagger=False),
            lockouts=Lockouts(store.strikes, read.bot.strikes, lambda: NOW),
            words=TextFilter(None),
        ),
        prompt_writer=SimpleNamespace(presets=presets.load(), wildcards={}),
        queue=queue,
        admission=Admission(queue=queue, line=store.queue, forecast=None, operator=allowance, now=lambda: NOW),
        retention=Retention(store, read.bot.retention, read.bot.strikes, now=lambda: NOW),
        audit=Audit(SimpleNamespace(), store),
        now=lambda: NOW,
    )


async def test_what_may_change_does_and_the_rest_is_named(reload, write):
    """The bot goes on with the old value of what needs a restart, whatever else is changed later."""
    write("bot.about.contact = 'me'\nbot.retention.pictures_days = 1\nbot.limits.max_steps = 30\nengine.batch_cap = 2")
    found = await reload.again()
    assert found.changed == ("bot.about.contact", "bot.retention.pictures_days")
    assert found.restart == ("bot.limits.max_steps", "engine.batch_cap")
    now = reload.live.config
    assert (now.bot.about.contact, now.bot.limits.max_steps, now.model.batch_cap) == ("me", 50, 4)
    assert reload.retention.rules.pictures_days == 1
    write("bot.limits.max_steps = 30")
    assert (await reload.again()).restart == ("bot.limits.max_steps",)


@pytest.mark.parametrize(
    "text", ["bot.limits.max_queu = 3", "bot = 3", "[", "bot.ratings.highest = 'lewd'", "bot.discord.token_file = 'no'"]
)
async def test_a_file_that_cannot_be_used_changes_nothing(reload, path, text, caplog):
    """The bot draws on as it did, and the log says in a line what is wrong."""
    before = reload.live.config
    path.write_text(text)
    found = await reload.again()
    assert found.error
    assert reload.live.config is before
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "the configuration is as it was" in record.message


async def test_loosening_what_may_be_drawn_is_logged_and_audited(reload, write, store, caplog):
    """Also where fewer names are denied; never in silence, and no name is in the log."""
    write("bot.ratings.denied = ['blood', 'gore']\nbot.ratings.people = ['somebody real']")
    assert (await reload.again()).loosened == ()
    write("bot.ratings.denied = ['gore']\nbot.ratings.highest = 'explicit'\nbot.ratings.adults = ['some character']")
    found = await reload.again(7)
    assert len(found.loosened) == 4
    assert reload.gatekeeper.operator.highest == "explicit"
    warnings = [one.message for one in caplog.records if one.levelno == logging.WARNING]
    assert [one for one in warnings if "highest rating is explicit instead of sensitive" in one]
    records = await store.records.of(7)
    assert [(one.event, one.user_id, one.detail.id) for one in records] == [("changed", 7, "audit.loosened")] * 4
    assert not any("somebody real" in one.message for one in caplog.records)


async def test_tightening_holds_at_once(reload, write):
    """For what is begun from now on."""
    write("bot.ratings.highest = 'safe'")
    assert (await reload.again()).loosened == ()
    assert reload.gatekeeper.operator.highest == "safe"


async def test_the_line_s_limits_hold_at_once_and_turn_nobody_away(reload, write, new_job):
    """What waits already stays; whoever was kept back may be drawn when there is room now."""
    write("bot.limits.max_running_per_person = 1")
    await reload.again()
    tickets = [Ticket.of_new(new_job().request, user_id=101, guild_id=7) for _ in range(3)]
    for number, ticket in enumerate(tickets):
        reload.queue.push(replace(ticket, id=f"{number}"))
    assert reload.queue.pop() is not None
    assert reload.queue.pop() is None
    write("bot.limits.max_queue_per_person = 1")
    await reload.again()
    assert len(reload.queue) == 2
    assert reload.queue.pop() is not None
    assert reload.admission.operator.waiting_per_person == 1


async def test_the_same_file_changes_nothing(reload):
    """Whoever sends the signal twice does no harm."""
    assert await reload.again() == ((), (), (), "")


def test_the_page_for_operators_names_what_changes_at_once():
    """Every key of the list is one, and stands there."""
    known = keys()
    assert [key for key in AT_ONCE if key not in known] == []
    page = (Path(__file__).parents[3] / "docs" / "operating.md").read_text()
    assert [key for key in AT_ONCE if f"`{key}`" not in page and key.rpartition(".")[0] != "bot.limits"] == []

"""The table of clients itself: what is no act, what did not come off, and what could not be installed are said."""

import asyncio

import pytest

from tests.clients import environments, table
from tests.clients.acts import ACTS
from tests.clients.clients import CLIENTS, Client
from tests.clients.red_acts import RED_ACTS
from tests.clients.run import Found, attempt, run
from tests.clients.stage import on_stage

NOBODY = Client("nobody", "no-such-package", "0", "discord_py.py", {"reset": "it has no words for it"})


def test_every_client_has_its_bot_and_lacks_only_what_is_asked():
    """A misspelt act would otherwise be counted as failed for ever, or as lacking without anybody asking."""
    for client in CLIENTS:
        assert (environments.BOTS / client.bot).is_file()
        assert client.lacks.keys() <= ACTS.keys()
    assert not ACTS.keys() & RED_ACTS.keys()


def test_what_a_library_has_not_is_no_failure():
    """Done, lacking, failed and not asked for are four things; one failure makes the whole not good."""
    found = Found(NOBODY, done=["choices"])
    assert found.good
    found.failed["file"] = "AssertionError"
    assert not found.good
    assert [table.cell(found, act) for act in ("choices", "reset", "file", "button")] == [
        "yes",
        "has none",
        "FAILED",
        "not run",
    ]
    lines = list(table.lines([found]))
    assert "nobody, file: AssertionError" in lines
    assert "nobody, reset: has none, it has no words for it" in lines
    assert table.as_json([found])["nobody"]["failed"] == {"file": "AssertionError"}


def test_a_fault_of_the_stand_in_is_not_good_either():
    """What the stand-in answers and Discord would not counts, whatever the client made of it."""
    found = Found(NOBODY, own_faults={"UNKNOWN_STATUS"})
    assert not found.good
    assert "nobody: the stand-in answers wrongly: UNKNOWN_STATUS" in list(table.lines([found]))


class _Stage:
    class sandbox:  # noqa: N801 - an attribute
        class faults:  # noqa: N801 - an attribute
            withdrawn = 0

            @classmethod
            def withdraw(cls):
                cls.withdrawn += 1


@pytest.mark.parametrize("error", [AssertionError("wrong words"), TimeoutError("nothing came"), LookupError("no such")])
async def test_an_act_that_does_not_come_off_has_its_reason(error):
    """The reason is kept, and no fault that was meant for this act meets the next one."""

    async def act(_stage):
        raise error

    before = _Stage.sandbox.faults.withdrawn
    assert await attempt(act, _Stage) == f"{type(error).__name__} {error}"
    assert _Stage.sandbox.faults.withdrawn == before + 1


async def test_a_client_that_cannot_be_installed_is_said(monkeypatch, tmp_path):
    """It fails as a whole, with the installer's own words."""
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(environments, "_python", lambda _client: tmp_path / "no-interpreter")

    async def nothing_to_make(*words, cwd=None):
        if words[1:3] != ("-m", "venv"):
            await install(*words, cwd=cwd)

    install = environments._run
    monkeypatch.setattr(environments, "_run", nothing_to_make)
    said = []
    (found,) = await run([NOBODY], acts=None, at_once=1, openapi=None, say=said.append)
    assert "cannot be installed" in found.failed["nobody"]
    assert "no-interpreter" in found.failed["nobody"]
    assert said == ["nobody: 0 done, 1 failed, 1 it has not"]
    assert table.cell(found, "file") == "FAILED"


async def test_a_bot_that_ends_before_it_is_ready_is_said(monkeypatch, tmp_path):
    """Its last lines are the reason."""
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(environments, "command", lambda _client: ("sh", "-c", "echo 'no module named anything'"))
    with pytest.raises(Exception, match="no module named anything"):
        async with asyncio.timeout(20), on_stage(NOBODY):
            pass
    assert (tmp_path / "nobody.log").read_text() == "no module named anything\n"

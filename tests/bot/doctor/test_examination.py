"""`python -m bot check`, against the local Discord and an engine that draws flat colours."""

import json
import sys

import msgspec
import pytest

from bot import config
from bot.__main__ import main
from bot.demo import configuration
from bot.doctor import drawing, engine_rows, rows
from bot.doctor.examination import Extent, examine
from bot.sandbox.server import Sandbox
from engine import wire
from engine.finding import error, ok
from tests.documents import ROOT

FAKE = (sys.executable, str(ROOT / "tests" / "bot" / "fake_engine.py"), "serve", "--die-with-parent")


def written(tmp_path, api="http://127.0.0.1:9", **bot):
    path = tmp_path / "config.toml"
    path.write_bytes(configuration(api, model="none", bot={"about": {"contact": "@ada"}, **bot}))
    return path


def printing(*findings):
    """An engine whose own check prints these rows."""
    return (sys.executable, "-c", f"print({msgspec.json.encode(findings).decode()!r})")


async def found(path, extent, token):
    return [row async for row in examine(path, extent, {"ESHI_TOKEN": token})]


async def test_an_installation_is_looked_over_from_the_configuration_to_a_picture(tmp_path):
    """Every row in its order, and at the end a picture that came over the real wire."""
    async with Sandbox.serve() as sandbox:
        path = written(tmp_path, sandbox.api_url)
        serve = (*FAKE, "--config", str(path))
        extent = Extent(engine_check=printing(ok("card", "a card")), engine_serve=serve)
        seen = await found(path, extent, sandbox.token)
    assert [row.id for row in seen if row.level in {"error", "warning"}] == []
    ids = [row.id for row in seen]
    assert ids == sorted(ids, key=rows.IDS.index)
    assert seen[-1].says.startswith("a picture of 512×512 with 8 steps came in ")
    assert " previews; the engine was ready after " in seen[-1].says
    assert not (tmp_path / "data").exists()


async def test_an_engine_that_cannot_draw_is_not_asked_for_a_picture(tmp_path):
    """Its rows say why."""
    path = written(tmp_path)
    extent = Extent(discord=False, engine_check=printing(error("driver", "old", "Update it.")))
    seen = await found(path, extent, "")
    assert [(row.id, row.level) for row in seen[-2:]] == [("driver", "error"), ("drawing", "unchecked")]


async def test_an_engine_that_says_nothing_of_itself_is_an_error(tmp_path):
    """Its last line is repeated, and every row of its is there."""
    broken = (sys.executable, "-c", "import sys; sys.exit('no torch today')")
    seen = await engine_rows.look(written(tmp_path), command=broken)
    assert [row.id for row in seen] == list(rows.OF_THE_ENGINE)
    assert "no torch today" in seen[0].says
    absent = await engine_rows.look(written(tmp_path), command=("/nonexistent/engine",))
    assert (absent[0].level, "cannot be started" in absent[0].says) == ("error", True)


async def test_an_engine_that_does_not_start_is_an_error_with_its_own_words(tmp_path):
    """And nobody waits for the next try."""
    dying = (sys.executable, "-c", "import sys; sys.exit(3)")
    row = await drawing.look(config.load(written(tmp_path)), command=dying)
    assert (row.id, row.level) == ("drawing", "error")
    assert "exit status 3" in row.says


def test_what_came_is_judged():
    """No picture, no PNG, and none that nothing rated although something rates."""
    picture = wire.Picture(job_id="check", number=0, seed=0, png=b"\x89PNG\r\n\x1a\n")
    how = {"loaded_s": 1.0, "drawn_s": 2.0, "device": "cpu"}
    assert drawing.judged([], rates=False, **how).level == "error"
    assert drawing.judged([msgspec.structs.replace(picture, png=b"x")], rates=False, **how).level == "error"
    assert drawing.judged([picture], rates=True, **how).level == "error"
    assert drawing.judged([picture], rates=False, **how).level == "ok"
    assert "rated safe" in drawing.judged([msgspec.structs.replace(picture, rating="safe")], rates=True, **how).says


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (None, ["configuration"]),
        ("[bot\n", ["configuration"]),
        ("[bot]\ntypo = 1\n", ["configuration"]),
        ('[engine.rating]\nby = "none"\n', ["filled-in", "contact"]),
    ],
)
async def test_a_configuration_that_cannot_be_used_is_the_first_row(tmp_path, text, ids):
    """Without one nothing else that needs it is looked at."""
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    seen = await found(path, Extent(discord=False, engine=False, draw=False), "")
    assert [row.id for row in seen if row.level in {"error", "warning"}] == ids
    assert "python" in [row.id for row in seen]


def test_the_command_ends_with_a_verdict_and_a_status(tmp_path, capsys, monkeypatch):
    """0 with warnings, 1 with an error or where warnings count; nothing of the token is printed."""
    monkeypatch.setenv("ESHI_TOKEN", "a.b.secret")
    path = written(tmp_path)

    def checked(*how, status=0):
        assert main(["check", "--config", str(path), "--no-discord", "--no-engine", *how]) == status
        said = capsys.readouterr()
        assert said.err == ""
        assert "secret" not in said.out.replace("wire-secret", "").replace("no secret is needed", "")
        return said.out

    assert checked().splitlines()[-1].startswith("✓ Ready: ")
    assert {"id", "level", "says", "do", "page"} == json.loads(checked("--json"))["rows"][0].keys()
    assert "```" in checked("--report")
    path.write_bytes(configuration("http://127.0.0.1:9", model="none"))
    assert "! contact" in checked()
    checked("--strict", status=1)
    path.unlink()
    assert "✗ configuration" in checked(status=1)

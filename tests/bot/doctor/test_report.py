"""What is shown of a check, and what of it may be pasted into an issue."""

import json
import sys
import tomllib
from pathlib import Path

from bot.config import About, Bot, Config, Discord, Limits, Wire
from bot.doctor import report, rows
from engine.finding import error, ok, unchecked, warning
from tests.documents import ROOT, TROUBLESHOOTING

FINDINGS = [
    ok("token", "Discord knows the bot as “Eshi of Ada”"),
    warning("permissions", "cannot do its part in “#general” of “Ada's”", "Give it."),
    error("sessions", "12 of 123456789012345678 at /home/ada/eshi with s3cret-token", "Wait."),
    unchecked("drawing", "no engine"),
]


def test_a_row_is_one_line_unless_there_is_something_to_do():
    """Then what to do is below it, and where the page says more."""
    assert report.shown(FINDINGS[0]) == "✓ token: Discord knows the bot as “Eshi of Ada”"
    assert report.shown(FINDINGS[1]).splitlines()[1:] == [
        "    Give it.",
        "    docs/troubleshooting.md#permissions",
    ]


def test_an_installed_copy_has_its_pages_elsewhere(tmp_path, monkeypatch):
    """Where the wheel puts them; there is no checkout around it."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert rows.link("token", tmp_path) == f"{tmp_path.as_posix()}/share/eshi/docs/troubleshooting.md#token"
    files = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["data-files"]
    assert files["share/eshi/docs"] == ["docs/*.md"]


def test_the_verdict_counts():
    assert report.verdict(FINDINGS) == "✗ Not ready: 1 error, 1 warning, 1 not checked, 1 in order."
    assert report.verdict(FINDINGS[:2]) == "✓ Ready: 1 in order, 1 warning."


def test_every_row_is_there_for_a_program():
    found = json.loads(report.as_json(FINDINGS))
    assert [row["id"] for row in found["rows"]] == ["token", "permissions", "sessions", "drawing"]
    assert found["rows"][2]["page"] == "docs/troubleshooting.md#sessions"


def test_a_report_holds_no_secret_no_id_no_name_and_no_home():
    """One id stays the same one; texts of the configuration are left out, and numbers are not."""
    discord = Discord(token_file="/secret/place")  # noqa: S106  a path
    bot = Bot(about=About(contact="ada@x.example"), discord=discord, limits=Limits(max_queue=7))
    config = Config(path=Path("/home/ada/config.toml"), bot=bot, wire=Wire())
    text = report.as_report(FINDINGS, config, ["s3cret-token", ""])
    for private in ("s3cret", "123456789012345678", "Ada", "general", "ada@x", "/secret/place"):
        assert private not in text
    assert "id-" in text
    assert "bot.limits.max_queue = 7" in text
    assert "bot.about.contact = …" in text
    assert report.redacted("/home/ada/x", [], Path("/home/ada")) == "~/x"


def test_the_page_has_every_row_in_its_order():
    """Each under a heading that the check links to."""
    part = TROUBLESHOOTING.partition("## What `python -m bot check` says\n")[2].partition("\n## ")[0]
    headings = [line.removeprefix("### ") for line in part.splitlines() if line.startswith("### ")]
    assert headings == list(rows.IDS)

"""What the README and its pages show, quote and name exists."""

import re
import shlex
import textwrap
import tomllib

import discord
import pytest

from bot.__main__ import main as bot
from bot.checks.place import NEEDED, NEEDED_IN_THREADS
from bot.config import RetentionSettings, StrikeRules, load
from bot.prompt.dialects import usual
from bot.safety.policy import imported
from bot.sandbox.world.blueprint import bits, starter
from bot.sentences.card import MORE
from bot.sentences.rendering import render
from bot.views.buttons import LOOKS
from engine import config as engine_config
from engine import downloads
from engine.__main__ import main as engine
from tests.documents import (
    PAGES,
    PICTURES,
    RATINGS,
    README,
    ROOT,
    TROUBLESHOOTING,
    WINDOWS,
    block,
    code,
    column,
    keys,
    sentences,
)

EXAMPLE = (ROOT / "config.example.toml").read_text()
MAX_BYTES = 1_000_000
"""A repository is cloned more often than its pictures are looked at."""


def test_every_picture_is_shown_and_every_shown_picture_is_there():
    """`make pictures` makes them; one that nothing shows is only weight."""
    shown = {name for page in PAGES.values() for name in re.findall(r'(?:src|srcset)="([^"]+)"', page)}
    assert shown == {str(file.relative_to(ROOT)) for file in PICTURES.iterdir()}


def test_every_picture_says_what_it_shows():
    """For those who do not see it."""
    assert all(re.search(r'alt="[^"]{20,}"', tag) for tag in re.findall(r"<img [^>]+>", README))


def test_the_pictures_are_light():
    """All of them together."""
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < MAX_BYTES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    """To a file, and to a heading that is there."""
    for link in re.findall(r"\]\(([^)]+)\)", PAGES[path]):
        if link.startswith("https://"):
            continue
        name, _, heading = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        anchors = [
            re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in _headings(PAGES.get(target, ""))
        ]
        assert not heading or heading in anchors, link


def _headings(page):
    return re.findall(r"^#+ (.+)$", page, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES.values(), ids=[path.name for path in PAGES])
def test_every_setting_is_one(page):
    """What is written as a key of the configuration is in the example."""
    named = {name for text in code(page) for name in re.findall(r"\b(?:bot|engine|wire)\.[a-z0-9_.]*[a-z0-9]", text)}
    modules = {name for name in named if (ROOT / name.replace(".", "/")).with_suffix(".py").exists()}
    assert named - modules - keys() == set()


def test_every_target_of_make_is_one():
    """And every one that is for people is in the README."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for page in PAGES.values() for name in re.findall(r"make ([a-z]+)", "\n".join(code(page)))}
    named |= set(re.findall(r"^ *make ([a-z]+)", README, re.MULTILINE))
    assert named == targets - {"develop"}


def test_every_file_is_there():
    """A path between backticks is one of the repository's, a data file's name one that the program knows."""
    names = {text for page in PAGES.values() for text in code(page)}
    assert [one for one in names if re.fullmatch(r"(?:bot|engine|docs)/\S+", one) and not (ROOT / one).exists()] == []
    known = {*sentences()}
    assert [one for one in names if re.fullmatch(r"[\w.]+\.(?:sqlite3|key|onnx|csv)", one) and one not in known] == []


@pytest.mark.parametrize("line", [text for text in code(README) if text.startswith("python -m ")])
def test_every_command_line_is_known(line, capsys):
    """As far as `--help`; what needs nothing but this repository is run as it stands."""
    _, _, module, *words = shlex.split(line)
    main = {"bot": bot, "engine": engine}[module]
    if (module, words[0]) in {("bot", "prompt"), ("bot", "suggest"), ("bot", "why")}:
        assert main(words) == 0
        assert capsys.readouterr().out
        return
    names = [word for word in words if re.fullmatch("[a-z]+", word)]
    with pytest.raises(SystemExit) as ended:
        main([*names, "--help"])
    assert ended.value.code == 0


def test_the_why_of_the_ratings_page_says_no(capsys):
    """It is the example of a refusal."""
    [line] = [line for line in RATINGS.splitlines() if "-m bot why" in line]
    assert bot(shlex.split(line)[3:]) == 1
    assert "not allowed here" in capsys.readouterr().out


def test_the_shown_configuration_can_be_used(tmp_path):
    """By both processes."""
    path = tmp_path / "config.toml"
    path.write_text(block(README, "toml", holding="[engine]"))
    assert load(path).rates
    assert engine_config.load(path)[0].rating.by == "wd"


def test_the_lines_for_a_small_card_are_there_to_be_changed():
    """Set-up writes the example: each stands in it once, in the table that the page names."""
    lines = textwrap.dedent(block(WINDOWS, "toml", holding="vae =")).splitlines()
    [table] = re.findall(r"^\[engine\]\n(.*?)^\[", EXAMPLE, re.MULTILINE | re.DOTALL)
    for line in lines:
        assert len(re.findall(rf"^{line.partition(' ')[0]} = ", table, re.MULTILINE)) == 1, line
    changed = tomllib.loads("\n".join(lines))
    assert engine_config.Engine(**changed).vae.removeprefix("models/") in downloads.table()


def test_the_shown_settings_can_be_imported():
    """A server's, with every key that there is."""
    policy = imported(block(RATINGS, "toml", holding="open_limit").encode())
    text = block(RATINGS, "toml", holding="open_limit")
    assert policy.denied == ("spider", "clown")
    assert [name for name in policy.__struct_fields__ if name not in text] == []


def test_the_invitation_asks_for_what_it_names_and_for_all_that_is_needed():
    """The number in the link, the names in the table, and what the bot misses in a channel are one set."""
    asked = discord.Permissions(int(re.search(r"permissions=(\d+)", README)[1]))
    cells = ", ".join(column(README, "it asks for")).replace("View Channels", "View Channel").lower()
    named = [name for name in discord.Permissions.VALID_FLAGS if name.replace("_", " ") in cells]
    assert discord.Permissions(**dict.fromkeys(named, True)) == asked
    assert all(getattr(asked, name) for name in {*NEEDED, *NEEDED_IN_THREADS})


def test_every_button_is_told_of():
    """In the README what is under everybody's pictures, on the ratings page what moderators press."""
    bold = {name for page in (README, RATINGS) for name in re.findall(r"\*\*([^*]+)\*\*", page)}
    assert {render(look.label) for look in LOOKS.values()} - bold == set()
    told = {name for cell in column(README, "button") for name in re.findall(r"\*\*([^*]+)\*\*", cell)}
    assert told - {render(look.label) for look in LOOKS.values()} == set()
    assert {name for cell in column(README, "where") for name in re.findall(r"\*\*([^*]+)\*\*", cell)} == {render(MORE)}


def test_every_quoted_message_is_one_that_the_code_can_say():
    """Word for word, with … for what is filled in."""
    there = [*sentences()]
    quoted = [text for cell in column(TROUBLESHOOTING, "The log says") for text in code(cell)]
    quoted += re.findall(r"“([^”]+?)\.?”", "\n".join(column(TROUBLESHOOTING, "You see")))
    assert len(quoted) > 25
    assert [text for text in quoted if not any(text in sentence for sentence in there)] == []


def test_the_demo_s_bot_was_invited_with_that_link():
    """So whatever works there, and in the journeys, needs no other right."""
    [guild] = starter().guilds
    assert bits(guild.bot_permissions) == int(re.search(r"permissions=(\d+)", README)[1])


def test_the_numbers_are_the_defaults():
    """How long things are kept, how long people are locked out, and what the negative prompt of `safe` begins with."""
    kept, strikes = RetentionSettings(), StrikeRules()
    how_long = dict(zip(column(README, "what"), column(README, "how long"), strict=True))
    days = {
        "requests with their prompts": kept.records_days,
        "files of delivered pictures": kept.pictures_days,
        "previews and forms": kept.drafts_days,
        "refusals and reports": kept.audit_days,
    }
    assert {what: how_long[what] for what in days} == {what: f"{number:g} days" for what, number in days.items()}
    assert "Three refusals for somebody's words lock them out of drawing for ten minutes" in RATINGS
    assert "every three more for six times as long, up to thirty days" in " ".join(RATINGS.split())
    assert (strikes.per_lock, strikes.first_lock_s, strikes.growth) == (3, 600, 6)
    assert strikes.longest_lock_s == 30 * 86_400
    assert f"`{', '.join(usual().required['safe'])}`" in " ".join(RATINGS.split())

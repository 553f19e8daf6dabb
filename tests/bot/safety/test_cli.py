"""``python -m bot why``: the same verdict in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Why = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def why(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Why:
    """Ask in a folder without a configuration; the answer is the exit status and what was printed."""
    monkeypatch.chdir(tmp_path)

    def ask(**options: object) -> tuple[int, dict[str, Any]]:
        arguments = ["why", "--json"]
        for name, value in options.items():
            flag = f"--{name.replace('_', '-')}"
            arguments += [flag] if value is True else [flag, str(value)]
        status = main(arguments)
        return status, json.loads(capsys.readouterr().out)

    return ask


@pytest.mark.parametrize(
    ("place", "limit", "rating", "rule"),
    [
        ("channel", "safe", "safe", "allowed"),
        ("channel", "safe", "sensitive", "server"),
        ("channel", "sensitive", "sensitive", "allowed"),
        ("channel", "explicit", "sensitive", "allowed"),
        ("channel", "explicit", "nsfw", "place"),
        ("age-restricted", "sensitive", "nsfw", "server"),
        ("age-restricted", "explicit", "explicit", "allowed"),
        ("dm", "explicit", "safe", "allowed"),
        ("dm", "explicit", "sensitive", "place"),
        ("unknown", "explicit", "sensitive", "place"),
        ("announcement", "explicit", "sensitive", "place"),
        ("gone", "explicit", "safe", "place"),
    ],
)
def test_a_rating_is_judged_without_words(why: Why, place: str, limit: str, rating: str, rule: str) -> None:
    """The place, the admins' limit and the rating are enough for a question."""
    status, answer = why(place=place, limit=limit, rating=rating)
    assert (answer["rule"], answer["allowed"], status) == (rule, rule == "allowed", 0 if rule == "allowed" else 1)
    assert answer["sentence"]


def test_words_are_judged_as_composed(why: Why) -> None:
    """Options mean what they mean in /imagine."""
    here = {"place": "age-restricted", "limit": "explicit"}
    assert why(**here, rating="safe", prompt="(n\\u\\de:1.2)")[1]["rule"] == "tags"
    assert why(**here, rating="nsfw", prompt="nude", subject="1girl")[0] == 0
    assert why(**here, rating="nsfw", prompt="nude", character="somebody")[1]["rule"] == "adults"
    assert why(**here, rating="safe", negative="clothes")[1]["rule"] == "negative"
    assert why(**here, prompt="nude, nsfw")[0] == 0
    assert why(**here, rating="safe", prompt="{loli|loli}")[1]["rule"] == "never"
    assert why(**here, rating="safe", prompt="a" * 3000)[1]["rule"] == "request"
    assert why(place="channel", limit="safe", rating="safe", prompt="nsfw")[1]["rule"] == "place"


def test_without_a_tagger_nothing_is_above_sensitive(why: Why) -> None:
    """It is assumed to be there unless the question says otherwise."""
    status, answer = why(place="age-restricted", limit="explicit", rating="nsfw", no_tagger=True)
    assert (status, answer["rule"]) == (1, "tagger")


def test_the_configuration_decides_where_there_is_one(why: Why, tmp_path: Path) -> None:
    """Its highest rating and its reviewed adults."""
    (tmp_path / "config.toml").write_text('[bot.ratings]\nhighest = "nsfw"\nadults = ["saber"]\ndenied = ["clown"]\n')
    here = {"place": "age-restricted", "limit": "explicit"}
    assert why(**here, rating="explicit")[1]["rule"] == "operator"
    assert why(**here, rating="nsfw", character="Saber")[0] == 0
    assert why(**here, rating="safe", prompt="clown")[1]["rule"] == "denied"


def test_where_nothing_rates_unknown_words_are_left_out(why: Why, tmp_path: Path) -> None:
    """As the bot does, by the flag or by the configuration; what has nothing else is no request."""
    assert why(tags="zorgblat")[0] == 0
    assert why(tags="zorgblat, smile", no_tagger=True)[0] == 0
    assert why(tags="zorgblat", no_tagger=True)[1]["rule"] == "request"
    (tmp_path / "config.toml").write_text('[engine.rating]\nby = "none"\n')
    status, answer = why(tags="zorgblat")
    assert (status, answer["rule"]) == (1, "request")
    assert "zorgblat" in answer["sentence"]
    assert why(place="age-restricted", limit="explicit", rating="nsfw")[1]["rule"] in ("operator", "tagger")


def test_the_trail_is_printed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a rule, and the sentence at the end."""
    assert main(["why", "--place", "dm", "--rating", "nsfw"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "REFUSES  place       `nsfw` is not allowed here: in a direct message the highest rating is `safe`." in lines
    assert lines[-1].startswith("Refused by the rule place: `nsfw` is not allowed here")


def test_a_batch_is_answered_line_by_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Requests as JSON in, verdicts as JSON out; a line that is no request is refused and does not stop the rest."""
    lines = [
        {"place": "channel", "limit": "safe", "rating": "safe", "tags": "smile"},
        {"place": "channel", "limit": "safe", "rating": "safe", "prompt": "nude"},
        {"place": "age-restricted", "limit": "explicit", "rating": "nsfw", "no-tagger": True},
        {"place": "nowhere"},
        {"place": "dm", "colour": "red"},
        ["dm"],
    ]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(map(json.dumps, lines)) + "\n\n{broken\n")
    assert main(["why", "--batch", str(batch)]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["rule"] for answer in answers] == ["allowed", "tags", "tagger", *["request"] * 4]
    assert all(answer.keys() == {"allowed", "rule", "sentence"} for answer in answers)


def test_a_request_without_a_place_is_one_in_a_channel(capsys: pytest.CaptureFixture[str]) -> None:
    """Where most are; and what is allowed is said as members read it."""
    assert main(["why", "--rating", "safe", "--prompt", "smile"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "`safe` is allowed here."
    assert main(["why", "--rating", "nsfw"]) == 1
    assert "REFUSES  place       `nsfw` is not allowed here" in capsys.readouterr().out


def test_wrong_usage_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A place that there is not, or a batch that is not there."""
    with pytest.raises(SystemExit) as stopped:
        main(["why", "--place", "moon", "--rating", "safe"])
    assert stopped.value.code == 2
    assert main(["why", "--batch", "/nowhere/at/all"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_what_a_rating_requires_in_the_negative_is_not_held_against_anybody(why: Why) -> None:
    """Our own words name what they avoid; the same words by a member are still refused."""
    here = {"place": "age-restricted", "limit": "explicit", "subject": "1girl"}
    assert all(why(**here, rating=rating)[0] == 0 for rating in ("safe", "sensitive", "nsfw", "explicit"))
    assert why(**here, rating="nsfw", negative="child")[1]["rule"] == "minors"

"""The short form of what `make fuzz` sends: it hurts nobody, the same seed sends the same, and what hurts is told."""

import json
from itertools import islice
from random import Random

from tests.fuzz import attachments, files, remix
from tests.fuzz._bad_files import bad_files
from tests.fuzz._report import Report

SEED = 20261


def test_a_seed_makes_the_same_files_again():
    """And another one others."""
    first, again, other = (list(islice(bad_files(Random(seed)), 40)) for seed in (1, 1, 2))
    assert first == again != other


def test_what_is_over_its_limit_is_wrong(tmp_path, capsys):
    """It is printed and written beside what was measured; at the limit all is well."""
    report = Report("files", 7, wanted=3)
    report.sent["nested"] += 2
    report.came["nested"]["refused"] += 2
    report.at_most("memory, MB", 100.0, 100.0)
    assert report.publish(tmp_path)
    report.at_most("time, s", 3.0, 2.0)
    assert not report.publish(tmp_path)
    written = json.loads((tmp_path / "fuzz-files.json").read_text())
    assert written["seed"] == 7
    assert written["came"] == {"nested": {"refused": 2}}
    assert written["measured"] == {"memory, MB": 100.0, "time, s": 3.0}
    assert written["wrong"] == ["time, s: 3.00, and 2.00 is the limit"]
    said = capsys.readouterr().out
    assert "2 of 3 sent" in said
    assert "WRONG: time, s" in said


def test_the_99th_of_a_hundred():
    assert remix.p99([0.1] * 99 + [5.0]) == 0.1
    assert remix.p99([0.1] * 98 + [5.0, 5.0]) == 5.0
    assert remix.p99([0.2]) == 0.2


async def test_hostile_files_are_answered_and_the_reader_goes_on():
    """Whatever they are made of: a recipe, nothing or a sentence, and a good picture is read as ever."""
    report = await files.read_all(SEED, seconds=60.0, number=300, huge=False)
    assert report.wrong == []
    assert report.number == 300
    assert all(sum(report.came[kind].values()) == number for kind, number in report.sent.items())
    assert {"says something", "means nothing", "refused"} <= {name for came in report.came.values() for name in came}


async def test_bad_attachments_are_sentences_within_memory_and_time():
    """As a picture to begin with or as a mask; some turn out to be good enough, and a good picture is always taken."""
    report = await attachments.read_all(SEED, seconds=60.0, number=60)
    assert report.wrong == []
    assert report.number == 60
    came = {name for kind in report.came.values() for name in kind}
    assert "is taken" in came
    assert len(came) > 5


async def test_a_picture_that_is_no_longer_read_is_told(monkeypatch):
    """As if something before it had broken the reader."""
    monkeypatch.setattr(files, "GOOD", b"GIF89a")
    report = await files.read_all(SEED, seconds=60.0, number=1, huge=False)
    assert [line.split(":")[0] for line in report.wrong] == [
        "a good picture after file 0",
        "a good picture after file 1",
    ]


async def test_hostile_files_beside_somebody_who_asks_for_help(tmp_path):
    """Every file is answered, every help comes, and the bot's loop was never held up.

    How much later help may come `make fuzz` says: it takes more of them than a test has time for.
    """
    report = await remix.ask_and_upload(tmp_path, seed=SEED, seconds=4.0, number=60, rounds=1, later_ms=2000.0)
    assert report.wrong == []
    assert report.number > 10
    assert {"a form", "a sentence"} <= {name for came in report.came.values() for name in came}

"""The operator's file about LoRAs: heeded while the bot runs, and never half."""

import os

import pytest

from bot.checks.lora_rules import LoraRulesWatch
from bot.prompt.lora_pictures import LoraPictures
from bot.prompt.loras import KnownLoras, load
from bot.request import Request
from bot.safety.wording import TextFilter
from engine.wire import ChosenLora, FoundLora


class Ended(Exception):
    pass


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "loras.toml"
    write(path, 1, rating="safe")
    return path


def write(path, at, *, rating="safe", words=(), picture=""):
    declared = ", ".join(f'"{one}"' for one in words)
    shown = f'picture = "{picture}"\n' if picture else ""
    path.write_text(f'[[loras]]\nname = "ink"\nrating = "{rating}"\nwords = [{declared}]\n{shown}')
    os.utime(path, ns=(at, at))


@pytest.fixture
def known(file):
    found = KnownLoras(load(file))
    found.heard([FoundLora(name="ink", hash="0" * 12)])
    return found


async def test_a_changed_file_is_read_anew_and_a_wrong_one_changes_nothing(file, known, caplog):
    """What is wrong with it is said once; it goes and comes back, and what held stays until then."""
    changes = [
        lambda: None,
        lambda: write(file, 2, rating="sensitive"),
        lambda: write(file, 3, rating="explicit", words=("loli",)),
        lambda: None,
        file.unlink,
        lambda: write(file, 5, rating="nsfw"),
    ]
    ratings = []

    async def sleep(_seconds):
        ratings.append(known.rule("ink").rating)
        if not changes:
            raise Ended
        changes.pop(0)()

    with pytest.raises(Ended):
        await LoraRulesWatch(file, known, TextFilter(None), sleep=sleep).work()
    assert ratings == ["safe", "safe", "sensitive", "sensitive", "sensitive", "sensitive", "nsfw"]
    said = [record.getMessage() for record in caplog.records if "stays as it was" in record.getMessage()]
    assert len(said) == 2  # the word, and that it was gone
    assert 'LoRA "ink"' in said[0]


def test_a_renamed_file_is_found_by_its_hash(known):
    """Also in a request that was made before; one that is gone is named."""
    request = Request(seed=1, loras=(ChosenLora(name="ink", hash="0" * 12, weight=0.7),))
    known.heard([FoundLora(name="line work", hash="0" * 12), FoundLora(name="other", hash="1" * 12)])
    [now] = known.as_now(request).loras
    assert (now.name, now.hash, now.weight) == ("line work", "0" * 12, 0.7)


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (PNG, ".png"),
        (b"\xff\xd8\xff" + bytes(9), ".jpg"),
        (b"<html>", None),
        (PNG + bytes(4 * 1024**2), None),
        (None, None),
    ],
)
def test_the_picture_that_the_operator_names_is_shown(file, data, suffix, caplog):
    """A picture and nothing else, of a size that Discord takes; what it is instead is logged."""
    write(file, 9, picture="ink.png")
    if data is not None:
        (file.parent / "ink.png").write_bytes(data)
    pictures = LoraPictures(KnownLoras(load(file)), file.parent)
    request = Request(seed=1, loras=(ChosenLora(name="ink"), ChosenLora(name="nobody said anything")))
    found = pictures.of(request)
    assert [one.suffix for one in found] == ([] if suffix is None else [suffix])
    assert bool(caplog.records) == (suffix is None)
    assert LoraPictures(KnownLoras(load(file)), None).of(request) == ()

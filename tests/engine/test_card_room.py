"""What is decided of a card once: the best picture that fits, and then the quickest."""

import dataclasses
import itertools
import logging
import re
from pathlib import Path

import pytest
import torch

import engine.model
from engine import card_room
from engine.card_room import MANY, STEP, decide, least, table
from engine.config import Engine
from engine.memory import AGAIN_S, Limit

README = Path(__file__).parents[2] / "README.md"


def test_with_more_room_everything_is_at_least_as_good():
    """Whole before tiles, large tiles before small ones, then text encoders that stay, then more pictures at once."""

    def goodness(room):
        return (room.tile or 10_000, not room.texts_on_host, room.at_once)

    rooms = [decide(free) for free in range(0, 26_000_000_000, 50_000_000)]
    fitting = [room for room in rooms if room is not None]
    assert rooms[: -len(fitting)] == [None] * (len(rooms) - len(fitting))
    kinds = [goodness(room)[:2] for room in fitting]
    assert kinds == sorted(kinds)
    assert len(set(kinds)) == 4  # 512 on the host, 512 on the card, and both whole
    for before, after in itertools.pairwise(fitting):
        assert goodness(after) >= goodness(before)


@pytest.mark.parametrize("halved_vae", [False, True])
@pytest.mark.parametrize("texts", ["auto", "device", "host"])
def test_the_least_is_what_is_needed(halved_vae, texts):
    how = {"halved_vae": halved_vae, "texts": texts}
    assert decide(least(**how), **how).at_once >= 1
    assert decide(least(**how) - 1, **how) is None


@pytest.mark.parametrize(("texts", "on_host"), [("device", False), ("host", True)])
def test_where_the_operator_says_where_text_encoders_are_they_are_there(texts, on_host):
    for free in (8_200_000_000, 12_000_000_000, 24_000_000_000):
        assert decide(free, texts=texts).texts_on_host == on_host


def test_half_of_a_decoding_is_room_for_a_whole_one():
    """What `engine.vae = "bfloat16"` is offered for."""
    assert decide(10_300_000_000).tile is not None
    assert decide(10_300_000_000, halved_vae=True).tile is None


def test_it_is_said_in_words():
    assert decide(25_000_000_000).words == f"{MANY} pictures at once or more, decoded whole"
    assert decide(least()).words == "3 pictures at once, decoded in tiles of 512, text encoders on the host"
    assert decide(least(texts="device"), texts="device").words == "one picture at a time, decoded in tiles of 256"


def test_the_readme_has_the_table():
    """For every size of card what is decided on it."""
    rows = dict(re.findall(r"^\| (\d+ GB) \| (.+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == dict(table())


@pytest.fixture
def card(monkeypatch):
    """Let a card have so many bytes free."""

    def card(free):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (free, 12_900_000_000))
        return engine.model._room(Engine(), torch.device("cuda"))

    return card


def test_it_is_decided_by_what_is_free_and_said_in_the_log(card, caplog):
    caplog.set_level(logging.INFO)
    assert card(11_600_000_000) == decide(11_600_000_000)
    assert f"11.6 of the card's 12.9 GB are free: {decide(11_600_000_000).words}" in caplog.text


def test_where_nothing_fits_it_is_tried_all_the_same(card, caplog):
    """With as little as can be at a time; what is wrong in the figures must not keep anybody from drawing."""
    room = card(5_000_000_000)
    assert room == (True, min(card_room.TILES), 1)
    assert "5.0 GB of the card are free, and 7.5 GB are needed" in caplog.text


def test_on_the_processor_nothing_is_decided(model):
    """It has the machine's memory."""
    assert engine.model._room(Engine(), torch.device("cpu")).tile is None
    assert model.decodes_at_once.most == torch.inf
    assert dataclasses.replace(model, at_once=3 * STEP).at_once > MANY


def test_what_is_known_from_the_start_is_not_forgotten():
    """A ceiling holds when somebody else's memory is free again; below it, failures count as ever."""
    now = [0.0]
    limit = Limit(lambda: now[0], ceiling=100)
    assert limit.most == 100
    limit.lower(40)
    assert limit.most == 40
    now[0] += AGAIN_S
    assert limit.most == 100
    limit.lower(200)
    assert limit.most == 100
    limit.forget()
    assert limit.most == 100
